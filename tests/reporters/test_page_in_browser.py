"""The HTML page in a real browser at two widths: it is drawn, nothing sticks out, its script runs under its policy."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from checker.config import settle
from checker.linter import lint
from checker.record import copied
from checker.reporters import render

ROOT = Path(__file__).parents[2]
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.skipif(BROWSER is None, reason="no browser here"), pytest.mark.slow]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb"]
ERROR, PAPER, GROUND = (253, 234, 232), (255, 255, 255), (245, 246, 248)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = {"rules": (str(ROOT / "tests" / "runs" / "pack"),), "select": ("TST", "TST-003")}
    documents = ROOT / "tests" / "runs" / "documents"
    outcome = lint([str(documents / "defects.txt")], copied(settle(words, isolated=True), with_text=True))
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text("".join(render("html", outcome)), encoding="utf-8")
    return path


def browse(page: Path, *words: str) -> bytes:
    profile = page.parent / "profile"
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", *words, page.as_uri()]
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout


def pixels(path: Path) -> tuple[int, list[bytes]]:
    """Bytes a pixel and the rows of a PNG of eight bits a channel."""
    data, at, packed = path.read_bytes(), 8, b""
    width = kind = 0
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"IHDR":
            width, _, _, kind = struct.unpack(">IIBB", data[at + 8 : at + 18])
        if name == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    step = {2: 3, 6: 4}[kind]
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * step)
    size = width * step + 1
    for start in range(0, len(raw), size):
        before = unfiltered(raw[start], bytearray(raw[start + 1 : start + size]), before, step)
        rows.append(bytes(before))
    return step, rows


def unfiltered(kind: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    for index in range(len(row)):
        left = row[index - step] if index >= step else 0
        up = above[index]
        corner = above[index - step] if index >= step else 0
        if kind == 1:
            row[index] = (row[index] + left) & 255
        elif kind == 2:
            row[index] = (row[index] + up) & 255
        elif kind == 3:
            row[index] = (row[index] + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
            row[index] = (row[index] + near[2]) & 255
    return row


@pytest.mark.parametrize(("width", "height"), [(900, 1000), (400, 1000)])
def test_the_page_is_drawn_and_nothing_sticks_out(page: Path, width: int, height: int) -> None:
    picture = page.parent / f"{width}.png"
    browse(page, f"--window-size={width},{height}", f"--screenshot={picture}")
    step, rows = pixels(picture)
    colours = {tuple(row[at : at + 3]) for row in rows for at in range(0, len(row), step)}
    assert {ERROR, PAPER, GROUND} <= colours
    edge = {tuple(row[-step:][:3]) for row in rows}
    assert {GROUND} == edge, "the margin on the right is empty"


def test_the_script_runs_under_the_policy_and_shows_the_filters(page: Path) -> None:
    assert b'<form class="filters" hidden' in page.read_bytes()
    dom = browse(page, "--dump-dom")
    assert b'<form class="filters">' in dom
