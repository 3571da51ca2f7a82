// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a file is, by its first bytes; the part that knows its family says the rest.
#include "inspect/inspect.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "inspect/inspect_parts.hpp"
#include "lmdb/lmdb_reader.hpp"
#include "stream/inr_stream.hpp"

namespace inr::inspect {
namespace {

constexpr size_t kStartBytes = 4096;
constexpr size_t kMaxPathChars = 4096, kMaxFaultChars = 400;  // shown of a path, of a message
constexpr std::string_view kPickle = "Python pickle";

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw base::SystemError(path, "open", errno);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

// A safetensors file begins with the length of its JSON header, then the header.
bool looks_like_safetensors(std::span<const std::byte> start) {
  if (start.size() < 9 || start[8] != std::byte{'{'}) return false;
  return start[4] == std::byte{0} && start[5] == std::byte{0} && start[6] == std::byte{0} && start[7] == std::byte{0};
}

bool looks_like_json(std::span<const std::byte> start) {
  for (const std::byte b : start) {
    const char c = static_cast<char>(b);
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c == '{';
  }
  return false;
}

// Formats that turn up beside ours, so that the answer is more than "not ours".
std::string foreign_kind(std::span<const std::byte> start) {
  struct Magic {
    std::string_view bytes, kind;
  };
  static constexpr std::array<Magic, 8> kMagics = {{{"\x80\x02", kPickle},
                                                    {"\x80\x03", kPickle},
                                                    {"\x80\x04", kPickle},
                                                    {"\x1f\x8b", "gzip archive"},
                                                    {"\x28\xb5\x2f\xfd", "Zstandard archive"},
                                                    {"GIF8", "GIF picture"},
                                                    {"\x7f\x45\x4c\x46", "program"},
                                                    {"%PDF", "PDF document"}}};
  for (const Magic& magic : kMagics)
    if (starts_with(start, magic.bytes)) return std::string(magic.kind);
  const bool text = std::none_of(start.begin(), start.end(), [](std::byte b) {
    const auto c = std::to_integer<unsigned>(b);
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B;
  });
  return text ? "text" : "file";
}

Finding inspect_regular(const std::string& path, std::span<const std::byte> start, const InspectOptions& options) {
  if (start.empty()) {
    Finding finding;
    finding.kind = "empty file";
    parts::set_fault(finding, base::Fault::kEmpty, "the file is empty; was its producer killed?");
    return finding;
  }
  if (lmdb::looks_like_lmdb(path)) return parts::inspect_dataset(path, options);
  if (starts_with(start, "PK\x03\x04") || starts_with(start, "PK\x05\x06")) return parts::inspect_zip(path, options);
  if (starts_with(start, "\x93NUMPY")) return parts::inspect_npy(path, options);
  if (looks_like_safetensors(start)) return parts::inspect_safetensors(path, options);
  Finding picture = parts::inspect_picture(path, start, options);
  if (picture.state != FileState::kNotOurs) return picture;
  if (starts_with(start, "<?xml")) {
    Finding pyramid = parts::inspect_pyramid(path, options);
    if (pyramid.state != FileState::kNotOurs) return pyramid;
  }
  if (looks_like_json(start)) return parts::inspect_json(path, options);
  Finding finding;
  finding.kind = foreign_kind(start);
  parts::set_fault(finding, base::Fault::kForeign,
                   finding.kind == kPickle
                       ? "if it is a checkpoint of the released INR-GAN code, inr-import converts it"
                       : "nothing that this toolkit reads or writes");
  return finding;
}

}  // namespace

std::string_view to_string(FileState state) noexcept {
  switch (state) {
    case FileState::kWhole:
      return "whole";
    case FileState::kBuilding:
      return "building";
    case FileState::kCutShort:
      return "cut short";
    case FileState::kDamaged:
      return "damaged";
    case FileState::kNotOurs:
      return "not ours";
    case FileState::kNewer:
      return "newer than this program";
    case FileState::kUnsupported:
      break;
  }
  return "unsupported";
}

Finding inspect(const std::string& path, const InspectOptions& options) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw base::SystemError(path, "open", errno);
  Finding finding;
  if (S_ISDIR(status.st_mode)) {
    finding = parts::inspect_folder(path, options);
  } else {
    const Descriptor file(path);
    if (!S_ISREG(status.st_mode))
      return inspect_stream(file.get(), path, options);  // a pipe: what else could it carry?
    std::array<std::byte, kStartBytes> buffer{};
    const std::span<std::byte> start = std::span(buffer).first(base::read_up_to(file.get(), buffer, path));
    // A stream that was cut inside its magic is still one: it cannot be anything else.
    const std::string_view magic(stream::kStreamMagic.data(), stream::kStreamMagic.size());
    if (start.size() >= 4 && starts_with(start, magic.substr(0, std::min(start.size(), magic.size())))) {
      if (::lseek(file.get(), 0, SEEK_SET) != 0) throw base::SystemError(path, "seek", errno);
      return inspect_stream(file.get(), path, options);
    }
    finding = inspect_regular(path, start, options);
    if (!finding.details.contains("bytes")) finding.details["bytes"] = static_cast<int64_t>(status.st_size);
  }
  finding.path = path;
  return finding;
}

namespace parts {

FileState state_of(base::Fault fault) noexcept {
  switch (fault) {
    case base::Fault::kForeign:
      return FileState::kNotOurs;
    case base::Fault::kNewer:
      return FileState::kNewer;
    case base::Fault::kUnsupported:
      return FileState::kUnsupported;
    case base::Fault::kEmpty:
    case base::Fault::kCutShort:
      return FileState::kCutShort;
    case base::Fault::kDamaged:
    case base::Fault::kOther:
      break;
  }
  return FileState::kDamaged;
}

void set_fault(Finding& finding, base::Fault fault, std::string_view message) {
  finding.state = state_of(fault);
  finding.fault = base::printable(message, kMaxFaultChars);
  finding.fault_kind = fault;
}

void set_fault(Finding& finding, const base::DataError& error, const std::string& path) {
  std::string_view message = error.what();
  const std::string place = base::printable(path, kMaxPathChars) + ": ";  // as DataError writes it
  if (message.starts_with(place)) message.remove_prefix(place.size());
  set_fault(finding, error.fault(), message);
}

void set_building(Finding& finding, std::string_view message) {
  set_fault(finding, base::Fault::kOther, message);
  finding.state = FileState::kBuilding;
}

void add_config(Finding& finding, const base::Json& config, const InspectOptions& options) {
  if (options.config) finding.details["config"] = config;
}

std::string count_text(uint64_t n) {
  if (n < 10000) return std::to_string(n);
  std::array<char, 32> text{};
  const double value = static_cast<double>(n);
  if (n < 1000000)
    std::snprintf(text.data(), text.size(), "%.1f k", value / 1e3);
  else
    std::snprintf(text.data(), text.size(), "%.1f M", value / 1e6);
  return text.data();
}

}  // namespace parts
}  // namespace inr::inspect
