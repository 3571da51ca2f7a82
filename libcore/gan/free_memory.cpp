// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/free_memory.hpp"

#include <cstddef>
#include <cstdlib>  // defines __GLIBC__ where it is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace inr::gan {

void release_free_memory() noexcept {
#ifdef __GLIBC__
  constexpr size_t kWorthwhile = size_t{256} << 20;
  if (::mallinfo2().fordblks >= kWorthwhile) ::malloc_trim(0);
#endif
}

}  // namespace inr::gan
