// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What every test file includes: Boost.Test, the goldens' folder, a temporary folder, the one tolerance formula.
#pragma once
#include <unistd.h>

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

namespace inr::test {

/// $INR_GOLDEN_DIR, else the committed copies in tests/golden. Has the subfolders model, fid.
inline std::string golden_dir() {
  const char* dir = std::getenv("INR_GOLDEN_DIR");
  return dir != nullptr && *dir != '\0' ? dir : INR_DEFAULT_GOLDEN_DIR;
}

/// A fresh folder, removed with everything in it when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "inr-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Largest |got - want| / (atol + rtol |want|): at most 1 passes. NaN counts as infinite.
template <typename Got, typename Want>
double worst_ratio(std::span<const Got> got, std::span<const Want> want, double atol, double rtol) {
  if (got.size() != want.size()) return INFINITY;
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double ref = static_cast<double>(want[i]);
    const double ratio = std::abs(static_cast<double>(got[i]) - ref) / (atol + rtol * std::abs(ref));
    if (!(ratio <= worst)) worst = std::isnan(ratio) ? INFINITY : ratio;
  }
  return worst;
}

}  // namespace inr::test
