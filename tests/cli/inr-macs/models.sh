# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# needs: inr-train
# Presets, checkpoints, runs and configurations by name; what is refused, and how.
expect_exit 0 inr-macs lsun256-released --count executed
expect_stdout '^lsun256-released +256 +37\.693 '
refuse_stdout 'GMAC full'
expect_exit 0 inr-macs ffhq1024 --size 256 --count full
expect_stdout '^ffhq1024 +256 +5\.682 '
expect_exit 0 inr-macs lsun256 --layers
expect_stdout '^inr\.1\.0\.AB '
expect_stdout '^total +38759\.209 +72442\.460 .* 107133094$'

golden=$SOURCE/tests/golden/model/gen-concat-two.safetensors
expect_exit 0 inr-macs tiny32 "$golden" --json
expect_stdout '^\{"name":"tiny32","size":32,'
expect_stdout 'gen-concat-two\.safetensors","size":16,.*"n_theta":1454'
echo '{"model": {"hidden": 64}}' >mine.json
expect_exit 0 inr-macs mine.json
expect_stdout '^mine\.json +256 '

# A run: its newest whole checkpoint, whichever way it is named.
expect_exit 0 inr-train --preset tiny32 --iterations 0 -o run
cp run/checkpoint-000000000.safetensors whole.safetensors
head -c 1000 whole.safetensors >run/checkpoint-000000007.safetensors
for how in run '--checkpoint run' run/; do
  # shellcheck disable=SC2086
  expect_exit 0 inr-macs $how --count paper
  expect_stdout '^run/checkpoint-000000000.safetensors +32 +0.006055 '
done
expect_exit 0 inr-macs lsun256 --checkpoint whole.safetensors --json
expect_stdout '^\{"name":"whole.safetensors"'
mkdir empty
expect_exit 1 inr-macs empty
expect_one_line inr-macs
expect_stderr 'empty: has no whole checkpoint'

expect_exit 2 inr-macs tiny23
expect_one_line inr-macs
expect_stderr "preset 'tiny23' is unknown; there are tiny"
expect_exit 2 inr-macs tiny32 --count all
expect_one_line inr-macs
expect_exit 2 inr-macs tiny32 --size 0
expect_one_line inr-macs
expect_exit 2 inr-macs tiny32 --json --tsv
expect_one_line inr-macs
expect_exit 1 inr-macs ./missing.safetensors
expect_one_line inr-macs
echo 'no model' >text.safetensors
expect_exit 1 inr-macs text.safetensors
expect_one_line inr-macs
head -c 1000 "$golden" >cut.safetensors
expect_exit 1 inr-macs cut.safetensors
expect_one_line inr-macs
echo '{"model": {"hiden": 64}}' >wrong.json
expect_exit 1 inr-macs wrong.json
expect_stderr "unknown key 'model\.hiden'; did you mean 'hidden'\?"
