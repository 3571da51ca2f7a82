// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The list of names (released.md, section 5).
#include <array>

#include "released/pickle_reader.hpp"

namespace inr::released {
namespace {

struct Name {
  std::string_view module, name;
  PickleGlobal global;
};

constexpr std::array kSnapshotNames = {
    Name{"torch_utils.persistence", "_reconstruct_persistent_obj", PickleGlobal::kReconstruct},
    Name{"torch._utils", "_rebuild_parameter", PickleGlobal::kRebuildParameter},
    Name{"torch._utils", "_rebuild_tensor_v2", PickleGlobal::kRebuildTensor},
    Name{"torch.storage", "_load_from_bytes", PickleGlobal::kLoadFromBytes},
    Name{"torch.nn.modules.container", "ModuleList", PickleGlobal::kModuleList},
    Name{"collections", "OrderedDict", PickleGlobal::kOrderedDict},
    Name{"dnnlib.util", "EasyDict", PickleGlobal::kEasyDict},
    Name{"numpy.core.multiarray", "scalar", PickleGlobal::kOpaque},
    Name{"numpy._core.multiarray", "scalar", PickleGlobal::kOpaque},
    Name{"numpy", "dtype", PickleGlobal::kOpaque},
    Name{"collections", "defaultdict", PickleGlobal::kOpaque},
    Name{"builtins", "dict", PickleGlobal::kOpaque},
};
constexpr std::array kStorageNames = {
    Name{"torch", "FloatStorage", PickleGlobal::kFloatStorage},
    Name{"torch.cuda", "FloatStorage", PickleGlobal::kFloatStorage},
};
// Of these every name is opaque; a name with a dot would be something inside of something else ("os.system").
constexpr std::array<std::string_view, 2> kOpaquePackages = {"omegaconf", "typing"};

bool in_package(std::string_view module, std::string_view package) {
  return module.starts_with(package) && (module.size() == package.size() || module[package.size()] == '.');
}

template <size_t n>
std::optional<PickleGlobal> find(const std::array<Name, n>& names, std::string_view module, std::string_view name) {
  for (const Name& known : names)
    if (known.module == module && known.name == name) return known.global;
  return std::nullopt;
}

}  // namespace

std::optional<PickleGlobal> known_global(PickleDialect dialect, std::string_view module, std::string_view name) {
  constexpr std::string_view kSource = "src.";
  if (dialect == PickleDialect::kStorage) return find(kStorageNames, module, name);
  if (module.starts_with(kSource)) module.remove_prefix(kSource.size());
  for (const std::string_view package : kOpaquePackages)
    if (in_package(module, package) && name.find('.') == std::string_view::npos) return PickleGlobal::kOpaque;
  return find(kSnapshotNames, module, name);
}

}  // namespace inr::released
