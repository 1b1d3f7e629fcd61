"""Compile the templates and defects of the generator from `rules/synth/*.yaml`.

The first part defines the keys of the files, from which the published schema is generated. The second part loads and
checks the files.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any

from .. import rulebook
from ..errors import ConfigError, RuleError
from ..record import Record
from ..resources import data_dir
from ..rulebook.diagnostics import Diagnostic
from ..rulebook.schema import DAY, DRAFT, PROFILE, TEXT, TEXTS, JsonSchema, Key, check_schema, record
from ..rulebook.yaml_loader import RuleFile, YamlList, YamlMap, YamlNode, YamlText, plain, suggest
from ..vocabulary import Vocabulary
from .random_values import Draw, Values, draw, fields, template

_TEXT_OR_MORE: JsonSchema = {"type": ["string", "number", "array"], "items": TEXT}
_YES: JsonSchema = {"enum": ["yes"]}
_PAIR: JsonSchema = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_NAMED: JsonSchema = {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}, "minProperties": 1}
_STEPS: JsonSchema = {"type": "array", "items": _NAMED}

VALUE = (
    Key("list", TEXT, "An entry of this list of texts, drawn at random.", "titles"),
    Key("row", TEXT, "A row of this list of rows; its parts are {name_part}.", "posts"),
    Key("number", _PAIR, "A whole number from the one to the other.", [1, 9999]),
    Key("digits", {"type": "integer", "minimum": 1}, "How many digits the number is written with.", 4),
    Key("years", _PAIR, "So many years after the telegram's date.", [4, 6]),
    Key("as", TEXT, "How that day is written: d dd m mm yy yyyy ddd.", "{m}/{d}/{yy}"),
    Key("by", TEXT, "The value that chooses among `of`.", "level"),
    Key(
        "of",
        {"type": "object", "additionalProperties": TEXTS},
        "Texts to draw from, by that value.",
        {"C": ["one", "another"]},
    ),
    Key("if", TEXT, "The value that must not be empty.", "ref_post"),
    Key("then", TEXTS, "Texts to draw from where it is not.", ["REF: {ref_post}"]),
    Key("else", TEXTS, "Texts to draw from otherwise.", [""]),
)

BREAK = (
    Key("every", {"type": "integer", "minimum": 1}, "After so many paragraphs.", 3, True),
    Key("text", TEXT, "The text between the pages.", "PAGE 0{page}\n", True),
)

PARAGRAPHS = (
    Key("count", _PAIR, "How many, from and to.", [2, 7], True),
    Key("lead", TEXT, "What a paragraph begins with; {n} is its number, {mark} its mark.", "{n}. ", True),
    Key("mark", TEXT, "The portion mark.", "({level}) "),
    Key("body", TEXT, "The body of running text.", "capitals", True),
    Key("after", TEXT, "What ends it.", "\n\n", True),
    Key("break", {"$ref": "#/$defs/break"}, "Page breaks.", {"every": 3, "text": "PAGE 0{page}\n"}),
)

TEMPLATE = (
    Key("id", TEXT, "Its name, which defects refer to.", "teletype-1983", True),
    Key("share", {"type": "number", "minimum": 0}, "Its share among the templates of a day.", 8, True),
    Key("from", DAY, "The first day it is used.", "1982-08-01", True),
    Key("until", DAY, "The last day it is used.", "1995-10-13", True),
    Key("profile", PROFILE, "The profile of the telegrams.", "MY-SCHEME", True),
    Key("whole", _YES, "Whether the text is written without a wrapper's header.", "yes"),
    Key("filed", _YES, "A document of a file, which bears no telegram's number.", "yes"),
    Key(
        "rows",
        {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT_OR_MORE}, "minItems": 1},
        "Sets of values that belong together, drawn by their `share`.",
        [{"share": 1, "level": "C"}],
        True,
    ),
    Key("let", _STEPS, "Values of this template, made in this order.", [{"sum": {"number": [1, 9], "digits": 1}}]),
    Key("paragraphs", {"$ref": "#/$defs/paragraphs"}, "The running text.", {"count": [2, 7]}, True),
    Key("header", TEXT, "The template of the header.", "FM {post_name}\n", True),
    Key("text", TEXT, "The template of the text.", "{paragraphs}", True),
)

EDIT = (
    Key("find", TEXT, "The words to look for.", "E.O. 12958: {value}", True),
    Key("put", TEXT, "The replacement.", "", True),
    Key("last", _YES, "Look from the end.", "yes"),
)

DEFECT = (
    Key("rule", TEXT, "The rule that must find it.", "AUT-001", True),
    Key("id", TEXT, "Its name, where a rule has several.", "aut-001-secret"),
    Key("templates", TEXTS, "The templates it is planted in; all if not given.", ["teletype-2006"]),
    Key(
        "where",
        {"type": "object", "additionalProperties": _TEXT_OR_MORE},
        "Values a telegram must have.",
        {"level": ["C", "S"]},
    ),
    Key("edits", {"type": "array", "items": {"$ref": "#/$defs/edit"}}, "The changes, one after the other.", []),
    Key("words", TEXT, "The words at which the finding is expected.", "41{hhmm}Z"),
    Key("sections", _YES, "Only in telegrams of several sections.", "yes"),
    Key("twice", _YES, "The telegram is written twice, once as it was.", "yes"),
    Key("lose", _YES, "A section is left out.", "yes"),
    Key("outside", TEXT, "The level the wrapper states instead.", "{plain}"),
    Key("note", TEXT, "What a reader should know.", "the month has thirty days"),
)

BODY = (
    Key("of", TEXT, "The list of sentences.", "sentences", True),
    Key("width", {"type": "integer", "minimum": 20}, "Letters on a line.", 58, True),
    Key("sentences", _PAIR, "How many in a paragraph, from and to.", [2, 6], True),
)

LISTS: JsonSchema = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {"type": ["string", "number", "object"], "additionalProperties": TEXT},
        "minItems": 1,
    },
}

FILE = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("section", TEXT, "words.yaml: the section counter.", "SECTION {n} OF {m} "),
    Key("lists", LISTS, "words.yaml: texts and rows to draw from.", {"titles": ["Ambassador"]}),
    Key(
        "bodies",
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}},
        "words.yaml: how running text is made.",
        {"capitals": {"of": "sentences", "width": 58, "sentences": [2, 6]}},
    ),
    Key("let", _STEPS, "telegrams.yaml: values of every template.", [{"post": {"row": "posts"}}]),
    Key(
        "templates",
        {"type": "array", "items": {"$ref": "#/$defs/template"}, "minItems": 1},
        "telegrams.yaml: one for each era and layout.",
        [],
    ),
    Key(
        "defects",
        {"type": "array", "items": {"$ref": "#/$defs/defect"}, "minItems": 1},
        "defects.yaml: ways to break a telegram.",
        [],
    ),
)


def synth_schema() -> JsonSchema:
    """Return the JSON Schema for the generator's three files."""
    value = record(VALUE, "How a value is drawn: a text, several, or one of the ways below.", required=False)
    value["type"] = ["string", "number", "array", "object"]
    value["items"] = TEXT
    return {
        "$schema": DRAFT,
        "title": "Templates, words and defects of cablecheck's generator",
        **record(FILE, "One of words.yaml, telegrams.yaml and defects.yaml."),
        "$defs": {
            "body": record(BODY, "A kind of running text."),
            "break": record(BREAK, "Page breaks."),
            "defect": record(DEFECT, "One way to break a compliant telegram."),
            "edit": record(EDIT, "One change of words."),
            "paragraphs": record(PARAGRAPHS, "The running text of a template."),
            "template": record(TEMPLATE, "One era and layout."),
            "value": value,
        },
    }


