// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A run and its folder: how it starts, what it leaves, what does not end it.
#include <ATen/Parallel.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "dataset/dataset_writer.hpp"
#include "gan/batch_loader.hpp"
#include "gan/start.hpp"
#include "gan/trainer.hpp"
#include "model/checkpoint_name.hpp"
#include "runs/checkpoint_file.hpp"
#include "runs/run_lock.hpp"
#include "runs/run_log.hpp"
#include "support/few_threads.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;
namespace fs = std::filesystem;

/// Five pictures of the size of tiny_config().
dataset::DatasetReader make_dataset(const std::string& path) {
  dataset::DatasetWriter writer(path, "raw", base::Json::object());
  std::vector<std::byte> picture(size_t{8} * 8 * 3);
  for (int i = 0; i < 5; ++i) {
    for (size_t k = 0; k < picture.size(); ++k) picture[k] = static_cast<std::byte>((k * 7 + 31 * i) % 256);
    writer.append({dataset::Codec::kRaw, 3, 8, 8}, picture, std::to_string(i));
  }
  writer.finish();
  return dataset::DatasetReader(path);
}

/// A folder with a dataset, and a run in it that begins fresh or goes on.
struct Runs {
  Runs() {
    at::set_num_threads(1);
    options.run = folder / "run";
    options.sample_every = 0;
    config.training.iterations = 2;
  }
  gan::TrainResult train() {
    const runs::RunLock lock(options.run);
    gan::LoadedRun start = gan::load_newest_run(options.run).value_or(gan::LoadedRun{});
    if (start.path.empty()) start.state = gan::initial_state(config);
    start.config = config;
    start.provenance = {{"dataset_hash", pictures}};
    parallel::Group alone;
    return gan::train(std::move(start), dataset, options, alone);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return options.run + "/" + name; }

  test::TemporaryFolder folder;
  dataset::DatasetReader dataset = make_dataset(folder / "data.inrd");
  model::Config config = test::tiny_config();
  gan::TrainerOptions options;
  std::string pictures = "these";
};

gan::StartOptions fresh_tiny32(const std::string& run) {
  gan::StartOptions options;
  options.run = run;
  options.preset = "tiny32";
  return options;
}

void touch(const std::string& path) { std::ofstream(path) << "x"; }

std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool says(const base::Error& error, const std::string& text) {
  BOOST_TEST_INFO(error.what());
  return std::string(error.what()).find(text) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(what_a_killed_trainer_left_is_removed) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  fs::create_directories(run + "/samples");
  const std::vector<std::string> left = {"checkpoint-000000003.safetensors.tmp-12-0", "best.safetensors.tmp-12-1",
                                         "samples/000000003.png.tmp-12-2"};
  const std::vector<std::string> others = {"checkpoint-000000003.safetensors", "model.safetensors.tmp-12-0",
                                           "samples/000000003.png", "notes.tmp-12-0"};
  for (const std::string& name : left) touch(run + "/" + name);
  for (const std::string& name : others) touch(run + "/" + name);
  const runs::RunLock lock(run);
  for (const std::string& name : left) BOOST_CHECK_MESSAGE(!fs::exists(run + "/" + name), name);
  for (const std::string& name : others) BOOST_CHECK_MESSAGE(fs::exists(run + "/" + name), name);
  touch(run + "/" + left.front());
  BOOST_CHECK_THROW(runs::RunLock{run}, base::DataError);  // held: the first trainer is writing these
  BOOST_CHECK(fs::exists(run + "/" + left.front()));
}

