"""`rules/synth/*.yaml` to compiled templates and defects: what may be said there, checked when it is read."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any

import yaml

from ..record import Record
from ..rulebook.words import load_vocabulary
from ..shipped import data_dir
from ..trouble import ConfigTrouble
from ..vocabulary import Vocabulary
from .values import Draw, Values, draw, fields, template


class Edit(Record):
    """Put `put` where `find` stands; both are templates. `last` looks from the end."""

    find: Callable[[Values], str]
    put: Callable[[Values], str]
    last: bool = False


class Defect(Record):
    """One way to break a compliant telegram, and where the finding is expected."""

    id: str
    rule: str
    templates: tuple[str, ...]
    where: dict[str, tuple[str, ...]]
    needs: frozenset[str]
    edits: tuple[Edit, ...]
    words: Callable[[Values], str] | None
    sections: bool
    twice: bool
    lose: bool
    wrapper: Callable[[Values], str] | None

    def fits(self, values: Values, sections: int) -> bool:
        """Whether this telegram can be broken this way."""
        if self.sections and sections < 2:
            return False
        if any(values.get(name) not in allowed for name, allowed in self.where.items()):
            return False
        return all(values.get(name) for name in self.needs)

    def apply(self, values: Values, header: str, body: str) -> tuple[str, str, str, int] | None:
        """Header, body, the expected words and their offset in the text; `None` if the words were not there."""
        place = -1
        text = header + body
        edge = len(header)
        try:
            words = self.words(values) if self.words is not None else None
            edits = [(edit.find(values), edit.put(values), edit.last) for edit in self.edits]
        except KeyError:  # this telegram has fewer paragraphs than the defect names
            return None
        for find, put, last in edits:
            at = text.rfind(find) if last else text.find(find)
            if at < 0:
                return None
            text = text[:at] + put + text[at + len(find) :]
            if at < edge:
                edge += len(put) - len(find)
            if place < 0:
                place = at
        place = max(place, 0)
        if words:
            found = text.find(words, place)
            place = found if found >= 0 else text.find(words)
        return text[:edge], text[edge:], words or "", place

    def outside(self, values: Values) -> str | None:
        """The level the wrapper states, where the defect changes it."""
        return self.wrapper(values) if self.wrapper is not None else None


class Paragraphs(Record):
    """How the running text of a template is made."""

    count: tuple[int, int]
    lead: Callable[[Values], str]
    mark: Callable[[Values], str]
    body: str
    after: Callable[[Values], str]
    every: int
    pause: Callable[[Values], str]


class Template(Record):
    """One era and layout."""

    id: str
    share: float
    since: date
    until: date
    profile: str
    whole: bool
    rows: tuple[Values, ...]
    steps: tuple[float, ...]
    draws: tuple[Draw, ...]
    paragraphs: Paragraphs
    header: Callable[[Values], str]
    text: Callable[[Values], str]
    defects: tuple[Defect, ...] = ()

    def row(self, chance: float) -> Values:
        """The row of values that a number from 0 to 1 falls on."""
        return self.rows[min(bisect_right(self.steps, chance * self.steps[-1]), len(self.rows) - 1)]

    def shuffled(self, rng: Random) -> list[Defect]:
        """The defects of this template, from a random one on."""
        start = int(rng.random() * len(self.defects))
        return [*self.defects[start:], *self.defects[:start]]


class Script:
    """Everything in `rules/synth/`."""

    def __init__(self, words: Any, telegrams: Any, defects: Any) -> None:
        self.lists: dict[str, list[Any]] = words["lists"]
        self.bodies: dict[str, Any] = words["bodies"]
        self.months: list[str] = self.lists["months"]
        self.section = template(words["section"])
        names = [next(iter(item)) for item in telegrams["let"]]
        self.early = names.index("post") + 1  # the serial needs the post; all else may name the serial
        self.draws = _draws(telegrams["let"], self.lists)
        broken = [_defect(item) for item in defects["defects"]]
        self.templates = [_template(item, self.lists, broken) for item in telegrams["templates"]]
        self.first = min(item.since for item in self.templates)
        self.last = max(item.until for item in self.templates)
        known = {item.id for item in self.templates}
        for defect in broken:
            for name in defect.templates:
                if name not in known:
                    raise ConfigTrouble(f"defect {defect.id}: no template is called {name}")

    def usable(self, day: date) -> date:
        """That day, or the first day after it on which some template is in use."""
        if any(item.since <= day <= item.until for item in self.templates):
            return day
        return min((item.since for item in self.templates if item.since > day), default=self.last)

    def pick(self, day: date, chance: float) -> Template:
        """A template in use on that day, by their shares."""
        usable = [item for item in self.templates if item.since <= day <= item.until]
        if len(usable) == 1:
            return usable[0]
        steps = list(accumulate(item.share for item in usable))
        return usable[min(bisect_right(steps, chance * steps[-1]), len(usable) - 1)]


def load(folder: str | None) -> tuple[Script, Vocabulary]:
    """The script and the word tables. `folder` defaults to the shipped `rules/synth`."""
    folder = folder or os.path.join(data_dir("rules"), "synth")
    parts = [_read(os.path.join(folder, f"{name}.yaml")) for name in ("words", "telegrams", "defects")]
    words = load_vocabulary(os.path.join(data_dir("rules"), "vocabulary"))
    try:
        return Script(*parts), words
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        raise ConfigTrouble(f"{folder}: {type(wrong).__name__}: {wrong}") from wrong


def _read(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def _draws(steps: list[dict[str, Any]], lists: dict[str, list[Any]]) -> list[Draw]:
    return [draw(name, spec, lists) for step in steps for name, spec in step.items()]


def _template(item: Any, lists: dict[str, list[Any]], defects: list[Defect]) -> Template:
    rows = item["rows"]
    spec = item["paragraphs"]
    pause = spec.get("break", {"every": "0", "text": ""})
    paragraphs = Paragraphs(
        (int(spec["count"][0]), int(spec["count"][1])),
        template(spec["lead"]),
        template(spec.get("mark", "")),
        spec["body"],
        template(spec["after"]),
        int(pause["every"]),
        template(pause["text"]),
    )
    return Template(
        item["id"],
        float(item["share"]),
        date.fromisoformat(item["from"]),
        date.fromisoformat(item["until"]),
        item["profile"],
        item.get("whole") == "yes",
        tuple({key: value for key, value in row.items() if key != "share"} for row in rows),
        tuple(accumulate(float(row["share"]) for row in rows)),
        tuple(_draws(item.get("let", []), lists)),
        paragraphs,
        template(item["header"]),
        template(item["text"]),
        tuple(defect for defect in defects if not defect.templates or item["id"] in defect.templates),
    )


_DEFECT_KEYS = {"id", "rule", "templates", "where", "edits", "words", "sections", "twice", "lose", "outside", "note"}


def _defect(item: Any) -> Defect:
    strange = set(item) - _DEFECT_KEYS
    if strange:
        raise ConfigTrouble(f"defect {item.get('id', item.get('rule'))}: unknown key {', '.join(sorted(strange))}")
    edits = []
    needs: set[str] = set()
    for edit in item.get("edits", []):
        needs |= fields(edit["find"]) | fields(edit["put"])
        edits.append(Edit(template(edit["find"]), template(edit["put"]), edit.get("last") == "yes"))
    where = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in item.get("where", {}).items()}
    made = {name for name in needs if name.rstrip("0123456789") in ("lead", "bare", "mark", "last_lead")}
    empty = (*made, "section_words", "section_sign", "blank", "speed_word", "caption_lines", "ref_line")
    return Defect(
        item.get("id", item["rule"].lower()),
        item["rule"],
        tuple(item.get("templates", ())),
        where,
        frozenset(needs.difference(empty)),
        tuple(edits),
        template(item["words"]) if "words" in item else None,
        item.get("sections") == "yes",
        item.get("twice") == "yes",
        item.get("lose") == "yes",
        template(item["outside"]) if "outside" in item else None,
    )
