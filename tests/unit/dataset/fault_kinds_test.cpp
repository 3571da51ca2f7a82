// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of LMDB files, datasets and sources of pictures.
#include <sstream>

#include "dataset/dataset.hpp"
#include "dataset/dataset_writer.hpp"
#include "dataset/sources.hpp"
#include "image/encode.hpp"
#include "lmdb/lmdb_reader.hpp"
#include "support/fault_of.hpp"
#include "support/pictures.hpp"

using namespace inr;
using base::Fault;
using test::expect_fault;
using Bytes = std::vector<std::byte>;

namespace {

void write_set(const std::string& path, const Bytes& picture, bool finished) {
  dataset::DatasetWriter writer(path, "png", {{"size", 8}});
  writer.append({dataset::Codec::kPng, 3, 8, 8}, picture, "picture");
  finished ? writer.finish() : writer.commit();
}

void read_all(const std::string& path) {
  const dataset::DatasetReader reader(path);
  reader.check();
  for (int64_t i = 0; i < reader.size(); ++i) (void)reader.read_image(i);
}

// A folder whose name says what is wrong with nothing in it.
struct Folder {
  test::TemporaryFolder root;
  std::string path = root / "cut short, newer than this program";
  Folder() { std::filesystem::create_directory(path); }
  std::string file(const std::string& name, const Bytes& bytes) const {
    test::write_file(path + "/" + name, bytes);
    return path + "/" + name;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_kinds)

BOOST_AUTO_TEST_CASE(of_datasets) {
  const Folder folder;
  const Bytes png = image::encode_png(test::test_picture(0, 8, 8));
  const std::string path = folder.path + "/set";
  write_set(path, png, true);
  BOOST_TEST(test::fault_of([&] { read_all(path); }) == "no error");
  const Bytes whole = test::read_bytes(path);

  const std::string cut = folder.file("cut", Bytes(whole.begin(), whole.end() - 4096));
  expect_fault(Fault::kCutShort, "cut", [&] { read_all(cut); });
  Bytes flipped = whole;
  const auto at = std::search(flipped.begin(), flipped.end(), png.begin(), png.end());
  BOOST_REQUIRE(at != flipped.end());
  *(at + 30) ^= std::byte{1};
  const std::string damaged = folder.file("damaged", flipped);
  expect_fault(Fault::kDamaged, "damaged", [&] { read_all(damaged); });
  const std::string text = folder.file("text", test::text_bytes("a text of some length, more than a page header"));
  expect_fault(Fault::kForeign, "a text", [&] { read_all(text); });
  expect_fault(Fault::kForeign, "a folder", [&] { read_all(folder.path); });
  Bytes newer = whole;
  const Bytes version = test::text_bytes("\"version\":1");
  for (auto found = newer.begin();;) {
    found = std::search(found, newer.end(), version.begin(), version.end());
    if (found == newer.end()) break;
    *(found + std::ssize(version) - 1) = std::byte{'9'};
    ++found;
  }
  const std::string later = folder.file("later", newer);
  expect_fault(Fault::kNewer, "version 9", [&] { read_all(later); });
}

// The checksum of the record is right: the dataset is not cut short, its picture is.
BOOST_AUTO_TEST_CASE(of_a_picture_in_a_dataset) {
  const Folder folder;
  Bytes png = image::encode_png(test::test_picture(0, 8, 8));
  png.resize(png.size() - 20);
  write_set(folder.path + "/set", png, true);
  expect_fault(Fault::kDamaged, "a picture cut short", [&] { read_all(folder.path + "/set"); });
}

BOOST_AUTO_TEST_CASE(of_an_unfinished_dataset) {
  const Folder folder;
  write_set(folder.path + "/set", image::encode_png(test::test_picture(0, 8, 8)), false);
  BOOST_CHECK_THROW(read_all(folder.path + "/set"), dataset::UnfinishedDataset);
  expect_fault(Fault::kOther, "unfinished", [&] { read_all(folder.path + "/set"); });
}

BOOST_AUTO_TEST_CASE(of_lmdb_files) {
  const Folder folder;
  const std::string path = folder.path + "/set";
  write_set(path, image::encode_png(test::test_picture(0, 8, 8)), true);
  const Bytes whole = test::read_bytes(path);
  const auto open = [](const std::string& file) { lmdb::LmdbReader(file).check_all(); };
  const std::string empty = folder.file("empty", {});
  expect_fault(Fault::kEmpty, "nothing", [&] { open(empty); });
  const std::string zeros = folder.file("zeros", Bytes(16384));
  expect_fault(Fault::kForeign, "zeros", [&] { open(zeros); });
  const std::string cut = folder.file("cut", Bytes(whole.begin(), whole.end() - 4096));
  expect_fault(Fault::kCutShort, "cut", [&] { open(cut); });
  Bytes newer = whole;
  newer[20] = newer[4096 + 20] = std::byte{2};
  const std::string later = folder.file("later", newer);
  expect_fault(Fault::kNewer, "format 2", [&] { open(later); });
  Bytes garbled = whole;
  for (size_t i = 2 * 4096; i < garbled.size(); ++i) garbled[i] = std::byte{0x55};
  const std::string damaged = folder.file("damaged", garbled);
  expect_fault(Fault::kDamaged, "pages of nothing", [&] { open(damaged); });
}

BOOST_AUTO_TEST_CASE(of_sources) {
  const Folder folder;
  const std::string text = folder.file("text", test::text_bytes("a text"));
  expect_fault(Fault::kForeign, "a text", [&] { dataset::open_source(text); });
  const std::string zip = folder.file("zip", test::text_bytes("PK\x03\x04 and no directory at its end, as it is cut"));
  expect_fault(Fault::kCutShort, "a zip", [&] { dataset::open_source(zip); });
  const std::string font = folder.file("font", test::text_bytes("OTTO without a picture"));
  expect_fault(Fault::kUnsupported, "a font", [&] { dataset::open_source(font); });
  expect_fault(Fault::kOther, "a folder without pictures", [&] { dataset::open_source(folder.path); });
}

BOOST_AUTO_TEST_SUITE_END()
