# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample inr-train
# Deep Zoom: tiles against the same picture in one piece, read by Python; the pyramid as one output.
expect_exit 0 inr-train --iterations 0 -o run --preset tiny32
export INR_CHECKPOINT=$PWD/run
inr-sample -n 4 >s.inr || fail "inr-sample"
check_tiles() { python3 "$SOURCE/tests/support/deep_zoom.py" "$@" || fail "deep_zoom.py $*"; }
# The pyramids of this folder that are no output: none may be left.
expect_nothing_beside() {
  local left
  left=$(find . -maxdepth 1 -name '*.dzi.*')
  [[ -z $left ]] || fail "left behind: $left"
}

for size in 1x1 254x2 255x255 509x100 2001x3 5x511; do
  expect_exit 0 inr-render s.inr --select 1 --res $size -o "$size.dzi"
  expect_quiet
  inr-render s.inr --select 1 --res $size --format ppm -o $size.ppm || fail "$size as ppm"
  check_tiles $size.ppm $size.dzi
done
expect_nothing_beside

# The same for any threads and memory; the name with or without its ending; grids and stills.
inr-render s.inr --res 130 --format dz -o one --threads 1 --memory 1 || fail "one thread, a byte of memory"
inr-render s.inr --res 130 --format dz -o three.dzi --threads 3 || fail "three threads"
diff -r one_files three_files || fail "threads change the tiles"
same_bytes one.dzi three.dzi
inr-render s.inr --res 130 --format ppm -o grid.ppm
check_tiles grid.ppm one.dzi
expect_exit 0 inr-render zoom s.inr --window 0.1,0.1,0.6,0.5 --res 300x200 --format dz-jpg -o still.dzi
grep -q ' Format="jpg" Overlap="1" TileSize="254"' still.dzi || fail "still.dzi"
grep -q '<?inr.command .*inr-render zoom --res 300x200 --window 0.1,0.1,0.6,0.5 --format dz-jpg -o picture.dzi?>' still.dzi ||
  fail "still.dzi does not tell how it is drawn again"
expect_same 'tiles of the last level' "$(cd still_files/9 && echo *)" '0_0.jpg 1_0.jpg'

# What inr-info says of it.
expect_exit 0 inr-info --check still.dzi
expect_stdout '^still.dzi: Deep Zoom picture, whole: 300x200, made by: inr-sample .*inr-render zoom'
expect_stdout '^  tiles: 11$'
rm still_files/9/1_0.jpg
expect_exit 1 inr-info still.dzi
expect_stdout 'cut short: 1 of 2 tiles in still_files/9'
cp still_files/3/0_0.jpg still_files/9/1_0.jpg
expect_exit 0 inr-info still.dzi
expect_exit 1 inr-info --check still.dzi
expect_stdout 'still_files/9/1_0.jpg: 5x4 pixels instead of 47x200'

# What a folder of tiles cannot be.
# shellcheck disable=SC2016  # expanded by the inner shell
expect_exit 2 bash -c 'inr-render s.inr --format dz | cat; exit ${PIPESTATUS[0]}'
expect_one_line inr-render
expect_stderr 'folder of tiles.* give -o NAME.dzi'
expect_exit 2 inr-render each s.inr -o 'pictures/%d.dzi'
expect_stderr 'one large picture'
expect_exit 2 inr-render zoom s.inr --to 0,0,0.5,0.5 -o film.dzi
expect_exit 2 inr-render s.inr --format dz -o /dev/null
expect_exit 1 inr-render s.inr -o missing/p.dzi
expect_stderr 'missing/p.dzi: .*No such file'

# An earlier pyramid is replaced as a whole; what is none is left alone.
expect_exit 0 inr-render s.inr --res 40 -o one.dzi
inr-render s.inr --res 40 --format ppm -o grid.ppm
check_tiles grid.ppm one.dzi
mkdir letters_files
echo mine >letters_files/a.txt
expect_exit 1 inr-render s.inr -o letters.dzi
expect_one_line inr-render
expect_stderr 'letters_files: exists, and there is no letters.dzi that describes it as tiles; move it away'
expect_file letters_files/a.txt
expect_no_file letters.dzi
# Photographs by day in folders by year look like tiles.
mkdir -p trip_files/2024
echo photo >trip_files/2024/12_05.jpg
expect_exit 1 inr-render s.inr -o trip.dzi
expect_one_line inr-render
expect_file trip_files/2024/12_05.jpg
inr-render s.inr -o own.dzi || fail "own.dzi"
mkdir own_files/2024
cp trip_files/2024/12_05.jpg own_files/2024
expect_exit 1 inr-render s.inr -o own.dzi
expect_stderr 'own_files: exists and holds 2024, which is not one of its tiles; move it away'
expect_file own_files/2024/12_05.jpg
expect_nothing_beside

# A disc that fills up, here at the largest size of a file: the earlier pyramid stays, what was drawn is kept.
cp -r one_files before
# shellcheck disable=SC2016  # expanded by the inner shell
expect_exit 1 bash -c 'trap "" XFSZ; ulimit -f 1; inr-render "$@"' sh s.inr --res 600 -o one.dzi
expect_stderr '^inr-render: one.dzi: cannot write: File too large'
diff -r before one_files || fail "a failing run changed the earlier pyramid"
expect_file one.dzi.partial/one.dzi
rm -r one.dzi.partial
# And a real one, where this user may make it.
full() { mount -t tmpfs -o size=256k none small && cd small && inr-render ../s.inr --res 600 -o p.dzi; }
export -f full
mkdir small
if unshare -rm true 2>/dev/null; then
  expect_exit 1 unshare -rm bash -c full
  expect_stderr 'cannot write: No space left on device'
fi

# An interruption.
inr-render s.inr --res 16384 -o one.dzi 2>.stderr &
pid=$!
for _ in {1..600}; do
  [[ -z $(find . -path './one.dzi.tmp-*' -name '*.png' -print -quit) ]] || break
  sleep 0.1
done
kill -INT $pid
wait $pid
expect_same 'exit status after SIGINT' $? 130
expect_stderr 'interrupted by SIGINT'
expect_stderr 'kept in one.dzi.partial'
diff -r before one_files || fail "an interrupted run changed the earlier pyramid"
[[ -n $(find one.dzi.partial -name '*.png' -print -quit) ]] || fail "no tile was kept"
rm -r one.dzi.partial
expect_nothing_beside

# A stream that was cut: what there is of it makes a whole pyramid, kept aside.
head -c $(($(stat -c %s s.inr) - 100)) s.inr >cut.inr
expect_exit 1 inr-render cut.inr --res 40 -o one.dzi
expect_stderr 'cut short'
diff -r before one_files || fail "a cut stream changed the earlier pyramid"
inr-render s.inr --select 0-2 --res 40 --format ppm -o grid.ppm
check_tiles grid.ppm one.dzi.partial/one.dzi

# The other program that writes the layout agrees in files and pixels.
if command -v vips >/dev/null; then
  for size in 255x255 2001x3; do
    vips dzsave $size.ppm vips --suffix .png || fail "vips dzsave"
    check_tiles $size.ppm vips.dzi
    rm -r vips*
  done
fi
