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
command -v clang-tidy >/dev/null || { echo "tidy: clang-tidy is missing; apt-get install clang-tidy" >&2; exit 1; }

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
with open(folder + "/tidy/list", "w") as listing:
    for entry in kept:
        listing.write(os.path.join(entry["directory"], entry["file"]) + "\0" + entry["command"] + "\0")
print(f"tidy: {len(kept)} sources, {headers} of them with LibTorch")
PYTHON
# A source that passed is not checked again until it, a header that it sees, the rules or clang-tidy change: its key is the
# hash of all these, kept as the name of an empty file.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/inr-tidy
mkdir -p "$cache"
rules=$({ cat .clang-tidy && clang-tidy --version; } | sha256sum)
check() { # FOLDER CACHE RULES SOURCE COMMAND
  local key
  key=$({ echo "$3" && cat "$4" && eval "$5 -E -C -P -w -o -"; } 2>/dev/null | sha256sum | cut -d' ' -f1)
  [[ -e $2/$key ]] && return 0
  if clang-tidy -quiet -p "$1" "$4" 2>&1; then : >"$2/$key"; else return 1; fi
}
export -f check
status=0
xargs -0 -r -n 2 -P "$jobs" bash -c 'check "$@"' _ "$dir/tidy" "$cache" "$rules" <"$dir/tidy/list" >"$dir/tidy/log" || status=1
if ((status)); then
  sed 's/\x1b\[[0-9;]*m//g' "$dir/tidy/log" | grep -E 'warning:|error:' | sort -u
  echo "tidy: faults; all of it is in $dir/tidy/log" >&2
  exit 1
fi
find "$cache" -type f -mtime +30 -delete
echo "tidy: no faults"
