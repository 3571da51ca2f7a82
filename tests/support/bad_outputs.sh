# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Outputs that cannot be written, even by the superuser: no folder, below a file, a folder in the way, a file system that
# takes no files. Inputs in these tests are faulty as well, so that the line that comes tells which of the two is looked at
# first.

# everything: all there is but the streams of the last command; of files their sizes and times too.
everything() { find . ! -name .stdout ! -name .stderr \( -type d -printf '%p/\n' -o -printf '%p %y %s %T@\n' \) | sort; }

# expect_outputs_refused TOOL ENDING ARGUMENT...: one line names the output and a way out, nothing is left or changed. @ in
# the arguments stands for the output.
expect_outputs_refused() {
  local tool=$1 ending=$2 before name
  shift 2
  [[ -e a_file ]] || touch a_file
  mkdir -p "taken$ending"
  before=$(everything)
  for name in "nowhere/deeper/x$ending" "a_file/x$ending" "taken$ending" "/proc/x$ending"; do
    expect_refusal 1 "^$tool: $name: .+; .+" "$tool" "${@//@/$name}"
    expect_same "what lies there after -o $name" "$(everything)" "$before"
  done
}
