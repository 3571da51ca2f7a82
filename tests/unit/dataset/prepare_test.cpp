// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Preparing datasets: the same records whatever the threads and interruptions, and what happens to bad pictures.
#include "dataset/prepare.hpp"

#include "base/error.hpp"
#include "dataset/prepare_queue.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using dataset::PrepareEnd;
using dataset::PrepareOptions;

// Pictures of growing size; those in bad are no pictures.
class TestSource final : public dataset::PictureSource {
 public:
  explicit TestSource(int64_t n, std::vector<int64_t> bad = {}) : n_(n), bad_(std::move(bad)) {}
  [[nodiscard]] std::string kind() const override { return "test"; }
  [[nodiscard]] int64_t size() const override { return n_; }
  [[nodiscard]] std::string name(int64_t i) const override { return "picture\t" + std::to_string(i); }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    if (std::find(bad_.begin(), bad_.end(), i) != bad_.end()) return std::vector<std::byte>(40, std::byte{'x'});
    return image::encode_png(picture(i));
  }
  static image::Image picture(int64_t i) { return test::test_picture(static_cast<uint64_t>(i), 20 + i % 7, 24); }

 private:
  int64_t n_;
  std::vector<int64_t> bad_;
};

PrepareOptions options_for(const std::string& out) {
  PrepareOptions options;
  options.out = out;
  options.size = 8;
  options.n_threads = 2;
  return options;
}

BOOST_AUTO_TEST_CASE(prepare_gives_cropped_and_resized_pictures) {
  const test::TemporaryFolder folder;
  const TestSource source(30);
  int64_t n_last = 0;
  const dataset::PrepareReport report =
      dataset::prepare(source, options_for(folder / "set"), {.progress = [&](int64_t n_done, int64_t n_total) {
                         BOOST_TEST((n_done == n_last + 1 && n_total == 30));
                         n_last = n_done;
                       }});
  BOOST_TEST((report.end == PrepareEnd::kComplete && n_last == 30 && report.bad.empty() && report.n_enlarged == 0));
  const dataset::DatasetReader reader(folder / "set");
  BOOST_REQUIRE(reader.size() == 30);
  for (int64_t i = 0; i < 30; ++i) {
    const image::Image want = image::resize(image::center_crop(TestSource::picture(i)), 8, 8, image::Filter::kLanczos);
    BOOST_TEST((reader.read_image(i).rgb == want.rgb));
    BOOST_TEST(reader.source_name(i) == source.name(i));
  }
  const base::Json& recipe = reader.info().recipe;
  BOOST_TEST((recipe["crop"] == "center" && recipe["size"] == 8 && recipe["filter"] == "lanczos"));
  BOOST_TEST((recipe["background"] == "#ffffff" && recipe["source"]["kind"] == "test"));
  BOOST_TEST(reader.info().versions.contains("libpng"));
  // Again: nothing is done, nothing changes.
  const std::vector<std::byte> before = test::read_bytes(folder / "set");
  BOOST_TEST((dataset::prepare(source, options_for(folder / "set")).end == PrepareEnd::kNothingToDo));
  BOOST_TEST((test::read_bytes(folder / "set") == before));
}

BOOST_AUTO_TEST_CASE(prepare_does_not_depend_on_threads_and_interruptions) {
  const test::TemporaryFolder folder;
  const TestSource source(40, {5, 17});
  PrepareOptions options = options_for(folder / "one");
  options.skip_bad = true;
  options.n_threads = 1;
  const std::string want = dataset::prepare(source, options).info.content_hash;
  options.n_threads = 5;
  options.out = folder / "five";
  BOOST_TEST(dataset::prepare(source, options).info.content_hash == want);
  for (const int n_between : {1, 3, 18}) {
    options.out = folder / ("stopped-" + std::to_string(n_between));
    int n_runs = 0;
    for (bool complete = false; !complete; ++n_runs) {
      int n_asked = 0;
      const auto report = dataset::prepare(source, options, {.interrupted = [&] { return ++n_asked > n_between + 1; }});
      complete = report.end == PrepareEnd::kComplete;
      BOOST_REQUIRE(n_runs < 100);
      if (complete)
        BOOST_TEST((report.info.content_hash == want && report.info.n_skipped == 2));
      else
        BOOST_TEST((report.end == PrepareEnd::kInterrupted));
    }
    BOOST_TEST(n_runs > 1);
  }
}

BOOST_AUTO_TEST_CASE(prepare_and_bad_pictures) {
  const test::TemporaryFolder folder;
  const TestSource source(20, {3, 4, 15});
  PrepareOptions options = options_for(folder / "set");
  BOOST_CHECK_EXCEPTION(dataset::prepare(source, options), base::DataError, [](const base::DataError& e) {
    const std::string text = e.what();
    return text.find("picture\\t3") != std::string::npos && text.find("--skip-bad") != std::string::npos;
  });
  // The three before it are kept, and the next run goes on after them.
  BOOST_TEST(dataset::DatasetReader(folder / "set", {.allow_building = true}).size() == 3);
  options.skip_bad = true;
  options.max_bad = 1;
  auto report = dataset::prepare(source, options);
  BOOST_TEST((report.end == PrepareEnd::kTooManyBad && report.info.n_skipped == 2 && report.info.count == 3));
  BOOST_TEST((dataset::prepare(source, options).end == PrepareEnd::kTooManyBad));
  options.max_bad = 3;
  std::vector<std::string> named;
  report = dataset::prepare(source, options, {.bad_picture = [&](const std::string& text) { named.push_back(text); }});
  BOOST_TEST((report.end == PrepareEnd::kComplete && report.info.count == 17 && report.info.n_skipped == 3));
  BOOST_REQUIRE(named.size() == 1U);
  BOOST_TEST(named[0].find("picture\\t15") != std::string::npos);
  BOOST_TEST(report.n_resumed == 3);
  BOOST_TEST(dataset::DatasetReader(folder / "set").source_name(3) == source.name(5));

  options.out = folder / "none";
  options.max_bad = -1;
  BOOST_CHECK_THROW(dataset::prepare(TestSource(2, {0, 1}), options), base::DataError);
  BOOST_TEST(!std::filesystem::exists(folder / "none"));
}

