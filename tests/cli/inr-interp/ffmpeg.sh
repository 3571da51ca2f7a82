# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample inr-render
# inr-interp | inr-render each --format y4m | ffmpeg: the film has all frames, in the colours of the pictures. y4m holds 220
# levels of brightness and 225 of colour: at most two levels of 255 are lost. ffmpeg is no dependency; without it the
# film is read by inr-info alone.
interp() { inr-interp --seeds 36,21,5 --frames 4 --loop --ease cosine; }
interp | inr-render each --res 64 --format y4m >film.y4m || fail "the film"
expect_exit 0 inr-info film.y4m
expect_stdout '64x64, 12 frames'
command -v ffmpeg >/dev/null || skip "the part for ffmpeg, which is not installed"
interp | inr-render each --res 64 --format ppm >film.ppm || fail "the pictures"
expect_exit 0 bash -o pipefail -c 'ffmpeg -v error -i - film.mkv <film.y4m'
expect_exit 0 ffmpeg -v error -i film.mkv -f null -
frames=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 film.mkv)
expect_same "frames in ffmpeg's film" "${frames%,}" 12
ffmpeg -v error -i - -sws_flags accurate_rnd -f image2pipe -c:v ppm - <film.y4m >decoded.ppm || fail "ffmpeg cannot read the film"
python3 - <<'PYTHON' || fail "ffmpeg sees other colours"
ours, theirs = open("film.ppm", "rb").read(), open("decoded.ppm", "rb").read()
assert len(ours) == len(theirs) == 12 * (len(b"P6\n64 64\n255\n") + 3 * 64 * 64), (len(ours), len(theirs))
worst = max(abs(a - b) for a, b in zip(ours, theirs))
assert worst <= 2, worst
PYTHON
