"""Compile the generator's templates and defects from `rules/synth/*.yaml`.

The first part defines the keys of these files; the published schema is generated from them. The second part loads and
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
    Key("list", TEXT, "The name of a list of texts; one of them is drawn at random.", "titles"),
    Key("row", TEXT, "The name of a list of rows; one is drawn at random, and {name_part} is a part of it.", "posts"),
    Key("number", _PAIR, "The smallest and the largest number that may be drawn.", [1, 9999]),
    Key("digits", {"type": "integer", "minimum": 1}, "The number of digits, with leading zeros.", 4),
    Key("years", _PAIR, "The smallest and the largest number of years after the telegram's date.", [4, 6]),
    Key("as", TEXT, "The format of the date, with {d}, {dd}, {m}, {mm}, {yy}, {yyyy}, and {ddd}.", "{m}/{d}/{yy}"),
    Key("by", TEXT, "The name of the value that selects the texts in `of`.", "level"),
    Key(
        "of",
        {"type": "object", "additionalProperties": TEXTS},
        "The texts to draw from, for each value of `by`.",
        {"C": ["one", "another"]},
    ),
    Key("if", TEXT, "The name of the value that is tested.", "ref_post"),
    Key("then", TEXTS, "The texts to draw from if the value is not empty.", ["REF: {ref_post}"]),
    Key("else", TEXTS, "The texts to draw from otherwise.", [""]),
)

BREAK = (
    Key("every", {"type": "integer", "minimum": 1}, "The number of paragraphs on a page.", 3, True),
    Key("text", TEXT, "The text between two pages.", "PAGE 0{page}\n", True),
)

PARAGRAPHS = (
    Key("count", _PAIR, "The smallest and the largest number of paragraphs.", [2, 7], True),
    Key("lead", TEXT, "The beginning of a paragraph; {n} is its number and {mark} its portion mark.", "{n}. ", True),
    Key("mark", TEXT, "The format of the portion mark; {mark} is the level.", "({mark}) "),
    Key("body", TEXT, "The name of the kind of running text, one of `bodies` in words.yaml.", "capitals", True),
    Key("after", TEXT, "The text after each paragraph.", "\n\n", True),
    Key("break", {"$ref": "#/$defs/break"}, "Page breaks.", {"every": 3, "text": "PAGE 0{page}\n"}),
)

TEMPLATE = (
    Key("id", TEXT, "The name of the template, to which defects refer.", "teletype-1983", True),
    Key("share", {"type": "number", "minimum": 0}, "How often it is used, relative to the other templates.", 8, True),
    Key("from", DAY, "The first day on which it is used.", "1982-08-01", True),
    Key("until", DAY, "The last day on which it is used.", "1995-10-13", True),
    Key("profile", PROFILE, "The profile of the telegrams.", "MY-SCHEME", True),
    Key("whole", _YES, "The telegrams are never divided into sections.", "yes"),
    Key("filed", _YES, "The documents belong to a file and have no telegram number.", "yes"),
    Key(
        "rows",
        {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT_OR_MORE}, "minItems": 1},
        "Sets of values that belong together; `share` is how often each is drawn, relative to the others.",
        [{"share": 1, "level": "C"}],
        True,
    ),
    Key("let", _STEPS, "The template's own values, drawn in this order.", [{"sum": {"number": [1, 9], "digits": 1}}]),
    Key("paragraphs", {"$ref": "#/$defs/paragraphs"}, "The paragraphs.", {"count": [2, 7]}, True),
    Key("header", TEXT, "The template of the header.", "FM {post_name}\n", True),
    Key("text", TEXT, "The template of the text.", "{paragraphs}", True),
)

EDIT = (
    Key("find", TEXT, "The text to replace.", "E.O. 12958: {value}", True),
    Key("put", TEXT, "The replacement.", "", True),
    Key("last", _YES, "Replace the last occurrence instead of the first.", "yes"),
)

DEFECT = (
    Key("rule", TEXT, "The rule that must report the defect.", "AUT-001", True),
    Key("id", TEXT, "The name of the defect; by default, the rule's id in lower case.", "aut-001-secret"),
    Key("templates", TEXTS, "The templates in which it is planted; by default, all.", ["teletype-2006"]),
    Key(
        "where",
        {"type": "object", "additionalProperties": _TEXT_OR_MORE},
        "The values that a telegram must have.",
        {"level": ["C", "S"]},
    ),
    Key("edits", {"type": "array", "items": {"$ref": "#/$defs/edit"}}, "The changes to the text, in order.", []),
    Key("words", TEXT, "The words at which the finding is expected.", "41{hhmm}Z"),
    Key("sections", _YES, "Plant it only in telegrams that are divided into sections.", "yes"),
    Key("twice", _YES, "Write the telegram twice: unchanged, then with the defect.", "yes"),
    Key("lose", _YES, "Omit the last section.", "yes"),
    Key("outside", TEXT, "The level that the wrapper states instead of the telegram's.", "{plain}"),
    Key("note", TEXT, "A remark for people who read the file.", "the month has thirty days"),
)

BODY = (
    Key("of", TEXT, "The name of a list of sentences.", "sentences", True),
    Key("width", {"type": "integer", "minimum": 20}, "The maximum number of characters on a line.", 58, True),
    Key("sentences", _PAIR, "The smallest and the largest number of further sentences in a paragraph.", [2, 6], True),
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
    Key("section", TEXT, "words.yaml: the format of the section counter.", "SECTION {n} OF {m} "),
    Key("lists", LISTS, "words.yaml: lists of texts or rows to draw from.", {"titles": ["Ambassador"]}),
    Key(
        "bodies",
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}},
        "words.yaml: the kinds of running text.",
        {"capitals": {"of": "sentences", "width": 58, "sentences": [2, 6]}},
    ),
    Key("let", _STEPS, "telegrams.yaml: values for all templates.", [{"post": {"row": "posts"}}]),
    Key(
        "templates",
        {"type": "array", "items": {"$ref": "#/$defs/template"}, "minItems": 1},
        "telegrams.yaml: the templates, one for each era and layout.",
        [],
    ),
    Key(
        "defects",
        {"type": "array", "items": {"$ref": "#/$defs/defect"}, "minItems": 1},
        "defects.yaml: the defects that can be planted in a telegram.",
        [],
    ),
)


def synth_schema() -> JsonSchema:
    """Return the JSON Schema for the generator's three files."""
    value = record(
        VALUE,
        "How a value is drawn: a text, a list of texts to draw from, or a mapping with these keys.",
        required=False,
    )
    value["type"] = ["string", "number", "array", "object"]
    value["items"] = TEXT
    return {
        "$schema": DRAFT,
        "title": "Templates, words and defects of cablecheck's generator",
        **record(FILE, "One of words.yaml, telegrams.yaml, and defects.yaml."),
        "$defs": {
            "body": record(BODY, "A kind of running text."),
            "break": record(BREAK, "Page breaks."),
            "defect": record(DEFECT, "A defect that can be planted in a compliant telegram."),
            "edit": record(EDIT, "One change to the text."),
            "paragraphs": record(PARAGRAPHS, "The paragraphs of a template."),
            "template": record(TEMPLATE, "A template for one era and layout."),
            "value": value,
        },
    }


