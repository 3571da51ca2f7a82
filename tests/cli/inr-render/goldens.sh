# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: golden
# needs: inr-sample
# Every generator golden through the tools, at every size and window; a wrong image is found.
golden=${INR_GOLDEN_DIR:-$SOURCE/tests/golden}/model
python3 "$SOURCE/tests/cli/inr-render/goldens.py" "$golden" || fail "the tools do not draw the goldens"
released=${INR_GOLDEN_DIR:-$SOURCE/tests/golden}/released
if [[ -d $released ]]; then
  python3 "$SOURCE/tests/cli/inr-render/goldens.py" "$released" || fail "the tools do not draw the released goldens"
fi

# The comparison can fail: the images of one model, expected of another.
name=gen-split-two-rgb
mkdir wrong
cp "$SOURCE/tests/golden/model/$name.expected.safetensors" wrong/
cp "$SOURCE/tests/golden/model/gen-concat-two.safetensors" "wrong/$name.safetensors"
expect_exit 1 python3 "$SOURCE/tests/cli/inr-render/goldens.py" wrong
expect_stdout "$name \(tools\) +image +error [0-9.]+e[-+][0-9]+ +used +[0-9]{4,}"
expect_stderr 'beyond their tolerance'

# And one of another normalisation, under a head of the same length.
mkdir -p others/one
options=$SOURCE/tests/golden/released/options
cp "$options/expected.safetensors" others/one/
LC_ALL=C sed 's/\(instance_norm\\*": \)true, /\1false,/' "$options/imported.safetensors" >others/one/imported.safetensors
expect_exit 1 python3 "$SOURCE/tests/cli/inr-render/goldens.py" others
expect_stdout 'released/one \(tools\) +images +error [0-9.]+e[-+][0-9]+ +used +[0-9]{4,}'
