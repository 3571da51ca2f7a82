# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-interp inr-render
# INR_PROCESSOR: all kernels with fused multiply-adds give the same bytes, parameters and pictures; those without give
# nearly the same; what this processor lacks is refused.
small=$SOURCE/tests/golden/released
models=("" "$small/pickled/imported.safetensors" "$small/bilinear16-norm/imported.safetensors")

INR_PROCESSOR=abacus expect_refusal 2 '^inr-sample: INR_PROCESSOR=abacus: this processor runs portable' inr-sample -n 1
named=$(sed -E 's/.*this processor runs (.*); name one.*/\1/' "$CASE_FOLDER/.stderr")
INR_PROCESSOR=abacus expect_refusal 2 '^inr-render: INR_PROCESSOR=abacus: this processor runs portable' inr-render - </dev/null
INR_PROCESSOR=abacus expect_refusal 2 '^inr-sample: INR_PROCESSOR=abacus' inr-sample -n 1 -o none.inr
expect_no_file none.inr

make_all() {  # make_all NAME: streams and pictures of all models
  local i
  for i in "${!models[@]}"; do
    INR_CHECKPOINT=${models[i]} inr-sample -n 19 --seed 7 >"$1-$i.inr" || fail "inr-sample by $1"
    INR_CHECKPOINT=${models[i]} inr-sample -n 3 --truncation 0.7 >"$1-$i.pulled.inr" || fail "inr-sample --truncation by $1"
    INR_CHECKPOINT=${models[i]} inr-interp --seeds 1,2 --frames 3 >"$1-$i.film.inr" || fail "inr-interp by $1"
    inr-render each --select 3,17 --res 70x45 --window 0.1,0.2,0.7,0.8 --format npy <"$1-$i.inr" >"$1-$i.window.npy" ||
      fail "inr-render by $1"
    inr-render each --select 5 --res 48 --format npy <"$1-$i.inr" >"$1-$i.whole.npy" || fail "inr-render by $1"
  done
}

make_all best
fused=0
for name in portable-fma avx2 avx512; do
  if [[ ", $named," != *", $name,"* ]]; then
    echo "skipped: this processor has no $name"
    INR_PROCESSOR=$name expect_refusal 2 "^inr-sample: INR_PROCESSOR=$name: " inr-sample -n 1
    continue
  fi
  export INR_PROCESSOR=$name
  make_all "$name"
  unset INR_PROCESSOR
  for file in best-*; do same_bytes "$file" "$name-${file#best-}"; done
  fused=$((fused + 1))
done
((fused > 0)) || echo "skipped: this processor has no fused multiply-add"

# Without fused multiply-adds: other bytes (so the variable does something), nearly the same numbers.
export INR_PROCESSOR=portable
make_all portable
unset INR_PROCESSOR
((fused == 0)) || ! cmp -s best-0.inr portable-0.inr || fail "INR_PROCESSOR=portable changes nothing"
python3 - <<'PYTHON' || fail "portable kernels give other pictures"
import glob
def values(name):
    data = open(name, "rb").read()
    return memoryview(data[10 + int.from_bytes(data[8:10], "little"):]).cast("f")
for name in glob.glob("best-*.npy"):
    a, b = values(name), values("portable" + name[4:])
    worst = max(abs(x - y) for x, y in zip(a, b))
    print(name, worst)
    assert len(a) == len(b) and worst < 1e-4
PYTHON
