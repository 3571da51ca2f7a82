# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is not a released model of the known kinds is refused in one line that names it, and an existing output stays.
golden=$SOURCE/tests/golden/released/pickled
snapshot() { python3 "$SOURCE/tests/support/released_snapshot.py" "$@" || fail "released_snapshot.py $*"; }
refused() {
  expect_exit 1 inr-import "$1" -o out.safetensors
  expect_one_line inr-import
  expect_stderr "$2"
  expect_same "the earlier output" "$(cat out.safetensors)" earlier
}
echo earlier >out.safetensors

# A pickle of Python's own making that runs a command.
python3 -c '
import os, pickle
class Hostile:
    def __reduce__(self): return os.system, ("touch executed",)
pickle.dump({"G_ema": Hostile()}, open("hostile.pkl", "wb"), protocol=4)' || fail "cannot write hostile.pkl"
refused hostile.pkl 'hostile.pkl: refers to posix\.system, .*nothing was run'
expect_no_file executed
expect_exit 1 inr-import --list hostile.pkl
expect_one_line inr-import

snapshot other.pkl --global builtins.eval
refused other.pkl 'refers to builtins\.eval, '
for change in '{"c_dim": 10}=c_dim is 10' '{"cfg": {"use_noise": true}}=cfg\.use_noise is true' \
  '{"synthesis_kwargs": {"num_fp16_res": 4}}=num_fp16_res is 4: float16' \
  '{"synthesis_kwargs": {"conv_clamp": 256}}=conv_clamp is 256: .*clamp' \
  '{"cfg": {"fmm": {"activation": "sigmoid"}}}=cfg\.fmm\.activation is "sigmoid"' \
  '{"cfg": {"coords": {"kernel_size": 3}}}=kernel_size is 3' \
  '{"cfg": {"coords": {"per_resolution": false}}}=per_resolution is false' \
  '{"cfg": {"coords": {"res_configs": {"8": {"shared_emb_size": 4}}}}}=shared_emb_size is 4: shared' \
  '{"cfg": {"coords": {"res_configs": {"8": {"predictable_emb_size": 4}}}}}=predictable_emb_size is 4: predictable' \
  '{"cfg": {"coords": {"res_configs": {"4": {"use_raw_coords": true}}}}}=use_raw_coords is true: raw' \
  '{"cfg": {"fmm": {"rank": 3}}}=has shape .* instead of .*' '{"z_dim": 4}=hypernet\.0\.weight.* has shape'; do
  snapshot changed.pkl --kwargs "${change%%=*}"
  refused changed.pkl "${change#*=}"
done

head -c 100000 "$golden/network.pkl" >cut.pkl
refused cut.pkl 'cut\.pkl: is cut short'
echo "no model at all" >text.pkl
refused text.pkl 'is not a pickle'
: >empty.pkl
refused empty.pkl 'empty\.pkl: is empty'
refused "$golden/imported.safetensors" 'is a checkpoint of this toolkit already'
refused "$golden/definition.safetensors" 'lacks init_kwargs'

# A key that is there twice, and tensors that share one storage until they are larger than the file.
python3 - "$SOURCE/tests/support/released_snapshot.py" <<'PYTHON' || fail "cannot write hostile snapshots"
import sys
exec(open(sys.argv[1]).read().replace("\nmain()\n", "\n"))

def write(path, buffers):
    w = Writer(path)
    w.raw(b"\x80\x04")
    w.value({"G_ema": module("Generator", buffers=buffers, modules={})})
    w.raw(b".")
    w.file.close()

class Pairs(list):
    def items(self):
        return self

first = [True]
def shared(w):
    if first[0]:
        storage(4096, False)(w)
        w.raw(b"\x94")
        first[0] = False
    else:
        w.raw(b"h\x00")
def alias(w):
    w.name("torch._utils", "_rebuild_tensor_v2")
    w.value((shared, 0, (4096,), (1,), False, ordered({})))
    w.raw(b"R")
write("twice.pkl", Pairs([("w_avg", tensor(4)), ("w_avg", None)]))
write("shared.pkl", {f"b{i}": alias for i in range(50)})
PYTHON
refused twice.pkl 'G_ema: w_avg appears twice'
refused shared.pkl 'holds tensors that are larger together than the file'
refused missing.pkl 'missing\.pkl: cannot open'
refused . 'Is a directory'

expect_exit 2 inr-import
expect_exit 2 inr-import "$golden/network.pkl"
expect_stderr 'no output file: give -o FILE'
expect_exit 2 inr-import "$golden/network.pkl" -o -
expect_exit 2 inr-import "$golden/network.pkl" --list -o x
expect_exit 2 inr-import "$golden/network.pkl" --list -o ''
expect_exit 2 inr-import - -o x.safetensors <"$golden/network.pkl"
expect_one_line inr-import
expect_stderr 'give a FILE'
cp "$golden/network.pkl" same.pkl
chmod u+w same.pkl
expect_exit 2 inr-import same.pkl -o same.pkl
same_bytes same.pkl "$golden/network.pkl"
expect_exit 1 inr-import same.pkl -o /no/such/folder/x
expect_one_line inr-import
expect_exit 1 inr-import same.pkl -o /dev/full
expect_one_line inr-import
expect_exit 1 bash -c "inr-import --list same.pkl >/dev/full"
expect_one_line inr-import
ls -A | grep -q '\.tmp-' && fail "a temporary file was left"
true
