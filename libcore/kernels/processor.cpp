// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/processor.hpp"

#include <stdexcept>

#include "kernels/cpu/tables.hpp"

namespace inr::kernels {

std::vector<Processor> usable_processors() {
  std::vector<Processor> out{Processor::kPortable};
#if defined(INR_KERNELS_X86)
  if (__builtin_cpu_supports("fma")) out.push_back(Processor::kPortableFma);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(Processor::kAvx2);
  if (__builtin_cpu_supports("avx512f")) out.push_back(Processor::kAvx512);
#endif
  return out;
}

Processor best_processor() noexcept {
#if defined(INR_KERNELS_X86)
  if (__builtin_cpu_supports("avx512f")) return Processor::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Processor::kAvx2;
  if (__builtin_cpu_supports("fma")) return Processor::kPortableFma;
#endif
  return Processor::kPortable;
}

const Operations& operations(Processor processor) {
  switch (processor) {
    case Processor::kPortable:
      return cpu::kPortable;
#if defined(INR_KERNELS_X86)
    case Processor::kPortableFma:
      return cpu::kPortableFma;
    case Processor::kAvx2:
      return cpu::kAvx2;
    case Processor::kAvx512:
      return cpu::kAvx512;
#else
    case Processor::kPortableFma:
    case Processor::kAvx2:
    case Processor::kAvx512:
      break;
#endif
  }
  throw std::logic_error("kernels of another architecture");
}

}  // namespace inr::kernels
