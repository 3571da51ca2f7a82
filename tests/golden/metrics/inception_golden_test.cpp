// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Inception and its protocols against the public packages: every tensor of fid/features.safetensors, made of the
// pictures of fid/images.safetensors by weights that fid/weights.json describes. Any folder of the same layout does.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/safetensors.hpp"
#include "base/sha256.hpp"
#include "metrics/frechet.hpp"
#include "metrics/inception_v3.hpp"
#include "support/golden_table.hpp"
#include "support/pseudo_inception.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using metrics::InceptionProtocol;

constexpr double kWorstD = 1e-5;        // of features and all that is taken on the way to them
constexpr double kWorstInput = 5e-6;    // of what enters the first convolution
constexpr double kWorstFrechet = 5e-5;  // relative; float32 noise of the features alone moves it by 3e-6

std::string fid_file(const std::string& name) { return test::golden_dir() + "/fid/" + name; }

base::Json read_json(const std::string& name) {
  const std::vector<std::byte> bytes = base::read_file(fid_file(name));
  return base::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
}

std::string hex(uint64_t value, int n_digits) {
  char text[17];
  std::snprintf(text, sizeof text, "%0*llx", n_digits, static_cast<unsigned long long>(value));
  return text;
}
std::string bits(float value) { return hex(std::bit_cast<uint32_t>(value), 8); }

bool are_there(std::initializer_list<const char*> names) { return test::goldens_there("fid", names); }

at::Tensor read_tensor(const base::Safetensors& file, const std::string& name) {
  const std::vector<double> values = file.read_f64(name);
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(file.at(name).shape);
}

// Pictures by name, in name order: rows of the features.
std::map<std::string, image::Image> read_pictures() {
  const auto file = base::Safetensors::open(fid_file("images.safetensors"));
  std::map<std::string, image::Image> pictures;
  for (const base::TensorInfo& tensor : file.tensors()) {
    BOOST_REQUIRE(tensor.dtype == base::Dtype::kU8 && tensor.shape.size() == 3 && tensor.shape[2] == 3);
    image::Image picture{tensor.shape[1], tensor.shape[0], {}};
    for (const std::byte b : file.bytes(tensor)) picture.rgb.push_back(std::to_integer<uint8_t>(b));
    pictures.emplace(tensor.name, std::move(picture));
  }
  return pictures;
}

// D: the largest difference of an image in units of its largest feature, of the worst image.
double worst_d(const at::Tensor& got, const at::Tensor& want) {
  const at::Tensor error = (got.to(at::kDouble) - want).abs().amax(1), largest = want.abs().amax(1);
  return (error / largest).nan_to_num(1e300).max().item<double>();
}

// The rows of "0..3,295..298".
std::vector<int64_t> row_list(const std::string& text) {
  std::vector<int64_t> limits, rows;
  for (const char* at = text.data(); at < text.data() + text.size();) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), number);
    if (error == std::errc{}) limits.push_back(number);
    at = error == std::errc{} ? end : at + 1;
  }
  for (size_t i = 0; i + 1 < limits.size(); i += 2) {
    for (int64_t row = limits[i]; row <= limits[i + 1]; ++row) rows.push_back(row);
  }
  return rows;
}

// One network file in memory for all tests; its parts have been compared with weights.json.
const base::Safetensors& network_file() {
  static const base::Safetensors kFile = [] {
    const std::vector<test::PseudoTensor> tensors = test::pseudo_inception(read_json("weights.json").at("prefix"));
    return base::Safetensors::parse(base::serialize_safetensors({}, test::inception_views(tensors), false), "network");
  }();
  return kFile;
}

// Everything that the goldens hold of one network: PREFIX.WHAT.
struct Outputs {
  std::map<std::string, at::Tensor> tensors;  // by WHAT
  std::map<std::string, at::Tensor> inputs;   // by picture
};

Outputs outputs_of(const metrics::InceptionV3& network, const std::map<std::string, image::Image>& pictures) {
  Outputs out;
  std::vector<at::Tensor> inputs;
  for (const auto& [name, picture] : pictures) {
    inputs.push_back(network.prepare(picture));
    out.inputs[name] = inputs.back();
  }
  const metrics::InceptionV3::Taps taps = network.forward_taps(at::stack(inputs));
  out.tensors = {{"64", taps.pool_1},
                 {"192", taps.pool_2},
                 {"768", taps.mixed_6e},
                 {"2048", taps.features},
                 {"2048_f64", taps.features},
                 {"logits", network.biased_logits(taps.features)},
                 {"logits_unbiased", network.logits(taps.features)}};
  return out;
}

// Compares one tensor of the file and prints its line.
void check(const base::Safetensors& file, const std::string& name, const std::string& what, const Outputs& outputs) {
  const at::Tensor want = read_tensor(file, name);
  const std::string prefix = "input299.";
  double error = 0, tolerance = kWorstD;
  if (what.starts_with(prefix)) {
    const std::vector<int64_t> rows = row_list(file.metadata("input299_rows"));
    at::Tensor got = outputs.inputs.at(what.substr(prefix.size())).to(at::kDouble);
    if (!rows.empty()) got = got.index_select(1, at::tensor(at::ArrayRef<int64_t>(rows), at::kLong));
    BOOST_REQUIRE_EQUAL(got.sizes(), want.sizes());
    error = (got - want).abs().nan_to_num(1e300).max().item<double>();
    tolerance = kWorstInput;
  } else {
    BOOST_REQUIRE_MESSAGE(outputs.tensors.contains(what), name << " is none of the known outputs");
    BOOST_REQUIRE_EQUAL(outputs.tensors.at(what).sizes(), want.sizes());
    error = worst_d(outputs.tensors.at(what), want);
  }
  test::print_golden("features.safetensors", name, error, error / tolerance);
  BOOST_TEST(error <= tolerance, name << ": " << error << " where " << tolerance << " is allowed");
}

