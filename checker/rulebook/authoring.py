"""Implement the rule commands (`explain`, `rules test`, `rules new`, and `rules schema`) as functions that return
text.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..errors import count, did_you_mean
from ..model import Subject
from ..record import Record, copied
from ..resources import data_dir
from ..vocabulary import Entry, Table, Vocabulary
from . import load
from .editor_schema import rules_editor_schema
from .examples import ExampleResult, fails_without, run_examples, run_mutants, stale_equivalents, telegram_of
from .field_types import value_text
from .ir import Data
from .loader import Library, base_telegrams, neighbor_folders
from .mutation import Mutant
from .rule import Rule, Rulebook
from .schema import CITATION, EXAMPLE, FILE, RULE, SCHEMAS, schema
from .tracing import ELEMENT, TELEGRAM, condition_in_words
from .yaml_loader import RuleFile, YamlList, YamlMap, flow_yaml


def explain(rule: Rule, url: str = "", sources: Table | None = None) -> str:
    """Return the text that `explain` shows for a rule.

    `url` is the address of a rule's page, with `{rule}` in place of the rule id. `sources` is the table that contains
    the titles of sources.
    """
    details = rule.details
    lines = [f"{rule.id}  {rule.name}", "", rule.summary]
    if rule.because:
        lines += ["", f"Why: {rule.because}"]
    changed = f" ({rule.changed})" if rule.changed else ""
    lines += ["", f"Severity: {rule.severity_text}{changed}   Status: {rule.status}"]
    lines.append(f"Profiles: {', '.join(rule.profile)}   Documents: {_era(rule)}")
    if rule.aliases:
        lines.append(f"Former ids and names: {', '.join(rule.aliases)}")
    if rule.replaced_by:
        lines.append(f"Replaced by {rule.replaced_by} since {details['since']}: {details['reason']}")
    lines += ["", "Sources:", *(f"  {line}" for cited in rule.data["cite"] for line in source_lines(cited, sources))]
    lines += ["", "Condition:", *(f"  {line}" for line in _conditions(details))]
    if rule.help:
        lines += ["", f"What to do: {rule.help}"]
    suggest = details.get("suggest")
    lines += ["", f"Suggestion: {('safe' if suggest.get('safe') else 'needs --unsafe-fixes') if suggest else 'none'}"]
    for kind, title in (
        ("invalid", "Fails:"),
        ("valid", "Passes:"),
        ("not_applicable", "Not applicable:"),
        ("unknown", "Undetermined:"),
    ):
        found = [example for example in rule.examples if example["kind"] == kind]
        if found:
            title = title.replace(":", " (at ⟦ ⟧):") if found[0]["places"] else title
            lines += ["", title, *(f"  {line}".rstrip() for line in _excerpt(found[0]))]
    file, line, _ = rule.place
    lines += ["", f"Defined in {file}, line {line}, chapter {rule.chapter}"]
    lines += [f"Page: {url.replace('{rule}', rule.id)}"] if url else []
    return "\n".join(lines) + "\n"


def explain_entries(vocabulary: Vocabulary, entries: Iterable[tuple[Table, Entry]], ranks: bool = False) -> str:
    """Return the meaning of vocabulary entries as plain text: title, years, place, consequences, and source.

    If `ranks` is true, the rank is included. Rules compare ranks, but readers of a report do not need them.
    """
    blocks = []
    for table, entry in entries:
        lines = [f"{entry.code}: {entry.title or table.title}"]
        place = vocabulary["places"].get(table.name) if "places" in vocabulary else None
        if place is not None:
            lines.append(f"Place: {place.title}")
        lines += [f"Rank: {entry.rank}"] if ranks and entry.rank is not None else []
        dates = [f"from {entry.since}" if entry.since else "", f"until {entry.until}" if entry.until else ""]
        if any(dates):
            lines.append(f"In use {' '.join(filter(None, dates))}")
        others = [form for form in entry.spellings() if form not in (entry.code, entry.title)]
        if others:
            lines.append(f"Spellings: {', '.join(others)}")
        lines += _consequences(vocabulary, table, entry)
        source = vocabulary["sources"].get(entry.source) if "sources" in vocabulary else None
        origin = f"; source: {source.title if source is not None else entry.source}" if entry.source else ""
        lines.append(f"Table: {table.name} ({table.title}){origin}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


_FACTS = {
    "clause": "Provision: {}",
    "levels": "Levels: {}",
    "date": "Date or event after it: {}",
    "years": "Lasts at most {} years from the date of the document",
    "carry": "No longer valid: {} years from the date of the source replace it",
    "needs": "Comes with {}",
    "requires": "Comes with {}",
    "excludes": "Not together with {}",
    "use": "Today: {}",
    "replaced_by": "Today: {}",
    "note": "Note: {}",
}
"""The phrase with which `explain` shows each fact of an entry, in the order in which they are shown."""


def _consequences(vocabulary: Vocabulary, table: Table, entry: Entry) -> Iterator[str]:
    """Yield lines about an entry's consequences: its provision, levels, required and excluded entries, and how long it
    keeps a document classified.
    """
    for name, words in _FACTS.items():
        if entry.facts.get(name):
            yield words.format(", ".join(entry.facts[name]))
    if table.name not in ("instructions", "exemptions", "downgrading_groups") or "durations" not in vocabulary:
        return
    kind = entry.fact("kind") or entry.code
    for row in vocabulary["durations"]:
        era, _, rest = row.code.partition("/")
        if rest.partition("/")[0] == kind and (row.fact("years") or row.fact("like")):
            order = vocabulary["eras"].get(era)
            ends = " and the rest of that year" if row.fact("ends") == "year" else ""
            where = f" ({row.fact('clause')})" if row.fact("clause") else ""
            name = f"E.O. {order.fact('number') or era}: " if order is not None else ""
            yield f"{name}{row.title}: {row.fact('years')} years{ends}{where}"


def explain_marking(vocabulary: Vocabulary, marking: str) -> str:
    """Return the meaning of each part of a marking such as S//NF, or an empty string if any part is not in a table."""
    blocks = []
    for part in re.split(r"/{1,2}|, ?", marking.strip().strip("()").upper()):
        found = [(table, entry) for table, entry in vocabulary.find(part.strip()) if table.name in _MARKING_TABLES]
        if not found:
            return ""
        blocks.append(explain_entries(vocabulary, found[:1]))
    return "\n\n".join(blocks)


