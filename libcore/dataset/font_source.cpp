// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Colour fonts (OpenType table CBDT) hold their pictures as whole PNG files, from the signature to the IEND chunk. They
// are found by that signature; the font's own tables, which also name them, are not needed.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "dataset/sources_kinds.hpp"

namespace inr::dataset {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::array<std::byte, 8> kPngSignature = {std::byte{0x89}, std::byte{'P'},  std::byte{'N'},  std::byte{'G'},
                                                    std::byte{0x0D}, std::byte{0x0A}, std::byte{0x1A}, std::byte{0x0A}};

// Length of the PNG at the start of bytes, by its chunks (u32 big-endian length, type, data, CRC); 0 where they do not
// lead to IEND.
size_t png_length(Bytes bytes) {
  size_t at = kPngSignature.size();
  while (bytes.size() - at >= 12) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length = length << 8 | std::to_integer<size_t>(bytes[at + i]);
    std::string type;
    for (size_t i = 4; i < 8; ++i) type += static_cast<char>(bytes[at + i]);
    const bool letters = std::all_of(type.begin(), type.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
    if (!letters || length > bytes.size() - at - 12) return 0;
    at += 12 + length;
    if (type == "IEND") return at;
  }
  return 0;
}

class FontSource final : public PictureSource {
 public:
  FontSource(const std::string& path, int64_t limit)
      : file_(file_stamp(path)), bytes_(base::read_file(path, kMaxPictureBytes)) {
    const Bytes all = bytes_;
    auto next = all.begin();
    while (limit <= 0 || size() < limit) {
      const auto start = std::search(next, all.end(), kPngSignature.begin(), kPngSignature.end());
      if (start == all.end()) break;
      const Bytes rest(start, all.end());
      size_t length = png_length(rest);
      if (length == 0) {
        // Damaged: up to the next signature, so that decoding it reports the fault.
        const auto end = std::search(start + 1, all.end(), kPngSignature.begin(), kPngSignature.end());
        length = static_cast<size_t>(end - start);
      }
      pictures_.push_back(rest.first(length));
      next = start + static_cast<std::ptrdiff_t>(length);
    }
  }
  [[nodiscard]] std::string kind() const override { return "font"; }
  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(pictures_.size()); }
  [[nodiscard]] std::string name(int64_t i) const override {
    const std::string number = std::to_string(i);
    return "emoji-" + std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".png";
  }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    if (!file_) return std::nullopt;
    return PictureStamp{pictures_.at(static_cast<size_t>(i)).size(), file_->mark};
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    const Bytes picture = pictures_.at(static_cast<size_t>(i));
    return {picture.begin(), picture.end()};
  }

 private:
  std::optional<PictureStamp> file_;  // before it was read
  std::vector<std::byte> bytes_;
  std::vector<Bytes> pictures_;
};

}  // namespace

std::unique_ptr<PictureSource> open_font_source(const std::string& path, int64_t limit) {
  auto source = std::make_unique<FontSource>(path, limit);
  if (source->size() == 0)
    throw base::DataError(base::Fault::kUnsupported, path, "the font holds no PNG pictures",
                          "give a colour font such as NotoColorEmoji.ttf");
  return source;
}

}  // namespace inr::dataset
