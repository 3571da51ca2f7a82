// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/device.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <array>
#include <charconv>
#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"

namespace inr::parallel {
namespace {

constexpr const char* kCudaHalf = "libtorch_cuda.so";
constexpr const char* kUseProcessor = "or use --device cpu";

/// What dlopen has to say, one library by name: "libcublas.so.13: cannot open shared object file: ...".
std::string loader_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "unknown error of the loader" : base::printable(text, 400);
}

/// Number of GPUs by the driver's own library (a small one, so that asking costs little). Throws SystemError saying
/// which of driver and GPU is missing.
int count_gpus() {
  void* driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) {
    throw base::SystemError("--device cuda: this machine has no NVIDIA driver (" + loader_error() + "); install one, " +
                            kUseProcessor);
  }
  using Init = int (*)(unsigned);
  using GetCount = int (*)(int*);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the loader knows functions as addresses
  const auto init = reinterpret_cast<Init>(::dlsym(driver, "cuInit"));
  const auto get_count = reinterpret_cast<GetCount>(::dlsym(driver, "cuDeviceGetCount"));
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  int n_gpus = 0;
  const int fault = init == nullptr || get_count == nullptr ? -1 : init(0);
  if (fault != 0 || get_count(&n_gpus) != 0 || n_gpus < 1) {
    throw base::SystemError("--device cuda: the NVIDIA driver finds no GPU" +
                            (fault != 0 ? " (cuInit returned " + std::to_string(fault) + ")" : std::string()) +
                            "; check nvidia-smi and CUDA_VISIBLE_DEVICES, " + kUseProcessor);
  }
  return n_gpus;
}

/// The folder of LibTorch's processor half in this process, "" where the loader does not tell.
std::filesystem::path libtorch_folder() {
  Dl_info info{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the loader knows functions as addresses
  if (::dladdr(reinterpret_cast<const void*>(&at::globalContext), &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

/// Its symbols are made global: LibTorch finds the GPU's kernels by their registration at load time.
void load_cuda_half() {
  const std::filesystem::path beside = libtorch_folder() / kCudaHalf;
  std::error_code ignored;
  const std::string path = std::filesystem::exists(beside, ignored) ? beside.string() : kCudaHalf;
  if (::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    throw base::SystemError("--device cuda: LibTorch's CUDA half cannot be loaded: " + loader_error() +
                            "; build with LIBTORCH= of a CUDA build that has all its libraries, " + kUseProcessor);
  }
}

/// float32 as such, and the same sums in every run: cuDNN's own choices are neither.
void compute_exactly() {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
}

at::Device open_gpu(std::optional<int> index) {
  const int n_gpus = count_gpus();
  const int wanted = index.value_or(0);
  if (wanted >= n_gpus) {
    throw base::SystemError("--device cuda:" + std::to_string(wanted) + ": this machine has " + std::to_string(n_gpus) +
                            (n_gpus == 1 ? " GPU" : " GPUs") + ", numbered from 0");
  }
  load_cuda_half();
  if (!at::globalContext().hasCUDA()) {
    throw base::SystemError(std::string("--device cuda: ") + kCudaHalf +
                            " was loaded, but this LibTorch cannot use it; " +
                            "give LIBTORCH= of a CUDA build of one version, " + kUseProcessor);
  }
  compute_exactly();
  return {at::kCUDA, static_cast<c10::DeviceIndex>(wanted)};
}

}  // namespace

at::Device open_device(const std::string& name, std::optional<int> local_rank) {
  if (name == "cpu") return at::kCPU;
  if (name == "auto") {
    try {
      return open_gpu(local_rank);
    } catch (const base::SystemError& fault) {
      base::log_debug(std::string("computing on the processor: ") + fault.what());
      return at::kCPU;
    }
  }
  if (name == "cuda") return open_gpu(local_rank);
  int index = -1;
  if (name.starts_with("cuda:")) {
    const auto [end, error] = std::from_chars(name.data() + 5, name.data() + name.size(), index);
    if (error != std::errc() || end != name.data() + name.size() || index > 127) index = -1;
  }
  if (index < 0) throw base::UsageError("--device " + base::printable(name) + ": no device; auto, cpu, cuda or cuda:N");
  return open_gpu(index);
}

}  // namespace inr::parallel
