// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Outputs appear whole or not at all, links survive, pipes and devices are written to; reading refuses what is no file.
#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/descriptor_path.hpp"
#include "base/error.hpp"
#include "file_content.hpp"
#include "support/test.hpp"

using namespace inr::base;
namespace fs = std::filesystem;
using inr::test::content;

namespace {

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

size_t n_entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// True where the message of an Error has the text.
auto says(const std::string& text) {
  return [text](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

struct Pipe {
  Pipe() { BOOST_REQUIRE(::pipe(fds) == 0); }
  ~Pipe() {
    ::close(fds[0]);
    if (fds[1] >= 0) ::close(fds[1]);
  }
  int fds[2] = {-1, -1};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file)

BOOST_AUTO_TEST_CASE(commit_replaces_and_leaves_nothing_else) {
  const inr::test::TemporaryFolder folder;
  put(folder / "out", "old");
  {
    AtomicFile file(folder / "out");
    file.write("new ");
    file.write("text");
    BOOST_TEST(file.size() == 8U);
    BOOST_TEST(content(folder / "out") == "old");
    file.commit();
  }
  BOOST_TEST(content(folder / "out") == "new text");
  BOOST_TEST(n_entries(folder.path()) == 1U);
}

BOOST_AUTO_TEST_CASE(without_commit_the_old_file_stays) {
  const inr::test::TemporaryFolder folder;
  put(folder / "out", "old");
  { AtomicFile(folder / "out").write(std::string(5 << 20, 'x')); }
  BOOST_TEST(content(folder / "out") == "old");
  BOOST_TEST(n_entries(folder.path()) == 1U);
}

BOOST_AUTO_TEST_CASE(large_and_small_writes_keep_their_order) {
  const inr::test::TemporaryFolder folder;
  std::string expected;
  AtomicFile file(folder / "out");
  for (size_t i = 0; i < 40; ++i) {
    const std::string piece(i % 7 == 0 ? (size_t{1} << 20) + i : i * 1000, static_cast<char>('a' + i % 26));
    file.write(piece);
    expected += piece;
  }
  file.rewrite(0, std::as_bytes(std::span(std::string_view("HEAD"))));                    // long on the disk
  file.rewrite(expected.size() - 4, std::as_bytes(std::span(std::string_view("TAIL"))));  // still in the buffer
  file.rewrite(expected.size() / 2, std::as_bytes(std::span(std::string_view("MIDDLE"))));
  BOOST_CHECK_EXCEPTION(file.rewrite(expected.size() - 1, std::as_bytes(std::span(std::string_view("xx")))),
                        SystemError, says("beyond the end"));
  file.commit();
  expected.replace(0, 4, "HEAD").replace(expected.size() - 4, 4, "TAIL").replace(expected.size() / 2, 6, "MIDDLE");
  BOOST_TEST((content(folder / "out") == expected));
}

BOOST_AUTO_TEST_CASE(commit_as_keeps_the_work_under_another_name) {
  const inr::test::TemporaryFolder folder;
  put(folder / "out", "old");
  AtomicFile file(folder / "out");
  file.write("half");
  file.commit_as(folder / "out.partial");
  BOOST_TEST(content(folder / "out") == "old");
  BOOST_TEST(content(folder / "out.partial") == "half");
  BOOST_CHECK_EXCEPTION(file.write("more"), SystemError, says("after the file was finished"));
}

BOOST_AUTO_TEST_CASE(links_survive) {
  const inr::test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "deep");
  put(folder / "deep/real", "old");
  fs::create_symlink("deep/real", folder / "link");
  fs::create_symlink("link", folder / "link2");
  fs::create_symlink("deep/later", folder / "dangling");
  fs::create_symlink("loop", folder / "loop");
  for (const auto& [name, target] : {std::pair{"link2", "deep/real"}, std::pair{"dangling", "deep/later"}}) {
    AtomicFile file(folder / name);
    file.write("new");
    file.commit();
    BOOST_TEST(fs::is_symlink(folder / name));
    BOOST_TEST(content(folder / target) == "new");
  }
  BOOST_TEST(n_entries(folder.path() / "deep") == 2U);
  BOOST_CHECK_EXCEPTION(AtomicFile(folder / "loop"), SystemError, says("symbolic links"));
}

BOOST_AUTO_TEST_CASE(the_mode_of_an_existing_file_is_kept) {
  const inr::test::TemporaryFolder folder;
  put(folder / "out", "old");
  fs::permissions(folder / "out", fs::perms::owner_read | fs::perms::owner_write);
  AtomicFile file(folder / "out");
  file.write("new");
  file.commit();
  BOOST_TEST((fs::status(folder / "out").permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(names_as_long_as_the_system_allows) {
  const inr::test::TemporaryFolder folder;
  const std::string name(255, 'n');
  AtomicFile file(folder / name);
  file.write("x");
  file.commit();
  BOOST_TEST(content(folder / name) == "x");
}

BOOST_AUTO_TEST_CASE(wrong_targets_are_named) {
  const inr::test::TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(AtomicFile(folder / "none/out"), SystemError, says("none/out: cannot create"));
  BOOST_CHECK_EXCEPTION(AtomicFile(folder.path().string()), SystemError, says("Is a directory"));
  BOOST_CHECK_THROW(AtomicFile(""), UsageError);
}

BOOST_AUTO_TEST_CASE(a_full_device_is_an_error) {
  BOOST_REQUIRE(fs::exists("/dev/full"));
  AtomicFile small("/dev/full");
  small.write("x");
  BOOST_CHECK_EXCEPTION(small.commit(), SystemError, says("/dev/full: cannot write: No space left"));
  AtomicFile large("/dev/full");
  BOOST_CHECK_EXCEPTION(large.write(std::string(2 << 20, 'x')), SystemError, says("No space left"));
  BOOST_TEST(fs::is_character_file("/dev/full"));
}

BOOST_AUTO_TEST_CASE(a_fifo_is_written_to) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "fifo";
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::string got;
  std::thread reader([&] { got = text_of(read_file(path)); });
  std::string sent(3 << 20, 'p');
  {
    AtomicFile file(path);
    file.write(sent);
    BOOST_CHECK_EXCEPTION(file.rewrite(0, std::as_bytes(std::span(std::string_view("H")))), SystemError,
                          says("seek back"));
    file.commit();
  }
  reader.join();
  BOOST_TEST((got == sent));
  BOOST_TEST(fs::is_fifo(path));
}

BOOST_AUTO_TEST_CASE(a_descriptor_is_appended_to) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "redirected";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  BOOST_REQUIRE(fd >= 0);
  write_all(fd, std::as_bytes(std::span(std::string_view("before "))), path);
  const std::string number = std::to_string(fd);
  fs::create_symlink("/dev/fd/" + number, folder / "link");
  for (const std::string& name : {"/proc/self/fd/" + number, "/dev/fd/" + number, folder / "link"}) {
    BOOST_TEST(descriptor_of(name) == fd);
    AtomicFile file(name);
    file.write("after ");
    file.commit();
  }
  ::close(fd);
  BOOST_TEST(content(path) == "before after after after ");
  BOOST_TEST(n_entries(folder.path()) == 2U);
  BOOST_TEST(descriptor_of("/dev/stdout") == 1);
  for (const std::string& name : {path, folder.path().string(), folder / "none", std::string("/dev/null"),
                                  std::string("1"), std::string(), std::string("/proc/self/fd")})
    BOOST_TEST(descriptor_of(name) == -1);
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_is_told_apart) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  ::close(pipe.fds[0]);
  pipe.fds[0] = -1;
  BOOST_CHECK_THROW(write_all(pipe.fds[1], std::as_bytes(std::span(std::string_view("x"))), "pipe"), BrokenPipe);
  std::signal(SIGPIPE, before);
}

BOOST_AUTO_TEST_CASE(descriptors_that_do_not_block_are_waited_for) {
  Pipe pipe;
  for (const int fd : pipe.fds) BOOST_REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  std::vector<std::byte> sent(1 << 20), got(2 << 20);
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::byte>(i * 7 >> 3);
  size_t n_got = 0;
  std::thread reader([&] { n_got = read_up_to(pipe.fds[0], got, "pipe"); });
  write_all(pipe.fds[1], sent, "pipe");
  ::close(pipe.fds[1]);
  pipe.fds[1] = -1;
  reader.join();
  BOOST_TEST(n_got == sent.size());
  BOOST_TEST(std::equal(sent.begin(), sent.end(), got.begin()));
}

BOOST_AUTO_TEST_CASE(read_file_and_mapped_file_agree) {
  const inr::test::TemporaryFolder folder;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{3} << 20}) {
    const std::string text(size, 'm');
    put(folder / "in", text);
    BOOST_TEST((text_of(read_file(folder / "in")) == text));
    BOOST_TEST((text_of(MappedFile(folder / "in").bytes()) == text));
  }
  fs::resize_file(folder / "in", 65 << 20);  // sparse; large enough to be mapped
  const MappedFile mapped(folder / "in");
  BOOST_TEST(mapped.bytes().size() == size_t{65} << 20);
  BOOST_TEST(text_of(mapped.bytes().first(3)) == "mmm");
  BOOST_TEST(std::to_integer<int>(mapped.bytes().back()) == 0);
}

