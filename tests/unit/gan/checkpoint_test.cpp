// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoints and exported models: what is written comes back; which file a run folder stands for,
// and from which a run begins.
#include "gan/checkpoint.hpp"

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "gan/dry_run.hpp"
#include "gan/start.hpp"
#include "model/checkpoint_name.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;

gan::TrainState stepped_state(const model::Config& config) {
  gan::TrainState state = gan::initial_state(config);
  const gan::TrainStep step(config);
  const int64_t r = config.model.resolution;
  const at::Tensor reals = at::linspace(-1, 1, 4 * 3 * r * r).reshape({4, 3, r, r});
  step.run(state, reals, at::ones({4, config.model.z_dim}), at::ones({4, config.model.z_dim}) * 0.5);
  return state;
}

void check_equal(const field::TensorMap& a, const field::TensorMap& b) {
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  for (const auto& [name, tensor] : a) BOOST_CHECK_MESSAGE(at::equal(tensor, b.at(name)), name);
}

BOOST_AUTO_TEST_CASE(a_run_comes_back_bit_for_bit) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  const gan::TrainState state = stepped_state(config);
  gan::save_checkpoint(folder / "c.safetensors", config, state, {{"dataset", "none"}});
  const gan::LoadedRun run = gan::load_run(folder / "c.safetensors");
  BOOST_CHECK(run.config == config);
  BOOST_CHECK_EQUAL(run.state.iteration, 1);
  BOOST_CHECK_EQUAL(run.state.images, 4);
  check_equal(state.g, run.state.g);
  check_equal(state.ema, run.state.ema);
  check_equal(state.d, run.state.d);
  check_equal(state.adam_g.v, run.state.adam_g.v);
  check_equal(state.adam_d.m, run.state.adam_d.m);
  BOOST_CHECK_EQUAL(run.state.adam_d.steps, 1);
}

BOOST_AUTO_TEST_CASE(an_exported_model_samples_and_does_not_resume) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  const gan::TrainState state = stepped_state(config);
  gan::save_checkpoint(folder / "c.safetensors", config, state, base::Json::object());
  const sample::LoadedGenerator whole = sample::load_generator(folder / "c.safetensors");
  sample::export_generator(whole, folder / "m.safetensors", false, render::in_this_thread);
  const sample::LoadedGenerator exported = sample::load_generator(folder / "m.safetensors");
  BOOST_CHECK(whole.weights == exported.weights);
  BOOST_CHECK(*whole.h_mean == *exported.h_mean);
  BOOST_CHECK_EQUAL(whole.model_hash, exported.model_hash);
  BOOST_CHECK_THROW(gan::load_run(folder / "m.safetensors"), base::DataError);
  sample::export_generator(whole, folder / "h.safetensors", true, render::in_this_thread);
  const sample::LoadedGenerator half = sample::load_generator(folder / "h.safetensors");
  const std::vector<float>& rounded = half.weights.at("hypernet.out.weight");
  const std::vector<float>& exact = whole.weights.at("hypernet.out.weight");
  BOOST_CHECK_LE(test::worst_ratio(std::span(rounded), std::span(exact), 1e-6, 1e-3), 1);
}

BOOST_AUTO_TEST_CASE(the_newest_whole_checkpoint_of_a_run_is_found) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  const gan::TrainState state = stepped_state(config);
  BOOST_CHECK_EQUAL(runs::newest_checkpoint(folder.path().string()), "");
  BOOST_CHECK_THROW(runs::resolve_checkpoint(folder.path().string()), base::DataError);
  gan::save_checkpoint(folder / model::checkpoint_name(9), config, state, base::Json::object());
  gan::save_checkpoint(folder / model::checkpoint_name(20), config, state, base::Json::object());
  std::ofstream(folder / model::checkpoint_name(30)) << "cut short";
  BOOST_CHECK_EQUAL(runs::newest_checkpoint(folder.path().string()), folder / model::checkpoint_name(20));
  const std::optional<gan::LoadedRun> newest = gan::load_newest_run(folder.path().string());
  BOOST_REQUIRE(newest);
  BOOST_CHECK_EQUAL(newest->path, folder / model::checkpoint_name(20));
}

