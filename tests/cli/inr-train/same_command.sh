# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# The command that began a run goes on with it when --resume is added, whatever its options: killed before the first
# checkpoint and after one, stopped by --duration, finished, taken further, and started as several processes. Every tensor
# ends as in a run that was not interrupted. One row of the table is one command.
source "$SOURCE/tests/support/groups.sh"
make_data
name() { printf 'checkpoint-%09d.safetensors' "$1"; }
mkdir elsewhere
cat >c.json <<'JSON'
{"model": {"resolution": 32, "z_dim": 16, "hidden": 32, "decoder": "multiscale",
           "blocks": [{"resolution": 16, "width": 16, "frequencies": 8, "layers": 2, "rgb": true},
                      {"resolution": 32, "width": 16, "frequencies": 8, "layers": 2, "rgb": true}]},
 "discriminator": {"channel_base": 256, "channel_max": 16},
 "training": {"batch": 4, "iterations": 4, "lr_d": 1e-3}}
JSON
# The same content, written otherwise.
python3 -c 'import json; json.dump(json.load(open("c.json")), open("elsewhere/d.json", "w"), indent=3, sort_keys=True)'
one='model.blocks=[{"resolution":32,"width":16,"frequencies":8,"layers":2,"rgb":true}]'
three='model.blocks=[
  {"resolution":8,"width":16,"frequencies":8,"layers":1,"rgb":true},
  {"resolution":16,"width":16,"frequencies":8,"layers":1,"rgb":true},
  {"resolution":32,"width":16,"frequencies":8,"layers":1,"rgb":true}]'

common=(data.inrd --threads 1 --checkpoint-every 1 --keep 0 --log-every 1 --sample-every 0)
expect_exit 0 inr-train "${common[@]}" -o origin --config c.json --iterations 1

# same_tensors WANT GOT WHAT
same_tensors() {
  tensor_hashes "$1" >want || exit 1
  tensor_hashes "$2" >got || exit 1
  [[ $(wc -l <want) -gt 30 ]] || fail "$1 has few tensors"
  cmp -s want got || fail "$3: $(diff want got | grep -c '^<') tensors differ from those of the uninterrupted run"
}

# killed_after N: the folder `cut` as kill -9 leaves it after the checkpoint of iteration N of the run `whole`.
killed_after() {
  rm -rf cut
  mkdir -p cut/samples
  cp "whole/$(name "$1")" cut/
  printf '{"event":"start","iteration":0}\n{"time":"cut' >cut/log.jsonl
}