# ---- Loading ---------------------------------------------------------------------------------------------------------
FILES = {"words": ("lists", "bodies", "section"), "telegrams": ("let", "templates"), "defects": ("defects",)}


class Edit(Record):
    """A change that replaces one occurrence of the template `find` with the template `put`: the first one or, with
    `last`, the last one.
    """

    find: Callable[[Values], str]
    put: Callable[[Values], str]
    last: bool = False


class Defect(Record):
    """A defect that can be planted in a compliant telegram, and the words at which the finding is expected."""

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
        """Return whether this defect can be planted in a telegram with these values and this number of sections."""
        if self.sections and sections < 2:
            return False
        if any(values.get(name) not in allowed for name, allowed in self.where.items()):
            return False
        return all(values.get(name) for name in self.needs)

    def apply(self, values: Values, header: str, body: str) -> tuple[str, str, str, int] | None:
        """Return the header and body after the edits, the words at which the finding is expected ("" if the defect
        specifies none), and their offset in the text, or -1 if they do not occur. Without words, the offset is that of
        the first edit.

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
        """Return the level that the defect puts into the record around the telegram, or None if it does not change that
        level.
        """
        return self.wrapper(values) if self.wrapper is not None else None


class Paragraphs(Record):
    """A template's settings for paragraphs: their number, lead, portion mark, text, and page breaks."""

    count: tuple[int, int]
    lead: Callable[[Values], str]
    mark: Callable[[Values], str]
    body: str
    after: Callable[[Values], str]
    every: int
    pause: Callable[[Values], str]


