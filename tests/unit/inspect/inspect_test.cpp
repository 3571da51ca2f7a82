// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What inspect() says of whole files, and what it tells of each kind.
#include "inspect/inspect.hpp"

#include <limits>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "image/jpeg_writer.hpp"
#include "support/sample_files.hpp"
#include "support/test.hpp"

using namespace inr;
using inspect::FileState;
using inspect::Finding;
using test::Bytes;

namespace {

constexpr inspect::InspectOptions kEverything{.check = true, .tensors = true, .config = true};

Finding inspect_bytes(const test::TemporaryFolder& folder, const Bytes& bytes,
                      const inspect::InspectOptions& options = {}) {
  test::write_file(folder / "file", bytes);
  return inspect::inspect(folder / "file", options);
}

void expect(const Finding& finding, std::string_view kind, FileState state, std::string_view fault = {}) {
  BOOST_TEST(finding.kind == kind);
  BOOST_TEST((finding.state == state),
             "state of " << kind << ": " << inspect::to_string(finding.state) << ": " << finding.fault);
  BOOST_TEST(finding.fault.find(fault) != std::string::npos, finding.fault);
  BOOST_TEST(finding.fault.empty() == (state == FileState::kWhole), finding.fault);
}

// Names that say of every file in the folder what is wrong with it.
std::string misleading_folder(const test::TemporaryFolder& folder) {
  const std::string path = folder / "cut short, newer than this program reads, inside a page";
  std::filesystem::create_directory(path);
  return path;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inspecting)

BOOST_AUTO_TEST_CASE(every_kind_is_known_and_whole) {
  const test::TemporaryFolder folder;
  size_t n_kinds = 0;
  for (const auto& [kind, bytes] : test::sample_files(folder)) {
    for (const inspect::InspectOptions& options : {inspect::InspectOptions{}, kEverything}) {
      const Finding finding = inspect_bytes(folder, bytes, options);
      expect(finding, kind, FileState::kWhole);
      const std::string text = inspect::to_text(finding);
      BOOST_TEST(text.starts_with((folder / "file") + ": " + kind + ", whole"), text);
      BOOST_TEST(text.back() == '\n');
      const base::Json json = inspect::to_json(finding);
      BOOST_TEST(json["kind"].get<std::string>() == kind);
      BOOST_TEST(json["state"].get<std::string>() == "whole");
      BOOST_TEST(json["file"].get<std::string>() == (folder / "file"));
    }
    ++n_kinds;
  }
  BOOST_TEST(n_kinds == 14U);
}

BOOST_AUTO_TEST_CASE(goldens_are_whole) {
  size_t n_checkpoints = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden_dir() + "/model")) {
    if (entry.path().extension() != ".safetensors") continue;
    const Finding finding = inspect::inspect(entry.path().string(), kEverything);
    BOOST_TEST((finding.state == FileState::kWhole), entry.path().string() << ": " << finding.fault);
    n_checkpoints += finding.kind == "checkpoint" ? 1 : 0;
  }
  BOOST_TEST(n_checkpoints >= 20U);
}

BOOST_AUTO_TEST_CASE(checkpoints_tell_what_they_hold) {
  const test::TemporaryFolder folder;
  const Finding run = inspect_bytes(folder, test::small_checkpoint().bytes(), kEverything);
  BOOST_TEST(run.summary == "8x8 multiscale, 2 blocks, concat join, fmm of rank 2, iteration 100 of 500");
  BOOST_TEST(run.details["sets"].get<std::string>() == "ema g d adam");
  BOOST_TEST(run.details["can be resumed"].get<bool>());
  BOOST_TEST(run.details["checksum"].get<std::string>() == "right");
  BOOST_TEST((run.details["config"] == model::to_json(test::small_config())));
  BOOST_TEST(run.details["tensors"].size() == test::small_checkpoint().tensors.size());
  BOOST_TEST(inspect::to_text(run).find("\n  ema.hypernet.0.weight F32 [6,4]\n") != std::string::npos);

  const Finding exported = inspect_bytes(folder, test::small_checkpoint(true).bytes());
  BOOST_TEST(exported.details["sets"].get<std::string>() == "ema");
  BOOST_TEST(!exported.details["can be resumed"].get<bool>());
  BOOST_TEST(exported.details["can be sampled"].get<bool>());
  BOOST_TEST(!exported.details.contains("config"));
  BOOST_TEST(!exported.details.contains("tensors"));
}

