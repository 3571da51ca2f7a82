// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Signals as a flag: the first raises it, a later one ends the program unless all is saved.
#include "cli/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "support/test.hpp"

using inr::cli::InterruptFlag;

BOOST_AUTO_TEST_CASE(first_interrupt_raises_the_flag_and_the_second_ends_the_program) {
  const InterruptFlag flag;
  BOOST_TEST(!flag.raised());
  BOOST_TEST(std::string(flag.name()).empty());
  (void)std::raise(SIGTERM);
  BOOST_TEST(flag.raised());
  BOOST_TEST(flag.name() == "SIGTERM");
  BOOST_CHECK_EXCEPTION(flag.throw_if_raised(), inr::cli::Interrupted, [](const auto& end) {
    return end.number() == SIGTERM && std::string(end.what()) == "interrupted by SIGTERM";
  });
  const pid_t child = ::fork();
  if (child == 0) {
    (void)std::raise(SIGTERM);
    std::_Exit(0);
  }
  int raw = 0;
  ::waitpid(child, &raw, 0);
  BOOST_TEST((WIFSIGNALED(raw) && WTERMSIG(raw) == SIGTERM));
}

BOOST_AUTO_TEST_CASE(a_hang_up_raises_the_flag_unless_it_is_ignored) {
  {
    const InterruptFlag flag;
    (void)std::raise(SIGHUP);
    BOOST_TEST(flag.name() == "SIGHUP");
  }
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptFlag flag;
    (void)std::raise(SIGHUP);
    BOOST_TEST(!flag.raised());
  }
  std::signal(SIGHUP, before);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_wait_for_input) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const InterruptFlag flag;
  BOOST_REQUIRE(::write(ends[1], "x", 1) == 1);
  flag.wait_for_input(ends[0]);  // something is there
  char byte = 0;
  BOOST_REQUIRE(::read(ends[0], &byte, 1) == 1);
  std::thread later([thread = ::pthread_self()] {
    ::usleep(50'000);
    ::pthread_kill(thread, SIGTERM);
  });
  BOOST_CHECK_THROW(flag.wait_for_input(ends[0]), inr::cli::Interrupted);
  later.join();
  for (const int end : ends) ::close(end);
}

BOOST_AUTO_TEST_CASE(a_long_end_is_announced_and_an_echo_of_the_signal_does_not_cut_it) {
  const auto status_of = [](const std::function<void(InterruptFlag&)>& body, std::string& said) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      {
        InterruptFlag flag("saving\n");
        body(flag);
      }
      (void)std::raise(SIGTERM);  // after the flag
      std::_Exit(75);
    }
    ::close(ends[1]);
    char text[64] = {};
    const ssize_t n = ::read(ends[0], text, sizeof text - 1);
    said.assign(text, static_cast<size_t>(std::max<ssize_t>(0, n)));
    ::close(ends[0]);
    int raw = 0;
    ::waitpid(child, &raw, 0);
    return WIFSIGNALED(raw) ? -WTERMSIG(raw) : WEXITSTATUS(raw);
  };
  std::string said;
  const auto thrice = [](InterruptFlag& flag) {
    for (const int number : {SIGHUP, SIGTERM, SIGINT}) (void)std::raise(number);
    if (std::string(flag.name()) != "SIGHUP") std::_Exit(1);
  };
  const auto saved = [&](InterruptFlag& flag) {
    thrice(flag);
    flag.settle();
  };
  BOOST_TEST(status_of(saved, said) == 75);
  BOOST_TEST(said == "saving\n");
  BOOST_TEST(status_of(thrice, said) == -SIGTERM);  // nothing was saved
  const auto once_more = [&](InterruptFlag& flag) {
    thrice(flag);
    ::usleep(1'050'000);
    (void)std::raise(SIGINT);
  };
  BOOST_TEST(status_of(once_more, said) == -SIGINT);
}
