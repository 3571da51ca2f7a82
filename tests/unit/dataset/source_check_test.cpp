// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a dataset keeps of its sources, and what is noticed by it.
#include "dataset/source_check.hpp"

#include <lmdb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>

#include "base/error.hpp"
#include "dataset/dataset_writer.hpp"
#include "dataset/prepare.hpp"
#include "dataset/source_stamps.hpp"
#include "image/encode.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using dataset::PictureStamp;
using dataset::PrepareEnd;
using dataset::SourceStamp;
using State = dataset::SourceStamp::State;

std::vector<std::byte> png(uint64_t i) { return image::encode_png(test::test_picture(i, 9, 8)); }

// Pictures by number, each with its stamp. Reading one may change it, as another program would.
class StampedSource final : public dataset::PictureSource {
 public:
  explicit StampedSource(int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      pictures_.push_back(png(static_cast<uint64_t>(i)));
      stamps_.push_back({pictures_.back().size(), 1000 + static_cast<uint64_t>(i)});
    }
  }
  [[nodiscard]] std::string kind() const override { return "test"; }
  [[nodiscard]] int64_t size() const override { return std::ssize(pictures_); }
  [[nodiscard]] std::string name(int64_t i) const override { return "picture " + std::to_string(i); }
  [[nodiscard]] std::optional<PictureStamp> stamp(int64_t i) const override {
    const uint64_t n_written = writes_left.contains(i) ? static_cast<uint64_t>(5 - writes_left.at(i)) : 0;
    PictureStamp stamp = stamps_.at(static_cast<size_t>(i));
    stamp.mark += 100000 * n_written;
    return stamp;
  }
  [[nodiscard]] std::vector<std::byte> read(int64_t i) const override {
    ++n_reads;
    if (writes_left.contains(i) && writes_left.at(i) > 0) --writes_left.at(i);
    return pictures_.at(static_cast<size_t>(i));
  }
  std::vector<std::byte>& picture(size_t i) { return pictures_.at(i); }
  PictureStamp& stamp_of(size_t i) { return stamps_.at(i); }

  mutable std::map<int64_t, int> writes_left;  // up to 5: so many more reads during which picture i is written
  mutable std::atomic<int> n_reads = 0;

 private:
  std::vector<std::vector<std::byte>> pictures_;
  std::vector<PictureStamp> stamps_;
};

dataset::PrepareOptions options_for(const std::string& out) {
  dataset::PrepareOptions options;
  options.out = out;
  options.size = 4;
  options.n_threads = 2;
  return options;
}

