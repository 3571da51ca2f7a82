// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoints (inr-checkpoint.5) and other safetensors files: is every tensor of the configuration there, in its shape?
#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.hpp"
#include "inspect/inspect_parts.hpp"
#include "model/theta_layout.hpp"

namespace inr::inspect::parts {
namespace {

constexpr std::string_view kFormat = "inr-gan checkpoint";
constexpr int kCheckpointVersion = 1;

bool is_float(base::Dtype dtype) {
  return dtype == base::Dtype::kF32 || dtype == base::Dtype::kF16 || dtype == base::Dtype::kBF16 ||
         dtype == base::Dtype::kF64;
}

// Names that a complete set must hold, with shapes, compared with what is there.
class SetCheck {
 public:
  explicit SetCheck(const base::Safetensors& file) : file_(file) {
    for (const base::TensorInfo& tensor : file.tensors()) unknown_.insert(tensor.name);
  }

  [[nodiscard]] bool has(std::string_view prefix) const {
    const auto& tensors = file_.tensors();
    return std::any_of(tensors.begin(), tensors.end(),
                       [&](const auto& tensor) { return tensor.name.starts_with(prefix); });
  }

  void require(const std::string& name, const std::vector<int64_t>& shape) {
    const base::TensorInfo* tensor = file_.find(name);
    unknown_.erase(name);
    if (tensor == nullptr) {
      note("tensor '" + name + "' is missing");
    } else if (tensor->shape != shape) {
      note("tensor '" + name + "' has shape " + base::shape_text(tensor->shape) + "; its configuration asks for " +
           base::shape_text(shape));
    } else if (!is_float(tensor->dtype)) {
      note("tensor '" + name + "' holds " + std::string(base::dtype_name(tensor->dtype)) +
           ", not floating-point numbers");
    }
  }
  void require_all(const std::string& prefix, const std::vector<model::TensorSpec>& specs,
                   const std::string& suffix = {}) {
    for (const model::TensorSpec& spec : specs) {
      std::string name = prefix;
      require(name.append(spec.name).append(suffix), spec.shape);
    }
  }
  void allow(const std::string& name, const std::vector<int64_t>& shape) {
    if (file_.find(name) != nullptr) require(name, shape);
  }

  /// The first fault, and how many there are; empty where there is none.
  [[nodiscard]] std::string fault() const {
    if (n_faults_ > 0)
      return first_ + (n_faults_ > 1 ? " (and " + std::to_string(n_faults_ - 1) + " more faults)" : "");
    if (!unknown_.empty()) return "tensor '" + *unknown_.begin() + "' does not belong to its configuration";
    return {};
  }

