#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# includes.sh BUILD_FOLDER: the table of rooms (libcore/cmake/InrLibrary.cmake) is enforced by the compiler. Every file
# includes/refused_ROOM_*.cpp is compiled as a source of that room and must fail for want of the header that it names;
# includes/allowed_ROOM_*.cpp must compile, which shows that it is the header and not the command that was refused.
set -u
dir=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/includes" || exit 1

# The compiler's command for sources of a room, without the source, its output and the compiler cache.
command_of() {
  python3 - "$dir/compile_commands.json" "/libcore/$1/" <<'PYTHON'
import json, re, sys
for entry in json.load(open(sys.argv[1])):
    if sys.argv[2] in entry["file"]:
        command = re.sub(r"^.*?(?=\S*(?:g\+\+|c\+\+)\S* )", "", entry["command"], count=1)
        command = re.sub(r" -include \S+| -fpch-preprocess\b| -Winvalid-pch\b", "", command)
        print(entry["directory"], re.sub(r" -o \S+ -c \S+", "", command), sep="\n")
        break
PYTHON
}

faults=0 refused=0
for file in *.cpp; do
  room=${file#*_}
  room=${room%%_*}
  header=$(sed -nE 's/^#include [<"]([^>"]+)[>"]/\1/p' "$file")
  { read -r folder; read -r command; } < <(command_of "$room")
  [[ -n $command ]] || { echo "includes: no source of room $room in $dir/compile_commands.json"; exit 1; }
  read -ra words <<<"$command"
  said=$(cd "$folder" && "${words[@]}" -fsyntax-only "$OLDPWD/$file" 2>&1)
  status=$?
  case $file in
    refused_*)
      refused=$((refused + 1))
      [[ $status != 0 && $said == *"$header: No such file"* ]] || { echo "includes: $file compiles, or fails otherwise: $said"; faults=$((faults + 1)); } ;;
    *) [[ $status == 0 ]] || { echo "includes: $file does not compile: $said"; faults=$((faults + 1)); } ;;
  esac
done
((refused >= 5)) || { echo "includes: only $refused sources that must not compile"; exit 1; }
((faults == 0)) && echo "includes: $refused sources were refused, as they must be"
