// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// run_tool: see the header for the contract.
#include "cli/run_tool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <string>

#include "base/atomic_file.hpp"
#include "base/log.hpp"
#include "cli/interrupt.hpp"
#include "cli/pages.hpp"

namespace inr::cli {
namespace {

std::string& started_as() {
  static std::string text;
  return text;
}

/// What of the edges was asked for on the command line.
struct Edges {
  bool quiet = false, verbose = false, help = false, version = false, man = false, examples = false;
  std::string completion;
};

void add_edges(Options& options, Edges& edges) {
  options.group("Common");
  options.add_flag("--quiet", edges.quiet, "errors only on stderr");
  options.add_flag("--verbose", edges.verbose, "more on stderr");
  options.add_flag("-h,--help", edges.help, "print this text");
  options.add_flag("--version", edges.version, "print the version");
  options.add_flag("--print-man", edges.man, "print the man page");
  options.hide_last();
  options.add("--print-completion", edges.completion, "print the completion for a shell", {.metavar = "SHELL"});
  options.hide_last();
  options.add_flag("--print-examples", edges.examples, "print the examples that run anywhere, one per line");
  options.hide_last();
}

/// A descriptor that was closed by the caller must not be given to the first file that is opened: stdin, stdout and
/// stderr are kept busy by something that refuses what they are for.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      (void)::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

std::string first_line(const char* text) {
  const std::string whole = text;
  return whole.substr(0, whole.find('\n'));
}

void complain(const std::string& tool, const std::string& message) {
  const std::string line = tool + ": " + base::printable(message, 4000) + "\n";
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

/// Ends as a program that knows nothing of the signal: a producer whose reader has gone by SIGPIPE, silently.
[[noreturn]] void end_by_signal(int number) {
  std::signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  (void)std::raise(number);
  std::_Exit(128 + number);
}

/// Text on stdout goes through write_all, so that a full disk is an error here and now.
void print(const std::string& text) { base::write_all(STDOUT_FILENO, std::as_bytes(std::span(text)), "stdout"); }

/// True where one of the questions that every tool answers was asked, and answered.
bool answer(const Edges& edges, const ToolPage& page, const Options& options) {
  if (edges.help)
    print(help_text(page, options));
  else if (edges.version)
    print(page.name + " " + version() + "\n");
  else if (edges.man)
    print(man_text(page, options, version()));
  else if (!edges.completion.empty())
    print(completion_text(page, options, edges.completion));
  else if (edges.examples)
    for (const Example& example : page.examples) print(example.runs_anywhere ? example.command + "\n" : "");
  else
    return false;
  return true;
}

void parse(Options& options, Edges& edges, const std::vector<std::string>& arguments) {
  const auto asked = [&] {
    edges.help = options.given("--help");
    edges.version = options.given("--version");
    edges.man = options.given("--print-man");
    edges.examples = options.given("--print-examples");
    return edges.help || edges.version || edges.man || edges.examples;
  };
  options.parse(arguments, asked);
}

base::ExitCode run(const ToolPage& page, const std::vector<std::string>& arguments,
                   const std::function<void(Options&)>& bind, const std::function<base::ExitCode()>& body) {
  Options options;
  Edges edges;
  bind(options);
  add_edges(options, edges);
  for (size_t i = 0; i + 1 < arguments.size(); ++i)  // --print-completion SHELL: before missing arguments are missed
    if (arguments.size() == 2 && arguments[i] == "--print-completion") edges.completion = arguments[i + 1];
  try {
    if (edges.completion.empty()) parse(options, edges, arguments);
  } catch (const base::UsageError& error) {
    throw base::UsageError(std::string(error.what()) + "; see " + page.name + " --help");
  }
  if (answer(edges, page, options)) return base::ExitCode::kOk;
  base::LogLevel level = base::LogLevel::kNormal;
  if (edges.verbose) level = base::LogLevel::kVerbose;
  if (edges.quiet) level = base::LogLevel::kQuiet;
  base::init_logging(page.name, level);
  return body();
}

/// Has the reader of the pipe on stdout gone? For writes through a stream, which do not keep the reason of their
/// failure.
bool reader_has_gone() {
  pollfd stdout_state{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&stdout_state, 1, 0) == 1 && (stdout_state.revents & POLLERR) != 0;
}

/// Flushes and closes stdout. Throws BrokenPipe or SystemError.
void close_stdout() {
  errno = 0;
  bool failed = !std::cout.flush();
  int fault = errno;
  if (std::fflush(stdout) != 0 && fault == 0) fault = errno;
  failed = failed || fault != 0 || std::ferror(stdout) != 0;
  if (failed && (fault == EPIPE || reader_has_gone())) throw base::BrokenPipe();
  if (failed && fault == 0) throw base::SystemError("stdout: cannot write");
  if (failed) throw base::SystemError("stdout", "write", fault);
  if (::close(STDOUT_FILENO) != 0) throw base::SystemError("stdout", "close", errno);
}

template <typename Work>
int guarded(const std::string& tool, const Work& work) {
  try {
    return static_cast<int>(work());
  } catch (const base::BrokenPipe&) {
    end_by_signal(SIGPIPE);
  } catch (const Interrupted& end) {
    complain(tool, end.what());
    end_by_signal(end.number());
  } catch (const base::Error& error) {
    complain(tool, error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::bad_alloc&) {
    complain(tool, "out of memory");
  } catch (const std::exception& error) {  // LibTorch's carry a backtrace from the second line on
    const bool memory = std::strstr(error.what(), "can't allocate memory") != nullptr;
    complain(tool, memory ? "out of memory" : first_line(error.what()));
  } catch (...) {
    complain(tool, "failed for an unknown reason");
  }
  return static_cast<int>(base::ExitCode::kFailed);
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                          "_-+=./,:@%") == std::string::npos;
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

const char* version() noexcept { return INR_VERSION; }

const std::string& command_line() noexcept { return started_as(); }

int run_tool(int argc, char** argv, const ToolPage& page, const std::function<void(Options&)>& bind,
             const std::function<base::ExitCode()>& body) {
  occupy_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  int status = guarded(page.name, [&] {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    started_as() = page.name;
    for (const std::string& argument : arguments) started_as() += " " + shell_word(argument);
    return run(page, arguments, bind, body);
  });
  const int closed = guarded(page.name, [] {
    close_stdout();
    return base::ExitCode::kOk;
  });
  return status == 0 ? closed : status;
}

}  // namespace inr::cli
