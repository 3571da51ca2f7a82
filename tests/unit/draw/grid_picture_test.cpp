// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Grids drawn in bands: composition, missing cells, the same bytes for every way to do it.
#include "draw/grid_picture.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "draw/grid_cell.hpp"
#include "drawing.hpp"
#include "image/compose.hpp"
#include "image/decode.hpp"
#include "image/png_text.hpp"
#include "image/quantize.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Format;
using draw::Mode;
using draw::Request;

namespace {

Request grid_of(int64_t width, int64_t height, Format format = Format::kPng) {
  Request request;
  request.width = width;
  request.height = height;
  request.format = format;
  return request;
}

std::vector<uint8_t> levels(std::span<const float> planes) {  // [3, H, W] -> [H, W, 3]
  std::vector<float> values(planes.size());
  const size_t n = planes.size() / 3;
  for (size_t i = 0; i < planes.size(); ++i) values[i % n * 3 + i / n] = planes[i];
  std::vector<uint8_t> out(values.size());
  image::quantize8(values, out);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(cells_stand_in_order_without_gaps_and_white_where_missing) {
  const model::ModelConfig config = test::small_model();
  const test::Bytes png = test::draw_bytes(grid_of(20, 12), {test::function_stream(config, 5)});
  const image::Image picture = image::decode(png, "a grid");
  BOOST_TEST_REQUIRE(picture.width == 60);
  BOOST_TEST_REQUIRE(picture.height == 24);
  for (int64_t cell = 0; cell < 6; ++cell) {
    std::vector<uint8_t> want(20 * 12 * 3, 255);
    if (cell < 5) want = levels(test::whole_values(config, static_cast<uint64_t>(cell), {{}, 20, 12}));
    int worst = 0;
    for (int64_t y = 0; y < 12; ++y) {
      for (int64_t i = 0; i < 60; ++i) {
        const auto at = static_cast<size_t>(((cell / 3 * 12 + y) * 60 + cell % 3 * 20) * 3 + i);
        worst = std::max(worst, std::abs(picture.rgb[at] - want[static_cast<size_t>(y * 60 + i)]));
      }
    }
    // 1e-6 beside an edge between two levels
    BOOST_TEST_CONTEXT("cell " << cell) { BOOST_TEST(worst <= (cell < 5 ? 1 : 0)); }
  }
}

BOOST_AUTO_TEST_CASE(columns) {
  Request request = grid_of(4, 4);
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 5)};
  for (const auto& [n_columns, width, height] :
       {std::tuple{1, 4, 20}, std::tuple{2, 8, 12}, std::tuple{5, 20, 4}, std::tuple{7, 28, 4}}) {
    request.columns = n_columns;
    const image::Image picture = image::decode(test::draw_bytes(request, inputs), "a grid");
    BOOST_TEST(picture.width == width);
    BOOST_TEST(picture.height == height);
  }
}

