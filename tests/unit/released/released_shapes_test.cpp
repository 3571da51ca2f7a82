// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// An imported model's tensors are those that its configuration asks for; one too few, too many or of another shape is
// told by its name.
#include "released/released_shapes.hpp"

#include <functional>
#include <string>

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

std::string error_of(const std::function<void(released::ReleasedPlan&)>& change) {
  const released::ReleasedSource source =
      released::open_released(INR_DEFAULT_GOLDEN_DIR "/released/pickled/state.safetensors");
  released::ReleasedPlan plan = released::plan_released(source);
  change(plan);
  try {
    released::check_released(plan, "file");
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(released_shapes)

BOOST_AUTO_TEST_CASE(every_tensor_fits_the_configuration) {
  BOOST_TEST(error_of([](auto&) {}) == "no error");
  BOOST_TEST(has(error_of([](auto& plan) { plan.tensors.pop_back(); }), "tensor 'h_mean' is missing"));
  BOOST_TEST(has(error_of([](auto& plan) {
                   plan.tensors.push_back({"more", {1}, {}});
                 }),
                 "tensor 'more' has no place"));
  BOOST_TEST(has(error_of([](auto& plan) { plan.tensors.push_back(plan.tensors.back()); }), "'h_mean' has no place"));
  BOOST_TEST(has(error_of([](auto& plan) { plan.model["z_dim"] = 13; }),
                 "tensor 'hypernet.0.weight' has shape [16, 12] instead of [16, 13]"));
  BOOST_TEST(has(error_of([](auto& plan) { plan.model["blocks"][2]["resolution"] = 32; }), "model.blocks.2"));
}

BOOST_AUTO_TEST_SUITE_END()
