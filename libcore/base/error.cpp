// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The wording of errors, text made safe for a terminal, and the nearest known word (Damerau's restricted edit
// distance).
#include "base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace inr::base {
namespace {

constexpr size_t kMaxWhereChars = 4096;  // a path may be as long as PATH_MAX
constexpr size_t kMaxWordChars = 64;     // longer words are no misspelt keys

std::string data_message(std::string_view where, std::string_view fault, std::string_view way_out) {
  std::string text = printable(where, kMaxWhereChars);
  if (!text.empty()) text += ": ";
  text += fault;
  if (!way_out.empty()) {
    text += "; ";
    text += way_out;
  }
  return text;
}

std::string system_message(std::string_view where, std::string_view action, int error_number) {
  std::string text = printable(where, kMaxWhereChars);
  text += ": cannot ";
  text += action;
  text += ": ";
  text += std::generic_category().message(error_number);
  return text;
}

void append_escaped(std::string& out, unsigned char byte) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  out += "\\x";
  out += kHex[byte >> 4U];
  out += kHex[byte & 15U];
}

struct CodePoint {
  uint32_t value = 0;
  size_t n_bytes = 0;  // 0: not valid UTF-8 here
};

CodePoint decode_utf8(std::string_view text) {
  const auto at = [&](size_t i) -> uint32_t { return static_cast<unsigned char>(text[i]); };
  const uint32_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  const size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < n) return {};
  uint32_t value = lead & (0x7FU >> n);
  for (size_t i = 1; i < n; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (at(i) & 0x3FU);
  }
  const bool overlong = (n == 3 && value < 0x800) || (n == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, n};
}

// C0, DEL, C1, and the marks that make a terminal reorder or hide what follows.
bool is_unsafe(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view to_string(Fault fault) noexcept {
  switch (fault) {
    case Fault::kForeign:
      return "foreign";
    case Fault::kEmpty:
      return "empty";
    case Fault::kCutShort:
      return "cut short";
    case Fault::kDamaged:
      return "damaged";
    case Fault::kNewer:
      return "newer";
    case Fault::kUnsupported:
      return "unsupported";
    case Fault::kOther:
      break;
  }
  return "other";
}

DataError::DataError(std::string_view where, std::string_view what, std::string_view way_out)
    : DataError(Fault::kOther, where, what, way_out) {}

DataError::DataError(Fault fault, std::string_view where, std::string_view what, std::string_view way_out)
    : Error(ExitCode::kFailed, data_message(where, what, way_out)), fault_(fault) {}

SystemError::SystemError(std::string_view where, std::string_view action, int error_number)
    : Error(ExitCode::kFailed, system_message(where, action, error_number)), error_number_(error_number) {}

std::string printable(std::string_view text, size_t max_chars) {
  std::string out;
  size_t n_chars = 0;
  while (!text.empty()) {
    if (n_chars == max_chars) {
      out += "...";
      break;
    }
    const CodePoint point = decode_utf8(text);
    const size_t n = std::max<size_t>(point.n_bytes, 1);
    if (point.n_bytes == 0 || is_unsafe(point.value)) {
      for (size_t i = 0; i < n; ++i) append_escaped(out, static_cast<unsigned char>(text[i]));
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n);
    ++n_chars;
  }
  return out;
}

std::string nearest_word(std::string_view word, const std::string* begin, const std::string* end) {
  if (word.empty() || word.size() > kMaxWordChars) return {};
  // One slip in a short word, a third of a long one: "widht" finds "width", "xyz" finds nothing.
  const size_t allowed = std::max<size_t>(1, word.size() / 3);
  size_t best = std::numeric_limits<size_t>::max();
  std::string found;
  for (const std::string* known = begin; known != end; ++known) {
    if (known->size() > word.size() + allowed) continue;
    const size_t distance = edit_distance(word, *known);
    if (distance <= allowed && distance < best && distance < known->size()) {
      best = distance;
      found = *known;
    }
  }
  return found;
}

}  // namespace inr::base
