# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal for inr-render --show: show.py STREAM STILL.ppm. STREAM holds 4 records of 32 x 32, STILL their grid.

Commands run in a session of their own on a pseudo-terminal of a given size, which answers (or does not) what terminals
are asked, and what they show is looked at. The standard library alone; works in the current folder. Exit status 77
where there are no pseudo-terminals.
"""
import base64
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import fcntl
import termios
import time

STREAM, STILL = sys.argv[1:3]
QUESTION = b"\033[c"
VT340 = b"\033[?63;1;2;3;4;6;8;9;15c"
XTERM = b"\033[?64;1;2;6;22c"
KITTY = b"\033_Gi=31;OK\033\\" + XTERM
TIMEOUT_S = 120


def run(command, columns=100, lines=40, pixels=(0, 0), answer=None, interrupt=None, typed=b"", **environment):
    """(exit status, what the terminal got). interrupt: (bytes on the screen, signal) after which to send it."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("TMUX", "STY", "NO_COLOR", "COLUMNS", "LINES", "KITTY_WINDOW_ID", "TERM_PROGRAM")}
    env.update(TERM="xterm-256color", COLORTERM="truecolor")
    env.update(environment)
    child, main = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, *pixels))
        os.execvpe("bash", ["bash", "-c", command], env)
    os.write(main, typed)
    before = termios.tcgetattr(main)
    text, asked, sent, end = b"", False, False, time.monotonic() + TIMEOUT_S
    while True:
        if not select.select([main], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(child, signal.SIGKILL)
            raise AssertionError(f"{command}: no end after {TIMEOUT_S} s; so far {text[-200:]!r}")
        try:
            more = os.read(main, 65536)
        except OSError:  # the last writer has gone
            more = b""
        if not more:
            break
        text += more
        if answer and not asked and QUESTION in text:
            asked = True
            for at in range(len(answer)):  # a slow line
                os.write(main, answer[at:at + 1])
                time.sleep(0.002)
        if interrupt and not sent and interrupt[0] in text:
            sent = True
            os.write(main, interrupt[1]) if isinstance(interrupt[1], bytes) else os.killpg(child, interrupt[1])
    assert termios.tcgetattr(main) == before, "the modes of the terminal were not restored"
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(main)
    assert (QUESTION in text) == asked or answer is None, "the terminal was not asked"
    return status, text.replace(b"\r\n", b"\n")


def pixels_of(text):
    """The rows of pixels that lines of half blocks show, the last picture only; cells with nothing below give one row."""
    rows = []
    for line in text.decode().split("\n"):
        if "\u2580" not in line:
            continue
        bar, begin, line = line.rpartition("\r\033[K")  # what a progress bar left there is cleared
        assert begin and "\u2580" not in bar and line.endswith("\033[0m"), (bar, line[:20], line[-20:])
        upper, lower, front, behind = [], [], None, None
        for codes, cells in re.findall(r"(?:\033\[([0-9;]*)m)?(\u2580?)", line):
            codes = [int(code) for code in codes.split(";")] if codes else []
            while len(codes) >= 5:
                assert codes[1] == 2, codes
                if codes[0] == 38:
                    front = bytes(codes[2:5])
                else:
                    behind = bytes(codes[2:5])
                codes = codes[5:]
            if cells:
                upper.append(front)
                lower.append(behind)
        rows.append(b"".join(upper))
        if lower[0] is not None:
            rows.append(b"".join(lower))
    return rows


def ppm(path):
    raw = open(path, "rb").read()
    width, height = map(int, raw.split(b"\n")[1].split())
    data = raw[-3 * width * height:]
    return [data[3 * width * y:3 * width * (y + 1)] for y in range(height)]


def kitty_png(text):
    pieces = re.findall(rb"\033_G([^;]*);([^\033]*)\033\\", text)
    pieces = [(keys, data) for keys, data in pieces if b"i=31" not in keys]
    assert pieces and pieces[0][0].startswith(b"a=T,f=100"), pieces[:1]
    assert [keys[-3:] for keys, _ in pieces] == [b"m=1"] * (len(pieces) - 1) + [b"m=0"]
    png = base64.b64decode(b"".join(data for _, data in pieces))
    return struct.unpack(">II", png[16:24])


def check(what, condition, text=b""):
    if not condition:
        sys.exit(f"{what}\n{text[-600:]!r}")


def main():
    try:
        os.close(pty.openpty()[0])
    except OSError as fault:
        print(f"no pseudo-terminals: {fault}", file=sys.stderr)
        sys.exit(77)
    show = f"inr-render {STREAM} --show"
    want = ppm(STILL)

    # In a large terminal a pixel is half a cell, and all of them are right.
    status, text = run(f"{show}=blocks")
    check("a grid of 64 x 64", status == 0 and pixels_of(text) == want, text)
    check("nothing is written beside it", not os.path.exists("inr-render.png"))
    check("32 lines and no word", text.count(b"\n") == 32, text)
    # In one of 80 x 24 it is made smaller: 23 lines for 46 rows.
    status, text = run(f"{show}=blocks", columns=80, lines=24)
    rows = pixels_of(text)
    check("46 x 46 pixels", status == 0 and len(rows) == 46 and {len(row) for row in rows} == {3 * 46}, text)
    # A window without a size: the environment has it.
    status, text = run(f"{show}=blocks", columns=0, lines=0, COLUMNS="20", LINES="50")
    rows = pixels_of(text)
    check("20 x 20 pixels", status == 0 and len(rows) == 20 and {len(row) for row in rows} == {3 * 20}, text)
    status, text = run(f"{show}=blocks", COLORTERM="")
    check("256 colours", status == 0 and b"38;5;" in text and b"38;2;" not in text, text)
    status, text = run(f"{show}=blocks", NO_COLOR="1")
    check("no colours", status == 0 and text.count(b"\n") == 32 and not re.search(rb"\033\[[0-9;]*m", text), text)
    status, text = run(f"{show}", TERM="dumb")
    check("no escapes", status == 0 and text.count(b"\n") == 32 and b"\033" not in text, text)

    # Terminals are asked, once and politely.
    status, text = run(show, answer=KITTY, pixels=(1000, 800))
    check("kitty", status == 0 and kitty_png(text) == (640, 640), text)  # ten times, the width of a cell
    status, text = run(show, answer=VT340, pixels=(1000, 800))
    check("sixels", status == 0 and b"\033P0;1;0q\"1;1;640;640#" in text and b"\033_Ga=T" not in text, text)
    status, text = run(show, answer=XTERM)
    check("an xterm", status == 0 and pixels_of(text) == want, text)
    begin = time.monotonic()
    status, text = run(show)
    check("no answer", status == 0 and QUESTION in text and pixels_of(text) == want and time.monotonic() - begin > 1, text)
    status, text = run(show, TMUX="/tmp/tmux")
    check("tmux is not asked", status == 0 and QUESTION not in text and pixels_of(text) == want, text)
    status, text = run(show, TERM="xterm-kitty")
    check("kitty is known", status == 0 and QUESTION not in text and kitty_png(text) == (512, 512), text)
    status, text = run(f"{show} & wait $!")  # without job control it stays in the terminal's group
    check("in the background", status == 0 and pixels_of(text) == want, text)
    status, text = run(f"set -m; {show} & wait $!")
    check("in a group of its own", status == 0 and QUESTION not in text and pixels_of(text) == want, text)
    status, text = run(f"sleep 0.3; {show}; read -r line; echo \"<$line>\"", typed=b"hello\n")
    check("what was typed is kept", status == 0 and QUESTION not in text and b"<hello>" in text, text)

    # Data goes where it goes.
    status, text = run(f"{show}=blocks -o both.ppm")
    check("shown and written", status == 0 and pixels_of(text) == want and ppm("both.ppm") == want, text)
    status, text = run(f"{show}=blocks --format ppm | cat >piped.ppm; exit ${{PIPESTATUS[0]}}")
    check("shown and piped", status == 0 and pixels_of(text) == want, text)
    check("the pipe has the picture alone", open("piped.ppm", "rb").read() == open(STILL, "rb").read())
    status, text = run(f"{show}=blocks --format png16 -o deep.png")
    check("16 bit", status == 0 and len(pixels_of(text)) == 64, text)

    # What is shown alone is refused, or not, as if it were written.
    status, text = run(f"{show}=blocks --srgb")
    check("--srgb", status == 0 and pixels_of(text) == want, text)
    for name in ("npy", "png16", "ppm", "dz"):
        status, text = run(f"{show}=blocks --format {name}")
        check(f"--format {name}", status == 2 and b"writes nothing; give -o FILE" in text, text)
    begin = time.monotonic()
    status, text = run(f"inr-render each {STREAM} --fps 4 --show=blocks")
    check("each at a pace is a film", status == 0 and text.count(b"\033[16A") == 3 and time.monotonic() - begin > 0.7, text)

    # Pictures one below the other; a film in its place.
    status, text = run(f"inr-render each {STREAM} --show=blocks", lines=200)
    each = [row for y in (0, 32) for x in (0, 1) for row in (line[96 * x:96 * (x + 1)] for line in want[y:y + 32])]
    check("each", status == 0 and pixels_of(text) == each, text)
    check("no film", not re.search(rb"\033\[\d+A", text), text)
    status, text = run(f"inr-render each {STREAM} --show=blocks -o 'each/%d.ppm'", lines=200)
    check("each, written too", status == 0 and pixels_of(text) == each and ppm("each/1.ppm") == each[32:64], text)
    for command in (f"inr-render zoom {STREAM} --to 0.2,0.2,0.6,0.6 --frames 3 --show=blocks",
                    f"inr-render zoom {STREAM} --to 0.2,0.2,0.6,0.6 --frames 3 --show=blocks -o film.y4m",
                    f"inr-render each {STREAM} --select 0-2 --format y4m --show=blocks"):
        status, text = run(command)
        check(f"a film: {command}", status == 0 and len(pixels_of(text)) == 3 * 32, text)
        check("back to its first line, twice", text.count(b"\033[16A") == 2, text)
        check("ends below it", text.rstrip(b"\r\033[K").endswith(b"\033[0m\n"), text)
    check("the film is there", open("film.y4m", "rb").read().count(b"FRAME\n") == 3)
    begin = time.monotonic()
    run(f"inr-render each {STREAM} --format y4m --fps 2 --show=blocks")
    check("half a second a frame", time.monotonic() - begin > 1.5)

    # Stopped in the middle: the last line is whole, attributes are reset.
    for number in (signal.SIGINT, signal.SIGTERM, b"\003"):
        status, text = run(f"exec {show}=blocks --res 4000 --columns 1 -o stopped.png", interrupt=(b"\033[0m", number))
        shown, _, message = text.rpartition(b"\033[0m\n")
        check("interrupted", status in (-signal.SIGINT, -signal.SIGTERM) and b"interrupted by SIG" in message, text)
        check("lines are whole", len(pixels_of(shown + b"\033[0m\n")) > 0)
        check("no file", not os.path.exists("stopped.png"))

    # Stopped while the terminal is asked, and waits for nothing.
    for number in (signal.SIGTERM, b"\003"):
        status, text = run(f"exec {show} -o stopped.png", interrupt=(QUESTION, number))
        check("ends by the signal", status in (-signal.SIGINT, -signal.SIGTERM), text)
        check("nothing was drawn", b"\033[38" not in text and not os.path.exists("stopped.png"), text)

    # No terminal anywhere.
    done = subprocess.run(f"{show} -o none.png", shell=True, stdin=subprocess.DEVNULL, capture_output=True,
                          start_new_session=True, timeout=TIMEOUT_S, check=False)
    check("no terminal", done.returncode == 2 and done.stderr.count(b"\n") == 1 and not done.stdout, done.stderr)
    check("says so", b"--show: no terminal" in done.stderr, done.stderr)
    check("nothing was written", not os.path.exists("none.png"))


main()
