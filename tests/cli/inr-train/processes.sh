# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep
# One, two and four processes train the same model: equal gradients, weights that stay together, and for each number of
# processes the same bits in every run. Small learning rates: a GAN at the usual ones makes much of the last digit.
source "$SOURCE/tests/support/groups.sh"
make_data
arguments=(data.inrd --preset tiny32 --set training.batch=16 --iterations 20 --threads 1 --sample-every 0 --log-every 10
  --checkpoint-every 1 --keep 0 --set training.lr_d=1e-4 --set training.lr_hypernet=1e-5 --set training.lr_shared=1e-5)
first=checkpoint-000000001.safetensors
last=checkpoint-000000020.safetensors
for size in 1 2 4; do
  train_group $size "${arguments[@]}" -o run$size
  rate=$(grep -oE '"images_per_s":[0-9.]+' run$size/log.jsonl | tail -n 1)
  echo "$size processes of one thread: ${rate#*:} images/s on $(nproc) cores"
  expect_same "lines of rank 0 on stdout" "$(cat .stdout.0)" "run$size/$last"
  ((size == 1)) && continue
  [[ ! -s .stdout.1 && ! -s .stderr.1 ]] || fail "rank 1 is not quiet"
  # After one step the first moments of Adam are gradients (beta1 = 0).
  gradients_d=$(differences adam.d. run1/$first run$size/$first) || exit 1
  gradients_g=$(differences adam.g. run1/$first run$size/$first) || exit 1
  expect_below "largest difference of gradients of D, $size processes" "${gradients_d% *}" 2e-5
  expect_below "largest difference of gradients of G, $size processes" "${gradients_g% *}" 2e-5
  for part in d g ema; do
    expect_near "$part, $size processes" $part. run1/$last run$size/$last run1/$first
  done
done

train_group 2 "${arguments[@]}" -o again
tensor_hashes run2/$last >want
tensor_hashes again/$last >got
[[ $(wc -l <want) -gt 100 ]] || fail "the checkpoint has few tensors"
same_bytes want got

# A share that cuts a group of four images.
start_group 3 "${arguments[@]}" -o three
end_group 2
for rank in 0 1 2; do
  grep -q 'batch 16 cannot run on 3 processes.*1, 2 or 4 processes' .stderr.$rank || fail "rank $rank: $(cat .stderr.$rank)"
done
