// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Small pictures and files for tests of the store.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/philox.hpp"
#include "image/image.hpp"

namespace inr::test {

/// Smooth with some noise, another one for every index.
inline image::Image test_picture(uint64_t index, int64_t width, int64_t height) {
  image::Image picture{width, height, std::vector<uint8_t>(static_cast<size_t>(width * height * 3))};
  base::CounterRng random(7, index);
  for (size_t i = 0; i < picture.rgb.size(); ++i)
    picture.rgb[i] = static_cast<uint8_t>(i * (1 + index % 5) + random.next_below(16));
  return picture;
}

inline void write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (const std::byte b : bytes) file.put(static_cast<char>(b));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

inline std::vector<std::byte> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> c(file), end; c != end; ++c) bytes.push_back(static_cast<std::byte>(*c));
  return bytes;
}

}  // namespace inr::test
