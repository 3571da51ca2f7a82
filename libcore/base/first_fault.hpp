// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Steps that do not depend on each other at the end of long work (tell the result, save it, log it): all are tried, so
// that the one which fails takes nothing from the others.
#pragma once
#include <exception>
#include <functional>

#include "base/error.hpp"
#include "base/log.hpp"

namespace inr::base {

class FirstFault {
 public:
  /// Does a step. What it throws is kept where it is the first, else it becomes a warning.
  void run(const std::function<void()>& step) {
    try {
      step();
    } catch (const Error& error) {
      keep(error.what());
    } catch (const std::exception& error) {  // a library's; its backtrace begins with the second line
      const std::string text = error.what();
      keep(text.substr(0, text.find('\n')));
    } catch (...) {  // the reader of our pipe has gone
      keep({});
    }
  }
  /// Throws the first fault, if there was one.
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  void keep(const std::string& message) {
    if (!first_) {
      first_ = std::current_exception();
    } else if (!message.empty()) {
      log_warning(message);
    }
  }
  std::exception_ptr first_;
};

}  // namespace inr::base
