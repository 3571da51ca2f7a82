// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Records that follow one another and that one command can write make a group. A leg of an interpolation has the same
// frames in every film that has it, so a group of frames is a way through key points that need not be those of the film
// it was cut from.
#include "draw/recorded_commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "draw/record_place.hpp"

namespace inr::draw {
namespace {

constexpr size_t kMaxText = 30000;  // a comment of JPEG takes 65,533 bytes
constexpr size_t kMaxRuns = 10000;
constexpr uint64_t kMaxSelected = 1000000;  // what --select takes
constexpr size_t kMaxModels = 16;

}  // namespace

StreamOrigin origin_of(const stream::StreamHeader& header) {
  return {header.model_hash, header.checkpoint, header.dtype};
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shortest_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

void NumberList::add_run(uint64_t first, uint64_t last) {
  size_ += last - first + 1;
  if (!runs_.empty() && first > 0 && runs_.back().last == first - 1) {
    runs_.back().last = last;
  } else {
    runs_.push_back({first, last});
  }
}

bool NumberList::counts_to(uint64_t n) const noexcept {
  return runs_.size() == 1 && runs_.front().first == 0 && size_ == n;
}

std::string NumberList::text() const {
  std::string out;
  for (const Run& run : runs_) {
    out += (out.empty() ? "" : ",") + std::to_string(run.first);
    if (run.last > run.first) out += "-" + std::to_string(run.last);
  }
  return out;
}

struct Recipe::Group {
  StreamOrigin origin;
  RecordPlace first;
  bool by_seeds = false;        // --seeds, sample 0 of each; else samples 0, 1 ... of one key or file
  NumberList seeds;             // of samples by seeds
  std::vector<uint64_t> chain;  // key points of frames by seeds
  size_t leg = 0;               // of the last frame in the chain
  uint64_t n_samples = 0;       // of one key or file: how many of them are needed
  bool loop = false;            // the way goes back from the last of them to the first
  NumberList picks;             // the records among what the command writes

  Group(const StreamOrigin& of, const RecordPlace& place)
      : origin(of), first(place), by_seeds(place.from.plain_seed() && (!to_of(place) || to_of(place)->plain_seed())) {}

  static const SamplePlace* to_of(const RecordPlace& place) {
    return place.frame && place.frame->to ? &*place.frame->to : nullptr;
  }

  bool take(const StreamOrigin& of, const RecordPlace& place) {
    const SamplePlace* to = to_of(place);
    const bool same_head =
        of.checkpoint == origin.checkpoint && of.model_hash == origin.model_hash && of.dtype == origin.dtype;
    if (!same_head || !place.from.same_options(first.from) || (to != nullptr && !to->same_options(first.from)))
      return false;
    if (place.frame.has_value() != first.frame.has_value()) return false;
    if (!place.frame) return take_sample(place.from);
    const FramePlace& frame = *place.frame;
    if (frame.options != first.frame->options || frame.piped != first.frame->piped) return false;
    const bool taken = by_seeds ? take_on_chain(place.from, to) : take_on_source(place.from, to);
    if (taken) picks.add((by_seeds ? leg : place.from.index) * frame.n_frames + frame.step);
    return taken;
  }

  bool take_sample(const SamplePlace& sample) {
    if (by_seeds && sample.plain_seed()) {
      picks.add(seeds.size());
      seeds.add(sample.seed);
      return true;
    }
    // Sample 0 of a seed was perhaps the first of several of its.
    if (!sample.same_source(first.from) || (by_seeds && seeds.size() > 1)) return false;
    by_seeds = false;
    n_samples = std::max(n_samples, std::max(first.from.index, sample.index) + 1);
    picks.add(sample.index);
    return true;
  }

  // Frames between samples by seeds: the same leg as before, or the next one.
  bool take_on_chain(const SamplePlace& from, const SamplePlace* to) {
    if (!from.plain_seed() || (to != nullptr && !to->plain_seed())) return false;
    if (chain.empty()) chain.push_back(from.seed);
    for (size_t k = leg; k < std::min(leg + 2, chain.size()); ++k) {
      if (chain[k] != from.seed) continue;
      const bool last = k + 1 == chain.size();
      if (to != nullptr && !last && chain[k + 1] != to->seed) continue;
      if (to != nullptr && last) chain.push_back(to->seed);
      leg = k;
      return true;
    }
    return false;
  }

  // Frames between neighbouring samples of one key or file, or from the last to the first.
  bool take_on_source(const SamplePlace& from, const SamplePlace* to) {
    if (!from.same_source(first.from) || (to != nullptr && !to->same_source(first.from))) return false;
    const bool back = to != nullptr && to->index == 0 && from.index > 0;
    if (to != nullptr && !back && to->index != from.index + 1) return false;
    const uint64_t needed = std::max<uint64_t>(2, to == nullptr || back ? from.index + 1 : to->index + 1);
    if (loop && (back ? needed != n_samples : needed > n_samples)) return false;
    if (back && needed < n_samples) return false;
    n_samples = std::max(n_samples, needed);
    loop = loop || back;
    return true;
  }

  // Without the options of the model.
  [[nodiscard]] std::string samples() const {
    if (!first.from.file.empty()) {
      const bool whole_file = first.frame && !first.frame->piped;
      return " --latents " + shell_word(first.from.file) + (whole_file ? "" : " -n " + std::to_string(n_samples));
    }
    if (!by_seeds) return " --seed " + std::to_string(first.from.seed) + " -n " + std::to_string(n_samples);
    if (!first.frame) return " --seeds " + seeds.text();
    std::string list;
    for (const uint64_t seed : chain) list += (list.empty() ? "" : ",") + std::to_string(seed);
    if (chain.size() == 1) list += "," + std::to_string(chain.front());  // a way has two ends
    return " --seeds " + list;
  }

  [[nodiscard]] std::string command() const {
    const std::string checkpoint = origin.checkpoint.empty() ? "" : " --checkpoint " + shell_word(origin.checkpoint);
    const std::string half = origin.dtype == stream::ThetaDtype::kF16 ? " --half" : "";
    const std::string sampling = samples() + first.from.options + checkpoint;
    if (!first.frame) return "inr-sample" + sampling + half;
    const std::string way = first.frame->options + (loop ? " --loop" : "");
    if (!first.frame->piped) return "inr-interp" + samples() + way + first.from.options + checkpoint + half;
    return first.from.half ? "inr-sample" + sampling + " --half | inr-interp" + way
                           : "inr-sample" + sampling + " | inr-interp" + way + half;
  }

  /// Records that the command writes; 0: as many as a file has.
  [[nodiscard]] uint64_t n_written() const {
    if (!first.frame) return by_seeds ? seeds.size() : n_samples;
    if (!first.from.file.empty() && !first.frame->piped) return 0;
    const uint64_t n_keys = by_seeds ? std::max<uint64_t>(2, chain.size()) : n_samples;
    return loop ? n_keys * first.frame->n_frames : (n_keys - 1) * first.frame->n_frames + 1;
  }
};

Recipe::Recipe() = default;
Recipe::~Recipe() = default;
Recipe::Recipe(Recipe&&) noexcept = default;
Recipe& Recipe::operator=(Recipe&&) noexcept = default;

void Recipe::add_model(const std::string& hash) {
  const std::string text = base::printable(hash);
  if (models_.size() < kMaxModels && std::ranges::find(models_, text) == models_.end()) models_.push_back(text);
}

void Recipe::add(const StreamOrigin& origin, const base::Json& info) {
  add_model(origin.model_hash);
  if (!known_) return;
  const std::optional<RecordPlace> place = read_place(info);
  const bool printable = base::printable(origin.checkpoint, kMaxText) == origin.checkpoint;
  known_ = place && printable && origin.dtype != stream::ThetaDtype::kBF16;
  // What came rounded through a stream leaves inr-interp rounded.
  if (known_ && place->from.half) known_ = origin.dtype == stream::ThetaDtype::kF16;
  if (!known_) return;
  if (groups_.empty() || !groups_.back().take(origin, *place)) {
    Group group(origin, *place);
    known_ = groups_.size() < kMaxRuns && group.take(origin, *place);
    groups_.push_back(std::move(group));
  }
  const Group& last = groups_.back();
  if (last.seeds.runs().size() + last.chain.size() + last.picks.runs().size() > kMaxRuns) known_ = false;
  if (!known_) groups_ = {};
}

std::optional<Recipe::Text> Recipe::text() const {
  if (!known_ || groups_.empty()) return std::nullopt;
  Text text;
  NumberList select;
  uint64_t n_before = 0;
  bool counted = true;
  for (const Group& group : groups_) {
    if (!counted) return std::nullopt;  // it is not known where the next group begins
    text.commands += (text.commands.empty() ? "" : "; ") + group.command();
    for (const NumberList::Run& run : group.picks.runs()) select.add_run(n_before + run.first, n_before + run.last);
    const uint64_t n = group.n_written();
    counted = n > 0;
    n_before += n;
  }
  if (groups_.size() > 1) text.commands = "{ " + text.commands + "; }";
  if (!counted || !select.counts_to(n_before)) {
    if (select.size() > kMaxSelected) return std::nullopt;
    text.select = select.text();
  }
  if (text.commands.size() + text.select.size() > kMaxText) return std::nullopt;
  return text;
}

std::string Recipe::models() const {
  std::string out;
  for (const std::string& hash : models_) out += (out.empty() ? "" : " ") + hash;
  return out;
}

}  // namespace inr::draw