def marking_codes(vocabulary: Vocabulary) -> list[str]:
    """Return the codes and spellings in the tables of levels, captions, controls, and other marking components."""
    tables = [vocabulary[name] for name in _MARKING_TABLES if name in vocabulary]
    return [form for table in tables for entry in table for form in (entry.code, *entry.spellings())]


def explain_key(name: str, book: Rulebook) -> str:
    """Return the text that `explain` shows for a key in rule files or for a base telegram, or an empty string for any
    other name.

    For the `base` key, the text lists what each base telegram contains when it is parsed with the vocabulary of `book`.
    """
    bases = base_telegrams()
    if name in bases:
        return f"{name}, a telegram that examples can be based on (base: {name}):\n\n{bases[name]}"
    lines = []
    for owner, keys in (("a chapter", FILE), ("a rule", RULE), ("an example", EXAMPLE), ("a citation", CITATION)):
        for key in keys:
            if key.name == name:
                lines += [f"{name}, a key of {owner}: {key.says}", f"  Example: {name}: {flow_yaml(key.example)}"]
    if name == "base":
        lines += ["  Telegrams that come with cablecheck:", *_base_lines(bases, book)]
        lines.append(f"  `cablecheck explain {next(iter(bases))}` shows the text of one.")
    return "".join(f"{line}\n" for line in lines)


