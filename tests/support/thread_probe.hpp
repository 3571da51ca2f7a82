// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which operators run in more than one thread. The bits of a sum that LibTorch or its libraries split depend on the
// number of threads, but not on every processor and not at every size: the probe tells of a split that this machine
// does not show.
#pragma once
#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace inr::test {

/// While it lives, notes every operator that rounds sums (products, solvers, reductions, exponentials), in all threads.
/// One at a time.
class ThreadProbe {
 public:
  ThreadProbe() {
    const std::lock_guard lock(mutex());
    seen().clear();
    split().clear();
    handle_ = at::addGlobalCallback(at::RecordFunctionCallback(&note).scopes({at::RecordScope::FUNCTION}));
  }
  ~ThreadProbe() { at::removeCallback(handle_); }
  ThreadProbe(const ThreadProbe&) = delete;
  ThreadProbe& operator=(const ThreadProbe&) = delete;

  /// Those that were called, and those of them that could have been split: "aten::mm ".
  [[nodiscard]] static std::string called() { return joined(seen()); }
  [[nodiscard]] static std::string in_several_threads() { return joined(split()); }

 private:
  static std::mutex& mutex() {
    static std::mutex the_mutex;
    return the_mutex;
  }
  static std::set<std::string>& seen() {
    static std::set<std::string> names;
    return names;
  }
  static std::set<std::string>& split() {
    static std::set<std::string> names;
    return names;
  }
  static std::string joined(const std::set<std::string>& names) {
    const std::lock_guard lock(mutex());
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  }
  // A name as it is, or with what follows an underscore: "aten::log" is "aten::log_softmax" too, not
  // "aten::logical_or".
  static bool rounds(std::string_view name) {
    constexpr std::array<std::string_view, 26> kNames = {
        "aten::mm",          "aten::addmm",  "aten::bmm", "aten::baddbmm", "aten::mv",      "aten::addmv",
        "aten::addr",        "aten::dot",    "aten::sum", "aten::linear",  "aten::mean",    "aten::conv2d",
        "aten::convolution", "aten::mkldnn", "aten::var", "aten::std",     "aten::trace",   "aten::norm",
        "aten::linalg",      "aten::exp",    "aten::log", "aten::sigmoid", "aten::_linalg", "aten::tanh",
        "aten::_log",        "aten::sin"};
    return std::ranges::any_of(kNames, [name](std::string_view each) {
      return name.starts_with(each) && (name.size() == each.size() || name[each.size()] == '_');
    });
  }
  static std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& call) {
    if (!rounds(call.name())) return nullptr;
    const bool several = at::get_num_threads() > 1;
    const std::lock_guard lock(mutex());
    seen().insert(call.name());
    if (several) split().insert(call.name());
    return nullptr;
  }

  at::CallbackHandle handle_;
};

}  // namespace inr::test
