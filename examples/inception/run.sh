#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# run.sh WEIGHTS REAL FAKE [OPTION...]: converts the published weights to inception.safetensors, unless that is there, and
# scores FAKE against REAL by each of the three protocols. Options go to inr-fid.
set -euo pipefail
weights=${1:?the published weights} real=${2:?real pictures} fake=${3:?generated pictures}
shift 3
[[ -e inception.safetensors ]] || python3 "$(dirname -- "$(readlink -f -- "$0")")/convert.py" "$weights" -o inception.safetensors
for protocol in nvidia pytorch-fid clean; do
  inr-fid --real "$real" --fake "$fake" --network inception.safetensors --protocol "$protocol" "$@"
done
