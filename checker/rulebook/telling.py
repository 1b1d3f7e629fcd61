"""Rules told to people: `explain`, in plain text."""

from __future__ import annotations

from .blame import condition_words
from .codes import Data
from .shelf import Rule
from .troubles import explain_code

__all__ = ["explain", "explain_code"]


def explain(rule: Rule) -> str:
    """Everything about a rule, in plain text."""
    details = rule.details
    lines = [f"{rule.id}  {rule.name}", "", rule.summary]
    if rule.because:
        lines += ["", f"Why: {rule.because}"]
    lines += ["", f"Severity: {rule.severity}{f' ({rule.changed})' if rule.changed else ''}   Status: {rule.status}"]
    lines.append(f"Rule books: {', '.join(rule.profile)}   Documents: {_era(rule)}")
    if rule.aliases:
        lines.append(f"Former ids: {', '.join(rule.aliases)}")
    if rule.replaced_by:
        lines.append(f"Replaced by {rule.replaced_by} since {details['since']}: {details['reason']}")
    lines += ["", "Sources:", *(f"  {words}" for words in rule.cite)]
    lines += ["", "How it is judged:", *(f"  {line}" for line in _conditions(details))]
    if rule.help:
        lines += ["", f"What to do: {rule.help}"]
    for kind, title in (("invalid", "Breaks it:"), ("valid", "Holds to it:"), ("not_applicable", "Not its matter:")):
        found = [example for example in rule.examples if example["kind"] == kind]
        if found:
            lines += ["", title, *(f"  {line}" for line in _excerpt(found[0]))]
    file, line, _ = rule.place
    lines += ["", f"Written in {file}, line {line}, chapter {rule.chapter}"]
    return "\n".join(lines) + "\n"


def _era(rule: Rule) -> str:
    if not rule.era:
        return "of any date"
    start, end = rule.era
    return " ".join(filter(None, [f"from {start}" if start else "", f"before {end}" if end else ""]))


def _conditions(details: Data) -> list[str]:
    lines = []
    if details.get("when"):
        lines.append(f"when {condition_words(details['when'])}")
    if details.get("each"):
        lines.append(f"each of {'.'.join(map(str, details['each'][1:]))}")
    if details.get("where"):
        lines.append(f"where {condition_words(details['where'])}")
    if details.get("require"):
        lines.append(f"require {condition_words(details['require'])}")
    if details.get("check"):
        lines.append(f"check {details['check']}")
    return lines


def _excerpt(example: Data) -> list[str]:
    """The lines of an example around its first drawn place, with the place drawn again."""
    text: str = example["text"]
    for start, end in reversed(example["places"]):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    lines = text.split("\n")
    if not example["places"]:
        return [example.get("note") or f"{len(lines)} lines, beginning: {lines[0].strip()}"]
    hot = next(n for n, line in enumerate(lines) if "⟦" in line)
    return lines[max(0, hot - 1) : hot + 3]
