# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# Two machines, as far as the network goes: two network namespaces joined by a cable. Both train; when the cable is cut,
# each misses the other.
source "$SOURCE/tests/support/groups.sh"
command -v ip >/dev/null || skip "no ip (iproute2)"
left=inr-left-$$ right=inr-right-$$
ip netns add $left 2>.stderr || skip "network namespaces are not permitted: $(head -c 200 .stderr)"
cleanup() {
  local pid
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  ip netns delete $left
  ip netns delete $right 2>/dev/null
}
pids=()
trap cleanup EXIT
ip netns add $right && ip link add veth0 netns $left type veth peer name veth0 netns $right 2>.stderr ||
  skip "no pair of virtual devices: $(head -c 200 .stderr)"
for side in 1:$left 2:$right; do
  ip -n "${side#*:}" address add "10.99.7.${side%%:*}/24" dev veth0 &&
    ip -n "${side#*:}" link set veth0 up && ip -n "${side#*:}" link set lo up || skip "the devices cannot be set up"
done
make_data
arguments=(data.inrd --preset tiny32 --set training.batch=16 --threads 1 --sample-every 0 --log-every 1 --checkpoint-every 5
  --set training.lr_d=1e-4 --set training.lr_hypernet=1e-5 --set training.lr_shared=1e-5 -o)
last=checkpoint-000000010.safetensors
train_group 1 "${arguments[@]}" one --iterations 10 --checkpoint-every 1 --keep 0
# Ranks 0 and 1 on one side, 2 and 3 on the other.
export ADDRESS=10.99.7.1 IN_RANK_0="ip netns exec $left" IN_RANK_1="ip netns exec $left" \
  IN_RANK_2="ip netns exec $right" IN_RANK_3="ip netns exec $right"
train_group 4 "${arguments[@]}" four --iterations 10
for part in d g; do
  expect_near "$part" $part. one/$last four/$last one/checkpoint-000000001.safetensors
done

export INR_TIMEOUT=5
start_group 4 "${arguments[@]}" cut --iterations 100000
wait_for_iteration cut 3
ip -n $left link set veth0 down
end_group 1
for rank in 0 1; do
  grep -qE 'rank [23] of 4 .*has been silent for 5 s' .stderr.$rank || fail "rank $rank says: $(cat .stderr.$rank)"
done
for rank in 2 3; do
  grep -qE 'rank 0 of 4 .*has been silent for 5 s' .stderr.$rank || fail "rank $rank says: $(cat .stderr.$rank)"
done
