# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-fid -f
complete -c inr-fid -l real -r -F -d 'real pictures or their statistics; - is an INR stream on stdin'
complete -c inr-fid -l fake -r -F -d 'generated pictures, checkpoint, run folder or statistics; - is an INR stream on stdin'
complete -c inr-fid -s n -r -f -d 'exactly so many of the fake side'
complete -c inr-fid -l n-real -r -f -d 'exactly so many of the real side'
complete -c inr-fid -l network -r -F -d 'feature network, safetensors'
complete -c inr-fid -l allow-few -d 'go on with no more images than features'
complete -c inr-fid -l threshold -r -f -d 'exit with status 3 where the score is above X'
complete -c inr-fid -l save-stats -r -F -d 'write the statistics of the real side (of the fake one where it is alone) as .npz'
complete -c inr-fid -l seed -r -f -d 'seed of the random numbers'
complete -c inr-fid -l threads -r -f -d 'processor threads; results do not depend on it'
complete -c inr-fid -l batch -r -f -d 'items worked on at a time'
complete -c inr-fid -l json -d 'report as JSON on stdout'
complete -c inr-fid -l quiet -d 'errors only on stderr'
complete -c inr-fid -l verbose -d 'more on stderr'
complete -c inr-fid -s h -l help -d 'print this text'
complete -c inr-fid -l version -d 'print the version'
