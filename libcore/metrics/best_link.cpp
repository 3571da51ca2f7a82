// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A link under a name beside it, then a rename.
#include "metrics/best_link.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "gan/checkpoint.hpp"

namespace inr::metrics {
namespace {

namespace fs = std::filesystem;

std::string best_of(const std::string& run) { return run + "/best.safetensors"; }

// A name that inr-train removes too where it was left by a program that was killed (gan/run_lock.cpp).
std::string name_beside(const std::string& run) { return best_of(run) + ".tmp-" + std::to_string(::getpid()) + "-0"; }

}  // namespace

std::string best_link_fault(const std::string& run) {
  std::error_code error;
  if (!fs::exists(best_of(run), error)) return {};
  try {
    const base::Json provenance = gan::checkpoint_provenance(best_of(run));
    if (!provenance.is_object() || !provenance.contains("best_score")) return {};
  } catch (const base::Error&) {  // damaged: nothing is lost with it
    return {};
  }
  return base::printable(best_of(run)) + " is inr-train's own, by --score-every";
}

bool link_best(const std::string& run, const std::string& checkpoint) {
  const std::string beside = name_beside(run);
  ::unlink(beside.c_str());
  if (::link(checkpoint.c_str(), beside.c_str()) != 0) {
    if (errno == ENOENT) return false;
    const int link_error = errno;
    std::error_code error;
    fs::copy_file(checkpoint, beside, error);
    if (error) {
      ::unlink(beside.c_str());
      if (!fs::exists(checkpoint, error)) return false;
      throw base::SystemError(base::printable(best_of(run)), "link", link_error);
    }
  }
  if (::rename(beside.c_str(), best_of(run).c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    throw base::SystemError(base::printable(best_of(run)), "replace", error);
  }
  ::unlink(beside.c_str());  // POSIX: renaming one of two names of a file to the other leaves both
  return true;
}

}  // namespace inr::metrics
