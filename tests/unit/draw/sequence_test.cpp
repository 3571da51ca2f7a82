// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures one after another: patterns, numbers, films.
#include "draw/sequence.hpp"

#include <algorithm>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/npy.hpp"
#include "draw/zoom.hpp"
#include "drawing.hpp"
#include "image/decode.hpp"
#include "image/quantize.hpp"
#include "requests.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;
using namespace inr::test;

BOOST_AUTO_TEST_CASE(npy_holds_the_values) {
  const model::ModelConfig config = test::small_model();
  const test::Bytes bytes = test::draw_bytes(each_of("npy", 21, 14), {test::function_stream(config, 3)});
  BOOST_TEST(bytes.size() == 128 + 3 * 3 * 21 * 14 * 4);
  const base::NpyArray array = base::parse_npy(bytes, "npy");
  BOOST_TEST((array.shape == std::vector<int64_t>{3, 3, 14, 21}));
  const std::vector<float> got = array.to_f32();
  std::vector<float> want;
  for (uint64_t i = 0; i < 3; ++i) {
    const std::vector<float> one = test::whole_values(config, i, {{}, 21, 14});
    want.insert(want.end(), one.begin(), one.end());
  }
  BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const float>(want), 1e-6, 1e-6) <= 1.0);
}

BOOST_AUTO_TEST_CASE(npy_needs_the_number_of_pictures) {
  const model::ModelConfig config = test::small_model();
  const test::Bytes two = test::function_stream(config, 2);
  const test::Bytes silent = test::function_stream(config, 2, 0, false);
  test::Bytes joined = two;
  joined.insert(joined.end(), two.begin(), two.end());
  const Request request = each_of("npy");
  const auto n_of = [](const test::Bytes& bytes) { return base::parse_npy(bytes, "npy").shape[0]; };
  BOOST_TEST(n_of(test::draw_bytes(request, {two})) == 2);
  BOOST_CHECK_THROW(test::draw_bytes(request, {silent}), base::UsageError);
  BOOST_CHECK_THROW(test::draw_bytes(request, {two, two}), base::UsageError);
  BOOST_CHECK_THROW(test::draw_bytes(request, {joined}), base::DataError);
  Request selected = request;
  selected.select = {1, 3};
  BOOST_TEST(n_of(test::draw_bytes(selected, {two, two})) == 2);
  // A file's header is corrected at the end.
  test::Work work;
  work.seekable = true;
  BOOST_TEST(n_of(test::draw_bytes(request, {silent}, work)) == 2);
  BOOST_TEST(n_of(test::draw_bytes(request, {two, two}, work)) == 4);
  BOOST_TEST(n_of(test::draw_bytes(request, {joined}, work)) == 4);
  BOOST_TEST((test::draw_bytes(request, {silent}, work) == test::draw_bytes(request, {two})));
  // That of a cut stream too.
  test::Bytes cut = test::function_stream(config, 5);
  cut.resize(cut.size() - 100);
  test::Bytes bytes;
  BOOST_CHECK_THROW(test::draw_bytes(request, {cut}, work, &bytes), stream::StreamError);
  BOOST_TEST(n_of(bytes) == 4);
}

