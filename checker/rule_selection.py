"""Words of a user to the rules they mean: ids, prefixes of ids, names, aliases, tags, or ALL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import ConfigError, did_you_mean
from .rulebook import Rule

EVERYTHING = "ALL"
_RESTING = ("draft", "deprecated")  # run only when they are named


def choose(
    rules: Sequence[Rule],
    select: Iterable[str],
    extend: Iterable[str],
    ignore: Iterable[str],
    mandatory: Iterable[str],
) -> tuple[str, ...]:
    """The ids to run, sorted. Raises `ConfigError` with every word that means no rule."""
    wanted = tuple(select) or (EVERYTHING,)
    chosen = meant(rules, wanted) | meant(rules, extend)
    chosen -= meant(rules, ignore, resting=True)
    return tuple(sorted(chosen | meant(rules, mandatory, resting=True)))


def meant(rules: Sequence[Rule], words: Iterable[str], resting: bool = False) -> set[str]:
    """The ids that the words mean; drafts and deprecated rules only if named, or if `resting`."""
    found: set[str] = set()
    troubles = []
    for word in words:
        ids = _meant(rules, word, resting)
        if ids is None:
            troubles.append(f"unknown rule {word!r}{did_you_mean(word, _known(rules))}")
        else:
            found |= ids
    if troubles:
        raise ConfigError("\n".join(troubles))
    return found


def _meant(rules: Sequence[Rule], word: str, resting: bool) -> set[str] | None:
    """The ids a word means; `None` where it means nothing at all."""
    named = {rule.id for rule in rules if word == rule.id or word == rule.name or word in rule.aliases}
    if named:
        return named
    if word == EVERYTHING:
        many = list(rules)
    else:
        many = [rule for rule in rules if word in rule.tags or (word and rule.id.startswith(word))]
        if not many:
            return None
    return {rule.id for rule in many if resting or rule.status not in _RESTING}


def _known(rules: Sequence[Rule]) -> list[str]:
    words: dict[str, None] = {}
    for rule in rules:
        words.update(dict.fromkeys((rule.id, rule.name, *rule.aliases, *rule.tags)))
    return list(words)
