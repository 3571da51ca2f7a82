// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Every generator golden, by the reference kernel and by the fast one on every grid however small: h, theta, raw, image
// at native size, 2x, 4x, half; float32 and float64; windows.
#include "field/decoder.hpp"
#include "gan/hypernetwork.hpp"
#include "golden/gan/golden_files.hpp"

namespace {

using namespace inr;

class GoldenGenerator {
 public:
  GoldenGenerator(const test::Golden& golden, at::ScalarType type, field::Kernel kernel)
      : golden_(golden),
        kernel_(kernel),
        config_(golden.config.model),
        layout_(model::theta_layout(config_)),
        weights_(test::read_set(golden.checkpoint, "ema.", type)) {
    h_ = gan::hidden(config_, weights_, test::read_tensor(golden.expected, "z").to(type));
    theta_ = gan::theta(weights_, h_);
  }
  [[nodiscard]] const at::Tensor& h() const { return h_; }
  [[nodiscard]] const at::Tensor& theta() const { return theta_; }
  [[nodiscard]] at::Tensor draw(const model::GridRequest& request, int64_t n_images, bool raw = false) const {
    return field::decode(config_, layout_, weights_, theta_.narrow(0, 0, n_images), model::plan_grid(config_, request),
                         {.raw = raw, .kernel = kernel_, .term = {.always = true}});
  }
  [[nodiscard]] test::Tolerance image_tolerance() const {
    return {.atol = config_.modulation == model::Modulation::kLowrank ? 3e-5 : 1e-5};
  }
  /// The golden's name in the table, with the kernel's where it is not the reference.
  [[nodiscard]] std::string name() const { return golden_.name + (kernel_ == field::Kernel::kFast ? " fast" : ""); }
  [[nodiscard]] int64_t resolution() const { return config_.resolution; }

 private:
  const test::Golden& golden_;
  field::Kernel kernel_;
  model::ModelConfig config_;
  model::ThetaLayout layout_;
  field::TensorMap weights_;
  at::Tensor h_, theta_;
};

void check_sizes(const test::Golden& golden, const GoldenGenerator& generator) {
  struct Case {
    const char* name;
    int64_t numerator, denominator;
    int64_t upsample_from;
  };
  for (const Case& c : {Case{"image", 1, 1, -1}, Case{"image_2x", 2, 1, -1}, Case{"image_2x_all", 2, 1, 0},
                        Case{"image_4x", 4, 1, -1}, Case{"image_half", 1, 2, -1}}) {
    if (golden.expected.find(c.name) == nullptr) continue;
    const at::Tensor want = test::read_tensor(golden.expected, c.name);
    const int64_t side = generator.resolution() * c.numerator / c.denominator;
    const model::GridRequest request{.window = {}, .width = side, .height = side, .upsample_from = c.upsample_from};
    test::check_tensor(generator.name(), c.name, generator.draw(request, want.size(0)), want,
                       generator.image_tolerance());
  }
}

constexpr field::Kernel kKernels[] = {field::Kernel::kReference, field::Kernel::kFast};

void check_generators(field::Kernel kernel) {
  int n_checked = 0;
  for (const test::Golden& golden : test::find_goldens(".expected.safetensors")) {
    const bool is_generator = test::has_tensor(golden.expected, "theta") || test::has_tensor(golden.expected, "image");
    if (!is_generator) continue;
    BOOST_CHECK_MESSAGE(golden.expected.find("image") != nullptr, golden.name << " has no image");
    const GoldenGenerator single(golden, at::kFloat, kernel);
    test::check_tensor(single.name(), "h", single.h(), test::read_tensor(golden.expected, "h"), {5e-6, 1e-5});
    test::check_tensor(single.name(), "theta", single.theta(), test::read_tensor(golden.expected, "theta"),
                       {5e-6, 1e-5});
    const model::GridRequest native{.window = {}, .width = single.resolution(), .height = single.resolution()};
    const at::Tensor raw = test::read_tensor(golden.expected, "raw");
    test::check_tensor(single.name(), "raw", single.draw(native, raw.size(0), true), raw, {2e-5, 2e-5});
    check_sizes(golden, single);
    if (golden.expected.find("image_f64") != nullptr) {
      const GoldenGenerator wide(golden, at::kDouble, kernel);
      const at::Tensor want = test::read_tensor(golden.expected, "image_f64");
      test::check_tensor(wide.name(), "image_f64", wide.draw(native, want.size(0)), want, {1e-12});
    }
    ++n_checked;
  }
  test::require_some(n_checked, "generator");
}

BOOST_AUTO_TEST_CASE(generators_agree_with_the_research_code) {
  for (const field::Kernel kernel : kKernels) check_generators(kernel);
}

void check_windows(field::Kernel kernel) {
  int n_checked = 0;
  for (const test::Golden& golden : test::find_goldens(".windows.expected.safetensors")) {
    const GoldenGenerator generator(golden, at::kFloat, kernel);
    for (const base::Json& window : base::parse_json(golden.expected.metadata("windows"), golden.name)) {
      const auto edges = window["window"].get<std::vector<double>>();
      const auto size = window["size"].get<std::vector<int64_t>>();
      model::GridRequest request{
          .window = {edges[0], edges[1], edges[2], edges[3]}, .width = size[0], .height = size[1]};
      request.cells = window["grid"] == "training" ? model::Cells::kTraining : model::Cells::kDensity;
      if (window["upsample_from"].is_number()) request.upsample_from = window["upsample_from"].get<int64_t>();
      const auto name = window["name"].get<std::string>();
      const at::Tensor want = test::read_tensor(golden.expected, name);
      test::check_tensor(generator.name(), "window " + name, generator.draw(request, want.size(0)), want,
                         generator.image_tolerance());
      ++n_checked;
    }
  }
  test::require_some(n_checked, "window");
}

BOOST_AUTO_TEST_CASE(windows_agree_with_the_specification) {
  for (const field::Kernel kernel : kKernels) check_windows(kernel);
}

}  // namespace