# ---- Loading ---------------------------------------------------------------------------------------------------------
FILES = {"words": ("lists", "bodies", "section"), "telegrams": ("let", "templates"), "defects": ("defects",)}


class Edit(Record):
    """A replacement of `find` by `put`, both of which are templates. With `last`, only the last occurrence is
    replaced.
    """

    find: Callable[[Values], str]
    put: Callable[[Values], str]
    last: bool = False


class Defect(Record):
    """One way to make a compliant telegram defective, and the position where the finding is expected."""

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
        """Return whether this defect can be planted in a telegram."""
        if self.sections and sections < 2:
            return False
        if any(values.get(name) not in allowed for name, allowed in self.where.items()):
            return False
        return all(values.get(name) for name in self.needs)

    def apply(self, values: Values, header: str, body: str) -> tuple[str, str, str, int] | None:
        """Return the header and body with the edits made, the words that the finding should point to ("" if none are
        given), and their offset in the text, or -1 if they do not occur. Without words, the offset is that of the first
        edit.

        Return `None` if a text to replace does not occur, or if the telegram has too few paragraphs for this defect.
        """
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

    def source_record(self, values: Values) -> str | None:
        """Return the wrapper's level if the defect changes it."""
        return self.wrapper(values) if self.wrapper is not None else None


