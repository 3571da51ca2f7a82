// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The feature networks: identity, invariances, a published test vector, foreign files.
#include "base/safetensors.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_network.hpp"
#include "metrics/frechet.hpp"
#include "metrics/measure.hpp"
#include "metrics/mobilenet_v2.hpp"
#include "metrics/random_network.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using test::largest_difference;
using test::rectangles;
using test::says;

// $INR_WEIGHTS_DIR/mobilenet_v2_imagenet/NAME, empty where there is none.
std::string weights_file(const std::string& name) {
  const char* dir = std::getenv("INR_WEIGHTS_DIR");
  if (dir == nullptr || *dir == '\0') return {};
  const std::string path = std::string(dir) + "/mobilenet_v2_imagenet/" + name;
  return std::filesystem::exists(path) ? path : std::string();
}

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(random_network_is_the_same_on_every_machine) {
  const auto network = metrics::open_network("");
  BOOST_TEST(network->name() == "random-conv-1");
  BOOST_TEST(network->hash() == "b0d816d312be88948c07de0febad27bfd1b7f09dd0dbfc50d15ae2257424e291");
  BOOST_TEST(network->note().find("not comparable with published scores") != std::string::npos);
  const at::Tensor features = network->forward(network->prepare(rectangles(1)).unsqueeze(0));
  BOOST_TEST(features.sizes() == (std::vector<int64_t>{1, network->dims()}));
  BOOST_TEST((features.scalar_type() == at::kFloat));
  // float32 sums in another order differ by about 1e-6 of the value between libraries and machines.
  const std::vector<double> want = {1.083286, 0.045629, 0.131227, 0.369005, 0.128190, 0.004313};
  for (size_t i = 0; i < want.size(); ++i) {
    const auto got = features[0][static_cast<int64_t>(i * 50)].item<double>();
    BOOST_TEST(std::abs(got - want[i]) <= 1e-5 + 1e-5 * std::abs(want[i]),
               "feature " << i * 50 << " is " << std::to_string(got));
  }
}

