// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Grids with more than functions in them: filters beside each function, labels.
#include <algorithm>

#include "base/error.hpp"
#include "draw/grid_cell.hpp"
#include "drawing.hpp"
#include "image/compose.hpp"
#include "image/decode.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;

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

Request grid_of(int64_t width, int64_t height) {
  Request request;
  request.width = width;
  request.height = height;
  request.format = &draw::parse_format("png");
  return request;
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
  for (const char* const format : {"png", "png16"}) {
    Request request = comparison();
    request.format = &draw::parse_format(format);
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