BOOST_AUTO_TEST_CASE(checkpoints_against_their_configuration) {
  const test::TemporaryFolder folder;
  const auto changed = [&](auto&& change) {
    test::SmallCheckpoint checkpoint = test::small_checkpoint();
    change(checkpoint);
    return inspect_bytes(folder, checkpoint.bytes(), {.check = true});
  };
  const auto expect_damage = [&](std::string_view fault, auto&& change) {
    expect(changed(change), "checkpoint", FileState::kDamaged, fault);
  };
  using Checkpoint = test::SmallCheckpoint;
  expect_damage("tensor 'ema.hypernet.0.weight' is missing", [](Checkpoint& c) { c.tensors.erase(c.tensors.begin()); });
  expect_damage("has shape [4, 6]; its configuration asks for [6, 4]", [](Checkpoint& c) {
    c.tensors[0].first.shape = {4, 6};
  });
  expect_damage("'g.extra' does not belong", [](Checkpoint& c) { c.tensors.push_back({{"g.extra", {1}}, {1.0F}}); });
  expect_damage("'ema.h_mean' has shape [2]", [](Checkpoint& c) {
    c.tensors.push_back({{"ema.h_mean", {2}}, {1.0F, 2.0F}});
  });
  expect_damage("is missing (and 1 more faults)", [](Checkpoint& c) { c.tensors.resize(c.tensors.size() - 2); });
  expect_damage("none of the sets", [](Checkpoint& c) { c.tensors = {{{"x", {1}}, {1.0F}}}; });
  expect_damage("without a configuration", [](Checkpoint& c) { c.metadata.erase("config"); });
  expect_damage("metadata 'config'", [](Checkpoint& c) { c.metadata["config"] = "{"; });
  expect_damage("resolutoin", [](Checkpoint& c) { c.metadata["config"] = R"({"model":{"resolutoin":8}})"; });
  expect_damage("not finite", [](Checkpoint& c) { c.tensors[1].second[0] = std::numeric_limits<float>::quiet_NaN(); });
  expect(changed([](Checkpoint& c) { c.metadata["version"] = "2"; }), "checkpoint", FileState::kNewer, "version 2");
  expect(changed([](Checkpoint& c) { c.metadata["version"] = "one"; }), "checkpoint", FileState::kDamaged, "'one'");
  expect(changed([](Checkpoint& c) {
           c.tensors.push_back({{"ema.h_mean", {6}}, std::vector<float>(6)});
         }),
         "checkpoint", FileState::kWhole);
}

BOOST_AUTO_TEST_CASE(streams) {
  const test::TemporaryFolder folder;
  Bytes bytes = test::model_stream(4);
  const Bytes second = test::model_stream(1, stream::ThetaDtype::kBF16);
  bytes.insert(bytes.end(), second.begin(), second.end());
  const Finding two = inspect_bytes(folder, bytes, kEverything);
  expect(two, "INR stream", FileState::kWhole);
  BOOST_TEST(two.summary == "5 whole records in 2 streams of 8x8 multiscale, 2 blocks, concat join, fmm of rank 2");
  BOOST_TEST(two.details["streams"][0]["records"].get<int>() == 4);
  BOOST_TEST(two.details["streams"][1]["dtype"].get<std::string>() == "BF16");
  BOOST_TEST((two.details["config"]["model"] == model::to_json(test::small_config().model)));

  bytes.resize(bytes.size() - 20);
  const Finding cut = inspect_bytes(folder, bytes);
  expect(cut, "INR stream", FileState::kCutShort, "stream 2: cut short after 0 of 1 records");
  BOOST_TEST(cut.summary.starts_with("4 whole records in 2 streams"), cut.summary);

  expect(inspect_bytes(folder, test::model_stream(1, stream::ThetaDtype::kF32, true)), "INR stream",
         FileState::kDamaged, "but its configuration asks for ");
  expect(inspect_bytes(folder, test::as_bytes("INRSTR")), "INR stream", FileState::kCutShort);

  const test::BytesDescriptor other(test::as_bytes("# a text\n"));
  const Finding foreign = inspect::inspect_stream(other.fd(), "stdin");
  expect(foreign, "input", FileState::kNotOurs, "not an INR stream");
  const test::BytesDescriptor nothing{Bytes{}};
  expect(inspect::inspect_stream(nothing.fd(), "stdin"), "INR stream", FileState::kCutShort, "empty input");
}

