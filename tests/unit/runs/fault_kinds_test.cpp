// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of checkpoint files.
#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "runs/checkpoint_file.hpp"
#include "support/fault_of.hpp"

using namespace inr;
using base::Fault;

namespace {

std::string write(const test::TemporaryFolder& folder, const std::map<std::string, std::string>& metadata) {
  const std::string path = folder / "cut short, newer than this program";
  base::write_safetensors(path, metadata, std::span<const base::TensorView>{});
  return path;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fault_kinds_of_checkpoints) {
  const test::TemporaryFolder folder;
  const std::string format = "inr-gan checkpoint";
  const std::pair<Fault, std::map<std::string, std::string>> cases[] = {
      {Fault::kForeign, {{"format", "another"}}},
      {Fault::kForeign, {{"init_kwargs", "{}"}}},
      {Fault::kNewer, {{"format", format}, {"version", "2"}}},
      {Fault::kDamaged, {{"format", format}, {"version", "one"}}},
      {Fault::kDamaged, {{"format", format}}},
  };
  for (const auto& [kind, metadata] : cases)
    test::expect_fault(kind, base::to_string(kind), [&] { runs::open_checkpoint(write(folder, metadata)); });
  const std::string good = write(folder, {{"format", format}, {"version", "1"}});
  BOOST_TEST(test::fault_of([&] { runs::open_checkpoint(good); }) == "no error");
  test::expect_fault(Fault::kDamaged, "no count",
                     [] { runs::progress_count(base::Json::object(), "iteration", "file"); });
}
