# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample
# Inception's published containers become network files, and give scores by each protocol; networks that are not whole.
convert=$SOURCE/examples/inception/convert.py
python3 "$SOURCE/tests/cli/inr-fid/published_files.py" "$convert" || fail "published_files.py"

# The same weights give the same bytes whatever they came in.
for source in old.pth zip.pth script.pt; do
  expect_exit 0 python3 "$convert" "$source" -o "$source.safetensors"
  expect_quiet
  expect_stdout "^$source: .*sha256 $(sha256sum "$source" | cut -c1-64)$"
  expect_stdout "^$source.safetensors: sha256 $(sha256sum "$source.safetensors" | cut -c1-64)$"
done
same_bytes old.pth.safetensors zip.pth.safetensors script.pt.safetensors

# What is not whole is refused in one line, executes nothing, and leaves no piece.
not_converted() { # PATTERN SOURCE
  expect_exit 1 python3 "$convert" "$2" -o out.safetensors
  expect_one_line convert.py
  expect_stderr "^convert.py: $2: $1"
  expect_no_file out.safetensors
  expect_same "pieces left" "$(find . -name 'out.safetensors*')" ""
}
not_converted 'has no tensor Mixed_7b.branch_pool.bn.bias' lacking.pth
not_converted 'has fc.bias of shape \[1000\] where \[1008\]' misshapen.pth
not_converted 'is cut short or damaged at ' cut.pth
not_converted 'asks for (posix|os|nt).system' attack.pth
not_converted 'asks for (posix|os|nt).system' attack-old.pth
expect_no_file executed
head -c 1000000 zip.pth >short.pth
not_converted 'damaged, or no file of weights' short.pth
head -c 1000000 old.pth >short-old.pth
not_converted '(has a storage|damaged|is cut short)' short-old.pth
cp lacking.pth pt_inception-2015-12-05-6726825d.pth
not_converted 'has SHA-256 [0-9a-f]{64}, but its name says 6726825d' pt_inception-2015-12-05-6726825d.pth
kb=$(peak_kb bash -c "python3 '$convert' bomb.pth -o out.safetensors 2>/dev/null || true")
((kb < 500000)) || fail "a storage that unpacks to a gigabyte took $kb KiB"
not_converted 'is cut short or damaged at fc.bias' bomb.pth
not_converted 'is cut short or damaged at fc.bias' large.pth
# Digits that are no part of a SHA-256: said, and no more.
cp cycle.pth inception-20151205.pth
expect_exit 0 timeout 60 python3 "$convert" inception-20151205.pth -o cycle.safetensors
expect_stderr 'warning: inception-20151205.pth: has SHA-256 [0-9a-f]{64}, but its name says 20151205'
same_bytes cycle.safetensors old.pth.safetensors
rm -f bomb.pth large.pth cycle.pth inception-20151205.pth cycle.safetensors
not_converted 'is a safetensors file already' old.pth.safetensors
not_converted 'damaged, or no file of weights' "$SOURCE/LICENSE"
expect_exit 1 python3 "$convert" absent.pth -o out.safetensors
expect_one_line convert.py
rm -f lacking.pth misshapen.pth cut.pth attack.pth short.pth short-old.pth zip.pth.safetensors script.pt.safetensors pt_inception-*.pth

# Scores by every protocol, each named in the result.
mv old.pth.safetensors inception.safetensors
hash=$(sha256sum inception.safetensors | cut -c1-12)
inr-sample -n 3 --seed 1 >a.inr && inr-sample -n 3 --seed 2 >b.inr || fail "inr-sample"
declare -A score
for protocol in nvidia pytorch-fid clean torch-fidelity; do
  expect_exit 0 inr-fid --real a.inr --fake b.inr --network inception.safetensors --protocol $protocol --allow-few
  expect_stdout "^FID [0-9.e+]+ .*inception-v3-fid .*sha256 $hash.*, $protocol;.* 3 real; 3 fake; .*FIDs of protocol $protocol "
  score[$protocol]=$(cut -d' ' -f2 <.stdout)
