# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-info -l check -d 'read and decode everything: all pictures of a dataset and its content hash, values that are not finite'
complete -c inr-info -l tensors -d 'list the tensors: name, type, shape'
complete -c inr-info -l config -d 'print the configuration of a checkpoint, run or stream in JSON, and nothing else'
complete -c inr-info -l json -d 'one JSON object per file'
complete -c inr-info -l quiet -d 'errors only on stderr'
complete -c inr-info -l verbose -d 'more on stderr'
complete -c inr-info -s h -l help -d 'print this text'
complete -c inr-info -l version -d 'print the version'
