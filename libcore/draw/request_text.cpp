// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a picture says of itself: enough to draw it again, and nothing that the same pixels could say in two ways.
#include "draw/request.hpp"

namespace inr::draw {
namespace {

using draw::shortest_text;

std::string text(const model::Window& window) {
  return shortest_text(window.x0) + "," + shortest_text(window.y0) + "," + shortest_text(window.x1) + "," +
         shortest_text(window.y1);
}

std::string text(const std::vector<uint64_t>& numbers) {
  draw::NumberList list;
  for (const uint64_t number : numbers) list.add(number);
  return list.text();
}

std::string text(const std::vector<image::Filter>& filters) {
  std::string out;
  for (const image::Filter filter : filters) out.append(out.empty() ? "" : ",").append(compare_name(filter));
  return out;
}

std::optional<uint64_t> number(const base::Json& info, const char* key) {
  if (!info.is_object() || !info.contains(key) || !info[key].is_number_integer()) return std::nullopt;
  if (!info[key].is_number_unsigned() && info[key].get<int64_t>() < 0) return std::nullopt;
  return info[key].get<uint64_t>();
}

// Which picture of the function, whatever the records are.
std::string view_text(const Request& request, const Subject& subject) {
  const bool single = subject.info != nullptr;
  std::string out;
  // A frame shown by itself has the size of its film, not that of its window.
  if (single && is_film(request)) {
    out += " --res " + std::to_string(subject.width) + "x" + std::to_string(subject.height);
  } else if (request.width > 0) {
    out += " --res " + std::to_string(request.width) + "x" + std::to_string(request.height);
  } else if (request.scale > 0) {
    out += " --scale " + shortest_text(request.scale);
  }
  if (subject.window != model::Window{}) out += " --window " + text(subject.window);
  if (request.to && !single) {
    out += " --to " + text(*request.to) + " --frames " + std::to_string(request.n_frames.value_or(kDefaultFrames));
  }
  if (request.cells == model::Cells::kTraining) out += " --cells training";
  if (request.upsample_from >= 0 && can_upsample(request))
    out += " --upsample-from " + std::to_string(request.upsample_from);
  if (request.kernel.backend == render::kReference) out += " --kernel reference";
  return out;
}

}  // namespace

std::string command_text(const Request& request, const Subject& subject) {
  const bool single = subject.info != nullptr;
  const std::optional<draw::Recipe::Text> recipe = subject.records->text();
  std::string out = recipe ? recipe->commands + " | inr-render" : "inr-render";
  const bool compares = !request.compare.empty();
  if (request.mode == Mode::kZoom) out += " zoom";
  if (request.mode == Mode::kSuperres && (!single || compares)) out += " superres";
  if (request.mode == Mode::kEach && !single) out += " each";
  out += view_text(request, subject);
  if (compares) out += " --compare " + text(request.compare);
  if (request.columns > 0) out += " --columns " + std::to_string(request.columns);
  if (request.labels) out += " --labels";
  if (recipe) {
    if (!recipe->select.empty()) out += " --select " + recipe->select;
  } else if (single && (request.mode == Mode::kEach || !request.select.empty())) {
    out += " --select " + std::to_string(subject.number);
  } else if (!request.select.empty()) {
    out += " --select " + text(request.select);
  }
  if (request.format == nullptr) return request.srgb ? out + " --srgb" : out;
  const Format& format = *request.format;
  if (&format != &default_format(false)) out.append(" --format ").append(format.name);
  if (request.srgb && format.srgb != Srgb::kImplied) out += " --srgb";        // which changes nothing there
  if (format.is_pyramid()) out.append(" -o picture.").append(format.ending);  // it cannot go to stdout
  return out;
}

image::TextChunks text_chunks(const Request& request, const Subject& subject, std::string_view version) {
  image::TextChunks chunks = {{"inr.command", command_text(request, subject)},
                              {"inr.model", subject.records->models()},
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
