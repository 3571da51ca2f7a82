// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile datasets, LMDBs, zips and fonts: an Error or the right data, never a crash or a hang; and a disk
// that is full. liblmdb alone dies of about one in seven of such files.
#include "dataset/dataset.hpp"

#include <sys/resource.h>
#include <zip.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/error.hpp"
#include "base/philox.hpp"
#include "dataset/dataset_writer.hpp"
#include "dataset/sources.hpp"
#include "image/encode.hpp"
#include "lmdb/lmdb_reader.hpp"
#include "support/mutate.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;

constexpr int64_t kCount = 60;
constexpr size_t kPageBytes = 4096;
const base::Json kRecipe = {{"size", 12}};

// Raw pictures inside leaf pages and PNGs of noise in overflow pages: every kind of page occurs.
void append_some(dataset::DatasetWriter& writer, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; ++i) {
    const int64_t side = i % 6 == 0 ? 70 : 12;
    const image::Image picture = test::test_picture(static_cast<uint64_t>(i), side, side);
    const std::vector<std::byte> bytes = image::encode_png(picture);
    writer.append({dataset::Codec::kPng, 3, side, side}, bytes, "picture " + std::to_string(i));
  }
}

std::vector<std::byte> make_dataset(const std::string& path, bool complete) {
  dataset::DatasetWriter writer(path, "png", kRecipe);
  for (int64_t i = 0; i < kCount; i += 10) {
    append_some(writer, i, i + 10);
    writer.commit();
  }
  if (complete) writer.finish();
  return test::read_bytes(path);
}

// Damage where it hurts most: the first bytes of pages and their node tables; whole pages lost, doubled, swapped; cuts.
std::vector<std::byte> mutate_pages(const std::vector<std::byte>& good, uint64_t case_index) {
  base::CounterRng random(11, case_index);
  std::vector<std::byte> bytes = good;
  const uint64_t n_pages = good.size() / kPageBytes;
  const auto page = [&] { return random.next_below(n_pages) * kPageBytes; };
  switch (case_index % 5) {
    case 0:
    case 1: {
      const uint64_t n_flips = 1 + random.next_below(4);
      for (uint64_t i = 0; i < n_flips; ++i)
        bytes[page() + random.next_below(case_index % 2 == 0 ? 64 : 200)] ^=
            static_cast<std::byte>(1U << random.next_below(8));
      break;
    }
    case 2:
      std::memset(bytes.data() + page(), static_cast<int>(random.next_below(2) * 255), kPageBytes);
      break;
    case 3: {
      const uint64_t from = page();
      std::memcpy(bytes.data() + page(),
                  std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(from + kPageBytes))
                      .data(),
                  kPageBytes);
      // The copied page may claim its new place.
      break;
    }
    default:
      bytes.resize(random.next_below(bytes.size()));
      break;
  }
  return bytes;
}

// Reads all that can be read. What is read is right.
int read_everything(const std::string& path, const dataset::DatasetReader& good) {
  int n_read = 0;
  try {
    const dataset::DatasetReader reader(path, {.allow_building = true});
    for (int64_t i = 0; i < std::min(reader.size(), kCount); ++i) {
      try {
        const std::vector<std::byte> bytes = reader.encoded(i);
        BOOST_TEST((bytes == good.encoded(i)));
        ++n_read;
        static_cast<void>(reader.read_image(i));
        static_cast<void>(reader.source_name(i));
        static_cast<void>(reader.record(i));
      } catch (const base::Error&) {
      }
    }
    reader.check();
  } catch (const base::Error&) {
  }
  return n_read;
}

// The build goes on where the damage left it alone, with liblmdb.
void resume(const std::string& path) {
  try {
    dataset::DatasetWriter writer(path, "png", kRecipe);
    if (writer.info().complete || writer.info().count > kCount) return;
    append_some(writer, writer.info().count, writer.info().count + 25);
    writer.commit();
    append_some(writer, writer.info().count, writer.info().count + 5);
    writer.finish();
  } catch (const base::Error&) {
  }
}

