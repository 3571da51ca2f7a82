# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-prep inr-sample inr-train inr-info
# The files of examples/cron as they are: the line of the crontab and the service's command, each started with no more than
# cron and systemd give them, over a run that is being trained at that time.
example=$SOURCE/examples/cron
mkdir pictures
for i in 1 2 3; do { printf 'P6 32 32 255\n'; head -c 3072 /dev/urandom; } >pictures/$i.ppm; done
inr-prep pictures -o data.inrd --size 32 --quiet || fail "inr-prep"
inr-sample -n 30 --seed 1 >reals.inr || fail "inr-sample"

# As its README tells it: the tools in /opt/inr/bin (here: elsewhere), the script in ~/inr, runs beside it.
home=$CASE_FOLDER/home
mkdir -p "$home/inr/runs" opt
ln -s "$BIN" opt/bin
inr-fid --real reals.inr --save-stats "$home/inr/flowers.npz" --quiet >/dev/null || fail "inr-fid"
cat >"$home/inr/run.sh" <<SCRIPT
#!/bin/bash
exec "$example/run.sh" "\$@" -n 8 --allow-few --threads 1
SCRIPT
chmod +x "$home/inr/run.sh"
installed() { sed "s:/opt/inr:$CASE_FOLDER/opt:g" "$1"; }

# cron: sets what the lines NAME=VALUE say, expands nothing in them, gives the command to /bin/sh.
path=$(installed "$example/crontab" | sed -n 's/^PATH=//p')
line=$(grep -E '^[*0-9]' "$example/crontab")
expect_same "lines of the crontab" "$(wc -l <<<"$line")" 1
[[ $line != *%* ]] || fail "cron ends a command at %"
[[ $path != *\$* ]] || fail "cron expands no variables"
command=${line#* * * * * }
by_cron() { (cd / && env -i HOME="$home" LOGNAME=user SHELL=/bin/sh PATH="$path" /bin/sh -c "$command"); }
# systemd: no shell; %h is the home folder.
service() { installed "$example/inr-fid.service" | sed -n "s:%h:$home:g; s/^$1=//p"; }
by_systemd() { # shellcheck disable=SC2046,SC2091
  (cd "$(service WorkingDirectory)" && env -i HOME="$home" "$(service Environment)" $(service ExecStart))
}
newest() { compgen -G "$home/inr/runs/flowers/checkpoint-*.safetensors" | sort | tail -n 1; }
n_scores() { wc -l <"$home/inr/runs/flowers/scores.jsonl"; }

# While it is trained; the threshold of the line is for real flowers, so that its status may be 3 and mail is sent.
(exec inr-train data.inrd --preset tiny32 --threads 1 --iterations 100000 --checkpoint-every 3 --keep 2 --sample-every 0 \
  -o "$home/inr/runs/flowers" >train.out 2>&1) &
trainer=$!
trap 'kill -9 $trainer 2>/dev/null' EXIT
for ((i = 0; i < 600; ++i)); do compgen -G "$home/inr/runs/flowers/checkpoint-*.safetensors" >/dev/null && break; sleep 0.1; done
expect_exit 0 by_cron
expect_quiet
expect_same "scores by cron" "$(n_scores)" 1
before=$(newest)
for ((i = 0; i < 600; ++i)); do [[ $(newest) != "$before" ]] && break; sleep 0.1; done
expect_exit 0 by_systemd
expect_stdout '^FD-random '
expect_same "scores by systemd" "$(n_scores)" 2
kill -0 $trainer || fail "the training has ended"
expect_exit 0 by_cron
kill -INT $trainer
wait $trainer
trap - EXIT
expect_exit 0 by_cron
expect_exit 0 by_systemd
expect_stderr 'has its score in runs/flowers/scores.jsonl'
grep -q '^FD-random ' "$home/inr/runs/flowers/fid.log" || fail "the log of cron has no score"
expect_exit 0 inr-info "$home/inr/runs/flowers/best.safetensors"

# What cron does without the tools is reported in its mail.
path=/usr/bin:/bin
expect_exit 0 by_cron
expect_stdout 'inr-fid.*No such file'

# systemd reads the units without a word.
command -v systemd-analyze >/dev/null || exit 0
mkdir -m 700 runtime
expect_exit 0 env HOME="$home" XDG_RUNTIME_DIR="$CASE_FOLDER/runtime" systemd-analyze --user verify "$example/inr-fid.service" \
  "$example/inr-fid.timer"
expect_quiet