BOOST_AUTO_TEST_CASE(datasets) {
  const test::TemporaryFolder folder;
  test::write_dataset(folder / "whole.inrd", 7);
  const Finding whole = inspect::inspect(folder / "whole.inrd", {.check = true});
  expect(whole, "dataset", FileState::kWhole);
  BOOST_TEST(whole.summary == "7 pictures of 8x8, png");
  BOOST_TEST(inspect::inspect(folder / "whole.inrd").summary ==
             "7 pictures of 8x8, png (not read; --check reads them)");
  BOOST_TEST(whole.details["content_hash"].get<std::string>().size() == 64U);
  BOOST_TEST(whole.details["recipe"]["crop"].get<std::string>() == "center");
  test::write_dataset(folder / "half.inrd", 3, false);
  const Finding half = inspect::inspect(folder / "half.inrd");
  expect(half, "dataset", FileState::kBuilding, "inr-prep");
  BOOST_TEST(half.details["count"].get<int>() == 3);
  Bytes cut = base::read_file(folder / "whole.inrd");
  cut.resize(cut.size() - 4096);
  expect(inspect_bytes(folder, cut), "dataset", FileState::kCutShort, "cut short");
}

// The state follows from the kind of the error, whatever words the path puts into its message.
BOOST_AUTO_TEST_CASE(names_of_folders_decide_nothing) {
  const test::TemporaryFolder folder;
  const std::string misleading = misleading_folder(folder);
  const std::string path = misleading + "/file";
  const auto inspected = [&](const Bytes& bytes) {
    test::write_file(path, bytes);
    Finding finding = inspect::inspect(path, {.check = true});
    BOOST_TEST(finding.fault.find(misleading) == std::string::npos, finding.fault);
    return finding;
  };
  Bytes checkpoint = test::small_checkpoint().bytes();
  checkpoint.back() ^= std::byte{1};
  const Finding damaged = inspected(checkpoint);
  expect(damaged, "safetensors file", FileState::kDamaged, "checksum");
  BOOST_TEST(inspect::to_json(damaged)["fault_kind"].get<std::string>() == "damaged");

  Bytes stream = test::model_stream(2);
  stream[stream.size() - 40] ^= std::byte{1};
  expect(inspected(stream), "INR stream", FileState::kDamaged, "damaged after ");
  Bytes picture = test::small_png();
  picture[picture.size() - 20] ^= std::byte{1};
  expect(inspected(picture), "PNG picture", FileState::kDamaged);
  expect(inspected(test::as_bytes(R"({"model": {"rnak": 3}})")), "configuration", FileState::kDamaged, "rnak");

  test::write_dataset(misleading + "/set.inrd", 3);
  Bytes dataset = base::read_file(misleading + "/set.inrd");
  for (size_t i = 3 * 4096; i < 4 * 4096; ++i) dataset[i] ^= std::byte{0x55};
  expect(inspected(dataset), "dataset", FileState::kDamaged);
}

BOOST_AUTO_TEST_CASE(the_kind_of_a_fault_is_reported) {
  const test::TemporaryFolder folder;
  const auto kind_of = [&](const Bytes& bytes) {
    const base::Json json = inspect::to_json(inspect_bytes(folder, bytes, {.check = true}));
    BOOST_TEST(json.contains("fault") == json.contains("fault_kind"));
    return json["state"].get<std::string>() + ": " + json.value("fault_kind", "none");
  };
  const Bytes whole = test::small_checkpoint().bytes();
  BOOST_TEST(kind_of(whole) == "whole: none");
  BOOST_TEST(kind_of(Bytes(whole.begin(), whole.end() - 9)) == "cut short: cut short");
  BOOST_TEST(kind_of({}) == "cut short: empty");
  BOOST_TEST(kind_of(test::as_bytes("# a text\n")) == "not ours: foreign");
  test::SmallCheckpoint newer = test::small_checkpoint();
  newer.metadata["version"] = "7";
  BOOST_TEST(kind_of(newer.bytes()) == "newer than this program: newer");
  const std::string header = R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})";
  std::string eight(8, '\0');
  eight[0] = static_cast<char>(header.size());
  BOOST_TEST(kind_of(test::as_bytes(eight + header + "01234567")) == "unsupported: unsupported");
  test::write_dataset(folder / "half.inrd", 3, false);
  BOOST_TEST(kind_of(base::read_file(folder / "half.inrd")) == "building: other");
}

// Another file under the name of a checkpoint is damage of the run.
BOOST_AUTO_TEST_CASE(a_foreign_file_in_a_run) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  test::write_file(run + "/checkpoint-000000100.safetensors", test::small_checkpoint(false, 100).bytes());
  test::write_file(run + "/checkpoint-000000200.safetensors", test::as_bytes("a text, and not a checkpoint"));
  expect(inspect::inspect(run), "run folder", FileState::kDamaged, "not a safetensors file");
}

