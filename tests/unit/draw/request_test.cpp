// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a command line asks to be drawn, completed and written down again.
#include "draw/request.hpp"

#include <map>

#include "base/error.hpp"
#include "draw/draw_options.hpp"
#include "draw/frame_pattern.hpp"
#include "draw/zoom.hpp"
#include "requests.hpp"
#include "support/small_models.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;
using namespace inr::test;

namespace {

std::string refusal(Request request, const std::string& output = {}) {
  try {
    draw::complete(request, output);
    draw::numbered_files(request, output);
  } catch (const base::UsageError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(formats_follow_the_name_of_the_output) {
  const std::map<std::string, std::string> names = {
      {"", "png"},      {"-", "png"},     {"a.png", "png"}, {"A.JPG", "jpg"},   {"a.jpeg", "jpg"},
      {"x.d/a", "png"}, {"a.ppm", "ppm"}, {"a.npy", "npy"}, {"a.png16", "png"}, {"/dev/null", "png"}};
  for (const auto& [name, format] : names) {
    BOOST_TEST_CONTEXT(name) { BOOST_TEST(completed({}, name).format->name == format); }
  }
  BOOST_TEST(completed(film(), "-").format->name == "y4m");
  BOOST_TEST(completed(film(), "frames/%04d.png").format->name == "png");
  Request given;
  given.format = &draw::parse_format("ppm");
  BOOST_TEST(completed(given, "a.png").format->name == "ppm");
  BOOST_TEST(refusal(of(Mode::kEach), "film.mp4").find(".mp4 is not written here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_row_of_the_table_can_be_asked_for_and_is_listed) {
  const std::string listed = draw::format_names(), helped = draw::format_help();
  std::string refused;
  try {
    (void)draw::parse_format("gif");
  } catch (const base::UsageError& error) {
    refused = error.what();
  }
  BOOST_TEST(refused.ends_with("use " + listed));
  BOOST_TEST(listed.starts_with("png, png16, "));
  BOOST_TEST(draw::format_names(&draw::Format::is_film) == "y4m");
  BOOST_TEST(draw::format_words().size() == draw::formats().size());
  for (const draw::Format& format : draw::formats()) {
    BOOST_TEST_CONTEXT(format.name) {
      BOOST_TEST(&draw::parse_format(format.name) == &format);
      BOOST_TEST(helped.find(format.name) != std::string::npos);
      // A file of the usual name has this format, or that of an earlier row with the same ending.
      BOOST_TEST(draw::format_of_output("a." + std::string(format.ending), false).ending == format.ending);
      // Every format is written in some way, and in the ways that what it holds allows.
      BOOST_TEST((format.make_still == nullptr) == format.joins_pictures());
      BOOST_TEST((format.make_encoding == nullptr) == format.is_pyramid());
      BOOST_TEST(format.bytes_per_value > 0);
    }
  }
  BOOST_TEST(&draw::parse_format("jpeg") == &draw::parse_format("jpg"));
  BOOST_CHECK_THROW(draw::parse_format(""), base::UsageError);
  BOOST_CHECK_THROW(draw::parse_format("dzi"), base::UsageError);
}

BOOST_AUTO_TEST_CASE(contradictions_are_refused) {
  Request request = of(Mode::kGrid);
  request.to = model::Window{};
  BOOST_TEST(refusal(request).find("say inr-render zoom") != std::string::npos);
  request = of(Mode::kZoom);
  request.n_frames = 10;
  BOOST_TEST(refusal(request).find("--to x0,y0,x1,y1") != std::string::npos);
  request = of(Mode::kZoom);
  request.select = {3, 4};
  BOOST_TEST(refusal(request).find("names 2") != std::string::npos);
  request = of(Mode::kEach);
  request.columns = 2;
  BOOST_TEST(refusal(request, "%d.png").find("each has none") != std::string::npos);
  request = of(Mode::kGrid);
  BOOST_TEST(refusal(request, "a.y4m").find("one picture and y4m holds films") != std::string::npos);
  BOOST_TEST(refusal(of(Mode::kEach)).find("-o 'DIR/%06d.png'") != std::string::npos);
  BOOST_TEST(refusal(of(Mode::kEach), "a.jpg").find("-o 'a-%d.jpg'") != std::string::npos);
  BOOST_TEST(refusal(of(Mode::kEach), "%03d.npy").find("one file for all") != std::string::npos);
  BOOST_TEST(refusal(of(Mode::kEach), "a%03d.png").empty());
  BOOST_TEST(refusal(of(Mode::kEach), "a.ppm").empty());
  BOOST_TEST(refusal(of(Mode::kGrid), "100%.png").empty());  // a name as it stands
}

BOOST_AUTO_TEST_CASE(one_picture_or_a_sequence) {
  BOOST_TEST(!draw::is_sequence(completed(of(Mode::kGrid))));
  BOOST_TEST(!draw::is_sequence(completed(of(Mode::kZoom))));
  BOOST_TEST(draw::is_sequence(completed(of(Mode::kEach), "%d.png")));
  BOOST_TEST(draw::is_sequence(completed(film())));
  BOOST_TEST(draw::is_sequence(completed(of(Mode::kSuperres), "a.npy")));
  BOOST_TEST((completed(of(Mode::kZoom)).select == std::vector<uint64_t>{0}));
  BOOST_TEST(completed(film()).n_frames.value() == draw::kDefaultFrames);
}

BOOST_AUTO_TEST_CASE(sizes) {
  const model::ModelConfig config = test::small_model();  // 16 x 16
  const model::Window beyond{-0.25, 0, 1.25, 0.5};
  const auto size = [&](const Request& request, const model::Window& window) {
    const model::GridPlan plan = plan_grid(config, grid_request(request, config, window));
    return std::to_string(plan.width()) + "x" + std::to_string(plan.height());
  };
  BOOST_TEST(size(completed(of(Mode::kGrid)), {}) == "16x16");
  BOOST_TEST(size(completed(of(Mode::kGrid)), beyond) == "24x8");
  BOOST_TEST(size(completed(of(Mode::kSuperres)), {}) == "64x64");
  Request request = of(Mode::kSuperres);
  request.scale = 2.5;
  BOOST_TEST(size(completed(request), beyond) == "60x20");
  request.scale = 0.001;
  BOOST_CHECK_THROW(size(completed(request), beyond), base::UsageError);
  request.scale = 1e6;
  BOOST_CHECK_THROW(size(completed(request), beyond), base::UsageError);
  request = of(Mode::kSuperres);
  request.width = 7;
  request.height = 9;
  BOOST_TEST(size(completed(request), beyond) == "7x9");
  // All frames of a film have the size of the first.
  request = film();
  request.window = beyond;
  BOOST_TEST(size(completed(request), *request.to) == "24x8");
}

BOOST_AUTO_TEST_CASE(zoom_keeps_pace_and_fixed_point) {
  const model::Window from{0, 0, 1, 1};
  const model::Window to{0.6, 0.2, 0.7, 0.3};
  // x = (x - 0.6) / 0.1 has the solution 2/3; y = (y - 0.2) / 0.1: 2/9.
  const double fixed_x = 2.0 / 3;
  const double fixed_y = 2.0 / 9;
  double last = 1;
  for (int64_t i = 0; i < 11; ++i) {
    const model::Window w = draw::zoom_window(from, to, i, 11);
    const double size = w.x1 - w.x0;
    if (i > 0) BOOST_TEST(std::abs(size / last - std::pow(0.1, 0.1)) < 1e-12);
    BOOST_TEST(std::abs((fixed_x - w.x0) / size - fixed_x) < 1e-12);
    BOOST_TEST(std::abs((fixed_y - w.y0) / (w.y1 - w.y0) - fixed_y) < 1e-12);
    last = size;
  }
  BOOST_TEST((draw::zoom_window(from, to, 0, 11) == from));
  BOOST_TEST((draw::zoom_window(from, to, 10, 11) == to));
  BOOST_TEST((draw::zoom_window(from, to, 0, 1) == from));
  // Windows of one size, and of nearly one: a steady pan.
  for (const double excess : {0.0, 1e-13, 1e-9}) {
    const model::Window middle = draw::zoom_window({0, 0, 1, 1}, {2, -1, 3 + excess, 0}, 1, 3);
    BOOST_TEST(std::abs(middle.x0 - 1) < 1e-8);
    BOOST_TEST(std::abs(middle.x1 - 2) < 1e-8);
    BOOST_TEST(std::abs(middle.y0 + 0.5) < 1e-12);
  }
  BOOST_CHECK_THROW(draw::zoom_window(from, to, 3, 3), std::logic_error);
}

BOOST_AUTO_TEST_CASE(amounts_of_memory) {
  BOOST_TEST(draw::parse_bytes("1") == 1);
  BOOST_TEST(draw::parse_bytes("512K") == 524288);
  BOOST_TEST(draw::parse_bytes("256M") == int64_t{256} << 20);
  BOOST_TEST(draw::parse_bytes("2G") == int64_t{2} << 30);
  for (const char* text : {"", "0", "-1", "M", "1.5G", "1T", "1MB", "99999999999999999999", "9999999999G", "1 M"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_THROW(draw::parse_bytes(text), base::UsageError); }
  }
}

BOOST_AUTO_TEST_CASE(filters_to_compare_with) {
  using image::Filter;
  BOOST_TEST((draw::parse_compare("nearest,bilinear,bicubic,lanczos") ==
              std::vector{Filter::kBox, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}));
  BOOST_TEST((draw::parse_compare("bicubic") == std::vector{Filter::kBicubic}));
  for (const char* text : {"", "box", "nearest,", ",nearest", "nearest,,bicubic", "nearest bicubic", "Lanczos"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_THROW(draw::parse_compare(text), base::UsageError); }
  }
}

BOOST_AUTO_TEST_CASE(parts_of_a_picture_and_of_a_film) {
  Request request = of(Mode::kGrid);
  request.compare = {image::Filter::kBicubic};
  BOOST_TEST(refusal(request).find("say inr-render superres") != std::string::npos);
  request.mode = Mode::kSuperres;
  BOOST_TEST(refusal(request).empty());
  BOOST_TEST(refusal(request, "a.npy").find("npy holds the functions' values") != std::string::npos);
  request.columns = 2;
  BOOST_TEST(refusal(request).find("a row is one record") != std::string::npos);
  for (const Mode mode : {Mode::kGrid, Mode::kSuperres, Mode::kEach, Mode::kZoom}) {
    request = of(mode);
    request.labels = true;
    const bool has_cells = mode == Mode::kGrid || mode == Mode::kSuperres;
    BOOST_TEST(refusal(request, mode == Mode::kEach ? "%d.png" : "a.png").empty() == has_cells);
  }
  request = of(Mode::kEach);
  request.fps = 25;
  BOOST_TEST(refusal(request, "a.y4m").empty());
  BOOST_TEST(refusal(request, "%d.png").find("--fps is the pace of a film in y4m") != std::string::npos);
  request = of(Mode::kEach);
  request.srgb = true;
  BOOST_TEST(refusal(request, "%d.png").empty());
  BOOST_TEST(refusal(request, "%d.jpg").empty());
  BOOST_TEST(refusal(request, "a.ppm").find("--srgb marks PNG files") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(misspelt_modes) {
  const auto told = [](const std::string& word) -> std::string {
    try {
      draw::refuse_misspelt_mode(word);
    } catch (const base::UsageError& error) {
      return error.what();
    }
    return {};
  };
  BOOST_TEST(told("gird") == "\"gird\" is neither a mode nor a file; did you mean grid?");
  BOOST_TEST(told("zom").find("did you mean zoom?") != std::string::npos);
  BOOST_TEST(told("superes").find("did you mean superres?") != std::string::npos);
  for (const char* word : {"s.inr", "-", "samples", "", "."}) BOOST_TEST(told(word).empty());
  BOOST_CHECK_THROW(draw::refuse_late_mode({"s.inr", "each"}), base::UsageError);
  draw::refuse_late_mode({"s.inr", "gird"});
}
