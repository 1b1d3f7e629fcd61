"""The rules: YAML chapters read strictly, compiled, and handed to the engine as a `Rulebook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..shipped import data_dir
from .codes import Data
from .shelf import Rule, Rulebook
from .troubles import Item

__all__ = ["Item", "Rule", "Rulebook", "check_files", "explain", "load"]


def load(
    folders: Sequence[str] | None = None, *, overlays: Sequence[Mapping[str, object]] = (), cache: bool = True
) -> Rulebook:
    """The rules of `folders` (the shipped ones if `None`), from the cache if nothing has changed.

    An overlay changes one rule: `{"rule": id, "severity": word}` or `{"rule": id, "off": True}`, with `"by"`, who
    says so; the rule remembers it in `changed`. Raises `RuleTrouble` with everything that is wrong.
    """
    homes = list(folders) if folders is not None else [data_dir("rules")]
    book = _book(homes, cache)
    return _overlaid(book, overlays) if overlays else book


def _book(homes: list[str], cache: bool) -> Rulebook:
    from . import loading  # reading YAML costs 40 ms and is not needed when the cache is warm

    words, rules, packs = loading.read_folders(homes)
    return Rulebook([Rule(data) for data in rules], words, packs=tuple(packs))


def _overlaid(book: Rulebook, overlays: Sequence[Mapping[str, object]]) -> Rulebook:
    changes: dict[str, Data] = {}
    unknown: list[Item] = []
    for overlay in overlays:
        word, by = str(overlay["rule"]), str(overlay.get("by", "the command line"))
        rule = book.find(word)
        if rule is None:
            from . import loading

            unknown += loading.overlay_troubles([word], by, [rule.id for rule in book.rules])
            continue
        change = changes.setdefault(rule.id, {})
        if overlay.get("off"):
            change.update(status="draft", changed=f"off by {by}")
        if overlay.get("severity"):
            change.update(severity=overlay["severity"], changed=f"{rule.severity} to {overlay['severity']} by {by}")
    if unknown:
        from ..trouble import RuleTrouble

        raise RuleTrouble(list(unknown))
    return book.changed(changes)


def check_files(paths: Sequence[str]) -> list[Item]:
    """Everything wrong with rule, vocabulary and pack files and folders of them; an empty list if nothing is."""
    from . import loading

    return loading.check_files(paths)


def explain(rule: Rule) -> str:
    """A rule for people: what it says, why, by which clause, when, how it is judged, with its examples."""
    from . import telling

    return telling.explain(rule)
