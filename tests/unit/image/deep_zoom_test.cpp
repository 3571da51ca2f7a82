// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A pyramid of tiles against the picture it is made of: sizes, overlaps, averages; and its files as one output.
#include "image/deep_zoom.hpp"

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "image/decode.hpp"
#include "support/test.hpp"
#include "unit/image/samples.hpp"

namespace {

using namespace inr::image;
using inr::test::TemporaryFolder;
namespace fs = std::filesystem;

/// Smooth colours with noise, so that averages and crops of other places differ.
Image picture_of(int64_t width, int64_t height) {
  Image picture = inr::test::sample_picture(width, height);
  uint32_t state = static_cast<uint32_t>(width * 65537 + height);
  for (uint8_t& v : picture.rgb) v = static_cast<uint8_t>(v + ((state = state * 1664525 + 1013904223) >> 27));
  return picture;
}

/// The level above, by its definition: four pixels each, the nearest one in place of what is missing.
Image averaged(const Image& below) {
  Image above = make_image((below.width + 1) / 2, (below.height + 1) / 2);
  for (int64_t y = 0; y < above.height; ++y) {
    for (int64_t x = 0; x < above.width; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        int sum = 2;
        for (const int64_t dy : {0, 1}) {
          for (const int64_t dx : {0, 1}) {
            const int64_t from_y = std::min(2 * y + dy, below.height - 1),
                          from_x = std::min(2 * x + dx, below.width - 1);
            sum += below.rgb[static_cast<size_t>((from_y * below.width + from_x) * 3 + c)];
          }
        }
        above.rgb[static_cast<size_t>((y * above.width + x) * 3 + c)] = static_cast<uint8_t>(sum / 4);
      }
    }
  }
  return above;
}

Image crop(const Image& picture, int64_t x, int64_t y, int64_t width, int64_t height) {
  Image part = make_image(width, height);
  for (int64_t row = 0; row < height; ++row) {
    const auto from = picture.row(y + row).subspan(static_cast<size_t>(x * 3), static_cast<size_t>(width * 3));
    std::ranges::copy(from, part.row(row).begin());
  }
  return part;
}

void write(DeepZoomFiles& files, const Image& picture, const TileFormat& tiles = kPngTiles,
           const PictureOptions& options = {}, int64_t rows_at_a_time = 17) {
  DeepZoomWriter writer(files, tiles, picture.width, picture.height, {{"inr.command", "inr-render --res 5"}}, options);
  for (int64_t y = 0; y < picture.height; y += rows_at_a_time) {
    const int64_t n = std::min(rows_at_a_time, picture.height - y);
    writer.write_rows(
        std::span(picture.rgb)
            .subspan(static_cast<size_t>(y * picture.width * 3), static_cast<size_t>(n * picture.width * 3)));
  }
  writer.finish();
}

void write_to(const std::string& path, const Image& picture) {
  DeepZoomFiles files(path);
  write(files, picture);
  files.commit();
}

std::vector<std::byte> bytes_of_file(const std::string& path) { return inr::base::read_file(path); }

/// Everything below a folder: path -> bytes.
std::map<std::string, std::vector<std::byte>> tree(const fs::path& folder) {
  std::map<std::string, std::vector<std::byte>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = bytes_of_file(entry.path().string());
  }
  return files;
}

/// Compares all tiles of NAME_files with the picture.
void check_tiles(const std::string& tiles, Image level) {
  size_t n_expected = 0;
  for (size_t number = deep_zoom_levels(level.width, level.height).size(); number-- > 0;) {
    for (int64_t row = 0; row * 254 < level.height; ++row) {
      for (int64_t column = 0; column * 254 < level.width; ++column) {
        const int64_t x0 = std::max<int64_t>(column * 254 - 1, 0), x1 = std::min((column + 1) * 254 + 1, level.width);
        const int64_t y0 = std::max<int64_t>(row * 254 - 1, 0), y1 = std::min((row + 1) * 254 + 1, level.height);
        const std::string name =
            tiles + "/" + std::to_string(number) + "/" + std::to_string(column) + "_" + std::to_string(row) + ".png";
        const Image tile = decode(bytes_of_file(name), name);
        BOOST_REQUIRE_EQUAL(tile.width, x1 - x0);
        BOOST_REQUIRE_EQUAL(tile.height, y1 - y0);
        BOOST_REQUIRE_MESSAGE(tile.rgb == crop(level, x0, y0, x1 - x0, y1 - y0).rgb, name + " is another crop");
        ++n_expected;
      }
    }
    if (number > 0) level = averaged(level);
  }
  BOOST_CHECK_EQUAL(tree(tiles).size(), n_expected);  // and no others
}

}  // namespace

