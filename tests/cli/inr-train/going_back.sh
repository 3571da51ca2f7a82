# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# Going back to an earlier checkpoint never removes later ones; a finished run is left as it is.
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/zero; } >pictures/$i.ppm; done
expect_exit 0 inr-prep pictures -o data.inrd --size 32
train() { inr-train data.inrd --preset tiny32 --threads 1 --checkpoint-every 1 --sample-every 0 "$@"; }
expect_exit 0 train -o run --iterations 4 --keep 3
name() { printf 'checkpoint-%09d.safetensors' "$1"; }
expect_no_file "run/$(name 1)"
[[ -z $(ls run/samples) ]] || fail "--sample-every 0 wrote samples"
expect_exit 1 train -o run --iterations 6 --keep 1 --resume="run/$(name 2)"
expect_stderr "later checkpoints"
for i in 2 3 4; do expect_file "run/$(name $i)"; done
cp "run/$(name 4)" kept
expect_exit 0 train -o run --iterations 3 --resume
expect_stderr "nothing to do"
same_bytes kept "run/$(name 4)"
expect_exit 0 train -o branch --iterations 4 --resume="run/$(name 2)"
same_bytes <(tail -c 1000 kept) <(tail -c 1000 "branch/$(name 4)")
expect_exit 2 inr-train --iterations 0 -o run --resume
expect_stderr "DATASET"
# Other numbers of threads sum in another order.
expect_exit 0 inr-train data.inrd -o branch --iterations 5 --resume --threads 2 --sample-every 0
expect_stderr 'threads 1 \(here 2\)'
# A resume of a run that cannot be read does not begin it anew over what is there.
for i in 3 4 5; do truncate -s 1000 "branch/$(name $i)"; done
expect_exit 1 train -o branch --iterations 6 --resume
expect_stderr 'none of which can be read'
expect_exit 2 inr-export run -o "run/$(name 4)"
same_bytes kept "run/$(name 4)"
