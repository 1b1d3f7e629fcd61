"""Generate telegrams from templates, in date order, with consecutive serial numbers, references to earlier telegrams,
and, if requested, planted defects.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from ..record import Record
from ..vocabulary import Vocabulary
from .random_values import Values, date_values
from .templates import Defect, Script, Template, load

PARAGRAPHS = 32  # more than any document has, so that every paragraph of a corpus contains a number of its own


class Planted(Record):
    """A defect planted in a telegram: the rule it violates, the words at which the finding is expected, and their
    offset in the telegram's text in code points. `document` is the telegram's number in the corpus.
    """

    cable: str
    rule: str
    defect: str
    words: str
    offset: int
    document: int


class Made(Record):
    """A synthetic telegram. `number` is its 1-based document number in the corpus; `text` is the header followed by the
    body.
    """

    number: int
    cable: str
    sent: date
    time: str
    source_record: str
    origin: str
    references: tuple[str, ...]
    header: str
    body: str
    profile: str
    template: str
    planted: tuple[Planted, ...] = ()

    @property
    def text(self) -> str:
        """Return the telegram as plain text."""
        return self.header + self.body


class Earlier(Record):
    """The data about a telegram that later telegrams need in order to refer to it."""

    year: int
    post: str
    serial: int
    rank: int
    cable: str


def make(count: int, seed: int, defects: float, folder: str | None = None) -> Iterator[Made]:
    """Yield at least `count` documents in date order; the last telegram is complete even if it has several sections.

    `defects` is the share of telegrams (0 to 1) in which a defect is planted. Raises `RuleError` or `ConfigError` if
    the data in `folder` (default: the shipped `rules/synth`) is invalid.
    """
    script, words = load(folder)
    return Maker(script, words, count, seed, defects).run()


class Maker:
    """The state of one generator run: the random numbers, the serial numbers used, and the recent telegrams."""

    def __init__(self, script: Script, words: Vocabulary, count: int, seed: int, defects: float) -> None:
        self.script = script
        self.rng = Random(seed)
        self.count = count
        self.share = defects
        self.rank = {entry.code: entry.rank or 0 for entry in words["levels"].entries}
        self.serials: dict[tuple[str, int], int] = {}
        self.recent: deque[Earlier] = deque(maxlen=60)
        self.bodies = {name: _pool(self.rng, spec, script) for name, spec in script.bodies.items()}
        self.made = 0

    def run(self) -> Iterator[Made]:
        """Yield the documents in date order."""
        first, last = self.script.first, self.script.last
        days = (last - first).days
        while self.made < self.count:
            at = (self.made + self.rng.random()) / self.count
            sent = self.script.usable(first + timedelta(days=int(at * days)))
            yield from self._telegram(self.script.pick(sent, self.rng.random()), sent)

    def _telegram(self, template: Template, sent: date) -> Iterator[Made]:
        """Yield the documents for one telegram: one per section, or two if a defect repeats the telegram."""
        defect, sections = self._choose(template)
        values = self._values(template, sent)
        if defect is not None and not defect.fits(values, sections):
            defect = next((d for d in template.shuffled(self.rng) if d.fits(values, sections)), None)
        number = 1
        lost = defect is not None and defect.lose
        for section in range(1, sections if lost else sections + 1):
            several = {"n": f"{section:02d}", "m": f"{sections:02d}"} if sections > 1 else None
            values["section_words"] = self.script.section(several) if several else ""
            values["section_sign"] = f"/{section:02d}" if several else ""
            values["signature"] = values["signer_last"] if section == sections else ""  # the last section is signed
            number = self._paragraphs(template, values, number)
            breaks = defect if lost or section == sections else None
            yield from self._documents(template, values, breaks)
        if not template.filed:
            self._remember(values)

    def _choose(self, template: Template) -> tuple[Defect | None, int]:
        """Return the defect to plant, or None, and the number of sections."""
        rng = self.rng
        if rng.random() < self.share and template.defects:
            defect = template.defects[int(rng.random() * len(template.defects))]
            return defect, 2 if defect.sections else 1  # most rules do not apply to a section of a telegram
        return None, 2 if not template.whole and rng.random() < 0.04 else 1

    def _documents(self, template: Template, values: Values, defect: Defect | None) -> Iterator[Made]:
        header, body = template.header(values), template.text(values)
        broken = defect.apply(values, header, body) if defect is not None else None
        if defect is None or broken is None:
            yield self._made(template, values, header, body, ())
            return
        if defect.twice:
            yield self._made(template, values, header, body, ())
        new_header, new_body, words, offset = broken
        planted = Planted(values["cable"], defect.rule, defect.id, words, offset, self.made + 1)
        yield self._made(template, values, new_header, new_body, (planted,), defect.source_record(values))

    def _made(
        self,
        template: Template,
        values: Values,
        header: str,
        body: str,
        planted: tuple[Planted, ...],
        source_record: str | None = None,
    ) -> Made:
        self.made += 1
        return Made(
            self.made,
            values["cable"],
            values["sent"],
            values["hhmm"],
            source_record or values["outside"],
            f"{values['post_office']} {values['post_city']}",
            values["references"],
            header,
            body,
            template.profile,
            template.id,
            planted,
        )

    def _values(self, template: Template, sent: date) -> Values:
        rng = self.rng
        values = date_values(sent)
        values["sent"] = sent
        month = self.script.months[sent.month - 1]
        values["mon"], values["Mon"] = month, month.capitalize()
        values["hhmm"] = f"{int(rng.random() * 24):02d}{int(rng.random() * 60):02d}"
        values.update(template.row(rng.random()))
        for step in self.script.draws[: self.script.early]:
            step(rng, values)
        self._number(values, sent, template.filed)
        self._refer(values, sent)
        for step in self.script.draws[self.script.early :]:
            step(rng, values)
        for step in template.draws:
            step(rng, values)
        return values

    def _number(self, values: Values, sent: date, filed: bool) -> None:
        """Set the post's next serial number for the year, and the telegram's name. Documents of a file (`filed`) are
        numbered separately.
        """
        key = (f"{values['post_name']}-" if filed else values["post_name"], sent.year)
        serial = self.serials.get(key, 0) + 1
        self.serials[key] = serial
        values["serial"] = str(serial)
        for digits in (4, 5, 6):
            values[f"serial{digits}"] = str(serial).zfill(digits)
        values["station_serial"] = str(serial % 10000).zfill(4)
        post = values["post_name"].replace(" ", "")
        values["cable"] = f"{post}-{sent.year}-{serial}" if filed else f"{sent.year % 100:02d}{post}{serial}"

    def _refer(self, values: Values, sent: date) -> None:
        """Set a reference to an earlier telegram of the same year whose classification is not higher, or an empty
        reference if there is none.
        """
        values["ref_post"] = values["ref_serial"] = values["ref_yy"] = ""
        values["references"] = ()
        rank = self.rank.get(values["level"], 0)
        for earlier in self.recent:
            if earlier.year == sent.year and earlier.rank <= rank:
                values["ref_post"], values["ref_serial"] = earlier.post, str(earlier.serial)
                values["ref_yy"] = f"{earlier.year % 100:02d}"
                values["references"] = (earlier.cable,)
                return

    def _remember(self, values: Values) -> None:
        rank = self.rank.get(values["level"], 0)
        entry = Earlier(values["sent"].year, values["post_name"], int(values["serial"]), rank, values["cable"])
        if self.rng.random() < 0.5:
            self.recent.appendleft(entry)
        else:
            self.recent.append(entry)

    def _paragraphs(self, template: Template, values: Values, number: int) -> int:
        """Set `paragraphs`, and store each paragraph's lead and mark as separate values. Return the number of the next
        paragraph.
        """
        rng = self.rng
        spec = template.paragraphs
        low, high = spec.count
        count = low + int(rng.random() * (high - low + 1))
        pool = self.bodies[spec.body]
        marks: list[str] = values.get("marks") or []
        number = max(number, int(values.get("start", 1)))
        after = spec.after(values)
        text: list[str] = []
        for index in range(count):
            mark = marks[0 if index == 0 else int(rng.random() * len(marks))] if marks else ""
            shown = spec.mark({"mark": mark}) if mark else ""
            lead = spec.lead({"n": number, "mark": shown})
            before, after_number = pool[int(rng.random() * len(pool))]
            text.append(f"{lead}{before}{self.made * PARAGRAPHS + index + 1000}{after_number}{after}")
            values[f"lead{index + 1}"] = lead
            values[f"bare{index + 1}"] = spec.lead({"n": number, "mark": ""})
            values[f"mark{index + 1}"] = mark
            if spec.every and (index + 1) % spec.every == 0 and index + 1 < count:
                values["page"] = str((index + 1) // spec.every + 1)
                text.append(spec.pause(values))
            number += 1
        values["last_lead"] = lead
        values["paragraphs"] = "".join(text)
        return number


def _pool(rng: Random, spec: dict[str, Any], script: Script) -> list[tuple[str, str]]:
    """Return 300 paragraphs of wrapped text, each in two parts: a number is inserted between them to make the paragraph
    unique.
    """
    sentences = script.lists[spec["of"]]
    low, high = (int(number) for number in spec["sentences"])
    numbered = [sentence for sentence in sentences if "%" in sentence]
    pool = []
    for _ in range(300):
        chosen = [rng.choice(numbered).replace("%", "\0", 1)]
        chosen += [rng.choice(sentences).replace("%", str(rng.randint(11, 98))) for _ in range(rng.randint(low, high))]
        rng.shuffle(chosen)
        before, after_number = _wrapped("  ".join(chosen), int(spec["width"])).split("\0")
        pool.append((before, after_number))
    return pool


def _wrapped(text: str, width: int) -> str:
    """Return the text wrapped to lines of at most `width` characters. The first line is 12 characters shorter, because
    the paragraph number and portion mark precede it.
    """
    lines, line, available = [], "", width - 12
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > available:
            lines.append(line.rstrip())
            line, available = word, width
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])
