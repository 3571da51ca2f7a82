# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Python reader of examples/read-stream on the example of inr-stream.5: read, cut, flipped, foreign.
reader=$SOURCE/examples/read-stream/read_stream.py
sed -n '/begin example/,/end example/p' "$SOURCE/man/inr-stream.5" | sed '1d;$d' | cut -c 7-53 |
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >one.inr
cat one.inr one.inr >two.inr

expect_exit 0 python3 "$reader" <two.inr
expect_same 'records read' "$(grep -c '"index": 0}: 12 parameters, mean 0.1667, standard deviation 0.5433' "$CASE_FOLDER/.stdout")" 2
head -c 430 one.inr >cut.inr
expect_exit 1 python3 "$reader" <cut.inr
expect_stderr 'cut short in its end record'
head -c 400 one.inr >cut.inr
expect_exit 1 python3 "$reader" <cut.inr
expect_stderr 'cut short after 0 whole records'
python3 -c 'import sys; b = bytearray(sys.stdin.buffer.read()); b[370] ^= 1; sys.stdout.buffer.write(b)' <one.inr >flipped.inr
expect_exit 1 python3 "$reader" <flipped.inr
expect_stderr 'damaged'
expect_exit 1 python3 "$reader" <"$SOURCE/LICENSE"
expect_stderr 'not an INR stream'
