// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// run_tool in a child process: exit status, what stands on stdout and stderr, and how it meets a world that fails.
#include "cli/run_tool.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>

#include "base/atomic_file.hpp"
#include "base/log.hpp"
#include "cli/streams.hpp"
#include "support/test.hpp"

using namespace inr::cli;
using inr::base::ExitCode;

namespace {

struct Outcome {
  int status = -1;  // exit status, or 128 + signal
  std::string out, err;
};

std::string slurp(const std::string& path) {
  const auto bytes = inr::base::read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Runs a tool "inr-try" with the option --number and this body in a child; stdout goes to out_path where one is given.
Outcome run(std::vector<std::string> arguments, const std::function<ExitCode()>& body,
            const std::string& out_path = "") {
  const inr::test::TemporaryFolder folder;
  const std::string out = out_path.empty() ? folder / "out" : out_path;
  const std::string err = folder / "err";
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2);
    ::close(1);
    if (out != "closed") ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    arguments.insert(arguments.begin(), "inr-try");
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const ToolPage page{
        .name = "inr-try", .summary = "try", .examples = {{.command = "inr-try", .runs_anywhere = true}}};
    int number = 0;
    const int status = run_tool(
        static_cast<int>(argv.size()), argv.data(), page,
        [&](Options& options) { options.add("--number", number, "a number"); }, body);
    std::_Exit(status);
  }
  int raw = 0;
  ::waitpid(child, &raw, 0);
  Outcome outcome;
  outcome.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  if (out_path.empty()) outcome.out = slurp(out);
  outcome.err = slurp(err);
  return outcome;
}

ExitCode ok() { return ExitCode::kOk; }

}  // namespace

BOOST_AUTO_TEST_CASE(exit_status_of_the_body_is_the_tools) {
  BOOST_TEST(run({}, ok).status == 0);
  BOOST_TEST(run({}, [] { return ExitCode::kThreshold; }).status == 3);
  BOOST_TEST(run({}, [] { return ExitCode::kInterrupted; }).status == 75);
}

BOOST_AUTO_TEST_CASE(wrong_use_is_told_in_one_line) {
  const Outcome outcome = run({"--number", "abc"}, ok);
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(outcome.out.empty());
  BOOST_TEST(outcome.err == "inr-try: --number: \"abc\" is not a whole number; see inr-try --help\n");
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_stdout_whatever_else_is_there) {
  const Outcome help = run({"--number", "abc", "--help"}, [] { return ExitCode::kFailed; });
  BOOST_TEST(help.status == 0);
  BOOST_TEST(help.out.ends_with("Example:\n  inr-try\n"));
  BOOST_TEST(help.err.empty());
  BOOST_TEST(run({"--version"}, ok).out == std::string("inr-try ") + version() + "\n");
  BOOST_TEST(run({"--print-completion", "fish"}, ok).out.find("-l number") != std::string::npos);
  BOOST_TEST(run({"--print-completion", "csh"}, ok).status == 2);
  BOOST_TEST(run({"--print-man"}, ok).out.starts_with(".\\\" SPDX"));
  BOOST_TEST(run({"--print-examples"}, ok).out == "inr-try\n");
}

BOOST_AUTO_TEST_CASE(errors_become_one_line_and_their_exit_code) {
  using inr::base::DataError;
  using inr::base::UsageError;
  const Outcome data = run({}, []() -> ExitCode { throw DataError("a.inr", "not an INR stream"); });
  BOOST_TEST(data.status == 1);
  BOOST_TEST(data.err == "inr-try: a.inr: not an INR stream\n");
  BOOST_TEST(run({}, []() -> ExitCode { throw UsageError("no"); }).status == 2);
  const Outcome memory = run({}, []() -> ExitCode { throw std::bad_alloc(); });
  BOOST_TEST(memory.status == 1);
  BOOST_TEST(memory.err == "inr-try: out of memory\n");
  const Outcome foreign =
      run({}, []() -> ExitCode { throw std::runtime_error("first\nException raised from x.cpp:3"); });
  BOOST_TEST(foreign.status == 1);
  BOOST_TEST(foreign.err == "inr-try: first\n");
  BOOST_TEST(run({}, []() -> ExitCode { throw 3; }).status == 1);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_a_failure) {
  const auto write = [] {
    std::cout << "some text\n";
    return ExitCode::kOk;
  };
  const Outcome full = run({}, write, "/dev/full");
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.err == "inr-try: stdout: cannot write: No space left on device\n");
  const Outcome closed = run({}, write, "closed");
  BOOST_TEST(closed.status == 1);
  BOOST_TEST(closed.err == "inr-try: stdout: cannot write: Bad file descriptor\n");
  BOOST_TEST(run({"--help"}, ok, "/dev/full").status == 1);
  BOOST_TEST(run({}, ok, "/dev/full").status == 0);
}