BOOST_AUTO_TEST_CASE(damaged_datasets) {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> complete = make_dataset(folder / "complete", true);
  const std::vector<std::byte> building = make_dataset(folder / "building", false);
  const dataset::DatasetReader good(folder / "complete");
  int n_read = 0;
  constexpr uint64_t kCases = 400;
  for (uint64_t i = 0; i < kCases; ++i) {
    test::write_file(folder / "bad", i % 2 == 0 ? mutate_pages(complete, i / 2) : test::mutate(complete, i / 2));
    n_read += read_everything(folder / "bad", good);
  }
  // The damage is real, and it does not take everything with it.
  BOOST_TEST((n_read > 0 && n_read < static_cast<int>(kCases) * kCount));
  for (uint64_t i = 0; i < kCases; ++i) {
    test::write_file(folder / "bad", i % 2 == 0 ? mutate_pages(building, i / 2) : test::mutate(building, i / 2));
    resume(folder / "bad");
    read_everything(folder / "bad", good);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_dataset_is_noticed) {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> bytes = make_dataset(folder / "set", true);
  for (size_t n = 0; n < bytes.size(); n += 1 + n / 60) {
    test::write_file(folder / "cut", std::span(bytes).first(n));
    BOOST_CHECK_THROW(dataset::DatasetReader(folder / "cut"), base::Error);
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_picture_is_noticed) {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> bytes = make_dataset(folder / "set", true);
  const std::vector<std::byte> picture = dataset::DatasetReader(folder / "set").encoded(6);
  const auto at = std::search(bytes.begin(), bytes.end(), picture.begin(), picture.end());
  BOOST_REQUIRE((at != bytes.end()));
  for (size_t k = 0; k < picture.size(); k += 97) {
    std::vector<std::byte> flipped = bytes;
    flipped[static_cast<size_t>(at - bytes.begin()) + k] ^= std::byte{4};
    test::write_file(folder / "flipped", flipped);
    const dataset::DatasetReader reader(folder / "flipped");
    BOOST_CHECK_THROW(static_cast<void>(reader.encoded(6)), base::DataError);
    BOOST_CHECK_NO_THROW(static_cast<void>(reader.encoded(7)));
    if (k < 300) BOOST_CHECK_THROW(reader.check(), base::DataError);
  }
}

std::vector<std::byte> make_zip(const std::string& path) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, &code);
  BOOST_REQUIRE(zip != nullptr);
  std::vector<std::vector<std::byte>> pictures;
  for (uint64_t i = 0; i < 4; ++i) pictures.push_back(image::encode_ppm(test::test_picture(i, 9, 9)));
  for (size_t i = 0; i < pictures.size(); ++i) {
    zip_source_t* source = zip_source_buffer(zip, pictures[i].data(), pictures[i].size(), 0);
    BOOST_REQUIRE(zip_file_add(zip, (std::to_string(i) + ".ppm").c_str(), source, 0) >= 0);
  }
  BOOST_REQUIRE(zip_close(zip) == 0);
  return test::read_bytes(path);
}

BOOST_AUTO_TEST_CASE(damaged_sources) {
  const test::TemporaryFolder folder;
  make_dataset(folder / "set", true);
  std::vector<std::vector<std::byte>> good;
  good.push_back(test::read_bytes(folder / "set"));
  std::vector<std::byte> font = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
  for (uint64_t i = 0; i < 5; ++i) {
    const std::vector<std::byte> png = image::encode_png(test::test_picture(i, 9, 9));
    font.insert(font.end(), png.begin(), png.end());
  }
  good.push_back(font);
  good.push_back(make_zip(folder / "zip"));
  int n_opened = 0;
  for (uint64_t i = 0; i < 600; ++i) {
    test::write_file(folder / "bad", test::mutate(good[i % good.size()], i));
    try {
      const auto source = dataset::open_source(folder / "bad");
      ++n_opened;
      for (int64_t k = 0; k < source->size(); ++k) {
        try {
          static_cast<void>(source->name(k));
          BOOST_TEST(source->read(k).size() <= dataset::kMaxPictureBytes);
        } catch (const base::Error&) {
        }
      }
    } catch (const base::Error&) {
    }
  }
  BOOST_TEST(n_opened > 0);
}

// A B+tree whose branch page names one child many times would take ages to walk; its depth is false here as well.
BOOST_AUTO_TEST_CASE(circular_trees_end) {
  const test::TemporaryFolder folder;
  const std::vector<std::byte> bytes = make_dataset(folder / "set", true);
  const dataset::DatasetReader good(folder / "set");
  size_t n_noticed = 0;
  for (size_t page = 2; page < bytes.size() / kPageBytes; ++page) {
    const std::byte* start = bytes.data() + page * kPageBytes;
    if (start[10] != std::byte{1} || start[11] != std::byte{0}) continue;  // flags: a branch page
    std::vector<std::byte> circular = bytes;
    uint16_t lower = 0;
    std::memcpy(&lower, start + 12, 2);
    for (size_t slot = 16; slot + 2 <= lower; slot += 2) {
      uint16_t node = 0;
      std::memcpy(&node, start + slot, 2);
      const auto child = static_cast<uint32_t>(page);
      std::memcpy(circular.data() + page * kPageBytes + node, &child, sizeof child);
    }
    test::write_file(folder / "circular", circular);
    const lmdb::LmdbReader lmdb(folder / "circular");
    try {
      lmdb.check_all();  // passes where the page belongs to an earlier transaction
      BOOST_TEST(read_everything(folder / "circular", good) == kCount);
    } catch (const base::DataError&) {
      ++n_noticed;
    }
  }
  BOOST_TEST(n_noticed > 0U);
}

BOOST_AUTO_TEST_CASE(full_disk_keeps_what_was_committed) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "set";
  struct rlimit before {};
  BOOST_REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  {
    dataset::DatasetWriter writer(path, "png", kRecipe);
    append_some(writer, 0, 20);
    writer.commit();
    append_some(writer, 20, 60);
    struct rlimit limited = before;
    limited.rlim_cur = std::filesystem::file_size(path) + kPageBytes;
    BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
    BOOST_CHECK_EXCEPTION(writer.commit(), base::SystemError, [](const base::SystemError& e) {
      return std::string(e.what()).find("cannot write") != std::string::npos;
    });
    BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  }
  std::signal(SIGXFSZ, handler);
  {
    const dataset::DatasetReader reader(path, {.allow_building = true});
    BOOST_TEST(reader.size() == 20);
    BOOST_CHECK_NO_THROW(reader.check());
  }
  {
    dataset::DatasetWriter writer(path, "png", kRecipe);
    append_some(writer, writer.info().count, kCount);
    writer.finish();
  }
  make_dataset(folder / "other", true);
  BOOST_TEST(dataset::DatasetReader(path).info().content_hash ==
             dataset::DatasetReader(folder / "other").info().content_hash);
}

}  // namespace