class Paragraphs(Record):
    """The settings for a template's running text."""

    count: tuple[int, int]
    lead: Callable[[Values], str]
    mark: Callable[[Values], str]
    body: str
    after: Callable[[Values], str]
    every: int
    pause: Callable[[Values], str]


class Template(Record):
    """The settings for telegrams from one era in one layout."""

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
    filed: bool = False  # a document of a file, without a telegram's number

    def row(self, chance: float) -> Values:
        """Return the row of values for a random number from 0 to 1."""
        return self.rows[min(bisect_right(self.steps, chance * self.steps[-1]), len(self.rows) - 1)]

    def shuffled(self, rng: Random) -> list[Defect]:
        """Return this template's defects, rotated to start with a random one."""
        start = int(rng.random() * len(self.defects))
        return [*self.defects[start:], *self.defects[:start]]


class Script:
    """The contents of `rules/synth/`."""

    def __init__(self, words: Any, telegrams: Any, defects: Any) -> None:
        self.lists: dict[str, list[Any]] = words["lists"]
        self.bodies: dict[str, Any] = words["bodies"]
        self.months: list[str] = self.lists["months"]
        self.section = template(words["section"])
        names = [next(iter(item)) for item in telegrams["let"]]
        self.early = names.index("post") + 1  # the serial needs the post; all other values may use the serial
        self.draws = _draws(telegrams["let"], self.lists)
        broken = [_defect(item) for item in defects["defects"]]
        self.templates = [_template(item, self.lists, broken) for item in telegrams["templates"]]
        self.first = min(item.since for item in self.templates)
        self.last = max(item.until for item in self.templates)

    def usable(self, day: date) -> date:
        """Return the given day, or the first later day on which some template is in use."""
        if any(item.since <= day <= item.until for item in self.templates):
            return day
        return min((item.since for item in self.templates if item.since > day), default=self.last)

    def pick(self, day: date, chance: float) -> Template:
        """Return a template that is in use on a day, drawn at random according to the templates' shares."""
        usable = [item for item in self.templates if item.since <= day <= item.until]
        if len(usable) == 1:
            return usable[0]
        steps = list(accumulate(item.share for item in usable))
        return usable[min(bisect_right(steps, chance * steps[-1]), len(usable) - 1)]


def load(folder: str | None) -> tuple[Script, Vocabulary]:
    """Load the script and the vocabulary. `folder` defaults to the shipped `rules/synth`."""
    folder = folder or os.path.join(data_dir("rules"), "synth")
    parts, items = read([os.path.join(folder, f"{name}.yaml") for name in FILES])
    if items:
        raise RuleError(list(items))
    words = rulebook.load().vocabulary
    try:
        return Script(*parts), words
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{folder}: {type(error).__name__}: {error}") from error


def read(paths: Sequence[str]) -> tuple[list[Any], list[Diagnostic]]:
    """Read the files. Return their contents, with every scalar as text, and all diagnostics."""
    items: list[Diagnostic] = []
    opened = [RuleFile.open(path, os.path.join("rules", "synth", os.path.basename(path)), items) for path in paths]
    files = {os.path.basename(path).removesuffix(".yaml"): file for path, file in zip(paths, opened, strict=True)}
    for name, file in files.items():
        if file is not None and file.tree is not None:
            check_schema("synth", file, synth_schema)
            _parts(name, file)
    telegrams = files.get("telegrams")
    if telegrams is not None and telegrams.tree is not None:
        _profiles(telegrams)
    if not items:
        _names(files)
    return [plain(file.tree) if file is not None and file.tree is not None else {} for file in opened], items


