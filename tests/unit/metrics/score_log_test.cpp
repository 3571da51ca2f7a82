// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The log of scores: lines come back, cut and damaged ones do no harm, one holder of the lock; links of the best.
#include "runs/score_log.hpp"

#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <iterator>
#include <optional>

#include "metrics/score_request.hpp"
#include "runs/best_link.hpp"
#include "support.hpp"

namespace {

using namespace inr;
using runs::ScoreLock;
using runs::ScoreLog;
using test::says;

void write_text(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

BOOST_AUTO_TEST_SUITE(score_log)

BOOST_AUTO_TEST_CASE(lines_come_back) {
  const test::TemporaryFolder folder;
  ScoreLog log(folder / "s.jsonl");
  BOOST_TEST(log.read().empty());
  log.append({{"fid", 1.5}, {"name", "a\nb"}});
  ScoreLog(folder / "s.jsonl").append({{"fid", nullptr}});
  const auto records = log.read();
  BOOST_REQUIRE(records.size() == 2U);
  BOOST_TEST(records[0].at("fid") == 1.5);
  BOOST_TEST(records[0].at("name") == "a\nb");
  BOOST_TEST(records[1].at("fid").is_null());
}

BOOST_AUTO_TEST_CASE(cut_last_lines_are_repaired) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "s.jsonl";
  for (const auto& [before, after] : {std::pair<std::string, std::string>{"{\"fid\":1}\n{\"fi", "{\"fid\":1}\n"},
                                      {"{\"fi", ""},
                                      {"{\"fid\":1}", "{\"fid\":1}\n"},
                                      {"{\"fid\":1}\n", "{\"fid\":1}\n"}}) {
    write_text(path, before);
    ScoreLog log(path);
    BOOST_TEST(log.read().size() == (after.empty() ? 0U : 1U));
    log.append({{"fid", 2}});
    BOOST_TEST(read_text(path) == after + "{\"fid\":2}\n");
  }
  write_text(path, "{\"fid\":1}\n{\"fi\n[3]\n{\"fid\":2}\n");
  BOOST_TEST(ScoreLog(path).read().size() == 2U);
}

BOOST_AUTO_TEST_CASE(other_files_are_refused) {
  const test::TemporaryFolder folder;
  write_text(folder / "notes", "no scores\n");
  ScoreLog log(folder / "notes");
  BOOST_CHECK_EXCEPTION(log.append({{"fid", 2}}), base::DataError, says("not a log of scores"));
  BOOST_TEST(read_text(folder / "notes") == "no scores\n");
  BOOST_CHECK_EXCEPTION(ScoreLog(folder.path().string()), base::DataError, says("not a regular file"));
  BOOST_CHECK_EXCEPTION(ScoreLog(folder / "absent/s.jsonl"), base::SystemError, says("make the folder"));
  write_text(folder / "log.jsonl", "{\"iteration\":1,\"loss_d\":0.5}\n");  // of a training run
  BOOST_CHECK_EXCEPTION((void)ScoreLog(folder / "log.jsonl").read(), base::DataError, says("not a log of scores"));
  BOOST_CHECK_EXCEPTION(ScoreLog(folder / "log.jsonl").append({{"fid", 2}}), base::DataError, says("has no fid"));
}

// logrotate, rm: the line goes to the file that has the name when it is written.
BOOST_AUTO_TEST_CASE(files_that_were_renamed_or_removed_meanwhile) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "s.jsonl";
  ScoreLog log(path);
  BOOST_TEST(!std::filesystem::exists(path));  // a run that fails leaves no file
  log.append({{"fid", 1}});
  std::filesystem::rename(path, folder / "s.jsonl.1");
  log.append({{"fid", 2}});
  BOOST_TEST(read_text(path) == "{\"fid\":2}\n");
  std::filesystem::remove(path);
  write_text(path, "{\"fid\":3}\n");
  log.append([](const std::vector<base::Json>& before) { return base::Json{{"fid", 4}, {"before", before.size()}}; });
  BOOST_TEST(read_text(path) == "{\"fid\":3}\n{\"fid\":4,\"before\":1}\n");
  BOOST_TEST(read_text(folder / "s.jsonl.1") == "{\"fid\":1}\n");
}

