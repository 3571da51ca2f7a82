// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "parallel/launch.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <thread>

#include "base/error.hpp"

namespace inr::parallel {
namespace {

constexpr std::string_view kHostChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
constexpr int kMaxSize = 1 << 16U;

// Step numbers of Slurm that stand for the script of sbatch and the shell of salloc (slurm.h).
constexpr int64_t kFirstSpecialStep = 4294967280;

// Ports for jobs lie below the range from which Linux takes those of clients (32768 ..).
constexpr int64_t kFirstPort = 20000;
constexpr int64_t kPorts = 12000;

class Environment {
 public:
  explicit Environment(const Getenv& getenv) : getenv_(getenv) {}

  /// Empty where it is not set.
  [[nodiscard]] std::string text(const char* name) const {
    const char* value = getenv_(name);
    return value == nullptr ? std::string() : std::string(value);
  }
  [[nodiscard]] bool has(const char* name) const { return !text(name).empty(); }
  [[nodiscard]] std::optional<int64_t> number(const char* name, int64_t min, int64_t max) const {
    const std::string value = text(name);
    if (value.empty()) return {};
    int64_t out = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc() || end != value.data() + value.size() || out < min || out > max) {
      throw base::UsageError("environment: " + std::string(name) + "=" + base::printable(value) +
                             " is not a number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return out;
  }
  /// A number without which the others of its launcher make no sense.
  [[nodiscard]] int64_t needed(const char* name, int64_t min, int64_t max, const char* beside) const {
    if (const auto value = number(name, min, max)) return *value;
    throw missing(name, beside);
  }
  static base::UsageError missing(const std::string& name, const std::string& beside) {
    return base::UsageError("environment: " + beside + " is set, but not " + name +
                            "; set all that torchrun or srun set, or none");
  }

 private:
  const Getenv& getenv_;
};

void require_below(const char* name, int64_t value, const char* limit_name, int64_t limit) {
  if (value < limit) return;
  throw base::UsageError("environment: " + std::string(name) + "=" + std::to_string(value) + " is not below " +
                         limit_name + "=" + std::to_string(limit));
}

std::string checked_host(const std::string& where, const std::string& host) {
  if (host.empty() || host.find_first_not_of(kHostChars) != std::string::npos) {
    throw base::UsageError("environment: " + where + ": '" + base::printable(host) + "' is no host name or address");
  }
  return host;
}

void read_local_rank(const Environment& env, const char* name, const char* size_name, Launch& launch) {
  const auto local = env.number(name, 0, kMaxSize);
  if (!local) return;
  require_below(name, *local, size_name, launch.size);
  launch.local_rank = static_cast<int>(*local);
}

/// The count of one node in Slurm's compact list of them: "2(x3),1" is 2, 2, 2, 1. 0 where it says nothing of that
/// node.
int64_t count_of_node(const std::string& counts, int64_t node) {
  const char* at = counts.data();
  const char* const end = at + counts.size();
  while (at < end) {
    int64_t count = 0, repeats = 1;
    auto parsed = std::from_chars(at, end, count);
    if (parsed.ec == std::errc() && end - parsed.ptr > 2 && parsed.ptr[0] == '(' && parsed.ptr[1] == 'x') {
      parsed = std::from_chars(parsed.ptr + 2, end, repeats);
      if (parsed.ptr < end) ++parsed.ptr;  // the bracket
    }
    if (parsed.ec != std::errc() || count < 1 || repeats < 1) return 0;
    if (node < repeats) return count;
    node -= repeats;
    at = parsed.ptr + 1;  // behind the comma
  }
  return 0;
}

Launch from_torchrun(const Environment& env) {
  Launch launch;
  launch.size = static_cast<int>(env.needed("WORLD_SIZE", 1, kMaxSize, "RANK"));
  launch.rank = static_cast<int>(env.needed("RANK", 0, kMaxSize, "WORLD_SIZE"));
  require_below("RANK", launch.rank, "WORLD_SIZE", launch.size);
  read_local_rank(env, "LOCAL_RANK", "WORLD_SIZE", launch);
  launch.local_size = static_cast<int>(env.number("LOCAL_WORLD_SIZE", 1, kMaxSize).value_or(launch.size));
  if (launch.size == 1) return launch;
  if (!env.has("MASTER_ADDR")) throw Environment::missing("MASTER_ADDR", "WORLD_SIZE");
  launch.master_addr = checked_host("MASTER_ADDR", env.text("MASTER_ADDR"));
  launch.master_port = static_cast<int>(env.needed("MASTER_PORT", 1, 65535, "WORLD_SIZE"));
  launch.store_is_served = env.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  launch.attempt = static_cast<int>(env.number("TORCHELASTIC_RESTART_COUNT", 0, kMaxSize).value_or(0));
  return launch;
}

/// The tasks of the step that this process belongs to; 1 outside of steps.
int64_t tasks_of_slurm_step(const Environment& env) {
  const auto step = env.number(env.has("SLURM_STEP_ID") ? "SLURM_STEP_ID" : "SLURM_STEPID", 0, UINT32_MAX);
  if (step && *step >= kFirstSpecialStep) return 1;
  const auto rank = env.number("SLURM_PROCID", 0, kMaxSize);
  // sbatch gives its script SLURM_PROCID=0 too, but nothing of a step.
  const bool in_step =
      step || env.has("SLURM_STEP_NUM_TASKS") || env.has("SLURM_STEP_NODELIST") || rank.value_or(0) > 0;
  if (!in_step) return 1;
  if (const auto tasks = env.number("SLURM_STEP_NUM_TASKS", 1, kMaxSize)) return *tasks;
  if (const auto tasks = env.number("SLURM_NTASKS", 1, kMaxSize)) return *tasks;
  if (rank.value_or(0) > 0) throw Environment::missing("SLURM_NTASKS", "SLURM_PROCID");
  return 1;
}

Launch from_slurm(const Environment& env) {
  Launch launch;
  launch.size = static_cast<int>(tasks_of_slurm_step(env));
  launch.n_cpus = static_cast<int>(env.number("SLURM_CPUS_PER_TASK", 1, kMaxSize).value_or(0));
  if (launch.size == 1) return launch;
  const int64_t here =
      count_of_node(env.text("SLURM_STEP_TASKS_PER_NODE"), env.number("SLURM_NODEID", 0, kMaxSize).value_or(0));
  launch.local_size = static_cast<int>(here > 0 ? std::min<int64_t>(here, launch.size) : launch.size);
  launch.rank = static_cast<int>(env.needed("SLURM_PROCID", 0, kMaxSize, "SLURM_NTASKS"));
  require_below("SLURM_PROCID", launch.rank, "SLURM_NTASKS", launch.size);
  read_local_rank(env, "SLURM_LOCALID", "SLURM_NTASKS", launch);
  if (env.has("MASTER_ADDR")) {
    launch.master_addr = checked_host("MASTER_ADDR", env.text("MASTER_ADDR"));
  } else {
    for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_NODELIST", "SLURM_JOB_NODELIST"}) {
      if (launch.master_addr.empty() && env.has(name)) launch.master_addr = first_host(env.text(name));
    }
    if (launch.master_addr.empty()) throw Environment::missing("SLURM_STEP_NODELIST", "SLURM_PROCID");
  }
  if (const auto port = env.number("MASTER_PORT", 1, 65535)) {
    launch.master_port = static_cast<int>(*port);
  } else {
    // Steps of one job may run side by side: neighbouring ports.
    const char* job_name = env.has("SLURM_JOBID") ? "SLURM_JOBID" : "SLURM_JOB_ID";
    const int64_t job = env.needed(job_name, 0, UINT32_MAX, "SLURM_PROCID");
    const auto step = env.number(env.has("SLURM_STEP_ID") ? "SLURM_STEP_ID" : "SLURM_STEPID", 0, UINT32_MAX);
    launch.master_port = static_cast<int>(kFirstPort + (job * 16 + step.value_or(0) % 16) % kPorts);
  }
  return launch;
}

}  // namespace

std::string first_host(const std::string& node_list) {
  const auto malformed = [&](const std::string& why) {
    return base::UsageError("node list '" + base::printable(node_list) + "': " + why);
  };
  std::string host;
  for (size_t i = 0; i < node_list.size() && node_list[i] != ','; ++i) {
    if (node_list[i] != '[') {
      host += node_list[i];
      continue;
    }
    const size_t end = node_list.find(']', i);
    if (end == std::string::npos) throw malformed("a bracket is not closed");
    const std::string first = node_list.substr(i + 1, node_list.find_first_of(",-]", i) - i - 1);
    if (first.empty() || first.find_first_not_of("0123456789") != std::string::npos)
      throw malformed("brackets hold something else than numbers");
    host += first;
    i = end;
  }
  if (host.empty() || host.find_first_not_of(kHostChars) != std::string::npos) throw malformed("no host name first");
  return host;
}

int default_threads(const Launch& launch) {
  if (launch.n_cpus > 0) return launch.n_cpus;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  int n_cores = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
  if (n_cores == 0) n_cores = static_cast<int>(std::thread::hardware_concurrency());  // more than a cpu_set_t holds
  return std::max(1, n_cores / std::max(1, launch.local_size));
}

Launch read_launch(const Getenv& getenv) {
  const Environment env(getenv);
  Launch launch = env.has("RANK") || env.has("WORLD_SIZE") ? from_torchrun(env) : from_slurm(env);
  if (launch.size > 1) {
    launch.interface = env.text("GLOO_SOCKET_IFNAME");
    if (const auto timeout_s = env.number("INR_TIMEOUT", 1, 86400)) launch.timeout_s = static_cast<double>(*timeout_s);
  }
  return launch;
}

}  // namespace inr::parallel