done
[[ ${score[nvidia]} != "${score[clean]}" && ${score[nvidia]} != "${score[pytorch-fid]}" ]] || fail "protocols without effect"
# The divisors N and N - 1: less noise is counted by the first.
[[ ${score[nvidia]} != "${score[torch-fidelity]}" ]] || fail "one divisor for both"
expect_exit 0 inr-fid --real a.inr --fake b.inr --network inception.safetensors --allow-few
expect_same "score of the default" "$(cut -d' ' -f2 <.stdout)" "${score[nvidia]}"

# Statistics of one protocol are not compared with pictures by another.
expect_exit 0 inr-fid --real a.inr --save-stats clean.npz --network inception.safetensors --protocol clean
expect_exit 1 inr-fid --real clean.npz --fake b.inr --network inception.safetensors --allow-few
expect_one_line inr-fid
expect_stderr 'not the same protocol: clean and nvidia'

# Names of protocols, and networks that have others.
expect_exit 2 inr-fid --real a.inr --fake b.inr --network inception.safetensors --protocol nvidea --allow-few
expect_one_line inr-fid
expect_stderr 'did you mean nvidia\?'
expect_exit 2 inr-fid --real a.inr --fake b.inr --protocol clean --allow-few
expect_one_line inr-fid
expect_stderr 'built-in random network has only pil-bicubic-224'

# Divided by N, one picture has a covariance: shards of one each are joined to the whole.
for i in 1 2 3; do
  expect_exit 0 inr-fid stats a.inr --shard $i/3 --network inception.safetensors -o one$i.npz
done
expect_exit 0 inr-fid merge one1.npz one2.npz one3.npz -o a.npz
expect_exit 0 inr-fid --real a.npz --fake b.inr --network inception.safetensors --allow-few
merged=$(cut -d' ' -f2 <.stdout)
python3 -c "import sys; sys.exit(abs($merged - ${score[nvidia]}) > 1e-3 * $merged)" || fail "merged $merged, whole ${score[nvidia]}"
# The network that is named beside two files of arrays is the one that made them.
python3 - <<'PYTHON'
raw = bytearray(open("inception.safetensors", "rb").read())
raw[-8] ^= 1  # of the classifier's bias
open("other.safetensors", "wb").write(raw)
PYTHON
expect_exit 1 inr-fid --real a.npz --fake a.npz --allow-few --network other.safetensors
expect_one_line inr-fid
expect_stderr 'a.npz: made by inception-v3-fid \(SHA-256 [0-9a-f]{64}\), but --network is inception-v3-fid .*--allow-mixed'
expect_exit 0 inr-fid --real a.npz --fake a.npz --allow-few --network inception.safetensors
expect_exit 0 inr-fid --real a.npz --fake b.inr --allow-few --allow-mixed --network other.safetensors --json
expect_stdout '"score":"FD-mixed","mixed":true'
rm other.safetensors
# Too few pictures for the splits of the inception score, by whatever number; one side alone is warned of as two are.
for number in '' '-n 2'; do
  # shellcheck disable=SC2086
  expect_exit 1 inr-fid --fake a.inr --is --network inception.safetensors $number
  expect_one_line inr-fid
  expect_stderr 'a.inr: [23] images for the 10 splits of the inception score; use at least 20'
done
expect_exit 0 inr-fid --fake a.inr --is --network inception.safetensors --allow-few
expect_stderr 'warning: a.inr: only 3 images'

# A network file that was changed by a byte of its header, and one cut short.
python3 - <<'PYTHON'
raw = open("inception.safetensors", "rb").read()
open("renamed.safetensors", "wb").write(raw.replace(b'"fc.bias"', b'"fc.bia2"', 1))
open("half.safetensors", "wb").write(raw[:len(raw) // 2])
PYTHON
for pair in "renamed:tensor 'fc.bia2' is not of the Inception" "half:cut short"; do
  expect_exit 1 inr-fid --real a.inr --fake b.inr --network "${pair%%:*}.safetensors" --allow-few
  expect_one_line inr-fid
  expect_stderr "${pair#*:}"
  refuse_stdout .
done

# The example, as its README tells it.
expect_exit 0 bash "$SOURCE/examples/inception/run.sh" script.pt a.inr b.inr --allow-few
expect_same "lines of the example" "$(grep -c '^FID ' .stdout)" 3
expect_stdout "^FID ${score[pytorch-fid]} .*pytorch-fid"
expect_no_file script.safetensors.tmp