BOOST_AUTO_TEST_CASE(a_run_whose_checkpoints_cannot_be_read_does_not_start_anew) {
  const test::TemporaryFolder folder;
  const model::Config config = test::tiny_config();
  gan::StartOptions options = fresh_tiny32(folder / "run");
  options.resume = "auto";
  BOOST_CHECK(gan::start_run(options, nullptr).path.empty());  // no run yet
  fs::create_directories(options.run);
  touch(options.run + "/" + model::checkpoint_name(7));
  const auto is_told = [](const base::DataError& error) { return says(error, "none of which can be read"); };
  BOOST_CHECK_EXCEPTION(gan::start_run(options, nullptr), base::DataError, is_told);
  BOOST_CHECK_EXCEPTION(gan::planned_config(options, nullptr), base::DataError, is_told);
  gan::save_checkpoint(options.run + "/" + model::checkpoint_name(5), config, gan::initial_state(config), {});
  options.preset.clear();
  const std::string newest = options.run + "/" + model::checkpoint_name(7);
  // Plan and start move nothing; what is damaged is kept under another name, and replaces none.
  touch(newest + ".damaged");
  gan::planned_config(options, nullptr);
  BOOST_CHECK(fs::exists(newest));
  const gan::LoadedRun start = gan::start_run(options, nullptr);
  BOOST_CHECK_EQUAL(start.path, options.run + "/" + model::checkpoint_name(5));
  BOOST_CHECK(fs::exists(newest));
  gan::keep_damaged(start);
  BOOST_CHECK(!fs::exists(newest) && fs::exists(newest + ".damaged") && fs::exists(newest + ".damaged.2"));
  // A whole file of another kind, such as one of a newer program, is the user's to judge.
  base::write_safetensors(newest, {{"format", "inr-gan checkpoint"}, {"version", "2"}}, {});
  const auto is_passed_over = [](const base::DataError& error) { return says(error, "is newer than"); };
  BOOST_CHECK_EXCEPTION(gan::start_run(options, nullptr), base::DataError, is_passed_over);
  BOOST_CHECK_EXCEPTION(gan::planned_config(options, nullptr), base::DataError, is_passed_over);
  fs::remove(newest);
  options.resume = options.run + "/" + model::checkpoint_name(5);  // a plan needs no folder
  options.run.clear();
  BOOST_CHECK(gan::planned_config(options, nullptr).model == config.model);
  options.settings = {"model.rank=1"};
  BOOST_CHECK_THROW(gan::planned_config(options, nullptr), base::UsageError);
}

BOOST_AUTO_TEST_CASE(a_resume_compares_the_networks_after_all_options) {
  const test::TemporaryFolder folder;
  gan::StartOptions options = fresh_tiny32(folder / "run");
  fs::create_directories(options.run);
  const auto begin = [&](const std::vector<std::string>& settings) {
    options.resume.clear();
    options.settings = settings;
    fs::remove(options.run + "/" + model::checkpoint_name(3));
    const model::Config config = gan::planned_config(options, nullptr);
    gan::TrainState state = gan::initial_state(config);
    state.iteration = 3;
    gan::save_checkpoint(options.run + "/" + model::checkpoint_name(3), config, state, {});
    options.resume = "auto";
    return config;
  };
  // Settings whose order matters, and which are not the same when applied to what they made.
  const std::string one = R"(model.blocks=[{"resolution":32,"width":32,"frequencies":8,"layers":2,"rgb":true}])";
  const std::string two = R"(model.blocks=[{"resolution":16,"width":32,"frequencies":8,"layers":2,"rgb":true},)"
                          R"({"resolution":32,"width":32,"frequencies":8,"layers":2,"rgb":true}])";
  const std::vector<std::vector<std::string>> rows = {{"model.rank=4"},
                                                      {"discriminator.channel_max=32", "training.lr_d=1e-3"},
                                                      {"model.modulation=se", "model.fourier_scale=5"},
                                                      {"model.blocks.1.width=16", one, "model.blocks.0.layers=3"},
                                                      {"model.upsample_from=1", one},
                                                      {one, two, "model.upsample_from=0", one, two}};
  for (const auto& settings : rows) {
    const model::Config config = begin(settings);
    BOOST_TEST_CONTEXT(settings.front()) {
      BOOST_CHECK(gan::planned_config(options, nullptr) == config);
      BOOST_CHECK(gan::start_run(options, nullptr).config == config);
      options.settings.emplace_back("training.lr_d=0.25");
      BOOST_CHECK_EQUAL(gan::planned_config(options, nullptr).training.lr_d, 0.25);
    }
  }
  begin({"model.rank=4", "discriminator.channel_max=32"});
  options.settings = {"model.rank=5", "model.blocks.0.width=16"};
  BOOST_CHECK_EXCEPTION(gan::start_run(options, nullptr), base::UsageError, [](const base::UsageError& error) {
    return says(error, "--preset tiny32 with --set gives other networks") &&
           says(error, "model.rank 5 (the run has 4), model.blocks.0.width 16 (the run has 64), ") &&
           says(error, "discriminator.channel_max 64 (the run has 32)");
  });
}

