# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# What a run will write is tried before it trains; a start that fails leaves no empty run behind.
source "$SOURCE/tests/support/bad_outputs.sh"
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 20 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
refused() { # PATTERN ARGUMENT...
  local before
  before=$(everything)
  expect_refusal 1 "$1" inr-train data.inrd --preset tiny32 --threads 1 --iterations 1 --quiet "${@:2}"
  expect_same "what lies there after ${*:2}" "$(everything)" "$before"
}
touch a_file
refused '^inr-train: a_file: cannot make the folder: Not a directory; ' -o a_file
refused '^inr-train: a_file/run: cannot make the folder: Not a directory; ' -o a_file/run
refused '^inr-train: /proc/run: cannot make the folder: .*; ' -o /proc/run
refused 'missing.safetensors' -o run --init missing.safetensors
refused 'missing.safetensors' -o new/run --init missing.safetensors
expect_no_file run

# A run that is there: each thing it writes.
mkdir -p run/samples
touch run/lock
for name in log.jsonl samples/000000001.png best.safetensors; do
  mkdir -p "run/$name/held"
  refused "^inr-train: run/$name: cannot write: Is a directory; " -o run --resume --score-every 1 --score-samples 300
  rm -r "run/$name"
done
for name in log.jsonl samples/000000001.png best.safetensors; do
  ln -s nowhere/at/all "run/$name"
  refused "^inr-train: run/$name: cannot .*No such file.*; " -o run --resume --score-every 1 --score-samples 300
  rm "run/$name"
done
expect_no_file run/checkpoint-000000001.safetensors
