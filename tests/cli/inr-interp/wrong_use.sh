# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train
# What no input could make right: one line, exit status 2, and nothing is written. Signals.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 2 >keys.inr
refuse() { # refuse PATTERN OPTION...
  local pattern=$1
  shift
  expect_exit 2 inr-interp "$@" -o x.inr
  expect_one_line inr-interp
  expect_stderr "$pattern"
}
refuse 'two key points or more' --seeds 1
refuse '^inr-interp: --frames: ' --seeds 1,2 --frames 0
refuse '"arc" is none of line, sphere' --seeds 1,2 --path arc
refuse '"quick" is none of linear, cosine' --seeds 1,2 --ease quick
refuse '--space' --seeds 1,2 --space v
refuse '--path sphere: only latents z' --seeds 1,2 --space w --path sphere
refuse '--path sphere: only latents z' keys.inr --path sphere
refuse 'a stream knows its parameters only' keys.inr --space z
refuse 'a stream knows its parameters only' keys.inr --space w
refuse 'interpolated as it is' keys.inr --truncation 0.5
refuse 'exclude each other' keys.inr --seeds 1,2
refuse '--latents: the name of the file is empty' --latents ''
refuse '--seed-style .*exclude each other' keys.inr --seed-style numpy
expect_exit 2 bash -c 'inr-interp --seed-style inr -o x.inr <keys.inr'
expect_one_line inr-interp
expect_stderr '--seed-style say nothing to a stream'
refuse 'exclude each other' --latents z.npy --seeds 1,2
refuse 'rows of h .--space w. are taken as they are' --latents z.npy --space w --truncation 0.5
expect_exit 2 inr-interp keys.inr -o keys.inr
expect_one_line inr-interp
expect_exit 2 inr-interp --seeds 1,2 -o run/checkpoint-000000000.safetensors # found by $INR_CHECKPOINT
expect_one_line inr-interp
expect_exit 1 inr-interp --latents missing.npy -o x.inr
expect_one_line inr-interp
expect_exit 1 inr-interp --seeds 1,2 --checkpoint keys.inr -o x.inr
expect_one_line inr-interp
expect_no_file x.inr

# A signal: one line, and no piece of the file is left.
inr-interp --seeds 1,2 --frames 1000000 -o long.inr 2>"$CASE_FOLDER/.stderr" &
tool=$!
for ((i = 0; i < 100; ++i)); do
  compgen -G 'long.inr*' >/dev/null && break
  sleep 0.1
done
kill -TERM "$tool"
got=0
wait "$tool" || got=$?
expect_same "exit status after SIGTERM" "$got" 143
expect_one_line inr-interp
expect_stderr 'interrupted by SIGTERM'
compgen -G 'long.inr*' >/dev/null && fail "a piece of a film is left: $(ls)"
true