BOOST_AUTO_TEST_CASE(levels_halve_down_to_one_pixel) {
  BOOST_CHECK_EQUAL(deep_zoom_levels(1, 1).size(), 1U);
  const std::vector<PixelSize> want = {{1, 1}, {2, 1}, {3, 1}, {5, 1}, {9, 2}};
  BOOST_CHECK(deep_zoom_levels(9, 2) == want);
  BOOST_CHECK_EQUAL(deep_zoom_levels(32768, 20000).size(), 16U);
  BOOST_CHECK_EQUAL(deep_zoom_levels(3, 32769).size(), 17U);
  BOOST_CHECK_EQUAL(n_tiles(254), 1);
  BOOST_CHECK_EQUAL(n_tiles(255), 2);
}

BOOST_AUTO_TEST_CASE(tiles_are_crops_and_levels_averages) {
  for (const auto& [w, h] : {std::pair{1, 1},
                             {2, 1},
                             {1, 3},
                             {254, 254},
                             {255, 255},
                             {256, 257},
                             {509, 508},
                             {333, 511},
                             {2001, 3},
                             {5, 1021}}) {
    const TemporaryFolder folder;
    const Image picture = picture_of(w, h);
    write_to(folder / "p.dzi", picture);
    check_tiles(folder / "p_files", picture);
  }
}

BOOST_AUTO_TEST_CASE(threads_and_calls_do_not_change_a_byte) {
  const Image picture = picture_of(1300, 777);
  const TemporaryFolder folder;
  write_to(folder / "want", picture);
  const auto want = tree(folder / "want_files");
  const Workers three{3, [](int64_t n, const std::function<void(int64_t)>& work) {
                        std::atomic<int64_t> next = n;
                        const auto serve = [&] {
                          for (int64_t i = 0; (i = --next) >= 0;) work(i);
                        };
                        const std::jthread one(serve), two(serve);
                        serve();
                      }};
  for (const int64_t rows : {1, 254, 777}) {
    DeepZoomFiles files(folder / "got");
    write(files, picture, kPngTiles, {.workers = three}, rows);
    files.commit();  // in the place of the one before
    BOOST_CHECK(tree(folder / "got_files") == want);
  }
}

BOOST_AUTO_TEST_CASE(tiles_of_jpeg) {
  const TemporaryFolder folder;
  const Image picture = picture_of(300, 20);
  DeepZoomFiles files(folder / "p.dzi");
  write(files, picture, kJpegTiles, {.jpeg_quality = 100});
  files.commit();
  const Image tile = decode(bytes_of_file(folder / "p_files/9/1_0.jpg"), "tile");
  const Image want = crop(picture, 253, 0, 47, 20);
  BOOST_REQUIRE_EQUAL(tile.rgb.size(), want.rgb.size());
  for (size_t i = 0; i < want.rgb.size(); ++i) BOOST_REQUIRE_LE(std::abs(tile.rgb[i] - want.rgb[i]), 8);
}

BOOST_AUTO_TEST_CASE(an_unfinished_pyramid_leaves_the_earlier_one) {
  const TemporaryFolder folder;
  write_to(folder / "p.dzi", picture_of(300, 300));
  const auto want = tree(folder.path());
  {
    DeepZoomFiles files(folder / "p.dzi");
    write(files, picture_of(600, 300));
    BOOST_CHECK(tree(folder.path()) != want);  // beside it
  }
  BOOST_CHECK(tree(folder.path()) == want);
  { const DeepZoomFiles never_begun(folder / "q.dzi"); }
  BOOST_CHECK(tree(folder.path()) == want);
  write_to(folder / "O.DZI", picture_of(3, 3));
  BOOST_CHECK(fs::exists(folder / "O_files/2/0_0.png"));
  fs::remove(folder / "O.DZI");
  fs::remove_all(folder / "O_files");

  // Finished, it takes its place with all tiles: none of the larger one is left.
  write_to(folder / "p", picture_of(1000, 300));
  write_to(folder / "p", picture_of(10, 20));
  check_tiles(folder / "p_files", picture_of(10, 20));
  BOOST_CHECK_EQUAL(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 2);
}

