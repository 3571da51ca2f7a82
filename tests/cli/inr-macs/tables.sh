# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Table 1 and Fig. 9 as printed, in every style, and quickly.
expect_exit 0 inr-macs
expect_quiet
expect_stdout '^multiscale +lsun128 +128 +21\.579 +21\.58 +\+0\.00 %'
expect_stdout '^multiscale +lsun256 +256 +38\.759 +38\.76 +\+0\.00 % +107\.13 +107\.03 +\+0\.10 %'
expect_stdout '^multiscale +ffhq1024 +1024 +47\.359 +47\.35 +\+0\.02 %'
expect_stdout '^stylegan2 +config-f +1024 +143\.018 +143\.18 +-0\.11 %'
expect_stdout '^ +64 +0\.299 +0\.487 '
expect_stdout '^1024 +47\.359 +88\.800 '
expect_stdout '^tiny32 +32 '
expect_exit 0 inr-macs --tsv
expect_stdout $'^fmm\tstand-in\t128\t25\\.877\t25\\.87\t'
expect_exit 0 inr-macs --markdown
expect_stdout '^\| latent \| latent128 \| 128 \| 30\.087 \|'
expect_exit 0 inr-macs --json
python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines[0]["table1"]) == 17, lines[0]
assert [c["size"] for c in lines[1]["fig9"]] == [64, 128, 256, 512, 1024], lines[1]
models = {m["name"]: m for m in lines[2:]}
assert models["lsun256"]["parameters"] == 107133094, models["lsun256"]
assert models["tiny32"]["n_theta"] == 6022, models["tiny32"]
' "$CASE_FOLDER/.stdout" || fail "the JSON is not as expected"
best=1000
for _ in 1 2 3 4 5; do
  ms=$(elapsed_ms inr-macs)
  ((ms < best)) && best=$ms
done
((best < 100)) || fail "the fastest of five runs took $best ms"