BOOST_AUTO_TEST_CASE(a_file_opened_after_a_closed_stdout_gets_no_text_of_it) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "data";
  const Outcome outcome = run(
      {},
      [&] {
        Output file(path, "");
        std::cout << "text for stdout\n" << std::flush;
        file.write(std::string_view("data"));
        file.commit();
        return ExitCode::kOk;
      },
      "closed");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(slurp(path) == "data");
}

BOOST_AUTO_TEST_CASE(broken_pipe_ends_the_tool_silently_by_the_signal) {
  const inr::test::TemporaryFolder folder;
  const auto into_closed_pipe = [] {
    int ends[2];
    if (::pipe(ends) != 0) return ExitCode::kFailed;
    ::close(ends[0]);
    ::dup2(ends[1], 1);
    Output out("-", "");
    out.write(std::string_view("data"));
    return ExitCode::kOk;
  };
  const Outcome outcome = run({}, into_closed_pipe);
  BOOST_TEST(outcome.status == 128 + SIGPIPE);
  BOOST_TEST(outcome.err.empty());
}

BOOST_AUTO_TEST_CASE(terminals_are_refused_with_what_to_type) {
  const auto on_terminal = [](int fd, const std::function<void()>& open_it) {
    return [fd, open_it] {
      const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
      if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return ExitCode::kInterrupted;
      const int end = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
      if (end < 0 || ::dup2(end, fd) != fd) return ExitCode::kInterrupted;
      open_it();
      return ExitCode::kOk;
    };
  };
  const Outcome out = run({}, on_terminal(1, [] { const Output data("-", "give -o FILE"); }));
  const Outcome in = run({}, on_terminal(0, [] { const Input data("-", "name a file"); }));
  if (out.status == 75) {
    BOOST_TEST_MESSAGE("this system has no pseudo terminals");
    return;
  }
  BOOST_TEST(out.status == 2);
  BOOST_TEST(out.err == "inr-try: stdout is a terminal; give -o FILE\n");
  BOOST_TEST(in.status == 2);
  BOOST_TEST(in.err == "inr-try: stdin is a terminal; name a file\n");
}

BOOST_AUTO_TEST_CASE(log_level_follows_the_options) {
  const auto talk = [] {
    inr::base::log_info("hello");
    return ExitCode::kOk;
  };
  BOOST_TEST(run({}, talk).err == "inr-try: hello\n");
  BOOST_TEST(run({"--quiet"}, talk).err.empty());
}

BOOST_AUTO_TEST_CASE(the_command_line_is_kept_as_a_shell_would_read_it) {
  const Outcome outcome = run({"--number", "3"}, [] {
    std::cout << command_line();
    return ExitCode::kOk;
  });
  BOOST_TEST(outcome.out == "inr-try --number 3");
}

BOOST_AUTO_TEST_CASE(outputs_appear_whole_or_not_at_all) {
  const inr::test::TemporaryFolder folder;
  const std::string path = folder / "out";
  {
    Output out(path, "");
    out.write(std::string_view("first"));
    out.commit();
  }
  {
    Output out(path, "");
    out.write(std::string_view("second"));
  }
  BOOST_TEST(slurp(path) == "first");
  {
    Output out(path, "");
    out.write(std::string_view("third"));
    BOOST_TEST(out.keep_partial() == path + ".partial");
  }
  BOOST_TEST(slurp(path) == "first");
  BOOST_TEST(slurp(path + ".partial") == "third");
}

BOOST_AUTO_TEST_CASE(special_files_and_links_are_not_replaced) {
  const inr::test::TemporaryFolder folder;
  const std::string link = folder / "link";
  std::filesystem::create_symlink("/dev/null", link);
  {
    Output out(link, "");
    out.write(std::string_view("data"));
    out.commit();
  }
  BOOST_TEST(std::filesystem::is_symlink(link));
  BOOST_TEST(std::filesystem::is_character_file("/dev/null"));
  const std::string named = folder / "named";
  { std::filesystem::create_symlink(folder / "target", named); }
  inr::base::AtomicFile target(folder / "target");
  target.write(std::string_view("old"));
  target.commit();
  Output out(named, "");
  out.write(std::string_view("new"));
  out.commit();
  BOOST_TEST(std::filesystem::is_symlink(named));
  BOOST_TEST(slurp(folder / "target") == "new");
  BOOST_CHECK_THROW(Output(folder.path().string(), ""), inr::base::SystemError);
  BOOST_CHECK_THROW(Output(folder / "no/such/folder", ""), inr::base::SystemError);
}

BOOST_AUTO_TEST_CASE(inputs_name_what_cannot_be_opened) {
  const inr::test::TemporaryFolder folder;
  BOOST_CHECK_THROW(Input(folder / "absent", ""), inr::base::SystemError);
  BOOST_CHECK_THROW(Input(folder.path().string(), ""), inr::base::SystemError);
}
