#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Runs one case: run_case.sh BIN_FOLDER SCRIPT [ARGUMENT...]. The script runs in a fresh temporary folder with the build's
# tools first in PATH, $SOURCE (the source tree) and $BIN set, the helpers loaded, and -u -o pipefail. It fails with the
# first failing helper or by its own last exit status.
set -u
BIN=$(realpath "$1")
script=$(realpath "$2")
shift 2
SOURCE=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
export BIN SOURCE PATH="$BIN:$PATH" LC_ALL=C.UTF-8
unset INR_CHECKPOINT
folder=$(mktemp -d "${TMPDIR:-/tmp}/inr-cli-XXXXXX") || exit 1
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export CASE_FOLDER=$folder
# Not exec: the trap removes the folder afterwards.
bash -u -o pipefail -c 'source "$SOURCE/tests/cli/helpers.sh"; script=$1; shift; source "$script"' "$script" "$script" "$@"
