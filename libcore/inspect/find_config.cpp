// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "inspect/find_config.hpp"

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "inspect/inspect.hpp"
#include "model/presets.hpp"

namespace inr::inspect {
namespace {

constexpr uint64_t kMaxJsonBytes = uint64_t{16} << 20;

bool is_preset(const std::string& name) {
  return std::any_of(model::presets().begin(), model::presets().end(),
                     [&](const model::Preset& preset) { return preset.name == name; });
}

model::Config read_json_file(const std::string& path) {
  const std::vector<std::byte> bytes = base::read_file(path, kMaxJsonBytes);
  std::string text(bytes.size(), '\0');
  std::transform(bytes.begin(), bytes.end(), text.begin(), [](std::byte byte) { return static_cast<char>(byte); });
  return model::parse_config(base::parse_json(text, path), path);
}

model::Config read_checkpoint(const std::string& path) {
  const std::string text = base::Safetensors::open(path).metadata("config");
  if (text.empty())
    throw base::DataError(base::Fault::kForeign, path, "has no configuration in its metadata",
                          "give a checkpoint that inr-train made");
  return model::parse_config(base::parse_json(text, path), path);
}

std::string newest_of_run(const std::string& run) {
  constexpr const char* kKey = "newest whole checkpoint";  // as inspect.hpp names it in details
  const Finding finding = inspect(run);
  if (!finding.details.contains(kKey)) {
    throw base::DataError(run, "has no whole checkpoint", "give a folder that inr-train -o made, or a checkpoint file");
  }
  return run + (run.ends_with('/') ? "" : "/") + finding.details[kKey].get<std::string>();
}

}  // namespace

model::NamedConfig find_config(const std::string& name_or_file) {
  if (is_preset(name_or_file)) return {name_or_file, model::find_preset(name_or_file).config};
  std::error_code ignored;
  const bool names_a_file =
      name_or_file.find('/') != std::string::npos || std::filesystem::exists(name_or_file, ignored);
  if (!names_a_file) return {name_or_file, model::find_preset(name_or_file).config};  // throws, with the list
  if (name_or_file.ends_with(".json")) return {name_or_file, read_json_file(name_or_file)};
  const bool is_folder = std::filesystem::is_directory(name_or_file, ignored);
  const std::string path = is_folder ? newest_of_run(name_or_file) : name_or_file;
  return {path, read_checkpoint(path)};
}

}  // namespace inr::inspect
