# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# A dataset of another size is refused with the way out; one that is damaged costs nothing of what was trained.
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/zero; } >pictures/$i.ppm; done
expect_exit 0 inr-prep pictures -o data.inrd --size 16
expect_exit 1 inr-train data.inrd -o run --preset tiny32 --iterations 2
expect_one_line inr-train
expect_stderr "16 x 16.*--size 32"
expect_exit 2 inr-train data.inrd -o other --iterations 2
expect_stderr "preset"
echo '{"training": {"batch": 4}}' >part.json
expect_exit 1 inr-train data.inrd -o other --config part.json
expect_stderr 'part.json leaves out is as in the model of 256 x 256 pixels'
expect_exit 1 inr-train pictures -o other
expect_stderr 'pictures: is a folder, not a dataset'
expect_no_file other

for i in 1 2 3 4 5 6 7 8; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/zero | tr '\0' "\\$i"; } >pictures/$i.ppm; done
expect_exit 0 inr-prep pictures -o whole.inrd --size 32
python3 - <<'PYTHON' || fail "cannot damage the dataset"
raw = bytearray(open("whole.inrd", "rb").read())
at = raw.rindex(b"IDAT")
raw[at + 8] ^= 1
open("cut.inrd", "wb").write(raw)
PYTHON
steps=(-o cut --set training.batch=4 --iterations 3 --threads 1 --sample-every 0)
expect_exit 1 inr-train cut.inrd "${steps[@]}"
expect_stderr 'cut.inrd: record [0-7]: .*inr-prep; cut/checkpoint-00000000[01].safetensors is the state before it'
expect_same "preset is told" "$(grep -c 'preset tiny32' .stderr)" 1
grep -q '"event":"unreadable"' cut/log.jsonl || fail "the log does not tell"
expect_exit 0 inr-train whole.inrd "${steps[@]}" --resume
expect_file cut/checkpoint-000000003.safetensors
