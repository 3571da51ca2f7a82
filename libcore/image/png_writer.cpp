// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See png_writer.hpp. Chunks: PNG specification (third edition), section 5; the zlib stream around the deflated
// stripes: RFC 1950.
#include "image/png_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "image/png_stripe.hpp"

namespace inr::image {
namespace {

constexpr size_t kStripeBytes = size_t{1} << 17;
constexpr size_t kStripesPerThread = 2;
constexpr size_t kIdatBytes = size_t{1} << 15;  // an IDAT has at least these, unless it is the last
constexpr size_t kMaxIdatBytes = size_t{1} << 20;
constexpr size_t kSinkBytes = size_t{1} << 16;  // handed over at a time, at least
constexpr int64_t kMaxSide = 0x7fffffff;
constexpr size_t kChannels = 3;

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::array<std::byte, 4> big_endian(uint32_t value) {
  return {std::byte(value >> 24), std::byte(value >> 16 & 0xff), std::byte(value >> 8 & 0xff), std::byte(value & 0xff)};
}

bool is_plain(std::string_view text, bool with_newlines) {
  return std::ranges::all_of(text, [&](char c) { return (c >= ' ' && c <= '~') || (with_newlines && c == '\n'); });
}

struct Chunk {
  std::string_view name;
  std::string data;
};

/// tEXt for plain ASCII, iTXt (UTF-8, uncompressed, no language) for the rest.
Chunk text_chunk(const std::string& keyword, const std::string& text) {
  const bool good = !keyword.empty() && keyword.size() <= 79 && is_plain(keyword, false) && keyword.front() != ' ' &&
                    keyword.back() != ' ';
  if (!good)
    throw base::UsageError("'" + base::printable(keyword) + "' cannot be a PNG keyword; use 1 to 79 ASCII characters");
  if (text.find('\0') != std::string::npos)
    throw base::UsageError("the text of PNG keyword '" + keyword + "' holds a zero byte");
  if (text.size() > static_cast<size_t>(kMaxSide) / 2)
    throw base::UsageError("the text of PNG keyword '" + keyword + "' is too long for a chunk");
  if (is_plain(text, true)) return {"tEXt", keyword + '\0' + text};
  return {"iTXt", keyword + std::string(5, '\0') + text};
}

}  // namespace

struct PngWriter::State {
  Sink sink;
  Workers workers;
  size_t bits = 8, row_bytes = 0;
  size_t stripe_rows = 0, group_rows = 0;  // a group: the stripes that are made at a time
  int64_t n_rows_left = 0;
  std::vector<uint8_t> rows;  // the row before the group, then its own so far
  std::vector<PngStripe> stripes;
  uint32_t checksum = 1;                 // Adler-32 of everything filtered so far
  std::vector<std::byte> idat, pending;  // what no chunk has yet; what the sink has not yet

  void put(std::span<const std::byte> bytes) { pending.insert(pending.end(), bytes.begin(), bytes.end()); }
  void hand_over() {
    if (!pending.empty()) sink(pending);
    pending.clear();
  }
  void chunk(std::string_view name, std::span<const std::byte> data) {
    put(big_endian(static_cast<uint32_t>(data.size())));
    const size_t begin = pending.size();
    put(as_bytes(name));
    put(data);
    const auto* checked = reinterpret_cast<const Bytef*>(&pending[begin]);
    put(big_endian(static_cast<uint32_t>(::crc32_z(0, checked, pending.size() - begin))));
    if (pending.size() >= kSinkBytes) hand_over();
  }
  // Called stripe by stripe, whatever threads there are: the same bytes in the same chunks.
  void data(std::span<const std::byte> bytes, bool last) {
    idat.insert(idat.end(), bytes.begin(), bytes.end());
    if (idat.size() < kIdatBytes && !last) return;
    for (size_t at = 0; at < idat.size(); at += kMaxIdatBytes)
      chunk("IDAT", std::span(idat).subspan(at, std::min(kMaxIdatBytes, idat.size() - at)));
    idat.clear();
  }
};

namespace {

// Values in 100,000ths, from the table of the specification.
template <typename State>
void put_srgb(State& state) {
  constexpr uint32_t kGamma = 45455;  // 1 / 2.2
  constexpr std::array<uint32_t, 8> kWhiteRedGreenBlue = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
  std::vector<std::byte> points;
  for (const uint32_t value : kWhiteRedGreenBlue) {
    const auto bytes = big_endian(value);
    points.insert(points.end(), bytes.begin(), bytes.end());
  }
  state.chunk("sRGB", std::array{std::byte{0}});
  state.chunk("gAMA", big_endian(kGamma));
  state.chunk("cHRM", points);
}

}  // namespace

PngWriter::PngWriter(Sink sink, int64_t width, int64_t height, int bits, const TextChunks& text, Workers workers,
                     bool srgb)
    : RowWriter(width, height) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw base::UsageError("a PNG cannot have " + std::to_string(width) + " x " + std::to_string(height) +
                           " pixels; its sides are 1 to " + std::to_string(kMaxSide));
  }
  if (bits != 8 && bits != 16)
    throw base::UsageError("a PNG of " + std::to_string(bits) + " bits is not written; use 8 or 16");
  std::vector<Chunk> chunks;
  for (const auto& [keyword, value] : text) chunks.push_back(text_chunk(keyword, value));
  state_ = std::make_unique<State>();
  State& state = *state_;
  state.sink = std::move(sink);
  state.workers = std::move(workers);
  state.bits = static_cast<size_t>(bits);
  state.row_bytes = static_cast<size_t>(width) * kChannels * state.bits / 8;
  state.n_rows_left = height;
  state.stripe_rows = std::max<size_t>(1, kStripeBytes / (state.row_bytes + 1));
  const size_t n_stripes = state.workers.run ? kStripesPerThread * static_cast<size_t>(state.workers.n_threads) : 1;
  state.stripes = std::vector<PngStripe>(std::max<size_t>(1, n_stripes));
  state.group_rows = state.stripe_rows * state.stripes.size();
  state.rows.resize(state.row_bytes);  // zeros above the first

  state.put(as_bytes("\x89PNG\r\n\x1a\n"));
  std::array<std::byte, 13> header{};  // what is not set: compression, filter and interlace methods 0
  std::ranges::copy(big_endian(static_cast<uint32_t>(width)), header.begin());
  std::ranges::copy(big_endian(static_cast<uint32_t>(height)), header.begin() + 4);
  header[8] = static_cast<std::byte>(bits);
  header[9] = std::byte{2};  // RGB
  state.chunk("IHDR", header);
  if (srgb) put_srgb(state);
  for (const Chunk& chunk : chunks) state.chunk(chunk.name, as_bytes(chunk.data));
  state.data(as_bytes("\x78\x01"), false);  // the zlib stream begins: window of 32 KiB, fastest
  state.hand_over();
}

