// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The pool: every piece once, exceptions, what is around every thread's share, nothing left behind.
#include "base/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "support/few_threads.hpp"
#include "support/test.hpp"

using inr::base::WorkerPool;

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

namespace {

thread_local int depth = 0;
thread_local int order_begun = 0;

}  // namespace

// Every piece runs inside, and the calling thread's `around` begins first and ends last.
BOOST_AUTO_TEST_CASE(every_share_is_surrounded) {
  for (const int n_threads : {1, 4}) {
    std::atomic<int> n_begun = 0, n_ended = 0;
    std::atomic<std::thread::id> last_to_end;
    WorkerPool pool(n_threads, [&](const std::function<void()>& share) {
      order_begun = n_begun++;
      ++depth;
      share();
      --depth;
      ++n_ended;
      last_to_end = std::this_thread::get_id();
    });
    for (int repeat = 0; repeat < 200; ++repeat) {
      n_begun = 0;
      n_ended = 0;
      std::atomic<int> n_inside = 0;
      pool.run(8, [&](int64_t) { n_inside += depth == 1 ? 1 : 0; });
      BOOST_TEST(n_inside.load() == 8);
      BOOST_TEST(order_begun == 0);
      BOOST_TEST(n_ended.load() == n_begun.load());
      BOOST_TEST((last_to_end.load() == std::this_thread::get_id()));
      BOOST_TEST(depth == 0);
    }
    BOOST_CHECK_THROW(pool.run(3, [](int64_t) { throw std::out_of_range("a piece"); }), std::out_of_range);
    BOOST_TEST(depth == 0);
    BOOST_TEST(n_ended.load() == n_begun.load());
  }
}

BOOST_AUTO_TEST_CASE(a_fault_comes_back_and_the_pool_lives_on) {
  WorkerPool pool(3);
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::atomic<int> n_running = 0;
    BOOST_CHECK_THROW(pool.run(40,
                               [&](int64_t i) {
                                 ++n_running;
                                 std::this_thread::sleep_for(std::chrono::microseconds(200));
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
