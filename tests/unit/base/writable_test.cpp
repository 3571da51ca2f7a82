// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Outputs that are tried before the work: what cannot be written is told with a way out, and nothing is changed.
#include "base/writable.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <stdexcept>

#include "base/error.hpp"
#include "base/first_fault.hpp"
#include "file_content.hpp"
#include "support/test.hpp"

using namespace inr::base;
namespace fs = std::filesystem;
using inr::test::content;

namespace {

// True where the message of an Error has the text, and a way out.
auto says(const std::string& text) {
  return [text](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    const std::string message = error.what();
    return message.find(text) != std::string::npos && message.find("; ") != std::string::npos;
  };
}

size_t n_entries(const fs::path& folder) {
  return static_cast<size_t>(
      std::distance(fs::recursive_directory_iterator(folder), fs::recursive_directory_iterator()));
}

struct Outputs {
  Outputs() {
    std::ofstream(folder / "file") << "before";
    fs::create_directory(folder / "taken");
    fs::create_symlink("file", folder / "link");
    fs::create_symlink("nowhere/at/all", folder / "loose");
    ::mkfifo((folder / "pipe").c_str(), 0600);
    n_before = n_entries(folder.path());
  }
  ~Outputs() {
    BOOST_TEST(n_entries(folder.path()) == n_before);
    BOOST_TEST(content(folder / "file") == "before");
  }
  inr::test::TemporaryFolder folder;
  size_t n_before = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(writable)

BOOST_AUTO_TEST_CASE(files_are_tried_and_left_as_they_are) {
  const Outputs at;
  for (const auto& require : {require_replaceable, require_extensible}) {
    for (const char* name : {"new", "file", "link", "pipe"}) BOOST_CHECK_NO_THROW(require(at.folder / name));
    BOOST_CHECK_NO_THROW(require("/dev/null"));
    BOOST_CHECK_NO_THROW(require("/dev/stderr"));
    BOOST_CHECK_EXCEPTION(require(at.folder / "none/x"), SystemError, says("none/x: cannot create the file: No such"));
    BOOST_CHECK_EXCEPTION(require(at.folder / "none/x"), SystemError, says("; make the folder "));
    BOOST_CHECK_EXCEPTION(require(at.folder / "file/x"), SystemError, says("Not a directory"));
    BOOST_CHECK_EXCEPTION(require(at.folder / "taken"), SystemError, says("taken: cannot write: Is a directory"));
    BOOST_CHECK_EXCEPTION(require(at.folder / "loose"), SystemError, says("loose: cannot create the file"));
    BOOST_CHECK_EXCEPTION(require("/proc/none"), SystemError, says("/proc/none: cannot"));
    BOOST_CHECK_THROW(require(""), UsageError);
  }
  const int fd = ::open((at.folder / "file").c_str(), O_RDONLY | O_CLOEXEC);
  BOOST_CHECK_EXCEPTION(require_replaceable("/dev/fd/" + std::to_string(fd)), SystemError, says("Bad file descriptor"));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(folders_are_tried_and_not_made) {
  const Outputs at;
  for (const char* name : {"taken", "taken/", "new", "new/and/deeper", "taken/new"})
    BOOST_CHECK_NO_THROW(require_folder(at.folder / name));
  BOOST_CHECK_EXCEPTION(require_folder(at.folder / "file"), SystemError,
                        says("file: cannot make the folder: File exists"));
  BOOST_CHECK_EXCEPTION(require_folder(at.folder / "file/x"), SystemError,
                        says("file/x: cannot make the folder: Not a dir"));
  BOOST_CHECK_EXCEPTION(require_folder(at.folder / "loose"), SystemError, says("loose: cannot make the folder"));
  BOOST_CHECK_EXCEPTION(require_folder("/proc/none/x"), SystemError, says("/proc/none/x: cannot"));
  BOOST_CHECK_THROW(require_folder(""), UsageError);
}

BOOST_AUTO_TEST_CASE(a_full_disc_is_told_apart) {
  BOOST_TEST(is_out_of_room(SystemError("a", "write", ENOSPC)));
  BOOST_TEST(is_out_of_room(SystemError("a", "write", EDQUOT)));
  BOOST_TEST(!is_out_of_room(SystemError("a", "write", EFBIG)));
  BOOST_TEST(!is_out_of_room(SystemError("a", "write", EACCES)));
}

BOOST_AUTO_TEST_CASE(every_step_is_tried_and_the_first_fault_is_thrown) {
  int n_done = 0;
  FirstFault fault;
  BOOST_CHECK_NO_THROW(fault.rethrow());
  fault.run([&] { ++n_done; });
  fault.run([] { throw DataError("the first"); });
  fault.run([] { throw SystemError("the second"); });
  fault.run([] { throw std::runtime_error("of another kind"); });
  fault.run([&] { ++n_done; });
  BOOST_TEST(n_done == 2);
  BOOST_CHECK_THROW(fault.rethrow(), DataError);
}

BOOST_AUTO_TEST_SUITE_END()
