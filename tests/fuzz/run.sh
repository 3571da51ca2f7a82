#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The reader of pickles under a fuzzer with address and undefined behaviour sanitizers: run.sh SECONDS [FOLDER]. FOLDER
# keeps the program, the corpus and what made it fail; the same folder again goes on from its corpus (default: a
# temporary one). With clang by libFuzzer, without it (or OWN_LOOP=1) by damaged copies of the seeds.
# Exit status 0: nothing was found.
set -eu
seconds=${1:?usage: run.sh SECONDS [FOLDER]}
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder/corpus" "$folder/include" "$folder/seeds"
for part in base store; do ln -sfn "$root/libcore/$part" "$folder/include/$part"; done

sources=("$root"/tests/fuzz/pickle_fuzz.cpp "$root"/libcore/store/{pickle,released}_*.cpp
  "$root"/libcore/base/{atomic_file,crc32c,dtype,error,file_input,json,philox,safetensors,safetensors_write}.cpp)
flags=(-std=c++20 -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all "-I$folder/include" "-I$root/tests")
own=${OWN_LOOP:-0}
command -v clang++ >/dev/null || own=1
if ((own)); then
  ${CXX:-g++} "${flags[@]}" -DINR_OWN_LOOP -fsanitize=address,undefined "${sources[@]}" -o "$folder/pickle_fuzz"
else
  clang++ "${flags[@]}" -fsanitize=fuzzer,address,undefined "${sources[@]}" -o "$folder/pickle_fuzz"
fi

make_seed() { python3 "$root/tests/support/released_snapshot.py" "$folder/seeds/$1" "${@:2}"; }
make_seed plain.pkl
make_seed cache.pkl --cache 4096
make_seed reference.pkl --kwargs '{"cfg": {"coords": {"low": {"use_cosine": true}, "res_configs": {"4": "${coords.low}"}}}}'
make_seed refused.pkl --kwargs '{"c_dim": 3}'
make_seed name.pkl --global omegaconf.nodes.AnyNode
cp "$root/tests/golden/released/pickled/network.pkl" "$folder/seeds/golden.pkl"

cd "$folder"
if ((own)); then
  exec ./pickle_fuzz "$seconds" "${FIRST_CASE:-0}" seeds/*
fi
# A legal file of 317 kB takes some milliseconds here; ten seconds are a hang.
exec ./pickle_fuzz -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=400000 -print_final_stats=1 \
  -dict="$root/tests/fuzz/pickle.dict" corpus seeds
