// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that are not held whole: they leave while they are drawn, into a file or into tiles.
#include <algorithm>
#include <atomic>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "drawing.hpp"
#include "image/decode.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

draw::Request request_of(int64_t width, int64_t height, std::string_view format) {
  draw::Request request;
  request.width = width;
  request.height = height;
  request.format = &draw::parse_format(format);
  return request;
}

void draw_one(const draw::Request& request, const draw::OpenOutput& open, int n_threads,
              const std::function<void(uint64_t, uint64_t)>& progress = {}, int n_records = 1,
              const std::function<void()>& check = {}) {
  const test::MemoryInputs inputs({test::function_stream(test::small_model(), n_records)});
  draw::RecordSource records = inputs.source();
  base::WorkerPool pool(n_threads);
  draw::DrawOptions options{&pool, int64_t{1} << 30, 0, "", progress};
  options.check = check;
  draw::draw_records(request, records, open, options);
}

struct Stop {};

}  // namespace

BOOST_AUTO_TEST_CASE(a_large_cell_leaves_while_it_is_drawn) {
  constexpr uint64_t kWidth = 2000, kHeight = 1200;
  for (const int n_threads : {1, 3}) {
    size_t n_bytes = 0, n_steps = 0;
    const draw::OpenOutput open = [&] {
      draw::OutputTarget target;
      target.write = [&](std::span<const std::byte> bytes) { n_bytes += bytes.size(); };
      return target;
    };
    const auto progress = [&](uint64_t done, uint64_t total) {
      BOOST_TEST(total == kHeight);
      BOOST_TEST(n_bytes >= done * kWidth * 3);  // what counts as done has been written
      if (done > 0 && done < total) ++n_steps;
    };
    draw_one(request_of(kWidth, kHeight, "ppm"), open, n_threads, progress);
    BOOST_TEST(n_steps > 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_row_of_large_cells_leaves_while_it_is_drawn) {
  constexpr uint64_t kCell = 1200, kWidth = 2 * kCell;
  for (const int n_threads : {1, 2, 3}) {
    size_t n_bytes = 0, n_steps = 0;
    uint64_t last = 0;
    const draw::OpenOutput open = [&] {
      draw::OutputTarget target;
      target.write = [&](std::span<const std::byte> bytes) { n_bytes += bytes.size(); };
      return target;
    };
    const auto progress = [&](uint64_t done, uint64_t total) {
      BOOST_TEST(total == kCell);
      BOOST_TEST(n_bytes >= done * kWidth * 3);                                                  // done is written
      BOOST_TEST((done - last) * kWidth <= (size_t{1} << 20) * static_cast<size_t>(n_threads));  // and that soon
      if (done > last && done < total) ++n_steps;
      last = done;
    };
    draw_one(request_of(kCell, kCell, "ppm"), open, n_threads, progress, 2);
    BOOST_TEST(n_steps > 0U);
    BOOST_TEST(last == kCell);
  }
}

BOOST_AUTO_TEST_CASE(threads_that_draw_a_cell_each_can_be_stopped_and_what_was_drawn_stays) {
  constexpr uint64_t kCell = 1200, kWidth = 2 * kCell;
  for (const int n_threads : {1, 2}) {
    size_t n_bytes = 0;
    std::atomic<int> n_checks = 0;
    const draw::OpenOutput open = [&] {
      draw::OutputTarget target;
      target.write = [&](std::span<const std::byte> bytes) { n_bytes += bytes.size(); };
      return target;
    };
    int n_checks_at_first_rows = 0;
    const auto progress = [&](uint64_t done, uint64_t) {
      if (done > 0 && n_checks_at_first_rows == 0) n_checks_at_first_rows = n_checks;
    };
    const auto check = [&] {
      ++n_checks;
      if (n_checks_at_first_rows > 0) throw Stop();
    };
    BOOST_CHECK_THROW(draw_one(request_of(kCell, kCell, "ppm"), open, n_threads, progress, 2, check), Stop);
    BOOST_TEST(n_checks_at_first_rows >= 4);                     // more than one a cell and band
    BOOST_TEST(n_checks <= n_checks_at_first_rows + n_threads);  // stopped at once
    BOOST_TEST(n_bytes > kWidth * 3 * 400);
    BOOST_TEST(n_bytes < kWidth * 3 * kCell);
  }
}

BOOST_AUTO_TEST_CASE(tiles_show_the_picture) {
  const test::TemporaryFolder folder;
  const test::Bytes ppm =
      test::draw_bytes(request_of(300, 260, "ppm"), {test::function_stream(test::small_model(), 1)});
  const image::Image picture = image::decode(ppm, "ppm");
  image::DeepZoomFiles files(folder / "p.dzi");
  const draw::OpenOutput open = [&] {
    draw::OutputTarget target;
    target.pyramid = &files;
    return target;
  };
  draw_one(request_of(300, 260, "dz"), open, 2);
  files.commit();
  const image::Image tile = image::decode(base::read_file(folder / "p_files/9/1_1.png"), "tile");
  BOOST_TEST_REQUIRE(tile.width == 47);
  BOOST_TEST_REQUIRE(tile.height == 7);
  for (int64_t y = 0; y < 7; ++y) BOOST_TEST(std::ranges::equal(tile.row(y), picture.row(253 + y).subspan(3 * 253)));
}

BOOST_AUTO_TEST_CASE(what_tiles_are_not_for) {
  draw::Request request = request_of(30, 20, "dz");
  BOOST_CHECK_NO_THROW(draw::complete(request, "p.dzi"));
  BOOST_CHECK_THROW(draw::complete(request, ""), base::UsageError);
  BOOST_CHECK_THROW(draw::complete(request, "-"), base::UsageError);
  request.format = nullptr;
  draw::complete(request, "deep/P.DZI");
  BOOST_TEST(request.format->name == "dz");
  BOOST_TEST(draw::parse_format("dz-jpg").ending == "dzi");
  request.mode = draw::Mode::kEach;
  BOOST_CHECK_THROW(draw::complete(request, "%d.dzi"), base::UsageError);
  request.mode = draw::Mode::kZoom;
  BOOST_CHECK_NO_THROW(draw::complete(request, "p.dzi"));
  request.to = model::Window{0, 0, 0.5, 0.5};
  BOOST_CHECK_THROW(draw::complete(request, "p.dzi"), base::UsageError);
}
