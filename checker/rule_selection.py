"""Selection of rules by id, id prefix, name, alias, tag, or ALL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import ConfigError, did_you_mean
from .rulebook import Rule

EVERYTHING = "ALL"
_INACTIVE = ("draft", "deprecated")  # run only when they are named


def choose(
    rules: Sequence[Rule],
    select: Iterable[str],
    extend: Iterable[str],
    ignore: Iterable[str],
    mandatory: Iterable[str],
) -> tuple[str, ...]:
    """Return the ids of the rules to run, sorted. Raises `ConfigError` with every unknown selector."""
    wanted = tuple(select) or (EVERYTHING,)
    chosen = match(rules, wanted) | match(rules, extend)
    chosen -= match(rules, ignore, inactive=True)
    return tuple(sorted(chosen | match(rules, mandatory, inactive=True)))


def match(rules: Sequence[Rule], selectors: Iterable[str], inactive: bool = False) -> set[str]:
    """Return the ids that the selectors match; draft and deprecated rules only if named, or if `inactive`."""
    found: set[str] = set()
    errors = []
    for selector in selectors:
        ids = _match(rules, selector, inactive)
        if ids is None:
            errors.append(f"unknown rule {selector!r}{did_you_mean(selector, _selectors(rules))}")
        else:
            found |= ids
    if errors:
        raise ConfigError("\n".join(errors))
    return found


def _match(rules: Sequence[Rule], selector: str, inactive: bool) -> set[str] | None:
    """Return the ids that a selector matches; `None` if it is unknown."""
    named = {rule.id for rule in rules if selector in (rule.id, rule.name, *rule.aliases)}
    if named:
        return named
    if selector == EVERYTHING:
        many = list(rules)
    else:
        many = [rule for rule in rules if selector in rule.tags or (selector and rule.id.startswith(selector))]
        if not many:
            return None
    return {rule.id for rule in many if inactive or rule.status not in _INACTIVE}


def _selectors(rules: Sequence[Rule]) -> list[str]:
    known: dict[str, None] = {}
    for rule in rules:
        known.update(dict.fromkeys((rule.id, rule.name, *rule.aliases, *rule.tags)))
    return list(known)
