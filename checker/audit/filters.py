"""`--where`: conditions on what the wrapper states of a document, asked before it is parsed."""

from __future__ import annotations

import re

from ..errors import ConfigError
from ..readers import Reading
from ..record import Record

_TERM = re.compile(r"([a-z_]+)[ ]?(!=|<=|>=|=|<|>|~)[ ]?([^\x00]+)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SHORT = re.compile(r"([0-9]{2})[A-Z]")


class Term(Record):
    """One condition: a fact's name (or `year`, `path`, `cable`), a sign, a value."""

    name: str
    sign: str
    value: str


def terms(given: list[str]) -> tuple[Term, ...]:
    """The conditions of the command line. Raises `ConfigError` for one that cannot be read."""
    found = []
    for text in given:
        match = _TERM.fullmatch(text.strip())
        if match is None:
            raise ConfigError(
                f"--where: {text!r} is not of the form NAME SIGN VALUE, such as year>=2005 or origin~Zenda"
            )
        found.append(Term(match[1], match[2], match[3]))
    return tuple(found)


def holds(asked: tuple[Term, ...], reading: Reading) -> bool:
    """Whether the document meets every condition. A fact that is not stated meets none but `!=`."""
    return all(_holds(term, _value(term.name, reading)) for term in asked)


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


def _holds(term: Term, value: str) -> bool:
    sign, wanted = term.sign, term.value
    if sign == "!=":
        return value != wanted
    if not value:
        return False
    if sign == "=":
        return value == wanted
    if sign == "~":
        return wanted.casefold() in value.casefold()
    left: object = value
    right: object = wanted
    if value.isdigit() and wanted.isdigit():
        left, right = int(value), int(wanted)
    less = bool(left < right)  # type: ignore[operator]
    return {"<": less, ">=": not less, ">": left != right and not less, "<=": less or left == right}[sign]