# check_row ARGUMENT...: of the first command; $again, where it is set, is how it is typed the second time.
n_rows=0
check_row() {
  local typed=("${common[@]}" --iterations 4 "$@") second
  second=("${typed[@]}")
  ((${#again[@]} > 0)) && second=("${common[@]}" --iterations 4 "${again[@]}")
  rm -rf whole
  expect_exit 0 inr-train "${typed[@]}" -o whole
  killed_after 2
  expect_exit 0 inr-train "${second[@]}" -o cut --resume
  expect_stderr "resuming from cut/$(name 2)"
  refuse_stderr 'keeps its own|differ from those|was trained with'
  same_tensors "whole/$(name 4)" "cut/$(name 4)" "killed: $*"
  # Finished: nothing is left to do.
  cp "whole/$(name 4)" finished
  expect_exit 0 inr-train "${second[@]}" -o whole --resume
  expect_stderr 'nothing to do'
  same_bytes finished "whole/$(name 4)"
  again=()
  n_rows=$((n_rows + 1))
}
again=()

# Presets, configuration files and settings, in any order and spelling.
check_row
check_row --preset tiny32
check_row --preset tiny32 --set model.rank=4
check_row --set model.rank=4 --preset tiny32 --set training.batch=4
check_row --set model.rank=4
check_row --preset=tiny32 --set discriminator.channel_max=16 --set rank=3
check_row --preset tiny32 --set model.modulation=se --set model.hidden=32
check_row --preset tiny32-hyper --set model.decoder=multiscale --set model.blocks.0.frequencies=8 --set skip_coords=false
check_row --preset tiny32 --set model.blocks.1.width=16 --set "$one" --set model.blocks.0.layers=3
check_row --set model.blocks.1.width=16 --set "$one"
check_row --set model.upsample_from=1 --set "$three"
check_row --config c.json
again=(--config "$PWD/elsewhere/d.json")
check_row --config c.json
check_row --config c.json --set model.rank=4 --set discriminator.channel_base=512
check_row --set "$one" --config c.json --set training.r1_every=2
again=(--set lr_d=0.0010 --set model.fourier_scale=5 --config c.json --set 'join="concat"')
check_row --config c.json --set training.lr_d=1e-3 --set model.fourier_scale=5.0 --set model.join=concat
check_row --config c.json --lr-preset main --set training.lr_d=1e-3 --set training.flip=false
check_row --config c.json --set training.ema=0.9 --set training.beta1=0.5 --set training.beta2=0.99 --set training.r1=1
check_row --config c.json --set training.ema_half_life=50 --set training.ema_ramp=0.5
check_row --config c.json --seed 18446744073709551615
check_row --config c.json --set training.seed=5 --set training.iterations=9
# A start from other networks.
check_row --init origin
check_row --init "origin/$(name 1)" --set model.fourier_scale=5
check_row --config c.json --init origin --set model.skip_coords=true --set training.batch=8
# How it is run.
check_row --config c.json --set model.rank=4 --set training.batch=8 --micro-batch 4
check_row --config c.json --on-nan skip --kernel reference --loader-threads 2 --duration 1h --device cpu
check_row --config c.json --kernel check --keep 5 --checkpoint-every 2 --log-every 3

# Pictures and scores: those of the checkpoint that the kill left alone are made up for.
make_pictures many 300 32
expect_exit 0 inr-prep many -o many.inrd --size 32
scored=(many.inrd "${common[@]:1}" --config c.json --set model.rank=4 --iterations 4 --sample-every 2 --score-every 2 --score-samples 300)
rm -rf whole
expect_exit 0 inr-train "${scored[@]}" -o whole
killed_after 2
expect_exit 0 inr-train "${scored[@]}" -o cut --resume
for i in 2 4; do same_bytes whole/samples/00000000$i.png cut/samples/00000000$i.png; done
same_tensors whole/best.safetensors cut/best.safetensors best.safetensors
scores() { grep -o '"iteration":[0-9]*.*"score":[^,]*' "$1/log.jsonl" | sed 's/"seconds":[^,]*,//'; }
expect_same scores "$(scores cut)" "$(scores whole)"
killed_after 4
expect_exit 0 inr-train "${scored[@]}" -o cut --resume
same_bytes whole/samples/000000004.png cut/samples/000000004.png

# Stopped before the first step, taken further, then the first command once more.
typed=("${common[@]}" --preset tiny32 --set model.rank=4 --set discriminator.channel_max=16 --set training.batch=4)
rm -rf whole cut
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o whole
expect_exit 75 inr-train "${typed[@]}" --iterations 4 -o cut --duration 0.001s
expect_stderr 'the same command with --resume goes on'
expect_file "cut/$(name 0)"
expect_exit 0 inr-train "${typed[@]}" --iterations 2 -o cut --resume
expect_exit 0 inr-train "${typed[@]}" --iterations 3 -o cut --resume
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o cut --resume --dry-run
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o cut --resume
same_tensors "whole/$(name 4)" "cut/$(name 4)" "taken further"
# Killed before the first checkpoint.
rm -rf cut
mkdir -p cut/samples
touch cut/lock cut/log.jsonl "cut/$(name 1).tmp-1"
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o cut --resume
same_tensors "whole/$(name 4)" "cut/$(name 4)" "killed before the first checkpoint"
# From a file into another folder: --resume takes the place of --resume=FILE.
rm -rf cut
expect_exit 0 inr-train "${typed[@]}" --iterations 3 -o cut --resume="whole/$(name 2)"
expect_exit 1 inr-train "${typed[@]}" --iterations 4 -o cut --resume="whole/$(name 2)"
expect_stderr 'later checkpoints.*give --resume to go on'
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o cut --resume="whole/$(name 2)" --resume
same_tensors "whole/$(name 4)" "cut/$(name 4)" "from a file"
# An untrained checkpoint, made twice and then trained.
untrained=(--preset tiny32 --set model.rank=4 --set discriminator.channel_max=16 --set training.batch=4)
rm -rf cut
expect_exit 0 inr-train --iterations 0 -o cut "${untrained[@]}"
expect_exit 0 inr-train --iterations 0 -o cut "${untrained[@]}" --resume
expect_exit 0 inr-train "${typed[@]}" --iterations 4 -o cut --resume
same_tensors "whole/$(name 4)" "cut/$(name 4)" "from the untrained checkpoint"

# Several processes.
rm -rf whole
train_group 2 "${common[@]}" --config c.json --set model.rank=4 --set training.batch=8 --iterations 4 -o whole
killed_after 2
train_group 2 "${common[@]}" --config c.json --set model.rank=4 --set training.batch=8 --iterations 4 -o cut --resume
same_tensors "whole/$(name 4)" "cut/$(name 4)" "two processes"

# A really different model is refused, with the keys that differ and both values, and nothing changes.
expect_exit 0 inr-train "${common[@]}" --preset tiny32 --set model.rank=4 --iterations 1 -o other
ls -l --time-style=full-iso other >before
refused() {  # refused PATTERN ARGUMENT...
  local pattern=$1
  shift
  expect_refusal 2 "$pattern" inr-train "${common[@]}" -o other --iterations 2 --resume "$@"
}
refused 'preset tiny32 gives other networks than those of other/checkpoint-000000001.safetensors, .*: model.rank 10 \(the run has 4\); ' --preset tiny32
refused 'preset tiny32 with --set gives .*: model.rank 5 \(the run has 4\), discriminator.channel_max 16 \(the run has 64\); ' \
  --preset tiny32 --set model.rank=5 --set discriminator.channel_max=16
refused 'train: --set gives .*: model.blocks.0.width 16 \(the run has 64\); ' --set model.blocks.0.width=16
refused 'config c.json gives .*model.z_dim 16 \(the run has 64\).* and [0-9]+ more; ' --config c.json
refused 'model.blocks a list of 1 \(the run has a list of 2\)' --set "$one"
ls -l --time-style=full-iso other >after
same_bytes before after

# A configuration file whose training was edited meanwhile: the run's own is kept, and that is told.
sed 's/"lr_d": 1e-3/"lr_d": 0.25/' c.json >edited.json
killed_after 2
expect_exit 0 inr-train "${common[@]}" -o cut --resume --config edited.json --set model.rank=4 --set training.batch=8
expect_stderr 'edited.json has training.lr_d 0.25 \(the run has 0.001\): a resumed run keeps its own'
echo "$n_rows commands"
