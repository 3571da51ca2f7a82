# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What inr-info says of files, with its exit status; the example of inr-stream.5 stands for streams.
sed -n '/begin example/,/end example/p' "$SOURCE/man/inr-stream.5" | sed '1d;$d' | cut -c 7-53 |
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >one.inr
expect_file one.inr
golden=$SOURCE/tests/golden/model

expect_exit 0 inr-info one.inr
expect_quiet
expect_stdout '^one\.inr: INR stream, whole: 1 whole record of 4x4 fmm of rank 1$'
expect_exit 0 inr-info --check "$golden/train-split.safetensors" one.inr
expect_stdout 'train-split\.safetensors: checkpoint, whole: 16x16 multiscale'
expect_stdout '^  can be resumed: true$'
expect_stdout '^one\.inr: '

# The same from stdin in every way; two streams in a row.
inr-info - <one.inr >redirected
# shellcheck disable=SC2002
cat one.inr | inr-info - | cat >piped
same_bytes redirected piped
grep -q '^stdin: INR stream, whole: 1 whole record' piped || fail "a stream on stdin: $(cat piped)"
expect_exit 0 bash -c 'cat one.inr one.inr | inr-info -'
expect_stdout '2 whole records in 2 streams'
expect_exit 0 bash -c 'inr-info <(cat one.inr)'
expect_stdout 'INR stream, whole'

# Not whole: status 1, the reason on stdout; the other files are told all the same.
head -c 400 one.inr >cut.inr
expect_exit 1 inr-info cut.inr one.inr
expect_quiet
expect_stdout '^cut\.inr: INR stream, cut short: 0 whole records'
expect_stdout '^  fault: cut short after 0 of 1 records$'
expect_stdout '^one\.inr: INR stream, whole'
expect_exit 1 inr-info - <"$SOURCE/LICENSE"
expect_stdout '^stdin: input, not ours$'
expect_stdout 'not an INR stream'
expect_exit 1 inr-info - </dev/null
expect_stdout 'empty input; was the producer killed\?'
head -c 5000 "$golden/train-split.safetensors" >cut.safetensors
expect_exit 1 inr-info cut.safetensors
expect_stdout '^cut\.safetensors: safetensors file, cut short'
printf 'INRSTRM\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >newer.inr
expect_exit 1 inr-info newer.inr
expect_stdout '^newer\.inr: INR stream, newer than this program$'
expect_exit 1 inr-info "$SOURCE/LICENSE"
expect_stdout 'LICENSE: text, not ours$'

# The name of a folder decides nothing: the file in it is damaged, neither cut short nor newer.
odd='cut short, newer than this program reads'
mkdir "$odd"
cp "$golden/train-split.safetensors" "$odd/damaged.safetensors"
printf 'x' >>"$odd/damaged.safetensors"
expect_exit 1 inr-info "$odd/damaged.safetensors"
expect_stdout 'damaged\.safetensors: safetensors file, damaged'
expect_exit 1 inr-info --json "$odd/damaged.safetensors" cut.safetensors newer.inr /dev/null "$SOURCE/LICENSE"
expect_same 'kinds of faults' "$(grep -o '"fault_kind":"[^"]*"' "$CASE_FOLDER/.stdout" | cut -d'"' -f4 | paste -sd,)" \
  'damaged,cut short,newer,empty,foreign'

# Whole, and of a type that is not read.
python3 - <<'PYTHON'
import struct
header = b'{"a":{"dtype":"F8_E5M2","shape":[2],"data_offsets":[0,2]}}'
open("eight.safetensors", "wb").write(struct.pack("<Q", len(header)) + header + b"ab")
PYTHON
expect_exit 1 inr-info eight.safetensors
expect_stdout '^eight\.safetensors: safetensors file, unsupported$'

# Released checkpoints: where to go with them.
released=$SOURCE/tests/golden/released/pickled
expect_exit 1 inr-info "$released/network.pkl"
expect_stdout '^  fault: if it is a checkpoint of the released INR-GAN code, inr-import converts it$'
expect_exit 0 inr-info "$released/state.safetensors"
expect_stdout 'state\.safetensors: released checkpoint, whole: .*; inr-import converts it$'
expect_exit 0 inr-info --config "$released/imported.safetensors"
refuse_stdout '"(training|discriminator)"'
expect_exit 0 inr-info "$released/imported.safetensors"
expect_same "lines with the model" "$(grep -c 'nearest upsampling' "$CASE_FOLDER/.stdout")" 1

# Missing files: one line, and the rest is reported.
expect_exit 1 inr-info missing
expect_one_line inr-info
expect_stderr 'missing: cannot open: No such file or directory'
expect_exit 1 inr-info missing one.inr
expect_one_line inr-info
expect_stderr '^inr-info: missing: cannot open'
expect_stdout '^one\.inr: '
expect_exit 2 inr-info
expect_one_line inr-info
