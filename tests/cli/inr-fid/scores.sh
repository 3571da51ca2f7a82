# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample
# Further scores: on the line and in JSON, the same for any number of threads and with features in a file; refusals.

value() { python3 -c "import json, sys; print(json.load(open('$CASE_FOLDER/.stdout')).get('$1'))"; }

inr-sample -n 24 --seed 1 >a.inr || fail "inr-sample"
inr-sample -n 20 --seed 2 >b.inr || fail "inr-sample"

expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --kid --pr --json --threads 1
for key in kid kid_deviation kid_subsets kid_subset_size precision recall pr_neighbours; do
  [[ $(value $key) != None ]] || fail "no $key in --json"
done
expect_same kid_subset_size "$(value kid_subset_size)" 20
expect_same kid_subsets "$(value kid_subsets)" 100
expect_same is "$(value is)" None
one=$(value fid)/$(value kid)/$(value precision)/$(value recall)
for threads in 2 3 8; do
  expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --kid --pr --json --threads $threads
  expect_same "scores of $threads threads" "$(value fid)/$(value kid)/$(value precision)/$(value recall)" "$one"
done
expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --json
expect_same kid "$(value kid)" None
expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --kid --pr
expect_stdout '^FD-random [0-9.e-]+  KID -?[0-9.e-]+ \+- [0-9.e-]+  precision [0-9.]+  recall [0-9.]+  \(random-conv-1 '

# A set against itself: a KID just below zero, everything inside.
expect_exit 0 inr-fid --real a.inr --fake a.inr --allow-few --kid --pr --json
python3 -c "import sys; sys.exit(not -1 < $(value kid) < 0)" || fail "KID of a set against itself is $(value kid)"
expect_same "precision and recall" "$(value precision) $(value recall)" "1.0 1.0"
expect_same "subsets where one is all there is" "$(value kid_subsets) $(value kid_deviation)" "1 0.0"

refused() { expect_refusal "$1" "$2" inr-fid "${@:3}"; } # STATUS PATTERN ARGUMENT...
refused 2 'class scores, which random-conv-1 does not give' --real a.inr --fake b.inr --allow-few --is
refused 2 'class scores' --fake b.inr --is
refused 2 '--kid compares two sides' --fake b.inr --kid --save-stats s.npz
refused 2 '--pr compares two sides' --real b.inr --pr --save-stats s.npz
expect_no_file s.npz
refused 2 'protocol nvidia' --real a.inr --fake b.inr --allow-few --protocol nvidia
inr-fid --real a.inr --save-stats a.npz --quiet >/dev/null || fail "inr-fid"
refused 1 'a.npz: holds statistics, but --kid' --real a.npz --fake b.inr --allow-few --kid
refused 1 'a.npz: statistics of protocol pil-bicubic-224, but --protocol is clean' --real a.npz --fake a.npz --allow-few --protocol clean

# Features on disk stand for their pictures: the same scores, the first so many of them, and exactly as many as asked for.
expect_exit 0 inr-fid --real a.inr --save-features fa.npz --save-stats sa.npz --quiet
inr-fid --real b.inr --save-features fb.npz --quiet >/dev/null || fail "inr-fid"
expect_exit 0 inr-fid --real a.inr --fake b.inr --allow-few --kid --pr --json
pictures=$(value kid)/$(value precision)/$(value recall)/$(value n_real)/$(value resolution)/$(value network_hash)
fid=$(value fid)
expect_exit 0 inr-fid --real fa.npz --fake fb.npz --allow-few --kid --pr --json
expect_same "scores of features" "$(value kid)/$(value precision)/$(value recall)/$(value n_real)/$(value resolution)/$(value network_hash)" "$pictures"
python3 -c "import sys; sys.exit(abs($(value fid) - $fid) > 1e-9 * abs($fid))" || fail "distance of features $(value fid), of pictures $fid"
expect_exit 0 inr-fid --real fa.npz --fake b.inr --n-real 7 -n 9 --allow-few --json
expect_same "numbers" "$(value n_real) $(value n_fake)" "7 9"
refused 1 'fa.npz: holds features of 24 pictures, 25 were asked for' --real fa.npz --fake b.inr --n-real 25 --allow-few
refused 1 'sa.npz: holds statistics, but --save-features' --real sa.npz --save-features x.npz
expect_no_file x.npz
cp fa.npz before.npz
refused 2 'would replace what --real reads' --real fa.npz --save-features fa.npz
refused 2 'name the same file' --real fa.npz --save-features y.npz --save-stats y.npz
refused 1 'were asked for' --real a.inr --n-real 30 --save-features fa.npz
cmp fa.npz before.npz || fail "a failing run changed fa.npz"
head -c 900 fa.npz >cut.npz
refused 1 'cut.npz' --real cut.npz --fake b.inr --allow-few
