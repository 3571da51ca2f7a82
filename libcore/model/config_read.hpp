// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One configuration value from JSON, typed strictly. Private to libcore/model. Every function throws DataError
// "WHERE: KEY is VALUE; WAY_OUT" where the value is not of the field's type, and leaves the field alone then.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"

namespace inr::model::fields {

void read_field(const base::Json& value, const std::string& key, std::string_view where, int64_t& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, uint64_t& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, double& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, bool& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, Decoder& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, Modulation& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, Join& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, Upsampling& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where, BlockConfig& field);
void read_field(const base::Json& value, const std::string& key, std::string_view where,
                std::vector<BlockConfig>& field);

/// Throws unless json is an object whose keys are all in known; the message names the nearest known key. path is what
/// stands before a key: "model.".
void check_keys(const base::Json& json, const std::vector<std::string>& known, const std::string& path,
                std::string_view where);

/// "did you mean 'X'?" with the known word nearest to word, or "known here are A, B, C" where none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// The keys that for_each (see config_fields.hpp) visits.
template <typename ForEach, typename Struct>
std::vector<std::string> keys_of(ForEach for_each, const Struct& object) {
  std::vector<std::string> keys;
  for_each(object, [&](const char* key, const auto&) { keys.emplace_back(key); });
  return keys;
}

/// Fields named in json replace those of out; anything else in json is an error.
template <typename ForEach, typename Struct>
void read_struct(const base::Json& json, const std::string& path, std::string_view where, ForEach for_each,
                 Struct& out) {
  check_keys(json, keys_of(for_each, out), path, where);
  for_each(out, [&](const char* key, auto& field) {
    const auto found = json.find(key);
    if (found != json.end()) read_field(*found, path + key, where, field);
  });
}

}  // namespace inr::model::fields
