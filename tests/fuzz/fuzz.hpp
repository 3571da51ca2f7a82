// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A fuzz target is a function of bytes that returns, or throws a DataError of one line. Made by run.sh with sanitizers:
// with clang as a target of libFuzzer, else (INR_OWN_LOOP) with a loop of its own that damages the given files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

/// What a target defines.
void fuzz_bytes(std::span<const std::byte> bytes);

inline void fuzz_once(std::span<const std::byte> bytes) {
  // A copy of the exact size, so that a step too far is seen.
  const std::vector<std::byte> copy(bytes.begin(), bytes.end());
  try {
    fuzz_bytes(copy);
  } catch (const inr::base::DataError& error) {
    const std::string text = error.what();
    if (text.find('\n') != std::string::npos || text.size() > 4096) std::abort();  // one line
  }
}

#ifndef INR_OWN_LOOP
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz_once(std::as_bytes(std::span(data, size)));
  return 0;
}
#else
#include <chrono>
#include <cstdio>

#include "base/atomic_file.hpp"
#include "support/mutate.hpp"

// TARGET SECONDS FIRST_CASE FILE...
int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: SECONDS FIRST_CASE FILE...\n", stderr), 2;
  std::vector<std::vector<std::byte> > originals;
  for (int i = 3; i < argc; ++i) originals.push_back(inr::base::read_file(argv[i]));
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  const double seconds = std::atof(argv[1]);
  const uint64_t first = std::strtoull(argv[2], nullptr, 10);
  uint64_t n = 0;
  for (; elapsed() < seconds; ++n) {
    fuzz_once(inr::test::mutate(originals[n % originals.size()], first + n));
    if (n % 1000 == 0)
      std::fprintf(stderr, "case %llu, %.0f s\n", static_cast<unsigned long long>(first + n), elapsed());
  }
  std::printf("%llu cases in %.0f s\n", static_cast<unsigned long long>(n), elapsed());
  return 0;
}
#endif
