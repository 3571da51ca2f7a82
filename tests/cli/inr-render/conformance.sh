# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-info
# inr-render and inr-info on every stream of the conformance set ($INR_CONFORMANCE_DIR, else tests/conformance): the values of
# every request, the verdict, the number of whole records. Then tools that are wrong, which have to be found.
set=$SOURCE/tests/conformance
check() { python3 "$set/check.py" --folder "$1" python3 "$set/inr_render.py"; }
expect_exit 0 check "${INR_CONFORMANCE_DIR:-$set}"
expect_stdout '^[a-z-]+ +whole .*used +[0-9.]+ %$'

mkdir few tools
cp "$set"/fmm.* "$set"/broken-flipped-theta.* few/
expect_exit 0 check few
PATH=$PWD/tools:$PATH
# The first value of a picture with the other sign.
cat >tools/inr-render <<'PYTHON'
#!/usr/bin/env python3
import os, pathlib, subprocess, sys
status = subprocess.run([os.environ["BIN"] + "/inr-render", *sys.argv[1:]]).returncode
out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
out = out if status == 0 else out.with_name(out.name + ".partial")
raw = bytearray(out.read_bytes())
raw[10 + int.from_bytes(raw[8:10], "little") + 3] ^= 0x80
out.write_bytes(raw)
sys.exit(status)
PYTHON
chmod +x tools/inr-render
expect_exit 1 check few
expect_stdout '^fmm .*WRONG: beyond the tolerance'
# Damage that goes unnoticed.
cat >tools/inr-render <<'SHELL'
#!/bin/bash
"$BIN/inr-render" "$@" && exit
while [[ $1 != -o ]]; do shift; done
mv "$2.partial" "$2"
SHELL
expect_exit 1 check few
expect_stdout '^broken-flipped-theta .*WRONG: .*inr-render says whole 1, inr-info .*damaged'
refuse_stdout '^fmm .*WRONG'
# Nothing to compare with is no success.
mkdir none
expect_exit 1 check none
cp "$set/fmm.inr" none/
expect_exit 1 check none
