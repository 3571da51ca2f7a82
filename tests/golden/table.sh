#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The errors of all goldens as a table: table.sh BIN_FOLDER. One row a file: how many tensors were compared, the largest
# share of its tolerance that one of them used, its error and its name. DETAIL=1: every tensor. Goldens come from
# $INR_GOLDEN_DIR, else from this folder. Exit status 1 if any comparison failed.
set -u -o pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
bin=$(realpath "$1") || exit 1
lines=$(mktemp) || exit 1
trap 'rm -f "$lines"' EXIT
failed=()
for test in "$bin"/golden_*; do
  "$test" --color_output=no >>"$lines" 2>&1 || failed+=("$(basename "$test")")
done
"$here/../cli/run_case.sh" "$bin" "$here/../cli/inr-render/goldens.sh" >>"$lines" 2>&1 || failed+=(tools)

# Fields are two or more blanks apart: file, tensor, "error E", "used U %".
[[ -z ${DETAIL:-} ]] || grep -E '  error [^ ]+  used +[0-9.a-z]+ %$' "$lines"
awk -F '  +' '
  / error [^ ]+  used +[^ ]+ %$/ {
    error = $3; sub(/^error /, "", error)
    used = $0; sub(/.*used +/, "", used); sub(/ %$/, "", used)
    if (!($1 in n)) order[++n_files] = $1
    ++n[$1]
    if (n[$1] == 1 || used + 0 > most[$1] + 0 || used ~ /nan/) { most[$1] = used; worst[$1] = error; name[$1] = $2 }
  }
  END {
    if (n_files == 0) exit 1
    printf "%-32s %8s %12s %10s  %s\n", "file", "tensors", "tolerance", "error", "worst tensor"
    for (i = 1; i <= n_files; ++i) {
      f = order[i]
      printf "%-32s %8d %10s %% %10s  %s\n", f, n[f], most[f], worst[f], name[f]
    }
  }' "$lines" || failed+=(table)
if ((${#failed[@]} > 0)); then
  grep -E 'error: in |FAILED|beyond' "$lines" >&2
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
echo "all within tolerance"
