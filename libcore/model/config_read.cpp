// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/config_read.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "model/config_fields.hpp"

namespace inr::model::fields {
namespace {

using base::DataError;
using base::Json;

constexpr size_t kMaxBlocks = 32;

[[noreturn]] void refuse(const Json& value, const std::string& key, std::string_view where, const std::string& wanted) {
  throw DataError(where, key + " is " + base::printable(base::dump_json(value), 40), "give " + wanted);
}

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

template <typename Enum>
void read_enum(const Json& value, const std::string& key, std::string_view where, const std::vector<std::string>& known,
               Enum& field) {
  if (!value.is_string()) refuse(value, key, where, "one of the names " + join_words(known));
  const std::string& name = value.get_ref<const std::string&>();
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) {
    throw DataError(where, key + " '" + base::printable(name, 40) + "' is unknown", suggestion(name, known));
  }
  field = static_cast<Enum>(found - known.begin());
}

template <typename Enum>
void read_enum(const Json& value, const std::string& key, std::string_view where, Enum& field) {
  constexpr auto& kAll = Names<Enum>::kAll;
  read_enum(value, key, where, {kAll.begin(), kAll.end()}, field);
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = base::nearest_word(word, known.data(), known.data() + known.size());
  return near.empty() ? "known are " + join_words(known) : "did you mean '" + near + "'?";
}

void check_keys(const Json& json, const std::vector<std::string>& known, const std::string& path,
                std::string_view where) {
  if (!json.is_object()) {
    const std::string key = path.empty() ? "the configuration" : path.substr(0, path.size() - 1);
    refuse(json, key, where, "an object {...}");
  }
  for (const auto& item : json.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    throw DataError(where, "unknown key '" + path + base::printable(item.key(), 60) + "'",
                    suggestion(item.key(), known));
  }
}

void read_field(const Json& value, const std::string& key, std::string_view where, int64_t& field) {
  const bool fits = value.is_number_unsigned()
                        ? value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
                        : value.is_number_integer();
  if (!fits) refuse(value, key, where, "a whole number");
  field = value.get<int64_t>();
}

void read_field(const Json& value, const std::string& key, std::string_view where, uint64_t& field) {
  // A number made in code may be stored as signed; what the parser made of "-1" is.
  const bool fits = value.is_number_unsigned() || (value.is_number_integer() && value.get<int64_t>() >= 0);
  if (!fits) refuse(value, key, where, "a whole number that is not negative");
  field = value.get<uint64_t>();
}

void read_field(const Json& value, const std::string& key, std::string_view where, double& field) {
  if (!value.is_number()) refuse(value, key, where, "a number");
  field = value.get<double>();
}

void read_field(const Json& value, const std::string& key, std::string_view where, bool& field) {
  if (!value.is_boolean()) refuse(value, key, where, "true or false");
  field = value.get<bool>();
}

void read_field(const Json& value, const std::string& key, std::string_view where, Decoder& field) {
  std::vector<std::string> known;
  for (const DecoderRow& row : decoder_rows()) known.emplace_back(row.name);
  read_enum(value, key, where, known, field);
}
void read_field(const Json& value, const std::string& key, std::string_view where, Modulation& field) {
  read_enum(value, key, where, field);
}
void read_field(const Json& value, const std::string& key, std::string_view where, Join& field) {
  read_enum(value, key, where, field);
}
void read_field(const Json& value, const std::string& key, std::string_view where, Upsampling& field) {
  read_enum(value, key, where, field);
}

void read_field(const Json& value, const std::string& key, std::string_view where, BlockConfig& field) {
  BlockConfig block;
  read_struct(value, key + ".", where, kBlockFields, block);
  field = block;
}

void read_field(const Json& value, const std::string& key, std::string_view where, std::vector<BlockConfig>& field) {
  if (!value.is_array()) refuse(value, key, where, "a list [...] of blocks");
  if (value.empty() || value.size() > kMaxBlocks) {
    throw DataError(where, key + " has " + std::to_string(value.size()) + " blocks",
                    "give 1 to " + std::to_string(kMaxBlocks));
  }
  std::vector<BlockConfig> blocks(value.size());
  for (size_t k = 0; k < blocks.size(); ++k) read_field(value[k], key + "." + std::to_string(k), where, blocks[k]);
  field = std::move(blocks);
}

}  // namespace inr::model::fields
