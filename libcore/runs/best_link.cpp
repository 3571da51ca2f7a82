// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A link under a name beside it, then a rename.
#include "runs/best_link.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "model/weights.hpp"
#include "runs/checkpoint_file.hpp"

namespace inr::runs {
namespace {

namespace fs = std::filesystem;

std::string best_of(const std::string& run) { return run + "/best.safetensors"; }

// A name that inr-train removes too where it was left by a program that was killed (runs/run_lock.cpp).
std::string name_beside(const std::string& run) { return best_of(run) + ".tmp-" + std::to_string(::getpid()) + "-0"; }

// False where the checkpoint has vanished.
bool link_beside(const std::string& run, const std::string& checkpoint, const std::string& beside) {
  ::unlink(beside.c_str());
  if (::link(checkpoint.c_str(), beside.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  const int link_error = errno;
  std::error_code error;
  fs::copy_file(checkpoint, beside, error);
  if (!error) return true;
  ::unlink(beside.c_str());
  if (!fs::exists(checkpoint, error)) return false;
  throw base::SystemError(base::printable(best_of(run)), "link", link_error);
}

void rename_to_best(const std::string& run, const std::string& beside) {
  if (::rename(beside.c_str(), best_of(run).c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    throw base::SystemError(base::printable(best_of(run)), "replace", error);
  }
  ::unlink(beside.c_str());  // POSIX: renaming one of two names of a file to the other leaves both
}

}  // namespace

std::string best_link_fault(const std::string& run) {
  const std::string best = best_of(run);
  std::error_code error;
  if (!fs::is_regular_file(best, error)) return {};  // none, or a folder, which cannot be replaced in any case
  try {
    if (is_cut_or_damaged(best, base::Check::kHead)) return {};
    const base::Json provenance = checkpoint_provenance(best);
    if (!provenance.is_object() || !provenance.contains("best_score")) return {};
  } catch (const base::Error& fault) {  // not readable, or whole and of another kind or a newer version
    return fault.what();
  }
  return base::printable(best) + " was written by inr-train --score-every";
}

std::string best_model_hash(const std::string& run) {
  std::error_code error;
  if (!fs::exists(best_of(run), error)) return {};
  try {
    const base::Safetensors file = open_checkpoint(best_of(run));
    return model::model_hash(model::load_weights(file, "ema.", model::generator_tensors(read_config(file).model)));
  } catch (const base::Error&) {
    return {};
  }
}

bool link_best(const std::string& run, const std::string& checkpoint) {
  const std::string beside = name_beside(run);
  if (!link_beside(run, checkpoint, beside)) return false;
  rename_to_best(run, beside);
  return true;
}

HeldCheckpoint::HeldCheckpoint(std::string run, std::string checkpoint)
    : run_(std::move(run)), checkpoint_(std::move(checkpoint)), path_(name_beside(run_)) {
  link_beside(run_, checkpoint_, path_);
}

HeldCheckpoint::~HeldCheckpoint() { ::unlink(path_.c_str()); }

bool HeldCheckpoint::held() {
  std::error_code error;
  return fs::exists(path_, error) || link_beside(run_, checkpoint_, path_);
}

void HeldCheckpoint::make_best() { rename_to_best(run_, path_); }

}  // namespace inr::runs
