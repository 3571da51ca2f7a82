// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the environment says about this process, as torchrun, srun, sbatch and salloc set it.
#include "parallel/launch.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "support/test.hpp"

namespace {

using inr::parallel::first_host;
using inr::parallel::Launch;
using Variables = std::map<std::string, std::string>;

Launch launch(const Variables& variables) {
  return inr::parallel::read_launch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

/// The message names the variable.
void check_refused(const Variables& variables, const std::string& name) {
  BOOST_CHECK_EXCEPTION(launch(variables), inr::base::UsageError, [&](const inr::base::UsageError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(name) != std::string::npos;
  });
}

const Variables kTorchrun = {{"RANK", "3"},
                             {"WORLD_SIZE", "8"},
                             {"LOCAL_RANK", "1"},
                             {"MASTER_ADDR", "10.0.0.7"},
                             {"MASTER_PORT", "29501"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"}};

const Variables kSrun = {{"SLURM_JOB_ID", "1234567"},
                         {"SLURM_STEP_ID", "0"},
                         {"SLURM_PROCID", "2"},
                         {"SLURM_NTASKS", "4"},
                         {"SLURM_STEP_NUM_TASKS", "4"},
                         {"SLURM_LOCALID", "0"},
                         {"SLURM_STEP_NODELIST", "node[03-05,9],other"}};

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

BOOST_AUTO_TEST_CASE(torchrun_sets_all) {
  const Launch found = launch(kTorchrun);
  BOOST_CHECK_EQUAL(found.rank, 3);
  BOOST_CHECK_EQUAL(found.size, 8);
  BOOST_CHECK_EQUAL(found.local_rank.value(), 1);
  BOOST_CHECK_EQUAL(found.master_addr, "10.0.0.7");
  BOOST_CHECK_EQUAL(found.master_port, 29501);
  BOOST_CHECK(found.store_is_served);
  BOOST_CHECK_EQUAL(found.attempt, 2);
}

BOOST_AUTO_TEST_CASE(timeout_and_interface_can_be_set) {
  BOOST_CHECK_EQUAL(launch(kTorchrun).timeout_s, 120);
  BOOST_CHECK_EQUAL(launch(kTorchrun).interface, "");
  BOOST_CHECK_EQUAL(launch(with(kTorchrun, "INR_TIMEOUT", "600")).timeout_s, 600);
  BOOST_CHECK_EQUAL(launch(with(kSrun, "GLOO_SOCKET_IFNAME", "ib0")).interface, "ib0");
  check_refused(with(kTorchrun, "INR_TIMEOUT", "0"), "INR_TIMEOUT=0");
  check_refused(with(kTorchrun, "INR_TIMEOUT", "2m"), "INR_TIMEOUT=2m");
}

BOOST_AUTO_TEST_CASE(a_process_that_nobody_started_as_one_of_several_is_alone) {
  BOOST_CHECK_EQUAL(launch({}).size, 1);
  BOOST_CHECK_EQUAL(launch({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).size, 1);
  BOOST_CHECK_EQUAL(launch({{"MASTER_PORT", "29500"}, {"MASTER_ADDR", "localhost"}}).size, 1);
  BOOST_CHECK_EQUAL(launch({{"RANK", ""}, {"WORLD_SIZE", ""}}).size, 1);
}

BOOST_AUTO_TEST_CASE(half_a_set_of_torchrun_is_refused_by_name) {
  for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
    check_refused(with(kTorchrun, name, ""), name);
  BOOST_CHECK(!launch(with(kTorchrun, "LOCAL_RANK", "")).local_rank);
  check_refused(with(kTorchrun, "RANK", "8"), "RANK=8");
  check_refused(with(kTorchrun, "RANK", "-1"), "RANK=-1");
  check_refused(with(kTorchrun, "RANK", "3x"), "RANK=3x");
  check_refused(with(kTorchrun, "WORLD_SIZE", "0"), "WORLD_SIZE=0");
  check_refused(with(kTorchrun, "WORLD_SIZE", "99999999999999999999"), "WORLD_SIZE");
  check_refused(with(kTorchrun, "LOCAL_RANK", "8"), "LOCAL_RANK=8");
  check_refused(with(kTorchrun, "MASTER_PORT", "65536"), "MASTER_PORT=65536");
  check_refused(with(kTorchrun, "MASTER_ADDR", "a b"), "MASTER_ADDR");
}

BOOST_AUTO_TEST_CASE(a_task_of_a_slurm_step) {
  const Launch found = launch(kSrun);
  BOOST_CHECK_EQUAL(found.rank, 2);
  BOOST_CHECK_EQUAL(found.size, 4);
  BOOST_CHECK_EQUAL(found.local_rank.value(), 0);
  BOOST_CHECK_EQUAL(found.master_addr, "node03");
  BOOST_CHECK_GE(found.master_port, 20000);
  BOOST_CHECK_LT(found.master_port, 32000);
  BOOST_CHECK(!found.store_is_served);
  BOOST_CHECK_EQUAL(found.master_port, launch(with(kSrun, "SLURM_PROCID", "0")).master_port);
  BOOST_CHECK_NE(found.master_port, launch(with(kSrun, "SLURM_JOB_ID", "1234568")).master_port);
  BOOST_CHECK_NE(found.master_port, launch(with(kSrun, "SLURM_STEP_ID", "1")).master_port);
  BOOST_CHECK_EQUAL(launch(with(kSrun, "MASTER_PORT", "29500")).master_port, 29500);
  BOOST_CHECK_EQUAL(launch(with(kSrun, "MASTER_ADDR", "head")).master_addr, "head");
}

BOOST_AUTO_TEST_CASE(older_names_of_slurm_serve_too) {
  const Variables older = {{"SLURM_JOBID", "77"},
                           {"SLURM_STEPID", "3"},
                           {"SLURM_PROCID", "1"},
                           {"SLURM_NTASKS", "2"},
                           {"SLURM_NODELIST", "a[7-9]"}};
  BOOST_CHECK_EQUAL(launch(older).size, 2);
  BOOST_CHECK_EQUAL(launch(older).master_addr, "a7");
  BOOST_CHECK(!launch(older).local_rank);
}

BOOST_AUTO_TEST_CASE(shells_of_salloc_and_scripts_of_sbatch_are_alone) {
  const Variables sbatch = {{"SLURM_JOB_ID", "5"},  {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"},
                            {"SLURM_LOCALID", "0"}, {"SLURM_NNODES", "2"}, {"SLURM_JOB_NODELIST", "n[1-2]"}};
  BOOST_CHECK_EQUAL(launch(sbatch).size, 1);
  BOOST_CHECK_EQUAL(launch({{"SLURM_JOB_ID", "5"}, {"SLURM_NTASKS", "4"}, {"SLURM_JOB_NODELIST", "n[1-2]"}}).size, 1);
  BOOST_CHECK_EQUAL(launch(with(sbatch, "SLURM_STEP_ID", "4294967291")).size, 1);
  BOOST_CHECK_EQUAL(launch(with(with(sbatch, "SLURM_STEP_ID", "4294967290"), "SLURM_STEP_NUM_TASKS", "1")).size, 1);
  BOOST_CHECK_EQUAL(launch(with(with(sbatch, "SLURM_STEP_ID", "0"), "SLURM_STEP_NUM_TASKS", "1")).size, 1);
}

BOOST_AUTO_TEST_CASE(torchrun_inside_a_slurm_step_wins) {
  Variables both = kSrun;
  both.insert(kTorchrun.begin(), kTorchrun.end());
  BOOST_CHECK_EQUAL(launch(both).size, 8);
  BOOST_CHECK_EQUAL(launch(both).rank, 3);
}

BOOST_AUTO_TEST_CASE(half_a_slurm_step_is_refused_by_name) {
  check_refused(with(kSrun, "SLURM_PROCID", ""), "SLURM_PROCID");
  check_refused(with(kSrun, "SLURM_PROCID", "4"), "SLURM_PROCID=4");
  check_refused(with(kSrun, "SLURM_STEP_NODELIST", ""), "SLURM_STEP_NODELIST");
  check_refused(with(kSrun, "SLURM_JOB_ID", ""), "SLURM_JOB_ID");
  check_refused(with(kSrun, "SLURM_STEP_NODELIST", "node[03"), "node[03");
  check_refused({{"SLURM_PROCID", "1"}}, "SLURM_NTASKS");
  check_refused(with(kSrun, "SLURM_STEP_NUM_TASKS", "two"), "SLURM_STEP_NUM_TASKS=two");
}

int threads_of(int local_size, int n_cpus = 0) {
  Launch launch;
  launch.local_size = local_size;
  launch.n_cpus = n_cpus;
  return inr::parallel::default_threads(launch);
}

BOOST_AUTO_TEST_CASE(processes_of_one_machine_share_its_processors) {
  const int n_cores = threads_of(1);
  BOOST_CHECK_GE(n_cores, 1);
  BOOST_CHECK_EQUAL(launch(with(kTorchrun, "LOCAL_WORLD_SIZE", "2")).local_size, 2);
  BOOST_CHECK_EQUAL(launch(kTorchrun).local_size, 8);
  BOOST_CHECK_EQUAL(threads_of(2), std::max(1, n_cores / 2));
  BOOST_CHECK_EQUAL(threads_of(100000), 1);
  check_refused(with(kTorchrun, "LOCAL_WORLD_SIZE", "0"), "LOCAL_WORLD_SIZE=0");

  BOOST_CHECK_EQUAL(launch(with(kSrun, "SLURM_CPUS_PER_TASK", "7")).n_cpus, 7);
  BOOST_CHECK_EQUAL(launch({{"SLURM_CPUS_PER_TASK", "5"}}).n_cpus, 5);  // the script of sbatch
  BOOST_CHECK_EQUAL(threads_of(4, 7), 7);
  BOOST_CHECK_EQUAL(launch(kSrun).n_cpus, 0);
  BOOST_CHECK_EQUAL(launch(kSrun).local_size, 4);
  const auto on_node = [](const char* counts, const char* node) {
    return launch(with(with(kSrun, "SLURM_STEP_TASKS_PER_NODE", counts), "SLURM_NODEID", node)).local_size;
  };
  BOOST_CHECK_EQUAL(on_node("2", "0"), 2);
  BOOST_CHECK_EQUAL(on_node("1(x2),2", "1"), 1);
  BOOST_CHECK_EQUAL(on_node("1(x2),2", "2"), 2);
  BOOST_CHECK_EQUAL(on_node("2,1(x2)", "0"), 2);
  BOOST_CHECK_EQUAL(on_node("2,1(x2)", "2"), 1);
  for (const char* odd : {"", "x", "2(x", "(x2)", "2(x1)", "-1"}) BOOST_CHECK_EQUAL(on_node(odd, "1"), 4);
}

BOOST_AUTO_TEST_CASE(first_hosts_of_node_lists) {
  BOOST_CHECK_EQUAL(first_host("node1"), "node1");
  BOOST_CHECK_EQUAL(first_host("node1,node2"), "node1");
  BOOST_CHECK_EQUAL(first_host("node[03-05,9],other"), "node03");
  BOOST_CHECK_EQUAL(first_host("node[9,03-05]"), "node9");
  BOOST_CHECK_EQUAL(first_host("rack[1-2]-node[007-010].cluster,x"), "rack1-node007.cluster");
  BOOST_CHECK_EQUAL(first_host("a[1-2]b[3,7]"), "a1b3");
  for (const char* bad : {"", ",a", "[", "a[", "a[]", "a[x]", "a[-3]", "a b", "a]", "a[1-2"})
    BOOST_CHECK_THROW(first_host(bad), inr::base::UsageError);
}

}  // namespace
