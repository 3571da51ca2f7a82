// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Sequences that are not drawn to their end, and how much of them is held and kept.
#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "drawing.hpp"
#include "requests.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;
using namespace inr::test;

namespace {

// The way of draw_bytes with everything in the hands of the test.
struct Drawn {
  test::Bytes bytes;
  size_t largest_write = 0;
  bool opened = false;
};
void draw_into(Drawn& drawn, Request request, const test::Bytes& input, draw::DrawOptions options,
               const std::optional<std::string>& pattern = {}, uint64_t room = UINT64_MAX) {
  const test::MemoryInputs memory({input});
  draw::complete(request, {});
  draw::RecordSource records = memory.source(request.select);
  const draw::OpenOutput open = [&drawn, room] {
    drawn.opened = true;
    draw::OutputTarget target;
    target.write = [&drawn](std::span<const std::byte> more) {
      drawn.largest_write = std::max(drawn.largest_write, more.size());
      drawn.bytes.insert(drawn.bytes.end(), more.begin(), more.end());
    };
    target.rewrite = [&drawn](uint64_t offset, std::span<const std::byte> data) {
      std::memcpy(drawn.bytes.data() + offset, data.data(), data.size());
    };
    target.size = [&drawn, room] { return std::min<uint64_t>(drawn.bytes.size(), room); };
    return target;
  };
  draw::draw_pictures(request, records, pattern ? draw::FramePattern::parse(*pattern) : std::nullopt, open, options);
}
struct Stop {};

}  // namespace

BOOST_AUTO_TEST_CASE(one_thread_holds_no_picture_that_does_not_fit) {
  base::WorkerPool pool(1);
  const test::Bytes input = test::function_stream(test::small_model(), 1);
  Drawn small, large;
  draw_into(small, each_of("npy", 500, 500), input, {&pool, 1 << 20, 0, "", {}});
  draw_into(large, each_of("npy", 500, 500), input, {&pool, 1 << 30, 0, "", {}});
  BOOST_TEST(large.largest_write == 500 * 500 * 12U);
  BOOST_TEST(small.largest_write < 500 * 500 * 2U);
  BOOST_TEST((small.bytes == large.bytes));
}

BOOST_AUTO_TEST_CASE(an_array_that_is_not_finished_counts_what_it_holds) {
  const test::Bytes input = test::function_stream(test::small_model(), 6);
  const auto header_of = [](int n) {
    const std::array<int64_t, 4> shape = {n, 3, 5, 7};
    return base::npy_header(base::Dtype::kF32, shape);
  };
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    base::WorkerPool pool(2);
    Drawn drawn;
    const auto stop_after_two = [](uint64_t done, uint64_t) {
      if (done >= 2) throw Stop();
    };
    BOOST_CHECK_THROW(draw_into(drawn, each_of("npy", 7, 5), input, {&pool, memory_bytes, 2, "", stop_after_two}),
                      Stop);
    BOOST_TEST(text(drawn.bytes, 0, 128) == header_of(2));
    BOOST_TEST(drawn.bytes.size() == 128 + 2 * 7 * 5 * 12U);
    // A disc that kept less than was given to it.
    Drawn full;
    BOOST_CHECK_THROW(draw_into(full, each_of("npy", 7, 5), input, {&pool, memory_bytes, 2, "", stop_after_two}, {},
                                128 + 7 * 5 * 12 + 100),
                      Stop);
    BOOST_TEST(text(full.bytes, 0, 128) == header_of(1));
  }
}

BOOST_AUTO_TEST_CASE(files_that_are_complete_stay_when_the_work_is_stopped) {
  for (const int n_threads : {1, 2}) {
    const test::TemporaryFolder folder;
    base::WorkerPool pool(n_threads);
    draw::DrawOptions options{&pool, 1 << 30, 0, "", {}};
    std::atomic<int> n_checks = 0;
    options.check = [&n_checks] {  // four bands a picture
      if (++n_checks > 10) throw Stop();
    };
    Drawn none;
    const Request request = each_of("ppm", 1000, 1000);
    BOOST_CHECK_THROW(
        draw_into(none, request, test::function_stream(test::small_model(), 8), options, folder / "%d.ppm"), Stop);
    BOOST_TEST(n_checks <= 10 + n_threads);
    int n_files = 0;
    while (std::filesystem::exists(folder / std::to_string(n_files) + ".ppm")) ++n_files;
    if (n_threads == 1) BOOST_TEST(n_files == 2);
    const auto entries = std::filesystem::directory_iterator(folder.path());
    BOOST_TEST(std::distance(begin(entries), end(entries)) == n_files);
    BOOST_TEST(n_files <= 2);
    BOOST_TEST(!none.opened);
  }
}

BOOST_AUTO_TEST_CASE(numbers_may_stand_in_names_of_folders_and_names_are_asked_for) {
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    const test::TemporaryFolder folder;
    base::WorkerPool pool(1);
    draw::DrawOptions options{&pool, memory_bytes, 0, "", {}};
    std::vector<std::string> names;
    options.check_name = [&names](const std::string& name) {
      names.push_back(name);
      if (names.size() == 3) throw base::UsageError("not this one");
    };
    Drawn none;
    BOOST_CHECK_THROW(draw_into(none, each_of("png", 4, 4), test::function_stream(test::small_model(), 4), options,
                                folder / "a/%d/x.png"),
                      base::UsageError);
    for (const char* number : {"0", "1"}) BOOST_TEST(std::filesystem::exists(folder / "a/" + number + "/x.png"));
    BOOST_TEST(names.back() == folder / "a/2/x.png");
    BOOST_TEST(!std::filesystem::exists(folder / "a/2"));
  }
}

BOOST_AUTO_TEST_CASE(a_film_that_cannot_be_drawn_to_its_end_is_not_begun) {
  base::WorkerPool pool(1);
  const test::Bytes input = test::function_stream(test::small_model(), 1);
  Request request = film_of("y4m", 6);
  request.to = model::Window{0.4, 0.4, 0.4 + 1e-9, 0.4 + 1e-9};
  Drawn drawn;
  BOOST_CHECK_THROW(draw_into(drawn, request, input, {&pool, 1 << 30, 0, "", {}}), base::UsageError);
  BOOST_TEST(!drawn.opened);
  request.n_frames = 1;  // the first window alone
  draw_into(drawn, request, input, {&pool, 1 << 30, 0, "", {}});
  BOOST_TEST(drawn.opened);
}
