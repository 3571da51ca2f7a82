// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "released/released_arguments.hpp"

#include <array>
#include <utility>

#include "base/error.hpp"

namespace inr::released {
namespace {

const base::Json kNothing;
// A hostile file could make chains of long references whose work is a product of their lengths: so many keys are looked
// for on the way to one argument, all its references together. The released configurations take two or three.
constexpr int kMaxSteps = 64;
constexpr size_t kMaxReferenceBytes = 200;

// The rest after the first part, which is given in first.
std::string_view split(std::string_view path, std::string_view& first) {
  const size_t dot = path.find('.');
  first = path.substr(0, dot);
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
}

}  // namespace

/// An argument with one value that can be imported, as JSON text.
struct ReleasedArguments::Only {
  std::string_view path, value, what;
  bool may_be_absent;
};

ReleasedArguments::ReleasedArguments(const base::Json& kwargs, std::string where)
    : kwargs_(kwargs), where_(std::move(where)) {
  if (!kwargs_.is_object() || !kwargs_.contains("cfg") || !kwargs_["cfg"].is_object())
    throw base::DataError(base::Fault::kUnsupported, where_,
                          "the generator's constructor arguments hold no configuration cfg");
}

// The value of key; nothing where it is absent, or where dictionary is null.
const base::Json* ReleasedArguments::member(const base::Json& dictionary, std::string_view key,
                                            std::string_view path) const {
  if (dictionary.is_null()) return nullptr;
  if (!dictionary.is_object()) {
    throw base::DataError(base::Fault::kUnsupported, where_,
                          std::string(path.substr(0, path.size() - key.size() - 1)) + " is " +
                              base::printable(base::dump_json(dictionary)) + " instead of a dictionary");
  }
  const auto found = dictionary.find(std::string(key));
  return found == dictionary.end() ? nullptr : &*found;
}

const base::Json& ReleasedArguments::resolved(const base::Json& value, std::string_view path, int& steps) const {
  if (!value.is_string()) return value;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.find("${") == std::string::npos) return value;
  const auto fail = [&](const std::string& fault) {
    throw base::DataError(base::Fault::kUnsupported, where_, std::string(path) + " " + fault);
  };
  const auto inside = std::string_view(text).substr(text.starts_with("${") && text.ends_with("}") ? 2 : 0);
  if (inside.size() == text.size() || inside.find_first_of("${}") != inside.size() - 1)
    fail("is " + base::printable(text) + ": only references of the form ${a.b} are followed");
  if (text.size() > kMaxReferenceBytes) fail("is a reference of " + std::to_string(text.size()) + " bytes");
  const std::string name(inside.substr(0, inside.size() - 1));
  const base::Json* found = &kwargs_["cfg"];
  std::string_view rest = name, key;
  do {
    if (--steps < 0) fail("refers to " + base::printable(name) + ", which leads to itself, or through too many others");
    rest = split(rest, key);
    const base::Json* const next = found->is_object() ? member(*found, key, name) : nullptr;
    if (next == nullptr || name.ends_with('.')) fail("refers to " + base::printable(name) + ", which is not in cfg");
    found = &resolved(*next, path, steps);
  } while (!rest.empty());
  return *found;
}

const base::Json& ReleasedArguments::at(std::string_view path) const {
  const base::Json* found = &kwargs_;
  std::string_view rest = path, key;
  int steps = kMaxSteps;
  while (!rest.empty()) {
    rest = split(rest, key);
    const std::string_view so_far = path.substr(0, path.size() - rest.size() - (rest.empty() ? 0 : 1));
    const base::Json* const next = member(*found, key, so_far);
    if (next == nullptr) return kNothing;
    found = &resolved(*next, so_far, steps);
  }
  return *found;
}

