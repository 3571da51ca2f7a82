# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample
# Nothing that was asked for is ignored: numbers of the only side, options of each mode, of arrays; outputs replace no input.

value() { python3 -c "import json, sys; print(json.load(open('$CASE_FOLDER/.stdout')).get('$1'))"; }
refused() { expect_refusal "$1" "$2" inr-fid "${@:3}"; } # STATUS PATTERN ARGUMENT...

inr-sample -n 6 >six.inr || fail "inr-sample"
cp "$SOURCE/libcore/data/default.safetensors" net.safetensors
mkdir pics
for i in 0 1 2; do { printf 'P6 8 8 255\n'; head -c 192 /dev/urandom; } >pics/$i.ppm; done

# -n is of the side there is, or an error.
for side in real fake; do
  expect_exit 0 inr-fid --$side six.inr --save-stats s.npz -n 3 --json
  expect_same n_$side "$(value n_$side)" 3
done
refused 1 'six.inr: holds 6 pictures, 7 were asked for' --real six.inr --save-stats s.npz -n 7
refused 2 '--n-real needs --real' --fake six.inr --save-stats s.npz --n-real 3
refused 2 'both mean the real side' --real six.inr --save-stats s.npz --n-real 3 -n 3

# Outputs of every mode.
before=$(sha256sum six.inr net.safetensors pics/*)
refused 2 '-o net.safetensors would replace what --network reads' stats six.inr --network net.safetensors -o net.safetensors
refused 2 '-o pics/0.ppm would replace what stats reads' stats pics -o pics/0.ppm
refused 2 '-o ./six.inr would replace what stats reads' stats six.inr -o ./six.inr
expect_same "inputs" "$(sha256sum six.inr net.safetensors pics/*)" "$before"
refused 2 '--save-stats -: stdout is for the result' --real six.inr --save-stats -
refused 2 '--append -: stdout is for the result' --real six.inr --fake six.inr --allow-few --append -
refused 2 '--save-stats and --append name the same file' --real six.inr --fake six.inr --allow-few --save-stats x --append ./x
expect_no_file -
expect_no_file x
expect_exit 0 inr-fid stats pics -o pics/new.npz # a file that is not there yet replaces nothing
rm pics/new.npz

# Options that a mode does not read.
refused 2 'stats does not take --save-features; its options are -o -n' stats six.inr -o o.npz --save-features f.npz
refused 2 'stats does not take --allow-mixed' stats six.inr -o o.npz --allow-mixed
refused 2 'stats does not take --n-real' stats six.inr -o o.npz --n-real 3
for option in '--network absent' '--protocol nonsense' '--seed 9' '-n 3' '--shard 1/7' '--save-features f' --json --batch=3; do
  # shellcheck disable=SC2086
  refused 2 "merge does not take ${option%%[ =]*}.*; its options are -o --allow-mixed" merge a.npz -o o.npz $option
done
expect_no_file o.npz
expect_no_file f.npz

# One shard is a shard; what shards wrote is read again, one picture each as well.
expect_exit 0 inr-fid stats six.inr --shard 1/1 -o one.npz
expect_exit 0 inr-fid merge one.npz -o merged.npz
expect_exit 0 inr-fid stats six.inr -o whole.npz
same_bytes merged.npz whole.npz
# A folder that has changed between two shards.
inr-fid stats pics -n 2 --shard 1/1 -o a.npz --quiet >/dev/null 2>&1
python3 - <<'PYTHON'
import os, random
os.makedirs("more")
for i in range(4):
    open("more/%d.ppm" % i, "wb").write(b"P6 8 8 255\n" + bytes(random.randrange(256) for _ in range(192)))
PYTHON
expect_exit 0 inr-fid stats more --shard 1/2 -o p1.npz
printf 'P6 9 8 255\n' >more/3.ppm
head -c 216 /dev/urandom >>more/3.ppm
expect_exit 0 inr-fid stats more --shard 2/2 -o p2.npz
refused 1 'p1.npz and p2.npz: not the same content' merge p1.npz p2.npz -o m.npz

# Statistics that do not say of how many pictures they are stay so; a zip is statistics wherever the array lies in it.
python3 - <<'PYTHON'
import struct, zipfile
def npy(shape, values):
    head = ("{'descr': '<f8', 'fortran_order': False, 'shape': %s, }" % (shape,)).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<%dd" % len(values), *values)
def write(name, mu, sigma):
    d = len(mu)
    with zipfile.ZipFile(name, "w") as z:
        z.writestr("README.txt", "of another program")
        z.writestr("mu.npy", npy("(%d,)" % d, mu))
        z.writestr("sigma.npy", npy("(%d, %d)" % (d, d), sigma))
write("foreign.npz", [0, 1], [2, 0.5, 0.5, 1])
write("negative.npz", [0, 1], [-20, -5, -5, -10])
write("skew.npz", [0, 1], [2, 0.5, -0.5, 1])
PYTHON
expect_exit 0 inr-fid --real foreign.npz --save-stats again.npz
expect_exit 0 inr-fid --real foreign.npz --fake again.npz --json
expect_same n_fake "$(value n_fake)" None
refused 1 'negative.npz: sigma is not a covariance matrix' --real foreign.npz --fake negative.npz
refused 1 'skew.npz: sigma is not a covariance matrix: it is not symmetric' --real skew.npz --fake foreign.npz

# Beside two files of arrays.
refused 1 'absent: cannot open' --real foreign.npz --fake again.npz --network absent
refused 2 'is not a protocol of Inception' --real foreign.npz --fake again.npz --protocol nonsense
refused 2 '--upsampled makes pictures larger' --real foreign.npz --fake again.npz --upsampled inr

# An archive of a few kilobytes that unpacks to much is refused before it does.
python3 - <<'PYTHON'
import struct, zipfile, zlib
n = 5 << 28
head = ("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % (n // 8)).ljust(117) + "\n"
data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
with zipfile.ZipFile("bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
    with z.open("mu.npy", "w", force_zip64=True) as member:
        member.write(data)
        for _ in range(n >> 24): member.write(bytes(1 << 24))
    z.writestr("sigma.npy", data)
PYTHON
kb=$(peak_kb bash -c 'inr-fid --real bomb.npz --fake foreign.npz 2>/dev/null || true')
((kb < 700000)) || fail "a small archive took $kb KiB"
rm bomb.npz

# An interrupted program leaves no piece.
(exec inr-fid --real six.inr --fake net.safetensors --allow-few --save-features kf.npz --save-stats ks.npz >/dev/null 2>&1) &
pid=$!
sleep 0.7
kill -TERM $pid
wait $pid
expect_same "status of a program ended by SIGTERM" $? 143
expect_same "pieces left" "$(compgen -G 'k?.npz*')" ""

# A run that fails leaves no log; a log that was rotated while it ran does not take the line away.
refused 1 'six.inr: 6 images' --real six.inr --fake six.inr --append s.jsonl
expect_no_file s.jsonl
expect_exit 0 inr-fid --real six.inr --fake six.inr --allow-few --append s.jsonl
mkfifo pipe
inr-fid --real six.inr --fake - --allow-few --append s.jsonl <pipe >/dev/null 2>&1 &
pid=$!
exec 9>pipe
for ((i = 0; i < 100; ++i)); do lsof_of=$(readlink /proc/$pid/fd/* 2>/dev/null); [[ $lsof_of == *s.jsonl* ]] && break; sleep 0.1; done
mv s.jsonl s.jsonl.1
cat six.inr >&9
exec 9>&-
wait $pid || fail "inr-fid on a pipe"
expect_same "lines of the new log" "$(wc -l <s.jsonl)" 1
expect_same "lines of the old log" "$(wc -l <s.jsonl.1)" 1
