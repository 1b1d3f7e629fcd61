"""Rules told to people and programs: the list as text, Markdown and JSON, and the reckoning of one rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ..findings import Finding
from ..rulebook import Rule
from ..rulebook.blame import Step
from .escape import markdown_cell, visible


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