metrics::Statistics statistics_of(const at::Tensor& rows, int64_t ddof) {
  metrics::FeatureStats stats(rows.size(1));
  stats.add(rows);
  return stats.finish(ddof);
}

// "frechet_images_AtoB_vs_CtoD" of scores.json, from pictures to the distance. Returns how many were compared.
size_t check_frechet(const std::string& network, const at::Tensor& features) {
  const base::Json scores = read_json("scores.json");
  size_t n_checked = 0;
  for (const auto& [key, sets] : scores.items()) {
    int64_t a = 0, b = 0, c = 0, d = 0;
    if (std::sscanf(key.c_str(), "frechet_images_%ldto%ld_vs_%ldto%ld", &a, &b, &c, &d) != 4) continue;
    if (!sets.contains(network)) continue;
    for (const auto& [divisor, value] : sets.at(network).items()) {
      const int64_t ddof = divisor == "ddof0" ? 0 : 1;
      const double want = value.get<double>(),
                   got = metrics::frechet_distance(statistics_of(features.slice(0, a, b + 1), ddof),
                                                   statistics_of(features.slice(0, c, d + 1), ddof));
      const double error = std::abs(got / want - 1);
      test::print_golden("scores.json from pictures", key + "." + network + "." + divisor, error,
                         error / kWorstFrechet);
      BOOST_TEST(error <= kWorstFrechet, network << " " << divisor << ": " << got << " instead of " << want);
      ++n_checked;
    }
  }
  return n_checked;
}

BOOST_AUTO_TEST_SUITE(inception_goldens)

// From the first to the last thing that can go wrong.
BOOST_AUTO_TEST_CASE(weights_are_those_of_the_formula) {
  if (!are_there({"weights.json"})) return;
  const base::Json json = read_json("weights.json");
  const std::string prefix = json.at("prefix");
  for (const base::Json& entry : json.at("hash_check")) {
    const uint64_t key = test::fnv1a64(prefix + entry.at("string").get<std::string>());
    BOOST_TEST(hex(key, 16) == entry.at("fnv1a64").get<std::string>());
    BOOST_TEST(hex(test::splitmix64(key), 16) == entry.at("splitmix64_of_key_plus_0").get<std::string>());
    BOOST_TEST(hex(test::splitmix64(key + 1), 16) == entry.at("splitmix64_of_key_plus_1").get<std::string>());
    BOOST_TEST(test::pseudo_uniform(key, 0) == entry.at("u_0").get<double>());
  }
  for (const base::Json& entry : json.at("conv_scale_check")) {
    BOOST_TEST(bits(test::conv_scale(entry.at("fan_in"))) == entry.at("bits").get<std::string>());
  }
  const std::vector<test::PseudoTensor> tensors = test::pseudo_inception(prefix);
  std::map<std::string, const test::PseudoTensor*> by_name;
  base::Sha256 hash;
  BOOST_REQUIRE_EQUAL(tensors.size(), json.at("tensors").size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    const base::Json& entry = json.at("tensors").at(i);
    BOOST_REQUIRE_EQUAL(tensors[i].name, entry.at("name").get<std::string>());
    BOOST_TEST(tensors[i].shape == entry.at("shape").get<std::vector<int64_t>>(), tensors[i].name);
    BOOST_TEST(tensors[i].kind == entry.at("kind").get<std::string>(), tensors[i].name);
    BOOST_TEST(bits(tensors[i].values.front()) == entry.at("first_bits").get<std::string>(), tensors[i].name);
    BOOST_TEST(bits(tensors[i].values.back()) == entry.at("last_bits").get<std::string>(), tensors[i].name);
    by_name[tensors[i].name] = &tensors[i];
    hash.update(std::as_bytes(std::span(tensors[i].values)));
  }
  for (const base::Json& entry : json.at("check")) {
    const std::vector<float>& values = by_name.at(entry.at("name"))->values;
    BOOST_TEST(bits(values.at(entry.at("index"))) == entry.at("bits").get<std::string>());
  }
  BOOST_TEST(hash.hex() == json.at("sha256_of_all_values_float32_little_endian_in_this_order").get<std::string>());
}

BOOST_AUTO_TEST_CASE(features_of_all_protocols) {
  if (!are_there({"weights.json", "images.safetensors", "features.safetensors"})) return;
  const std::map<std::string, image::Image> pictures = read_pictures();
  const auto file = base::Safetensors::open(fid_file("features.safetensors"));
  size_t n_checked = 0;
  for (const auto& [prefix, protocol] :
       {std::pair("pytorch_fid", InceptionProtocol::kPytorchFid), std::pair("tf1", InceptionProtocol::kNvidia),
        std::pair("clean", InceptionProtocol::kClean)}) {
    const metrics::InceptionV3 network(network_file(), "", protocol);
    const Outputs outputs = outputs_of(network, pictures);
    for (const base::TensorInfo& tensor : file.tensors()) {
      if (!tensor.name.starts_with(std::string(prefix) + ".")) continue;
      check(file, tensor.name, tensor.name.substr(std::string(prefix).size() + 1), outputs);
      ++n_checked;
    }
    if (are_there({"scores.json"})) {
      BOOST_TEST(check_frechet(prefix, outputs.tensors.at("2048")) > 0u, prefix);
    }
  }
  BOOST_TEST(n_checked > 0u);
  if (n_checked < file.tensors().size()) {
    std::printf("skipped: %zu tensors of features.safetensors of other networks\n", file.tensors().size() - n_checked);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
