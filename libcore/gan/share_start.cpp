// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/share_start.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace inr::gan {
namespace {

using base::Json;

/// The text of rank root, length first.
std::string share_text(std::string text, int root, parallel::Group& group) {
  std::vector<at::Tensor> length = {at::tensor({static_cast<int64_t>(text.size())}, at::kLong)};
  group.broadcast(length, root);
  const int64_t n = *length[0].const_data_ptr<int64_t>();
  text.resize(static_cast<size_t>(n));
  std::vector<at::Tensor> bytes = {at::from_blob(text.data(), {n}, at::kByte)};
  group.broadcast(bytes, root);
  return text;
}

}  // namespace

std::string options_text(const StartOptions& options) {
  Json out = {{"preset", options.preset}, {"set", options.settings}, {"lr_preset", options.lr_preset}};
  if (options.iterations) out["iterations"] = *options.iterations;
  if (options.seed) out["seed"] = *options.seed;
  if (!options.config_file.empty()) {
    const std::vector<std::byte> bytes = base::read_file(options.config_file, kMaxConfigBytes);
    out["config"] = base::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, options.config_file);
  }
  return base::dump_json(out);
}

void require_same_start(const dataset::DatasetReader& dataset, const std::string& options, parallel::Group& group) {
  if (group.size() == 1) return;
  const Json own = {{"path", dataset.path()},
                    {"pictures", dataset.info().content_hash + " " + std::to_string(dataset.size())},
                    {"options", options}};
  Json first;
  for (int rank = 0; rank < group.size(); ++rank) {
    const std::string text = share_text(rank == group.rank() ? base::dump_json(own) : "", rank, group);
    const std::string process = "process " + std::to_string(rank);
    const Json other = base::parse_json(text, process);
    if (rank == 0) first = other;
    if (other["pictures"] != first["pictures"])
      throw base::DataError(other["path"].get<std::string>() + " of " + process,
                            "holds other pictures than " + first["path"].get<std::string>() + " of process 0",
                            "give all processes the same dataset");
    if (other["options"] != first["options"])
      throw base::UsageError(process + " was given other options than process 0 (" +
                             base::printable(other["options"].get<std::string>(), 400) + " instead of " +
                             base::printable(first["options"].get<std::string>(), 400) +
                             "); start all processes with the same command");
  }
}

void share_run(LoadedRun& run, parallel::Group& group) {
  if (group.size() == 1) return;
  const bool root = group.rank() == 0;
  TrainState& state = run.state;
  const std::string text =
      share_text(root ? base::dump_json(model::to_json(run.config)) : std::string(), /*root=*/0, group);
  std::vector<at::Tensor> head = {
      at::tensor({state.iteration, state.images, state.adam_g.steps, state.adam_d.steps}, at::kLong)};
  std::vector<at::Tensor> seconds = {at::tensor({state.seconds}, at::kDouble)};
  group.broadcast(head, 0);
  group.broadcast(seconds, 0);
  const auto* number = head[0].const_data_ptr<int64_t>();
  if (!root) {
    run.config = model::parse_config(base::parse_json(text, "rank 0"), "the configuration of rank 0");
    state = initial_state(run.config);
    state.ema.clear();
    state.iteration = number[0];
    state.images = number[1];
    state.adam_g.steps = number[2];
    state.adam_d.steps = number[3];
    state.seconds = seconds[0].item<double>();
  }
  std::vector<at::Tensor> tensors;
  for (field::TensorMap* map :
       {&state.g, &state.d, &state.adam_g.m, &state.adam_g.v, &state.adam_d.m, &state.adam_d.v}) {
    for (auto& [name, tensor] : *map) tensors.push_back(tensor);
  }
  group.broadcast(tensors, 0);
}

}  // namespace inr::gan
