// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inception: its protocols, files that are not quite its own, batches. Features themselves: tests/golden/metrics.
#include <functional>
#include <limits>
#include <memory>
#include <span>

#include "base/safetensors.hpp"
#include "metrics/inception_v3.hpp"
#include "metrics/inception_v3_layers.hpp"
#include "support.hpp"
#include "support/pseudo_inception.hpp"

namespace {

using namespace inr;
using metrics::InceptionProtocol;
using metrics::InceptionV3;
using test::says;

constexpr InceptionProtocol kProtocols[] = {InceptionProtocol::kNvidia, InceptionProtocol::kTorchFidelity,
                                            InceptionProtocol::kPytorchFid, InceptionProtocol::kClean};

const std::vector<test::PseudoTensor>& pseudo() {
  static const std::vector<test::PseudoTensor> kTensors = test::pseudo_inception();
  return kTensors;
}

// A network file in memory, after a change of what would be written.
InceptionV3 changed(const std::function<void(std::vector<base::TensorView>&)>& change = {}) {
  std::vector<base::TensorView> views = test::inception_views(pseudo());
  if (change) change(views);
  const auto file = base::Safetensors::parse(base::serialize_safetensors({}, views, false), "net.safetensors");
  BOOST_TEST(InceptionV3::recognises(file));
  return {file, "h", InceptionProtocol::kNvidia};
}

base::TensorView& view_of(std::vector<base::TensorView>& views, const std::string& name) {
  for (base::TensorView& view : views) {
    if (view.name == name) return view;
  }
  throw std::logic_error("no tensor " + name);
}

BOOST_AUTO_TEST_SUITE(inception)

BOOST_AUTO_TEST_CASE(protocols_by_name) {
  BOOST_TEST((metrics::parse_inception_protocol("") == InceptionProtocol::kNvidia));
  for (const InceptionProtocol protocol : kProtocols) {
    BOOST_TEST((metrics::parse_inception_protocol(metrics::protocol_name(protocol)) == protocol));
    BOOST_TEST(metrics::protocol_ddof(protocol) == (protocol == InceptionProtocol::kNvidia ? 0 : 1));
  }
  BOOST_CHECK_EXCEPTION(metrics::parse_inception_protocol("pytorch_fid"), base::UsageError,
                        says("did you mean pytorch-fid?"));
}

// A picture that has the size already is not resized by any of them; one colour stays one colour at any size.
BOOST_AUTO_TEST_CASE(inputs_of_known_values) {
  const image::Image same = test::rectangles(3, 299, 299);
  const image::Image grey = image::make_image(1, 7, {128, 0, 255});
  for (const InceptionProtocol protocol : kProtocols) {
    const bool unit = protocol == InceptionProtocol::kPytorchFid;
    const auto value = [unit](int v) {
      return unit ? 2 * (static_cast<float>(v) / 255) - 1 : (static_cast<float>(v) - 128) / 128;
    };
    const std::vector<float> kept = metrics::inception_input(same, protocol);
    BOOST_REQUIRE_EQUAL(kept.size(), same.rgb.size());
    size_t n_wrong = 0;
    for (size_t i = 0; i < kept.size(); ++i) n_wrong += kept[i] == value(same.rgb[i]) ? 0 : 1;
    BOOST_TEST(n_wrong == 0u, metrics::protocol_name(protocol));
    const std::vector<float> flat = metrics::inception_input(grey, protocol);
    for (const size_t i : {size_t{0}, size_t{150 * 299 + 7}, size_t{299 * 299 - 1}}) {
      BOOST_TEST(std::abs(flat[3 * i] - value(128)) <= 1e-6);
      BOOST_TEST(std::abs(flat[3 * i + 1] - value(0)) <= 1e-6);
      BOOST_TEST(std::abs(flat[3 * i + 2] - value(255)) <= 1e-6);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_batch_equals_its_pictures_and_scores_are_products) {
  const InceptionV3 network = changed();
  BOOST_TEST(network.dims() == 2048);
  BOOST_TEST(network.score_name() == "FID");
  BOOST_TEST(network.protocol() == "nvidia");
  const at::Tensor first = network.prepare(test::rectangles(1, 40, 31)), second = network.prepare(test::rectangles(2));
  BOOST_TEST(first.sizes() == (std::vector<int64_t>{3, 299, 299}));
  BOOST_TEST((first.scalar_type() == at::kFloat));
  const at::Tensor together = network.forward(at::stack({first, second}));
  BOOST_TEST(together.sizes() == (std::vector<int64_t>{2, 2048}));
  const at::Tensor alone = network.forward(second.unsqueeze(0));
  // Other sizes of a batch may be summed in another order: D of the goldens' page.
  BOOST_TEST(test::largest_difference(together[1], alone[0]) <= 1e-6 * alone.max().item<double>());
  const at::Tensor bias = network.biased_logits(together) - network.logits(together);
  BOOST_TEST(network.logits(together).sizes() == (std::vector<int64_t>{2, 1008}));
  const std::vector<float>& want = pseudo().back().values;  // fc.bias
  BOOST_TEST(std::abs(bias[1][5].item<double>() - static_cast<double>(want[5])) <= 1e-5);
}

// Every fault is one line that names the tensor.
BOOST_AUTO_TEST_CASE(tensors_that_do_not_fit_are_named) {
  const auto refused = [](const std::string& text, const std::function<void(std::vector<base::TensorView>&)>& change) {
    BOOST_CHECK_EXCEPTION(changed(change), base::DataError, says(text));
  };
  refused("net.safetensors: tensor 'Mixed_6e.branch_pool.bn.running_var' is missing", [](auto& views) {
    std::erase_if(views, [](const auto& view) { return view.name == "Mixed_6e.branch_pool.bn.running_var"; });
  });
  refused("tensor 'fc.bias' is missing", [](auto& views) { views.pop_back(); });
  refused("tensor 'Conv2d_3b_1x1.conv.weight' has shape [64, 80, 1, 1] where [80, 64, 1, 1] is expected",
          [](auto& views) {
            view_of(views, "Conv2d_3b_1x1.conv.weight").shape = {64, 80, 1, 1};
          });
  refused("tensor 'AuxLogits.fc.bias' is not of the Inception v3 of FID", [](auto& views) {
    views.push_back(views.back());
    views.back().name = "AuxLogits.fc.bias";
  });
  refused("tensor 'fc.bias' is F16", [](auto& views) {
    views.back().dtype = base::Dtype::kF16;
    views.back().data = views.back().data.first(views.back().data.size() / 2);
  });
  std::vector<float> wrong(32, std::numeric_limits<float>::quiet_NaN());
  refused("tensor 'Conv2d_1a_3x3.bn.bias' holds values that are not finite",
          [&](auto& views) { view_of(views, "Conv2d_1a_3x3.bn.bias").data = std::as_bytes(std::span(wrong)); });
  wrong.assign(32, -0.5F);
  refused("tensor 'Conv2d_1a_3x3.bn.running_var' holds a negative variance",
          [&](auto& views) { view_of(views, "Conv2d_1a_3x3.bn.running_var").data = std::as_bytes(std::span(wrong)); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
