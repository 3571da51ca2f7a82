// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures shown while they are drawn: the same rows as in the output, in order, films in their place and at their
// pace.
#include "draw/shown_picture.hpp"

#include <chrono>
#include <string>

#include "image/encode.hpp"
#include "image/png_writer.hpp"
#include "image/ppm_writer.hpp"
#include "image/quantize.hpp"
#include "support/test.hpp"
#include "unit/draw/drawing.hpp"

namespace {

using namespace inr;
using draw::PictureShow;
using draw::Preview;

/// What the terminal gets, call by call.
struct Screen {
  std::vector<std::string> pieces;
  [[nodiscard]] image::Sink sink() {
    return [this](std::span<const std::byte> bytes) {
      pieces.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }
};

draw::Request request_of(draw::Mode mode, std::string_view format, std::optional<int64_t> fps = {}) {
  draw::Request request;
  request.mode = mode;
  request.format = &draw::parse_format(format);
  request.fps = fps;
  return request;
}

/// Values of a picture of one colour a row.
std::vector<float> values_of(int64_t width, int64_t height) {
  std::vector<float> values;
  for (int64_t i = 0; i < width * height * 3; ++i) {
    values.push_back(static_cast<float>(i / 3 / width) / static_cast<float>(height) - 0.3F * static_cast<float>(i % 3));
  }
  return values;
}

std::vector<uint8_t> quantized(std::span<const float> values) {
  std::vector<uint8_t> samples(values.size());
  image::quantize8(values, samples);
  return samples;
}

/// The picture as the image folder writes it for a terminal.
std::string direct(const base::TerminalView& view, std::span<const uint8_t> samples, int64_t width, int64_t height) {
  Screen screen;
  const auto writer = image::make_terminal_writer(view, screen.sink(), width, height);
  writer->write_rows(samples);
  writer->finish();
  return screen.text();
}

/// What the terminal gets while records are drawn, and where the bytes go.
std::string shown_records(const draw::Request& asked, const std::vector<test::Bytes>& inputs, int n_threads,
                          int64_t memory_bytes, test::Bytes& bytes) {
  draw::Request request = asked;
  draw::complete(request, {});
  Screen screen;
  PictureShow show({}, screen.sink(), request);
  const test::MemoryInputs memory(inputs);
  draw::RecordSource records = memory.source(request.select);
  base::WorkerPool pool(n_threads);
  draw::DrawOptions options{&pool, memory_bytes, 0, "inr-render 0", {}, {}};
  options.show = &show;
  const draw::OpenOutput open = [&] {
    draw::OutputTarget target;
    target.write = [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    return target;
  };
  if (draw::is_sequence(request)) {
    draw::draw_pictures(request, records, std::nullopt, open, options);
  } else {
    draw::draw_records(request, records, open, options);
  }
  return screen.text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shown_picture)

BOOST_AUTO_TEST_CASE(previews_are_shown_whole_and_in_order) {
  base::TerminalView view;
  Screen screen;
  PictureShow show(view, screen.sink(), request_of(draw::Mode::kEach, "ppm"));
  const std::vector<float> small = values_of(6, 5), large = values_of(300, 200);
  Preview first = show.preview(6, 5), second = show.preview(300, 200);
  for (size_t y = 0; y < 200; y += 8) second.take(std::span(large).subspan(y * 900, 8 * 900));
  first.take(small);
  BOOST_TEST(screen.pieces.empty());
  show.show(first);
  show.show(second);
  BOOST_TEST_REQUIRE(screen.pieces.size() == 2U);
  BOOST_TEST(screen.pieces[0] == direct(view, quantized(small), 6, 5));
  BOOST_TEST(screen.pieces[1] == direct(view, quantized(large), 300, 200));
  BOOST_TEST((second.size() == image::ShownSize{69, 46, 69, 23}));
  BOOST_TEST(static_cast<int64_t>(second.rows().size()) == show.preview_bytes(300, 200));
}

BOOST_AUTO_TEST_CASE(rows_go_to_both) {
  for (const image::RowWriterMaker make : {image::make_ppm_writer, image::make_png16_writer}) {
    base::TerminalView view;
    Screen screen;
    PictureShow show(view, screen.sink(), request_of(draw::Mode::kGrid, "png"));
    const std::vector<float> values = values_of(20, 11);
    std::vector<std::byte> plain, beside;
    for (auto* bytes : {&plain, &beside}) {
      auto writer = make(image::sink_into(*bytes), 20, 11, {}, {});
      if (bytes == &beside) writer = show.beside(std::move(writer), 20, 11);
      if (writer->bits() == 16) {
        std::vector<uint16_t> samples(values.size());
        image::quantize16(values, samples);
        writer->write_rows16(samples);
      } else {
        const std::vector<uint8_t> samples = quantized(values);
        writer->write_rows(std::span(samples).first(4 * 60));
        if (bytes == &beside) BOOST_TEST(screen.pieces.size() == 2U);  // while it is drawn
        writer->write_rows(std::span(samples).subspan(4 * 60));
      }
      writer->finish();
    }
    BOOST_TEST((plain == beside));
    BOOST_TEST(screen.pieces.size() == 6U);
    if (make == &image::make_ppm_writer) BOOST_TEST(screen.text() == direct(view, quantized(values), 20, 11));
  }
}

BOOST_AUTO_TEST_CASE(frames_take_the_place_of_those_before) {
  using Clock = std::chrono::steady_clock;
  base::TerminalView view;
  for (const bool moves : {true, false}) {
    view.moves = moves;
    Screen screen;
    PictureShow show(view, screen.sink(), request_of(draw::Mode::kEach, "y4m", 20));
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < 4; ++i) {
      Preview frame = show.preview(6, 5);
      frame.take(values_of(6, 5));
      show.show(frame);
    }
    BOOST_TEST((Clock::now() - begin >= std::chrono::milliseconds(150)));  // 0, 50, 100, 150 ms
    const std::string frame = direct(view, quantized(values_of(6, 5)), 6, 5), up = moves ? "\033[3A" : "";
    BOOST_TEST(screen.text() == frame + up + frame + up + frame + up + frame);
  }
}

BOOST_AUTO_TEST_CASE(a_zoom_between_windows_is_a_film_in_any_format) {
  draw::Request request = request_of(draw::Mode::kZoom, "png", 1000);
  request.to = model::Window{};
  Screen screen;
  PictureShow show({}, screen.sink(), request);
  for (int i = 0; i < 2; ++i) {
    const auto writer = show.beside(image::make_png_writer([](std::span<const std::byte>) {}, 6, 5), 6, 5);
    writer->write_rows(quantized(values_of(6, 5)));
    writer->finish();
  }
  BOOST_TEST(screen.text().find("\033[0m\n\033[3A\r\033[K") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_shown_does_not_depend_on_the_way_it_is_drawn) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 3)};
  // The pixels are those of the PPMs, which are written without the show.
  draw::Request request = request_of(draw::Mode::kEach, "ppm");
  request.width = 30;
  request.height = 21;
  const test::Bytes ppms = test::draw_bytes(request, inputs);
  const size_t n_header = 13, n_pixels = size_t{30} * 21 * 3;  // "P6\n30 21\n255\n"
  BOOST_TEST_REQUIRE(ppms.size() == 3 * (n_header + n_pixels));
  std::string want, film;
  for (size_t i = 0; i < 3; ++i) {
    const auto* pixels = reinterpret_cast<const uint8_t*>(ppms.data()) + (n_header + n_pixels) * i + n_header;
    const std::string picture = direct({}, {pixels, n_pixels}, 30, 21);
    film += (i == 0 ? "" : "\033[11A") + picture;
    want += picture;
  }
  for (const std::string format : {"ppm", "npy", "y4m"}) {
    request.format = &draw::parse_format(format);
    const test::Bytes bytes = test::draw_bytes(request, inputs);
    for (const int n_threads : {1, 2}) {
      for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
        test::Bytes beside;
        const std::string got = shown_records(request, inputs, n_threads, memory_bytes, beside);
        BOOST_TEST((got == (format == "y4m" ? film : want)), format << memory_bytes);
        BOOST_TEST((beside == bytes));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_grid_is_shown_line_by_line) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 3)};
  draw::Request request = request_of(draw::Mode::kGrid, "ppm");
  request.width = request.height = 60;
  const test::Bytes ppm = test::draw_bytes(request, inputs);
  const size_t n_pixels = size_t{120} * 120 * 3;
  const auto* pixels = reinterpret_cast<const uint8_t*>(ppm.data() + ppm.size() - n_pixels);
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    test::Bytes beside;
    BOOST_TEST((shown_records(request, inputs, 2, memory_bytes, beside) == direct({}, {pixels, n_pixels}, 120, 120)));
    BOOST_TEST((beside == ppm));
  }
}

BOOST_AUTO_TEST_SUITE_END()
