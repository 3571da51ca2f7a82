// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Messages and the progress bar, as they arrive on stderr: in a child process, with stderr a file or a pseudo-terminal.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "base/log.hpp"
#include "base/progress.hpp"
#include "support/test.hpp"

using namespace inr::base;

namespace {

// Runs work with stderr going to fd, in a child of this process; true where it came to its end.
bool run_child(int fd, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(fd, STDERR_FILENO);
    work();
    ::_exit(0);
  }
  int status = -1;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

std::string on_file(const std::function<void()>& work) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "stderr";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  BOOST_REQUIRE(run_child(fd, work));
  ::close(fd);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string on_terminal(unsigned short columns, const std::function<void()>& work) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  BOOST_REQUIRE(master >= 0);
  BOOST_REQUIRE((::grantpt(master) == 0 && ::unlockpt(master) == 0));
  const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
  BOOST_REQUIRE(slave >= 0);
  const winsize size{24, columns, 0, 0};
  BOOST_REQUIRE(::ioctl(slave, TIOCSWINSZ, &size) == 0);
  std::string text;
  std::thread reader([&] {
    char piece[4096];
    for (ssize_t n = 0; (n = ::read(master, piece, sizeof piece)) > 0;) text.append(piece, static_cast<size_t>(n));
  });
  const bool done = run_child(slave, work);
  ::close(slave);  // the last one: the reader sees the end
  reader.join();
  ::close(master);
  BOOST_REQUIRE(done);
  return text;
}

void say_all(LogLevel level) {
  init_logging("inr-render", level);
  log_debug("d");
  log_info("i");
  log_warning("w");
  log_error("e {} %v");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_AUTO_TEST_CASE(levels_and_wording) {
  BOOST_TEST(on_file([] { say_all(LogLevel::kQuiet); }) == "inr-render: error: e {} %v\n");
  BOOST_TEST(on_file([] { say_all(LogLevel::kNormal); }) ==
             "inr-render: i\ninr-render: warning: w\ninr-render: error: e {} %v\n");
  BOOST_TEST(on_file([] { say_all(LogLevel::kVerbose); }) ==
             "inr-render: debug: d\ninr-render: i\ninr-render: warning: w\ninr-render: error: e {} %v\n");
  BOOST_TEST(on_file([] { log_info("before anything is set up"); }) == "inr: before anything is set up\n");
}

BOOST_AUTO_TEST_CASE(colour_on_terminals_only_and_not_with_no_color) {
  const auto warn = [] {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    init_logging("inr-render", LogLevel::kNormal);
    log_warning("w");
  };
  BOOST_TEST(on_terminal(80, warn) == "inr-render: \033[1;33mwarning:\033[0m w\r\n");
  BOOST_TEST(on_file(warn) == "inr-render: warning: w\n");
  BOOST_TEST(on_terminal(80, [] {
               ::setenv("NO_COLOR", "1", 1);
               init_logging("inr-render", LogLevel::kNormal);
               log_warning("w");
             }) == "inr-render: warning: w\r\n");
}

BOOST_AUTO_TEST_CASE(progress_is_drawn_and_cleared) {
  const std::string text = on_terminal(100, [] {
    ::setenv("TERM", "xterm", 1);
    Progress progress("rows", 200, "rows");
    progress.update(100, "first");
    progress.update(101, "too soon");
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    progress.update(150, "second");
    progress.clear();
  });
  BOOST_TEST_MESSAGE(text);
  BOOST_TEST(text.starts_with("\rrows  [##########          ]  100/200  50%  first\033[K\r"));
  BOOST_TEST(text.find("too soon") == std::string::npos);
  BOOST_TEST(text.find("150/200  75%  ") != std::string::npos);
  BOOST_TEST(text.find(" rows/s  0:00 left  second\033[K") != std::string::npos);
  BOOST_TEST(text.ends_with("\r\033[K"));
}

BOOST_AUTO_TEST_CASE(progress_fits_the_terminal) {
  const std::string text = on_terminal(30, [] {
    ::setenv("TERM", "xterm", 1);
    Progress("a name that is long", 0, "images").update(5, std::string(500, 'n'));
  });
  BOOST_TEST(text == "\ra name that is long  5 ima...\033[K\r\033[K");
}

BOOST_AUTO_TEST_CASE(progress_is_silent_elsewhere) {
  const auto work = [] { Progress("rows", 10, "rows").update(5); };
  BOOST_TEST(on_file(work) == "");
  BOOST_TEST(on_terminal(80, [&] {
               init_logging("x", LogLevel::kQuiet);
               work();
             }) == "");
  BOOST_TEST(on_terminal(80, [&] {
               ::setenv("TERM", "dumb", 1);
               work();
             }) == "");
}

BOOST_AUTO_TEST_SUITE_END()
