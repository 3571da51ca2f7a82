// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures and films: size, whether all of it is there, and the command that made it where the picture says so.
// Told from the structure of the file; with --check every picture is decoded too.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "image/decode.hpp"
#include "image/png_text.hpp"
#include "inspect/inspect_parts.hpp"

namespace inr::inspect::parts {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kCommandKey = "inr.command";

bool starts_with(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

unsigned u8(Bytes bytes, size_t i) { return std::to_integer<unsigned>(bytes[i]); }
unsigned be16(Bytes bytes, size_t i) { return u8(bytes, i) << 8 | u8(bytes, i + 1); }

void set_size(Finding& finding, uint64_t width, uint64_t height) {
  finding.summary = std::to_string(width) + "x" + std::to_string(height);
  finding.details["size"] = {width, height};
}

void png(Finding& finding, Bytes bytes) {
  finding.kind = "PNG picture";
  const image::PngReport report = image::inspect_png(bytes);
  if (report.width > 0) {
    set_size(finding, report.width, report.height);
    finding.details["channels"] = report.channels;
    finding.details["bits"] = report.bits;
  }
  for (const auto& [keyword, text] : report.text) add_text(finding, keyword, text);
  if (report.state == image::Wholeness::kCut) set_fault(finding, base::Fault::kCutShort, report.fault);
  if (report.state == image::Wholeness::kDamaged) set_fault(finding, base::Fault::kDamaged, report.fault);
}

// A comment of ours reads "keyword: text".
void jpeg_comment(Finding& finding, std::string_view comment) {
  const size_t colon = comment.find(": ");
  if (colon != std::string_view::npos)
    add_text(finding, std::string(comment.substr(0, colon)), std::string(comment.substr(colon + 2)));
  else
    add_text(finding, "comment", std::string(comment));
}

void jpeg(Finding& finding, Bytes bytes) {
  finding.kind = "JPEG picture";
  size_t at = 2;
  bool scans = false;
  std::vector<std::string> comments;
  while (at + 4 <= bytes.size() && !scans) {
    if (u8(bytes, at) != 0xFF)
      return set_fault(finding, base::Fault::kDamaged, "no marker at byte " + std::to_string(at));
    const unsigned marker = u8(bytes, at + 1);
    if (marker == 0xFF) {  // fill
      ++at;
      continue;
    }
    const size_t length = be16(bytes, at + 2);
    if (length < 2)
      return set_fault(finding, base::Fault::kDamaged, "a segment without length at byte " + std::to_string(at));
    if (at + 2 + length > bytes.size()) break;
    const Bytes body = bytes.subspan(at + 4, length - 2);
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame && body.size() >= 6) {
      set_size(finding, be16(body, 3), be16(body, 1));
      finding.details["channels"] = u8(body, 5);
    }
    if (marker == 0xFE) comments.emplace_back(reinterpret_cast<const char*>(body.data()), body.size());
    scans = marker == 0xDA;
    at += 2 + length;
  }
  for (const std::string& comment : comments) jpeg_comment(finding, comment);
  // Some cameras pad; the end marker is the last thing that is not zero.
  size_t end = bytes.size();
  while (end > at && bytes[end - 1] == std::byte{0}) --end;
  if (!scans || end < 2 || be16(bytes, end - 2) != 0xFFD9)
    set_fault(finding, base::Fault::kCutShort, "cut short: no end marker");
}

void webp(Finding& finding, Bytes bytes) {
  finding.kind = "WebP picture";
  uint64_t promised = 8;
  for (size_t i = 0; i < 4; ++i) promised += uint64_t{u8(bytes, 4 + i)} << 8 * i;
  if (promised > bytes.size())
    set_fault(finding, base::Fault::kCutShort,
              "cut short: " + std::to_string(bytes.size()) + " of " + std::to_string(promised) + " bytes");
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Decimal number after white space and comments, as PPM headers have them.
std::optional<uint64_t> ppm_number(Bytes bytes, size_t& at) {
  const auto character = [&](size_t i) { return static_cast<char>(bytes[i]); };
  for (bool comment = false; at < bytes.size() && (comment || is_space(character(at)) || character(at) == '#'); ++at)
    comment = character(at) == '#' || (comment && character(at) != '\n');
  const auto digit = [&] { return at < bytes.size() && character(at) >= '0' && character(at) <= '9'; };
  uint64_t value = 0;
  const size_t first = at;
  for (; digit() && at - first < 9; ++at) value = value * 10 + static_cast<uint64_t>(character(at) - '0');
  if (at == first || digit()) return std::nullopt;
  return value;
}

// Pictures may follow one another, as `inr-render each` writes them to a pipe.
void ppm(Finding& finding, Bytes bytes) {
  finding.kind = "PPM picture";
  uint64_t n_pictures = 0;
  for (size_t at = 0; at < bytes.size(); ++n_pictures) {
    const Bytes rest = bytes.subspan(at);
    if (!starts_with(rest, "P6") && !starts_with(rest, "P5")) {
      set_fault(finding, base::Fault::kDamaged,
                "the bytes after picture " + std::to_string(n_pictures) + " are not a PPM");
      break;
    }
    size_t header = 2;
    const auto width = ppm_number(rest, header), height = ppm_number(rest, header), maximum = ppm_number(rest, header);
    const bool complete = header < rest.size();
    if (!width || !height || !maximum || !complete) {
      set_fault(finding, complete ? base::Fault::kDamaged : base::Fault::kCutShort,
                complete ? "no PPM header at byte " + std::to_string(at) : "cut short in its header");
      break;
    }
    const uint64_t sample_bytes = (starts_with(rest, "P6") ? 3U : 1U) * (*maximum > 255 ? 2U : 1U);
    const uint64_t picture_bytes = *width * *height * sample_bytes;  // below 10^9 x 10^9 x 6: no overflow
    if (n_pictures == 0) set_size(finding, *width, *height);
    if (picture_bytes > rest.size() - header - 1) {
      set_fault(finding, base::Fault::kCutShort, "cut short after " + std::to_string(n_pictures) + " whole pictures");
      break;
    }
    at += header + 1 + picture_bytes;
  }
  if (n_pictures > 1) {
    finding.summary += ", " + std::to_string(n_pictures) + " pictures";
    finding.details["pictures"] = n_pictures;
  }
}

// Bytes of one frame; nothing where the chroma layout is not known.
std::optional<uint64_t> y4m_frame_bytes(std::string_view chroma, uint64_t width, uint64_t height) {
  const uint64_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
  if (chroma == "444") return 3 * width * height;
  if (chroma == "422") return width * height + 2 * half_width * height;
  if (chroma == "mono") return width * height;
  if (chroma.empty() || chroma == "420" || chroma == "420jpeg" || chroma == "420mpeg2" || chroma == "420paldv")
    return width * height + 2 * half_width * half_height;
  return std::nullopt;
}

void y4m(Finding& finding, Bytes bytes) {
  finding.kind = "YUV4MPEG2 film";
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t line_end = text.substr(0, 4096).find('\n');
  if (line_end == std::string_view::npos) return set_fault(finding, base::Fault::kCutShort, "cut short in its header");
  uint64_t width = 0, height = 0;
  std::string_view chroma, rate;
  for (size_t at = text.find(' '); at < line_end;) {
    const size_t end = std::min(text.find(' ', at + 1), line_end);
    const std::string_view word = text.substr(at + 1, end - at - 1);
    if (!word.empty()) {
      size_t digits = 1;
      const Bytes word_bytes = std::as_bytes(std::span(word));
      if (word[0] == 'W') width = ppm_number(word_bytes, digits).value_or(0);
      if (word[0] == 'H') height = ppm_number(word_bytes, digits).value_or(0);
      if (word[0] == 'C') chroma = word.substr(1);
      if (word[0] == 'F') rate = word.substr(1);
    }
    at = end;
  }
  if (width == 0 || height == 0) return set_fault(finding, base::Fault::kDamaged, "its header names no size");
  set_size(finding, width, height);
  finding.details["frame rate"] = std::string(rate);
  const std::optional<uint64_t> frame_bytes = y4m_frame_bytes(chroma, width, height);
  if (!frame_bytes) {
    finding.details["chroma"] = std::string(chroma);
    return;
  }
  uint64_t n_frames = 0;
  for (size_t at = line_end + 1; at < text.size(); ++n_frames) {
    const std::string_view head = text.substr(at, 4096);
    const size_t end = head.find('\n');
    const size_t comparable = std::min<size_t>(head.size(), 5);
    if (head.substr(0, comparable) != std::string_view("FRAME").substr(0, comparable)) {
      set_fault(finding, base::Fault::kDamaged, "no frame at byte " + std::to_string(at));
      break;
    }
    if (end == std::string_view::npos || *frame_bytes > text.size() - at - end - 1) {
      set_fault(finding, base::Fault::kCutShort, "cut short after " + std::to_string(n_frames) + " whole frames");
      break;
    }
    at += end + 1 + *frame_bytes;
  }
  finding.summary += ", " + std::to_string(n_frames) + (n_frames == 1 ? " frame" : " frames");
  finding.details["frames"] = n_frames;
  if (n_frames == 0 && finding.fault.empty())
    set_fault(finding, base::Fault::kCutShort, "cut short: a film without a frame");
}

void check_pixels(Finding& finding, Bytes bytes, const std::string& path) {
  const base::Json& details = finding.details;
  if (details.contains("pictures")) return;  // several in one file: their sizes are right, nothing else can be checked
  if (details.contains("size") &&
      details["size"][0].get<uint64_t>() * details["size"][1].get<uint64_t>() > image::DecodeOptions{}.max_pixels) {
    finding.details["checked"] = "structure only: too large to be decoded";
    return;
  }
  try {
    const image::Image picture = image::decode(bytes, path);
    if (!details.contains("size"))
      set_size(finding, static_cast<uint64_t>(picture.width), static_cast<uint64_t>(picture.height));
    finding.details["checked"] = "every pixel decoded";
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
  }
}

}  // namespace

void add_text(Finding& finding, const std::string& keyword, const std::string& text) {
  if (keyword == kCommandKey) {
    finding.details["command"] = text;
    finding.summary += ", made by: " + base::printable(text, 200);
  } else {
    finding.details["text"][base::printable(keyword)] = text;
  }
}

Finding inspect_picture(const std::string& path, Bytes start, const InspectOptions& options) {
  Finding finding;
  const image::Format format = image::sniff(start);
  const bool film = starts_with(start, "YUV4MPEG2 ");
  const bool text = format == image::Format::kPpm && start.size() > 2 && !is_space(static_cast<char>(start[2]));
  if ((format == image::Format::kUnknown && !film) || text) return finding;
  finding.state = FileState::kWhole;
  const base::MappedFile file(path);
  const Bytes bytes = file.bytes();
  if (film) y4m(finding, bytes);
  if (format == image::Format::kPng) png(finding, bytes);
  if (format == image::Format::kJpeg) jpeg(finding, bytes);
  if (format == image::Format::kWebp) webp(finding, bytes);
  if (format == image::Format::kPpm) ppm(finding, bytes);
  if (options.check && !film && finding.state == FileState::kWhole) check_pixels(finding, bytes, path);
  return finding;
}

}  // namespace inr::inspect::parts
