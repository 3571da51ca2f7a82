// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The output formats of inr-render, one row each: what a format is called, what it holds and who writes it. The
// option's help and completion, the choice by a file's name, the man page and every message that lists formats are made
// from the rows. To add a format, write its writer and add its row in formats.cpp; nothing else names a format.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "draw/draw_options.hpp"
#include "image/row_writer.hpp"

namespace inr::draw {

class Encoding;
struct Request;

/// What one output of a format holds.
enum class Holds {
  kPicture,   ///< one picture; several need numbered files
  kPictures,  ///< any number of pictures, one after another; numbered files hold one each
  kFilm,      ///< the frames of a film, all of one size; frames are encoded from a whole picture in memory
  kValues,    ///< no pictures but the functions' values, one array for all records, all of one size
  kPyramid,   ///< one picture as a folder of tiles, which no pipe can take
};

/// What readers take the colours of a format for.
enum class Srgb {
  kUnsaid,   ///< the format cannot say
  kImplied,  ///< sRGB, always
  kMarked,   ///< sRGB where the file says so (--srgb)
};

struct Format {
  std::string_view name{};    ///< the word for --format
  std::string_view ending{};  ///< of a file's name, without the point; belongs to the first row that has it
  std::string_view alias{};   ///< another spelling of both; may be empty
  std::string_view note{};    ///< for the help text, in brackets behind the name; may be empty
  std::string_view page{};    ///< sentences of the man page; may be empty
  Holds holds = Holds::kPicture;
  Srgb srgb = Srgb::kUnsaid;
  int64_t bytes_per_value = 1;  ///< memory that an encoded picture takes for each of its 3 W H values, at most
  /// A writer of one still picture. Null where the format holds none (kFilm, kValues).
  std::unique_ptr<image::RowWriter> (*make_still)(const OutputTarget& target, int64_t width, int64_t height,
                                                  const image::TextChunks& text,
                                                  const image::PictureOptions& options) = nullptr;
  /// A writer of pictures that follow one another. Null for a pyramid.
  std::unique_ptr<Encoding> (*make_encoding)(const Request& request) = nullptr;

  [[nodiscard]] bool is_film() const noexcept { return holds == Holds::kFilm; }
  [[nodiscard]] bool is_pyramid() const noexcept { return holds == Holds::kPyramid; }
  [[nodiscard]] bool has_values() const noexcept { return holds == Holds::kValues; }
  /// Do all pictures go into one output, and have one size?
  [[nodiscard]] bool joins_pictures() const noexcept { return is_film() || has_values(); }
  /// Can several pictures follow one another in one output?
  [[nodiscard]] bool takes_several() const noexcept { return joins_pictures() || holds == Holds::kPictures; }
};

/// All rows, in the order in which they are listed to users. Constant; the rows live as long as the program.
std::span<const Format> formats() noexcept;

/// By name or alias. Throws UsageError, which lists the names.
const Format& parse_format(std::string_view word);
/// By the ending of an output's name ("-", empty, or an unknown ending: the default). Throws UsageError for the ending
/// of a well-known format that is not written here.
const Format& format_of_output(std::string_view output, bool film);
/// What is written where neither --format nor a name says otherwise.
const Format& default_format(bool film) noexcept;
/// The one that costs least time, for pictures that are drawn and not kept.
const Format& quickest_format(bool film) noexcept;

/// "ppm, y4m or npy": the names of the rows for which a question is answered with yes, of all without one.
std::string format_names(bool (Format::*question)() const noexcept = nullptr);
/// The same as a list, for completion.
std::vector<std::string> format_words();
/// The rows with their notes, for the help text of --format.
std::string format_help();
/// What the man page says of the formats, one after another.
std::string format_page();

}  // namespace inr::draw
