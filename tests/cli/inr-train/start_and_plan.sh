# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-export
# --dry-run writes nothing; --init takes G and D of a checkpoint, or G of an exported model; --resume minds what it is given.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 24 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
expect_exit 0 inr-train data.inrd --dry-run --preset tiny32 --micro-batch 4
expect_stderr 'parameters +G [0-9]+ .*D [0-9]+'
expect_stderr 'memory, about'
expect_stderr 'first batch +reals \[16, 3, 32, 32\]'
expect_stdout '"lr_hypernet": 0.0005'
expect_stderr 'disk +[0-9]+ MiB a checkpoint, [0-9]+ MiB with --keep 3'
mv .stdout plan.json
expect_exit 0 inr-train data.inrd --dry-run --config plan.json
same_bytes .stdout plan.json
rm plan.json
expect_exit 0 inr-train --dry-run --preset lsun128
expect_exit 2 inr-train --dry-run
[[ $(ls) == $'data.inrd\npictures' ]] || fail "a dry run left something: $(ls)"

steps=(--iterations 3 --threads 1 --sample-every 0)
expect_exit 0 inr-train data.inrd -o a --preset tiny32 --seed 3 "${steps[@]}"
expect_exit 0 inr-train --dry-run --resume=a/checkpoint-000000003.safetensors
expect_stdout '"seed": 3'
expect_exit 2 inr-train --dry-run --resume=a/checkpoint-000000003.safetensors --set model.rank=3
expect_exit 0 inr-train data.inrd -o b --init a "${steps[@]}" --iterations 4
expect_stderr 'G and D of a/checkpoint-000000003'
expect_exit 0 inr-info --json b
expect_stdout '"iteration": ?4'
expect_stdout '"init": ?"checkpoint-000000003'
expect_exit 0 inr-export a -o a.safetensors
expect_exit 0 inr-train data.inrd -o c --init a.safetensors "${steps[@]}"
expect_stderr 'G alone'
# The first step from there begins at the weights of the checkpoint: with rates of zero it ends there too.
expect_exit 0 inr-train data.inrd -o d --init a --iterations 1 --set training.lr_hypernet=0 --set training.lr_shared=0 --set training.lr_d=0
tensor_hashes a/checkpoint-000000003.safetensors | grep -E '^(g|d)\.' >want
tensor_hashes d/checkpoint-000000001.safetensors | grep -E '^(g|d)\.' >got
[[ $(wc -l <want) -gt 30 ]] || fail "the checkpoint has few tensors"
same_bytes want got
expect_exit 2 inr-train data.inrd -o e --init a --set model.rank=3 "${steps[@]}"
expect_one_line inr-train
expect_no_file e/checkpoint-000000003.safetensors
expect_exit 2 inr-train data.inrd -o a --resume --preset tiny64
expect_stderr 'other networks'
mkdir others
cp pictures/0000[1-4].ppm others
expect_exit 0 inr-prep others -o others.inrd --size 32
expect_exit 0 inr-train others.inrd -o a --resume --iterations 4
expect_stderr 'other pictures'
expect_exit 2 inr-train data.inrd -o f --init a --resume=a
