# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-macs -l checkpoint -r -F -d 'the same as naming it: a checkpoint, or a run'\''s folder'
complete -c inr-macs -l count -r -a 'paper full executed' -f -d 'what is counted'
complete -c inr-macs -l size -r -f -d 'pixels per side'
complete -c inr-macs -l layers -d 'one row per layer'
complete -c inr-macs -l json -d 'JSON, one line per model'
complete -c inr-macs -l tsv -d 'tab-separated values'
complete -c inr-macs -l markdown -d 'Markdown tables'
complete -c inr-macs -l quiet -d 'errors only on stderr'
complete -c inr-macs -l verbose -d 'more on stderr'
complete -c inr-macs -s h -l help -d 'print this text'
complete -c inr-macs -l version -d 'print the version'
