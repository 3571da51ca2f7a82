// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The one EXIF field that changes what a picture looks like: tag 0x0112, orientation (EXIF 2.32, section 4.6.4).
// Internal to this folder.
#pragma once
#include <cstddef>
#include <span>

#include "image/image.hpp"

namespace inr::image {

/// tiff: an EXIF block from its TIFF header ("II*\0" or "MM\0*") on; an "Exif\0\0" before it is skipped. Returns 1 to
/// 8; 1 (as it is) for anything that cannot be read: a picture is not refused for its camera's notes.
int exif_orientation(std::span<const std::byte> tiff) noexcept;

/// The picture as a viewer shows it: 1 as it is, 2 mirrored left-right, 3 turned by 180 degrees, 4 mirrored top-bottom,
/// 5 transposed, 6 turned by 90 degrees clockwise, 7 transposed over the other diagonal, 8 turned by 90 degrees
/// counter-clockwise.
Image turned_upright(Image stored, int orientation);

}  // namespace inr::image