BOOST_AUTO_TEST_CASE(names_of_checkpoints_are_read_back) {
  for (const int64_t iteration : {int64_t{0}, int64_t{1500}, int64_t{123456789012}})
    BOOST_CHECK_EQUAL(model::checkpoint_iteration(model::checkpoint_name(iteration)).value_or(-1), iteration);
  BOOST_CHECK_EQUAL(model::checkpoint_name(1500), "checkpoint-000001500.safetensors");
  for (const char* other : {"checkpoint-.safetensors", "checkpoint-5x.safetensors", "checkpoint--5.safetensors",
                            "best.safetensors", "checkpoint-5.safetensors.tmp-1-0", "checkpoint.safetensors"})
    BOOST_CHECK(!model::checkpoint_iteration(other));
}

BOOST_AUTO_TEST_CASE(impossible_counts_are_refused) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  gan::TrainState state = gan::initial_state(config);
  const auto save = [&](int64_t images) {
    state.images = images;
    gan::save_checkpoint(folder / "c.safetensors", config, state, base::Json::object());
  };
  save(int64_t{1} << 60);
  BOOST_CHECK_EQUAL(gan::load_run(folder / "c.safetensors").state.images, int64_t{1} << 60);
  for (const int64_t images : {(int64_t{1} << 60) + 1, INT64_MAX, int64_t{-1}}) {
    save(images);
    BOOST_CHECK_THROW(gan::load_run(folder / "c.safetensors"), base::DataError);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_checkpoint_is_named) {
  const test::TemporaryFolder folder;
  base::write_safetensors(folder / "x.safetensors", {{"format", "pt"}}, {});
  BOOST_CHECK_THROW(sample::load_generator(folder / "x.safetensors"), base::DataError);
}

BOOST_AUTO_TEST_CASE(a_resume_from_a_file_with_nothing_to_do_plants_no_checkpoint) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  gan::TrainState state = gan::initial_state(config);
  state.iteration = 4;
  gan::StartOptions options;
  options.run = folder / "other";
  options.resume = folder / model::checkpoint_name(4);
  options.iterations = 4;
  gan::save_checkpoint(options.resume, config, state, {});
  const auto is_told = [](const base::UsageError& error) {
    return std::string(error.what()).find("nothing to do up to 4") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(gan::check_start(options, nullptr), base::UsageError, is_told);
  BOOST_CHECK_EXCEPTION(gan::start_run(options, nullptr), base::UsageError, is_told);
  options.run = folder.path().string();
  BOOST_CHECK_EQUAL(gan::start_run(options, nullptr).state.iteration, 4);  // its own folder
  options.run = folder / "other";
  options.iterations = 5;
  BOOST_CHECK_EQUAL(gan::start_run(options, nullptr).state.iteration, 4);
}

BOOST_AUTO_TEST_CASE(an_average_that_has_no_effect_is_refused) {
  gan::StartOptions options;
  options.preset = "tiny32";
  options.settings = {"training.ema=0.9"};
  BOOST_CHECK_THROW(gan::planned_config(options, nullptr), base::UsageError);
  options.settings.emplace_back("training.ema_half_life=0");
  BOOST_CHECK_EQUAL(gan::planned_config(options, nullptr).training.ema, 0.9);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_checkpoint_is_foretold) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  const std::string path = folder / "a.safetensors";
  gan::save_checkpoint(path, config, gan::initial_state(config), {});
  const auto size = static_cast<int64_t>(std::filesystem::file_size(path));
  BOOST_CHECK_LE(gan::checkpoint_bytes(config), size);
  BOOST_CHECK_GE(gan::checkpoint_bytes(config) + (int64_t{1} << 16), size);  // the head
}

}  // namespace