BOOST_AUTO_TEST_CASE(a_small_file_may_be_cut_while_it_is_open) {
  const inr::test::TemporaryFolder folder;
  put(folder / "in", std::string(100000, 'm'));
  const MappedFile file(folder / "in");
  fs::resize_file(folder / "in", 0);
  BOOST_TEST(text_of(file.bytes().last(2)) == "mm");
}

BOOST_AUTO_TEST_CASE(reading_refuses_what_is_no_file) {
  const inr::test::TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(read_file(folder / "none"), SystemError, says("none: cannot open: No such file"));
  BOOST_CHECK_EXCEPTION(read_file(folder.path().string()), SystemError, says("Is a directory"));
  BOOST_CHECK_EXCEPTION(read_file("/dev/zero"), DataError, says("device"));
  BOOST_TEST(read_file("/dev/null").empty());
  BOOST_TEST(!read_file("/proc/self/status").empty());  // says that it has no bytes
  put(folder / "in", "12345");
  BOOST_CHECK_EXCEPTION(read_file(folder / "in", 4), DataError, says("larger than the 4 bytes"));
  BOOST_TEST(read_file(folder / "in", 5).size() == 5U);
  BOOST_CHECK_EXCEPTION(MappedFile(folder / "none"), SystemError, says("cannot open"));
  BOOST_CHECK_EXCEPTION(MappedFile(folder.path().string()), SystemError, says("Is a directory"));
  BOOST_CHECK_EXCEPTION(MappedFile("/dev/null"), DataError, says("not a regular file"));
  BOOST_REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  BOOST_CHECK_EXCEPTION(MappedFile(folder / "fifo"), DataError,
                        says("not a regular file"));  // and does not wait for a writer
}

BOOST_AUTO_TEST_SUITE_END()
