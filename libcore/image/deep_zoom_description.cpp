// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/deep_zoom_description.hpp"

#include <algorithm>
#include <charconv>

namespace inr::image {
namespace {

constexpr std::string_view kSchema = "http://schemas.microsoft.com/deepzoom/2008";
constexpr int64_t kMaxNumber = 0x7fffffff;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// From "<NAME" to its ">", without either; empty where there is none.
std::string_view element(std::string_view xml, std::string_view name) {
  const std::string begin = "<" + std::string(name);
  for (size_t at = xml.find(begin); at != std::string_view::npos; at = xml.find(begin, at + 1)) {
    const std::string_view rest = xml.substr(at + begin.size());
    if (rest.empty() || !is_space(rest.front())) continue;
    const size_t end = rest.find('>');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }
  return {};
}

/// NAME="VALUE" or with the other quotes; empty where there is none.
std::string_view attribute(std::string_view element, std::string_view name) {
  for (size_t at = element.find(name); at != std::string_view::npos; at = element.find(name, at + 1)) {
    if (at == 0 || !is_space(element[at - 1])) continue;
    std::string_view rest = element.substr(at + name.size());
    const auto skip = [&rest] {
      while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    };
    skip();
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    skip();
    if (!rest.starts_with('"') && !rest.starts_with('\'')) continue;
    const size_t end = rest.find(rest.front(), 1);
    return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
  }
  return {};
}

std::optional<int64_t> number(std::string_view text, int64_t least) {
  int64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || stop != text.data() + text.size() || value < least || value > kMaxNumber) return {};
  return value;
}

}  // namespace

std::string to_xml(const DeepZoomDescription& description) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  for (const auto& [keyword, value] : description.text) {
    std::string safe = value;
    for (size_t at = 0; (at = safe.find("?>", at)) != std::string::npos;) safe.insert(at + 1, " ");
    xml += "<?" + keyword + " " + safe + "?>\n";
  }
  xml += "<Image xmlns=\"" + std::string(kSchema) + "\" Format=\"" + description.ending + "\" Overlap=\"" +
         std::to_string(description.overlap) + "\" TileSize=\"" + std::to_string(description.tile) +
         "\">\n  <Size Width=\"" + std::to_string(description.width) + "\" Height=\"" +
         std::to_string(description.height) + "\"/>\n</Image>\n";
  return xml;
}

std::optional<DeepZoomDescription> parse_deep_zoom(std::string_view xml) {
  DeepZoomDescription description;
  const size_t root = xml.find("<Image");
  if (root == std::string_view::npos) return std::nullopt;
  std::string_view head = xml.substr(0, root);
  const std::string_view image = element(xml, "Image"), size = element(xml, "Size");
  const auto width = number(attribute(size, "Width"), 1), height = number(attribute(size, "Height"), 1);
  const auto tile = number(attribute(image, "TileSize"), 1), overlap = number(attribute(image, "Overlap"), 0);
  description.ending = attribute(image, "Format");
  const bool is_word = !description.ending.empty() &&
                       std::ranges::all_of(description.ending, [](char c) { return c >= 'a' && c <= 'z'; });
  if (attribute(image, "xmlns") != kSchema || !width || !height || !tile || !overlap || !is_word) return std::nullopt;
  description.width = *width;
  description.height = *height;
  description.tile = *tile;
  description.overlap = *overlap;
  while (true) {
    const size_t begin = head.find("<?");
    const size_t end = begin == std::string_view::npos ? begin : head.find("?>", begin);
    if (end == std::string_view::npos) return description;
    const std::string_view body = head.substr(begin + 2, end - begin - 2);
    const size_t space = std::min(body.find(' '), body.size());
    if (body.substr(0, space) != "xml")
      description.text.emplace_back(body.substr(0, space), body.substr(std::min(space + 1, body.size())));
    head.remove_prefix(end + 2);
  }
}

}  // namespace inr::image