BOOST_AUTO_TEST_CASE(what_a_kill_left_out_after_a_checkpoint_is_made_up_for) {
  Runs runs;
  runs.options.sample_every = 1;
  runs.options.score_every = 2;
  int n_scores = 0;
  runs.options.score = [&](const model::Config&, const field::TensorMap&) {
    ++n_scores;
    return 1.0;
  };
  runs.train();
  BOOST_CHECK_EQUAL(n_scores, 1);
  runs.train();  // there is nothing to make up for
  BOOST_CHECK_EQUAL(n_scores, 1);
  const std::string picture = runs.file("samples/000000002.png");
  BOOST_REQUIRE(fs::remove(picture));
  BOOST_REQUIRE(fs::remove(runs.file("best.safetensors")));
  BOOST_REQUIRE(fs::remove(runs.file("log.jsonl")));
  runs.train();
  BOOST_CHECK(fs::exists(picture));
  BOOST_CHECK(fs::exists(runs.file("best.safetensors")));
  BOOST_CHECK_EQUAL(n_scores, 2);
  runs.options.sample_every = 0;
  fs::remove(picture);
  runs.train();
  BOOST_CHECK(!fs::exists(picture));
}

BOOST_AUTO_TEST_CASE(a_fresh_start_leaves_the_best_of_another_run_alone) {
  const test::TemporaryFolder folder;
  const gan::StartOptions options = fresh_tiny32(folder / "run");
  fs::create_directories(options.run);
  touch(options.run + "/best.safetensors");
  BOOST_CHECK_EXCEPTION(gan::start_run(options, nullptr), base::DataError,
                        [](const base::DataError& error) { return says(error, "best.safetensors of an earlier run"); });
}

BOOST_AUTO_TEST_CASE(a_score_that_fails_ends_no_run_and_loses_no_checkpoint) {
  Runs runs;
  runs.options.score_every = 1;
  std::vector<bool> was_saved;
  runs.options.score = [&](const model::Config&, const field::TensorMap&) -> double {
    was_saved.push_back(fs::exists(runs.file(model::checkpoint_name(2))));
    throw std::runtime_error("out of luck\nand a backtrace");
  };
  runs.config.training.iterations = 1;
  runs.train();
  runs.config.training.iterations = 2;
  was_saved.clear();
  BOOST_CHECK_EQUAL(runs.train().iteration, 2);
  // The score that is still missing of the first checkpoint is tried again, then that of the second.
  BOOST_REQUIRE_EQUAL(was_saved.size(), 2U);
  BOOST_CHECK(!was_saved.front() && was_saved.back());
  BOOST_CHECK(!fs::exists(runs.file("best.safetensors")));
}

BOOST_AUTO_TEST_CASE(scores_are_compared_where_they_are_of_one_kind) {
  Runs runs;
  runs.options.score_every = 1;
  double score = 5;
  runs.options.score = [&](const model::Config&, const field::TensorMap&) { return score; };
  const auto go_on = [&](double next) {
    score = next;
    ++runs.config.training.iterations;
    return runs.train().best_score.value();
  };
  BOOST_CHECK_EQUAL(go_on(5), 5);
  BOOST_CHECK_EQUAL(go_on(6), 5);
  BOOST_CHECK_EQUAL(go_on(4), 4);
  runs.options.score_samples = 77;
  BOOST_CHECK_EQUAL(go_on(9), 9);
  runs.pictures = "others";
  BOOST_CHECK_EQUAL(go_on(11), 11);
  BOOST_CHECK_EQUAL(go_on(12), 11);
  const base::Json best = runs::checkpoint_provenance(runs.file("best.safetensors"));
  BOOST_CHECK_EQUAL(best["best_samples"], 77);
  BOOST_CHECK_EQUAL(best["dataset_hash"], "others");
}

BOOST_AUTO_TEST_CASE(the_time_limit_counts_from_the_start_of_the_program) {
  Runs runs;
  runs.options.duration_s = 60;
  runs.options.started -= std::chrono::hours(1);
  const gan::TrainResult result = runs.train();
  BOOST_CHECK(result.interrupted);
  BOOST_CHECK_EQUAL(result.iteration, 0);
}

