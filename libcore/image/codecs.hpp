// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One reader per format, and what they share. Internal to this folder: decode() is the door.
#pragma once
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "image/decode.hpp"

namespace inr::image {

/// A picture as stored, and how it is to be turned (EXIF orientation, 1 = as it is).
struct Stored {
  Image picture;
  int orientation = 1;
};

Stored decode_png(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options);
Stored decode_jpeg(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options);
Stored decode_webp(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options);
Stored decode_ppm(std::span<const std::byte> bytes, std::string_view where, const DecodeOptions& options);

/// Throws DataError where the sides are 0 or their product exceeds max_pixels. To be called before anything is
/// allocated.
void check_size(uint64_t width, uint64_t height, std::string_view where, const DecodeOptions& options);

/// Throws DataError: the header promises more than n_bytes can hold. ends_whole: the end marker of the format is there,
/// so that the file is damaged rather than cut short.
[[noreturn]] void throw_too_short(uint64_t width, uint64_t height, size_t n_bytes, bool ends_whole,
                                  std::string_view where);

/// RGBA [n, 4] over a background into RGB [n, 3].
void lay_over(std::span<const uint8_t> rgba, Rgb background, std::span<uint8_t> rgb) noexcept;

/// Runs body, calls into a C library that reports an error by longjmp(jump). Returns whether body came to its end. body
/// may hold only objects without destructors; what must be released lives outside, in the caller, as does everything
/// that is read after an error. Compilers never inline a function that calls setjmp, so no variable of the caller sits
/// in a register that the jump would undo.
template <typename Body>
[[gnu::noinline]] bool run_guarded(std::jmp_buf& jump, Body&& body) {
  if (setjmp(jump) != 0) return false;  // NOLINT(cert-err52-cpp): the libraries' own way to report errors
  body();
  return true;
}

}  // namespace inr::image
