// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What the tests of released models share: the smallest golden, and its state dictionary with changes.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/safetensors.hpp"
#include "released/released_import.hpp"
#include "support/test.hpp"

namespace inr::test {

using base::Json;

inline std::string golden(const std::string& name) { return INR_DEFAULT_GOLDEN_DIR "/released/pickled/" + name; }

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

inline std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

// The golden's state with other arguments, or without some tensors, or with one more.
struct Changed {
  std::function<void(Json&)> arguments = [](Json&) {};
  std::function<void(std::vector<base::TensorView>&)> tensors = [](auto&) {};

  released::ReleasedPlan plan(const TemporaryFolder& folder) const {
    const base::Safetensors state = base::Safetensors::open(golden("state.safetensors"));
    Json kwargs = base::parse_json(state.metadata("init_kwargs"), "golden");
    arguments(kwargs);
    std::vector<base::TensorView> views;
    for (const base::TensorInfo& info : state.tensors())
      views.push_back({info.name, info.dtype, info.shape, state.bytes(info)});
    tensors(views);
    const std::string path = folder / "changed.safetensors";
    base::write_safetensors(path, {{"init_kwargs", base::dump_json(kwargs)}}, views);
    // Of a plan whose source has gone only the configuration may be looked at.
    released::ReleasedPlan made = released::plan_released(released::open_released(path));
    made.tensors.clear();
    return made;
  }
};

}  // namespace inr::test
