// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Grids drawn in bands: composition, missing cells, the same bytes for every way to do it.
#include "draw/grid_picture.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "drawing.hpp"
#include "image/decode.hpp"
#include "image/png_text.hpp"
#include "image/quantize.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;

namespace {

Request grid_of(int64_t width, int64_t height, std::string_view format = "png") {
  Request request;
  request.width = width;
  request.height = height;
  request.format = &draw::parse_format(format);
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
  for (const char* const format : {"png", "png16", "jpg", "ppm"}) {
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
  BOOST_CHECK_EXCEPTION(test::draw_bytes(grid_of(8, 8), {cut}, {}, &png), stream::StreamError,
                        [](const stream::StreamError& error) {
                          return std::string(error.what()).find("cut short after 4 of 5 records") != std::string::npos;
                        });
  BOOST_TEST((png == test::draw_bytes(grid_of(8, 8), {test::function_stream(config, 4)})));
  // Without a whole record nothing is opened.
  cut.resize(1000);
  png.clear();
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {cut}, {}, &png), stream::StreamError);
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
  request.format = &draw::parse_format("png");
  BOOST_CHECK_EXCEPTION(test::draw_bytes(request, inputs), base::DataError, [](const base::DataError& error) {
    return std::string(error.what()).find("a record of 32x32 pixels among those of 16x16; give one size with --res") !=
           std::string::npos;
  });
  const image::Image picture = image::decode(test::draw_bytes(grid_of(10, 10), inputs), "a grid");
  BOOST_TEST(picture.width == 20);
}

BOOST_AUTO_TEST_CASE(what_one_of_the_models_cannot_do_is_refused_before_the_output_is_opened) {
  const model::ModelConfig config = test::small_model();
  const model::ModelConfig single = test::small_decoder(model::Decoder::kFmm);  // one block
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 5), test::function_stream(single, 1)};
  Request request = grid_of(20, 20);
  request.upsample_from = 1;
  test::Bytes bytes;
  BOOST_CHECK_THROW(test::draw_bytes(request, inputs, {}, &bytes), base::UsageError);
  BOOST_TEST(bytes.empty());
  request.upsample_from = 0;
  BOOST_TEST(test::draw_bytes(request, inputs).size() > 0U);
}

BOOST_AUTO_TEST_CASE(compare_needs_a_picture_of_training) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 1)};
  const auto refusal = [&](const model::Window& window) -> std::string {
    Request request = grid_of(64, 64);
    request.mode = Mode::kSuperres;
    request.compare = {image::Filter::kBox};
    request.window = window;
    try {
      test::draw_bytes(request, inputs);
    } catch (const base::UsageError& error) {
      return error.what();
    }
    return {};
  };
  BOOST_TEST(refusal({0, 0, 1, 1}).empty());
  BOOST_TEST(refusal({0, 0, 0.01, 0.01}).find("less than a pixel of it wide; give a larger --window") !=
             std::string::npos);
  BOOST_TEST(refusal({0, 0, 1, 0.01}).find("less than a pixel of it high") != std::string::npos);
  BOOST_TEST(refusal({0, 0, 5, 1}).find("80x16 pixels; 64x64 is smaller") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_large_for_jpeg) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 1)};
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(65536, 1, "jpg"), inputs), base::UsageError);
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(1 << 21, 1), inputs), base::UsageError);
}

BOOST_AUTO_TEST_CASE(an_empty_input) {
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {test::function_stream(test::small_model(), 0)}), base::DataError);
  BOOST_CHECK_THROW(test::draw_bytes(grid_of(8, 8), {test::Bytes{}}), stream::StreamError);
}

BOOST_AUTO_TEST_CASE(progress_can_stop_the_work) {
  struct Stop {};
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    size_t n_bytes = 0;
    draw::RecordSpool spool(1 << 20);
    const test::MemoryInputs inputs({test::function_stream(test::small_model(), 3)});
    draw::RecordSource source = inputs.source();
    for (draw::Record record; source.next(record);) spool.push(std::move(record));
    base::WorkerPool pool(2);
    uint64_t last = 0;
    const draw::DrawOptions options{&pool, memory_bytes, 0, "", [&](uint64_t done, uint64_t total) {
                                      BOOST_TEST(total == 24);
                                      BOOST_TEST(done >= last);
                                      BOOST_TEST(done - last <= (memory_bytes == 1 ? 1 : 12));
                                      last = done;
                                      if (done >= 12) throw Stop();
                                    }};
    const draw::OpenOutput open = [&n_bytes] {
      return draw::OutputTarget{[&n_bytes](std::span<const std::byte> bytes) { n_bytes += bytes.size(); }, {}};
    };
    BOOST_CHECK_THROW(draw::draw_grid(grid_of(12, 12, "ppm"), spool, open, options), Stop);
    BOOST_TEST(last == 12U);
    BOOST_TEST(n_bytes == 13 + 24 * 12 * 3U);  // the first row of cells, and no more: "P6\n24 24\n255\n"
  }
}