PngWriter::~PngWriter() = default;

int PngWriter::bits() const noexcept { return static_cast<int>(state_->bits); }

void PngWriter::write_rows(std::span<const uint8_t> rows) {
  if (state_->bits != 8) return RowWriter::write_rows(rows);
  const size_t n_rows = accept(rows.size()), row_samples = state_->row_bytes;
  for (size_t y = 0; y < n_rows; ++y) {
    const std::span<const uint8_t> row = rows.subspan(y * row_samples, row_samples);
    state_->rows.insert(state_->rows.end(), row.begin(), row.end());
    take_row();
  }
}

void PngWriter::write_rows16(std::span<const uint16_t> rows) {
  if (state_->bits != 16) return RowWriter::write_rows16(rows);
  const size_t n_rows = accept(rows.size()), row_samples = state_->row_bytes / 2;
  for (size_t y = 0; y < n_rows; ++y) {
    for (const uint16_t sample : rows.subspan(y * row_samples, row_samples)) {
      state_->rows.push_back(static_cast<uint8_t>(sample >> 8));
      state_->rows.push_back(static_cast<uint8_t>(sample & 0xff));
    }
    take_row();
  }
}

void PngWriter::take_row() {
  --state_->n_rows_left;
  if (state_->n_rows_left == 0 || state_->rows.size() == (state_->group_rows + 1) * state_->row_bytes) write_stripes();
}

void PngWriter::write_stripes() {
  State& state = *state_;
  const size_t n_rows = state.rows.size() / state.row_bytes - 1;
  const size_t n_stripes = (n_rows + state.stripe_rows - 1) / state.stripe_rows;
  const auto make = [&state, n_rows, n_stripes](int64_t i) {
    const size_t index = static_cast<size_t>(i), first = index * state.stripe_rows;
    const size_t n = std::min(state.stripe_rows, n_rows - first);
    state.stripes[index].make(std::span(state.rows).subspan(first * state.row_bytes, (n + 1) * state.row_bytes),
                              state.row_bytes, kChannels * state.bits / 8,
                              state.n_rows_left == 0 && index + 1 == n_stripes);
  };
  if (state.workers.run && n_stripes > 1) {
    state.workers.run(static_cast<int64_t>(n_stripes), make);
  } else {
    for (size_t i = 0; i < n_stripes; ++i) make(static_cast<int64_t>(i));
  }
  for (size_t i = 0; i < n_stripes; ++i) {
    const PngStripe& stripe = state.stripes[i];
    state.data(stripe.deflated(), false);
    state.checksum = static_cast<uint32_t>(
        ::adler32_combine(state.checksum, stripe.checksum(), static_cast<z_off_t>(stripe.n_filtered())));
  }
  if (state.n_rows_left == 0) state.data(big_endian(state.checksum), true);
  // The last row stays: the next stripe is filtered against it.
  std::copy(state.rows.end() - static_cast<std::ptrdiff_t>(state.row_bytes), state.rows.end(), state.rows.begin());
  state.rows.resize(state.row_bytes);
}

void PngWriter::finish() {
  accept_end();
  state_->chunk("IEND", {});
  state_->hand_over();
}

std::unique_ptr<RowWriter> make_png_writer(Sink sink, int64_t width, int64_t height, const TextChunks& text,
                                           const PictureOptions& options) {
  return std::make_unique<PngWriter>(std::move(sink), width, height, 8, text, options.workers, options.srgb);
}

std::unique_ptr<RowWriter> make_png16_writer(Sink sink, int64_t width, int64_t height, const TextChunks& text,
                                             const PictureOptions& options) {
  return std::make_unique<PngWriter>(std::move(sink), width, height, 16, text, options.workers, options.srgb);
}

}  // namespace inr::image
