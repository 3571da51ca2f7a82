// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The writers behind terminal_picture.hpp, and what they share. Internal to this folder and its tests.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "image/terminal_picture.hpp"

namespace inr::image {

inline constexpr std::string_view kLineStart = "\r\033[K";  // what a progress bar has left there goes

inline void send(const Sink& sink, std::string_view text) { sink(std::as_bytes(std::span(text))); }

class BlocksWriter final : public RowWriter {
 public:
  BlocksWriter(const base::TerminalView& view, Sink sink, const ShownSize& size)
      : RowWriter(size.width, size.height), view_(view), sink_(std::move(sink)) {}
  [[nodiscard]] int bits() const noexcept override { return 8; }
  void write_rows(std::span<const uint8_t> rows) override;
  void finish() override;

 private:
  void put_line(std::span<const uint8_t> upper, std::span<const uint8_t> lower);

  base::TerminalView view_;
  Sink sink_;
  std::vector<uint8_t> upper_;  // an even row that waits for the next, [W, 3]; empty where none does
};

/// A picture that the terminal draws beside its text. Lines for it are made first and the cursor is moved over them
/// afterwards, since terminals differ in where they leave it and in whether they scroll.
class GraphicsWriter : public RowWriter {
 public:
  [[nodiscard]] int bits() const noexcept override { return 8; }

 protected:
  GraphicsWriter(Sink sink, const ShownSize& size)
      : RowWriter(size.width, size.height), sink_(std::move(sink)), n_lines_(size.lines) {}
  /// Writes all of it: the lines, the picture, the way below it.
  void put(std::string_view picture) const;

 private:
  Sink sink_;
  int64_t n_lines_;
};

class KittyWriter final : public GraphicsWriter {
 public:
  KittyWriter(const base::TerminalView& view, Sink sink, const ShownSize& size);
  void write_rows(std::span<const uint8_t> rows) override;
  void finish() override;

 private:
  std::string keys_;            // of the first piece
  std::vector<std::byte> png_;  // as large as the terminal at most
  std::unique_ptr<RowWriter> writer_;
};

class SixelWriter final : public GraphicsWriter {
 public:
  SixelWriter(Sink sink, const ShownSize& size);
  void write_rows(std::span<const uint8_t> rows) override;
  void finish() override;

 private:
  void put_band();

  std::string text_;
  size_t n_rows_ = 0;           // taken
  std::vector<uint8_t> bands_;  // of the six rows under way: a bit a row for every colour and column, [216, W]
  std::vector<bool> used_;      // colours that occur in them, [216]
};

}  // namespace inr::image
