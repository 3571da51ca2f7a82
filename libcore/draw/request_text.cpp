// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a picture says of itself: enough to draw it again, and nothing that the same pixels could say in two ways.
#include <array>
#include <charconv>

#include "draw/request.hpp"

namespace inr::draw {
namespace {

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string text(const model::Window& window) {
  return text(window.x0) + "," + text(window.y0) + "," + text(window.x1) + "," + text(window.y1);
}

// 3,4,5,9 -> "3-5,9"
std::string text(const std::vector<uint64_t>& numbers) {
  std::string out;
  for (size_t i = 0; i < numbers.size();) {
    size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    out += (i == 0 ? "" : ",") + std::to_string(numbers[i]);
    if (last > i) out += "-" + std::to_string(numbers[last]);
    i = last + 1;
  }
  return out;
}

std::optional<uint64_t> number(const base::Json& info, const char* key) {
  if (!info.is_object() || !info.contains(key) || !info[key].is_number_integer()) return std::nullopt;
  if (!info[key].is_number_unsigned() && info[key].get<int64_t>() < 0) return std::nullopt;
  return info[key].get<uint64_t>();
}

// "inr-sample --seeds 7 | ", where the record tells how it was drawn; otherwise nothing.
std::string sampling(const base::Json& info, bool& selects) {
  selects = false;
  const std::optional<uint64_t> seed = number(info, "seed");
  const std::optional<uint64_t> index = number(info, "index");
  if (!seed || !index || *index == UINT64_MAX) return {};
  std::string out = "inr-sample ";
  selects = *index > 0;
  out += selects ? "--seed " + std::to_string(*seed) + " -n " + std::to_string(*index + 1)
                 : "--seeds " + std::to_string(*seed);
  if (info.contains("truncation") && info["truncation"].is_number() && info["truncation"].get<double>() != 1.0) {
    out += " --truncation " + text(info["truncation"].get<double>());
  }
  return out + " | ";
}

}  // namespace

std::string command_text(const Request& request, const Subject& subject) {
  bool selects = false;
  const bool single = subject.info != nullptr;
  std::string out = single ? sampling(*subject.info, selects) : std::string();
  const bool sampled = !out.empty();
  out += "inr-render";
  if (request.mode == Mode::kZoom) out += " zoom";
  if (request.mode == Mode::kSuperres && !single) out += " superres";
  if (request.mode == Mode::kEach && !single) out += " each";
  // A frame shown by itself has the size of its film, not that of its window.
  if (single && is_film(request)) {
    out += " --res " + std::to_string(subject.width) + "x" + std::to_string(subject.height);
  } else if (request.width > 0) {
    out += " --res " + std::to_string(request.width) + "x" + std::to_string(request.height);
  } else if (request.scale > 0) {
    out += " --scale " + text(request.scale);
  }
  if (subject.window != model::Window{}) out += " --window " + text(subject.window);
  if (request.to && !single) {
    out += " --to " + text(*request.to) + " --frames " + std::to_string(request.n_frames.value_or(kDefaultFrames));
  }
  if (request.cells == model::Cells::kTraining) out += " --cells training";
  if (request.upsample_from >= 0) out += " --upsample-from " + std::to_string(request.upsample_from);
  if (request.kernel == field::Kernel::kReference) out += " --kernel reference";
  if (request.columns > 0 && !single) out += " --columns " + std::to_string(request.columns);
  if (selects) out += " --select " + std::to_string(*number(*subject.info, "index"));
  if (!sampled && !request.select.empty()) out += " --select " + text(request.select);
  if (request.format && *request.format != Format::kPng) out += " --format " + std::string(to_string(*request.format));
  return out;
}

image::TextChunks text_chunks(const Request& request, const Subject& subject, std::string_view version) {
  image::TextChunks chunks = {{"inr.command", command_text(request, subject)},
                              {"inr.model", subject.model_hash},
                              {"inr.window", text(subject.window)},
                              {"inr.version", std::string(version)}};
  if (subject.info != nullptr) {
    for (const char* const key : {"seed", "index"}) {
      if (const auto value = number(*subject.info, key)) {
        chunks.emplace_back(std::string("inr.") + key, std::to_string(*value));
      }
    }
  }
  return chunks;
}

}  // namespace inr::draw
