"""Filter documents with `--where`: conditions on a document's facts, checked before the document is parsed."""

from __future__ import annotations

import re

from ..errors import ConfigError
from ..readers import Reading
from ..record import Record

_TERM = re.compile(r"([a-z_]+)[ ]?(!=|<=|>=|=|<|>|~)[ ]?([^\x00]+)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SHORT = re.compile(r"([0-9]{2})[A-Z]")


class Term(Record):
    """A condition: the name of a fact (or `year`, `path`, or `cable`), an operator (`sign`), and a value."""

    name: str
    sign: str
    value: str


def terms(texts: list[str]) -> tuple[Term, ...]:
    """Parse the values of `--where` into conditions. Raises `ConfigError` for a malformed one."""
    found = []
    for text in texts:
        match = _TERM.fullmatch(text.strip())
        if match is None:
            raise ConfigError(
                f"--where: {text!r} is not of the form NAME SIGN VALUE, such as year>=2005 or origin~Zenda"
            )
        if match[1] == "year" and match[2] not in ("~", "!=") and not match[3].isdecimal():
            raise ConfigError(f"--where: expected a year such as 2005, not {match[3]!r}")
        found.append(Term(match[1], match[2], match[3]))
    return tuple(found)


def reason_to_exclude(conditions: tuple[Term, ...], reading: Reading) -> str:
    """Return which condition a document does not meet, or "" if it meets all. A missing fact meets only `!=`."""
    for term in conditions:
        value = _value(term.name, reading)
        if not _matches(term, value):
            return f"--where: {term.name} does not match" if value else f"--where: the document has no {term.name}"
    return ""


def _value(name: str, reading: Reading) -> str:
    if name == "path":
        return reading.path
    if name == "cable":
        return reading.cable
    facts = {fact.name: fact.text for fact in reading.facts}
    if name != "year":
        return facts.get(name, "")
    stated = _YEAR.search(facts.get("created", "") or facts.get("date", ""))
    if stated is not None:
        return stated[0]
    short = _SHORT.match(facts.get("reference_id", reading.cable))
    if short is None:
        return ""
    return f"{'20' if int(short[1]) < 50 else '19'}{short[1]}"


def _matches(term: Term, value: str) -> bool:
    sign, expected = term.sign, term.value
    if sign == "!=":
        return value != expected
    if not value:
        return False
    if sign == "=":
        return value == expected
    if sign == "~":
        return expected.casefold() in value.casefold()
    left: object = value
    right: object = expected
    if value.isdigit() and expected.isdigit():
        left, right = int(value), int(expected)
    less = bool(left < right)  # type: ignore[operator]
    return {"<": less, ">=": not less, ">": left != right and not less, "<=": less or left == right}[sign]