BOOST_AUTO_TEST_CASE(prepare_whole_pictures) {
  const test::TemporaryFolder folder;
  PrepareOptions options = options_for(folder / "scaled");
  options.crop = dataset::Crop::kNone;
  options.codec.codec = dataset::Codec::kRaw;
  const TestSource source(9);
  dataset::prepare(source, options);
  const dataset::DatasetReader scaled(folder / "scaled");
  BOOST_TEST((scaled.record(0).width == 8 && scaled.record(0).height == 10));  // 20 x 24: 9.6 rounds to 10
  BOOST_TEST((scaled.record(6).width == 9 && scaled.record(6).height == 8));   // 26 x 24: 8.67 rounds to 9
  BOOST_TEST(scaled.info().width == 0);
  options.size = 0;
  options.out = folder / "kept";
  dataset::prepare(source, options);
  BOOST_TEST((dataset::DatasetReader(folder / "kept").read_image(3).rgb == TestSource::picture(3).rgb));
  options.size = 30;
  options.out = folder / "enlarged";
  BOOST_TEST(dataset::prepare(source, options).n_enlarged == 9);
  options.crop = dataset::Crop::kCenter;
  options.size = 0;
  BOOST_CHECK_THROW(dataset::prepare(source, options), base::UsageError);
}

BOOST_AUTO_TEST_CASE(prepare_export_and_prepare_again) {
  const test::TemporaryFolder folder;
  for (const char* codec : {"png", "raw", "jpg:80"}) {
    PrepareOptions options = options_for(folder / codec);
    options.codec = dataset::parse_codec(codec);
    dataset::prepare(TestSource(12), options);
    const dataset::DatasetReader dataset(folder / codec);
    const std::string out = folder / ("out-" + std::string(codec));
    BOOST_TEST(dataset::export_pictures(dataset, out) == 12);
    const auto pictures = dataset::open_source(out);
    BOOST_REQUIRE(pictures->size() == 12);
    BOOST_TEST(pictures->name(11) == (std::string(codec) == "jpg:80" ? "000011.jpg" : "000011.png"));
    for (int64_t i = 0; i < 12; ++i)
      BOOST_TEST((image::decode(pictures->read(i), "test").rgb == dataset.read_image(i).rgb));
  }
}

BOOST_AUTO_TEST_CASE(prepare_options_as_typed) {
  PrepareOptions options;
  for (const dataset::PreparePreset& preset : dataset::prepare_presets())
    for (const auto& [name, value] : preset.options) dataset::set_prepare_option(options, name, value);
  options = {};
  dataset::set_prepare_option(options, "--codec", "jpg:7");
  dataset::set_prepare_option(options, "--background", "#0a0B0c");
  dataset::set_prepare_option(options, "--max-bad", "4");
  BOOST_TEST((options.codec.jpeg_quality == 7 && options.codec.text() == "jpg:7"));
  BOOST_TEST((options.background == image::Rgb{10, 11, 12} && options.skip_bad && options.max_bad == 4));
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"--codec", "gif"},
                                                                                    {"--codec", "jpg:0"},
                                                                                    {"--codec", "jpg:101"},
                                                                                    {"--codec", "jpg:9x"},
                                                                                    {"--codec", "jpg:"},
                                                                                    {"--crop", "left"},
                                                                                    {"--size", "0"},
                                                                                    {"--size", "70000"},
                                                                                    {"--size", "1e3"},
                                                                                    {"--limit", "-1"},
                                                                                    {"--filter", "lanzcos"},
                                                                                    {"--max-bad", ""},
                                                                                    {"--background", "pinkish"}})
    BOOST_CHECK_THROW(dataset::set_prepare_option(options, name, value), base::UsageError);
}

BOOST_AUTO_TEST_CASE(prepare_queue_keeps_order_and_passes_errors_on) {
  dataset::OrderedWork<int64_t> work(10, 500, 4, 8, [](int64_t i) {
    if (i == 300) throw std::runtime_error("300");
    return i * i;
  });
  for (int64_t i = 10; i < 300; ++i) BOOST_TEST(work.take() == i * i);
  BOOST_CHECK_THROW(work.take(), std::runtime_error);
  BOOST_TEST(work.take() == 301 * 301);
}

// A font that Debian's package fonts-noto-color-emoji installs; without it there is nothing to test.
BOOST_AUTO_TEST_CASE(prepare_emoji_font) {
  const std::string path = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
  if (!std::filesystem::exists(path)) {
    BOOST_TEST_MESSAGE(path + " is not installed");
    return;
  }
  const auto source = dataset::open_source(path);
  BOOST_TEST(source->size() > 3000);
  const image::Image first = image::decode(source->read(0), "emoji");
  BOOST_TEST((first.width == 136 && first.height == 128));
}

}  // namespace
