# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# label: slow
# needs: inr-sample
# examples/deep-zoom: the script draws a pyramid and puts the page beside it. Where Chromium is installed, the page opened
# as a file is looked at and moved by mouse, wheel, fingers and keys.
expect_exit 0 "$SOURCE/examples/deep-zoom/run.sh" walk 1024
expect_stdout 'walk/viewer.html shows 46 tiles'
same_bytes "$SOURCE/examples/deep-zoom/viewer.html" walk/viewer.html
grep -q 'Width="1024" Height="1024"' walk/picture.js || fail "picture.js"

command -v chromium >/dev/null || exit 0
timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --dump-dom about:blank >/dev/null 2>&1 ||
  exit 0 # it is there and does not run here
PYTHONPATH=$SOURCE/tests/support timeout 300 python3 - <<'PYTHON' || fail "the page"
import os
from chromium import Page
from deep_zoom import read_png

def seen():
    page.wait_for("document.body.dataset.whole === 'true' && JSON.stringify(view) === JSON.stringify(goal)")
    page.screenshot("seen.png")
    return read_png("seen.png")[2]

def tile(level, column, row):
    return read_png(f"walk/picture_files/{level}/{column}_{row}.png")[2]

def compare(got, want):
    worst = max(abs(a - b) for a, b in zip(got, want, strict=True))
    assert worst <= 2, worst

def view():
    return [page.evaluate("view." + key) for key in ("x", "y", "zoom")]

def expect_view(x, y, zoom):
    seen()
    assert all(abs(a - b) < 1e-6 * max(b, 1) for a, b in zip(view(), (x, y, zoom))), (view(), (x, y, zoom))

page = Page("file://" + os.getcwd() + "/walk/viewer.html", 512, 512, "profile")
try:
    # All of it at half its size: level 9, over a seam between tiles; between the buttons above and the line below.
    rows, tiles = seen(), {at: tile(9, *at) for at in ((0, 0), (1, 0), (0, 1), (1, 1))}
    assert page.evaluate("document.title") == "picture.dzi"
    assert "inr-sample --seeds 5" in page.evaluate("document.getElementById('command').textContent")
    for y in range(100, 380):
        row, top = (0, 0) if y < 254 else (1, 253)
        compare(rows[y][:508 * 3], tiles[0, row][y - top][:254 * 3] + tiles[1, row][y - top][3:3 + 254 * 3])
    # A pixel as a pixel: the middle 512 x 512 of level 10; tile 2,2 begins at 507, which is at 251 here.
    page.key("1")
    rows, last = seen(), tile(10, 2, 2)
    for y in range(254, 380):
        compare(rows[y][254 * 3:507 * 3], last[y - 251][3 * 3:256 * 3])
    expect_view(512, 512, 1)
    page.mouse("mousePressed", 200, 200, button="left", clickCount=1)
    page.mouse("mouseMoved", 260, 170, button="left")
    page.mouse("mouseReleased", 260, 170, button="left", clickCount=1)
    expect_view(452, 542, 1)
    page.mouse("mouseWheel", 356, 256, deltaX=0, deltaY=-300)  # the point there stays
    expect_view(502, 542, 2)
    page.touch("touchStart", [(200, 300), (312, 300)])
    for i in range(1, 8):
        page.touch("touchMove", [(200 + 4 * i, 300), (312 - 4 * i, 300)])
    page.touch("touchEnd", [])
    expect_view(502, 520, 1)  # half as far apart; the point between them stays
    page.key("0")
    expect_view(512, 512, 0.5)
    page.key("+")
    page.key("ArrowRight")
    expect_view(512 + 0.15 * 512 / 0.75, 512, 0.75)
    page.evaluate("document.querySelector('[data-do=all]').click()")
    expect_view(512, 512, 0.5)
    assert not page.faults, page.faults
    assert all(address.startswith("file:///") for address in page.addresses), page.addresses
finally:
    page.close()
PYTHON
