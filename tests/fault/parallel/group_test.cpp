// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What happens to a group when one of its processes dies, stops, falls silent or never comes: all the others end within
// the timeout with one line that names it.
#include "support/processes.hpp"

namespace {

using inr::test::BoundSocket;
using inr::test::Process;
using inr::test::Processes;

BOOST_AUTO_TEST_CASE(a_killed_process_is_named_by_all_others) {
  for (const int victim : {0, 1, 2}) {
    Processes group({.size = 3, .task = "work"});
    BOOST_REQUIRE(group.wait_for_text("at work"));
    group[victim].kill(SIGKILL);
    group.check_end(1, "rank " + std::to_string(victim) + " of 3", {victim});
    BOOST_CHECK_EQUAL(group[victim].wait().value_or(-1), 128 + SIGKILL);
  }
}

BOOST_AUTO_TEST_CASE(a_process_that_stops_with_an_error_is_named_by_all_others) {
  Processes group({.size = 3, .task = "error"});
  group.check_end(1, "rank 2 of 3", {2});
  BOOST_CHECK_EQUAL(group[2].wait().value_or(-1), 1);
  BOOST_CHECK_EQUAL(group[2].err(), "member: a fault of its own\n");
}

BOOST_AUTO_TEST_CASE(a_reason_that_concerns_all_is_thrown_by_all) {
  Processes group({.size = 3, .task = "reason"});
  group.check_end(2, "member: a wrong option\n");
}

BOOST_AUTO_TEST_CASE(a_silent_process_is_named_after_the_timeout) {
  for (const int victim : {0, 1}) {
    Processes group({.size = 3, .task = "work", .timeout_s = 5});
    BOOST_REQUIRE(group.wait_for_text("at work"));
    group[victim].kill(SIGSTOP);
    group.check_end(1, "rank " + std::to_string(victim) + " of 3", {victim});
    BOOST_CHECK(!group[victim].wait(0));
  }
}

BOOST_AUTO_TEST_CASE(a_process_that_was_stopped_with_all_others_goes_on) {
  Processes group({.size = 2, .task = "work", .timeout_s = 3});
  BOOST_REQUIRE(group.wait_for_text("at work"));
  for (const int rank : {0, 1}) group[rank].kill(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(5));
  for (const int rank : {0, 1}) group[rank].kill(SIGCONT);
  BOOST_CHECK(!group[0].wait(2));
  BOOST_CHECK(!group[1].wait(0));
}

BOOST_AUTO_TEST_CASE(a_live_process_that_does_not_come_is_named_when_patience_ends) {
  Processes group({.size = 3, .task = "late", .timeout_s = 60, .patience_s = 2});
  group.check_end(1, "rank 2 of 3 did not come to an exchange within 2 s", {2});
}

BOOST_AUTO_TEST_CASE(processes_that_never_come_are_named) {
  Processes without_1_3({.size = 4, .timeout_s = 5}, {1, 3});
  without_1_3.check_end(1, "ranks 1 and 3 of 4 did not come within 5 s");
  Processes without_0({.size = 3, .timeout_s = 2}, {0});
  without_0.check_end(1, "rank 0 of 3 does not answer within 2 s at 127.0.0.1:" + std::to_string(without_0.port()));
}

BOOST_AUTO_TEST_CASE(a_wrong_address_or_port_is_one_line) {
  Process name({.rank = 1, .port = inr::test::free_port(), .timeout_s = 1, .address = "no-such-host.invalid"});
  BoundSocket silent;
  silent.listen_in_silence();
  Process other_program({.rank = 1, .port = silent.port(), .timeout_s = 1});
  Process taken({.rank = 0, .port = silent.port(), .timeout_s = 1});
  const auto check = [](Process& process, const std::string& text) {
    BOOST_CHECK_EQUAL(process.wait().value_or(-1), 1);
    BOOST_TEST_INFO(process.err());
    BOOST_CHECK(process.err().find(text) != std::string::npos);
    BOOST_TEST_INFO(process.err());
    BOOST_CHECK(process.err().ends_with("check MASTER_ADDR and MASTER_PORT\n"));
  };
  check(name, "at no-such-host.invalid:");
  check(other_program, "no group of processes at 127.0.0.1:" + std::to_string(silent.port()));
  check(taken, "the port is in use");
}

BOOST_AUTO_TEST_CASE(processes_that_do_not_fit_together_are_wrong_use) {
  Process::Options options{.size = 3, .port = inr::test::free_port()};
  Process hub(options);
  options.rank = 1;
  Process first(options);
  Process second(options);
  for (Process* process : {&hub, &first, &second}) {
    BOOST_CHECK_EQUAL(process->wait().value_or(-1), 2);
    BOOST_TEST_INFO(process->err());
    BOOST_CHECK(process->err().find("the same rank") != std::string::npos);
  }
  options.port = inr::test::free_port();
  options.rank = 0;
  Process hub_of_3(options);
  options.rank = 1;
  options.size = 2;
  Process of_2(options);
  for (Process* process : {&hub_of_3, &of_2}) {
    BOOST_CHECK_EQUAL(process->wait().value_or(-1), 2);
    BOOST_TEST_INFO(process->err());
    BOOST_CHECK(process->err().find("WORLD_SIZE") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_latecomer_does_not_end_a_group_at_work) {
  Processes group({.size = 2, .task = "work"});
  BOOST_REQUIRE(group.wait_for_text("at work"));
  Process latecomer({.rank = 1, .size = 2, .port = group.port()});
  BOOST_CHECK_EQUAL(latecomer.wait().value_or(-1), 2);
  BOOST_CHECK(latecomer.err().find("the same rank") != std::string::npos);
  BOOST_CHECK(!group[0].wait(1));
  BOOST_CHECK(!group[1].wait(0));
}

}  // namespace
