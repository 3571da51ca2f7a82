// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile configurations are read or refused with one line, quickly and in little memory.
#include "model/config.hpp"

#include <sys/resource.h>

#include <chrono>

#include "base/error.hpp"
#include "model/grid.hpp"
#include "model/macs.hpp"
#include "model/presets.hpp"
#include "model/theta_layout.hpp"
#include "support/mutate.hpp"
#include "support/test.hpp"

namespace {

using inr::base::DataError;
using inr::base::dump_json;
using inr::base::Error;
using inr::base::Json;
using inr::base::parse_json;
using inr::base::UsageError;
using namespace inr::model;

constexpr int64_t kMaxTheta = int64_t{1} << 31;

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// True where the configuration was accepted; then everything derived from it must work too.
bool try_config(const std::string& text) {
  try {
    const Config config = parse_config(parse_json(text, "damaged"), "damaged");
    BOOST_TEST((parse_config(to_json(config), "again") == config));
    BOOST_TEST(!generator_tensors(config.model).empty());
    BOOST_TEST(!discriminator_tensors(config.discriminator, config.model.resolution).empty());
    const int64_t n_theta = theta_layout(config.model).n_theta;
    BOOST_TEST((n_theta > 0 && n_theta <= kMaxTheta));
    BOOST_TEST(plan_grid(config.model, {.window = {}, .width = 5, .height = 3}).width() == 5);
    BOOST_TEST(count_cost(config.model, MacCount::kExecuted, 8).macs > 0);
    return true;
  } catch (const Error& error) {
    const std::string what = error.what();
    BOOST_TEST(!what.empty());
    BOOST_TEST(what.find('\n') == std::string::npos);
    BOOST_TEST(what.size() < 1000U);
    return false;
  }
}

// Every place of a tree where a value stands, as JSON pointers.
void collect(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
  out.push_back(at);
  if (json.is_object()) {
    for (const auto& item : json.items()) collect(item.value(), at / item.key(), out);
  } else if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) collect(json[i], at / i, out);
  }
}

BOOST_AUTO_TEST_SUITE(hostile_config)

BOOST_AUTO_TEST_CASE(damaged_bytes) {
  const auto start = std::chrono::steady_clock::now();
  const long before_kib = peak_kib();
  int n_refused = 0;
  for (const char* name : {"tiny32", "ffhq1024"}) {
    const std::string text = dump_json(to_json(find_preset(name).config));
    const auto bytes = std::as_bytes(std::span(text));
    for (uint64_t i = 0; i < 1000; ++i) {
      const std::vector<std::byte> damaged = inr::test::mutate(bytes, i);
      std::string copy(damaged.size(), '\0');
      std::transform(damaged.begin(), damaged.end(), copy.begin(), [](std::byte b) { return static_cast<char>(b); });
      n_refused += try_config(copy) ? 0 : 1;
    }
  }
  BOOST_TEST(n_refused > 1000);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  BOOST_TEST(seconds.count() < 60.0);
  BOOST_TEST(peak_kib() - before_kib < 256L * 1024);
}

// Every value of every key replaced by every kind of nonsense: well-formed JSON that reaches the checks behind the
// parser.
BOOST_AUTO_TEST_CASE(wrong_values_everywhere) {
  const long before_kib = peak_kib();
  const Json good = to_json(find_preset("tiny32").config);
  std::vector<Json::json_pointer> places;
  collect(good, Json::json_pointer(), places);
  BOOST_TEST(places.size() > 40U);
  std::vector<Json> values;
  for (const char* text : {"null",
                           "true",
                           "0",
                           "-1",
                           "1",
                           "3",
                           "65536",
                           "65537",
                           "2147483648",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "18446744073709551615",
                           "1.5",
                           "1e308",
                           "-1e308",
                           "5e-324",
                           "\"\"",
                           "\"x\"",
                           "\"fmm\"",
                           "\"full\"",
                           "\"hyper\"",
                           "\"latent\"",
                           "\"\\u0000\\u001b[31m\"",
                           "[]",
                           "[[]]",
                           "{}",
                           "{\"resolution\": 1}"}) {
    values.push_back(parse_json(text, "value"));
  }
  int n_refused = 0;
  for (const auto& place : places) {
    for (const Json& value : values) {
      Json bad = good;
      bad[place] = value;
      n_refused += try_config(dump_json(bad)) ? 0 : 1;
    }
  }
  BOOST_TEST(n_refused > 500);
  BOOST_TEST(peak_kib() - before_kib < 256L * 1024);
}

BOOST_AUTO_TEST_CASE(largest_values_together_are_refused) {
  for (const char* decoder : {"multiscale", "fmm", "fourier", "hyper", "latent"}) {
    for (const char* modulation : {"fmm", "full", "adain", "lowrank"}) {
      Json block = {{"resolution", 65536}, {"width", 65536}, {"frequencies", 65536}, {"layers", 256}, {"rgb", true}};
      Json model = {{"resolution", 65536}, {"decoder", decoder}, {"modulation", modulation},
                    {"rank", 65536},       {"hidden", 65536},    {"z_dim", 65536},
                    {"depth", 64}};
      model["blocks"] = Json::array({block});
      if (std::string(decoder) == "hyper" || std::string(decoder) == "latent") model["blocks"][0]["frequencies"] = 0;
      const bool accepted = try_config(dump_json({{"model", model}}));
      // AdaIN and latent emit little theta; a rank or a plain layer of this width is beyond every limit.
      const bool small = std::string(decoder) == "latent" ||
                         (std::string(decoder) == "multiscale" && std::string(modulation) == "adain");
      BOOST_TEST((small || !accepted), decoder << " " << modulation);
    }
  }
}

BOOST_AUTO_TEST_CASE(many_blocks_are_refused_before_they_are_read) {
  Json model = Json::object();
  model["blocks"] = Json::array();
  for (int i = 0; i < 100000; ++i) model["blocks"].push_back({{"resolution", i + 1}});
  BOOST_TEST(!try_config(dump_json({{"model", model}})));
}

BOOST_AUTO_TEST_CASE(damaged_settings) {
  for (const std::string good : {"training.batch=8", "model.blocks.0.width=64", "model.decoder=fmm",
                                 R"(blocks=[{"resolution":32,"width":8,"frequencies":4,"layers":2,"rgb":true}])"}) {
    const auto bytes = std::as_bytes(std::span(good));
    for (uint64_t i = 0; i < 300; ++i) {
      const std::vector<std::byte> damaged = inr::test::mutate(bytes, i);
      std::string copy(damaged.size(), '\0');
      std::transform(damaged.begin(), damaged.end(), copy.begin(), [](std::byte b) { return static_cast<char>(b); });
      Config config = find_preset("tiny32").config;
      try {
        apply_setting(config, copy);
        validate(config, "set");
      } catch (const UsageError& error) {
        BOOST_TEST(std::string(error.what()).find('\n') == std::string::npos);
      } catch (const DataError& error) {
        BOOST_TEST(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
