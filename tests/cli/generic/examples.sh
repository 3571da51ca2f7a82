# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The examples that a tool says run anywhere do so: in an empty folder, with exit status 0. $1 is the tool.
tool=$1

# What inr-import takes comes from elsewhere.
[[ $tool != inr-import ]] || skip "every example of $tool needs a file that is not ours"
"$tool" --print-examples >examples || fail "--print-examples"
[[ -s examples ]] || fail "$tool has no example that runs anywhere"
while IFS= read -r line; do
  for name in $(grep -oE '\binr-[a-z]+( |$)' <<<"$line"); do
    [[ -x $BIN/$name ]] || skip "$name is not built"
  done
  expect_exit 0 bash -o pipefail -c "$line" </dev/null
done <examples
