"""Compile the value declarations in `rules/synth/` into functions that draw random values for a telegram."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from ..errors import ConfigError

Values = dict[str, Any]
Draw = Callable[[Random, Values], None]
Lists = dict[str, list[Any]]


def fields(text: str) -> set[str]:
    """Return the names in a template's braces. Raises `ConfigError` for braces such as `{a.b}` or `{a!r}`, which
    contain more than a plain name.
    """
    found = set()
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ConfigError(f"not a template: {error}: {text[:60]!r}") from error
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ConfigError(f"only plain names are allowed in a template, not {{{name}}}: {text[:60]!r}")
        found.add(name)
    return found


def template(text: str) -> Callable[[Values], str]:
    """Return a function that fills in a template from a dict of values. Raises `ConfigError` if the template is
    invalid.
    """
    if not fields(text):
        fixed = text.format()
        return lambda values: fixed
    return text.format_map


def draw(name: str, spec: Any, lists: Lists) -> Draw:
    """Return a function that draws a value and stores it under `name`. docs/synth.md describes `spec`. Raises
    `ConfigError` if it is not one of the forms described there.
    """
    if isinstance(spec, str):
        return _one_of(name, [spec])
    if isinstance(spec, list):
        return _one_of(name, spec)
    keys = frozenset(spec)
    if keys == {"list"}:
        return _one_of(name, _named(spec["list"], lists))
    if keys == {"row"}:
        return _row(name, _named(spec["row"], lists))
    if keys == {"number", "digits"}:
        return _number(name, int(spec["number"][0]), int(spec["number"][1]), int(spec["digits"]))
    if keys == {"years", "as"}:
        return _later(name, int(spec["years"][0]), int(spec["years"][1]), spec["as"])
    if keys == {"by", "of", "else"}:
        return _by(name, spec["by"], spec["of"], spec["else"])
    if keys == {"if", "then", "else"}:
        return _if(name, spec["if"], spec["then"], spec["else"])
    raise ConfigError(f"value {name}: unknown way to draw it: {', '.join(sorted(keys))}")


def _named(name: str, lists: Lists) -> list[Any]:
    if name not in lists:
        raise ConfigError(f"unknown list {name}; known lists: {', '.join(sorted(lists))}")
    return lists[name]


def _one_of(name: str, texts: list[str]) -> Draw:
    choices = [template(text) for text in texts]
    if len(choices) == 1:
        only = choices[0]

        def set_only(rng: Random, values: Values) -> None:
            values[name] = only(values)

        return set_only
    count = len(choices)

    def set_one(rng: Random, values: Values) -> None:
        values[name] = choices[int(rng.random() * count)](values)

    return set_one


def _row(name: str, rows: list[dict[str, str]]) -> Draw:
    flat = [{f"{name}_{key}": value for key, value in row.items()} for row in rows]
    count = len(flat)

    def set_row(rng: Random, values: Values) -> None:
        values.update(flat[int(rng.random() * count)])

    return set_row


def _number(name: str, low: int, high: int, digits: int) -> Draw:
    width = high - low + 1

    def set_number(rng: Random, values: Values) -> None:
        values[name] = str(low + int(rng.random() * width)).zfill(digits)

    return set_number


def _later(name: str, low: int, high: int, form: str) -> Draw:
    """Return a function that draws a date `low` to `high` years after the telegram's date, formats it with the template
    `form`, and stores it under `name`.
    """
    show = template(form)

    def set_later(rng: Random, values: Values) -> None:
        sent: date = values["sent"]
        values[name] = show(date_values(add_years(sent, low + int(rng.random() * (high - low + 1)))))

    return set_later


def _by(name: str, key: str, of: dict[str, list[str]], other: list[str]) -> Draw:
    table = {word: _one_of(name, texts) for word, texts in of.items()}
    rest = _one_of(name, other)

    def set_by(rng: Random, values: Values) -> None:
        table.get(values[key], rest)(rng, values)

    return set_by


def _if(name: str, key: str, then: list[str], other: list[str]) -> Draw:
    yes, no = _one_of(name, then), _one_of(name, other)

    def set_if(rng: Random, values: Values) -> None:
        (yes if values[key] else no)(rng, values)

    return set_if


def add_years(day: date, years: int) -> date:
    """Return the date `years` years after `day`. 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def date_values(day: date) -> Values:
    """Return the parts of a date, keyed by the names used in templates: d, dd, m, mm, yy, yyyy, and ddd (day of the
    year).
    """
    year, month, number = day.year, day.month, day.day
    return {
        "d": str(number),
        "dd": f"{number:02d}",
        "m": str(month),
        "mm": f"{month:02d}",
        "yy": f"{year % 100:02d}",
        "yyyy": str(year),
        "ddd": f"{(day - date(year, 1, 1)) // timedelta(days=1) + 1:03d}",
    }
