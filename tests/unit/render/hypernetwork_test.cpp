// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inference of the hypernetwork: its formulas in float64, the same bytes in any company, number of threads and on every
// processor with fused multiply-add, the mean of h, truncation.
#include "render/hypernetwork.hpp"

#include <cmath>
#include <numbers>

#include "base/philox.hpp"
#include "base/worker_pool.hpp"
#include "kernels/processor.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using Row = std::vector<float>;
using Rows = std::vector<Row>;

constexpr int64_t kTheta = 150;  // parameters of the functions, which no decoder needs to have here

struct Model {
  explicit Model(model::Decoder decoder, int64_t depth = 3) {
    config.decoder = decoder;
    config.z_dim = 21;
    config.hidden = 37;
    config.depth = depth;
    for (int64_t i = 0; i < depth; ++i) {
      const std::string name = "hypernet." + std::to_string(i);
      add(name, i == 0 ? config.z_dim : config.hidden, config.hidden);
      if (i > 0) weights[name + ".scale"] = {0.1F + 0.3F * static_cast<float>(i)};
    }
    add("hypernet.out", config.hidden, kTheta);
  }
  void add(const std::string& name, int64_t columns, int64_t rows) {
    fill(weights[name + ".weight"], rows * columns, std::sqrt(2 / static_cast<float>(columns)));
    fill(weights[name + ".bias"], rows, 0.3F);
  }
  void fill(Row& values, int64_t n, float size) {
    values.resize(static_cast<size_t>(n));
    base::CounterRng(77, weights.size()).fill_normal(values);
    for (float& v : values) v *= size;
  }
  [[nodiscard]] render::Hypernetwork hypernetwork(kernels::Processor processor = kernels::best_processor()) const {
    return {config, weights, kernels::operations(processor)};
  }
  /// h in float64, by the formulas of model.md and released.md as they stand.
  [[nodiscard]] std::vector<double> hidden(const Row& z) const {
    std::vector<double> h(z.begin(), z.end());
    const bool style = config.decoder == model::Decoder::kReleased;
    if (style) {
      double square = 0;
      for (const double v : h) square += v * v;
      for (double& v : h) v /= std::sqrt(square / static_cast<double>(z.size()) + 1e-8);
    }
    for (int64_t i = 0; i < config.depth; ++i) {
      const std::string name = "hypernet." + std::to_string(i);
      std::vector<double> y = linear(name, h);
      for (double& v : y) v = style ? std::numbers::sqrt2 * (v < 0 ? 0.2 * v : v) : std::max(v, 0.0);
      if (i > 0 && !style)
        for (size_t o = 0; o < y.size(); ++o) y[o] = h[o] + static_cast<double>(weights.at(name + ".scale")[0]) * y[o];
      h = y;
    }
    return h;
  }
  [[nodiscard]] std::vector<double> linear(const std::string& name, const std::vector<double>& x) const {
    const Row& weight = weights.at(name + ".weight");
    const Row& bias = weights.at(name + ".bias");
    std::vector<double> out(bias.begin(), bias.end());
    for (size_t o = 0; o < out.size(); ++o)
      for (size_t k = 0; k < x.size(); ++k) out[o] += static_cast<double>(weight[o * x.size() + k]) * x[k];
    return out;
  }

  model::ModelConfig config;
  model::Weights weights;
};

constexpr model::Decoder kStyles[] = {model::Decoder::kMultiscale, model::Decoder::kReleased};

Rows latents(size_t n, size_t width) {
  Rows out(n, Row(width));
  for (size_t i = 0; i < n; ++i) base::CounterRng(4, i).fill_normal(out[i]);
  return out;
}

double worst(const Row& got, const std::vector<double>& want, double atol, double rtol) {
  return test::worst_ratio(std::span(got), std::span(want), atol, rtol);
}

const render::ForEach kBackwards = [](int64_t n, const std::function<void(int64_t)>& work) {
  for (int64_t i = n - 1; i >= 0; --i) work(i);
};

}  // namespace

