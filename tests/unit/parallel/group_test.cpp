// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Groups of real processes: right results, the same bits on every rank and in every run.
#include "parallel/group.hpp"

#include <ATen/Functions.h>

#include <set>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "support/processes.hpp"

namespace {

using inr::parallel::Group;
using inr::test::Process;
using inr::test::Processes;

/// Runs one group to its end; the hashes of means that all its processes printed.
std::set<std::string> hashes_of(const Process::Options& options) {
  Processes group(options);
  group.check_end(0, "");
  std::set<std::string> out;
  for (int rank = 0; rank < options.size; ++rank) {
    std::istringstream lines(group[rank].out());
    int n_hashes = 0;
    for (std::string word; lines >> word;) {
      if (word != "average") continue;
      lines >> word;
      out.insert(word);
      ++n_hashes;
    }
    BOOST_CHECK_EQUAL(n_hashes, 3);
  }
  return out;
}

BOOST_AUTO_TEST_CASE(two_processes_agree_to_the_bit_in_every_run) {
  const std::set<std::string> first = hashes_of({.size = 2});
  BOOST_CHECK_EQUAL(first.size(), 1);

  // Later runs, as torchrun starts and restarts processes: beside one store that it serves itself.
  c10d::TCPStoreOptions options;
  options.port = 0;
  options.isServer = true;
  options.waitWorkers = false;
  const auto store = c10::make_intrusive<c10d::TCPStore>("127.0.0.1", options);
  for (const char* attempt : {"0", "1"}) {
    BOOST_CHECK(hashes_of({.size = 2,
                           .port = store->getPort(),
                           .more = {{"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                    {"TORCHELASTIC_RESTART_COUNT", attempt}}}) == first);
  }
}

BOOST_AUTO_TEST_CASE(four_processes_agree_to_the_bit_in_every_run) {
  const std::set<std::string> first = hashes_of({.size = 4});
  BOOST_CHECK_EQUAL(first.size(), 1);
  BOOST_CHECK(hashes_of({.size = 4}) == first);
}

BOOST_AUTO_TEST_CASE(a_group_of_one_changes_nothing) {
  Group group;
  BOOST_CHECK_EQUAL(group.rank(), 0);
  BOOST_CHECK_EQUAL(group.size(), 1);
  std::vector<at::Tensor> tensors{at::arange(5, at::kFloat)};
  group.broadcast(tensors, 0);
  inr::parallel::Averaging mean = group.start_average();
  mean.add(tensors[0]);
  mean.finish();
  BOOST_CHECK(at::equal(tensors[0], at::arange(5, at::kFloat)));
  BOOST_CHECK(group.mean({1, 2}) == (std::vector<double>{1, 2}));
  BOOST_CHECK(group.any(true));
  BOOST_CHECK(!group.any(false));
  BOOST_CHECK_THROW(group.broadcast(tensors, 1), std::invalid_argument);
  group.close();
}

}  // namespace
