#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# tidy.sh BUILD_FOLDER JOBS [all]: clang-tidy, with the tree's .clang-tidy, over our sources. Tests and sources that use
# LibTorch take 20 to 60 seconds each, the others 6: only "all" takes them in.
set -eu
dir=$(realpath "$1")
jobs=$2
which=${3:-quick}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v run-clang-tidy >/dev/null || { echo "tidy: run-clang-tidy is missing; apt-get install clang-tidy" >&2; exit 1; }

# The compile database without precompiled headers (g++'s mean nothing to clang) and without ccache.
mkdir -p "$dir/tidy"
WHICH=$which SOURCE=$PWD python3 - "$dir" <<'PYTHON'
import json, os, re, sys
folder = sys.argv[1]
source = os.environ["SOURCE"] + "/"
kept, headers = [], 0
for entry in json.load(open(folder + "/compile_commands.json")):
    path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), source)
    if not re.match(r"(libcore|cmd|tests)/.*\.cpp$", path):
        continue
    command = entry["command"]
    torch = "torch/csrc/api/include" in command
    if os.environ["WHICH"] != "all" and (torch or path.startswith("tests/")):
        continue
    command = re.sub(r"^.*?(?=\S*(?:g\+\+|c\+\+)\S* )", "", command, count=1)
    header = re.search(r"-include (\S+)", command)
    command = re.sub(r" -include \S+", "", command)
    command = re.sub(r" (-fpch-preprocess|-Winvalid-pch)\b", "", command)
    if header:  # the header itself, as text
        command += " -include " + source + "libcore/cmake/torch_pch.hpp"
        headers += 1
    entry["command"] = command
    kept.append(entry)
json.dump(kept, open(folder + "/tidy/compile_commands.json", "w"), indent=1)
print(f"tidy: {len(kept)} sources, {headers} of them with LibTorch")
PYTHON
run-clang-tidy -quiet -p "$dir/tidy" -j "$jobs" >"$dir/tidy/log" 2>&1 || {
  sed 's/\x1b\[[0-9;]*m//g' "$dir/tidy/log" | grep -E 'warning:|error:' | sort -u
  echo "tidy: faults; all of it is in $dir/tidy/log" >&2
  exit 1
}
echo "tidy: no faults"
