// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Sources of pictures: kind by bytes, order by name, and what they leave out.
#include "dataset/sources.hpp"

#include <lmdb.h>
#include <zip.h>

#include <map>
#include <sstream>

#include "base/error.hpp"
#include "dataset/dataset_writer.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using Names = std::vector<std::string>;

Names names_of(const dataset::PictureSource& source) {
  Names names;
  for (int64_t i = 0; i < source.size(); ++i) names.push_back(source.name(i));
  return names;
}

std::vector<std::byte> png(uint64_t i) { return image::encode_png(test::test_picture(i, 5, 4)); }

bool is_picture(const dataset::PictureSource& source, int64_t i, uint64_t want) {
  return image::decode(source.read(i), "test").rgb == test::test_picture(want, 5, 4).rgb;
}

template <typename Error>
std::string message_of(const std::string& path) {
  try {
    dataset::open_source(path);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void make_zip(const std::string& path, const std::map<std::string, std::vector<std::byte>>& members) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  BOOST_REQUIRE(zip != nullptr);
  bool stored = false;
  for (const auto& [name, bytes] : members) {
    const auto index = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    BOOST_REQUIRE(index >= 0);
    stored = !stored;
    BOOST_REQUIRE(zip_set_file_compression(zip, static_cast<zip_uint64_t>(index),
                                           stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0) == 0);
  }
  BOOST_REQUIRE(zip_close(zip) == 0);
}

BOOST_AUTO_TEST_CASE(sources_folder) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "b.PNG", png(1));
  test::write_file(folder / "a/z.jpeg", png(2));
  test::write_file(folder / "a/Y.WebP", png(3));
  test::write_file(folder / "c.ppm", image::encode_ppm(test::test_picture(4, 5, 4)));
  test::write_file(folder / "notes.txt", png(5));
  test::write_file(folder / ".hidden.png", png(6));
  test::write_file(folder / "a/.cache/x.png", png(7));
  test::write_file(folder / "__MACOSX/x.png", png(8));
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "a/loop");
  std::filesystem::create_symlink(folder / "b.PNG", folder / "d.png");
  std::filesystem::create_symlink(folder / "nowhere", folder / "e.png");
  const auto source = dataset::open_source(folder.path().string());
  BOOST_TEST((names_of(*source) == Names{"a/Y.WebP", "a/z.jpeg", "b.PNG", "c.ppm", "d.png"}));
  BOOST_TEST(source->kind() == "folder");
  BOOST_TEST((is_picture(*source, 0, 3) && is_picture(*source, 2, 1) && is_picture(*source, 3, 4)));
  BOOST_TEST((names_of(*dataset::open_source(folder.path().string(), 2)) == Names{"a/Y.WebP", "a/z.jpeg"}));
  std::filesystem::create_directory(folder.path() / "empty");
  BOOST_TEST(contains(message_of<base::DataError>(folder / "empty"), "holds no pictures"));
  BOOST_TEST(contains(message_of<base::SystemError>(folder / "missing"), "No such file"));
}

BOOST_AUTO_TEST_CASE(sources_zip) {
  const test::TemporaryFolder folder;
  make_zip(folder / "data", {{"b/2.png", png(2)}, {"a/1.JPG", png(1)}, {"a/readme.txt", png(3)}, {"c.png", png(4)}});
  const auto source = dataset::open_source(folder / "data");
  BOOST_TEST(source->kind() == "zip");
  BOOST_TEST((names_of(*source) == Names{"a/1.JPG", "b/2.png", "c.png"}));
  BOOST_TEST((is_picture(*source, 0, 1) && is_picture(*source, 1, 2) && is_picture(*source, 2, 4)));
  make_zip(folder / "none.zip", {{"readme.txt", png(3)}});
  BOOST_TEST(contains(message_of<base::DataError>(folder / "none.zip"), "no pictures"));
}

BOOST_AUTO_TEST_CASE(sources_zip_bomb_is_refused) {
  const test::TemporaryFolder folder;
  make_zip(folder / "bomb.zip", {{"a.txt", png(1)}, {"b.png", std::vector<std::byte>(dataset::kMaxPictureBytes + 1)}});
  BOOST_TEST(std::filesystem::file_size(folder / "bomb.zip") < 2'000'000);
  const auto source = dataset::open_source(folder / "bomb.zip");
  BOOST_CHECK_EXCEPTION(static_cast<void>(source->read(0)), base::DataError,
                        [](const base::DataError& e) { return contains(e.what(), "larger than 256 MiB"); });
}

BOOST_AUTO_TEST_CASE(sources_lsun) {
  const test::TemporaryFolder folder;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  BOOST_REQUIRE(mdb_env_create(&env) == 0);
  BOOST_REQUIRE(mdb_env_open(env, folder.path().c_str(), 0, 0666) == 0);
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  BOOST_REQUIRE(mdb_dbi_open(txn, nullptr, 0, &dbi) == 0);
  std::string binary = "\x01\xfe";
  for (const auto& [key, i] : std::map<std::string, uint64_t>{{"ff00", 1}, {"00ab", 2}, {binary, 3}}) {
    std::vector<std::byte> bytes = png(i);
    MDB_val k = {key.size(), const_cast<char*>(key.data())};
    MDB_val v = {bytes.size(), bytes.data()};
    BOOST_REQUIRE(mdb_put(txn, dbi, &k, &v, 0) == 0);
  }
  BOOST_REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
  for (const std::string& path : {folder.path().string(), folder / "data.mdb"}) {
    const auto source = dataset::open_source(path);
    BOOST_TEST(source->kind() == "lmdb");
    BOOST_TEST((names_of(*source) == Names{"01fe", "00ab", "ff00"}));
    BOOST_TEST((is_picture(*source, 0, 3) && is_picture(*source, 1, 2) && is_picture(*source, 2, 1)));
    BOOST_TEST(dataset::open_source(path, 2)->size() == 2);
  }
}

