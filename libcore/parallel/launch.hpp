// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which of several processes this one is, as torchrun or Slurm tell it through the environment:
//   torchrun   RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT
//   Slurm      SLURM_PROCID SLURM_STEP_NUM_TASKS (SLURM_NTASKS) SLURM_LOCALID SLURM_STEP_NODELIST SLURM_JOB_ID
//   either     GLOO_SOCKET_IFNAME, INR_TIMEOUT (seconds)
// and for the number of threads: LOCAL_WORLD_SIZE (torchrun), SLURM_CPUS_PER_TASK, SLURM_STEP_TASKS_PER_NODE,
// SLURM_NODEID Needs no LibTorch.
#pragma once
#include <functional>
#include <optional>
#include <string>

namespace inr::parallel {

struct Launch {
  int rank = 0;                   // 0 .. size - 1
  int size = 1;                   // processes in all; 1: no group, the fields below mean nothing
  std::optional<int> local_rank;  // 0 .. among the processes of this machine; chooses the GPU
  int local_size = 1;             // processes of this machine; where that is not told, all of them are taken to be here
  int n_cpus = 0;                 // that Slurm gives this process; 0: not told
  std::string master_addr;        // host name or address of the machine of rank 0
  int master_port = 0;            // 1 .. 65535, on that machine
  std::string interface;          // network interface of the exchange (GLOO_SOCKET_IFNAME); empty: that of master_addr
  bool store_is_served = false;   // torchrun itself answers at that port, not rank 0
  int attempt = 0;                // torchrun's count of restarts
  double timeout_s = 120;         // for the processes to come together, and for a silent machine to count as gone
  double patience_s = 3600;       // longest wait for a process that lives and does not come to an exchange
};

/// Value of an environment variable, null where it is not set (std::getenv). An empty value counts as not set.
using Getenv = std::function<const char*(const char*)>;

/// Reads the environment; a process that neither torchrun nor srun started as one of several is a group of one.
/// torchrun's variables win over Slurm's, MASTER_ADDR and MASTER_PORT over what Slurm's others give. Slurm's count only
/// in a step with several tasks (srun): a shell of salloc, or the script of sbatch, sees SLURM_NTASKS but is alone.
/// Throws base::UsageError, naming the variable, where one is missing, no number, or contradicts another.
Launch read_launch(const Getenv& getenv);

/// Threads for this process to compute with: what Slurm gives it, else its share of the processors that the system lets
/// it run on. At least 1.
int default_threads(const Launch& launch);

/// First host of Slurm's compact list: "node[03-05,9],other" gives "node03", "a[1-2]b[3,7]" gives "a1b3". Throws
/// base::UsageError where the list is malformed.
std::string first_host(const std::string& node_list);

}  // namespace inr::parallel