BOOST_AUTO_TEST_CASE(what_was_written_can_be_kept) {
  const TemporaryFolder folder;
  for (const int width : {600, 20}) {  // the second takes the place of the first
    DeepZoomFiles files(folder / "p.dzi");
    BOOST_CHECK_EQUAL(files.keep_partial(), "");
    write(files, picture_of(width, 300));
    BOOST_CHECK_EQUAL(files.keep_partial(), folder / "p.dzi.partial");
  }
  BOOST_CHECK(!fs::exists(folder / "p.dzi"));
  check_tiles(folder / "p.dzi.partial/p_files", picture_of(20, 300));
  BOOST_CHECK_EQUAL(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

BOOST_AUTO_TEST_CASE(only_pyramids_are_replaced) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name) {
    const auto before = tree(folder.path());
    BOOST_CHECK_THROW(DeepZoomFiles(folder / name), inr::base::DataError);
    BOOST_CHECK(tree(folder.path()) == before);
  };
  const auto touch = [&](const std::string& name) {
    fs::create_directories(fs::path(folder / name).parent_path());
    std::ofstream(folder / name) << "mine";
  };
  // A folder that looks like levels of tiles is none without its description.
  touch("trip_files/2024/12_05.jpg");
  refused("trip.dzi");
  touch("trip.dzi");
  refused("trip.dzi");
  fs::create_directory(fs::path(folder / "empty_files"));
  refused("empty.dzi");
  const auto with_description = [&](const std::string& name) {
    write_to(folder / name + ".dzi", picture_of(300, 300));
    BOOST_CHECK_NO_THROW(DeepZoomFiles(folder / name + ".dzi"));
  };
  // With one, whatever it does not tell of: a file, a tile of another kind, levels and tiles beyond its size.
  for (const char* foreign : {"letters.txt", "0/0_0.txt", "0/0_0.jpg", "0/more/0_0.png", "2024/12_5.png", "10/0_0.png",
                              "09/0_0.png", "9/0_2.png", "9/2_0.png", "9/00_0.png", "8/1_0.png", "9/0_0.png.png"}) {
    BOOST_TEST_CONTEXT(foreign) {
      with_description("a");
      touch(std::string("a_files/") + foreign);
      refused("a.dzi");
      fs::remove_all(folder / "a_files");
    }
  }
  touch("d_files");
  refused("d.dzi");
  touch("e.dzi/file");
  refused("e.dzi");
  with_description("elsewhere");
  fs::create_directory_symlink(folder / "elsewhere_files", folder / "f_files");
  fs::copy(folder / "elsewhere.dzi", folder / "f.dzi");
  refused("f.dzi");
  // What vips dzsave writes beside the levels is no hindrance.
  with_description("g");
  touch("g_files/vips-properties.xml");
  write_to(folder / "g.dzi", picture_of(3, 3));
  check_tiles(folder / "g_files", picture_of(3, 3));

  // What somebody puts there while the picture is drawn is kept as well.
  DeepZoomFiles files(folder / "g.dzi");
  write(files, picture_of(5, 5));
  touch("g_files/note.txt");
  BOOST_CHECK_THROW(files.commit(), inr::base::DataError);
  BOOST_CHECK(fs::exists(folder / "g_files/note.txt"));

  BOOST_CHECK_THROW(DeepZoomFiles(""), inr::base::UsageError);
  BOOST_CHECK_THROW(DeepZoomFiles("-"), inr::base::UsageError);
  BOOST_CHECK_THROW(DeepZoomFiles(folder / ".dzi"), inr::base::UsageError);
  BOOST_CHECK_THROW(DeepZoomFiles("/dev/null"), inr::base::UsageError);
  BOOST_CHECK_THROW(DeepZoomFiles(folder / "missing/p.dzi"), inr::base::SystemError);
}

BOOST_AUTO_TEST_CASE(wrong_pyramids_are_refused) {
  const TemporaryFolder folder;
  DeepZoomFiles files(folder / "p.dzi");
  BOOST_CHECK_THROW(DeepZoomWriter(files, kPngTiles, 0, 5), inr::base::UsageError);
  BOOST_CHECK_THROW(DeepZoomWriter(files, kJpegTiles, 5, 5, {}, {.jpeg_quality = 101}), inr::base::UsageError);
  DeepZoomWriter writer(files, kPngTiles, 5, 5);
  BOOST_CHECK_THROW(writer.write_rows(std::vector<uint8_t>(14)), std::logic_error);
  BOOST_CHECK_THROW(writer.finish(), std::logic_error);
}
