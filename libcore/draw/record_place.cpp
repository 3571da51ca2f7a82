// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/record_place.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/error.hpp"

namespace inr::draw {
namespace {

// Sums and products of them stay in range.
constexpr uint64_t kMaxNumber = uint64_t{1} << 40;
constexpr uint64_t kMaxKey = uint64_t{1} << 24;
constexpr uint64_t kMaxFrames = 1000000;  // what inr-interp takes

std::optional<uint64_t> number(const base::Json& info, const char* key, uint64_t max = UINT64_MAX) {
  const auto found = info.find(key);
  if (found == info.end() || !found->is_number_integer()) return std::nullopt;
  if (!found->is_number_unsigned() && found->get<int64_t>() < 0) return std::nullopt;
  const auto value = found->get<uint64_t>();
  return value <= max ? std::optional(value) : std::nullopt;
}

/// Text that may stand in a command: nothing that a terminal would hide or act on.
std::optional<std::string> word(const base::Json& info, const char* key) {
  constexpr size_t kMaxBytes = 4096;
  const auto found = info.find(key);
  if (found == info.end() || !found->is_string()) return std::nullopt;
  auto text = found->get<std::string>();
  if (text.empty() || text.size() > kMaxBytes || base::printable(text, kMaxBytes) != text) return std::nullopt;
  return text;
}

// A key that is not known may change what the others mean.
bool has_only(const base::Json& info, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : info.items()) {
    if (std::ranges::find(known, key) == known.end()) return false;
  }
  return true;
}

std::optional<SamplePlace> read_sample(const base::Json& info) {
  if (!info.is_object() ||
      !has_only(info, {"seed", "index", "seed_style", "latents", "row", "space", "truncation", "dtype"})) {
    return std::nullopt;
  }
  SamplePlace place;
  const auto seed = number(info, "seed");
  const auto index = number(info, "index", kMaxNumber);
  const auto row = number(info, "row", kMaxNumber);
  const auto file = word(info, "latents");
  if (seed && index && !file && !row) {
    place.seed = *seed;
    place.index = *index;
  } else if (file && row && !seed && !index) {
    place.file = *file;
    place.index = *row;
  } else {
    return std::nullopt;
  }
  if (info.contains("seed_style")) {
    if (info["seed_style"] != "numpy" || !place.file.empty()) return std::nullopt;
    place.options += " --seed-style numpy";
  }
  if (info.contains("space")) {
    if (info["space"] != "w" || place.file.empty()) return std::nullopt;
    place.options += " --space w";
  }
  if (info.contains("truncation")) {
    if (!info["truncation"].is_number()) return std::nullopt;
    place.options += " --truncation " + shortest_text(info["truncation"].get<double>());
  }
  if (info.contains("dtype")) {
    if (info["dtype"] != "F16") return std::nullopt;
    place.half = true;
  }
  return place;
}

// The key points of a frame: two seeds beside their truncation, or two infos.
bool read_keys(const base::Json& info, RecordPlace& place, SamplePlace& to) {
  const auto both = [&](const char* key) {
    return info.contains(key) && info[key].is_array() && info[key].size() == 2;
  };
  std::optional<SamplePlace> first, second;
  if (both("seeds") && !info.contains("keys")) {
    base::Json from = {{"seed", info["seeds"][0]}, {"index", 0}}, last = {{"seed", info["seeds"][1]}, {"index", 0}};
    if (info.contains("truncation")) from["truncation"] = last["truncation"] = info["truncation"];
    first = read_sample(from);
    second = read_sample(last);
  } else if (both("keys") && !info.contains("seeds") && !info.contains("truncation")) {
    first = read_sample(info["keys"][0]);
    second = read_sample(info["keys"][1]);
  }
  if (!first || !second) return false;
  place.from = *first;
  to = *second;
  return true;
}

std::optional<RecordPlace> read_frame(const base::Json& info) {
  if (!has_only(info, {"frame", "from", "to", "t", "seeds", "keys", "truncation", "space", "path", "step", "frames",
                       "ease"})) {
    return std::nullopt;
  }
  RecordPlace place;
  SamplePlace to;
  FramePlace frame;
  const auto from_key = number(info, "from"), to_key = number(info, "to");
  const auto step = number(info, "step"), n_frames = number(info, "frames", kMaxFrames);
  const auto space = word(info, "space"), path = word(info, "path"), ease = word(info, "ease");
  if (!from_key || !to_key || !step || !n_frames || !space || !path || !ease || *step >= *n_frames) return std::nullopt;
  if (!read_keys(info, place, to)) return std::nullopt;
  // inr-interp makes samples by seeds and of a whole file itself. Others came through a stream, and rows of a file may
  // have; a stream is interpolated in params, to the same bits as inr-interp's own samples.
  const auto own = [&](const SamplePlace& key) {
    return !key.half && (key.plain_seed() || (!key.file.empty() && *space != "params"));
  };
  frame.piped = !own(place.from) || !own(to);
  const bool z = *space == "z", sphere = *path == "sphere";
  if ((!z && *space != "w" && *space != "params") || (!sphere && *path != "line") || (sphere && !z))
    return std::nullopt;
  if (frame.piped && *space != "params") return std::nullopt;
  if (*ease != "linear" && *ease != "cosine") return std::nullopt;
  if (std::max(place.from.index, to.index) > kMaxKey) return std::nullopt;
  frame.step = *step;
  frame.n_frames = *n_frames;
  frame.options = " --frames " + std::to_string(*n_frames);
  if (!z && !frame.piped) frame.options += " --space " + *space;
  if (z && !sphere) frame.options += " --path line";
  if (*ease == "cosine") frame.options += " --ease cosine";
  if (*step > 0 || *from_key != *to_key) frame.to = to;
  place.frame = std::move(frame);
  return place;
}

}  // namespace

std::optional<RecordPlace> read_place(const base::Json& info) {
  if (!info.is_object()) return std::nullopt;
  if (info.contains("step")) return read_frame(info);
  const std::optional<SamplePlace> sample = read_sample(info);
  // Of a record itself, the head says whether it is rounded.
  if (!sample || sample->half) return std::nullopt;
  return RecordPlace{*sample, std::nullopt};
}

}  // namespace inr::draw
