// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The pool: every piece once, exceptions, nothing left behind.
#include "field/worker_pool.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "field/thread_count.hpp"
#include "support/few_threads.hpp"
#include "support/test.hpp"

using inr::field::WorkerPool;

BOOST_AUTO_TEST_CASE(every_piece_runs_once) {
  for (const int n_threads : {1, 2, 5}) {
    WorkerPool pool(n_threads);
    for (const int64_t n : {0, 1, 2, 3, 100}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(n));
      for (int repeat = 0; repeat < 20; ++repeat) pool.run(n, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
      for (const auto& count : runs) BOOST_TEST(count == 20);
    }
  }
}

#ifndef __SANITIZE_ADDRESS__  // whose memory leaves no room for a limit
BOOST_AUTO_TEST_CASE(threads_that_cannot_be_started_are_an_error) {
  {
    const inr::test::FewThreads limit;
    BOOST_CHECK_THROW(WorkerPool(200), inr::base::SystemError);
  }
  std::atomic<int> n_run = 0;
  WorkerPool(3).run(10, [&](int64_t) { ++n_run; });
  BOOST_TEST(n_run == 10);
}
#endif

BOOST_AUTO_TEST_CASE(pieces_run_without_gradients) {
  WorkerPool pool(3);
  std::atomic<int> n_inference = 0;
  pool.run(30, [&](int64_t) { n_inference += c10::InferenceMode::is_enabled() ? 1 : 0; });
  BOOST_TEST(n_inference == 30);
  BOOST_TEST(!c10::InferenceMode::is_enabled());
}

// LibTorch hands the number of the whole program to a thread that asks for it for the first time.
BOOST_AUTO_TEST_CASE(pieces_run_in_one_thread_whatever_number_is_set_beside_them) {
  const inr::field::ThreadCountGuard keep_threads;
  WorkerPool pool(3);
  const auto each_thread = [&pool](const std::function<void()>& work) {
    std::barrier together(3);
    pool.run(3, [&](int64_t) {
      together.arrive_and_wait();  // no thread takes two
      work();
    });
  };
  each_thread([] {});  // all have begun
  const auto here = std::this_thread::get_id();
  at::set_num_threads(4);
  std::atomic<int> n_single = 0;
  each_thread([&] { n_single += std::this_thread::get_id() != here && at::get_num_threads() == 1 ? 1 : 0; });
  BOOST_TEST(n_single == 2);
}

BOOST_AUTO_TEST_CASE(a_fault_comes_back_and_the_pool_lives_on) {
  WorkerPool pool(3);
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::atomic<int> n_running = 0;
    BOOST_CHECK_THROW(pool.run(40,
                               [&](int64_t i) {
                                 ++n_running;
                                 const int left = --n_running;
                                 if (i == 7) throw std::out_of_range("piece 7, " + std::to_string(left));
                               }),
                      std::out_of_range);
    BOOST_TEST(n_running == 0);  // nothing runs after run() has thrown
    std::atomic<int64_t> sum = 0;
    pool.run(10, [&](int64_t i) { sum += i; });
    BOOST_TEST(sum == 45);
  }
}
