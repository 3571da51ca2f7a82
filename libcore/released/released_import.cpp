// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_import.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/safetensors_stream.hpp"
#include "released/released_arguments.hpp"

namespace inr::released {
namespace {

using base::Json;

constexpr int64_t kMaxResolution = 1 << 16;  // of a model
constexpr int64_t kMaxLayers = 99;           // extra layers of a block, layers of the mapping network
constexpr double kMappingRate = 0.01;

class Planner {
 public:
  explicit Planner(const ReleasedSource& source) : source_(source), arguments_(source.kwargs, source.where) {}

  ReleasedPlan run() {
    arguments_.refuse_unsupported();
    const int64_t resolution = arguments_.integer("img_resolution"), depth = mapping();
    if (resolution < 4 || resolution > kMaxResolution || (resolution & (resolution - 1)) != 0)
      fail("img_resolution is " + std::to_string(resolution) + " instead of a power of two from 4 on");
    Json blocks = Json::array();
    for (int64_t r = 4; r <= resolution; r *= 2) blocks.push_back(block(r));
    const int64_t n_theta = rows_;
    const int64_t hidden = arguments_.integer("w_dim");
    plan_.tensors.insert(plan_.tensors.begin() + n_mapping_,
                         {{"hypernet.out.weight", {n_theta, hidden}, std::move(weights_)},
                          {"hypernet.out.bias", {n_theta}, std::move(biases_)}});
    add("h_mean", take("mapping.w_avg", 1));
    plan_.model = {{"decoder", "released"},
                   {"resolution", resolution},
                   {"z_dim", arguments_.integer("z_dim")},
                   {"hidden", hidden},
                   {"depth", depth},
                   {"modulation", "fmm"},
                   {"rank", arguments_.integer("cfg.fmm.rank")},
                   {"upsampling", upsampling()},
                   {"instance_norm", arguments_.flag("cfg.fmm.instance_norm")},
                   {"blocks", std::move(blocks)}};
    refuse_rest();
    return std::move(plan_);
  }

 private:
  [[noreturn]] void fail(const std::string& text, base::Fault fault = base::Fault::kUnsupported) const {
    throw base::DataError(fault, source_.where, text, "inr-import reads models as the released code makes them");
  }

  [[nodiscard]] bool has(const std::string& name) const { return source_.tensors.contains(name); }

  /// A tensor that goes into the checkpoint, with so many dimensions.
  const ReleasedTensor& take(const std::string& name, size_t n_dimensions) {
    const auto found = source_.tensors.find(name);
    if (found == source_.tensors.end()) fail("tensor '" + name + "' is missing", base::Fault::kDamaged);
    if (found->second.shape.size() != n_dimensions) {
      fail("tensor '" + name + "' has shape " + base::shape_text(found->second.shape) + " instead of " +
           std::to_string(n_dimensions) + " dimensions");
    }
    taken_.insert(name);
    return found->second;
  }

  void add(const std::string& name, const ReleasedTensor& tensor, std::optional<float> factor = {}) {
    plan_.tensors.push_back({name, tensor.shape, {{&tensor, factor}}});
  }

  /// rate / sqrt(C_in), in float32 as the released code multiplies by it.
  static float gain(const ReleasedTensor& weight, double rate = 1) {
    return static_cast<float>(rate / std::sqrt(static_cast<double>(std::max<int64_t>(weight.shape[1], 1))));
  }

  int64_t mapping() {
    const int64_t depth = arguments_.integer("mapping_kwargs.num_layers", 8);
    if (depth > kMaxLayers) fail("mapping_kwargs.num_layers is " + std::to_string(depth));
    for (int64_t i = 0; i < depth; ++i) {
      const std::string from = "mapping.fc" + std::to_string(i), to = "hypernet." + std::to_string(i);
      const ReleasedTensor& weight = take(from + ".weight", 2);
      add(to + ".weight", weight, gain(weight, kMappingRate));
      add(to + ".bias", take(from + ".bias", 1), static_cast<float>(kMappingRate));
    }
    n_mapping_ = static_cast<std::ptrdiff_t>(plan_.tensors.size());
    return depth;
  }

  [[nodiscard]] std::string upsampling() const {
    std::string mode = arguments_.text("cfg.upsampling_mode");
    if (mode != "nearest" && mode != "bilinear")
      fail("cfg.upsampling_mode is " + base::printable(mode) + " instead of nearest or bilinear");
    return mode;
  }

  /// A layer or to-RGB, whose affine rows come next in theta. Returns its width.
  int64_t layer(const std::string& from, const std::string& to) {
    const ReleasedTensor& weight = take(from + ".weight", 4);
    if (weight.shape[2] != 1 || weight.shape[3] != 1)
      fail("tensor '" + from + ".weight' has kernels of another size than 1 (kernel_size)");
    plan_.tensors.push_back({to + ".shared", {weight.shape[0], weight.shape[1]}, {{&weight, {}}}});
    add(to + ".bias", take(from + ".bias", 1));
    const ReleasedTensor& affine = take(from + ".affine.weight", 2);
    const ReleasedTensor& bias = take(from + ".affine.bias", 1);
    if (affine.shape[0] != bias.shape[0] || affine.shape[1] != arguments_.integer("w_dim"))
      fail("tensor '" + from + ".affine.weight' has shape " + base::shape_text(affine.shape));
    weights_.push_back({&affine, gain(affine)});
    biases_.push_back({&bias, {}});
    rows_ += affine.shape[0];
    return weight.shape[0];
  }