BOOST_AUTO_TEST_CASE(a_hundred_skipped_iterations_end_a_run) {
  Runs runs;
  runs.config.training.iterations = 1000;
  runs.config.training.lr_d = 1e30;
  runs.options.step.skip_non_finite = true;
  int64_t iteration = 0;
  BOOST_CHECK_EXCEPTION(runs.train(), base::DataError, [&](const base::DataError& error) {
    const std::string text = error.what();
    iteration = std::stoll(text.substr(text.find(' ')));
    return says(error, "after 99 such iterations in a row") && says(error, "is the state after them") &&
           !says(error, "--on-nan skip");
  });
  BOOST_CHECK_GE(iteration, 100);
  BOOST_CHECK(fs::exists(runs.file(model::checkpoint_name(iteration))));
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_in_skipped_iterations_has_failed) {
  Runs runs;
  runs.config.training.iterations = 30;
  runs.config.training.lr_d = 1e30;
  runs.options.step.skip_non_finite = true;
  BOOST_CHECK_EXCEPTION(runs.train(), base::DataError, [](const base::DataError& error) {
    return says(error, "iteration 30") && says(error, "iterations were skipped");
  });
  BOOST_CHECK(fs::exists(runs.file(model::checkpoint_name(30))));
  BOOST_CHECK(read(runs.file("log.jsonl")).find("\"event\":\"done\",\"iteration\":30,\"skipped\":") !=
              std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_cannot_be_written_is_logged_and_others_files_stay) {
  Runs runs;
  runs.options.checkpoint_every = 1;
  runs.options.keep = 1;
  runs.options.log_every = 1000;
  fs::create_directories(runs.file(model::checkpoint_name(1)) + "/held");  // cannot be replaced
  touch(runs.file(model::checkpoint_name(0)));                             // of a newer program, perhaps
  BOOST_CHECK_EQUAL(runs.train().iteration, 2);
  const std::string log = read(runs.file("log.jsonl"));
  BOOST_CHECK(log.find("\"event\":\"not written\",\"iteration\":1") != std::string::npos);
  BOOST_CHECK(log.find("\"iteration\":2,\"images\"") != std::string::npos);  // the last iteration
  BOOST_CHECK(fs::exists(runs.file(model::checkpoint_name(0))));
  runs.config.training.iterations = 3;
  runs.train();
  BOOST_CHECK(fs::exists(runs.file(model::checkpoint_name(0))));
  BOOST_CHECK(!fs::exists(runs.file(model::checkpoint_name(2))));
  BOOST_CHECK(fs::exists(runs.file(model::checkpoint_name(3))));
}

BOOST_AUTO_TEST_CASE(a_line_that_a_full_disk_cut_does_not_swallow_the_next) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "log.jsonl";
  runs::RunLog log(path);
  log.write({{"iteration", 1}});
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit full = before;
  full.rlim_cur = fs::file_size(path) + 10;
  ::setrlimit(RLIMIT_FSIZE, &full);
  BOOST_CHECK_THROW(log.write({{"iteration", 2}}), base::SystemError);
  BOOST_CHECK_THROW(log.write({{"iteration", 3}}), base::SystemError);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  log.write({{"iteration", 4}});
  log.write({{"iteration", 5}});
  std::vector<int64_t> whole;
  int n_lines = 0;
  std::istringstream lines(read(path));
  for (std::string line; std::getline(lines, line); ++n_lines) {
    try {
      whole.push_back(base::parse_json(line, "line")["iteration"].get<int64_t>());
    } catch (const base::DataError&) {
    }
  }
  BOOST_CHECK(whole == (std::vector<int64_t>{1, 4, 5}));
  BOOST_CHECK_EQUAL(n_lines, 4);
}

BOOST_AUTO_TEST_CASE(batches_ahead_are_bounded_by_memory) {
  BOOST_CHECK_EQUAL(gan::batches_ahead(1000, 1), 4);
  BOOST_CHECK_EQUAL(gan::batches_ahead(1000, 8), 16);
  BOOST_CHECK_EQUAL(gan::batches_ahead(int64_t{50} << 20, 8), 5);
  BOOST_CHECK_EQUAL(gan::batches_ahead(int64_t{1} << 40, 8), 2);
}

#ifndef __SANITIZE_ADDRESS__  // whose memory leaves no room for a limit
BOOST_AUTO_TEST_CASE(a_loader_whose_threads_cannot_be_started_is_an_error) {
  const Runs runs;
  const test::FewThreads limit;
  BOOST_CHECK_THROW(gan::BatchLoader(runs.dataset, {.batch = 4, .resolution = 8, .shard = {}, .n_threads = 200}),
                    base::SystemError);
}
#endif

}  // namespace
