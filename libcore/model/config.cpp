// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Configurations to and from JSON. Both directions visit the one list of keys in config_fields.hpp; a key is read only
// if its JSON type is the field's own (1.5 or "3" is not a whole number), and keys nobody visits are errors.
#include "model/config.hpp"

#include "base/error.hpp"
#include "model/config_fields.hpp"
#include "model/config_read.hpp"

namespace inr::model {
namespace {

using base::Json;

template <typename Enum>
std::string_view name_of(Enum value) noexcept {
  const auto index = static_cast<size_t>(value);
  return index < fields::Names<Enum>::kAll.size() ? fields::Names<Enum>::kAll[index] : "unknown";
}

template <typename ForEach, typename Struct>
Json write_struct(ForEach for_each, const Struct& in);

template <typename T>
Json write_field(const T& field) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(field));
  } else {
    return field;
  }
}

Json write_field(const std::vector<BlockConfig>& blocks) {
  Json list = Json::array();
  for (const BlockConfig& block : blocks) list.push_back(write_struct(fields::kBlockFields, block));
  return list;
}

template <typename ForEach, typename Struct>
Json write_struct(ForEach for_each, const Struct& in) {
  Json object = Json::object();
  for_each(in, [&](const char* key, const auto& field) { object[key] = write_field(field); });
  return object;
}

ModelConfig read_model(const Json& json, const std::string& path, std::string_view where) {
  ModelConfig model;
  fields::read_struct(json, path, where, fields::kModelFields, model);
  fields::fix_what_follows(model, [&](const char* key) { return json.contains(key); });
  return model;
}

}  // namespace

std::vector<BlockConfig> default_blocks() { return {{128, 512, 256, 4, true, 0}, {256, 256, 128, 4, true, 0}}; }

std::string_view to_string(Decoder value) noexcept {
  return static_cast<size_t>(value) < decoder_rows().size() ? row_of(value).name : "unknown";
}
std::string_view to_string(Modulation value) noexcept { return name_of(value); }
std::string_view to_string(Join value) noexcept { return name_of(value); }
std::string_view to_string(Upsampling value) noexcept { return name_of(value); }

std::string_view pixels_depend_on(const ModelConfig& config) noexcept {
  if (config.instance_norm) return "the whole image on its own grid, by way of deviations (instance_norm)";
  return config.upsampling == Upsampling::kBilinear ? "its point and the cells around it (bilinear)" : "its own point";
}

Config parse_config(const Json& json, std::string_view where) {
  fields::check_keys(json, {"model", "discriminator", "training"}, "", where);
  Config config;
  const Json none = Json::object();
  const auto group = [&](const char* key) -> const Json& {
    const auto found = json.find(key);
    return found == json.end() ? none : *found;
  };
  config.model = read_model(group("model"), "model.", where);
  fields::read_struct(group("discriminator"), "discriminator.", where, fields::kDiscriminatorFields,
                      config.discriminator);
  fields::read_struct(group("training"), "training.", where, fields::kTrainingFields, config.training);
  validate(config, where);
  return config;
}

ModelConfig parse_model_config(const Json& json, std::string_view where) {
  ModelConfig model = read_model(json, "model.", where);
  validate(model, where);
  return model;
}

Json to_json(const ModelConfig& config) { return write_struct(fields::kModelFields, config); }

Json to_json(const Config& config) {
  Json json = Json::object();
  json["model"] = to_json(config.model);
  json["discriminator"] = write_struct(fields::kDiscriminatorFields, config.discriminator);
  json["training"] = write_struct(fields::kTrainingFields, config.training);
  return json;
}

}  // namespace inr::model
