# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-import -s o -l out -r -F -d 'the checkpoint to write'
complete -c inr-import -l list -d 'print modules, tensors and constructor arguments; write nothing'
complete -c inr-import -l quiet -d 'errors only on stderr'
complete -c inr-import -l verbose -d 'more on stderr'
complete -c inr-import -s h -l help -d 'print this text'
complete -c inr-import -l version -d 'print the version'
