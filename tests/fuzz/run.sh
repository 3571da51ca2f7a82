#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The importer of released models under a fuzzer with address and undefined behaviour sanitizers:
#     run.sh SECONDS [FOLDER] [TARGET]
# TARGET is pickle (reading, listing, planning: the default) or import (all of it, up to the written file). FOLDER keeps
# the program, the corpus and what made it fail; the same folder again goes on from its corpus (default: a temporary
# one). With clang by libFuzzer, without it (or OWN_LOOP=1) by damaged copies of the seeds.
# Exit status 0: nothing was found.
set -eu
seconds=${1:?usage: run.sh SECONDS [FOLDER] [TARGET]}
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
folder=${2:-$(mktemp -d)}
target=${3:-pickle}
mkdir -p "$folder/corpus-$target" "$folder/include" "$folder/seeds"
for part in base released model decoders; do ln -sfn "$root/libcore/$part" "$folder/include/$part"; done

shopt -s nullglob
# The importer's room and those below it, without the files that need libraries or threads, and without the reports of model.
sources=("$root/tests/fuzz/${target}_fuzz.cpp")
for source in "$root"/libcore/{base,model,released}/*.cpp "$root"/libcore/decoders/*/layout.cpp; do
  case ${source##*/} in
    log.cpp | npz.cpp | progress.cpp | worker_pool.cpp | *_report.cpp | table1.cpp) ;;
    *) sources+=("$source") ;;
  esac
done
flags=(-std=c++20 -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all "-I$folder/include" "-I$root/tests")
own=${OWN_LOOP:-0}
command -v clang++ >/dev/null || own=1
if ((own)); then
  compiler=(${CXX:-g++} "${flags[@]}" -DINR_OWN_LOOP -fsanitize=address,undefined)
else
  compiler=(clang++ "${flags[@]}" -fsanitize=fuzzer,address,undefined)
fi
# Only what has changed since the last run in this folder.
mkdir -p "$folder/objects-$own"
objects=()
for source in "${sources[@]}"; do
  name=${source#"$root/"}
  object=$folder/objects-$own/${name//\//_}.o
  objects+=("$object")
  [[ -e $object && -z $(find "$root/libcore" "$root/tests/fuzz" "$root/tests/support" -newer "$object" -name '*.[ch]pp' -print -quit) ]] ||
    printf '%s\0' "$source" "$object"
done >"$folder/stale"
xargs -0 -r -n 2 -P "$(nproc)" bash -c '"${@:1:$#-2}" -c "${@: -2:1}" -o "${@: -1}"' _ \
  "${compiler[@]/-fsanitize=fuzzer,/-fsanitize=fuzzer-no-link,}" <"$folder/stale"
"${compiler[@]}" "${objects[@]}" -o "$folder/${target}_fuzz"

make_seed() { python3 "$root/tests/support/released_snapshot.py" "$folder/seeds/$1" "${@:2}"; }
make_seed plain.pkl
make_seed cache.pkl --cache 4096
make_seed reference.pkl --kwargs '{"cfg": {"coords": {"low": {"use_cosine": true}, "res_configs": {"4": "${coords.low}"}}}}'
make_seed refused.pkl --kwargs '{"c_dim": 3}'
make_seed name.pkl --global omegaconf.nodes.AnyNode
cp -f "$root/tests/golden/released/pickled/network.pkl" "$folder/seeds/golden.pkl"
cp -f "$root/tests/golden/released/pickled/state.safetensors" "$folder/seeds/golden.safetensors"

cd "$folder"
if ((own)); then
  exec "./${target}_fuzz" "$seconds" "${FIRST_CASE:-0}" seeds/*
fi
# A legal file of 317 kB takes some milliseconds here; ten seconds are a hang.
exec "./${target}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=400000 -print_final_stats=1 \
  -dict="$root/tests/fuzz/pickle.dict" "corpus-$target" seeds
