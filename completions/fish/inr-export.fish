# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-export -s o -l out -r -F -d 'the checkpoint to write'
complete -c inr-export -l half -d 'store the weights as float16'
complete -c inr-export -l quiet -d 'errors only on stderr'
complete -c inr-export -l verbose -d 'more on stderr'
complete -c inr-export -s h -l help -d 'print this text'
complete -c inr-export -l version -d 'print the version'