BOOST_AUTO_TEST_CASE(a_batch_equals_its_pictures) {
  const metrics::RandomNetwork network;
  std::vector<at::Tensor> prepared;
  for (uint64_t i = 0; i < 5; ++i) prepared.push_back(network.prepare(rectangles(i, 20 + static_cast<int64_t>(i), 31)));
  const at::Tensor together = network.forward(at::stack(prepared));
  for (int64_t i = 0; i < 5; ++i) {
    const at::Tensor alone = network.forward(prepared[static_cast<size_t>(i)].unsqueeze(0));
    BOOST_TEST(largest_difference(together[i], alone[0]) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(prepared_pictures) {
  const at::Tensor white = metrics::prepare_bicubic_224(image::make_image(7, 300, image::kWhite));
  BOOST_TEST(white.sizes() == (std::vector<int64_t>{3, 224, 224}));
  BOOST_TEST(white.eq(255).all().item<bool>());
  const image::Image same = rectangles(3, 224, 224);
  const at::Tensor kept = metrics::prepare_bicubic_224(same);
  BOOST_TEST(kept[2][5][9].item<int>() == static_cast<int>(same.rgb[(5 * 224 + 9) * 3 + 2]));
  const at::Tensor scaled = metrics::normalise_symmetric(at::tensor({0, 255}, at::kByte));
  BOOST_TEST(scaled[0].item<float>() == -1.0F);
  BOOST_TEST(scaled[1].item<float>() == 1.0F);
}

// What a score is for: the more a set is spoilt, the farther it is from the clean one.
BOOST_AUTO_TEST_CASE(random_network_orders_a_ladder_of_noise) {
  const metrics::RandomNetwork network;
  field::TorchPool pool;
  const auto statistics = [&](uint64_t first_seed, double deviation) {
    std::vector<image::Image> pictures = test::many_rectangles(first_seed, 64);
    for (size_t i = 0; i < pictures.size(); ++i) pictures[i] = test::noisy(std::move(pictures[i]), deviation, i);
    test::MemorySet set(std::move(pictures));
    return measure(set, network, {}, pool).statistics;
  };
  const metrics::Statistics real = statistics(0, 0);
  double last = frechet_distance(real, statistics(1000, 0));
  for (const double deviation : {8.0, 24.0, 64.0}) {
    const double next = frechet_distance(real, statistics(1000, deviation));
    BOOST_TEST(next > last, "noise " << deviation << " scores " << next << ", less noise " << last);
    last = next;
  }
}

BOOST_AUTO_TEST_CASE(mobilenet_reproduces_its_test_vector) {
  const std::string weights = weights_file("mobilenet_v2_f32.safetensors"),
                    vector = weights_file("testvector.safetensors");
  if (weights.empty() || vector.empty()) {
    BOOST_TEST_MESSAGE("skipped: no $INR_WEIGHTS_DIR/mobilenet_v2_imagenet");
    BOOST_TEST(true);
    return;
  }
  const auto network = metrics::open_network(weights);
  BOOST_TEST(network->name() == "mobilenet-v2");
  BOOST_TEST(network->hash() == "bd4be04b9bc0e00465a0342b56c474cabe57c4b13506530d1a2f119ced1253e3");
  image::Image picture = image::make_image(224, 224);
  for (int64_t y = 0; y < 224; ++y) {
    for (int64_t x = 0; x < 224; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        picture.rgb[static_cast<size_t>((y * 224 + x) * 3 + c)] =
            static_cast<uint8_t>((x * 7 + y * 13 + c * 29 + ((x * y) % 11) * 5) % 256);
      }
    }
  }
  const at::Tensor features = network->forward(network->prepare(picture).unsqueeze(0));
  const auto file = base::Safetensors::open(vector);
  const std::vector<float> want = file.read_f32("features"), want_logits = file.read_f32("logits");
  const auto compare = [](const at::Tensor& got, const std::vector<float>& reference) {
    const at::Tensor row = got.contiguous();
    // The reference is another version of the library; its page promises agreement to about 1e-4.
    return test::worst_ratio(std::span(row.const_data_ptr<float>(), static_cast<size_t>(row.numel())),
                             std::span<const float>(reference), 1e-4, 1e-4);
  };
  BOOST_TEST(compare(features, want) <= 1);
  const auto& mobilenet = dynamic_cast<const metrics::MobileNetV2&>(*network);
  BOOST_TEST(compare(mobilenet.biased_logits(features), want_logits) <= 1);
  // Without the bias they differ by the same numbers for every picture.
  BOOST_TEST(network->has_logits());
  const at::Tensor bias = mobilenet.biased_logits(features) - network->logits(features);
  BOOST_TEST(bias.abs().max().item<double>() > 0);
  BOOST_TEST(largest_difference(bias, mobilenet.biased_logits(2 * features) - network->logits(2 * features)) < 1e-4);
}

BOOST_AUTO_TEST_CASE(foreign_and_broken_network_files) {
  const test::TemporaryFolder folder;
  const auto write = [&folder](const std::vector<std::pair<std::string, std::vector<int64_t>>>& tensors) {
    std::vector<base::TensorView> views;
    static const std::vector<std::byte> zeros(1 << 20);
    for (const auto& [name, shape] : tensors) {
      size_t n_bytes = 4;
      for (const int64_t side : shape) n_bytes *= static_cast<size_t>(side);
      if (n_bytes > zeros.size()) throw std::logic_error("tensor too large for this test");
      views.push_back({name, base::Dtype::kF32, shape, std::span(zeros).first(n_bytes)});
    }
    base::write_safetensors(folder / "net.safetensors", {}, views);
    return folder / "net.safetensors";
  };
  BOOST_CHECK_EXCEPTION(
      metrics::open_network(write({{"inr.0.0.shared", {2, 2}}})), base::DataError,
      says("not a feature network known here; give the Inception v3 of FID (examples/inception) or MobileNetV2"));
  BOOST_CHECK_THROW(metrics::open_network(folder / "absent"), base::SystemError);
  test::write_bytes(folder / "text", std::vector<std::byte>(100, std::byte{'x'}));
  BOOST_CHECK_THROW(metrics::open_network(folder / "text"), base::DataError);
}

BOOST_AUTO_TEST_CASE(class_scores_and_protocols_that_a_network_does_not_have) {
  const auto random = metrics::open_network("", "pil-bicubic-224");
  BOOST_TEST(!random->has_logits());
  BOOST_CHECK_EXCEPTION(random->logits(at::zeros({1, 256})), base::UsageError,
                        says("random-conv-1 has no class scores"));
  BOOST_CHECK_EXCEPTION(
      metrics::open_network("", "clean"), base::UsageError,
      says("protocol clean belongs to Inception; the built-in random network has only pil-bicubic-224"));
  // What no file could make right is told before one is opened.
  BOOST_CHECK_EXCEPTION(metrics::open_network("absent", "nvidai"), base::UsageError, says("did you mean nvidia?"));
}

BOOST_AUTO_TEST_CASE(a_mobilenet_with_a_missing_tensor_is_named) {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> zeros(1280 * 320 * 4);
  const std::vector<base::TensorView> views = {
      {"conv_first.weight", base::Dtype::kF32, {32, 3, 3, 3}, std::span(zeros).first(32 * 27 * 4)},
      {"conv_last.weight", base::Dtype::kF32, {1280, 320, 1, 1}, zeros},
      {"block17.project.weight", base::Dtype::kF32, {1}, std::span(zeros).first(4)}};
  base::write_safetensors(folder / "cut.safetensors", {}, views);
  BOOST_CHECK_EXCEPTION(metrics::open_network(folder / "cut.safetensors"), base::DataError, says("conv_first.bias"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
