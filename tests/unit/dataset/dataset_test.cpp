// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Datasets: what goes in comes out, in the format that inr-dataset.5 tells, and interruptions leave no trace.
#include "dataset/dataset.hpp"

#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "dataset/dataset_writer.hpp"
#include "image/encode.hpp"
#include "lmdb/lmdb_reader.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using dataset::DatasetReader;
using dataset::DatasetWriter;

const base::Json kRecipe = {{"size", 16}, {"crop", "center"}};

void append(DatasetWriter& writer, uint64_t i, dataset::Codec codec, int64_t width, int64_t height) {
  const image::Image picture = test::test_picture(i, width, height);
  std::vector<std::byte> bytes;
  if (codec == dataset::Codec::kPng) bytes = image::encode_png(picture);
  if (codec == dataset::Codec::kJpeg) bytes = image::encode_jpeg(picture, 90);
  if (codec == dataset::Codec::kRaw) {
    const auto raw = std::as_bytes(std::span(picture.rgb));
    bytes.assign(raw.begin(), raw.end());
  }
  writer.append({codec, 3, width, height}, bytes, "picture " + std::to_string(i));
}

// n records in batches of n_batch; every batch by another writer, as if the program had been killed after each.
std::string build(const std::string& path, uint64_t n, uint64_t n_batch, bool lose_some) {
  for (bool complete = false; !complete;) {
    DatasetWriter writer(path, "png", kRecipe);
    const auto from = static_cast<uint64_t>(writer.info().count);
    BOOST_TEST(writer.info().n_sources == writer.info().count);
    for (uint64_t i = from; i < std::min(n, from + n_batch); ++i) append(writer, i, dataset::Codec::kPng, 16, 16);
    if (from + n_batch >= n) {
      writer.finish();
      complete = true;
    } else {
      writer.commit();
      if (lose_some) append(writer, from + n_batch, dataset::Codec::kPng, 16, 16);  // lost with the writer
    }
  }
  const DatasetReader reader(path);
  reader.check();
  return reader.info().content_hash;
}

BOOST_AUTO_TEST_CASE(dataset_round_trip_of_every_codec) {
  for (const dataset::Codec codec : {dataset::Codec::kPng, dataset::Codec::kRaw, dataset::Codec::kJpeg}) {
    const test::TemporaryFolder folder;
    constexpr int kCount = 150;
    {
      DatasetWriter writer(folder / "set", dataset::codec_name(codec), kRecipe, {{"program", "1"}});
      for (uint64_t i = 0; i < kCount; ++i) append(writer, i, codec, 20, 12);
      writer.skip();
      writer.finish();
      BOOST_CHECK_THROW(append(writer, 0, codec, 20, 12), std::logic_error);
    }
    const DatasetReader reader(folder / "set");
    BOOST_REQUIRE(reader.size() == kCount);
    const dataset::DatasetInfo& info = reader.info();
    BOOST_TEST((info.width == 20 && info.height == 12 && info.channels == 3 && info.complete));
    BOOST_TEST((info.n_sources == kCount + 1 && info.n_skipped == 1));
    BOOST_TEST((info.recipe == kRecipe && info.versions["program"] == "1"));
    BOOST_TEST(info.codec == dataset::codec_name(codec));
    for (int64_t i = 0; i < kCount; ++i) {
      const image::Image want = test::test_picture(static_cast<uint64_t>(i), 20, 12);
      std::vector<uint8_t> got(want.rgb.size());
      reader.read_rgb(i, got);
      int worst = 0;
      for (size_t k = 0; k < got.size(); ++k) worst = std::max(worst, std::abs(got[k] - want.rgb[k]));
      // JPEG of noise at quality 90; the others are exact.
      BOOST_TEST(worst <= (codec == dataset::Codec::kJpeg ? 96 : 0));
      BOOST_TEST(reader.source_name(i) == "picture " + std::to_string(i));
      const dataset::RecordInfo record = reader.record(i);
      BOOST_TEST((record.codec == codec && record.width == 20 && record.height == 12));
    }
    std::vector<uint8_t> small(5);
    BOOST_CHECK_THROW(reader.read_rgb(0, small), base::UsageError);
    BOOST_CHECK_THROW(static_cast<void>(reader.encoded(-1)), base::UsageError);
    BOOST_CHECK_THROW(static_cast<void>(reader.record(kCount)), base::UsageError);
    BOOST_CHECK_NO_THROW(reader.check());
  }
}