BOOST_AUTO_TEST_CASE(sources_dataset) {
  const test::TemporaryFolder folder;
  {
    dataset::DatasetWriter writer(folder / "set", "raw", base::Json::object());
    const image::Image picture = test::test_picture(1, 5, 4);
    writer.append({dataset::Codec::kRaw, 3, 5, 4}, std::as_bytes(std::span(picture.rgb)), "raw one");
    writer.append({dataset::Codec::kPng, 3, 5, 4}, png(2), "png two");
    writer.finish();
  }
  const auto source = dataset::open_source(folder / "set");
  BOOST_TEST(source->kind() == "dataset");
  BOOST_TEST((names_of(*source) == Names{"raw one", "png two"}));
  BOOST_TEST((is_picture(*source, 0, 1) && is_picture(*source, 1, 2)));
}

BOOST_AUTO_TEST_CASE(sources_font) {
  const test::TemporaryFolder folder;
  std::vector<std::byte> font = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
  const auto add = [&](std::span<const std::byte> bytes) { font.insert(font.end(), bytes.begin(), bytes.end()); };
  const std::vector<std::byte> filler(37, std::byte{0x89});
  add(filler);
  add(png(1));
  add(filler);
  const std::vector<std::byte> cut = png(2);
  add(std::span(cut).first(60));  // up to the next one
  add(png(3));
  add(std::span(cut).first(9));
  test::write_file(folder / "font.ttf", font);
  const auto source = dataset::open_source(folder / "font.ttf");
  BOOST_TEST(source->kind() == "font");
  BOOST_TEST((names_of(*source) == Names{"emoji-00000.png", "emoji-00001.png", "emoji-00002.png", "emoji-00003.png"}));
  BOOST_TEST((source->read(0) == png(1)));
  BOOST_TEST((source->read(2) == png(3)));
  BOOST_CHECK_THROW(image::decode(source->read(1), "cut"), base::DataError);
  BOOST_CHECK_THROW(image::decode(source->read(3), "cut"), base::DataError);
  BOOST_TEST(dataset::open_source(folder / "font.ttf", 1)->size() == 1);
  test::write_file(folder / "plain.ttf", std::span(font).first(30));
  BOOST_TEST(contains(message_of<base::DataError>(folder / "plain.ttf"), "no PNG pictures"));
}

BOOST_AUTO_TEST_CASE(sources_lists_files_and_several) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "one", png(1));
  test::write_file(folder / "two.png", png(2));
  test::write_file(folder / "text.png", std::vector<std::byte>(9, std::byte{'a'}));
  BOOST_TEST(dataset::open_source(folder / "one")->kind() == "file");
  BOOST_TEST(contains(message_of<base::DataError>(folder / "text.png"), "is not a source of pictures"));
  BOOST_TEST(contains(message_of<base::DataError>("/dev/null"), "neither a folder nor a regular file"));

  std::istringstream lines((folder / "two.png") + "\r\n\n" + (folder / "one") + "\n" + (folder / "gone"));
  const auto list = dataset::open_sources({"-"}, lines);
  BOOST_TEST((names_of(*list) == Names{folder / "two.png", folder / "one", folder / "gone"}));
  BOOST_TEST((is_picture(*list, 0, 2) && is_picture(*list, 1, 1)));
  BOOST_CHECK_THROW(static_cast<void>(list->read(2)), base::SystemError);
  std::istringstream nothing("\n\n");
  BOOST_CHECK_THROW(dataset::open_sources({"-"}, nothing), base::DataError);
  std::istringstream endless(std::string(100000, 'x'));
  BOOST_CHECK_THROW(dataset::open_sources({"-"}, endless), base::DataError);
  BOOST_CHECK_THROW(dataset::open_sources({}, nothing), base::UsageError);
  BOOST_CHECK_THROW(dataset::open_sources({"-", "-"}, nothing), base::UsageError);

  std::istringstream more(folder / "one");
  const auto joined = dataset::open_sources({folder / "two.png", "-", folder / "one"}, more);
  BOOST_TEST(joined->kind() == "file+list+file");
  BOOST_TEST(
      (names_of(*joined) == Names{(folder / "two.png") + "/two.png", folder / "one", (folder / "one") + "/one"}));
  BOOST_TEST((is_picture(*joined, 0, 2) && is_picture(*joined, 1, 1) && is_picture(*joined, 2, 1)));
  BOOST_CHECK_THROW(static_cast<void>(joined->name(3)), std::out_of_range);
  std::istringstream unread(folder / "one");
  BOOST_TEST(dataset::open_sources({folder / "two.png", "-"}, unread, 1)->size() == 1);
}

}  // namespace
