"""Rules told to people and programs: the list as text, Markdown and JSON, and the reckoning of one rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from ..record import Record
from ..results import Finding
from ..rulebook import Rule
from ..rulebook.explain import Step
from ..vocabulary import Table
from .escaping import markdown_cell, visible


def listed(rules: Iterable[Rule], form: str) -> Iterator[str]:
    """The rules in the form "text", "markdown" or "json"."""
    if form == "json":
        yield json.dumps({"rules": [entry(rule) for rule in rules]}, indent=1) + "\n"
    elif form == "markdown":
        yield "| id | name | severity | status | profile | era | what holds | source |\n|" + " --- |" * 8 + "\n"
        for rule in rules:
            cells = (rule.id, rule.name, rule.severity, rule.status, ", ".join(rule.profile), era_words(rule))
            yield "| " + " | ".join(map(markdown_cell, (*cells, rule.summary, "; ".join(rule.cite)))) + " |\n"
    else:
        yield from _text(list(rules))


def _text(rules: list[Rule]) -> Iterator[str]:
    from tabulate import tabulate  # 72 ms, and only here

    heads = ("id", "name", "severity", "status", "profile", "what holds")
    rows = [(one.id, one.name, one.severity, one.status, ",".join(one.profile), one.summary) for one in rules]
    table = tabulate(rows, headers=heads, tablefmt="simple", disable_numparse=True)
    yield from (visible(line.rstrip()) + "\n" for line in table.split("\n"))
    yield f"\n{len(rows)} rules\n"


def entry(rule: Rule) -> dict[str, object]:
    """One rule of the list as JSON values."""
    return {
        "id": rule.id,
        "name": rule.name,
        "severity": rule.severity,
        "status": rule.status,
        "era": None if rule.era is None else {"from": rule.era[0], "before": rule.era[1]},
        "profile": list(rule.profile),
        "cite": list(rule.cite),
        "summary": rule.summary,
        "chapter": rule.chapter,
        "tags": list(rule.tags),
        "aliases": list(rule.aliases),
        "help": rule.help,
        "place": "{}:{}:{}".format(*rule.place),
    }


def era_words(rule: Rule) -> str:
    """The era of a rule: `from 1995-10-14 to before 2003-09-22`, one half of it, or an empty text."""
    if rule.era is None:
        return ""
    since, before = rule.era
    if since is None or before is None:
        return f"before {before}" if since is None else f"from {since}"
    return f"from {since} to before {before}"


def reckoning(verdict: str, why: str, parts: Iterable[tuple[str, Step]], findings: Iterable[Finding]) -> Iterator[str]:
    """The lines of a rule's verdict on a telegram: each condition, its answer, and the values it saw."""
    yield verdict + (f" ({why})" if why else "")
    for name, step in parts:
        yield f"{name}:"
        yield from _steps(step, 1)
    for one in findings:
        yield f"=> {one.start.line}:{one.start.column} {one.severity}: {one.message}"


def _steps(step: Step, depth: int) -> Iterator[str]:
    answers = {True: "true", False: "false", None: "undetermined"}
    values = "; ".join(f"{name} is {value}" for name, value in step.values)
    words = f"{step.words}: {answers[step.answer]}"
    yield "  " * depth + words + (f"   [{values}]" if values else "")
    for inner in step.steps:
        yield from _steps(inner, depth + 1)


# ---- The rule book told in pages: the catalogue, the coverage of each source, and the tripwires of the la
MADE = "<!-- Made by `cablecheck rules pages --out reports`. Do not edit: change the rules and make it again. -->\n\n"
LONGEST_CLAUSE = 30  # lines without the examples
DEEPEST = 3


class Listed(Record):
    """What a page says of a rule, be it one about a telegram or one about a corpus."""

    id: str
    name: str
    severity: str
    status: str
    profile: tuple[str, ...]
    era: str
    summary: str
    cite: tuple[str, ...]
    chapter: str


def of_rule(rule: Rule) -> Listed:
    """A rule as the pages list it."""
    return Listed(
        rule.id,
        rule.name,
        rule.severity,
        rule.status,
        rule.profile,
        era_words(rule),
        rule.summary,
        rule.cite,
        rule.chapter,
    )


