// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Requests as tests make them.
#pragma once
#include <string>

#include "draw/request.hpp"
#include "support/stream_bytes.hpp"

namespace inr::test {

inline draw::Request completed(draw::Request request, const std::string& output = {}) {
  draw::complete(request, output);
  return request;
}

inline draw::Request of(draw::Mode mode) {
  draw::Request request;
  request.mode = mode;
  return request;
}

inline draw::Request film() {
  draw::Request request = of(draw::Mode::kZoom);
  request.to = model::Window{0.25, 0.25, 0.5, 0.5};
  return request;
}

inline draw::Request each_of(std::string_view format, int64_t width = 0, int64_t height = 0) {
  draw::Request request;
  request.mode = draw::Mode::kEach;
  request.width = width;
  request.height = height;
  request.format = &draw::parse_format(format);
  return request;
}

inline draw::Request film_of(std::string_view format, int64_t n_frames) {
  draw::Request request = each_of(format, 24, 18);
  request.mode = draw::Mode::kZoom;
  request.window = {-0.3, -0.3, 1.3, 1.3};
  request.to = model::Window{0.5, 0.25, 0.625, 0.375};
  request.n_frames = n_frames;
  return request;
}

inline std::string text(const Bytes& bytes, size_t first, size_t count) {
  return {reinterpret_cast<const char*>(bytes.data()) + first, count};
}

}  // namespace inr::test