def check(paths: Sequence[str]) -> list[Diagnostic]:
    """Return the diagnostics for the generator's files, given as folders or single files."""
    items: list[Diagnostic] = []
    for path in paths:
        items += read([os.path.join(path, f"{name}.yaml") for name in FILES] if os.path.isdir(path) else [path])[1]
    return items


def _parts(name: str, file: RuleFile) -> None:
    """Check that each of the three files has its own keys and no others."""
    tree = file.tree
    if not isinstance(tree, YamlMap):
        return
    for needed in FILES.get(name, ()):
        if needed not in tree.pairs:
            file.error("R033", tree, f'the key "{needed}" is missing')
    for key, _ in tree.items():
        home = next((other for other, parts in FILES.items() if key.value in parts), name)
        if home != name and name in FILES:
            file.error("R010", key, f'"{key.value}" belongs in {home}.yaml')


def _profiles(file: RuleFile) -> None:
    """Check that each template names a profile of the shipped table."""
    known = rulebook.load().vocabulary["profiles"].codes()
    for template_node in _entries(file, "templates"):
        node = template_node.pairs["profile"][1] if "profile" in template_node.pairs else None
        if isinstance(node, YamlText) and node.value not in known:
            file.error("R018", node, f'unknown profile "{node.value}"', suggest(node.value, known).strip())


def _names(files: Mapping[str, RuleFile | None]) -> None:
    """Check that lists, bodies and templates named in one file exist in another."""
    words, telegrams, defects = (files.get(name) for name in FILES)
    if words is None or telegrams is None or defects is None:
        return
    lists, bodies = (_keys(words, part) for part in ("lists", "bodies"))
    known = [node.text("id") for node in _entries(telegrams, "templates")]
    for file, node in ((telegrams, node) for node in (telegrams.tree, *_entries(telegrams, "templates"))):
        for step in _listed(node, "let"):
            for _, spec in step.items() if isinstance(step, YamlMap) else ():
                for way in ("list", "row"):
                    _known(file, spec.get(way) if isinstance(spec, YamlMap) else None, lists, "list")
        paragraphs = node.get("paragraphs") if isinstance(node, YamlMap) else None
        _known(file, paragraphs.get("body") if isinstance(paragraphs, YamlMap) else None, bodies, "body")
    for node in _entries(defects, "defects"):
        for name in _listed(node, "templates"):
            _known(defects, name, known, "template")


def _known(file: RuleFile, node: YamlNode | None, names: Sequence[str], what: str) -> None:
    if isinstance(node, YamlText) and node.value not in names:
        file.error("R009", node, f"unknown {what} {node.value}", suggest(node.value, names))


def _keys(file: RuleFile, part: str) -> list[str]:
    found = file.tree.get(part) if isinstance(file.tree, YamlMap) else None
    return list(found.pairs) if isinstance(found, YamlMap) else []


def _listed(node: YamlNode | None, part: str) -> list[YamlNode]:
    found = node.get(part) if isinstance(node, YamlMap) else None
    return found.items if isinstance(found, YamlList) else []


def _entries(file: RuleFile, part: str) -> list[YamlMap]:
    return [node for node in _listed(file.tree, part) if isinstance(node, YamlMap)]


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
        item.get("filed") == "yes",
    )


def _defect(item: Any) -> Defect:
    edits = []
    needs: set[str] = set()
    for edit in item.get("edits", []):
        needs |= fields(edit["find"]) | fields(edit["put"])
        edits.append(Edit(template(edit["find"]), template(edit["put"]), edit.get("last") == "yes"))
    where = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in item.get("where", {}).items()}
    made = {name for name in needs if name.rstrip("0123456789") in ("lead", "bare", "mark", "last_lead")}
    empty = (*made, "section_words", "section_sign", "signature", "blank", "speed_word", "caption_lines", "ref_line")
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