std::string refusal(const dataset::PictureSource& source, const dataset::PrepareOptions& options) {
  try {
    static_cast<void>(dataset::prepare(source, options));
  } catch (const base::DataError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

BOOST_AUTO_TEST_CASE(source_stamps_are_kept_whatever_the_batches) {
  const test::TemporaryFolder folder;
  constexpr int64_t kCount = 3 * dataset::kStampsInGroup + 57;
  const auto stamp_for = [](int64_t i) {
    SourceStamp stamp{State::kKnown, static_cast<uint64_t>(i) << 40, UINT64_MAX - static_cast<uint64_t>(i),
                      static_cast<uint32_t>(7 * i)};
    if (i % 50 == 3) stamp = {.state = State::kUnreadable};
    if (i % 50 == 4) stamp = {};
    return stamp;
  };
  std::string want;
  for (const int64_t n_batch : {kCount, int64_t{1} + dataset::kStampsInGroup, dataset::kStampsInGroup, int64_t{31}}) {
    const std::string path = folder / std::to_string(n_batch);
    for (int64_t i = 0; i < kCount;) {
      dataset::DatasetWriter writer(path, "png", base::Json::object());
      BOOST_REQUIRE(writer.info().n_sources == i);
      for (const int64_t end = std::min(kCount, i + n_batch); i < end; ++i) {
        if (i % 10 == 4)
          writer.skip(stamp_for(i));
        else
          writer.append({dataset::Codec::kPng, 3, 9, 8}, png(static_cast<uint64_t>(i % 5)), "name", stamp_for(i));
        if (i % 7 == 0) writer.commit();
      }
      if (i == kCount)
        writer.finish();
      else
        writer.commit();
    }
    const dataset::DatasetReader reader(path);
    BOOST_CHECK_NO_THROW(reader.check());
    const std::vector<SourceStamp> all = reader.source_stamps(0, kCount);
    for (int64_t i = 0; i < kCount; ++i) BOOST_TEST((all[static_cast<size_t>(i)] == stamp_for(i)), "stamp " << i);
    const std::vector<SourceStamp> some = reader.source_stamps(198, 405);
    BOOST_TEST((some.size() == 207 && some.front() == stamp_for(198) && some.back() == stamp_for(404)));
    BOOST_CHECK_THROW(static_cast<void>(reader.source_stamps(0, kCount + 1)), std::out_of_range);
    // They are no part of the content hash.
    if (want.empty()) want = reader.info().content_hash;
    BOOST_TEST(reader.info().content_hash == want);
  }
}

BOOST_AUTO_TEST_CASE(source_stamps_that_are_damaged_are_refused) {
  std::vector<SourceStamp> stamps(3, SourceStamp{State::kKnown, 5, 6, 7});
  const std::vector<std::byte> good = dataset::pack_stamps(stamps);
  BOOST_TEST((dataset::unpack_stamps(good, "x") == stamps));
  for (size_t i = 0; i < good.size(); ++i) {
    std::vector<std::byte> bad = good;
    bad[i] ^= std::byte{1};
    BOOST_CHECK_THROW(dataset::unpack_stamps(bad, "x"), base::DataError);
    BOOST_CHECK_THROW(dataset::unpack_stamps(std::span(good).first(i), "x"), base::DataError);
  }
  const std::vector<std::byte> many = dataset::pack_stamps(std::vector<SourceStamp>(201));
  BOOST_CHECK_THROW(dataset::unpack_stamps(many, "x"), base::DataError);
}

BOOST_AUTO_TEST_CASE(source_check_reads_only_what_it_must) {
  const test::TemporaryFolder folder;
  StampedSource source(450);
  const dataset::PrepareOptions options = options_for(folder / "set");
  BOOST_TEST((dataset::prepare(source, options).end == PrepareEnd::kComplete && source.n_reads == 450));
  auto report = dataset::prepare(source, options);
  BOOST_TEST((report.end == PrepareEnd::kNothingToDo && report.n_unknown == 0 && source.n_reads == 450));
  for (const size_t i : {0U, 199U, 200U, 449U}) source.stamp_of(i).mark += 1;
  report = dataset::prepare(source, options);
  BOOST_TEST((report.end == PrepareEnd::kNothingToDo && report.n_retimed == 4 && source.n_reads == 454));
  source.picture(449)[20] ^= std::byte{1};
  const std::string text = refusal(source, options);
  BOOST_TEST(contains(text, "picture 449: is not the picture that "));
  BOOST_TEST(contains(text, "its contents differ; name another dataset with -o, or delete "));
  // The first in order, whatever the threads; with a checksum instead of a time without reading.
  source.stamp_of(210).n_bytes += 1;
  source.stamp_of(209).mark_is_checksum = true;
  source.stamp_of(209).mark += 1;
  for (int i = 0; i < 5; ++i) BOOST_TEST(contains(refusal(source, options), "picture 209: "));
}

BOOST_AUTO_TEST_CASE(source_check_of_contents) {
  const test::TemporaryFolder folder;
  StampedSource source(20);
  dataset::PrepareOptions options = options_for(folder / "set");
  static_cast<void>(dataset::prepare(source, options));
  source.picture(7)[30] ^= std::byte{1};  // of the same size and time
  BOOST_TEST((dataset::prepare(source, options).end == PrepareEnd::kNothingToDo));
  options.recheck = true;
  BOOST_TEST(contains(refusal(source, options), "picture 7: "));
  source.picture(7)[30] ^= std::byte{1};
  BOOST_TEST((dataset::prepare(source, options).end == PrepareEnd::kNothingToDo));
}

BOOST_AUTO_TEST_CASE(source_check_of_an_interrupted_build) {
  const test::TemporaryFolder folder;
  StampedSource source(20);
  const dataset::PrepareOptions options = options_for(folder / "set");
  int n_asked = 0;
  BOOST_TEST((dataset::prepare(source, options, {.interrupted = [&] { return ++n_asked > 9; }}).end ==
              PrepareEnd::kInterrupted));
  const int64_t n_stored = dataset::DatasetReader(folder / "set", {.allow_building = true}).info().n_sources;
  BOOST_TEST((n_stored > 3 && n_stored < 15));
  source.stamp_of(3).n_bytes += 2;
  BOOST_TEST(contains(refusal(source, options), "picture 3: "));
  BOOST_TEST(dataset::DatasetReader(folder / "set", {.allow_building = true}).info().n_sources == n_stored);
  source.stamp_of(3).n_bytes -= 2;
  source.stamp_of(18).n_bytes += 2;  // not read so far
  const auto report = dataset::prepare(source, options);
  BOOST_TEST((report.end == PrepareEnd::kComplete && report.n_stored_before == n_stored && report.changed.n == 0));
  // Stopped while it is compared: nothing is said of it.
  BOOST_TEST(
      (dataset::prepare(source, options, {.interrupted = [] { return true; }}).end == PrepareEnd::kCheckInterrupted));
}

BOOST_AUTO_TEST_CASE(sources_that_change_while_they_are_read) {
  const test::TemporaryFolder folder;
  StampedSource source(12);
  dataset::PrepareOptions options = options_for(folder / "once");
  source.writes_left[5] = 2;  // quiet at the third attempt
  auto report = dataset::prepare(source, options);
  BOOST_TEST((report.end == PrepareEnd::kComplete && report.changed.n == 0 && source.n_reads == 14));
  // Without end: no bad picture that --skip-bad leaves out, and what came before is kept.
  options.out = folder / "always";
  options.skip_bad = true;
  source.writes_left[5] = 5;
  BOOST_TEST(
      contains(refusal(source, options), "picture 5: is being written by another program; run the same command"));
  BOOST_TEST(dataset::DatasetReader(folder / "always", {.allow_building = true}).size() == 5);
  source.writes_left.clear();
  BOOST_TEST((dataset::prepare(source, options).end == PrepareEnd::kComplete));
  // After it was read, before the end.
  options.out = folder / "later";
  report = dataset::prepare(source, options, {.progress = [&](int64_t n_done, int64_t) {
                              if (n_done == 12) source.stamp_of(3).mark = source.stamp_of(8).mark = 1;
                            }});
  BOOST_TEST((report.end == PrepareEnd::kComplete && report.changed.n == 2 && report.changed.first == "picture 3"));
  const std::vector<std::string> lines = dataset::remarks(report, options);
  BOOST_REQUIRE(lines.size() >= 1U);
  BOOST_TEST(contains(lines.back(), "picture 3 was changed while the dataset was built, and 1 more"));
}

void touch(const std::string& path) {
  using namespace std::chrono_literals;
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + 5s);
}

void write_lmdb(const std::string& path, const std::map<std::string, std::vector<std::byte>>& records) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  BOOST_REQUIRE(mdb_env_create(&env) == 0);
  BOOST_REQUIRE(mdb_env_open(env, path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0666) == 0);
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  BOOST_REQUIRE(mdb_dbi_open(txn, nullptr, 0, &dbi) == 0);
  for (const auto& [key, bytes] : records) {
    MDB_val k = {key.size(), const_cast<char*>(key.data())};
    MDB_val v = {bytes.size(), const_cast<std::byte*>(bytes.data())};
    BOOST_REQUIRE(mdb_put(txn, dbi, &k, &v, 0) == 0);
  }
  BOOST_REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

std::vector<std::byte> font_of(const std::vector<std::byte>& picture) {
  std::vector<std::byte> font(4 + picture.size());
  font[1] = std::byte{1};
  std::copy(picture.begin(), picture.end(), font.begin() + 4);
  return font;
}

// Raw PPM: pictures of one size have files of one size.
std::vector<std::byte> ppm(uint64_t i) { return image::encode_ppm(test::test_picture(i, 9, 8)); }

BOOST_AUTO_TEST_CASE(source_check_of_lmdb_and_font) {
  const test::TemporaryFolder folder;
  const std::string lmdb = folder / "data";
  write_lmdb(lmdb, {{"a", ppm(1)}, {"b", ppm(2)}});
  const dataset::PrepareOptions options = options_for(folder / "set");
  static_cast<void>(dataset::prepare(*dataset::open_source(lmdb), options));
  std::filesystem::rename(lmdb, lmdb + "2");
  auto report = dataset::prepare(*dataset::open_source(lmdb + "2"), options);
  BOOST_TEST((report.end == PrepareEnd::kNothingToDo && report.n_retimed == 0));
  touch(lmdb + "2");
  report = dataset::prepare(*dataset::open_source(lmdb + "2"), options);
  BOOST_TEST((report.end == PrepareEnd::kNothingToDo && report.n_retimed == 2));
  // As many bytes under the same keys by one more transaction.
  write_lmdb(lmdb + "2", {{"b", ppm(3)}});
  BOOST_TEST(contains(refusal(*dataset::open_source(lmdb + "2"), options), "b: is not the picture that "));

  const std::string font = folder / "font.ttf";
  test::write_file(font, font_of(png(1)));
  const dataset::PrepareOptions of_font = options_for(folder / "emoji");
  static_cast<void>(dataset::prepare(*dataset::open_source(font), of_font));
  touch(font);
  BOOST_TEST(dataset::prepare(*dataset::open_source(font), of_font).n_retimed == 1);
  test::write_file(font, font_of(png(2)));
  touch(font);
  BOOST_TEST(contains(refusal(*dataset::open_source(font), of_font), "emoji-00000.png: is not the picture that "));
}

BOOST_AUTO_TEST_CASE(source_listing_hash) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "pictures";
  test::write_file(path + "/a.png", png(1));
  const auto hash = [&](bool times) { return dataset::listing_hash(*dataset::open_source(path), times); };
  const std::string plain = hash(false);
  const std::string timed = hash(true);
  touch(path + "/a.png");
  BOOST_TEST((hash(false) == plain && hash(true) != timed));
  std::vector<std::byte> longer = png(1);
  longer.push_back(std::byte{0});
  test::write_file(path + "/a.png", longer);
  BOOST_TEST(hash(false) != plain);
}

}  // namespace
