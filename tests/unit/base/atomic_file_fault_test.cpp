// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Files whose writing or naming fails: what there is of them can be kept, and is counted.
#include <sys/resource.h>

#include <csignal>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "file_content.hpp"
#include "support/test.hpp"

using namespace inr::base;
namespace fs = std::filesystem;
using inr::test::content;

namespace {

size_t n_entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// True where the message of an Error has the text.
auto says(const std::string& text) {
  return [text](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file_faults)

BOOST_AUTO_TEST_CASE(a_whole_file_that_is_refused_its_name_can_be_kept) {
  const inr::test::TemporaryFolder folder;
  AtomicFile file(folder / "out");
  file.write("whole");
  fs::create_directory(folder.path() / "out");
  BOOST_CHECK_EXCEPTION(file.commit(), SystemError, says("give the finished file its name"));
  file.commit_as(folder / "out.partial");
  BOOST_TEST(content(folder / "out.partial") == "whole");
  BOOST_TEST(n_entries(folder.path()) == 2U);
  // What has its name is not kept under another one.
  AtomicFile done(folder / "done");
  done.commit();
  BOOST_CHECK_EXCEPTION(done.commit_as(folder / "done.partial"), SystemError, says("is finished already"));
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_in_the_middle_is_counted) {
  const inr::test::TemporaryFolder folder;
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{}, small{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  constexpr size_t kRoom = 3000;
  for (const size_t size : {size_t{5000}, size_t{3} << 20}) {
    AtomicFile file(folder / "out");
    small = {kRoom, limit.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    // A small one fails where it leaves the buffer.
    BOOST_CHECK_THROW((file.write(std::string(size, 'x')), file.write(std::string(1 << 20, 'y'))), SystemError);
    BOOST_TEST(file.size() == kRoom);
    file.rewrite(0, std::as_bytes(std::span(std::string_view("HEAD"))));
    BOOST_CHECK_THROW(file.rewrite(kRoom, std::as_bytes(std::span(std::string_view("H")))), SystemError);
    file.commit_as(folder / "out.partial");
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    BOOST_TEST((content(folder / "out.partial") == "HEAD" + std::string(kRoom - 4, 'x')));
  }
  std::signal(SIGXFSZ, before);
}

BOOST_AUTO_TEST_SUITE_END()
