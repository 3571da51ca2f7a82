# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# Killed by SIGKILL at ten random moments and run again: the content hash of a build that was not interrupted. Interrupted
# by SIGTERM: status 75, and the same.
source "$SOURCE/tests/support/prep_pictures.sh"
make_pictures photos 400 200
options=(--size 150 --threads 1)

expect_exit 0 inr-prep photos -o whole.inrd "${options[@]}"
want=$(content_hash)

# The shorter of two: on a busy machine a single time can be far too long.
took_ms=1000000
for name in one two; do
  ms=$(elapsed_ms inr-prep photos -o $name.inrd "${options[@]}")
  ((ms < took_ms)) && took_ms=$ms
done

n_killed=0
for ((i = 0; i < 10; ++i)); do
  inr-prep photos -o killed.inrd "${options[@]}" >/dev/null 2>&1 &
  sleep "$(python3 -c "import random; print(random.Random($i).uniform(0.05, 1.0) * $took_ms / 15000)")"
  kill -KILL $! 2>/dev/null && n_killed=$((n_killed + 1))
  wait $! 2>/dev/null
done
((n_killed > 0)) || fail "no build was killed"
expect_exit 0 inr-prep photos -o killed.inrd "${options[@]}"
expect_same "content hash after $n_killed kills" "$(content_hash)" "$want"
inr-prep killed.inrd --export a && inr-prep whole.inrd --export b && diff -r a b >/dev/null || fail "exported pictures differ"

inr-prep photos -o stopped.inrd "${options[@]}" >/dev/null 2>stderr &
sleep "$(python3 -c "print($took_ms / 8000)")"
kill -TERM $!
wait $!
expect_same "status after SIGTERM" $? 75
grep -q 'interrupted after [0-9]* pictures; run the same command to continue' stderr || fail "no word on how to go on"
expect_exit 0 inr-prep photos -o stopped.inrd "${options[@]}"
expect_same "content hash after SIGTERM" "$(content_hash)" "$want"
