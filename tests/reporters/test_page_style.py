"""Test that all pages use the same colors, and that they are readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.reporters.page_style import COLORS

WORKBENCH = Path(__file__).parents[2] / "checker" / "workbench" / "static" / "workbench.css"
GROUNDS = ("paper", "page", "select", "error-bg", "warning-bg", "info-bg")


def colors(text: str) -> list[dict[str, str]]:
    """Return the colors in a style sheet by name: first the light ones, then the dark ones."""
    parts = text.split("prefers-color-scheme:dark", 1)
    return [dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})", part)) for part in parts]


LIGHT, DARK = colors(COLORS)


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_workbench_has_no_colors_of_its_own():
    """Test that the workbench uses the colors of the reports."""
    sheet = WORKBENCH.read_text(encoding="utf-8")
    assert [] == re.findall(r"--[a-z-]+:#", sheet)
    assert set(re.findall(r"var\(--([a-z-]+)\)", sheet)) <= LIGHT.keys()


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_words_are_readable_on_every_ground(mode):
    for ground in GROUNDS:
        for name in ("text", "soft"):
            assert contrast(mode[name], mode[ground]) >= 4.5, (name, ground)
    for name in ("error", "warning", "info"):
        assert contrast(mode[name], mode[f"{name}-bg"]) >= 4.5 and contrast(mode[name], mode["paper"]) >= 4.5
    for name in ("u", "c", "s", "ts", "none"):
        assert contrast("#ffffff", mode[name]) >= 4.5, name
