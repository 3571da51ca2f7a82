// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The tree is built from the parser's events, for three reasons: depth and number of values are limited while reading;
// duplicate keys are seen; and the ordered map's own insertion looks through all keys, which is quadratic in hostile
// objects.
#include "base/json.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace inr::base {
namespace {

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxValues = size_t{4} << 20;  // bounds memory: a value takes some 64 bytes
constexpr size_t kMaxBytes = size_t{128} << 20;

class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(std::string_view where) : where_(where) {}

  bool null() override { return add(Json()) != nullptr; }
  bool boolean(bool value) override { return add(Json(value)) != nullptr; }
  bool number_integer(int64_t value) override { return add(Json(value)) != nullptr; }
  bool number_unsigned(uint64_t value) override { return add(Json(value)) != nullptr; }
  bool number_float(double value, const std::string& /*text*/) override { return add(Json(value)) != nullptr; }
  bool string(std::string& value) override { return add(Json(std::move(value))) != nullptr; }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(size_t /*n*/) override { return open(Json::object()); }
  bool start_array(size_t /*n*/) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    if (!levels_.back().keys.insert(name).second) {
      throw DataError(Fault::kDamaged, where_, "the JSON key '" + printable(name) + "' appears twice in one object");
    }
    levels_.back().key = std::move(name);
    return true;
  }

  bool parse_error(size_t position, const std::string& /*token*/, const nlohmann::detail::exception& fault) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 5: WHAT": the number and the line are left out.
    std::string_view what = fault.what();
    if (const size_t cut = what.find("] "); cut != std::string_view::npos) what.remove_prefix(cut + 2);
    if (const size_t cut = what.find(": "); what.starts_with("parse error at") && cut != std::string_view::npos) {
      what.remove_prefix(cut + 2);
    }
    throw DataError(Fault::kDamaged, where_,
                    "not valid JSON at byte " + std::to_string(position) + ": " + printable(what, 160));
  }

  Json take() { return std::move(root_); }

 private:
  struct Level {
    Json* node;
    std::set<std::string> keys;
    std::string key;
  };

  Json* add(Json value) {
    if (++n_values_ > kMaxValues)
      throw DataError(Fault::kUnsupported, where_, "JSON with more than " + std::to_string(kMaxValues) + " values");
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.node->is_array()) {
      auto& items = level.node->get_ref<Json::array_t&>();
      items.push_back(std::move(value));
      return &items.back();
    }
    // The vector beneath the map: the key is known to be new.
    Json::object_t::Container& members = level.node->get_ref<Json::object_t&>();
    members.emplace_back(std::move(level.key), std::move(value));
    return &members.back().second;
  }

  // Only the innermost container grows, so that the pointers of the outer levels stay good.
  bool open(Json container) {
    if (levels_.size() == kMaxDepth) {
      throw DataError(Fault::kUnsupported, where_, "JSON nested deeper than " + std::to_string(kMaxDepth) + " levels");
    }
    Json* node = add(std::move(container));
    levels_.push_back({node, {}, {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  std::string_view where_;
  Json root_;
  std::vector<Level> levels_;
  size_t n_values_ = 0;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view where) {
  if (text.size() > kMaxBytes)
    throw DataError(Fault::kUnsupported, where, "JSON text of more than " + std::to_string(kMaxBytes) + " bytes");
  TreeBuilder builder(where);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) throw DataError(Fault::kDamaged, where, "not valid JSON");
  return builder.take();
}

std::string dump_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace inr::base
