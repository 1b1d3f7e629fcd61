"""Ordinary words with digits are no sign of damage: a cable that speaks of aircraft is judged like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.text import Source, View

ROOT = Path(__file__).parents[2]
WORDS = (
    "UH1H MI8MT MI24V F16C F18E KC135R B52H C130J AK47S A320S C4ISR H1N1 COVID19 UNSCR1540 P5PLUS1 G8 G20 5TH 1ST 21ST "
    "3RD 10MM 25MM 12H30 PL480 TU154M SU27SK S300PMU SA6S T72B BMP2S M16A1 UTC3 AH1W CH47D EC2B 4X4 IL76TD 1540S 90S "
    "0800Z 141530Z08 INMARSAT5F 02AUG07 12C34 B1B2 R2P U2S GAO07R NY10019 SW1A 2AB OPEC10+ 2G 3G 4GW 100KM2 CO2E PM2.5"
)
ORDINARY = WORDS.split()
BROKEN = "Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).\n"


@pytest.mark.parametrize("lower", [False, True], ids=["capitals", "mixed"])
@pytest.mark.parametrize("words", [*([word] for word in ORDINARY), ORDINARY], ids=[*ORDINARY, "all of them"])
def test_a_telegram_with_ordinary_designations_keeps_its_findings(words: list[str], lower: bool) -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    told = " ".join(words).lower() if lower else " ".join(words)
    text = text.replace("two more carriages", f"two more carriages, {told} among them").replace(BROKEN, "")
    source, book = Source("x", text), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    assert [finding.rule for finding in engine.judge(telegram, source, book, "x", "").findings] == ["AUT-006"]
