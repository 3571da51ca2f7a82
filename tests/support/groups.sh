# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For the scripts that train with several processes, as torchrun would start them.

# make_data: data.inrd, forty pictures of noise.
make_data() {
  source "$SOURCE/tests/support/prep_pictures.sh"
  make_pictures pictures 40 32
  expect_exit 0 inr-prep pictures -o data.inrd --size 32
}

# free_port: one that nobody listens on at the moment.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_group SIZE ARGUMENT...: starts inr-train in SIZE processes; rank R writes .stdout.R and .stderr.R. IN_RANK_R, where
# it is set, are words in front of the command of rank R; ADDRESS is where rank 0 is met. Fills the array `pids`.
start_group() {
  local size=$1 rank port prefix
  shift
  port=$(free_port)
  pids=()
  for ((rank = 0; rank < size; ++rank)); do
    prefix=IN_RANK_$rank
    # shellcheck disable=SC2086
    RANK=$rank LOCAL_RANK=$rank WORLD_SIZE=$size MASTER_ADDR=${ADDRESS:-127.0.0.1} MASTER_PORT=$port \
      OMP_NUM_THREADS=1 ${!prefix:-} inr-train "$@" >".stdout.$rank" 2>".stderr.$rank" &
    pids[rank]=$!
  done
}

# end_group WANT [BUT]: waits for all; their exit status is WANT, but for rank BUT.
end_group() {
  local rank status
  for rank in "${!pids[@]}"; do
    status=0
    wait "${pids[rank]}" || status=$?
    [[ $rank == "${2:-}" || $status == "$1" ]] ||
      fail "rank $rank ended with status $status instead of $1: $(head -c 1000 ".stderr.$rank" | cat -v)"
  done
}

# train_group SIZE ARGUMENT...: from start to an orderly end.
train_group() {
  start_group "$@"
  end_group 0
}

# wait_for_iteration RUN N: until the log tells of it.
wait_for_iteration() {
  local try
  for ((try = 0; try < 600; ++try)); do
    grep -qs "\"iteration\":$2\b" "$1/log.jsonl" && return
    sleep 0.1
  done
  fail "$1 does not reach iteration $2"
}

# differences PREFIX A B: "LARGEST MEAN" of all tensors whose names start so, in two checkpoints: the largest absolute one,
# and the root of the mean square over all elements.
differences() {
  python3 - "$@" <<'PYTHON' || fail "cannot compare $2 and $3"
import array, json, struct, sys
def load(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, info in json.loads(raw[8:8 + n]).items():
        if name.startswith(sys.argv[1]) and info["dtype"] == "F32":
            begin, end = info["data_offsets"]
            out[name] = array.array("f", raw[8 + n + begin:8 + n + end])
    return out
a, b = load(sys.argv[2]), load(sys.argv[3])
assert a and a.keys() == b.keys()
all_of_them = [x - y for name in a for x, y in zip(a[name], b[name])]
print("%.3g %.3g" % (max(map(abs, all_of_them)), (sum(d * d for d in all_of_them) / len(all_of_them)) ** 0.5))
PYTHON
}

# expect_near WHAT PREFIX A B START: the mean difference of A and B is below a twentieth of the mean way from START to A.
# (Of the largest one no such thing can be said: where a gradient is next to nothing, Adam makes whole steps of its sign.)
expect_near() {
  local between way
  between=$(differences "$2" "$3" "$4") || exit 1
  way=$(differences "$2" "$5" "$3") || exit 1
  echo "$1: largest difference ${between% *}, mean ${between#* }; way since the start: largest ${way% *}, mean ${way#* }"
  python3 -c 'import sys; sys.exit(not float(sys.argv[1]) < float(sys.argv[2]) / 20)' "${between#* }" "${way#* }" ||
    fail "$1: differ by more than a twentieth of their way"
}

# expect_below WHAT VALUE LIMIT
expect_below() {
  echo "$1: $2 (limit $3)"
  python3 -c 'import sys; sys.exit(not float(sys.argv[1]) < float(sys.argv[2]))' "$2" "$3" || fail "$1: $2 is not below $3"
}
