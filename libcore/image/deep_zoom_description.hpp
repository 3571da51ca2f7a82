// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// NAME.dzi: the piece of XML that tells a viewer of a Deep Zoom picture (deep_zoom.hpp) its size and its tiles.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "image/row_writer.hpp"  // TextChunks

namespace inr::image {

struct DeepZoomDescription {
  int64_t width = 0, height = 0;  ///< of the whole picture
  int64_t tile = 0, overlap = 0;  ///< pixels: side of a tile without the overlap; overlap at a side with a neighbour
  std::string ending;             ///< of the tiles' names: "png", "jpg"
  TextChunks text;                ///< <?keyword text?>, which no viewer minds
};

/// The XML. A "?>" inside text is written "? >".
std::string to_xml(const DeepZoomDescription& description);

/// What such an XML says, written by anybody; nothing where it is none: another root or schema, a size that is no
/// number from 1 to 2^31 - 1, an ending that is not a word of letters. Not an XML reader: elements and attributes are
/// looked for where a description has them.
std::optional<DeepZoomDescription> parse_deep_zoom(std::string_view xml);

}  // namespace inr::image
