// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the tests of operations share.
#pragma once
#include <cstdint>
#include <random>

#include "kernels/buffer.hpp"
#include "kernels/processor.hpp"
#include "support/test.hpp"

namespace inr::test {

using kernels::Buffer;

/// N(0, size^2).
inline Buffer random(int64_t n, unsigned seed, float size = 1) {
  Buffer out(n);
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  for (int64_t i = 0; i < n; ++i) out.data()[i] = size * normal(generator);
  return out;
}

template <typename Body>
void on_every_processor(const Body& body) {
  for (const kernels::Processor processor : kernels::usable_processors()) {
    const kernels::Operations& operations = kernels::operations(processor);
    BOOST_TEST_CONTEXT(operations.name) { body(operations); }
  }
}

}  // namespace inr::test
