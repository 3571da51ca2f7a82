// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See jpeg_writer.hpp. libjpeg fills a block of memory; what is full is collected while the library runs and handed to
// the sink only between calls, so that an exception of the sink never passes through C frames.
#include "image/jpeg_writer.hpp"

#include <cstddef>
#include <cstdio>
// jpeglib.h needs FILE and size_t before it.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "image/codecs.hpp"

namespace inr::image {

struct JpegWriter::State {
  jpeg_error_mgr errors{};
  jpeg_compress_struct jpeg{};
  jpeg_destination_mgr destination{};
  std::jmp_buf jump{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  std::array<JOCTET, 1 << 16> block{};
  std::vector<std::byte> pending;
  Sink sink;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { jpeg_destroy_compress(&jpeg); }

  template <typename Body>
  void run(Body&& body) {
    if (!run_guarded(jump, body)) throw base::SystemError("cannot write a JPEG: " + base::printable(message.data()));
    if (pending.empty()) return;
    sink(pending);
    pending.clear();
  }
};

namespace {

constexpr int64_t kMaxSide = JPEG_MAX_DIMENSION;
constexpr size_t kMaxComment = 65533;

template <typename State>
State* state_of(const jpeg_compress_struct* jpeg) {
  return static_cast<State*>(jpeg->client_data);
}

}  // namespace

JpegWriter::JpegWriter(Sink sink, int64_t width, int64_t height, int quality, const TextChunks& text)
    : RowWriter(width, height) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    throw base::UsageError("a JPEG cannot have " + std::to_string(width) + " x " + std::to_string(height) +
                           " pixels; its sides are 1 to " + std::to_string(kMaxSide) + "; use PNG");
  }
  if (quality < 1 || quality > 100)
    throw base::UsageError("JPEG quality " + std::to_string(quality) + " is not in 1..100");
  state_ = std::make_unique<State>();
  State& state = *state_;
  state.sink = std::move(sink);
  state.jpeg.err = jpeg_std_error(&state.errors);
  state.jpeg.client_data = &state;
  state.errors.error_exit = [](j_common_ptr jpeg) {
    auto* self = static_cast<State*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, self->message.data());
    std::longjmp(self->jump, 1);
  };
  state.errors.output_message = [](j_common_ptr) {};
  state.destination.init_destination = [](j_compress_ptr jpeg) {
    auto* self = state_of<State>(jpeg);
    self->destination.next_output_byte = self->block.data();
    self->destination.free_in_buffer = self->block.size();
  };
  state.destination.empty_output_buffer = [](j_compress_ptr jpeg) -> boolean {
    auto* self = state_of<State>(jpeg);
    bool stored = true;
    try {
      const auto block = std::as_bytes(std::span(self->block));
      self->pending.insert(self->pending.end(), block.begin(), block.end());
    } catch (const std::bad_alloc&) {
      stored = false;
    }
    if (!stored) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    jpeg->dest->init_destination(jpeg);
    return TRUE;
  };
  state.destination.term_destination = [](j_compress_ptr) {};  // the rest of the block is taken in finish()
  std::vector<std::string> comments;
  for (const auto& [keyword, value] : text) {
    std::string& comment = comments.emplace_back(keyword);
    comment.append(": ").append(value);
    comment.resize(std::min(comment.size(), kMaxComment));
  }
  state.run([&state, &comments, quality, this] {
    jpeg_create_compress(&state.jpeg);
    state.jpeg.dest = &state.destination;
    state.jpeg.image_width = static_cast<JDIMENSION>(this->width());
    state.jpeg.image_height = static_cast<JDIMENSION>(this->height());
    state.jpeg.input_components = 3;
    state.jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&state.jpeg);
    jpeg_set_quality(&state.jpeg, quality, TRUE);
    state.jpeg.comp_info[0].h_samp_factor = state.jpeg.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&state.jpeg, TRUE);
    for (const std::string& comment : comments) {
      const auto* data = reinterpret_cast<const JOCTET*>(comment.data());
      jpeg_write_marker(&state.jpeg, JPEG_COM, data, static_cast<unsigned>(comment.size()));
    }
  });
}

JpegWriter::~JpegWriter() = default;

void JpegWriter::write_rows(std::span<const uint8_t> rows) {
  const size_t n_rows = accept(rows.size()), row_bytes = static_cast<size_t>(width()) * 3;
  for (size_t i = 0; i < n_rows; ++i) {
    state_->run([&] {
      auto* row = const_cast<JSAMPROW>(&rows[i * row_bytes]);  // libjpeg reads it only
      if (jpeg_write_scanlines(&state_->jpeg, &row, 1) != 1) ERREXIT(&state_->jpeg, JERR_CANT_SUSPEND);
    });
  }
}

void JpegWriter::finish() {
  accept_end();
  state_->run([this] { jpeg_finish_compress(&state_->jpeg); });
  const size_t n_left = state_->block.size() - state_->destination.free_in_buffer;
  state_->sink(std::as_bytes(std::span(state_->block)).first(n_left));
}

std::unique_ptr<RowWriter> make_jpeg_writer(Sink sink, int64_t width, int64_t height, const TextChunks& text,
                                            const PictureOptions& options) {
  return std::make_unique<JpegWriter>(std::move(sink), width, height, options.jpeg_quality, text);
}

}  // namespace inr::image
