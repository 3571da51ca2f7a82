# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample
# One score by every way in: file, stdin, pipe, checkpoint, statistics; threads and batch change no digit; threshold; JSON.

# The value of a key of the last --json.
value() { python3 -c "import json, sys; print(json.load(open('$CASE_FOLDER/.stdout')).get('$1'))"; }

inr-sample -n 40 --seed 1 >a.inr || fail "inr-sample"
inr-sample -n 40 --seed 2 >b.inr || fail "inr-sample"

# More images than features: one line, a warning about their number.
inr-sample -n 260 --seed 3 >many.inr || fail "inr-sample"
expect_exit 0 inr-fid --real many.inr --fake many.inr
expect_stdout '^FD-random -?[0-9][0-9.e-]*  \(random-conv-1 sha256 [0-9a-f]{12}, pil-bicubic-224; 260 real; 260 fake; resolution 32; float32 on cpu\)  .*not comparable with published scores$'
expect_same "lines on stdout" "$(wc -l <"$CASE_FOLDER/.stdout")" 1
expect_stderr '^inr-fid: warning: many.inr: only 260 images'

expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --json
fid=$(value fid)
for key in protocol network network_hash n_real n_fake resolution device dtype seconds note; do
  [[ $(value $key) != None ]] || fail "no $key in --json"
done
expect_same n_fake "$(value n_fake)" 40
expect_same checkpoint "$(value checkpoint)" None

expect_exit 0 bash -o pipefail -c 'cat b.inr | inr-fid --real a.inr --fake - --allow-few --json --threads 1 --quiet'
expect_quiet
expect_same "score through a pipe, one thread" "$(value fid)" "$fid"
expect_exit 0 bash -c 'inr-fid --real a.inr --fake - --allow-few --json --threads 2 --batch 3 <b.inr'
expect_same "score from stdin, two threads, small batches" "$(value fid)" "$fid"

# A checkpoint gives what inr-sample gives, exactly as many as asked for, and is named in the result.
expect_exit 0 inr-fid --real a.inr --fake "$SOURCE/libcore/data/default.safetensors" -n 40 --seed 2 --allow-few --json
expect_same "score of the checkpoint" "$(value fid)" "$fid"
expect_same checkpoint "$(value checkpoint)" "$SOURCE/libcore/data/default.safetensors"
expect_same seed "$(value seed)" 2
expect_exit 0 inr-fid --real a.inr --fake b.inr -n 17 --n-real 23 --allow-few --json
expect_same n_fake "$(value n_fake)" 17
expect_same n_real "$(value n_real)" 23

# Two streams one after another are one set.
cat a.inr b.inr >ab.inr
expect_exit 0 inr-fid --real ab.inr --fake b.inr --allow-few --json
expect_same n_real "$(value n_real)" 80

# Statistics in place of pictures. Few images take another route with their features at hand: 1e-3 between the two.
expect_exit 0 inr-fid --real many.inr --save-stats many.npz
expect_stdout '^statistics  \(random-conv-1'
expect_file many.npz
expect_exit 0 inr-fid --real many.inr --fake b.inr --allow-few --json
fid=$(value fid)
expect_exit 0 inr-fid --real many.npz --fake b.inr --allow-few --json
expect_same "score against statistics" "$(value fid)" "$fid"
expect_same n_real "$(value n_real)" 260

# Thresholds: met, and not met.
expect_exit 0 inr-fid --real many.npz --fake many.npz --threshold 0.001
expect_exit 3 inr-fid --real many.npz --fake b.inr --allow-few --threshold 0.001
expect_stdout '^FD-random'

# A result that cannot be written is a failure, whatever the score.
expect_exit 1 bash -c 'inr-fid --real many.npz --fake many.npz --quiet >/dev/full'
expect_one_line inr-fid