BOOST_AUTO_TEST_CASE(both_styles_equal_their_formulas) {
  for (const model::Decoder decoder : kStyles) {
    for (const int64_t depth : {1, 2, 4}) {
      const Model model(decoder, depth);
      const Rows z = latents(19, 21);
      for (const kernels::Processor processor : kernels::usable_processors()) {
        const render::Hypernetwork g = model.hypernetwork(processor);
        const Rows h = g.hidden(z, render::in_this_thread);
        const Rows theta = g.theta(h, render::in_this_thread);
        for (size_t i = 0; i < z.size(); ++i) {
          const std::vector<double> want = model.hidden(z[i]);
          BOOST_TEST(worst(h[i], want, 5e-6, 5e-6) <= 1);
          BOOST_TEST(worst(theta[i], model.linear("hypernet.out", want), 5e-6, 5e-6) <= 1);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(company_threads_and_vectors_change_no_bit) {
  for (const model::Decoder decoder : kStyles) {
    const Model model(decoder);
    const Rows z = latents(53, 21);
    const render::Hypernetwork g = model.hypernetwork();
    const Rows h = g.hidden(z, render::in_this_thread);
    const Rows theta = g.theta(h, render::in_this_thread);
    BOOST_TEST((theta[0] != theta[1]));
    base::WorkerPool pool(3);
    for (const render::ForEach& for_each : {render::by_threads(pool), kBackwards}) {
      BOOST_TEST((g.hidden(z, for_each) == h));
      BOOST_TEST((g.theta(h, for_each) == theta));
    }
    for (const size_t i : {size_t{0}, size_t{15}, size_t{16}, size_t{40}}) {
      const Rows alone = g.hidden({{z[i]}}, render::in_this_thread);
      BOOST_TEST((alone[0] == h[i]));
      BOOST_TEST((g.theta(alone, render::in_this_thread)[0] == theta[i]));
    }
    for (const kernels::Processor processor : kernels::usable_processors()) {
      if (processor == kernels::Processor::kPortable) continue;
      const render::Hypernetwork other = model.hypernetwork(processor);
      BOOST_TEST((other.hidden(z, render::in_this_thread) == h));
      BOOST_TEST((other.theta(h, render::in_this_thread) == theta));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_stays_in_its_latent) {
  const Model model(model::Decoder::kMultiscale);
  const render::Hypernetwork g = model.hypernetwork();
  Rows z = latents(3, 21);
  const Rows want = g.hidden(z, render::in_this_thread);
  z[1][5] = NAN;
  const Rows got = g.hidden(z, render::in_this_thread);
  BOOST_TEST((got[0] == want[0]));
  BOOST_TEST((got[2] == want[2]));
  BOOST_TEST(std::isnan(got[1][0]));
}

BOOST_AUTO_TEST_CASE(the_mean_of_h_is_over_ten_thousand_latents) {
  for (const model::Decoder decoder : kStyles) {
    const Model model(decoder, 2);
    std::vector<double> want(37);
    Row z(21);
    for (uint64_t i = 0; i < 10000; ++i) {
      base::CounterRng(0, i).fill_normal(z);
      const std::vector<double> h = model.hidden(z);
      for (size_t k = 0; k < want.size(); ++k) want[k] += h[k] / 10000;
    }
    const Row mean = model.hypernetwork().mean_hidden(render::in_this_thread);
    BOOST_TEST(worst(mean, want, 1e-7, 1e-6) <= 1);
    base::WorkerPool pool(3);
    BOOST_TEST((model.hypernetwork().mean_hidden(render::by_threads(pool)) == mean));
    BOOST_TEST((model.hypernetwork().mean_hidden(kBackwards) == mean));
  }
}

BOOST_AUTO_TEST_CASE(truncation_pulls_towards_the_mean) {
  const Row mean = {1, -2, 0.1F, 1e8F}, h = {3, 4, 0.7F, 0.1F};
  const auto truncated = [&](double psi) {
    Row out = h;
    render::truncate(out, mean, psi);
    return out;
  };
  BOOST_TEST((truncated(1) == h));
  BOOST_TEST((truncated(0) == mean));
  for (const double psi : {0.7, -1.5, 2.0}) {
    const Row got = truncated(psi);
    for (size_t i = 0; i < 4; ++i) {
      const long double m = mean[i], want = m + static_cast<long double>(psi) * (h[i] - m);
      BOOST_TEST(got[i] == static_cast<float>(want));
    }
  }
}

BOOST_AUTO_TEST_CASE(widths_are_checked) {
  Model model(model::Decoder::kMultiscale);
  const render::Hypernetwork g = model.hypernetwork();
  BOOST_CHECK_THROW((void)g.hidden(latents(2, 20), render::in_this_thread), std::invalid_argument);
  BOOST_CHECK_THROW((void)g.theta(latents(2, 21), render::in_this_thread), std::invalid_argument);
  BOOST_TEST(g.hidden({}, render::in_this_thread).empty());
  std::erase_if(model.weights, [](const auto& entry) { return entry.first.starts_with("hypernet.out."); });
  BOOST_CHECK_THROW((void)model.hypernetwork().theta(latents(2, 37), render::in_this_thread), std::logic_error);
  model.weights.erase("hypernet.1.scale");
  BOOST_CHECK_THROW((void)model.hypernetwork(), std::out_of_range);
}