BOOST_AUTO_TEST_CASE(the_same_bytes_for_every_way_to_do_it) {
  const model::ModelConfig config = test::small_model();
  const test::Bytes whole = test::function_stream(config, 5);
  test::Bytes joined = test::function_stream(config, 2);
  const test::Bytes rest = test::function_stream(config, 3, 2, false);
  const std::vector<test::Bytes> parts = {joined, rest};
  joined.insert(joined.end(), rest.begin(), rest.end());
  for (const Format format : {Format::kPng, Format::kPng16, Format::kJpeg, Format::kPpm}) {
    const Request request = grid_of(45, 37, format);
    const test::Bytes want = test::draw_bytes(request, {whole});
    BOOST_TEST(want.size() > 500);
    BOOST_TEST((test::draw_bytes(request, {joined}) == want));
    BOOST_TEST((test::draw_bytes(request, parts) == want));
    for (const int n_threads : {1, 2, 3}) {
      for (const int64_t memory_bytes : {int64_t{1}, int64_t{40000}, int64_t{200000}, int64_t{1} << 30}) {
        for (const int64_t n_in_flight : {0, 1, 2, 64}) {
          BOOST_TEST_CONTEXT(n_threads << " threads, " << memory_bytes << " bytes, " << n_in_flight << " in flight") {
            BOOST_TEST((test::draw_bytes(request, {whole}, {n_threads, memory_bytes, n_in_flight}) == want));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_picture_says_what_it_shows) {
  const test::Bytes stream = test::function_stream(test::small_model(), 3);
  const auto text_of = [&](Request request) {
    const test::Bytes png = test::draw_bytes(std::move(request), {stream});
    const image::PngReport report = image::inspect_png(png);
    return std::map<std::string, std::string>(report.text.begin(), report.text.end());
  };
  auto text = text_of(grid_of(8, 8));
  BOOST_TEST(text.at("inr.command") == "inr-sample --seed 5 -n 3 | inr-render --res 8x8");
  BOOST_TEST(text.at("inr.model") == "0123abcd");
  BOOST_TEST(!text.contains("inr.seed"));
  Request request = grid_of(8, 8);
  request.select = {2};
  text = text_of(request);
  BOOST_TEST(text.at("inr.command") == "inr-sample --seed 5 -n 3 | inr-render --res 8x8 --select 2");
  BOOST_TEST(text.at("inr.seed") == "5");
  BOOST_TEST(text.at("inr.index") == "2");
}

BOOST_AUTO_TEST_CASE(whole_records_of_a_cut_stream_are_drawn) {
  const model::ModelConfig config = test::small_model();
  test::Bytes cut = test::function_stream(config, 5);
  cut.resize(cut.size() - 100);  // within the last record
  test::Bytes png;
  BOOST_CHECK_EXCEPTION(test::draw_bytes(grid_of(8, 8), {cut}, {}, &png), store::StreamError,
                        [](const store::StreamError& error) {
                          return std::string(error.what()).find("cut short after 4 of 5 records") != std::string::npos;
                        });
  BOOST_TEST((png == test::draw_bytes(grid_of(8, 8), {test::function_stream(config, 4)})));
  // Without a whole record nothing is opened.
  cut.resize(1000);
  png.clear();
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {cut}, {}, &png), store::StreamError);
  BOOST_TEST(png.empty());
}

BOOST_AUTO_TEST_CASE(records_of_other_sizes) {
  const model::ModelConfig config = test::small_model();
  model::ModelConfig larger = config;
  larger.resolution = 32;
  larger.blocks[1].resolution = 32;
  larger.blocks[0].resolution = 16;
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 1), test::function_stream(larger, 1)};
  Request request;
  request.format = Format::kPng;
  BOOST_CHECK_EXCEPTION(test::draw_bytes(request, inputs), base::DataError, [](const base::DataError& error) {
    return std::string(error.what()).find("a record of 32x32 pixels among those of 16x16; give one size with --res") !=
           std::string::npos;
  });
  const image::Image picture = image::decode(test::draw_bytes(grid_of(10, 10), inputs), "a grid");
  BOOST_TEST(picture.width == 20);
}

BOOST_AUTO_TEST_CASE(too_large_for_jpeg) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 1)};
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(65536, 1, Format::kJpeg), inputs), base::UsageError);
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(1 << 21, 1), inputs), base::UsageError);
}

BOOST_AUTO_TEST_CASE(an_empty_input) {
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {test::function_stream(test::small_model(), 0)}), base::DataError);
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {test::Bytes{}}), store::StreamError);
}

BOOST_AUTO_TEST_CASE(progress_can_stop_the_work) {
  struct Stop {};
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    draw::RecordSpool spool(1 << 20);
    const test::MemoryInputs inputs({test::function_stream(test::small_model(), 3)});
    draw::RecordSource source = inputs.source();
    for (draw::Record record; source.next(record);) spool.push(std::move(record));
    field::WorkerPool pool(2);
    uint64_t last = 0;
    const draw::DrawOptions options{&pool, memory_bytes, 0, "", [&](uint64_t done, uint64_t total) {
                                      BOOST_TEST(total == 24);
                                      BOOST_TEST(done >= last);
                                      last = done;
                                      if (done >= 12) throw Stop();
                                    }};
    const draw::OpenOutput open = [] { return draw::OutputTarget{[](std::span<const std::byte>) {}, {}}; };
    BOOST_CHECK_THROW(draw::draw_grid(grid_of(12, 12), spool, open, options), Stop);
  }
}

namespace {

// A part of a picture, [h, w, 3].
std::vector<uint8_t> cut(const image::Image& picture, int64_t x0, int64_t y0, int64_t width, int64_t height) {
  std::vector<uint8_t> out;
  for (int64_t y = y0; y < y0 + height; ++y) {
    const auto row = picture.row(y).subspan(static_cast<size_t>(3 * x0), static_cast<size_t>(3 * width));
    out.insert(out.end(), row.begin(), row.end());
  }
  return out;
}

Request comparison() {
  Request request;
  request.mode = Mode::kSuperres;
  request.width = 72;  // 4.5 times 16: cells of 4 and 5 pixels
  request.height = 64;
  request.compare = draw::parse_compare("nearest,bilinear,bicubic,lanczos");
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(filters_stand_beside_the_function) {
  using image::Filter;
  const model::ModelConfig config = test::small_model();
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 3)};
  const image::Image picture = image::decode(test::draw_bytes(comparison(), inputs), "a comparison");
  BOOST_TEST_REQUIRE(picture.width == 5 * 72);
  BOOST_TEST_REQUIRE(picture.height == 11 + 3 * 64);
  for (const int64_t record : {0, 1, 2}) {
    Request plain = grid_of(0, 0);
    plain.select = {static_cast<uint64_t>(record)};
    const image::Image small = image::decode(test::draw_bytes(plain, inputs), "a picture of training");
    BOOST_TEST_REQUIRE(small.width == 16);
    plain.width = 72;
    plain.height = 64;
    const int64_t top = 11 + 64 * record;
    for (const auto& [column, filter] : {std::pair{1, Filter::kBilinear}, {2, Filter::kBicubic}, {3, Filter::kLanczos}})
      BOOST_TEST((cut(picture, 72 * column, top, 72, 64) == image::resize(small, 72, 64, filter).rgb));
    for (int64_t y = 0; y < 64; ++y) {
      for (int64_t x = 0; x < 72; ++x) {
        const auto nearest = cut(small, (2 * x + 1) * 16 / 144, y / 4, 1, 1);  // the pixel with the centre in it
        BOOST_TEST_REQUIRE((cut(picture, x, top + y, 1, 1) == nearest));
      }
    }
    BOOST_TEST((cut(picture, 4 * 72, top, 72, 64) == image::decode(test::draw_bytes(plain, inputs), "inr").rgb));
  }
}

