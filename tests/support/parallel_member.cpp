// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One process of a group, for the tests (processes.hpp): takes its place from the environment as the tools do, does
// one task, and ends with the exit status of the tools.
//   parallel_member TASK TIMEOUT_S PATIENCE_S
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thread>

#include "base/error.hpp"
#include "parallel/group.hpp"

namespace {

using inr::parallel::Group;

/// Rank-dependent values without a pattern; sums of these depend on the order of additions.
at::Tensor values(const std::vector<int64_t>& shape, int seed, at::ScalarType dtype = at::kFloat) {
  return at::rand(shape, at::detail::createCPUGenerator(static_cast<uint64_t>(seed)), dtype).sub_(0.5).mul_(1 + seed);
}

std::vector<at::Tensor> some_tensors(int rank) {
  std::vector<at::Tensor> out;
  for (const int64_t n : {1, 3, 1000, 70000}) out.push_back(values({n}, rank + static_cast<int>(n % 7)));
  out.push_back(values({0}, rank));
  out.push_back(values({}, rank));
  out.push_back(values({17, 5}, rank).t());                               // not contiguous
  out.push_back(values({1200, 2000}, rank));                              // 9.6 MB: two pieces
  out.push_back(values({2000, 1300}, rank).t());                          // large and not contiguous
  out.push_back(values({300000}, rank, at::kDouble));                     // another bucket
  for (int i = 0; i < 4; ++i) out.push_back(values({600000}, rank + i));  // more than one bucket
  return out;
}

void print_hash(const char* what, const std::vector<at::Tensor>& tensors) {
  uint64_t hash = 14695981039346656037U;
  for (const at::Tensor& tensor : tensors) {
    const at::Tensor flat = tensor.contiguous();
    const auto* bytes = static_cast<const unsigned char*>(flat.const_data_ptr());
    for (size_t i = 0; i < flat.nbytes(); ++i) hash = (hash ^ bytes[i]) * 1099511628211U;
  }
  std::printf("%s %016llx\n", what, static_cast<unsigned long long>(hash));
}

void require(bool truth, const char* what) {
  if (!truth) throw inr::base::DataError(std::string("wrong result: ") + what);
}

/// Among other work, as in a backward pass.
void average_all(Group& group, const std::vector<at::Tensor>& tensors) {
  inr::parallel::Averaging mean = group.start_average();
  for (const at::Tensor& tensor : tensors) {
    mean.add(tensor);
    at::sin(at::arange(1000)).sum();
  }
  mean.finish();
}

void average(Group& group) {
  const std::vector<at::Tensor> tensors = some_tensors(group.rank());
  average_all(group, tensors);
  std::vector<at::Tensor> expected = some_tensors(0);
  for (int rank = 1; rank < group.size(); ++rank) {
    const std::vector<at::Tensor> theirs = some_tensors(rank);
    for (size_t i = 0; i < theirs.size(); ++i) expected[i] += theirs[i];
  }
  for (size_t i = 0; i < tensors.size(); ++i)
    require(at::allclose(tensors[i], expected[i] / group.size(), 1e-5, 1e-6), "average");
  print_hash("average", tensors);

  for (int round = 0; round < 2; ++round) {  // buckets are used again
    const std::vector<at::Tensor> again = some_tensors(group.rank());
    average_all(group, again);
    print_hash("average", again);
  }

  const std::vector<double> means = group.mean({1.0 * group.rank(), 2.5});
  require(means.size() == 2 && means[0] == (group.size() - 1) / 2.0 && means[1] == 2.5, "mean");
  require(group.mean({}).empty(), "mean of nothing");
  require(!group.any(false), "any(false)");
  for (int rank = 0; rank < group.size(); ++rank) require(group.any(group.rank() == rank), "any(true)");

  for (const int root : {0, group.size() - 1}) {
    std::vector<at::Tensor> sent{values({5, 3}, group.rank()).t(), values({1100000, 2}, group.rank())};
    sent.push_back(at::full({3}, group.rank(), at::kLong));
    sent.push_back(at::full({5}, group.rank() == root, at::kBool));
    group.broadcast(sent, root);
    std::vector<at::Tensor> theirs{values({5, 3}, root).t(), values({1100000, 2}, root)};
    theirs.push_back(at::full({3}, root, at::kLong));
    theirs.push_back(at::full({5}, true, at::kBool));
    for (size_t i = 0; i < sent.size(); ++i) require(at::equal(sent[i], theirs[i]), "broadcast");
  }
  group.close();
  group.close();
}

/// Averages until it is stopped from outside or another one is gone.
void work(Group& group) {
  std::printf("at work\n");
  std::fflush(stdout);
  const std::vector<at::Tensor> tensors = some_tensors(group.rank());
  for (;;) average_all(group, tensors);
}

int run(const std::string& task, double timeout_s, double patience_s) {
  inr::parallel::Launch launch = inr::parallel::read_launch([](const char* name) { return std::getenv(name); });
  at::set_num_threads(1);  // several of these share the processors
  launch.timeout_s = timeout_s;
  launch.patience_s = patience_s;
  Group group(launch);
  std::printf("met %d %d\n", group.rank(), group.size());
  std::fflush(stdout);
  const bool is_last = group.rank() == group.size() - 1;
  if (task == "average") average(group);
  if (task == "work") work(group);
  if (task == "late") {  // the last one lives, and does not come
    if (is_last) std::this_thread::sleep_for(std::chrono::hours(1));
    require(!group.any(false), "any(false)");
  }
  if (task == "error") {  // the last one stops with an error of its own
    if (is_last) throw inr::base::DataError("a fault of its own");
    require(!group.any(false), "any(false)");
  }
  if (task == "reason") {  // rank 0 stops for a reason that concerns all
    if (group.rank() == 0) {
      const inr::base::UsageError fault("a wrong option");
      group.end(fault);
      throw fault;
    }
    require(!group.any(false), "any(false)");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw inr::base::UsageError("parallel_member TASK TIMEOUT_S PATIENCE_S");
    return run(argv[1], std::stod(argv[2]), std::stod(argv[3]));
  } catch (const inr::base::Error& fault) {
    std::cerr << "member: " << fault.what() << std::endl;
    return static_cast<int>(fault.exit_code());
  }
}