BOOST_AUTO_TEST_CASE(dataset_interrupted_after_every_batch_has_the_same_content) {
  const test::TemporaryFolder folder;
  const std::string want = build(folder / "whole", 24, 24, false);
  BOOST_TEST(want.size() == 64);
  for (const uint64_t n_batch : {1, 2, 7, 23}) {
    for (const bool lose_some : {false, true}) {
      const std::string path = folder / ("part-" + std::to_string(n_batch) + (lose_some ? "-lost" : ""));
      BOOST_TEST(build(path, 24, n_batch, lose_some) == want);
      for (int64_t i = 0; i < 24; ++i)
        BOOST_TEST((DatasetReader(path).encoded(i) == DatasetReader(folder / "whole").encoded(i)));
    }
  }
  BOOST_TEST(build(folder / "less", 23, 23, false) != want);
}

BOOST_AUTO_TEST_CASE(dataset_still_building_is_refused_by_default) {
  const test::TemporaryFolder folder;
  {
    DatasetWriter writer(folder / "set", "raw", kRecipe);
    append(writer, 0, dataset::Codec::kRaw, 4, 4);
    writer.commit();
    append(writer, 1, dataset::Codec::kRaw, 4, 4);
  }
  BOOST_CHECK_EXCEPTION(DatasetReader(folder / "set"), base::DataError, [](const base::DataError& e) {
    return std::string(e.what()).find("run the same inr-prep again") != std::string::npos;
  });
  const DatasetReader reader(folder / "set", {.allow_building = true});
  BOOST_TEST((reader.size() == 1 && !reader.info().complete && reader.info().content_hash.empty()));
  BOOST_CHECK_NO_THROW(reader.check());
}

BOOST_AUTO_TEST_CASE(dataset_sizes_may_differ) {
  const test::TemporaryFolder folder;
  {
    DatasetWriter writer(folder / "set", "png", kRecipe);
    append(writer, 0, dataset::Codec::kPng, 4, 5);
    append(writer, 1, dataset::Codec::kPng, 6, 5);
    append(writer, 2, dataset::Codec::kPng, 4, 5);
    writer.finish();
  }
  const DatasetReader reader(folder / "set");
  BOOST_TEST((reader.info().width == 0 && reader.info().height == 0));
  BOOST_TEST((reader.record(1).width == 6 && reader.record(2).width == 4));
  BOOST_TEST(reader.read_image(1).width == 6);
}