  Json block(int64_t resolution) {
    const std::string from = "synthesis.b" + std::to_string(resolution) + ".";
    const std::string to = "inr." + std::to_string(plan_blocks_++) + ".";
    const int64_t grid = std::max(resolution, arguments_.integer("cfg.input.resolution"));
    std::vector<std::string> names;
    for (const char* const name : {"conv0", "conv1"})
      if (has(from + name + ".weight")) names.emplace_back(name);
    for (int64_t i = 0; i < kMaxLayers && has(from + "extra_convs." + std::to_string(i) + ".weight"); ++i)
      names.push_back("extra_convs." + std::to_string(i));
    if (names.empty()) fail("block b" + std::to_string(resolution) + " has no layers");
    const auto n_layers = static_cast<int64_t>(names.size());
    int64_t width = 0;
    for (int64_t i = 0; i < n_layers; ++i) {
      const int64_t out = layer(from + names[static_cast<size_t>(i)], to + std::to_string(i));
      if (i == 0) width = out;
    }
    layer(from + "torgb", to + "rgb");
    const Coordinates seen = coordinates(from + (resolution == 4 ? "input.input." : "") + "coord_fuser.", to, grid);
    return {{"resolution", grid},
            {"width", width},
            {"frequencies", 0},
            {"fixed_frequencies", seen.log},
            {"random_frequencies", seen.random},
            {"cosine", seen.cosine},
            {"constants", seen.constants},
            {"layers", n_layers},
            {"rgb", true}};
  }

  struct Coordinates {
    int64_t log = 0, random = 0, constants = 0;
    bool cosine = false;
  };

  Coordinates coordinates(const std::string& from, const std::string& to, int64_t grid) {
    Coordinates seen;
    const std::string config = "cfg.coords.res_configs." + std::to_string(grid);
    if (const Json& given = arguments_.at(config); !given.is_null()) {
      if (!given.is_object())
        fail(config + " is " + base::printable(base::dump_json(given)) + " instead of a dictionary");
      arguments_.refuse_unsupported_grid(grid);
      seen.cosine = arguments_.flag(config + ".use_cosine");
    }
    ReleasedOutput basis{to + "basis", {0, 2}, {}};
    for (const auto& [name, count] : {std::pair("log_basis", &seen.log), std::pair("random_basis", &seen.random)}) {
      if (!has(from + name)) continue;
      const ReleasedTensor& rows = take(from + name, 2);
      if (rows.shape[1] != 2) fail("tensor '" + from + name + "' has shape " + base::shape_text(rows.shape));
      *count = rows.shape[0];
      basis.shape[0] += rows.shape[0];
      basis.parts.push_back({&rows, {}});
    }
    if (basis.shape[0] > 0) plan_.tensors.push_back(std::move(basis));
    if (has(from + "const_embs")) {
      const ReleasedTensor& constants = take(from + "const_embs", 4);
      if (constants.shape[0] != 1)
        fail("tensor '" + from + "const_embs' has shape " + base::shape_text(constants.shape));
      seen.constants = constants.shape[1];
      plan_.tensors.push_back(
          {to + "constants", {constants.shape[1], constants.shape[2], constants.shape[3]}, {{&constants, {}}}});
    }
    return seen;
  }

  // What is not known may change the pictures; only the filters, of which nothing is used without resampling, do not.
  void refuse_rest() const {
    for (const auto& [name, tensor] : source_.tensors) {
      if (!taken_.contains(name) && !name.ends_with(".resample_filter"))
        fail("tensor '" + base::printable(name) + "' has no place in such a model");
    }
  }

  const ReleasedSource& source_;
  ReleasedArguments arguments_;
  ReleasedPlan plan_;
  std::set<std::string> taken_;
  std::vector<ReleasedOutput::Part> weights_, biases_;  // of hypernet.out
  std::ptrdiff_t n_mapping_ = 0;
  int64_t rows_ = 0, plan_blocks_ = 0;
};

}  // namespace

ReleasedPlan plan_released(const ReleasedSource& source) { return Planner(source).run(); }

void write_released(const ReleasedPlan& plan, const std::string& path, const Json& provenance,
                    const std::function<void()>& between_pieces) {
  constexpr int64_t kPieceValues = 1 << 16;
  std::vector<base::TensorSource> sources;
  for (const ReleasedOutput& output : plan.tensors) {
    const auto produce = [&output, &between_pieces, kPieceValues](const base::TensorSink& sink) {
      std::vector<float> piece;
      for (const ReleasedOutput::Part& part : output.parts) {
        for (int64_t first = 0; first < part.tensor->numel; first += kPieceValues) {
          piece.resize(static_cast<size_t>(std::min(kPieceValues, part.tensor->numel - first)));
          part.tensor->read(first, piece);
          if (part.factor)
            for (float& value : piece) value *= *part.factor;
          sink(std::as_bytes(std::span<const float>(piece)));
          between_pieces();
        }
        // What was read before the file was written to would not fit what was read after.
        part.tensor->file->check_unchanged();
      }
    };
    sources.push_back({"ema." + output.name, base::Dtype::kF32, output.shape, produce});
  }
  base::write_safetensors(path,
                          {{"format", "inr-gan checkpoint"},
                           {"version", "1"},
                           {"config", base::dump_json(Json{{"model", plan.model}})},
                           {"provenance", base::dump_json(provenance)}},
                          sources);
}

}  // namespace inr::released
