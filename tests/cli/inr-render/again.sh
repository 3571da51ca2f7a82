# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train inr-interp inr-info
# The command that a picture tells draws the same file again, whatever made it.
expect_exit 0 inr-train --iterations 0 -o "it's a run" --preset tiny32
model=(--checkpoint "it's a run")
unset INR_CHECKPOINT
command_of() { inr-info "$1" | sed -n 's/^  command: //p'; }
again() { # FILE [EXPECTED COMMAND]
  local command
  command=$(command_of "$1")
  [[ $# -lt 2 ]] || expect_same "command of $1" "$command" "$2"
  [[ $command == inr-sample* || $command == inr-interp* || $command == '{ '* ]] || fail "$1 does not say where it is from: $command"
  bash -o pipefail -c "$command" >again || fail "$1: $command"
  same_bytes "$1" again
}
option="--checkpoint 'it'\\''s a run'"

# Grids: by number, by seeds, of float16, truncated; selections, labels, formats.
inr-sample -n 5 "${model[@]}" | inr-render --res 20x12 >grid.png || fail "grid"
again grid.png "inr-sample --seed 0 -n 5 $option | inr-render --res 20x12"
inr-sample --seeds 3,7,10-12 "${model[@]}" --half --truncation 0.7 | inr-render --res 24 --labels --columns 3 --format png16 >seeds.png
again seeds.png "inr-sample --seeds 3,7,10-12 --truncation 0.7 $option --half | inr-render --res 24x24 --columns 3 --labels --format png16"
inr-sample -n 6 --seed 4 "${model[@]}" | inr-render --res 24 --select 5,1-2 --labels --srgb >chosen.png
again chosen.png "inr-sample --seed 4 -n 6 $option | inr-render --res 24x24 --labels --select 5,1-2 --srgb"
inr-sample --seeds 5 "${model[@]}" | inr-render --res 40 --format jpg --window=-0.3,0,1.5,1 --kernel reference >one.jpg
again one.jpg "inr-sample --seeds 5 $option | inr-render --res 40x40 --window -0.3,0,1.5,1 --kernel reference --format jpg"
# Several streams, also of two models.
inr-train --iterations 0 -o other --preset tiny32 --set training.seed=5 >/dev/null
inr-sample -n 2 --checkpoint other >other.inr
inr-sample -n 3 "${model[@]}" | inr-render - other.inr --res 16 --select 4,0 >two.png || fail "two models"
again two.png "{ inr-sample --seed 0 -n 2 --checkpoint other; inr-sample --seeds 0 $option; } | inr-render --res 16x16 --select 1-2"
inr-info two.png | grep -qE 'inr.model":"[0-9a-f]{64} [0-9a-f]{64}"' || fail "two models are not named"

# One picture of one record: stills, files of each, frames, superresolution with and without filters.
inr-sample -n 3 "${model[@]}" >s.inr
inr-render zoom s.inr --window 0.25,0.125,0.6,0.6 --res 30x17 --select 2 >still.png
again still.png
inr-render zoom s.inr --window=-1,-1,2,2 --cells training >training.png
again training.png
inr-render zoom s.inr --to 0.4,0.4,0.5,0.5 --frames 4 --scale 2 -o 'frames/%d.png'
again frames/2.png
inr-render each s.inr --res 33 -o 'each/%d.png'
again each/1.png "inr-sample --seed 0 -n 2 $option | inr-render --res 33x33 --select 1"
again each/0.png "inr-sample --seeds 0 $option | inr-render --res 33x33"
inr-render superres s.inr --scale 3 --upsample-from 0 >superres.png
again superres.png
inr-render superres s.inr --select 1 --compare nearest,lanczos --labels >compare.png
again compare.png "inr-sample --seed 0 -n 2 $option | inr-render superres --scale 4 --compare nearest,lanczos --labels --select 1"
inr-render s.inr --select 1 --columns 3 >white.png  # two cells are missing
again white.png

# A folder of tiles.
inr-render s.inr --select 1 --res 300 -o tiles.dzi
command=$(command_of tiles.dzi)
expect_same "command of tiles.dzi" "$command" "inr-sample --seed 0 -n 2 $option | inr-render --res 300x300 --select 1 --format dz -o picture.dzi"
bash -o pipefail -c "$command" || fail "$command"
same_bytes tiles.dzi picture.dzi
diff -r tiles_files picture_files || fail "the tiles differ"

# Interpolated records: whole films, single frames, every space; of seeds, latents and streams, also of float16.
film() { # NAME COMMAND: the film as a grid, one of its frames
  bash -o pipefail -c "$2" >film.inr || fail "$2"
  inr-render film.inr --res 16 --labels >"$1.png"
  again "$1.png"
  inr-render film.inr --res 16 --select 6 >"$1-6.png"
  again "$1-6.png"
}
python3 - <<'PYTHON'
import random, struct
random.seed(1)
def write(name, rows, columns):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
    header += " " * (117 - len(header)) + "\n"
    values = [random.gauss(0, 1) for _ in range(rows * columns)]
    open(name, "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header.encode() + struct.pack("<%df" % len(values), *values))
write("z.npy", 3, 64)
write("w.npy", 3, 128)
PYTHON
export INR_CHECKPOINT="it's a run"
film z "inr-interp --seeds 4,5,6 --frames 4"
expect_same "frame 6" "$(command_of z-6.png)" "inr-interp --seeds 5,6 --frames 4 $option | inr-render --res 16x16 --select 2"
film loop "inr-interp --seeds 4,5,6 --frames 4 --loop --path line --ease cosine --half"
film w "inr-interp --seeds 4,5,6 --frames 4 --space w --truncation 0.5"
film params "inr-interp --seeds 4,5,6 --frames 4 --space params --half"
film latents "inr-interp --latents z.npy --frames 4 --loop"
film hidden "inr-interp --latents w.npy --space w --frames 4"
film stream "inr-sample --seeds 4,5,6 | inr-interp --frames 4"
film series "inr-sample -n 3 --seed 9 --truncation 0.8 | inr-interp --frames 4 --loop --half"
film rounded "inr-sample --seeds 4,5,6 --half | inr-interp --frames 4"
film rows "inr-sample --latents z.npy | inr-interp --frames 4 --loop"
film hidden-rows "inr-sample --latents w.npy --space w --half | inr-interp --frames 4"
inr-sample --latents z.npy | inr-render --res 16 --select 2,0 >latents.png
again latents.png

# What does not say where it comes from says only how it was drawn.
cat <(inr-sample --seeds 4) <(inr-sample --seeds 5 --half) | inr-interp --frames 4 | inr-render --res 16 --select 2 >unknown.png
expect_same "command" "$(command_of unknown.png)" "inr-render --res 16x16 --select 2"
# Its number stands for a picture of one record, also where several were drawn.
cat <(inr-sample --seeds 4) <(inr-sample --seeds 5 --half) | inr-interp --frames 4 >unknown.inr
inr-render each unknown.inr --res 16 --select 1,3 -o 'unknown/%d.png'
for i in 0 1; do
  command=$(command_of unknown/$i.png)
  expect_same "command of unknown/$i.png" "$command" "inr-render --res 16x16 --select $((2 * i + 1))"
  bash -c "$command" <unknown.inr >again || fail "$command"
  same_bytes unknown/$i.png again
done