def catalogue(rules: Sequence[Listed]) -> Iterator[str]:
    """`reports/rules.md`: every rule, chapter by chapter."""
    yield f"# The rule book\n\n{MADE}"
    counts = {severity: sum(rule.severity == severity for rule in rules) for severity in ("error", "warning", "info")}
    yield f"{len(rules)} rules: " + ", ".join(f"{count} {severity}" for severity, count in counts.items()) + ". "
    yield "An id is never used again for another rule. `cablecheck explain ID` shows a rule whole.\n"
    for chapter in dict.fromkeys(rule.chapter for rule in sorted(rules, key=lambda rule: rule.id)):
        yield f"\n## {chapter}\n\n"
        yield (
            "| id | name | severity | status | rule books | documents | what holds | sources |\n|" + " --- |" * 8 + "\n"
        )
        for rule in rules:
            if rule.chapter == chapter:
                cells = (
                    rule.id,
                    rule.name,
                    rule.severity,
                    rule.status,
                    ", ".join(rule.profile),
                    rule.era or "any date",
                )
                yield _row((*cells, rule.summary, "; ".join(rule.cite)))


def coverage(rules: Sequence[Listed], sources: Table, uncovered: Table) -> Iterator[str]:
    """`reports/coverage.md`: which clause of which source has a rule, and which clause has none, and why."""
    yield f"# Coverage of the sources\n\n{MADE}"
    yield "How much of a source was read says how far its clauses are known: read the original before quoting it.\n"
    cited: dict[str, dict[str, list[str]]] = {}
    for rule in rules:
        for citation in rule.cite:
            source, _, clause = citation.partition(" ")
            cited.setdefault(source, {}).setdefault(clause or "as a whole", []).append(rule.id)
    for source in sources:
        if source.code in cited:
            yield f"\n## {source.code}\n\n{source.title}. Read: {source.fact('read') or 'not recorded'}.\n\n"
            yield "| clause | rules |\n| --- | --- |\n"
            for clause, ids in sorted(cited[source.code].items()):
                yield _row((clause, ", ".join(sorted(set(ids)))))
    yield "\n## Sources that no rule cites\n\nThey stand behind word tables, eras and layouts.\n\n"
    yield "| source | title | read |\n| --- | --- | --- |\n"
    for source in sources:
        if source.code not in cited:
            yield _row((source.code, source.title, source.fact("read")))
    yield "\n## Clauses without a rule, and why\n\n| clause | what it says | source | why there is no rule |\n"
    yield "| --- | --- | --- | --- |\n"
    for entry in uncovered:
        yield _row((entry.code, entry.title, entry.source, entry.fact("why")))


def tripwires(rules: Sequence[Rule]) -> Iterator[str]:
    """`reports/tripwires.md`: the signs that the language no longer fits its rules, counted."""
    checks = [rule for rule in rules if rule.data.get("check")]
    deep = [
        rule.id for rule in rules if max(_depth(rule.data.get(part)) for part in ("when", "require", "where")) > DEEPEST
    ]
    long = [(rule.id, lines) for rule in rules if (lines := _lines(rule)) > LONGEST_CLAUSE]
    options = [rule.id for rule in checks if len(_mapping(rule.data.get("with"))) > 6]
    patterns = [rule.id for rule in rules if '"matches"' in _quoted(rule) or '"not_matches"' in _quoted(rule)]
    yield f"# Tripwires of the rule language\n\n{MADE}"
    yield "Two of these at once, and the language has stopped being the right home for the rules.\n\n"
    yield "| sign | bar | now |\n| --- | --- | --- |\n"
    yield _row(("rules that need a check in Python", "more than half", f"{len(checks)} of {len(rules)}"))
    yield _row((f"conditions nested deeper than {DEEPEST}", "any", _named(deep)))
    yield _row((f"clauses over {LONGEST_CLAUSE} lines without their examples", "any", _named(id for id, _ in long)))
    yield _row(("checks with more than six options", "any", _named(options)))
    yield _row(("rules that need a pattern", "the same missing word twice", _named(patterns)))
    yield "\nLongest clauses without their examples: "
    longest = sorted(((_lines(rule), rule.id) for rule in rules), key=lambda pair: (-pair[0], pair[1]))[:5]
    yield ", ".join(f"{id} {lines}" for lines, id in longest) + " lines.\n"


def _depth(code: object) -> int:
    """How deep connectives and quantifiers are nested in a compiled condition."""
    if not isinstance(code, list) or not code:
        return 0
    inner = max((_depth(part) for part in code), default=0)
    return inner + (code[0] in ("and", "or", "not", "implies", "any", "all", "none", "exactly", "at_least", "at_most"))


def _lines(rule: Rule) -> int:
    lines = rule.source.split("\n")
    for number, line in enumerate(lines):
        if line.strip() == "examples:":
            return number
    return len(lines)


def _mapping(value: object) -> dict[object, object]:
    return value if isinstance(value, dict) else {}


def _quoted(rule: Rule) -> str:
    import json

    return json.dumps([rule.data.get(part) for part in ("when", "where", "require")])


def _named(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "none"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(markdown_cell, cells)) + " |\n"
