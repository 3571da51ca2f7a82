// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A disc that takes no further checkpoint: which of those that are there go, and which never do.
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <set>

#include "base/error.hpp"
#include "gan/run_writer.hpp"
#include "runs/checkpoint_file.hpp"
#include "runs/run_lock.hpp"
#include "support/test.hpp"
#include "unit/gan/tiny_config.hpp"

namespace {

using namespace inr;
namespace fs = std::filesystem;

/// While it lives no file grows beyond 1000 bytes.
class FullDisc {
 public:
  FullDisc() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit full{1000, before_.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  }
  ~FullDisc() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisc(const FullDisc&) = delete;
  FullDisc& operator=(const FullDisc&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// A run that has kept the checkpoints 1, 2 and 3.
struct KeptRun {
  KeptRun() {
    options.run = folder / "run";
    const runs::RunLock lock(options.run);
    gan::RunWriter writer(options, config, state, {});
    for (int64_t i = 1; i <= 3; ++i) {
      state.iteration = i;
      writer.checkpoint(state, true);
    }
  }
  [[nodiscard]] std::string file(int64_t iteration) const {
    return options.run + "/" + model::checkpoint_name(iteration);
  }
  [[nodiscard]] std::set<int64_t> held() const {
    std::set<int64_t> out;
    for (const auto& [iteration, path] : runs::list_checkpoints(options.run)) out.insert(iteration);
    return out;
  }
  /// Goes on with --keep `keep` from `from` to 4, which cannot be written.
  void go_on(int64_t keep, int64_t from) {
    options.keep = keep;
    state.iteration = from;
    gan::RunWriter writer(options, config, state, {});
    state.iteration = 4;
    const FullDisc full;
    writer.checkpoint(state, false);
    BOOST_CHECK_EXCEPTION(writer.checkpoint(state, true), base::SystemError, [](const base::SystemError& error) {
      return std::string(error.what()).find("--resume goes on from ") != std::string::npos;
    });
  }
  void damage(int64_t iteration) const {
    std::fstream stream(file(iteration), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-100, std::ios::end);
    stream.put('?').put('!').put('?');
  }

  test::TemporaryFolder folder;
  model::Config config = test::tiny_config();
  gan::TrainState state = gan::initial_state(config);
  gan::TrainerOptions options;
};

}  // namespace

BOOST_AUTO_TEST_CASE(surplus_checkpoints_go_before_the_next_is_written) {
  KeptRun run;
  run.go_on(1, 3);
  BOOST_CHECK(run.held() == std::set<int64_t>{3});
  BOOST_CHECK_EQUAL(runs::newest_checkpoint(run.options.run), run.file(3));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_kept_is_not_given_for_nothing) {
  KeptRun run;
  run.go_on(3, 3);  // a file that is too large is no lack of room
  BOOST_CHECK(run.held() == (std::set<int64_t>{1, 2, 3}));
  KeptRun all;
  all.go_on(0, 3);
  BOOST_CHECK(all.held() == (std::set<int64_t>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(the_newest_whole_checkpoint_stays) {
  KeptRun run;
  run.damage(3);  // its head is whole
  run.go_on(1, 2);
  BOOST_CHECK(run.held() == (std::set<int64_t>{2, 3}));
  BOOST_CHECK_EQUAL(runs::newest_checkpoint(run.options.run), run.file(2));
}

BOOST_AUTO_TEST_CASE(nothing_goes_where_no_checkpoint_is_whole) {
  KeptRun run;
  for (const int64_t i : {1, 2, 3}) run.damage(i);
  run.go_on(1, 3);
  BOOST_CHECK(run.held() == (std::set<int64_t>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(the_target_of_a_link_to_the_best_stays) {
  KeptRun run;
  fs::create_symlink(model::checkpoint_name(1), run.options.run + "/best.safetensors");
  run.go_on(1, 3);
  BOOST_CHECK(run.held() == (std::set<int64_t>{1, 3}));
}