int64_t ReleasedArguments::integer(std::string_view path, int64_t fallback) const {
  constexpr int64_t kMax = int64_t{1} << 31;
  const base::Json& value = at(path);
  if (value.is_null() && fallback != 0) return fallback;
  if (!value.is_number_integer() || value < 1 || value > kMax) {
    throw base::DataError(
        base::Fault::kUnsupported, where_,
        std::string(path) + " is " + base::printable(base::dump_json(value)) + " instead of a positive integer");
  }
  return value.get<int64_t>();
}

bool ReleasedArguments::flag(std::string_view path) const {
  const base::Json& value = at(path);
  if (value.is_null()) return false;
  if (!value.is_boolean()) {
    throw base::DataError(
        base::Fault::kUnsupported, where_,
        std::string(path) + " is " + base::printable(base::dump_json(value)) + " instead of true or false");
  }
  return value.get<bool>();
}

std::string ReleasedArguments::text(std::string_view path) const {
  const base::Json& value = at(path);
  if (!value.is_string()) {
    throw base::DataError(base::Fault::kUnsupported, where_,
                          std::string(path) + " is " + base::printable(base::dump_json(value)) + " instead of a text");
  }
  return value.get<std::string>();
}

void ReleasedArguments::refuse(const Only& only, const std::string& path) const {
  const base::Json& value = at(path);
  const base::Json accepted = base::parse_json(only.value, "table of arguments");
  const bool absent = value.is_null() && !accepted.is_null();
  if (absent ? only.may_be_absent : value == accepted) return;
  throw base::DataError(
      base::Fault::kUnsupported, where_,
      path + " is " + (absent ? "absent" : base::printable(base::dump_json(value))) + ": " + std::string(only.what),
      "released models have " + std::string(only.value));
}

void ReleasedArguments::refuse_unsupported() const {
  static constexpr std::array kOnly = {
      Only{"c_dim", "0", "models conditioned on classes are not imported", true},
      Only{"img_channels", "3", "only pictures of three channels are imported", true},
      Only{"cfg.use_noise", "false", "noise is not imported", true},
      Only{"cfg.fp32", "true", "float16 models (fp16) are not imported", true},
      Only{"synthesis_kwargs.num_fp16_res", "0", "float16 models (fp16) are not imported", true},
      Only{"synthesis_kwargs.conv_clamp", "null", "models that clamp their features are not imported", true},
      Only{"synthesis_kwargs.architecture", "\"skip\"", "other architectures are not imported", true},
      Only{"synthesis_kwargs.activation", "\"lrelu\"", "other activations are not imported", true},
      Only{"mapping_kwargs.activation", "\"lrelu\"", "other activations are not imported", true},
      Only{"mapping_kwargs.lr_multiplier", "0.01", "other mapping networks are not imported", true},
      Only{"cfg.fmm.enabled", "true", "models without modulation (fmm) are not imported", false},
      Only{"cfg.fmm.activation", "\"demod\"", "other modulations than demod are not imported", false},
      Only{"cfg.input.type", "\"coords\"", "other inputs are not imported", true},
      Only{"cfg.coords.enabled", "true", "models without coordinates are not imported", false},
      Only{"cfg.coords.per_resolution", "true",
           "one set of coordinates for all grids (per_resolution off) is not imported", false},
      Only{"cfg.coords.kernel_size", "1", "only layers with kernels of size 1 (kernel_size) are imported", true},
      Only{"cfg.coords.coord_dim", "2", "only coordinates of a plane are imported", true},
      Only{"cfg.coords.fallback", "false", "raw coordinates are not imported", true},
  };
  for (const Only& only : kOnly) refuse(only, std::string(only.path));
}

void ReleasedArguments::refuse_unsupported_grid(int64_t resolution) const {
  static constexpr std::array kOnly = {
      Only{"shared_emb_size", "0", "shared coordinates are not imported", true},
      Only{"predictable_emb_size", "0", "predictable coordinates are not imported", true},
      Only{"use_raw_coords", "false", "raw coordinates are not imported", true},
  };
  for (const Only& only : kOnly)
    refuse(only, "cfg.coords.res_configs." + std::to_string(resolution) + "." + std::string(only.path));
}

}  // namespace inr::released
