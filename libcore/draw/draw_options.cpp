// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/draw_options.hpp"

#include <charconv>

#include "base/error.hpp"

namespace inr::draw {

image::PictureOptions picture_options(bool srgb, base::WorkerPool* pool) {
  image::PictureOptions options;
  options.srgb = srgb;
  if (pool != nullptr) {
    options.workers.n_threads = pool->size();
    options.workers.run = [pool](int64_t n, const std::function<void(int64_t)>& work) { pool->run(n, work); };
  }
  return options;
}

int64_t parse_bytes(std::string_view text) {
  constexpr int64_t kMax = int64_t{1} << 60;
  int64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(stop, static_cast<size_t>(text.data() + text.size() - stop));
  int shift = 0;
  if (unit == "K" || unit == "k") shift = 10;
  if (unit == "M") shift = 20;
  if (unit == "G") shift = 30;
  if (fault != std::errc() || value < 1 || (shift == 0 && !unit.empty()) || value > kMax >> shift) {
    throw base::UsageError("\"" + base::printable(text) + "\" is not an amount of memory; write 256M or 2G");
  }
  return value << shift;
}

}  // namespace inr::draw