 private:
  void note(const std::string& fault) {
    if (n_faults_++ == 0) first_ = fault;
  }
  const base::Safetensors& file_;
  std::set<std::string> unknown_;
  std::string first_;
  size_t n_faults_ = 0;
};

// Which sets are there, and their faults.
std::string check_sets(const base::Safetensors& file, const model::Config& config, std::vector<std::string>& sets) {
  SetCheck check(file);
  const std::vector<model::TensorSpec> generator = model::generator_tensors(config.model);
  const std::vector<model::TensorSpec> discriminator =
      model::discriminator_tensors(config.discriminator, config.model.resolution);
  for (const auto* const prefix : {"ema.", "g."})
    if (check.has(prefix)) {
      sets.emplace_back(prefix, std::string_view(prefix).size() - 1);
      check.require_all(prefix, generator);
      check.allow(std::string(prefix) + "h_mean", {config.model.hidden});
    }
  if (check.has("d.")) {
    sets.emplace_back("d");
    check.require_all("d.", discriminator);
  }
  if (sets.empty()) return "holds none of the sets ema., g., d.";
  if (check.has("adam.")) {
    sets.emplace_back("adam");
    for (const auto* const moment : {".m", ".v"}) {
      if (check.has("adam.g.")) check.require_all("adam.g.", generator, moment);
      if (check.has("adam.d.")) check.require_all("adam.d.", discriminator, moment);
    }
  }
  return check.fault();
}

// JSON text in the metadata; null where absent.
base::Json metadata_json(const base::Safetensors& file, const std::string& key) {
  const std::string text = file.metadata(key);
  return text.empty() ? base::Json() : base::parse_json(text, "metadata '" + key + "'");
}

void check_version(const base::Safetensors& file) {
  const std::string version = file.metadata("version");
  if (version == std::to_string(kCheckpointVersion)) return;
  const bool number =
      !version.empty() && std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (number && version != "0")
    throw base::DataError(
        base::Fault::kNewer, {},
        "checkpoint of version " + base::printable(version) + ", newer than this program; update the toolkit");
  throw base::DataError(base::Fault::kDamaged, {},
                        "the version '" + base::printable(version) + "' is not a version of a checkpoint");
}

void describe_checkpoint(Finding& finding, const base::Safetensors& file, const InspectOptions& options) {
  check_version(file);
  if (file.metadata("config").empty())
    throw base::DataError(base::Fault::kDamaged, {}, "a checkpoint without a configuration");
  const model::Config config = model::parse_config(metadata_json(file, "config"), "metadata 'config'");
  finding.summary = model_line(config.model);
  finding.details["model"] = finding.summary;
  base::Json shown = to_json(config);
  // Of what is drawn and never trained here, the rest would be defaults that nobody chose.
  for (const auto* const part : {"discriminator", "training"})
    if (model::row_of(config.model.decoder).style && !metadata_json(file, "config").contains(part)) shown.erase(part);
  add_config(finding, shown, options);

  const base::Json progress = metadata_json(file, "progress"), provenance = metadata_json(file, "provenance");
  if (progress.is_object()) {
    finding.details["progress"] = progress;
    finding.details["iterations"] = config.training.iterations;
    if (progress.contains("iteration") && progress["iteration"].is_number_integer())
      finding.summary += ", iteration " + std::to_string(progress["iteration"].get<int64_t>()) + " of " +
                         std::to_string(config.training.iterations);
  }
  std::vector<std::string> sets;
  const std::string fault = check_sets(file, config, sets);
  std::string joined;
  for (const std::string& set : sets) joined += (joined.empty() ? "" : " ") + set;
  finding.details["sets"] = joined;
  const auto holds = [&](const char* name) { return std::find(sets.begin(), sets.end(), name) != sets.end(); };
  finding.details["can be sampled"] = holds("ema");
  finding.details["can be resumed"] = holds("g") && holds("d") && holds("adam") && progress.is_object();
  finding.details["h_mean"] = file.find("ema.h_mean") != nullptr;
  finding.details["n_theta"] = model::theta_layout(config.model).n_theta;
  finding.details["a pixel depends on"] = pixels_depend_on(config.model);
  if (!provenance.is_null()) finding.details["provenance"] = provenance;
  if (!fault.empty()) throw base::DataError(base::Fault::kDamaged, {}, fault);
}

}  // namespace

std::string model_line(const model::ModelConfig& config) {
  std::string line = std::to_string(config.resolution) + "x" + std::to_string(config.resolution) + " " +
                     std::string(to_string(config.decoder));
  const model::DecoderRow& row = model::row_of(config.decoder);
  if (!row.one_block) {
    const std::string met = row.style ? std::string(to_string(config.upsampling)) + " upsampling" +
                                            (config.instance_norm ? ", instance norm" : "")
                                      : std::string(to_string(config.join)) + " join";
    line += ", " + std::to_string(config.blocks.size()) + " blocks, " + met + ", " +
            std::string(to_string(config.modulation));
  }
  if (row.modulated &&
      (config.modulation == model::Modulation::kFmm || config.modulation == model::Modulation::kLowrank))
    line += " of rank " + std::to_string(config.rank);
  return line;
}

std::string first_not_finite(const base::Safetensors& file) {
  for (const base::TensorInfo& tensor : file.tensors()) {
    if (!is_float(tensor.dtype)) continue;
    const std::vector<float> values = file.read_f32(tensor.name);
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
      return tensor.name;
  }
  return {};
}

base::Json tensor_list(const base::Safetensors& file) {
  base::Json list = base::Json::array();
  for (const base::TensorInfo& tensor : file.tensors())
    list.push_back({{"name", tensor.name}, {"dtype", base::dtype_name(tensor.dtype)}, {"shape", tensor.shape}});
  return list;
}

Finding inspect_safetensors(const std::string& path, const InspectOptions& options) {
  Finding finding;
  finding.kind = "safetensors file";
  finding.state = FileState::kWhole;
  try {
    const base::Safetensors file = base::Safetensors::open(path);
    uint64_t n_values = 0;
    for (const base::TensorInfo& tensor : file.tensors()) n_values += static_cast<uint64_t>(tensor.numel());
    finding.summary = std::to_string(file.tensors().size()) + " tensors, " + count_text(n_values) + " values";
    finding.details["values"] = n_values;
    if (options.tensors) finding.details["tensors"] = tensor_list(file);
    const std::string checksum = file.metadata("checksum");
    finding.details["checksum"] = checksum.empty() ? "none" : "right";
    if (file.metadata("format") == kFormat) {
      finding.kind = "checkpoint";
      describe_checkpoint(finding, file, options);
    } else if (!file.metadata("init_kwargs").empty()) {
      finding.kind = "released checkpoint";
      finding.summary += "; inr-import converts it";
      finding.details["metadata"] = file.metadata();
    } else if (!file.metadata().empty()) {
      finding.details["metadata"] = file.metadata();
    }
    if (options.check)
      if (const std::string name = first_not_finite(file); !name.empty())
        set_fault(finding, base::Fault::kDamaged, "tensor '" + name + "' holds values that are not finite");
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
    if (error.fault() == base::Fault::kForeign) finding.kind = "file";
  }
  return finding;
}

}  // namespace inr::inspect::parts
