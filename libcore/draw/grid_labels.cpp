// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/grid_labels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "image/compose.hpp"

namespace inr::draw {
namespace {

constexpr int64_t kFontPixelsAcross = 80;
constexpr int64_t kMargin = 2;

std::optional<uint64_t> number_of(const base::Json& value) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<int64_t>() < 0)) return std::nullopt;
  return value.get<uint64_t>();
}

std::optional<uint64_t> number(const base::Json& info, const char* key) {
  const auto found = info.find(key);
  return found == info.end() ? std::nullopt : number_of(*found);
}

LabelForms one_of(const char* what, uint64_t value) {
  const std::string text = std::to_string(value);
  return {std::string(what) + " " + text, text, text};
}

LabelForms between(const char* what, uint64_t from, uint64_t to, double t) {
  std::array<char, 32> share{};
  std::snprintf(share.data(), share.size(), "%.2f", t);
  const std::string keys = std::to_string(from) + ">" + std::to_string(to) + " " + share.data();
  return {std::string(what) + " " + keys, keys, share.data()};
}

// Of a frame of an interpolation, which says where it stands.
std::optional<LabelForms> frame_label(const base::Json& info) {
  const auto t = info.find("t");
  if (t == info.end() || !t->is_number() || !(std::abs(t->get<double>()) <= 1)) return std::nullopt;
  const auto seeds = info.find("seeds");
  std::optional<uint64_t> from = number(info, "from"), to = number(info, "to");
  const bool by_seeds = seeds != info.end() && seeds->is_array() && seeds->size() == 2;
  if (by_seeds) {
    from = number_of((*seeds)[0]);
    to = number_of((*seeds)[1]);
  }
  if (!from || !to) return std::nullopt;
  if (t->get<double>() == 0) return one_of(by_seeds ? "seed" : "key", *from);
  return between(by_seeds ? "seeds" : "keys", *from, *to, t->get<double>());
}

/// Width of a text in font pixels, without the space after its last character.
int64_t text_width(size_t n_characters) noexcept { return static_cast<int64_t>(n_characters) * 6 - 1; }

}  // namespace

LabelForms record_label(const base::Json& info, uint64_t number_in_input, bool show_index) {
  if (!info.is_object()) return one_of("record", number_in_input);
  if (const auto frame = frame_label(info)) return *frame;
  const auto seed = number(info, "seed"), index = number(info, "index"), row = number(info, "row");
  if (seed && index && (*index > 0 || show_index)) {
    const std::string key = std::to_string(*seed), sample = "#" + std::to_string(*index);
    return {"seed " + key + " " + sample, key + sample, sample};
  }
  if (seed && index) return one_of("seed", *seed);
  if (row) return one_of("row", *row);
  return one_of("record", number_in_input);
}

void LabelWidths::add(const base::Json& info, uint64_t number_in_input) {
  const auto index = info.is_object() ? number(info, "index") : std::nullopt;
  has_index_ = has_index_ || (index && *index > 0);
  for (const size_t show_index : {0U, 1U}) {
    const LabelForms forms = record_label(info, number_in_input, show_index == 1);
    for (size_t i = 0; i < forms.size(); ++i)
      longest_[show_index][i] = std::max(longest_[show_index][i], forms[i].size());
  }
}

LabelStyle label_style(std::span<const size_t> longest, int64_t cell_w, int64_t cell_h) noexcept {
  constexpr int64_t kMaxScale = 1 << 20;
  const int64_t wanted = (std::min(cell_w, cell_h) + kFontPixelsAcross / 2) / kFontPixelsAcross;
  const int64_t fitting = cell_w / std::max<int64_t>(1, text_width(longest.back()));
  const int64_t scale = std::clamp<int64_t>(std::min(wanted, fitting), 1, kMaxScale);
  size_t form = 0;
  while (form + 1 < longest.size() && text_width(longest[form]) * scale > cell_w) ++form;
  return {static_cast<int>(scale), form};
}

bool is_too_wide(const LabelStyle& style, std::span<const size_t> longest, int64_t cell_w) noexcept {
  return text_width(longest[style.form]) * style.scale > cell_w;
}

namespace {

/// Copies the ink of one row of the font into a row of a cell.
template <typename Sample>
void ink_row(const image::Image& letters, int64_t font_row, int scale, std::span<Sample> row) {
  for (int64_t x = 0; x * scale * 3 < static_cast<int64_t>(row.size()); ++x) {
    if (x >= letters.width || letters.row(font_row)[static_cast<size_t>(3 * x)] != 0) continue;
    std::ranges::fill(row.subspan(static_cast<size_t>(3 * x * scale), static_cast<size_t>(3 * scale)), Sample{0});
  }
}

template <typename Sample, typename Write>
void write_strip(std::span<const std::string> texts, int64_t n_columns, int64_t cell_w, const LabelStyle& style,
                 const Write& write) {
  struct Label {
    image::Image letters;  // at scale 1, black on white
    size_t first_sample, n_samples;
  };
  std::vector<Label> labels;
  for (int64_t column = 0; column < std::min<int64_t>(n_columns, static_cast<int64_t>(texts.size())); ++column) {
    const std::string& text = texts[static_cast<size_t>(column)];
    const int64_t width = text_width(text.size()) * style.scale;
    if (text.empty() || width > cell_w) continue;
    image::Image letters = image::make_image(text_width(text.size()), 7);
    image::draw_text(letters, 0, 0, text, image::kBlack);
    const int64_t left = column * cell_w + (cell_w - width) / 2;
    labels.push_back({std::move(letters), static_cast<size_t>(3 * left), static_cast<size_t>(3 * width)});
  }
  std::vector<Sample> row;
  for (int64_t y = 0; y < style.height(); ++y) {
    const int64_t font_row = y / style.scale - kMargin;
    if (y % style.scale == 0) {
      row.assign(static_cast<size_t>(n_columns * cell_w * 3), std::numeric_limits<Sample>::max());
      for (const Label& label : labels) {
        const std::span<Sample> place = std::span(row).subspan(label.first_sample, label.n_samples);
        if (font_row >= 0 && font_row < label.letters.height) ink_row(label.letters, font_row, style.scale, place);
      }
    }
    write(std::span<const Sample>(row));
  }
}

}  // namespace

void write_labels(image::RowWriter& writer, std::span<const std::string> texts, int64_t n_columns, int64_t cell_w,
                  const LabelStyle& style) {
  if (writer.bits() == 16) {
    write_strip<uint16_t>(texts, n_columns, cell_w, style, [&](auto row) { writer.write_rows16(row); });
  } else {
    write_strip<uint8_t>(texts, n_columns, cell_w, style, [&](auto row) { writer.write_rows(row); });
  }
}

}  // namespace inr::draw
