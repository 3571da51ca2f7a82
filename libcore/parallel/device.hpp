// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Where to compute. The tools are linked to LibTorch's processor half alone; the CUDA half is loaded when a GPU is
// asked for, so that one build serves both, and only those who use a GPU need CUDA's libraries.
#pragma once
#include <c10/core/Device.h>

#include <optional>
#include <string>

namespace inr::parallel {

/// The device of --device cpu|cuda|cuda:N|auto. cuda means the GPU number local_rank (0 where there is none); auto
/// means cuda where a GPU and all libraries are there, else cpu. Loads libtorch_cuda.so the first time a GPU is used;
/// call it before other work with tensors. A GPU then computes in float32 without TF32, and convolutions by the same
/// algorithms in every run. Not to be called from several threads at once. Throws base::UsageError where
/// the name is none of these, base::SystemError saying what is missing (driver, GPU, or a library by name) and the way
/// out.
at::Device open_device(const std::string& name, std::optional<int> local_rank = {});

}  // namespace inr::parallel