class Template(Record):
    """A template for telegrams from one era in one layout."""

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
    filed: bool = False  # the documents belong to a file and have no telegram number

    def row(self, chance: float) -> Values:
        """Return the row of values that a random number from 0 to 1 selects, according to the rows' shares."""
        return self.rows[min(bisect_right(self.steps, chance * self.steps[-1]), len(self.rows) - 1)]

    def shuffled(self, rng: Random) -> list[Defect]:
        """Return this template's defects, rotated to start with a random one."""
        start = int(rng.random() * len(self.defects))
        return [*self.defects[start:], *self.defects[:start]]


class Script:
    """The compiled contents of the generator's three files."""

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
        """Return the given day or, if no template is in use then, the next day on which one is."""
        if any(item.since <= day <= item.until for item in self.templates):
            return day
        return min((item.since for item in self.templates if item.since > day), default=self.last)

    def pick(self, day: date, chance: float) -> Template:
        """Return the template that a random number from 0 to 1 selects among those in use on a day, according to their
        shares.
        """
        usable = [item for item in self.templates if item.since <= day <= item.until]
        if len(usable) == 1:
            return usable[0]
        steps = list(accumulate(item.share for item in usable))
        return usable[min(bisect_right(steps, chance * steps[-1]), len(usable) - 1)]


def load(folder: str | None) -> tuple[Script, Vocabulary]:
    """Return the script in a folder (default: the shipped `rules/synth`) and the vocabulary. Raises `RuleError` or
    `ConfigError` if a file is invalid.
    """
    if folder and not os.path.isdir(folder):
        raise ConfigError(f"--templates: {folder} is not a folder")
    folder = folder or os.path.join(data_dir("rules"), "synth")
    parts, items = read([os.path.join(folder, f"{name}.yaml") for name in FILES])
    if items:
        raise RuleError(list(items))
    words = rulebook.load().vocabulary
    try:
        return Script(*parts), words
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{folder}: {type(error).__name__}: {error}") from error


def _shown(path: str) -> str:
    """Return the name under which errors report a file: the given path, or `rules/synth/...` for a shipped file."""
    shipped = os.path.join(data_dir("rules"), "synth")
    own = os.path.abspath(os.path.dirname(path)) != os.path.abspath(shipped)
    return path if own else os.path.join("rules", "synth", os.path.basename(path))


def read(paths: Sequence[str]) -> tuple[list[Any], list[Diagnostic]]:
    """Read and check the generator's files. Return their contents, with every scalar as text, and all diagnostics."""
    items: list[Diagnostic] = []
    opened = [RuleFile.open(path, _shown(path), items) for path in paths]
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
    """Return the diagnostics for generator files. `paths` are single files, or folders that contain all three files."""
    items: list[Diagnostic] = []
    for path in paths:
        items += read([os.path.join(path, f"{name}.yaml") for name in FILES] if os.path.isdir(path) else [path])[1]
    return items


def _parts(name: str, file: RuleFile) -> None:
    """Report the keys that a generator file lacks, and the keys that belong in another generator file."""
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
    """Report templates with a profile that is not in the shipped `profiles` table."""
    known = rulebook.load().vocabulary["profiles"].codes()
    for template_node in _entries(file, "templates"):
        node = template_node.pairs["profile"][1] if "profile" in template_node.pairs else None
        if isinstance(node, YamlText) and node.value not in known:
            file.error("R018", node, f'unknown profile "{node.value}"', suggest(node.value, known).strip())


def _names(files: Mapping[str, RuleFile | None]) -> None:
    """Report names of lists, bodies, and templates that none of the files defines."""
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
