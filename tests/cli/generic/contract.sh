# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every tool promises alike: help, version, wrong use, a full disk, a reader that went away. $1 is the tool.
tool=$1

expect_exit 0 "$tool" --help
expect_quiet
expect_stdout "^$tool: "
expect_stdout "^Usage: $tool"
# The last line is an example that names an inr tool.
tail -n 1 "$CASE_FOLDER/.stdout" | grep -qE '^  (.*\| *)?inr-[a-z]+( |$)' || fail "--help does not end with an example"

expect_exit 0 "$tool" --version
expect_quiet
expect_stdout "^$tool [0-9]+\.[0-9]+\.[0-9]+$"

# Wrong use: status 2, nothing on stdout, one line that says where to look.
expect_exit 2 "$tool" --no-such-option
expect_one_line "$tool"
expect_stderr "unknown option --no-such-option.*see $tool --help"
refuse_stdout .
expect_exit 2 "$tool" --quite
expect_stderr 'did you mean --quiet\?'
expect_exit 2 "$tool" --quiet=yes
expect_stderr 'quiet: takes no value'

# Output that cannot be written is a failure, also of --help.
expect_exit 1 bash -c "$tool --help > /dev/full"
expect_one_line "$tool"
expect_stderr 'stdout: cannot write: No space left on device'
expect_exit 1 bash -c "$tool --version >&-"
expect_one_line "$tool"

# The reader went away: ended by SIGPIPE (141 in a shell), without a word.
expect_exit 0 bash -c "(trap - PIPE; sleep 0.2; $tool --help; echo \$? > status) | true; cat status"
expect_quiet
expect_same "status after a closed pipe" "$(cat status)" 141

# Asking a question answers quickly. Processor time, so that other work on the machine does not count.
used_ms() {
  local TIMEFORMAT='%3U %3S' user system
  read -r user system < <({ time "$@" >/dev/null 2>&1; } 2>&1)
  echo $((10#${user/./} + 10#${system/./}))
}
libraries=$(ldd "$BIN/$tool")
case $tool in
  inr-train | inr-render | inr-fid) ;;
  *) [[ $libraries != *torch* ]] || fail "$tool links LibTorch" ;;
esac
limit=30
[[ $libraries == *libtorch* ]] && limit=500
[[ $libraries == *libasan* ]] && limit=5000
for _ in 1 2 3; do
  ms=$(used_ms "$tool" --version)
  ((ms <= limit)) && break
done
((ms <= limit)) || fail "--version took $ms ms of processor time; the limit is $limit"
