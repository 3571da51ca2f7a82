// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// "--set KEY=VALUE" and the learning-rate presets. A setting is checked for its key and its type alone: several
// settings may contradict each other until the last one is in, so the caller validates when all are applied.
#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "model/config.hpp"
#include "model/config_fields.hpp"
#include "model/config_read.hpp"

namespace inr::model {
namespace {

using base::Json;
using base::UsageError;

// The value as JSON where it is JSON, else as a name: batch=8, flip=false, join=split.
Json parse_value(std::string_view text) {
  try {
    return base::parse_json(text, "--set");
  } catch (const base::DataError&) {
    return std::string(text);
  }
}

// "model.blocks.0.width" -> "model", "blocks.0.width"; without a dot the second is empty.
std::pair<std::string_view, std::string_view> split_key(std::string_view key) {
  const size_t dot = key.find('.');
  return dot == key.npos ? std::pair{key, std::string_view()} : std::pair{key.substr(0, dot), key.substr(dot + 1)};
}

[[noreturn]] void refuse_key(std::string_view key, std::string_view word, const std::vector<std::string>& known) {
  throw UsageError("--set: unknown key '" + base::printable(key, 60) + "'; " + fields::suggestion(word, known));
}

// Sets the one field called name; anything after it was a mistake unless it is "blocks".
template <typename ForEach, typename Struct>
void set_field(ForEach for_each, Struct& object, std::string_view key, std::string_view name, const Json& value) {
  bool found = false;
  for_each(object, [&](const char* candidate, auto& field) {
    if (name != candidate) return;
    fields::read_field(value, std::string(key), "--set", field);
    found = true;
  });
  if (!found) refuse_key(key, name, fields::keys_of(for_each, object));
}

void set_block_field(ModelConfig& model, std::string_view key, std::string_view rest, const Json& value) {
  const auto [number, name] = split_key(rest);
  size_t index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  if (error != std::errc() || end != number.data() + number.size() || index >= model.blocks.size()) {
    throw UsageError("--set: '" + base::printable(key, 60) +
                     "' is not a block; they are model.blocks.0 to model.blocks." +
                     std::to_string(model.blocks.size() - 1));
  }
  if (name.empty()) {
    fields::read_field(value, std::string(key), "--set", model.blocks[index]);
  } else {
    set_field(fields::kBlockFields, model.blocks[index], key, name, value);
  }
}

void set_model_field(ModelConfig& model, std::string_view key, std::string_view rest, const Json& value) {
  const auto [name, deeper] = split_key(rest);
  if (name == "blocks" && !deeper.empty()) return set_block_field(model, key, deeper, value);
  if (!deeper.empty()) refuse_key(key, rest, fields::keys_of(fields::kModelFields, model));
  const bool last = model.upsample_from == static_cast<int64_t>(model.blocks.size()) - 1;
  set_field(fields::kModelFields, model, key, name, value);
  // What follows from the new value is set with it; "the last block" stays the last one of a new list.
  fields::fix_what_follows(model, [&, set = name](std::string_view other) {
    if (other == "upsample_from") return set != "blocks" || !last;
    return set == other || (set != "decoder" && !(set == "modulation" && other == "rank"));
  });
}

std::vector<std::string> all_keys(const Config& config) {
  std::vector<std::string> keys = fields::keys_of(fields::kModelFields, config.model);
  for (const std::string& key : fields::keys_of(fields::kDiscriminatorFields, config.discriminator))
    keys.push_back(key);
  for (const std::string& key : fields::keys_of(fields::kTrainingFields, config.training)) keys.push_back(key);
  return keys;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The group a bare key belongs to. No key occurs in two groups.
std::string_view group_of(const Config& config, std::string_view name) {
  if (contains(fields::keys_of(fields::kModelFields, config.model), name)) return "model";
  if (contains(fields::keys_of(fields::kDiscriminatorFields, config.discriminator), name)) return "discriminator";
  if (contains(fields::keys_of(fields::kTrainingFields, config.training), name)) return "training";
  return {};
}

void set_in_group(Config& config, std::string_view group, std::string_view key, std::string_view rest,
                  const Json& value) {
  if (group == "model") return set_model_field(config.model, key, rest, value);
  if (group == "discriminator") {
    return set_field(fields::kDiscriminatorFields, config.discriminator, key, rest, value);
  }
  set_field(fields::kTrainingFields, config.training, key, rest, value);
}

}  // namespace

void apply_setting(Config& config, std::string_view setting) {
  const size_t equals = setting.find('=');
  if (equals == setting.npos || equals == 0 || equals + 1 == setting.size()) {
    throw UsageError("--set: '" + base::printable(setting, 60) + "' is not KEY=VALUE; for example training.batch=8");
  }
  const std::string_view key = setting.substr(0, equals);
  const Json value = parse_value(setting.substr(equals + 1));
  const auto [first, rest] = split_key(key);
  try {
    if (first == "model" || first == "discriminator" || first == "training") {
      return set_in_group(config, first, key, rest, value);
    }
    const std::string_view group = group_of(config, first);
    if (group.empty()) refuse_key(key, first, all_keys(config));
    set_in_group(config, group, key, key, value);
  } catch (const base::DataError& error) {
    throw UsageError(error.what());  // a value from the command line: no file could make it right
  }
}

void apply_lr_preset(Config& config, std::string_view name) {
  TrainingConfig& training = config.training;
  const auto set = [&](double hypernet, double shared, double d) {
    training.lr_hypernet = hypernet, training.lr_shared = shared, training.lr_d = d;
  };
  if (name == "released") return set(5e-5, 5e-4, 3e-3);
  if (name == "main") return set(5e-4, 5e-4, 2e-3);
  if (name == "appendix") return set(1e-5, 5e-4, 3e-3);
  throw UsageError("--lr-preset: '" + base::printable(name, 40) + "' is unknown; give released, main or appendix");
}

}  // namespace inr::model
