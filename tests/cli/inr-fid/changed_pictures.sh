# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Other pictures under the same path are another real side: to --if-newer, and to shards that are merged.
cp "$SOURCE/libcore/data/default.safetensors" net.safetensors
mkdir pics
for i in 0 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pics/$i.ppm; done
visit() { expect_exit 0 inr-fid --real pics --fake net.safetensors -n 4 --allow-few --if-newer --append log.jsonl; }
expect_lines() { expect_same "lines of the log" "$(wc -l <log.jsonl)" "$1"; }
edit() { python3 -c "import json, sys
lines = [json.loads(line) for line in open('log.jsonl')]
for line in lines: $1
open('log.jsonl', 'w').writelines(json.dumps(line) + '\n' for line in lines)" || fail "edit"; }

visit
visit
expect_stderr 'net.safetensors has its score in log.jsonl'
expect_lines 1
{ printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pics/2.ppm
visit
refuse_stderr 'has its score'
expect_lines 2
visit
expect_lines 2

# Lines of a version that did not tell the state of the pictures: the path alone.
edit 'del line["request"]["real_state"]'
touch pics/1.ppm
visit
expect_stderr 'net.safetensors has its score in log.jsonl'
expect_lines 2

# Members of a zip, of one size and in a zip of one size: their checksums.
pack() {
  python3 -c 'import os, zipfile
with zipfile.ZipFile("pics.zip", "w") as out:
    for name in sorted(os.listdir("pics")): out.write("pics/" + name, name)'
}
pack
expect_exit 0 inr-fid stats pics.zip --shard 1/2 -o z1.npz
expect_exit 0 inr-fid stats pics.zip --shard 2/2 -o z2.npz
expect_exit 0 inr-fid merge z1.npz z2.npz -o z.npz
{ printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pics/3.ppm
pack
expect_exit 0 inr-fid stats pics.zip --shard 2/2 -o z2.npz
expect_refusal 1 'z1.npz and z2.npz: not the same content' inr-fid merge z1.npz z2.npz -o z.npz

# A copy of the folder on another machine is the same side.
expect_exit 0 inr-fid stats pics --shard 1/2 -o p1.npz
mv pics elsewhere && cp -r elsewhere pics && touch pics/*
expect_exit 0 inr-fid stats pics --shard 2/2 -o p2.npz
expect_exit 0 inr-fid merge p1.npz p2.npz -o p.npz
