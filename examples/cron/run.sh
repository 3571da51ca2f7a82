#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# run.sh RUN REAL [OPTION...]: one visit to a run that is being trained, as cron or the timer makes it. REAL: statistics
# of the real pictures (inr-fid --save-stats) or the pictures. Options are inr-fid's: -n, --network, --threshold.
# Nothing new to score is status 0 and, on stderr, a line that tells why.
set -euo pipefail
run=${1:?the folder of a run} real=${2:?statistics of real pictures, or the pictures}
exec nice inr-fid --real "$real" --fake "$run" --if-newer --append "$run/scores.jsonl" --best "${@:3}"
