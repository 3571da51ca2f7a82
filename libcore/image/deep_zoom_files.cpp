// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Tens of thousands of small files: none is synchronised by itself, the file system is, once, before the names change.
#include "image/deep_zoom_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "image/deep_zoom.hpp"
#include "image/deep_zoom_description.hpp"

namespace inr::image {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxTemporaries = 1000;
constexpr std::string_view kEnding = ".dzi", kTiles = "_files";
constexpr std::string_view kForeignNote = "vips-properties.xml";  // written by vips dzsave beside the levels

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// In letters of either case.
bool ends_as_description(std::string_view name) {
  if (name.size() < kEnding.size()) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::ranges::equal(name.substr(name.size() - kEnding.size()), kEnding, same);
}

// The number that a whole text is, as it is written in names of levels and tiles: without zeros in front.
std::optional<int64_t> number_of(std::string_view text) {
  int64_t value = -1;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || stop != end || value < 0 || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  return value;
}

// COLUMN_ROW.ENDING of a tile that a level of this size has.
bool is_tile_name(std::string_view name, const PixelSize& level, const DeepZoomDescription& description) {
  const size_t line = name.find('_'), point = name.find('.');
  if (line == std::string_view::npos || point == std::string_view::npos || point < line) return false;
  const auto column = number_of(name.substr(0, line)), row = number_of(name.substr(line + 1, point - line - 1));
  const auto is_within = [&](const std::optional<int64_t>& i, int64_t side) {
    return i && *i <= (side - 1) / description.tile;
  };
  return name.substr(point + 1) == description.ending && is_within(column, level.width) && is_within(row, level.height);
}

// What the description of a pyramid says; nothing where the file is none, or not there.
std::optional<DeepZoomDescription> read_description(const std::string& path) {
  constexpr uint64_t kMaxBytes = uint64_t{1} << 20;
  try {
    const std::vector<std::byte> bytes = base::read_file(path, kMaxBytes);
    return parse_deep_zoom({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

[[noreturn]] void refuse(const std::string& path, const std::string& fault) {
  throw base::DataError(path, fault, "move it away, or give another name with -o");
}

// Throws DataError where path exists and is not a regular file.
void check_description(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) refuse(path, "exists and is not a regular file");
}

// Throws DataError where tiles is there and is anything else than the levels and tiles that the description beside it
// describes: a folder of pictures may look like a level.
void check_tiles(const std::string& tiles, const std::string& description_path) {
  struct stat status {};
  if (::lstat(tiles.c_str(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) refuse(tiles, "exists and is not a folder, which the tiles need");
  const auto description = read_description(description_path);
  if (!description)
    refuse(tiles,
           "exists, and there is no " + base::printable(last_part(description_path)) + " that describes it as tiles");
  const std::vector<PixelSize> sizes = deep_zoom_levels(description->width, description->height);
  const auto foreign = [&tiles](const fs::path& entry) {
    refuse(tiles, "exists and holds " + base::printable(entry.lexically_relative(tiles).string()) +
                      ", which is not one of its tiles");
  };
  std::error_code fault;
  for (fs::directory_iterator level(tiles, fault), end; !fault && level != end; level.increment(fault)) {
    const bool is_folder = level->symlink_status().type() == fs::file_type::directory;
    const std::string name = level->path().filename();
    if (!is_folder && name == kForeignNote) continue;
    const auto number = number_of(name);
    if (!is_folder || !number || *number >= static_cast<int64_t>(sizes.size())) foreign(level->path());
    const PixelSize& size = sizes[static_cast<size_t>(*number)];
    for (fs::directory_iterator tile(level->path(), fault); !fault && tile != end; tile.increment(fault)) {
      if (tile->symlink_status().type() != fs::file_type::regular ||
          !is_tile_name(tile->path().filename().string(), size, *description))
        foreign(tile->path());
    }
  }
  if (fault) throw base::SystemError(tiles, "read", fault.value());
}

void make_folder(const std::string& path, const std::string& where) {
  if (::mkdir(path.c_str(), 0777) != 0) throw base::SystemError(where, "make a folder", errno);
}

void write_file(const std::string& path, std::span<const std::byte> bytes, const std::string& where) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) throw base::SystemError(where, "create a file", errno);
  try {
    base::write_all(fd, bytes, where);
  } catch (...) {
    ::close(fd);
    ::unlink(path.c_str());  // no half tile among those that are kept
    throw;
  }
  if (::close(fd) != 0) throw base::SystemError(where, "write", errno);
}

int renamed(const std::string& from, const std::string& to) noexcept {
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// Two folders change places, so that there is one under either name at any time; file systems that cannot do that need
// three steps. Returns 0 or errno.
int exchanged(const std::string& one, const std::string& other) noexcept {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
  const std::string aside = one + ".aside";
  int fault = renamed(other, aside);
  if (fault != 0) return fault;
  fault = renamed(one, other);
  const int fault_aside = renamed(aside, fault == 0 ? one : other);
  return fault != 0 ? fault : fault_aside;
}

void synchronise(const std::string& folder, const std::string& where, bool whole_system) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw base::SystemError(where, "open its folder", errno);
  const int fault = (whole_system ? ::syncfs(fd) : ::fsync(fd)) == 0 ? 0 : errno;
  ::close(fd);
  if (fault != 0 && fault != EINVAL && fault != EROFS && fault != ENOTSUP)
    throw base::SystemError(where, "write", fault);
}

}  // namespace

DeepZoomFiles::DeepZoomFiles(const std::string& output) {
  if (output.empty() || output == "-")
    throw base::UsageError("a Deep Zoom picture is a folder of tiles; give -o NAME.dzi");
  std::string name = output;
  const bool has_ending = ends_as_description(name);
  if (has_ending) name.resize(name.size() - kEnding.size());
  if (last_part(name).empty()) throw base::UsageError("-o " + base::printable(output) + " has no name before .dzi");
  struct stat status {};
  if (!has_ending && ::stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw base::UsageError("-o " + base::printable(output) +
                           ": a Deep Zoom picture is a folder of tiles; give NAME.dzi");
  description_ = has_ending ? output : name + std::string(kEnding);
  tiles_ = name + std::string(kTiles);
  check_description(description_);
  check_tiles(tiles_, description_);
  int fault = EEXIST;
  for (int i = 0; i < kMaxTemporaries && fault == EEXIST; ++i) {
    folder_ = description_ + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i);
    fault = ::mkdir(folder_.c_str(), 0777) == 0 ? 0 : errno;
  }
  if (fault == 0) return;
  folder_.clear();
  throw base::SystemError(description_, "make a folder beside it", fault);
}

DeepZoomFiles::~DeepZoomFiles() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void DeepZoomFiles::begin(size_t n_levels, std::string_view description) {
  begun_ = true;
  const std::string tiles = folder_ + "/" + last_part(tiles_);
  make_folder(tiles, description_);
  for (size_t level = 0; level < n_levels; ++level) make_folder(tiles + "/" + std::to_string(level), description_);
  write_file(folder_ + "/" + last_part(description_), std::as_bytes(std::span(description)), description_);
}

void DeepZoomFiles::write_tile(size_t level, int64_t column, int64_t row, std::string_view ending,
                               std::span<const std::byte> file) {
  const std::string name = "/" + std::to_string(level) + "/" + std::to_string(column) + "_" + std::to_string(row) +
                           "." + std::string(ending);
  write_file(folder_ + "/" + last_part(tiles_) + name, file, description_);
}

void DeepZoomFiles::commit() {
  const std::string new_tiles = folder_ + "/" + last_part(tiles_),
                    new_description = folder_ + "/" + last_part(description_);
  synchronise(folder_, description_, true);
  // Hours may have passed.
  check_description(description_);
  check_tiles(tiles_, description_);
  const bool replaces = ::access(tiles_.c_str(), F_OK) == 0;
  int fault = replaces ? exchanged(new_tiles, tiles_) : renamed(new_tiles, tiles_);
  if (fault == 0) {
    fault = renamed(new_description, description_);
    if (fault != 0) (void)(replaces ? exchanged(new_tiles, tiles_) : renamed(tiles_, new_tiles));
  }
  if (fault != 0) throw base::SystemError(description_, "give the finished files their names", fault);
  const std::string folder = std::exchange(folder_, {});
  std::error_code left;
  fs::remove_all(folder, left);
  if (left) base::log_warning(folder + ": the earlier tiles could not be removed: " + left.message());
  const std::string parent = fs::path(description_).parent_path();
  synchronise(parent.empty() ? "." : parent, description_, false);
}

std::string DeepZoomFiles::keep_partial() {
  if (!begun_ || folder_.empty()) return {};
  std::string name = description_ + ".partial";
  const std::string earlier_tiles = name + "/" + last_part(tiles_),
                    earlier_description = name + "/" + last_part(description_);
  check_description(earlier_description);
  check_tiles(earlier_tiles, earlier_description);
  std::error_code fault;
  fs::remove_all(earlier_tiles, fault);
  fs::remove(earlier_description, fault);
  const int refused = renamed(folder_, name);  // onto an empty folder, or none
  if (refused != 0) throw base::SystemError(name, "keep what was written", refused);
  folder_.clear();
  return name;
}

}  // namespace inr::image
