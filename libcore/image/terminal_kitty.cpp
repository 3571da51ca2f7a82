// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures by the graphics protocol of kitty (https://sw.kovidgoyal.net/kitty/graphics-protocol/): "ESC _ G keys ; data
// ESC \", the data a PNG in base64, cut into pieces of which all but the last say m=1. Other keys are on the first
// piece: a=T show it now, f=100 PNG, q=2 no answer, C=1 the cursor stays, c and r the cells it is to fill.
#include <algorithm>

#include "image/png_writer.hpp"
#include "image/terminal_writers.hpp"

namespace inr::image {
namespace {

constexpr size_t kPieceBytes = 3072;  // 4096 characters of base64, the most that is allowed

void append_base64(std::string& out, std::span<const std::byte> bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(bytes.size() - i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < n ? std::to_integer<uint32_t>(bytes[i + k]) : 0U);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[bits >> (18U - 6U * k) & 63U] : '=';
  }
}

}  // namespace

KittyWriter::KittyWriter(const base::TerminalView& view, Sink sink, const ShownSize& size)
    : GraphicsWriter(std::move(sink), size), keys_("a=T,f=100,q=2,C=1,") {
  // Without the size of a cell the pixels are a guess, and the cells alone make the picture fit.
  if (!view.cell_size_known) {
    keys_ += "c=" + std::to_string(size.columns) + ",r=" + std::to_string(size.lines) + ",";
  }
  const Sink keep = [this](std::span<const std::byte> more) { png_.insert(png_.end(), more.begin(), more.end()); };
  writer_ = make_png_writer(keep, size.width, size.height);
}

void KittyWriter::write_rows(std::span<const uint8_t> rows) {
  accept(rows.size());
  writer_->write_rows(rows);
}

void KittyWriter::finish() {
  accept_end();
  writer_->finish();
  std::string text;
  for (size_t at = 0; at < png_.size(); at += kPieceBytes) {
    const size_t n = std::min(png_.size() - at, kPieceBytes);
    text += "\033_G" + (at == 0 ? keys_ : "") + (at + n < png_.size() ? "m=1;" : "m=0;");
    append_base64(text, std::span(png_).subspan(at, n));
    text += "\033\\";
  }
  put(text);
}

}  // namespace inr::image
