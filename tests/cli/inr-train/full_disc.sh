# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-info
# A disc with room for few checkpoints: what is surplus goes before the next is written, the newest whole one never does,
# and a run that had no room goes on once there is some. On a real file system, in a namespace of its own.
if [[ -z ${ON_SMALL_DISC-} ]]; then
  unshare -rm true 2>/dev/null || skip "this user may mount nothing"
  # shellcheck disable=SC2016,SC2154  # expanded by the inner shell; run_case.sh sets script
  ON_SMALL_DISC=1 exec unshare -rm bash -u -o pipefail -c 'source "$SOURCE/tests/cli/helpers.sh"; source "$1"' "$script" "$script"
fi
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures pictures 20 32
expect_exit 0 inr-prep pictures -o data.inrd --size 32
expect_exit 0 inr-train --iterations 0 --preset tiny32 -o untrained
size_kb=$(($(stat -c %s untrained/checkpoint-000000000.safetensors) / 1024))
disc() { # HALVES: of a checkpoint, that it has room for
  umount -l small 2>/dev/null
  mkdir -p small
  mount -t tmpfs -o size=$((size_kb * $1 / 2))k none small || fail "mount"
}
train() { inr-train data.inrd -o small/run --threads 1 --sample-every 0 --checkpoint-every 1 "$@"; }
checkpoints() { (cd small/run && echo checkpoint-*.safetensors | sed 's/checkpoint-0*//g; s/\.safetensors//g'); }
fill_up() { # HALVES: all but so much of a checkpoint is taken
  local free_kb
  free_kb=$(df --output=avail -k small | tail -n 1)
  head -c $(((free_kb - size_kb * $1 / 2) * 1024)) /dev/zero >small/filler
}

# Room for two and a half: --keep 2 holds two, and goes on.
disc 5
expect_exit 0 train --preset tiny32 --keep 2 --iterations 4
expect_stderr 'small/run: the disk has no room for one checkpoint more than --keep 2'
refuse_stderr 'No space left'
expect_same "checkpoints" "$(checkpoints)" "3 4"
expect_exit 0 inr-info small/run/*.safetensors
expect_exit 0 train --resume --keep 2 --iterations 5
expect_same "checkpoints of the run that goes on" "$(checkpoints)" "4 5"

# Three that an earlier run kept, and the disc full: --keep 1 releases two of them first.
disc 8
expect_exit 0 train --preset tiny32 --keep 3 --iterations 3
fill_up 1
expect_exit 0 train --resume --keep 1 --iterations 4
expect_same "checkpoints" "$(checkpoints)" 4
rm small/filler

# No room for a second one: the only one stays, whole, and the run says what to do.
fill_up 1
expect_exit 1 train --resume --keep 1 --iterations 5
expect_stderr '^inr-train: small/run/checkpoint-000000005.safetensors: cannot write: No space left on device; .*--resume goes on from small/run/checkpoint-000000004.safetensors'
expect_same "checkpoints" "$(checkpoints)" 4
expect_same "pieces" "$(find small -name '*.tmp-*')" ""
expect_exit 0 inr-info small/run/checkpoint-000000004.safetensors
rm small/filler
expect_exit 0 train --resume --keep 1 --iterations 5
expect_same "checkpoints once there is room" "$(checkpoints)" 5

# --keep 0 keeps all, room or not.
fill_up 1
expect_exit 1 train --resume --keep 0 --iterations 6
expect_same "checkpoints of --keep 0" "$(checkpoints)" 5