BOOST_AUTO_TEST_CASE(pictures_tell_their_command) {
  const test::TemporaryFolder folder;
  const Finding png = inspect_bytes(folder, test::small_png());
  BOOST_TEST(png.details["command"].get<std::string>() == "inr-render --res 9");
  BOOST_TEST(png.details["text"]["Title"].get<std::string>() == "a test");
  BOOST_TEST(png.summary == "9x7, made by: inr-render --res 9");
  Bytes bytes;
  const auto writer =
      image::make_jpeg_writer(image::sink_into(bytes), 16, 12, {{"inr.command", "inr-render --format jpg"}});
  writer->write_rows(test::test_picture(0, 16, 12).rgb);
  writer->finish();
  const Finding jpeg = inspect_bytes(folder, bytes);
  BOOST_TEST(jpeg.summary == "16x12, made by: inr-render --format jpg");
  const Finding film = inspect_bytes(folder, test::small_film(3));
  BOOST_TEST(film.summary == "6x5, 3 frames");
  expect(inspect_bytes(folder, test::small_film(0)), "YUV4MPEG2 film", FileState::kCutShort);
}

BOOST_AUTO_TEST_CASE(webp_is_told_by_its_length) {
  const test::TemporaryFolder folder;
  const Bytes whole = test::as_bytes(std::string_view("RIFF\x0C\0\0\0WEBPVP8L\0\0\0\0", 20));
  expect(inspect_bytes(folder, whole), "WebP picture", FileState::kWhole);
  expect(inspect_bytes(folder, whole, {.check = true}), "WebP picture", FileState::kDamaged);  // no pixels in it
  expect(inspect_bytes(folder, Bytes(whole.begin(), whole.end() - 1)), "WebP picture", FileState::kCutShort,
         "19 of 20");
}

