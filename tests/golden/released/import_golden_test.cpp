// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every model folder of the released goldens, imported: the tensors are those of imported.safetensors bit for bit, the
// configuration is the same. From state.safetensors, and from the pickle where there is one.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "base/json.hpp"
#include "base/legacy_normal.hpp"
#include "base/safetensors.hpp"
#include "released/released_import.hpp"
#include "support/golden_table.hpp"
#include "support/test.hpp"

using namespace inr;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> golden_folders() {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(test::golden_dir() + "/released", none)) {
    if (fs::exists(entry.path() / "imported.safetensors")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// A folder of one's own ($INR_GOLDEN_DIR) may have no golden of a kind; the committed one has some of each.
void require_some(size_t n_checked, const std::string& kind) {
  if (n_checked > 0) return;
  if (test::golden_dir() == INR_DEFAULT_GOLDEN_DIR) BOOST_ERROR("no " + kind + " in " + test::golden_dir());
  std::printf("skipped: no %s in %s\n", kind.c_str(), test::golden_dir().c_str());
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

void compare(const std::string& name, const base::Safetensors& got, const base::Safetensors& want) {
  for (const base::TensorInfo& tensor : want.tensors()) {
    const base::TensorInfo* const mine = got.find(tensor.name);
    BOOST_REQUIRE_MESSAGE(mine != nullptr, tensor.name << " is missing");
    BOOST_TEST(mine->shape == tensor.shape, boost::test_tools::per_element());
    const bool same = mine->dtype == tensor.dtype && std::ranges::equal(got.bytes(*mine), want.bytes(tensor));
    BOOST_TEST(same, tensor.name << " differs");
    test::print_golden(name, tensor.name, largest_difference(got.read_f32(tensor.name), want.read_f32(tensor.name)),
                       same ? 0 : std::numeric_limits<double>::infinity());
  }
  BOOST_TEST(got.tensors().size() == want.tensors().size());
  for (const char* const key : {"format", "version"}) BOOST_TEST(got.metadata(key) == want.metadata(key));
  const base::Json mine = base::parse_json(got.metadata("config"), "got"),
                   theirs = base::parse_json(want.metadata("config"), "want");
  BOOST_TEST(mine == theirs, mine.dump() << " instead of " << theirs.dump());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import_golden)

BOOST_AUTO_TEST_CASE(every_model_is_imported_bit_for_bit) {
  const test::TemporaryFolder folder;
  const std::vector<fs::path> models = golden_folders();
  require_some(models.size(), "released model");
  size_t n_compared = 0;
  for (const fs::path& model : models) {
    const base::Safetensors want = base::Safetensors::open((model / "imported.safetensors").string());
    for (const auto& entry : fs::directory_iterator(model)) {
      if (entry.path().filename() != "state.safetensors" && entry.path().extension() != ".pkl") continue;
      BOOST_TEST_CONTEXT(entry.path()) {
        const released::ReleasedSource source = released::open_released(entry.path().string());
        const std::string out = folder / "imported.safetensors";
        released::write_released(released::plan_released(source), out, base::Json::object());
        ++n_compared;
        compare(model.filename().string() + "/" + entry.path().filename().string(), base::Safetensors::open(out), want);
      }
    }
  }
  require_some(n_compared, "released source");
  BOOST_TEST_MESSAGE(models.size() << " released models, " << n_compared << " sources");
}

BOOST_AUTO_TEST_CASE(latents_of_the_authors_seeds_have_the_same_bits) {
  size_t n_compared = 0;
  for (const fs::path& model : golden_folders()) {
    if (!fs::exists(model / "expected.safetensors")) continue;
    ++n_compared;
    const base::Safetensors expected = base::Safetensors::open((model / "expected.safetensors").string());
    const auto width = static_cast<size_t>(expected.at("z").shape.at(1));
    const std::vector<float> want = expected.read_f32("z");
    std::vector<float> got;
    base::LegacyNormalRows rows(width);
    for (uint64_t seed = 0; seed * width < want.size(); ++seed) {
      const std::vector<float> z = rows.row(seed, 0);
      got.insert(got.end(), z.begin(), z.end());
    }
    BOOST_TEST(got == want, boost::test_tools::per_element());
    test::print_golden(model.filename().string() + "/expected.safetensors", "z (seeds)", largest_difference(got, want),
                       got == want ? 0 : std::numeric_limits<double>::infinity());
  }
  require_some(n_compared, "latent of a released model");
}

BOOST_AUTO_TEST_SUITE_END()