// A score is the best of its run where no line that compares with it is as low, whoever wrote it.
BOOST_AUTO_TEST_CASE(best_of_the_lines_that_compare) {
  const auto line = [](double fid, const char* run, const char* hash, int request, bool best) {
    return base::Json{{"fid", fid}, {"run", run}, {"model_hash", hash}, {"request", {{"n", request}}}, {"best", best}};
  };
  const std::vector<base::Json> records = {line(5, "/a", "h5", 1, true),
                                           line(4, "/a", "h4", 1, false),
                                           line(1, "/b", "h1", 1, true),
                                           line(2, "/a", "h2", 2, true),
                                           {{"fid", 0}}};
  const auto is_best = [&](double fid, const char* hash) {
    return metrics::is_best(records, line(fid, "/a", "new", 1, true), hash);
  };
  BOOST_TEST(is_best(3, ""));
  BOOST_TEST(!is_best(4, ""));
  BOOST_TEST(!is_best(4.5, ""));  // a better one was not linked, and is better all the same
  BOOST_TEST(!is_best(3, "h1"));  // linked now, scored when the run had another name
  BOOST_TEST(is_best(3, "h2"));   // linked for another request
  BOOST_TEST(!is_best(NAN, ""));
  const auto order = metrics::comparable_by_score(records, line(4.5, "/a", "new", 1, true));
  BOOST_REQUIRE(order.size() == 3u);
  BOOST_TEST(order[0].at("fid") == 4);
  BOOST_TEST(order[1].at("model_hash") == "new");
}

BOOST_AUTO_TEST_CASE(checkpoints_are_held_while_they_are_measured) {
  const test::TemporaryFolder folder;
  const std::string run = folder.path().string();
  write_text(folder / "a", "first");
  {
    runs::HeldCheckpoint held(run, folder / "a");
    std::filesystem::remove(folder / "a");
    BOOST_TEST(held.held());
    BOOST_TEST(read_text(held.path()) == "first");
    held.make_best();
  }
  BOOST_TEST(read_text(folder / "best.safetensors") == "first");
  write_text(folder / "b", "second");
  { runs::HeldCheckpoint dropped(run, folder / "b"); }
  BOOST_TEST(read_text(folder / "best.safetensors") == "first");
  runs::HeldCheckpoint gone(run, folder / "absent");
  BOOST_TEST(!gone.held());
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

BOOST_AUTO_TEST_CASE(one_holder_at_a_time) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "s.jsonl";
  std::optional<ScoreLock> first(std::in_place, path);
  BOOST_TEST(first->held());
  BOOST_TEST(!ScoreLock(path).held());
  BOOST_TEST(ScoreLock(folder / "other.jsonl").held());
  first.reset();
  BOOST_TEST(ScoreLock(path).held());
}

BOOST_AUTO_TEST_CASE(the_best_stays_when_its_checkpoint_goes) {
  const test::TemporaryFolder folder;
  const std::string run = folder.path().string(), best = folder / "best.safetensors";
  BOOST_TEST(runs::best_link_fault(run).empty());
  write_text(folder / "a", "first");
  write_text(folder / "b", "second");
  BOOST_TEST(runs::link_best(run, folder / "a"));
  BOOST_TEST(runs::link_best(run, folder / "a"));  // once more is no error
  std::filesystem::remove(folder / "a");
  BOOST_TEST(read_text(best) == "first");
  BOOST_TEST(!runs::link_best(run, folder / "a"));  // vanished
  BOOST_TEST(read_text(best) == "first");
  BOOST_TEST(runs::link_best(run, folder / "b"));
  BOOST_TEST(read_text(best) == "second");
  BOOST_TEST(read_text(folder / "b") == "second");
  const auto n_files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  BOOST_TEST(n_files == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
