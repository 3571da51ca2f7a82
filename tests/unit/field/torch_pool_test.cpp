// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The pool for LibTorch: one thread and no gradients inside a piece, and everything as before afterwards.
#include "field/torch_pool.hpp"

#include <ATen/Parallel.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <thread>

#include "support/test.hpp"

using namespace inr;

BOOST_AUTO_TEST_CASE(pieces_run_without_gradients_and_in_one_thread) {
  field::TorchPool pool(3);
  std::atomic<int> n_inference = 0, n_single = 0;
  pool.run(30, [&](int64_t) {
    n_inference += c10::InferenceMode::is_enabled() ? 1 : 0;
    n_single += at::get_num_threads() == 1 ? 1 : 0;
  });
  BOOST_TEST(n_inference == 30);
  BOOST_TEST(n_single == 30);
  BOOST_TEST(!c10::InferenceMode::is_enabled());
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_of_the_library_comes_back) {
  const int at_start = at::get_num_threads();
  for (const int before : {3, 2}) {
    at::set_num_threads(before);
    for (int repeat = 0; repeat < 50; ++repeat) {
      field::TorchPool pool(4);
      BOOST_TEST(at::get_num_threads() == 1);  // between pieces as well
      pool.run(20, [](int64_t) {});
      BOOST_TEST(at::get_num_threads() == 1);
    }
    BOOST_TEST(at::get_num_threads() == before);
    int of_a_new_thread = 0;
    std::thread([&] { of_a_new_thread = at::get_num_threads(); }).join();
    BOOST_TEST(of_a_new_thread == before);
  }
  at::set_num_threads(at_start);
}

// A pool that knows nothing of LibTorch leaves its threads alone.
BOOST_AUTO_TEST_CASE(a_plain_pool_changes_nothing) {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  {
    base::WorkerPool pool(2);
    pool.run(10, [](int64_t) {});
    BOOST_TEST(at::get_num_threads() == 3);
  }
  BOOST_TEST(at::get_num_threads() == 3);
  at::set_num_threads(before);
}

// LibTorch hands the number of the whole program to a thread that asks for it for the first time.
BOOST_AUTO_TEST_CASE(pieces_run_in_one_thread_whatever_number_is_set_beside_them) {
  const field::ThreadCountGuard keep_threads;
  field::TorchPool pool(3);
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