BOOST_AUTO_TEST_CASE(a_sequence_has_the_same_bytes_for_every_way_to_do_it) {
  const std::vector<test::Bytes> inputs = {test::function_stream(test::small_model(), 7)};
  std::vector<Request> requests = {each_of("ppm", 45, 37), each_of("npy", 30, 31), each_of("y4m", 33, 20),
                                   film_of("y4m", 9), film_of("npy", 5)};
  for (size_t i = 0; i < requests.size(); ++i) {
    const test::Bytes want = test::draw_bytes(requests[i], inputs);
    for (const int n_threads : {1, 2, 3}) {
      for (const int64_t memory_bytes : {int64_t{1}, int64_t{150000}, int64_t{1} << 30}) {
        for (const int64_t n_in_flight : {0, 1, 3, 64}) {
          BOOST_TEST_CONTEXT(i << ": " << n_threads << " threads, " << memory_bytes << ", " << n_in_flight) {
            BOOST_TEST((test::draw_bytes(requests[i], inputs, {n_threads, memory_bytes, n_in_flight}) == want));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(ppms_follow_one_another) {
  const test::Bytes bytes = test::draw_bytes(each_of("ppm", 9, 5), {test::function_stream(test::small_model(), 3)});
  const size_t one = 11 + 9 * 5 * 3;  // "P6\n9 5\n255\n"
  BOOST_TEST_REQUIRE(bytes.size() == 3 * one);
  for (size_t i = 0; i < 3; ++i) BOOST_TEST(text(bytes, i * one, 11) == "P6\n9 5\n255\n");
}

BOOST_AUTO_TEST_CASE(films_have_their_frames) {
  const model::ModelConfig config = test::small_model();
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 2)};
  const test::Bytes film = test::draw_bytes(film_of("y4m", 4), inputs);
  const std::string header = "YUV4MPEG2 W24 H18 F30:1 Ip A1:1 C444 XCOLORRANGE=LIMITED\n";
  BOOST_TEST(text(film, 0, header.size()) == header);
  BOOST_TEST(film.size() == header.size() + 4 * (6 + 24 * 18 * 3));
  const Request request = film_of("npy", 4);
  const std::vector<float> got = base::parse_npy(test::draw_bytes(request, inputs), "npy").to_f32();
  std::vector<float> want;
  for (int64_t i = 0; i < 4; ++i) {
    const model::Window window = draw::zoom_window(request.window, *request.to, i, 4);
    const std::vector<float> one = test::whole_values(config, 0, {window, 24, 18});
    want.insert(want.end(), one.begin(), one.end());
  }
  BOOST_TEST(test::worst_ratio(std::span<const float>(got), std::span<const float>(want), 1e-6, 1e-6) <= 1.0);
}

BOOST_AUTO_TEST_CASE(a_film_reads_its_input_to_the_end) {
  test::Bytes cut = test::function_stream(test::small_model(), 3);
  cut.resize(cut.size() - 5);
  test::Bytes film;
  BOOST_CHECK_THROW(test::draw_bytes(film_of("y4m", 2), {cut}, {}, &film), stream::StreamError);
  BOOST_TEST((film == test::draw_bytes(film_of("y4m", 2), {test::function_stream(test::small_model(), 3)})));
}

BOOST_AUTO_TEST_CASE(numbered_files_appear_whole) {
  const model::ModelConfig config = test::small_model();
  for (const int64_t memory_bytes : {int64_t{1}, int64_t{1} << 30}) {
    test::TemporaryFolder folder;
    test::Bytes cut = test::function_stream(config, 4);
    cut.resize(cut.size() - 30);
    const test::MemoryInputs memory({cut});
    draw::RecordSource records = memory.source();
    Request request = each_of("png", 11, 6);
    const auto pattern = draw::FramePattern::parse(folder / "deep/er/%03d.png");
    base::WorkerPool pool(2);
    const draw::OpenOutput never = []() -> draw::OutputTarget { throw std::logic_error("nothing else is opened"); };
    BOOST_CHECK_THROW(
        draw::draw_pictures(request, records, pattern, never, {&pool, memory_bytes, 0, "inr-render 0", {}}),
        stream::StreamError);
    for (uint64_t i = 0; i < 3; ++i) {
      const image::Image picture =
          image::decode(base::read_file(folder / "deep/er/00" + std::to_string(i) + ".png"), "a picture");
      const std::vector<float> planes = test::whole_values(config, i, {{}, 11, 6});
      std::vector<float> values(planes.size());
      for (size_t j = 0; j < planes.size(); ++j) values[j % 66 * 3 + j / 66] = planes[j];
      std::vector<uint8_t> want(values.size());
      image::quantize8(values, want);
      int worst = 0;
      for (size_t j = 0; j < want.size(); ++j) worst = std::max(worst, std::abs(want[j] - picture.rgb[j]));
      BOOST_TEST(worst <= 1);
    }
    size_t n_files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "deep/er")) ++n_files;
    BOOST_TEST(n_files == 3);  // and no temporary ones
  }
}

BOOST_AUTO_TEST_CASE(frames_of_one_size) {
  const model::ModelConfig config = test::small_model();
  model::ModelConfig larger = config;
  larger.resolution = 32;
  larger.blocks[0].resolution = 16;
  larger.blocks[1].resolution = 32;
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 1), test::function_stream(larger, 1)};
  test::Work work;
  work.seekable = true;
  BOOST_CHECK_THROW(test::draw_bytes(each_of("y4m"), inputs), base::DataError);
  BOOST_CHECK_THROW(test::draw_bytes(each_of("npy"), inputs, work), base::DataError);
  BOOST_TEST(test::draw_bytes(each_of("ppm"), inputs).size() > 0);  // each picture has its own
  BOOST_CHECK_THROW(test::draw_bytes(each_of("y4m", 20000, 20000), inputs), base::UsageError);
}
