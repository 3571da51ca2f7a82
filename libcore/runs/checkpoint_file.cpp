// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "runs/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/checkpoint_name.hpp"

namespace inr::runs {
namespace {

using base::Json;
namespace fs = std::filesystem;

constexpr int64_t kMaxCount = int64_t{1} << 60;  // positions and keys that are made of a count stay in its range

/// A pickle of protocol 2 to 5, by its first bytes.
bool looks_like_pickle(const std::string& path) {
  std::array<char, 2> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

[[noreturn]] void refuse_released(const std::string& path, const std::string& fault) {
  const std::string name = base::printable(fs::path(path).filename().string());
  throw base::DataError(base::Fault::kForeign, path, fault,
                        "convert it with inr-import " + name + " -o NAME.safetensors");
}

}  // namespace

base::Safetensors open_checkpoint(const std::string& path, base::Check check) {
  if (looks_like_pickle(path)) refuse_released(path, "is a pickle, as checkpoints of the released INR-GAN code are");
  base::Safetensors file = base::Safetensors::open(path, check);
  if (!file.metadata("init_kwargs").empty()) refuse_released(path, "is a checkpoint of the released INR-GAN code");
  if (file.metadata("format") != kCheckpointFormat) {
    throw base::DataError(base::Fault::kForeign, path, "is not an inr-gan checkpoint",
                          "its metadata lacks format = '" + std::string(kCheckpointFormat) + "'");
  }
  if (file.metadata("version") != kCheckpointVersion) {
    const std::string version = file.metadata("version");
    const bool newer = !version.empty() && version != "0" &&
                       std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
    throw base::DataError(newer ? base::Fault::kNewer : base::Fault::kDamaged, path,
                          "has checkpoint version '" + base::printable(version) + "'",
                          newer ? "this program reads version 1; use a newer one" : "the file is damaged");
  }
  return file;
}

bool is_cut_or_damaged(const std::string& path, base::Check check) {
  try {
    (void)base::Safetensors::open(path, check);
    return false;
  } catch (const base::DataError& error) {
    switch (error.fault()) {
      case base::Fault::kEmpty:
      case base::Fault::kCutShort:
      case base::Fault::kDamaged:
        return true;
      case base::Fault::kForeign:
        return !looks_like_pickle(path);
      case base::Fault::kNewer:
      case base::Fault::kUnsupported:
      case base::Fault::kOther:
        break;
    }
    return false;
  }
}

Json metadata_json(const base::Safetensors& file, const std::string& key) {
  const std::string text = file.metadata(key);
  return text.empty() ? Json() : base::parse_json(text, file.where() + ": metadata " + key);
}

model::Config read_config(const base::Safetensors& file) {
  return model::parse_config(metadata_json(file, "config"), file.where() + ": config");
}

int64_t progress_count(const Json& json, const char* key, const std::string& where) {
  const auto refuse = [&](const std::string& fault) {
    throw base::DataError(base::Fault::kDamaged, where, "progress " + fault + " '" + key + "'",
                          "the checkpoint cannot be resumed");
  };
  if (!json.is_object() || !json.contains(key) || !json[key].is_number_integer()) refuse("has no count");
  const auto value = json[key].get<int64_t>();  // what leaves int64 comes out negative
  if (value < 0 || value > kMaxCount) refuse("has an impossible count");
  return value;
}

model::Config load_config(const std::string& path) { return read_config(open_checkpoint(path, base::Check::kHead)); }

Json checkpoint_provenance(const std::string& path) {
  return metadata_json(open_checkpoint(path, base::Check::kHead), "provenance");
}

int64_t checkpoint_progress(const std::string& path) {
  const Json progress = metadata_json(open_checkpoint(path, base::Check::kHead), "progress");
  return progress.is_object() ? progress_count(progress, "iteration", path) : 0;
}

std::vector<std::pair<int64_t, std::string>> list_checkpoints(const std::string& run) {
  std::vector<std::pair<int64_t, std::string>> out;
  std::error_code error;
  fs::directory_iterator entries(run, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (const auto iteration = model::checkpoint_iteration(name))
      out.emplace_back(*iteration, entries->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    throw base::SystemError(run, "read the folder", error.value());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<base::Safetensors> open_newest_checkpoint(const std::string& run) {
  const auto found = list_checkpoints(run);
  for (auto it = found.rbegin(); it != found.rend(); ++it) {
    try {
      return open_checkpoint(it->second);
    } catch (const base::Error& error) {
      base::log_error(std::string(error.what()) + " (skipped)");
    }
  }
  return std::nullopt;
}

std::string newest_checkpoint(const std::string& run) {
  const std::optional<base::Safetensors> file = open_newest_checkpoint(run);
  return file ? file->where() : std::string();
}

std::string resolve_checkpoint(const std::string& file_or_run) {
  std::error_code error;
  if (!fs::is_directory(file_or_run, error)) return file_or_run;
  std::string newest = newest_checkpoint(file_or_run);
  if (newest.empty()) {
    throw base::DataError(file_or_run, "has no whole checkpoint yet",
                          "give a folder that inr-train -o made, or a checkpoint file");
  }
  return newest;
}

}  // namespace inr::runs
