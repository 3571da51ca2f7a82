# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# A snapshot whose coordinate caches take 3 GB (holes in the file) is imported within 100 MB of private memory: the
# limit is set on the process itself, and what it used is printed.
python3 "$SOURCE/tests/support/released_snapshot.py" large.pkl --size full --cache 1500000000 || fail "released_snapshot.py"
size=$(stat -c %s large.pkl)
((size > 3000000000)) || fail "the file has $size bytes"
limit_kb=$((100 * 1000 * 1000 / 1024))

# RLIMIT_DATA counts private writable memory, mapped or not yet used.
expect_exit 0 bash -c "ulimit -d $limit_kb && exec inr-import large.pkl -o model.safetensors"
expect_exit 0 bash -c "ulimit -d $limit_kb && exec inr-import --list large.pkl"
expect_stdout "^total   .* 7[23][0-9]{6} values, "

mkdir again
python3 - "$limit_kb" <<'PYTHON' || fail "more than 100 MB of private memory"
import subprocess, sys, time
begin, peak = time.time(), {}
process = subprocess.Popen(["inr-import", "../large.pkl", "-o", "model.safetensors"], cwd="again", stderr=subprocess.DEVNULL)
while process.poll() is None:
    try:
        for line in open(f"/proc/{process.pid}/status"):
            key, *rest = line.split()
            if key in ("RssAnon:", "VmHWM:", "VmData:"):
                peak[key] = max(peak.get(key, 0), int(rest[0]))
    except (OSError, ValueError):
        pass
    time.sleep(0.002)
print(f"{time.time() - begin:.1f} s, in kB:", *(f"{key} {value}" for key, value in sorted(peak.items())))
sys.exit(process.returncode != 0 or not 0 < peak["RssAnon:"] < int(sys.argv[1]))
PYTHON
expect_same tensors "$(tensor_hashes model.safetensors)" "$(tensor_hashes again/model.safetensors)"

# Cut while it is read: one line, and no output.
python3 - <<'PYTHON' || fail "a file that is cut while it is read"
import os, subprocess, time
process = subprocess.Popen(["inr-import", "large.pkl", "-o", "cut.safetensors"], stderr=subprocess.PIPE, text=True)
time.sleep(0.7)
os.truncate("large.pkl", 1000)
text = process.communicate()[1]
print(process.returncode, text)
assert process.returncode == 1 and text.count("\n") == 1 and "large.pkl: was cut short while it was being read" in text
PYTHON
ls -A | grep -q '^cut' && fail "an output was left"
true
