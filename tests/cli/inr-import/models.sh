# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A released snapshot becomes a checkpoint: the golden's tensors, the same from either form, with its origin; --list
# tells what is inside and writes nothing.
golden=$SOURCE/tests/golden/released/pickled
expect_exit 0 inr-import "$golden/network.pkl" -o model.safetensors
expect_exit 0 inr-import "$golden/state.safetensors" -o state.safetensors
expect_same tensors "$(tensor_hashes model.safetensors)" "$(tensor_hashes "$golden/imported.safetensors")"
expect_same tensors "$(tensor_hashes state.safetensors)" "$(tensor_hashes "$golden/imported.safetensors")"
grep -aqF '\"imported_from\":\"network.pkl\"' model.safetensors || fail "the checkpoint does not tell its source"
hash=$(sha256sum "$golden/network.pkl")
grep -aqF "\\\"imported_sha256\\\":\\\"${hash%% *}\\\"" model.safetensors || fail "the checkpoint does not tell the hash"
expect_exit 0 inr-info --check model.safetensors state.safetensors

grep -aqF '\"program\":\"inr-import ' model.safetensors || fail "the checkpoint does not tell the program's version"
grep -aqF "\\\"command\\\":\\\"inr-import $golden/network.pkl -o model.safetensors\\\"" model.safetensors ||
  fail "the checkpoint does not tell the command"

# Twice the same bytes.
mkdir again
expect_exit 0 bash -c "cd again && exec inr-import $golden/network.pkl -o model.safetensors"
same_bytes model.safetensors again/model.safetensors
expect_stderr 'model\.safetensors: decoder released, 16x16, nearest upsampling$'

expect_exit 0 inr-import --list "$golden/network.pkl"
expect_quiet
expect_stdout '^entry   G_ema: a module$'
expect_stdout '^module  synthesis\.b16\.conv1 +SynthesisLayer$'
expect_stdout '^tensor  synthesis\.b16\.conv1\.weight +\[8, 8, 1, 1\]$'
expect_stdout '^kwargs  \{"z_dim":12,'
expect_exit 0 inr-import --list "$golden/state.safetensors"
expect_stdout '^tensor  mapping\.w_avg +\[16\]$'

# The full-size shapes; --list also of what cannot be imported.
snapshot() { python3 "$SOURCE/tests/support/released_snapshot.py" "$@" || fail "released_snapshot.py $*"; }
snapshot noise.pkl --kwargs '{"cfg": {"use_noise": true}}'
expect_exit 0 inr-import --list noise.pkl
expect_stdout '"use_noise":true'
snapshot tiny.pkl
expect_exit 0 inr-import tiny.pkl -o tiny.safetensors
expect_exit 0 inr-info --check tiny.safetensors
