# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-prep
# What several processes do at the start: wrong use ends all of them at once with the reason; one prints the plan; one writes the
# untrained checkpoint.
source "$SOURCE/tests/support/groups.sh"
make_data
arguments=(data.inrd --preset tiny32 --set training.batch=8 --iterations 1 --sample-every 0 -o)

expect_all_say() {  # expect_all_say WANT PATTERN ARGUMENT...
  local want=$1 pattern=$2 before=$SECONDS rank
  shift 2
  start_group 2 "$@"
  end_group "$want"
  ((SECONDS - before < 60)) || fail "a process waited for another one that had ended: $((SECONDS - before)) s"
  for rank in 0 1; do
    grep -qE "$pattern" .stderr.$rank || fail "rank $rank says: $(cat .stderr.$rank)"
  done
}
expect_all_say 1 'missing.inrd' missing.inrd --preset tiny32 -o none
mkdir -p used
echo x >used/checkpoint-000000007.safetensors
expect_all_say 1 'used: holds the checkpoints of an earlier run' "${arguments[@]}" used
expect_all_say 1 'none of which can be read' "${arguments[@]}" used --resume
expect_all_say 2 'lr_dd' data.inrd --preset tiny32 --set training.lr_dd=1 -o none
expect_no_file none

# The second process is given other pictures, another option.
cat >in_place_of <<'BASH'
#!/usr/bin/env bash
from=$1 to=$2
shift 2
words=("$@")
exec "${words[@]/#$from/$to}"
BASH
chmod +x in_place_of
mkdir others
cp pictures/0000[1-4].ppm others
expect_exit 0 inr-prep others -o others.inrd --size 32
IN_RANK_1="./in_place_of data.inrd others.inrd" expect_all_say 1 'others.inrd of process 1: holds other pictures than data.inrd of process 0' \
  "${arguments[@]}" none
IN_RANK_1="./in_place_of training.batch=8 training.batch=4" expect_all_say 2 'process 1 was given other options' "${arguments[@]}" none
expect_no_file none

train_group 2 "${arguments[@]}" none --dry-run
grep -q 'batch +8 images, 4 in each of 2 processes' -E .stderr.0 || fail "rank 0 prints no plan"
[[ ! -s .stdout.1 && ! -s .stderr.1 ]] || fail "rank 1 prints a plan too"
train_group 2 --iterations 0 --preset tiny32 -o untrained
expect_same "what rank 0 prints" "$(cat .stdout.0)" untrained/checkpoint-000000000.safetensors
[[ ! -s .stdout.1 ]] || fail "rank 1 writes a checkpoint too"
train_group 2 "${arguments[@]}" run
expect_exit 0 inr-info --json run
expect_stdout '"processes": ?2'
