# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train inr-prep
# The best checkpoint of a run stays the best however paths are spelt and lines came about; what is no run is an error.

sample() { inr-sample --checkpoint "$SOURCE/libcore/data/default.safetensors" "$@"; }
sample -n 30 --seed 1 >reals.inr || fail "inr-sample"
inr-fid --real reals.inr --save-stats real.npz --quiet >/dev/null || fail "inr-fid"
# Two checkpoints: one that is trained, and a worse one.
inr-train --preset tiny32 --iterations 0 -o run --quiet || fail "inr-train"
rm -f run/log.jsonl
mv run/checkpoint-000000000.safetensors worse.safetensors
cp "$SOURCE/libcore/data/default.safetensors" better.safetensors
newest() { # FILE ITERATION: makes it the newest of the run
  rm -f run/checkpoint-*.safetensors
  cp "$1" "run/checkpoint-00000000$2.safetensors"
}
visit() { inr-fid -n 8 --allow-few --append s.jsonl --best --threads 1 --quiet "$@" >/dev/null; }
best_is() { cmp -s run/best.safetensors "$1" || fail "run/best.safetensors is not $1 after $2"; }
last() { python3 -c "import json, sys; print(json.loads(open('s.jsonl').readlines()[-1])['$1'])"; }

newest better.safetensors 1
expect_exit 0 visit --real real.npz --fake run
best_is better.safetensors "its score"
expect_same best "$(last best)" True
# Killed between the line and its link: the next visit makes the link, and no second line.
cp worse.safetensors before
mv before run/best.safetensors
expect_exit 0 visit --if-newer --real real.npz --fake run
best_is better.safetensors "a kill before the link"
expect_same lines "$(wc -l <s.jsonl)" 1
newest worse.safetensors 2
mkdir elsewhere
cp real.npz elsewhere/
n=1
for how in "--real real.npz --fake run/" "--real ./real.npz --fake run" "--real $PWD/real.npz --fake ./run" \
  "--real elsewhere/real.npz --fake $PWD/run" "--real real.npz --fake run --network="; do
  # shellcheck disable=SC2086
  expect_exit 0 visit $how
  best_is better.safetensors "$how"
  expect_same "best of $how" "$(last best)" False
  expect_same "lines after $how" "$(wc -l <s.jsonl)" $((++n))
done
# The weights of the link have a better line, though the run has another name by now.
mv run moved && ln -s moved run
expect_exit 0 visit --real real.npz --fake run
best_is better.safetensors "a rename"
rm run && mv moved run

# A score without --best counts as well; a link that was removed comes back, as far as checkpoints are there.
rm run/best.safetensors s.jsonl
newest better.safetensors 3
inr-fid --real real.npz --fake run -n 8 --allow-few --append s.jsonl --quiet >/dev/null || fail "inr-fid"
expect_no_file run/best.safetensors
cp worse.safetensors run/checkpoint-000000004.safetensors
expect_exit 0 visit --real real.npz --fake run
best_is better.safetensors "a score without --best"
expect_same best "$(last best)" False
rm run/best.safetensors run/checkpoint-000000003.safetensors
expect_exit 0 visit --real real.npz --fake run
best_is worse.safetensors "the better one was removed under both names"

# Two at once decide on each other's lines.
rm run/best.safetensors s.jsonl
newest worse.safetensors 5
for i in 1 2 3 4; do visit --real real.npz --fake run & done
wait
expect_same "lines of four at once" "$(wc -l <s.jsonl)" 4
expect_same "best ones of four at once" "$(grep -c '"best":true' s.jsonl)" 1
expect_same "pieces left" "$(compgen -G 'run/*.tmp-*')" ""

# One that a newer program wrote is not replaced.
python3 - <<'PYTHON'
import json, struct
raw = open("worse.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:8 + n])
header["__metadata__"]["version"] = "2"
header["__metadata__"].pop("checksum", None)
text = json.dumps(header).encode()
open("newer.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + raw[8 + n:])
PYTHON
rm run/best.safetensors s.jsonl # a second name of the checkpoint
cp newer.safetensors run/best.safetensors
expect_exit 0 visit --real real.npz --fake run
best_is newer.safetensors "a visit"

# --if-newer: what waiting does not mend is an error; an empty folder is only not yet a run.
refused() { # PATTERN ARGUMENT...
  local pattern=$1
  shift
  expect_exit 1 inr-fid --real real.npz -n 8 --allow-few --append t.jsonl --if-newer "$@"
  expect_stderr "$pattern"
  expect_no_file t.jsonl
}
refused 'rnu: cannot open' --fake rnu
refused 'reals.inr: is neither the folder of a run nor a checkpoint' --fake reals.inr
cp "$SOURCE/LICENSE" text
refused 'text: is neither' --fake text
rm run/checkpoint-*.safetensors
cp newer.safetensors run/checkpoint-000000006.safetensors
refused "has checkpoint version '2'" --fake run
mkdir empty
expect_exit 0 inr-fid --real real.npz -n 8 --allow-few --append t.jsonl --if-newer --fake empty
expect_stderr 'not yet: empty has no whole checkpoint'

# A dataset that was made anew under its name is another real side.
newest worse.safetensors 7
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pictures/$i.ppm; done
inr-prep pictures -o data.inrd --size 32 --quiet || fail "inr-prep"
follow() { inr-fid --real data.inrd --fake run -n 8 --allow-few --append d.jsonl --if-newer --allow-mixed "$@"; }
expect_exit 0 follow
expect_exit 0 follow
expect_stderr 'has its score in d.jsonl'
rm data.inrd pictures/1.ppm
inr-prep pictures -o data.inrd --size 32 --quiet || fail "inr-prep"
expect_exit 0 follow
expect_same "lines of two datasets" "$(wc -l <d.jsonl)" 2
python3 -c '
import json
a, b = (json.loads(line)["real_dataset_hash"] for line in open("d.jsonl"))
assert a != b and len(a) == 64, (a, b)' || fail "the result does not tell the datasets apart"

# What a training run logs is no log of scores.
echo '{"iteration":1,"loss_d":0.5}' >log.jsonl
expect_exit 1 inr-fid --real real.npz --fake reals.inr --allow-few --append log.jsonl
expect_one_line inr-fid
expect_stderr 'log.jsonl: is not a log of scores'
