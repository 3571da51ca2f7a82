# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Generated from the option table by "make docs".
complete -c inr-sample -f
complete -c inr-sample -s n -l count -r -f -d 'samples to draw'
complete -c inr-sample -l checkpoint -r -F -d 'model to use: a checkpoint, or a run folder for its newest one'
complete -c inr-sample -s o -l out -r -F -d 'the stream'
complete -c inr-sample -l seeds -r -f -d 'one sample of each of these seeds'
complete -c inr-sample -l seed-style -r -a 'inr numpy' -f -d 'how latents are drawn: ours, or those of numpy'\''s RandomState'
complete -c inr-sample -l latents -r -F -d 'take latents from this .npy: float32 [N, z_dim], or [N, hidden] with --space w'
complete -c inr-sample -l space -r -a 'z w' -f -d 'what --latents holds: z, or h (the paper'\''s W space)'
complete -c inr-sample -l truncation -r -f -d 'pull h towards its mean by this factor: 1 is none, 0 the mean'
complete -c inr-sample -l half -d 'float16 parameters: half the size, pictures change by about a level of 255'
complete -c inr-sample -l seed -r -f -d 'seed of the random numbers'
complete -c inr-sample -l device -r -a 'auto cpu cuda' -f -d 'where to compute: auto, cpu, cuda or cuda:N'
complete -c inr-sample -l threads -r -f -d 'processor threads; results do not depend on it'
complete -c inr-sample -l batch -r -f -d 'items worked on at a time'
complete -c inr-sample -l quiet -d 'errors only on stderr'
complete -c inr-sample -l verbose -d 'more on stderr'
complete -c inr-sample -s h -l help -d 'print this text'
complete -c inr-sample -l version -d 'print the version'
