# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train
# Pictures in a terminal: what it gets, what it is asked, and that data stays apart from it.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 4 >s.inr || fail "inr-sample"
inr-render s.inr --format ppm >still.ppm || fail "inr-render"
expect_exit 2 inr-render s.inr --show=ascii
expect_one_line inr-render
expect_stderr '"ascii" is not one of auto, blocks, kitty, sixel'
refuse_stdout .
status=0
python3 "$SOURCE/tests/cli/inr-render/show.py" s.inr still.ppm || status=$?
((status != 77)) || skip "there are no pseudo-terminals here"
((status == 0)) || fail "--show: see above"