BOOST_AUTO_TEST_CASE(dataset_writer_refuses_what_is_not_its_own) {
  const test::TemporaryFolder folder;
  { DatasetWriter(folder / "unused", "png", kRecipe); }
  BOOST_TEST(!std::filesystem::exists(folder / "unused"));
  build(folder / "set", 3, 3, false);
  BOOST_CHECK_NO_THROW(DatasetWriter(folder / "set", "png", kRecipe));
  const auto refused = [&](const std::string& codec, const base::Json& recipe, const std::string& why) {
    BOOST_CHECK_EXCEPTION(DatasetWriter(folder / "set", codec, recipe), base::DataError, [&](const base::DataError& e) {
      return std::string(e.what()).find(why) != std::string::npos;
    });
  };
  refused("raw", kRecipe, "codec is \"png\" there and \"raw\" here");
  refused("png", {{"size", 32}, {"crop", "center"}}, "recipe: size is 16 there and 32 here");
  refused("png", {{"size", 16}}, "crop is \"center\" there");
  test::write_file(folder / "text", std::vector<std::byte>(100, std::byte{'a'}));
  BOOST_CHECK_THROW(DatasetWriter(folder / "text", "png", kRecipe), base::DataError);
  BOOST_TEST(test::read_bytes(folder / "text").size() == 100);
  BOOST_CHECK_THROW(DatasetWriter(folder.path().string(), "png", kRecipe), base::Error);
  BOOST_CHECK_THROW(DatasetWriter(folder / "no/such/folder", "png", kRecipe), base::SystemError);
  const DatasetWriter first(folder / "new", "png", kRecipe);
  BOOST_CHECK_EXCEPTION(DatasetWriter(folder / "new", "png", kRecipe), base::DataError, [](const base::DataError& e) {
    return std::string(e.what()).find("another program is writing") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(dataset_left_between_two_meta_pages_is_begun_again) {
  const test::TemporaryFolder folder;
  for (const size_t n_bytes : {0, 4096, 8192}) {
    const std::string path = folder / std::to_string(n_bytes);
    MDB_env* env = nullptr;
    BOOST_REQUIRE(mdb_env_create(&env) == 0);
    BOOST_REQUIRE(mdb_env_open(env, path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, 0666) == 0);
    mdb_env_close(env);
    std::filesystem::resize_file(path, n_bytes);
    BOOST_TEST(build(path, 3, 3, false) == build(path + "-clean", 3, 3, false));
  }
}

BOOST_AUTO_TEST_CASE(dataset_map_grows_by_itself) {
  const test::TemporaryFolder folder;
  constexpr int64_t kSide = 400;  // 469 KiB a record: two batches of four exceed the first map of 1 MiB twice
  {
    DatasetWriter writer(folder / "set", "raw", kRecipe);
    for (uint64_t i = 0; i < 8; ++i) {
      append(writer, i, dataset::Codec::kRaw, kSide, kSide);
      if (i == 3) writer.commit();
    }
    writer.finish();
  }
  const DatasetReader reader(folder / "set");
  BOOST_CHECK_NO_THROW(reader.check());
  BOOST_TEST((reader.read_image(7).rgb == test::test_picture(7, kSide, kSide).rgb));
}

BOOST_AUTO_TEST_CASE(dataset_is_read_by_any_lmdb_binding) {
  const test::TemporaryFolder folder;
  build(folder / "set", 40, 9, false);
  const DatasetReader reader(folder / "set");
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi images = 0;
  BOOST_REQUIRE(mdb_env_create(&env) == 0);
  BOOST_REQUIRE(mdb_env_set_maxdbs(env, 3) == 0);
  BOOST_REQUIRE(mdb_env_open(env, (folder / "set").c_str(), MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0666) == 0);
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0);
  BOOST_REQUIRE(mdb_dbi_open(txn, "images", 0, &images) == 0);
  for (uint8_t i = 0; i < 40; ++i) {
    uint8_t key_bytes[8] = {0, 0, 0, 0, 0, 0, 0, i};
    MDB_val key = {8, key_bytes};
    MDB_val value = {0, nullptr};
    BOOST_REQUIRE(mdb_get(txn, images, &key, &value) == 0);
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(value.mv_data), value.mv_size);
    const std::vector<std::byte> want = reader.encoded(i);
    BOOST_REQUIRE(bytes.size() == 16 + want.size());
    BOOST_TEST((std::equal(want.begin(), want.end(), bytes.begin() + 16)));
    const uint8_t head[16] = {'I', 'N', 'R', 'D', 1, 3, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0};
    BOOST_TEST((std::equal(bytes.begin(), bytes.begin() + 16, std::as_bytes(std::span(head)).begin())));
  }
  mdb_txn_abort(txn);
  mdb_env_close(env);
}

BOOST_AUTO_TEST_CASE(dataset_concurrent_reads) {
  const test::TemporaryFolder folder;
  build(folder / "set", 40, 40, false);
  const DatasetReader reader(folder / "set");
  std::vector<int> wrong(4, -1);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      int n_wrong = 0;
      for (uint64_t k = 0; k < 200; ++k) {
        const uint64_t i = (k * 7 + t) % 40;
        n_wrong += reader.read_image(static_cast<int64_t>(i)).rgb == test::test_picture(i, 16, 16).rgb ? 0 : 1;
      }
      wrong[t] = n_wrong;
    });
  for (std::thread& thread : threads) thread.join();
  for (const int n_wrong : wrong) BOOST_TEST(n_wrong == 0);
}

BOOST_AUTO_TEST_CASE(what_was_given_in_place_of_a_dataset_is_told) {
  const test::TemporaryFolder folder;
  const auto fault = [](const std::string& path) -> std::string {
    try {
      const DatasetReader reader(path);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "none";
  };
  const std::string of_folder = fault(folder.path().string());
  BOOST_TEST(of_folder.find("is a folder, not a dataset") != std::string::npos);
  const std::string locked = folder / "locked.inrd";
  build(locked, 2, 2, false);
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const bool root = ::geteuid() == 0;  // whom no permission stops
  if (root && ::seteuid(65534) != 0) return;
  const std::string of_locked = fault(locked);
  if (root) BOOST_REQUIRE(::seteuid(0) == 0);
  BOOST_TEST(of_locked.find("Permission denied") != std::string::npos, of_locked);
}

}  // namespace