def _base_lines(bases: Mapping[str, str], book: Rulebook) -> Iterator[str]:
    """Yield the lines of a table of base telegrams: year, layout, level, number of references, the subject's portion
    mark, and the number of marked paragraphs.
    """
    rows: list[tuple[str, ...]] = [("name", "year", "layout", "level", "refs", "subject", "marked")]
    for name, text in bases.items():
        found = telegram_of({"text": text}, book)
        mark = found.subject.mark if isinstance(found.subject, Subject) else None
        marked = f"{sum(each.mark is not None for each in found.paragraphs)} of {len(found.paragraphs)}"
        values = (found.year, found.layout, found.level, len(found.references) or None, mark, marked)
        rows.append((name, *("-" if value is None else value_text(value) for value in values)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "    " + " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield "  refs: references; subject: its mark; marked: paragraphs with a mark"


_MARKING_TABLES = (
    "levels", "captions", "controls", "admin_controls", "retired_controls", "nato", "exemptions", "countries", "groups",
)  # fmt: skip


def _era(rule: Rule) -> str:
    if not rule.era:
        return "any date"
    start, end = rule.era
    if start and end:
        return f"dated {start} or later, and before {end}"
    return f"dated {start} or later" if start else f"dated before {end}"


def source_lines(cited: Sequence[str | None], sources: Table | None) -> list[str]:
    """Return the lines for a citation: the source's code and clause, and then its title if the table contains it."""
    code, clause = cited[0] or "", " ".join(part for part in cited[1:] if part)
    clause = "" if clause == "whole" else clause
    if code == "memory":
        return ["no published source found" + (f" ({clause})" if clause else "")]
    entry = sources.get(code) if sources is not None else None
    return [", ".join(filter(None, (code, clause))), *([f"  {entry.title}"] if entry is not None else ())]


def _conditions(details: Data) -> list[str]:
    lines, names = [], ELEMENT if details.get("each") else TELEGRAM
    if details.get("when"):
        lines.append(f"when {condition_in_words(details['when'])}")
    if details.get("each"):
        lines.append(f"each of {'.'.join(map(str, details['each'][1:]))}")
    if details.get("where"):
        lines.append(f"where {condition_in_words(details['where'], names)}")
    if details.get("require"):
        lines.append(f"require {condition_in_words(details['require'], names)}")
    if details.get("check"):
        lines.append(f"check {details['check']}")
    return lines


def _excerpt(example: Data) -> list[str]:
    """Return the lines around the first marked position in an example, with its brackets restored, and the lines that
    differ from the base document. If there is a base document, its name comes first.

    If no position is marked, return the example's note and the lines that differ. In either case, the values from the
    archive's record follow, one per line.
    """
    text, base = str(example["text"]), str(example.get("base", ""))
    for start, end in reversed(example["places"]):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    lines = text.split("\n")
    profile = [f"profile: {example['profile']}"] if example.get("profile") else []
    if not example["places"]:
        note = _TRAP.sub(r"\2 (see trap \1 in docs/traps.md)", example.get("note", ""))
        own = _own_lines(base, lines)
        shown = [*([f"note: {note}"] if note else []), *profile, *own]
    else:
        shown = [*profile, *_marked_lines(base, lines)]
    return shown + [f"record: {name} = {value}" for name, value in example.get("facts", ())]


def _marked_lines(base: str, lines: list[str]) -> list[str]:
    """Return the lines around the first bracket as far as the next blank lines, any other lines that differ from the
    base document, and the base lines that the example lacks. Without a base document, return up to four lines from the
    line before the first bracket on, without blank lines.
    """
    hot = next(n for n, line in enumerate(lines) if "⟦" in line)
    text = base_telegrams().get(base)
    if text is None:
        line_before = [line for line in lines[:hot] if line.strip()][-1:]
        return [*line_before, *(line for line in lines[hot:] if line.strip())][:_MOST_LINES]
    near = [n for n in range(max(0, hot - 1), min(hot + 3, len(lines))) if all(lines[min(n, hot) : max(n, hot) + 1])]
    changed, removed = _differences(text.split("\n"), [re.sub("[⟦⟧]", "", line) for line in lines])
    changed = [n for n in changed if n not in near]
    shown: list[str] = []
    before = 0
    for n in sorted({*changed[:_MOST_LINES], *near}):
        if shown and n > before + 1:
            shown.append("  …" if any(line.strip() for line in lines[before + 1 : n]) else "")
        shown.append(f"  {lines[n]}".rstrip())
        before = n
    lacking = ["and without:", *(f"  {line}" for line in removed[:_MOST_LINES])] if removed else []
    return [f"the test document {base} with:", *_without_edges(shown), *lacking]


def _differences(given: list[str], own: list[str]) -> tuple[list[int], list[str]]:
    """Return the numbers of the lines in `own` that were added or changed, and the lines of `given` that were removed.
    Blank lines are left out.
    """
    changed, removed = [], []
    for kind, start, end, low, high in difflib.SequenceMatcher(None, given, own, autojunk=False).get_opcodes():
        if kind in ("insert", "replace"):
            changed += [n for n in range(low, high) if own[n].strip()]
        elif kind == "delete":
            removed += [line for line in given[start:end] if line.strip()]
    return changed, removed


def _own_lines(base: str, lines: list[str]) -> list[str]:
    """Return the name of an example's base document and up to four lines that the example adds to it or, if it adds
    none, removes from it. Without a base document, return the example's first lines.
    """
    text = base_telegrams().get(base)
    if text is None:
        return _without_edges([line for line in lines if line.strip()][:_MOST_LINES])
    given = text.split("\n")
    added = [line for line in lines if line.strip() and line not in given]
    removed = [line for line in given if line.strip() and line not in lines]
    if added:
        return [f"the test document {base} with:", *(f"  {line}" for line in added[:_MOST_LINES])]
    if removed:
        return [f"the test document {base} without:", *(f"  {line}" for line in removed[:_MOST_LINES])]
    return [f"the test document {base}"]


def _without_edges(lines: list[str]) -> list[str]:
    """Return the lines without leading and trailing empty lines."""
    return "\n".join(lines).strip("\n").split("\n")


_TRAP = re.compile(r"^trap ([A-Z][0-9]+): (.*)$", re.DOTALL)
_MOST_LINES = 4  # shown for an example


class TestReport(Record):
    """The results of `rules test`: examples, mutants, stale `equivalent` entries, and the lines to print."""

    results: list[ExampleResult]
    mutants: list[Mutant]
    stale: list[str]
    lines: list[str]

    @property
    def ok(self) -> bool:
        """Return whether every example passes, every mutant is killed or excused, and no entry is stale."""
        survivors = [mutant for mutant in self.mutants if not mutant.killed and not mutant.excused]
        return not survivors and not self.stale and all(result.ok for result in self.results)


def test_files(paths: Sequence[str] = (), mutants: bool = False, select: Sequence[str] = ()) -> TestReport:
    """Run the examples in rule files and folders, or in the shipped rules if no paths are given, and return a report.
    Raises `RuleError` if the rules cannot be loaded.

    `select` limits the run to rules with the given ids, names, or aliases. If `mutants` is true, also runs every mutant
    of each rule whose examples pass.
    """
    book = rulebook_of(paths)
    rules = list(book.select(select).rules) if select else list(book.rules)
    results: list[ExampleResult] = []
    tried: list[Mutant] = []
    excuses: list[str] = []
    failing: list[str] = []
    for rule in rules:
        found = run_examples(rule, book)
        results += found
        good = all(result.ok for result in found)
        if mutants and not good:
            failing.append(f"{_place(rule)}: {rule.id}: mutants are not tested until its examples pass")
        if mutants and good:
            made = run_mutants(rule, book, base_telegrams())
            tried += made
            for name, line, column in stale_equivalents(rule, made):
                excuses.append(f"{rule.place[0]}:{line}:{column}: error[R032]: {rule.id}: {name}")
    lines = _lines(rules, results, tried, [*failing, *excuses], mutants)
    return TestReport(results, tried, excuses, [*_notes(rules, book), *lines])


def _place(rule: Rule) -> str:
    return f"{rule.place[0]}:{rule.place[1]}"


def _notes(rules: list[Rule], book: Rulebook) -> Iterator[str]:
    """Yield a note for each rule that fails a base telegram because a field is missing, unless one of the rule's
    examples shows that this is intended.
    """
    bases = base_telegrams()
    for rule in rules:
        base, field = fails_without(rule, book, bases)
        if base:
            part = "where" if rule.details.get("each") else "when"
            yield (
                f"{_place(rule)}: note: {rule.id} reports telegrams without {field}, such as {base}; add"
                f" `{field}: present` to `{part}` if this is not intended, or an `invalid` example if it is"
            )


def _lines(
    rules: list[Rule], results: list[ExampleResult], tried: list[Mutant], excuses: list[str], mutants: bool
) -> list[str]:
    lines = [f"{result.place}: {result.rule} {result.kind}: {result.message}" for result in results if not result.ok]
    lines += [f"{_place(rule)}: {rule.id} has no example" for rule in rules if not rule.examples]
    places = {rule.id: _place(rule) for rule in rules}
    for mutant in tried:
        if not mutant.killed and not mutant.excused:
            lines.append(f"{places[mutant.rule]}: {mutant.rule} mutant survives: {mutant.name}")
            lines += [f"  {mutant.advice}"] if mutant.advice else []
    lines += excuses
    good = sum(result.ok for result in results)
    killed, excused = sum(m.killed for m in tried), sum(m.excused for m in tried)
    alive = len(tried) - killed - excused
    if alive:
        lines.append(
            "If no telegram can show that a change matters, list it in the rule, with the reason:"
            ' `equivalent: [{mutant: "NAME", because: REASON}]`'
        )
    lines.append(f"{count(len(rules), 'rule')}, {good} of {len(results)} examples hold")
    if mutants:
        lines.append(f"{killed} of {len(tried)} mutants killed, {excused} excused, {alive} alive")
    return lines


def rulebook_of(paths: Sequence[str]) -> Rulebook:
    """Return the rules in files and folders, or the shipped rules if no paths are given. The result includes the
    shipped vocabulary and telegrams. Raises `RuleError` with all errors.
    """
    if not paths:
        return load()
    folders = [path for path in paths if os.path.isdir(path)]
    files = [path for path in paths if not os.path.isdir(path)]
    library = Library()
    shipped = data_dir("rules")
    library.read(
        list(dict.fromkeys([shipped, *map(os.path.abspath, folders), *neighbor_folders(files)])), chapters=False
    )
    for pack in library.packs:
        if any(os.path.realpath(folder) == pack.home for folder in folders):
            for path in pack.chapters():
                library.chapter(path, pack.shown(path), pack.name)
    for path in files:
        library.chapter(path, path)
    library.refuse()
    return Rulebook([Rule(data) for data in library.rules], library.vocabulary)


def schema_text(name: str = "rules") -> str:
    """Return a JSON Schema as text, as in `schemas/<name>.schema.json`. Raises `ValueError` for an unknown name."""
    if name not in SCHEMAS:
        raise ValueError(f"unknown schema {name}; expected one of {', '.join(sorted(SCHEMAS))}")
    if name == "rules":  # the largest
        return json.dumps(rules_editor_schema(), indent=1, ensure_ascii=False) + "\n"
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


class Draft(Record):
    """The answers from which a new rule is generated."""

    id: str = "MY-001"
    name: str = ""
    summary: str = "The subject line must not contain a placeholder."
    source: str = "memory"
    clause: str = "the section that requires it"
    severity: str = "warning"
    base: str = "confidential-2007"
    placeholder: str = "PLACEHOLDER"  # two rules of a chapter must not be equivalent


def new_rule(draft: Draft) -> str:
    """Return a placeholder rule about the subject line, as YAML. Its examples pass for the draft's base telegram.

    Raises `ValueError` if the base telegram is unknown or has no subject line.
    """
    book = load()
    text = base_telegrams().get(draft.base)
    if text is None:
        raise ValueError(f'no base telegram "{draft.base}"{did_you_mean(draft.base, base_telegrams())}')
    subject = telegram_of({"text": text}, book).subject
    if subject is None:
        raise ValueError(f'the base telegram "{draft.base}" has no subject')
    line = text[subject.span.start : subject.span.end]
    values = {name: flow_yaml(getattr(draft, name)) for name in Draft.__fields__}
    values["name"] = values["name"] if draft.name else f"{draft.id.lower()}-placeholder-subject"
    word = draft.placeholder
    swapped = (line, f"⟦{line} {word}⟧", f"{line}\n", f"the subject is still {subject.text} {word}")
    line, marked, removed, message = (json.dumps(each, ensure_ascii=False) for each in swapped)
    return NEW.format(**values, line=line, marked=marked, removed=removed, message=message)


def with_new_rule(draft: Draft, path: str = "") -> str:
    """Return the text of the chapter at `path` with a new rule added at the end, or a new chapter if the file does not
    exist.

    Raises `ValueError` if a rule cannot be added to the file, and for the same reasons as `new_rule`.
    """
    if not path or not os.path.exists(path):
        return HEAD + new_rule(draft)
    file = RuleFile.open(path, path, [])
    tree = file.tree if file is not None else None
    rules = tree.get("rules") if isinstance(tree, YamlMap) and list(tree.pairs)[-1] == "rules" else None
    if file is None or not isinstance(rules, YamlList) or not rules.items:
        raise ValueError(f"{path} exists and does not end with a list of rules; nothing was written")
    shift = rules.items[0].column - 5  # columns by which the template is indented further
    added = new_rule(copied(draft, placeholder=f"PLACEHOLDER-{len(rules.items) + 1}"))
    lines = (f"{' ' * shift}{line}" if shift > 0 else line[-shift:] for line in added.splitlines())
    return "\n".join([file.data.decode().rstrip("\n"), *lines, ""])


def refusal(name: str, answer: str) -> str:
    """Return why the given value is not acceptable for the key `name` of a new rule, or an empty string if it is
    acceptable.
    """
    if name == "source":
        table = load().vocabulary["sources"]
        return "" if answer in table else f'unknown source "{answer}"{did_you_mean(answer, table.codes())}'
    if name == "base":
        names = base_telegrams()
        return "" if answer in names else f'no base telegram "{answer}"{did_you_mean(answer, names)}'
    key = next((key for key in RULE if key.name == name), None)
    shape = key.shape if key is not None else {}
    words = shape.get("enum", [answer])
    if isinstance(words, list) and answer not in words:
        return f'"{answer}" is not one of {", ".join(words)}'
    if len(answer) < int(str(shape.get("minLength", 0))):
        return f'"{answer}" is too short'
    valid = re.search(str(shape.get("pattern", "")), answer)
    return "" if valid or key is None else f'invalid {name} "{answer}" (expected, for example, {key.example})'


HEAD = """\
# yaml-language-server: $schema=rules.schema.json
# For completion and validation in your editor: cablecheck rules schema > rules.schema.json
format: 1
chapter: My rules
rules:
"""
NEW = """\
  - id: {id}
    name: {name}
    summary: {summary}
    because: Give the reason for the rule here.
    cite:
      - {{source: {source}, clause: {clause}}}
    severity: {severity}
    # replace from here: when, require, message, help, examples
    when: {{subject: present}}
    require:
      subject.text: {{lacks: {placeholder}}}
    message: "the subject is still {{value}}"
    help: Replace the placeholder with the subject of the telegram.
    examples:
      valid:
        - base: {base}
      invalid:
        - base: {base}
          swap:
            {line}: {marked}
          message: {message}
      not_applicable:
        - base: {base}
          swap:
            {removed}: ""
"""
