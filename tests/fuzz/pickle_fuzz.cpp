// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Hostile snapshots: whatever the bytes, reading, planning and listing end with a result or one DataError, in bounded
// time and memory. Made by run.sh with sanitizers: with clang as a target of libFuzzer, else (INR_OWN_LOOP) with a loop
// of its own that damages the given files.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "store/released_import.hpp"
#include "store/released_list.hpp"

namespace {

using namespace inr;

// All of a tensor's values, at least its first and last, through the same door as the importer's.
void touch(const store::ReleasedTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(std::min<int64_t>(tensor.numel, 64)));
  tensor.read(0, values);
  tensor.read(tensor.numel - static_cast<int64_t>(values.size()), values);
}

void read_everything(std::span<const std::byte> bytes) {
  try {
    const store::ReleasedSource source = store::read_released_pickle(bytes, "fuzz");
    for (const auto& [name, tensor] : source.tensors) touch(tensor);
    if (store::list_released(source).empty()) std::abort();
    const store::ReleasedPlan plan = store::plan_released(source);
    for (const store::ReleasedOutput& tensor : plan.tensors)
      for (const store::ReleasedOutput::Part& part : tensor.parts) touch(*part.tensor);
  } catch (const base::DataError& error) {
    const std::string text = error.what();
    if (text.find('\n') != std::string::npos || text.size() > 4096) std::abort();  // one line
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Behind a copy of the exact size, so that a step too far is seen.
  const std::vector<uint8_t> copy(data, data + size);
  read_everything(std::as_bytes(std::span(copy)));
  return 0;
}

#ifdef INR_OWN_LOOP
#include <chrono>
#include <cstdio>

#include "base/atomic_file.hpp"
#include "support/mutate.hpp"

// pickle_fuzz SECONDS FIRST_CASE FILE...
int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: pickle_fuzz SECONDS FIRST_CASE FILE...\n", stderr), 2;
  std::vector<std::vector<std::byte>> originals;
  for (int i = 3; i < argc; ++i) originals.push_back(base::read_file(argv[i]));
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  const double seconds = std::atof(argv[1]);
  const uint64_t first = std::strtoull(argv[2], nullptr, 10);
  uint64_t n = 0;
  for (; elapsed() < seconds; ++n) {
    const std::vector<std::byte> damaged = test::mutate(originals[n % originals.size()], first + n);
    read_everything(damaged);
    if (n % 1000 == 0)
      std::fprintf(stderr, "case %llu, %.0f s\n", static_cast<unsigned long long>(first + n), elapsed());
  }
  std::printf("%llu cases in %.0f s\n", static_cast<unsigned long long>(n), elapsed());
  return 0;
}
#endif
