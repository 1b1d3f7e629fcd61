"""Collect the defects to plant: those in `rules/synth/defects.yaml`, and those in the rules' own invalid examples."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from checker.record import Record, copied
from checker.synth.generator import Made, Maker
from checker.synth.templates import load

ROOT = Path(__file__).parent.parent
OPEN, CLOSE = "⟦", "⟧"


class Plant(Record):
    """A text that violates one rule. `places` are the expected spans; if empty, a finding at any position counts."""

    rule: str
    origin: str
    sound: str
    text: str
    places: tuple[tuple[int, int], ...]
    facts: tuple[tuple[str, str], ...] = ()
    as_of: str = ""
    profile: str = ""


def chapters() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the file name of each chapter with each of its rules, as read from YAML."""
    for path in sorted((ROOT / "rules").glob("*.yaml")):
        with open(path, encoding="utf-8") as file:
            for rule in yaml.load(file, yaml.CSafeLoader).get("rules", ()):
                yield path.name, rule


def from_examples() -> Iterator[Plant]:
    """Yield the rules' invalid examples. `sound` is the compliant telegram that an example changes, or "" if it is a
    text of its own.
    """
    bases = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "rules" / "telegrams").glob("*.txt")}
    for _, rule in chapters():
        for example in rule.get("examples", {}).get("invalid", ()):
            sound = bases[example["base"]] if "base" in example else ""
            text = sound or example["text"]
            for old, new in example.get("swap", {}).items():
                text = text.replace(str(old), str(new))
            text, places = _drawn(text)
            if example.get("anywhere"):
                places = ()
            facts = tuple((str(name), str(value)) for name, value in example.get("facts", {}).items())
            yield Plant(
                rule["id"],
                example.get("base", "a text of its own"),
                sound,
                text,
                places,
                facts,
                str(example.get("as_of", "")),
                str(example.get("profile", "")),
            )


def _drawn(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    places = []
    while OPEN in text:
        start = text.index(OPEN)
        end = text.index(CLOSE)
        places.append((start, end - 1))
        text = text[:start] + text[start + 1 : end] + text[end + 1 :]
    return text, tuple(places)


def from_synth(each: int, seed: int) -> Iterator[Plant]:
    """Yield each declared defect up to `each` times in each era and layout that it fits.

    Defects that involve several documents, sections, or a wrapper are left to the tests of the audit.
    """
    script, words = load(None)
    for template in script.templates:
        for defect in template.defects:
            if defect.twice or defect.sections or defect.lose or defect.wrapper is not None:
                continue
            maker = Maker(script, words, 1, seed, 1.0)
            rng = Random(f"{seed}-{template.id}-{defect.id}")
            only = copied(template, defects=(defect,))
            found = 0
            for _ in range(each * 40):
                sent = template.since + timedelta(days=int(rng.random() * (template.until - template.since).days))
                values = maker._values(only, sent)
                if not defect.fits(values, 1):
                    continue
                values["section_words"] = values["section_sign"] = ""
                values["signature"] = values["signer_last"]
                maker._paragraphs(only, values, 1)
                header, body = template.header(values), template.text(values)
                broken = defect.apply(values, header, body)
                if broken is None:
                    continue
                head, rest, expected, offset = broken
                place = ((offset, offset + len(expected)),) if expected else ()
                yield Plant(defect.rule, template.id, header + body, head + rest, place)
                found += 1
                if found == each:
                    break


def compliant(count: int, seed: int) -> Iterator[Made]:
    """Yield `count` synthetic telegrams without a defect."""
    from checker.synth import make

    return make(count, seed, 0.0)


def cores() -> int:
    """Return the number of processors."""
    return os.cpu_count() or 1
