// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "image/library_versions.hpp"

#include <jpeglib.h>  // after <cstdio>, which it needs
#include <png.h>
#include <webp/decode.h>

#include <cstdio>

namespace inr::image {
namespace {

#define INR_TEXT_OF(x) #x
#define INR_EXPANDED_TEXT_OF(x) INR_TEXT_OF(x)
// libjpeg-turbo tells its version only when the program is compiled.
constexpr const char* kJpegVersion = INR_EXPANDED_TEXT_OF(LIBJPEG_TURBO_VERSION);
#undef INR_EXPANDED_TEXT_OF
#undef INR_TEXT_OF

}  // namespace

std::vector<std::pair<std::string, std::string>> library_versions() {
  const int webp = WebPGetDecoderVersion();  // 0xMMmmrr
  return {{"libpng", png_get_libpng_ver(nullptr)},
          {"libjpeg-turbo", kJpegVersion},
          {"libwebp",
           std::to_string(webp >> 16) + "." + std::to_string(webp >> 8 & 0xff) + "." + std::to_string(webp & 0xff)}};
}

}  // namespace inr::image
