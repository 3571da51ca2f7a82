# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: fault
# needs: inr-sample inr-train
# What no stream could make right ends with status 2, before anything is written.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 3 >s.inr || fail "inr-sample"
refuse() { # PATTERN OPTION...
  local pattern=$1
  shift
  expect_exit 2 inr-render "$@"
  expect_one_line inr-render
  expect_stderr "$pattern"
  refuse_stdout .
}
refuse "give numbered files with -o 'DIR/%06d\.png'" each s.inr
refuse "numbered files with -o 'all-%d\.jpg'" each s.inr -o all.jpg
refuse 'a grid is one; say inr-render each' s.inr -o g-%02d.png
refuse 'zoom without --to is one' zoom s.inr -o %d.png
refuse 'a mode comes first: inr-render each s\.inr' s.inr each --format ppm
refuse 'needs exactly one number' each s.inr -o '%d/%d.png'
refuse 'needs exactly one number' each s.inr -o '%s.png'
refuse 'needs exactly one number' each s.inr -o '%n.png'
refuse 'one file for all pictures' each s.inr -o '%d.npy'
refuse 'one picture and y4m holds films' s.inr --format y4m
refuse '\.mp4 is not written here' zoom s.inr --to 0,0,1,1 -o film.mp4
refuse 'say inr-render zoom' s.inr --to 0,0,1,1
refuse 'give the last one with --to' zoom s.inr --frames 3
refuse 'zoom shows one record' zoom s.inr --select 0,1
refuse 'neither a mode nor a file; did you mean grid' gird
refuse 'neither a mode nor a file; did you mean superres' superes s.inr
refuse 'say inr-render superres' s.inr --compare nearest
refuse 'not a filter to compare with' superres s.inr --compare nearest,cubic
refuse 'a row is one record' superres s.inr --compare nearest --columns 2
refuse '32x32 pixels; 31x40 is smaller' superres s.inr --compare nearest --res 31x40
refuse 'labels writes under the cells of a grid; each has none' each s.inr --labels -o '%d.png'
refuse 'labels writes under the cells of a grid; zoom has none' zoom s.inr --labels
refuse 'npy holds the functions. values' s.inr --labels --format npy
refuse 'pace of a film in y4m' s.inr --fps 25
refuse '^inr-render: --fps: ' zoom s.inr --to 0,0,0.5,0.5 --fps 0
refuse 'srgb marks PNG files' s.inr --srgb --format ppm
refuse 'is not a kernel; use reference, fast or check' s.inr --kernel fats
refuse '"abc"' s.inr --res abc
refuse '--res and --scale exclude each other' s.inr --res 64 --scale 2
refuse '--window: window 0.5,0,0.5,1 is empty' s.inr --window 0.5,0,0.5,1
refuse 'neither density nor training' s.inr --cells all
refuse 'is not a format' s.inr --format gif
refuse 'not an amount of memory' s.inr --memory lots
refuse 'upsample-from 2 is not a block' s.inr --upsample-from 2
refuse '1048576' s.inr --res 2000000
refuse '1 \.\.\. 1048576' s.inr --res 3000000000
refuse 'use PNG' s.inr --res 30000 --format jpg --columns 3
refuse 'fit into memory' each s.inr --res 20000 --format y4m
refuse 'fewer columns or smaller cells' s.inr --columns 2000000000
refuse 'fewer columns or smaller cells' s.inr --res 1 --columns 10000000
refuse 'too fine: neighbouring points would be equal' zoom s.inr --to 0.4,0.4,0.400000001,0.400000001 --frames 6 -o 'fine/%d.png'
refuse 'less than a pixel of it wide; give a larger --window' superres s.inr --compare nearest --window 0,0,0.01,0.01 --res 64
refuse 'this tool computes on the processor only; use --device cpu' s.inr --device cuda
refuse 'one file for all pictures' each s.inr -o 'a%d.y4m'
refuse '%% is a percent sign' each s.inr -o 'a%b.ppm'
refuse 'give -o NAME.dzi' s.inr --format dz -o /dev/stdout
expect_exit 1 inr-render s.inr --select 1,3
expect_stderr 's\.inr: record 3 was selected, and there are 3'
expect_exit 1 inr-render s.inr -o missing/folder/grid.png
expect_stderr 'No such file or directory'
find . -newer s.inr -type f -size +0 ! -name '.std*' | grep . && fail "something was written"

# A word that is no mode may be a file, and a file that is not there is told as one.
cp s.inr gird
expect_exit 0 inr-render gird --res 8
rm gird
expect_exit 1 inr-render nothing-like-a-mode
expect_stderr 'nothing-like-a-mode: cannot open: No such file'

# A terminal: the picture goes into a file, and one line says so. Never bytes to a terminal, never a wait on one.
cat >terminal.py <<'PYTHON'
import os, pty, subprocess, sys
main, side = pty.openpty()
which = sys.argv[1]
done = subprocess.run(sys.argv[2:], stdin=side if which == "in" else subprocess.DEVNULL,
                      stdout=side if which == "out" else subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
os.set_blocking(main, False)
try:
    assert not os.read(main, 1), "bytes on the terminal"
except BlockingIOError:
    pass
sys.stderr.write(done.stderr.decode())
sys.exit(done.returncode)
PYTHON
expect_exit 0 python3 terminal.py out inr-render s.inr --res 10
expect_one_line inr-render
expect_stderr 'stdout is a terminal: the picture is in inr-render\.png$'
expect_exit 0 python3 terminal.py out inr-render s.inr --res 10
expect_stderr 'is in inr-render\.png, in place of an earlier one$'
inr-render s.inr --res 10 >piped.png
same_bytes piped.png inr-render.png
expect_exit 0 python3 terminal.py out inr-render zoom s.inr --to 0,0,0.5,0.5 --frames 2
expect_stderr 'in inr-render\.y4m'
expect_exit 2 python3 terminal.py out inr-render each s.inr
expect_exit 2 python3 terminal.py out inr-render s.inr -o /dev/stdout
expect_one_line inr-render
expect_stderr 'stdout is a terminal; give -o FILE'
expect_exit 2 python3 terminal.py in inr-render
expect_one_line inr-render
expect_stderr 'stdin is a terminal; pipe inr-sample into it'

# An output never replaces its input.
inr-train --iterations 0 --preset tiny32 -o own >/dev/null
inr-sample -n 2 --checkpoint own -o own.inr
cp own.inr kept.inr
expect_exit 2 inr-render own.inr -o own.inr
expect_one_line inr-render
same_bytes own.inr kept.inr
cp own.inr 1.ppm
expect_exit 2 inr-render each 1.ppm -o '%d.ppm'
expect_one_line inr-render
expect_stderr '-o 1\.ppm would replace the input'
same_bytes 1.ppm kept.inr

# What was asked for and changes nothing is reported.
expect_exit 0 inr-render s.inr --upsample-from 0 -o plain.png
expect_one_line inr-render
expect_stderr 'warning: --upsample-from changed nothing'
expect_exit 0 inr-render s.inr --upsample-from 0 --scale 2 --device cpu -o plain.png
expect_quiet
