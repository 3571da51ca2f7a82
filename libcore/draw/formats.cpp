// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/formats.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "draw/encoding.hpp"
#include "image/deep_zoom.hpp"
#include "image/jpeg_writer.hpp"
#include "image/png_writer.hpp"
#include "image/ppm_writer.hpp"

namespace inr::draw {
namespace {

using Still = std::unique_ptr<image::RowWriter>;

// A picture as one piece of bytes.
template <image::RowWriterMaker kMake>
Still still(const OutputTarget& target, int64_t width, int64_t height, const image::TextChunks& text,
            const image::PictureOptions& options) {
  return kMake(target.write, width, height, text, options);
}

template <const image::TileFormat& kTiles>
Still pyramid(const OutputTarget& target, int64_t width, int64_t height, const image::TextChunks& text,
              const image::PictureOptions& options) {
  return std::make_unique<image::DeepZoomWriter>(*target.pyramid, kTiles, width, height, text, options);
}

constexpr std::string_view kDeepZoomPage =
    "dz and dz-jpg (-o NAME.dzi) write a grid or a still as a Deep Zoom picture: NAME.dzi and the folder "
    "NAME_files with a pyramid of tiles in PNG or JPEG, 254 pixels a side and one of overlap, each level half of "
    "the next, as vips dzsave lays them out. Viewers load what they show, so the picture may be as large as the "
    "disc allows, up to 1048576 pixels a side of a cell; beside --memory it takes that of 512 rows of pixels. "
    "An earlier pyramid is replaced when the new one is whole: where NAME.dzi is one, and NAME_files holds "
    "nothing but its tiles. Any other folder of that name is left alone and refused; of a run that fails, "
    "NAME.dzi.partial is a folder.";

// The first row is the default of pictures, the first film that of films.
constexpr auto kFormats = std::to_array<Format>({
    {.name = "png",
     .ending = "png",
     .holds = Holds::kPicture,
     .srgb = Srgb::kMarked,
     .make_still = still<image::make_png_writer>,
     .make_encoding = make_picture_encoding},
    {.name = "png16",
     .ending = "png",
     .note = "16 bits",
     .holds = Holds::kPicture,
     .srgb = Srgb::kMarked,
     .bytes_per_value = 2,
     .make_still = still<image::make_png16_writer>,
     .make_encoding = make_picture_encoding},
    {.name = "jpg",
     .ending = "jpg",
     .alias = "jpeg",
     .holds = Holds::kPicture,
     .srgb = Srgb::kImplied,
     .make_still = still<image::make_jpeg_writer>,
     .make_encoding = make_picture_encoding},
    {.name = "ppm",
     .ending = "ppm",
     .holds = Holds::kPictures,
     .make_still = still<image::make_ppm_writer>,
     .make_encoding = make_picture_encoding},
    {.name = "y4m",
     .ending = "y4m",
     .note = "films",
     .page = "y4m is C444, BT.601 limited range.",
     .holds = Holds::kFilm,
     .bytes_per_value = 2,  // the frame as RGB, and as the planes that are written
     .make_encoding = make_film_encoding},
    {.name = "npy",
     .ending = "npy",
     .note = "values",
     .page =
         "npy holds the values themselves, float32 [N, 3, H, W]; its header needs N, so that several streams or one "
         "of unknown length go to a file.",
     .holds = Holds::kValues,
     .bytes_per_value = sizeof(float),
     .make_encoding = make_array_encoding},
    {.name = "dz",
     .ending = "dzi",
     .note = "Deep Zoom with tiles of png",
     .page = kDeepZoomPage,
     .holds = Holds::kPyramid,
     .make_still = pyramid<image::kPngTiles>},
    {.name = "dz-jpg",
     .ending = "dzi",
     .note = "Deep Zoom with tiles of jpg",
     .holds = Holds::kPyramid,
     .make_still = pyramid<image::kJpegTiles>},
});

// Films and pictures that others write; a file so named with a PNG inside would only surprise.
constexpr std::array<std::string_view, 11> kForeignEndings = {"gif", "webp", "bmp", "tif",  "tiff", "svg",
                                                              "mp4", "mkv",  "mov", "webm", "avi"};

// The letters after the last point, in lower case.
std::string ending_of(std::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const size_t point = name.rfind('.');
  if (point == std::string_view::npos) return {};
  std::string ending(name.substr(point + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

// {"a", "b", "c"} -> "a, b or c"
std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string all_endings() {
  std::vector<std::string> endings;
  for (const Format& format : kFormats) {
    const std::string ending = "." + std::string(format.ending);
    if (std::ranges::find(endings, ending) == endings.end()) endings.push_back(ending);
  }
  return listed(endings);
}

}  // namespace

std::span<const Format> formats() noexcept { return kFormats; }

const Format& parse_format(std::string_view word) {
  for (const Format& format : kFormats) {
    if (word == format.name || (!word.empty() && word == format.alias)) return format;
  }
  throw base::UsageError("\"" + base::printable(word) + "\" is not a format; use " + format_names());
}

const Format& format_of_output(std::string_view output, bool film) {
  const std::string ending = ending_of(output);
  if (ending.empty()) return default_format(film);
  for (const Format& format : kFormats) {
    if (ending == format.ending || ending == format.alias) return format;
  }
  if (std::ranges::find(kForeignEndings, ending) != kForeignEndings.end()) {
    throw base::UsageError("-o " + base::printable(output) + ": ." + ending + " is not written here; take " +
                           all_endings() + ", or name the bytes with --format");
  }
  return default_format(film);
}

const Format& default_format(bool film) noexcept {
  return film ? *std::ranges::find_if(kFormats, &Format::is_film) : kFormats.front();
}

const Format& quickest_format(bool film) noexcept {
  return film ? default_format(film) : *std::ranges::find(kFormats, Holds::kPictures, &Format::holds);
}

std::vector<std::string> format_words() {
  std::vector<std::string> words;
  words.reserve(std::size(kFormats));
  for (const Format& format : kFormats) words.emplace_back(format.name);
  return words;
}

std::string format_names(bool (Format::*question)() const noexcept) {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (question == nullptr || (format.*question)()) names.emplace_back(format.name);
  }
  return listed(names);
}

std::string format_help() {
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    std::string& name = names.emplace_back(format.name);
    if (!format.note.empty()) name.append(" (").append(format.note).append(")");
  }
  return listed(names);
}

std::string format_page() {
  std::string page;
  for (const Format& format : kFormats) {
    if (!page.empty() && !format.page.empty()) page += ' ';
    page += format.page;
  }
  return page;
}

}  // namespace inr::draw
