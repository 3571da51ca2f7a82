# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-train inr-info
# What cannot be written is reported before anything is measured, and what was measured is told before anything is written.
source "$SOURCE/tests/support/bad_outputs.sh"
inr-sample -n 6 >six.inr || fail "inr-sample"
head -c 3000 six.inr >cut.inr

expect_outputs_refused inr-fid .npz --real cut.inr --save-stats @
expect_outputs_refused inr-fid .npz --real six.inr --fake cut.inr --allow-few --save-features @
expect_outputs_refused inr-fid .npz stats cut.inr -o @
expect_outputs_refused inr-fid .npz merge cut.inr -o @
expect_outputs_refused inr-fid .jsonl --real six.inr --fake cut.inr --allow-few --append @

# RUN/best.safetensors is an output too.
expect_exit 0 inr-train --iterations 0 --preset tiny32 -o run
mkdir -p run/best.safetensors/held
expect_refusal 1 'run/best.safetensors: cannot write: Is a directory; ' \
  inr-fid --real cut.inr --fake run -n 4 --allow-few --append s.jsonl --best
expect_same "files in the run" "$(ls run)" $'best.safetensors\ncheckpoint-000000000.safetensors\nlock\nsamples'
expect_no_file s.jsonl

# What is there is left alone until the result replaces it.
echo before >stats.npz
expect_refusal 1 'cut.inr' inr-fid --real cut.inr --save-stats stats.npz
expect_same "the earlier file" "$(cat stats.npz)" before

# A disc that is full when all is measured, here by the largest size of a file: the score is reported all the same, and a
# failure of one output takes nothing from the others.
python3 -c 'import json; print(json.dumps({"fid": 1, "padding": "x" * 5000}))' >log.jsonl
cp log.jsonl earlier.jsonl
score() { # OPTION...
  # shellcheck disable=SC2016  # expanded by the inner shell
  expect_exit 1 bash -o pipefail -c '(trap "" XFSZ; ulimit -f 4; inr-fid --real six.inr --fake six.inr --allow-few "$@") | cat' \
    sh "$@"
  expect_stdout '^FD|^{"fid"'
}
score --append log.jsonl
expect_stderr '^inr-fid: log.jsonl: cannot write: File too large'
same_bytes log.jsonl earlier.jsonl
score --json --save-stats s.npz
expect_stderr '^inr-fid: s.npz: cannot write: File too large'
expect_no_file s.npz
score --save-features f.npz --save-stats s.npz --append log.jsonl
expect_stderr '^inr-fid: (warning: )?log.jsonl: cannot write'
expect_stderr '^inr-fid: (warning: )?s.npz: cannot write'
expect_same "pieces" "$(compgen -G '*.tmp-*')" ""

# The other way round: where stdout fails, what was asked for as a file is there.
expect_exit 1 bash -c 'inr-fid --real six.inr --fake six.inr --allow-few --save-stats s.npz --append new.jsonl >/dev/full'
expect_stderr '^inr-fid: stdout: cannot write: No space left'
expect_file s.npz
expect_same "lines of the log" "$(wc -l <new.jsonl)" 1
