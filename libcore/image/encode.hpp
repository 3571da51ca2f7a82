// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whole pictures into bytes in one call; row_writer.hpp is the streaming way and gives the same bytes.
#pragma once
#include <cstddef>
#include <vector>

#include "image/image.hpp"
#include "image/row_writer.hpp"

namespace inr::image {

/// 8-bit RGB.
std::vector<std::byte> encode_png(const Image& picture, const TextChunks& text = {});

/// Baseline, 4:4:4 (no chroma subsampling), quality 1..100. Throws UsageError (quality, a side above 65500).
std::vector<std::byte> encode_jpeg(const Image& picture, int quality);

/// P6, maximum 255.
std::vector<std::byte> encode_ppm(const Image& picture);

/// A sink that appends to bytes, which must outlive it.
Sink sink_into(std::vector<std::byte>& bytes);

}  // namespace inr::image