BOOST_AUTO_TEST_CASE(foreign_and_unreadable_files) {
  const test::TemporaryFolder folder;
  expect(inspect_bytes(folder, test::as_bytes("# inr\n\nA toolkit.\n")), "text", FileState::kNotOurs);
  expect(inspect_bytes(folder, test::as_bytes("P6 is the name of a format\n")), "PPM picture", FileState::kDamaged);
  expect(inspect_bytes(folder, test::as_bytes("P65 is not\n")), "text", FileState::kNotOurs);
  expect(inspect_bytes(folder, test::as_bytes(std::string_view("\x80\x04\x95\0\0", 5))), "Python pickle",
         FileState::kNotOurs);
  expect(inspect_bytes(folder, test::as_bytes(std::string_view("\0\1\2\3", 4))), "file", FileState::kNotOurs);
  expect(inspect_bytes(folder, {}), "empty file", FileState::kCutShort, "empty");
  expect(inspect_bytes(folder, test::as_bytes("{ no JSON")), "JSON document", FileState::kDamaged);
  expect(inspect_bytes(folder, test::as_bytes(R"({"model": {"rnak": 3}})")), "configuration", FileState::kDamaged,
         "rnak");
  expect(inspect::inspect(folder.path().string()), "folder", FileState::kNotOurs, "not a run folder");
  BOOST_CHECK_THROW(inspect::inspect(folder / "missing"), base::SystemError);
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_on_its_line) {
  const test::TemporaryFolder folder;
  const Finding png = inspect_bytes(
      folder,
      image::encode_png(test::test_picture(0, 2, 2), {{"inr.command", "first\n\x1b[31mred"}, {"Note", "a\nb"}}));
  const std::string text = inspect::to_text(png);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  BOOST_TEST(text.find("first\n") == std::string::npos);
  BOOST_TEST(text.find("a\nb") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_command_is_told_whole) {
  const test::TemporaryFolder folder;
  std::string command = "inr-sample --checkpoint 'it'\\''s' --seeds 0";
  for (int i = 2; i < 10000; i += 2) command += "," + std::to_string(i);
  const Finding png = inspect_bytes(folder, image::encode_png(test::test_picture(0, 2, 2), {{"inr.command", command}}));
  BOOST_TEST(inspect::to_text(png).find("\n  command: " + command + "\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(run_folders) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  test::write_file(run + "/log.jsonl", test::as_bytes(test::small_log()));
  expect(inspect::inspect(run), "run folder", FileState::kBuilding, "no checkpoint yet");
  test::write_file(run + "/checkpoint-000000100.safetensors", test::small_checkpoint(false, 100).bytes());
  test::write_file(run + "/checkpoint-000000150.safetensors", test::small_checkpoint(false, 150).bytes());
  test::write_file(run + "/best.safetensors", test::small_checkpoint(true).bytes());
  const Finding whole = inspect::inspect(run);
  expect(whole, "run folder", FileState::kWhole);
  BOOST_TEST(whole.summary.ends_with("iteration 150 of 500"), whole.summary);
  BOOST_TEST(whole.details["newest whole checkpoint"].get<std::string>() == "checkpoint-000000150.safetensors");
  BOOST_TEST(whole.details["best"]["score"].get<double>() == 41.5);
  BOOST_TEST(whole.details["best"]["iteration"].get<int>() == 100);
  BOOST_TEST(whole.details["last"]["iteration"].get<int>() == 150);
  BOOST_TEST((whole.details["curves"]["loss_d"] == base::Json{1.5, 1.25, 1.0}));
  BOOST_TEST(inspect::to_text(whole).find("  loss_d: █▅▁  1.5 to 1\n") != std::string::npos, inspect::to_text(whole));

  const Bytes bytes = test::small_checkpoint(false, 200).bytes();
  test::write_file(run + "/checkpoint-000000200.safetensors", std::span(bytes).first(bytes.size() / 2));
  const Finding cut = inspect::inspect(run);
  expect(cut, "run folder", FileState::kCutShort, "checkpoint-000000200.safetensors: ");
  BOOST_TEST(cut.details["newest whole checkpoint"].get<std::string>() == "checkpoint-000000150.safetensors");
}

BOOST_AUTO_TEST_CASE(a_run_tells_the_scores_that_were_appended) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  std::filesystem::create_directory(run);
  test::write_file(run + "/checkpoint-000000150.safetensors", test::small_checkpoint(false, 150).bytes());
  const std::string lines = R"({"fid":9.5,"iteration":100,"real":"x"})"
                            "\n"
                            R"({"fid":12,"iteration":150})"
                            "\n";
  test::write_file(run + "/scores.jsonl", test::as_bytes(lines));
  BOOST_TEST(base::dump_json(inspect::inspect(run).details["scores.jsonl"]) ==
             R"({"lines":2,"best":{"fid":9.5,"iteration":100},"last":{"fid":12,"iteration":150}})");
}

BOOST_AUTO_TEST_CASE(arrays_of_inr_fid_tell_what_they_are_of) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "x.npz";
  const std::vector<float> rows(6, 0.5F);
  const std::vector<double> mu(2, 0.5), sigma(4, 0.25);
  const auto info = base::make_npy_text(R"({"network":"random","protocol":"clean","n":3,"shard":1,"shards":3})");
  base::write_npz(path, {{"features", base::make_npy(rows, {3, 2})}, {"info", info}});
  expect(inspect::inspect(path), "features", FileState::kWhole);
  BOOST_TEST(inspect::inspect(path).summary == "3 x 2 features, random, clean, 3 pictures, shard 1 of 3");
  base::write_npz(path, {{"mu", base::make_npy(mu, {2})}, {"sigma", base::make_npy(sigma, {2, 2})}, {"info", info}});
  expect(inspect::inspect(path), "statistics", FileState::kWhole);
  BOOST_TEST(inspect::inspect(path).summary == "2 features, random, clean, 3 pictures, shard 1 of 3");
}

BOOST_AUTO_TEST_CASE(logs) {
  const test::TemporaryFolder folder;
  const std::string log = test::small_log();
  const Finding whole = inspect_bytes(folder, test::as_bytes(log));
  expect(whole, "log", FileState::kWhole);
  BOOST_TEST(whole.summary == "4 lines");
  expect(inspect_bytes(folder, test::as_bytes(log.substr(0, log.size() - 10))), "log", FileState::kCutShort,
         "last line");
  const Finding scores = inspect_bytes(folder, test::as_bytes("{\"fid\":12.5}\n{\"fid\":9.25}\n{\"fid\":10}\n"));
  BOOST_TEST(scores.details["best"]["fid"].get<double>() == 9.25);
  // A line that a kill cut, closed by the run that went on, is no damage of the log.
  const Finding resumed = inspect_bytes(folder, test::as_bytes(log + "{\"time\":\"20\n" + log));
  expect(resumed, "log", FileState::kWhole);
  BOOST_TEST(resumed.details["unreadable lines"].get<int>() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
