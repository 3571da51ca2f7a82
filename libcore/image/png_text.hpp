// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A PNG looked at from outside: size, text, and whether it is whole, from its chunks alone, no pixel decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "image/row_writer.hpp"  // TextChunks

namespace inr::image {

enum class Wholeness {
  kWhole,    ///< every chunk has its right CRC, IHDR first, pixels, IEND last
  kCut,      ///< ends inside a chunk or before IEND, right so far
  kDamaged,  ///< a wrong CRC or a chunk that cannot be
};

struct PngReport {
  Wholeness state = Wholeness::kDamaged;
  std::string fault;               ///< one line, empty where whole: "chunk IDAT at byte 41: wrong CRC"
  uint32_t width = 0, height = 0;  ///< 0 where IHDR could not be read
  int bits = 0;                    ///< a sample
  int channels = 0;                ///< 1 grey or palette, 2 grey + alpha, 3 RGB, 4 RGBA
  TextChunks text;  ///< of tEXt (Latin-1 turned into UTF-8) and uncompressed iTXt, in file order, up to the fault
};

/// Reads all chunks. Bytes that do not begin with PNG's signature are kDamaged ("not a PNG"). Never throws on content;
/// text is as it stands in the file: use base::printable() before it reaches a terminal.
PngReport inspect_png(std::span<const std::byte> bytes);

}  // namespace inr::image
