// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The facts as JSON, and the line made of them.
#include "metrics/result.hpp"

#include <cstdio>
#include <string>

#include "base/error.hpp"
#include "metrics/upsampled.hpp"

namespace inr::metrics {
namespace {

constexpr size_t kShownHash = 12;  // hex digits of a SHA-256 on the line; --json has all

base::Json text_or_null(const std::string& text) {
  return text.empty() ? base::Json() : base::Json(base::printable(text));
}

base::Json count_or_null(int64_t n) { return n == 0 ? base::Json() : base::Json(n); }

// The square side as a number, other sizes as "WxH" or "mixed", null where not known.
base::Json resolution_json(const std::string& text) {
  const size_t cross = text.find('x');
  const std::string side = text.substr(0, cross);
  const bool number = !side.empty() && side.size() < 10 && side.find_first_not_of("0123456789") == std::string::npos;
  if (number && text == side + "x" + side) return std::stoll(side);
  return text_or_null(text);
}

std::string plain(const base::Json& value) {
  if (value.is_null()) return "?";
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

std::string number(const base::Json& value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", value.get<double>());
  return text;
}

}  // namespace

base::Json describe(const Side* real, const Side* fake, const FeatureNetwork* network, const EvaluateOptions& options,
                    int64_t upsampled_from) {
  const Side& shown = fake != nullptr ? *fake : *real;
  const Side& known = fake != nullptr && real != nullptr && fake->info.network.empty() ? *real : shown;
  const auto fact = [&shown](const char* key) {
    return shown.origin.contains(key) ? shown.origin.at(key) : base::Json();
  };
  base::Json json;
  json["protocol"] = text_or_null(known.info.protocol);
  json["network"] = text_or_null(known.info.network);
  // Arrays of two files may be of another network than the one that was named.
  const bool by_network = network != nullptr && network->hash() == known.info.network_hash;
  json["network_file"] = by_network ? text_or_null(options.network) : base::Json();
  json["network_hash"] = text_or_null(known.info.network_hash);
  json["real_protocol"] = real != nullptr ? text_or_null(real->info.protocol) : base::Json();
  json["real_network"] = real != nullptr ? text_or_null(real->info.network) : base::Json();
  json["real_network_hash"] = real != nullptr ? text_or_null(real->info.network_hash) : base::Json();
  json["n_real"] = real != nullptr ? count_or_null(real->statistics.n_images) : base::Json();
  json["n_fake"] = fake != nullptr ? count_or_null(fake->statistics.n_images) : base::Json();
  json["resolution"] = resolution_json(shown.info.resolution);
  json["real_resolution"] = real != nullptr ? resolution_json(real->info.resolution) : base::Json();
  json["real_filter"] = real != nullptr ? text_or_null(real->info.filter) : base::Json();
  json["real_source"] = real != nullptr ? text_or_null(real->info.source) : base::Json();
  const bool resized = real != nullptr && real->sources.has_value();
  json["real_source_size"] = resized ? text_or_null(real->sources->size) : base::Json();
  json["real_source_smallest"] = resized ? count_or_null(real->sources->smallest) : base::Json();
  json["real_enlarged"] = resized ? base::Json(real->sources->n_enlarged) : base::Json();
  const bool upsampled = options.upsampling != Upsampling::kNone;
  json["upsampled"] = upsampled ? base::Json(std::string(upsampling_name(options.upsampling))) : base::Json();
  json["upsampled_from"] = upsampled ? base::Json(upsampled_from) : base::Json();
  json["device"] = "cpu";
  json["dtype"] = "float32";
  json["checkpoint"] = fact("checkpoint");
  json["iteration"] = fact("iteration");
  json["model_hash"] = fact("model_hash");
  json["seed"] = shown.origin.contains("checkpoint") ? base::Json(options.seed) : base::Json();
  json["real"] = text_or_null(options.real);
  json["fake"] = text_or_null(options.fake);
  json["dataset_hash"] = fact("dataset_hash");
  const bool stored = real != nullptr && real->origin.contains("dataset_hash");
  json["real_dataset_hash"] = stored ? real->origin.at("dataset_hash") : base::Json();
  json["note"] = by_network ? base::Json(network->note()) : base::Json();
  return json;
}

std::string Evaluation::line() const {
  const auto has = [this](const char* key) { return json.contains(key) && !json.at(key).is_null(); };
  const auto text = [this](const char* key) { return plain(json.at(key)); };
  std::string out;
  const auto add = [&out](const std::string& name, const std::string& value) {
    out += (out.empty() ? "" : "  ") + name + " " + value;
  };
  if (score) add(score_name, number(json.at("fid")));
  for (const FeatureScore& row : feature_scores()) {
    for (const ShownScore& shown : row.shown) {
      if (!has(shown.key)) continue;
      const std::string value = number(json.at(shown.key));
      add(std::string(shown.name),
          shown.deviation == nullptr ? value : value + " +- " + number(json.at(shown.deviation)));
    }
  }
  if (out.empty()) out = "statistics";
  out += "  (" + text("network");
  if (has("network_file")) out += " " + text("network_file");
  if (has("network_hash")) out += " sha256 " + text("network_hash").substr(0, kShownHash);
  out += ", " + text("protocol");
  if (has("real")) out += "; " + text("n_real") + " real";
  if (has("fake")) out += "; " + text("n_fake") + " fake";
  if (has("mixed") && json.at("mixed") == true) {
    out += "; mixed: the real side is of " + text("real_network") + ", " + text("real_protocol");
    out += ", resolution " + text("real_resolution");
  }
  out += "; resolution " + text("resolution");
  if (has("upsampled")) {
    out += ", fakes from " + text("upsampled_from") + " by " + text("upsampled");
    out += ", reals from " + (has("real_source_size") ? text("real_source_size") : text("real_source"));
    out += " by " + text("real_filter");
    if (has("real_enlarged") && json.at("real_enlarged") != 0) out += " (" + text("real_enlarged") + " enlarged)";
  }
  if (has("iteration")) out += "; iteration " + text("iteration");
  out += "; " + text("dtype") + " on " + text("device") + ")";
  if (has("note")) out += "  " + text("note");
  return out;
}

}  // namespace inr::metrics