BOOST_AUTO_TEST_CASE(comparisons_and_labels_are_the_same_bytes_for_every_way_to_do_it) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 3)};
  for (const Format format : {Format::kPng, Format::kPng16}) {
    Request request = comparison();
    request.format = format;
    request.labels = true;
    const test::Bytes want = test::draw_bytes(request, inputs);
    const image::Image picture = image::decode(want, "a comparison");
    BOOST_TEST_REQUIRE(picture.height == 11 + 3 * (64 + 11));
    // A record's label stands under its first cell.
    const std::vector<uint8_t> white(size_t{4} * 72 * 11 * 3, 255);
    for (const int64_t record : {0, 1, 2}) {
      const int64_t top = 11 + 64 + record * (64 + 11);
      BOOST_TEST(std::ranges::count(cut(picture, 0, top, 72, 11), 0) > 30);
      BOOST_TEST((cut(picture, 72, top, 4 * 72, 11) == white));
    }
    for (const int64_t memory_bytes : {int64_t{1}, int64_t{100000}, int64_t{1} << 30}) {
      for (const int n_threads : {1, 3})
        BOOST_TEST((test::draw_bytes(request, inputs, {n_threads, memory_bytes, 0}) == want));
    }
  }
}

BOOST_AUTO_TEST_CASE(filters_in_16_bit_keep_black_white_and_all_between) {
  draw::GridCell cell;
  cell.job.plan = std::make_shared<model::GridPlan>(plan_grid(test::small_model(), {{}, 2, 1}));
  cell.small = std::make_shared<image::Image>(image::Image{2, 1, {0, 1, 127, 128, 254, 255}});
  std::vector<uint16_t> samples(6);
  draw::CellDrawing(cell).rows(0, 1, std::span(samples), 1, nullptr, [] {});
  BOOST_TEST((samples == std::vector<uint16_t>{0, 257, 32639, 32896, 65278, 65535}));
}

BOOST_AUTO_TEST_CASE(comparisons_that_cannot_be) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 1)};
  Request request = comparison();
  request.height = 15;
  BOOST_CHECK_EXCEPTION(test::draw_bytes(request, inputs), base::UsageError, [](const base::UsageError& error) {
    return std::string(error.what()).find("16x16 pixels; 72x15 is smaller") != std::string::npos;
  });
  request = comparison();
  request.window = {-2000, -2000, 2000, 2000};
  request.width = request.height = 64000;
  BOOST_CHECK_EXCEPTION(test::draw_bytes(request, inputs), base::UsageError, [](const base::UsageError& error) {
    return std::string(error.what()).find("has to fit into memory") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(labels_stand_under_their_cells) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 6)};
  Request request = grid_of(60, 40);
  const image::Image plain = image::decode(test::draw_bytes(request, inputs), "a grid");
  request.labels = true;
  const image::Image labelled = image::decode(test::draw_bytes(request, inputs), "a grid with labels");
  BOOST_TEST_REQUIRE(labelled.height == 2 * (40 + 11));
  for (const int64_t row : {0, 1}) {
    BOOST_TEST((cut(labelled, 0, 51 * row, 180, 40) == cut(plain, 0, 40 * row, 180, 40)));
    for (const int64_t column : {0, 1, 2}) {
      // "seed 5 #4" would take 53 pixels.
      const std::string text = "seed 5 #" + std::to_string(3 * row + column);
      image::Image strip = image::make_image(60, 11);
      image::draw_text(strip, (60 - 53) / 2, 2, text, image::kBlack);
      BOOST_TEST((cut(labelled, 60 * column, 51 * row + 40, 60, 11) == strip.rgb));
    }
  }
  // A selection is labelled by what it selects; a narrow cell takes fewer characters.
  request.select = {4, 2};
  request.width = 20;
  const image::Image selected = image::decode(test::draw_bytes(request, inputs), "a selection");
  image::Image strip = image::make_image(20, 11);
  image::draw_text(strip, (20 - 17) / 2, 2, "5#4", image::kBlack);
  BOOST_TEST((cut(selected, 0, 40, 20, 11) == strip.rgb));
}
