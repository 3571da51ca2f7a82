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
# The other counts: in the last columns, or alone; StyleGAN2 at its true cost; deviations from the paper for its own alone.
expect_stdout '^stylegan2 +config-f +256 +84\.772 .* 2\.65 +45\.125 +45\.125$'
expect_stdout '^multiscale +ffhq1024 +1024 +47\.359 .* 16\.32 +88\.800 +[0-9.]+$'
expect_stdout '^1024 .* 143\.02 +143\.18 +-0\.11 % +74\.27$'
expect_exit 0 inr-macs --count executed
refuse_stdout '21\.579|143\.18| 47\.359'
expect_stdout '^Table 1: .*executed'
executed=$(inr-macs lsun256 --count executed | awk '$1 == "lsun256" { print $3 }')
expect_stdout "^multiscale +lsun256 +256 +$executed +107\.13 +107\.03 +\+0\.10 %"
expect_stdout '^stylegan2 +config-f +1024 +74\.267 +30\.37 '
expect_stdout '^1024 +[0-9.]+ +74\.27$'
expect_exit 0 inr-macs --count full
expect_stdout '^multiscale +lsun256 +256 +72\.442 '
expect_stdout '^1024 +88\.800 +74\.27$'
expect_exit 0 inr-macs --count paper
expect_stdout '^ *64 +0\.299 +143\.02 +143\.18 +-0\.11 %$'
expect_exit 0 inr-macs --size 96 --tsv
refuse_stdout '# Table 1'
expect_stdout $'^96\t[0-9.]+\t[0-9.]+\t[0-9.]+\t143\.02'
expect_exit 0 inr-macs --size 2048 --count paper
refuse_stdout 'Fig. 9'
expect_exit 0 inr-macs --layers --count full --json
expect_stdout '^\{"name":"stylegan2 \(config-f\)","size":256,'
expect_stdout '^\{"name":"hyper \(stand-in\)","size":128,.*"embedder\.3"'
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
