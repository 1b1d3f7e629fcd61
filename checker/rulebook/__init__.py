"""Load rules into a `Rulebook` for the engine, from the cache if nothing has changed, otherwise from YAML chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..checks import install
from ..resources import data_dir
from ..vocabulary import Vocabulary
from . import compiled_cache
from .ir import Any, Data
from .rule import Rule, Rulebook

__all__ = ["Rule", "Rulebook", "load"]


def load(
    folders: Sequence[str] | None = None,
    *,
    overlays: Sequence[Mapping[str, object]] = (),
    checks: Sequence[str] = (),
    cache: bool = True,
) -> Rulebook:
    """Return the rules in `folders`, or the shipped rules if `folders` is None.

    An overlay changes one rule: `{"rule": NAME, "severity": SEVERITY}` or `{"rule": NAME, "off": True}`. Its `"by"` key
    identifies the origin of the change, which is recorded in `Rule.changed`. `checks` contains the names of checks in
    installed packages that rules may use; pass only names from a trusted configuration. Raises `RuleError` with all
    errors in the rules, and `ConfigError` for a check that is not installed.
    """
    if checks:
        install(checks)
    homes = list(folders) if folders is not None else [data_dir("rules")]
    book = _book(homes, cache)
    return _overlaid(book, overlays) if overlays else book


def _book(homes: list[str], cache: bool) -> Rulebook:
    shipped = data_dir("rules")
    path = compiled_cache.cache_path(homes) if cache else ""
    found = compiled_cache.stats(homes if shipped in homes else [shipped, *homes])

    def read_files() -> tuple[Vocabulary, list[Data], list[Data]]:
        from . import loader  # YAML and jsonschema cost 150 ms and are not needed when the cache is warm

        return loader.read_folders(homes)

    book = compiled_cache.read(path, found, lambda: read_files()[1]) if path else None
    if book is None:
        words, rules, packs = read_files()
        digest = compiled_cache.digest(found)
        if path:
            compiled_cache.write(path, digest, found, words, rules, packs)
        book = Rulebook([Rule(rule) for rule in rules], words, packs=tuple(packs), digest=digest)
    return book


def _overlaid(book: Rulebook, overlays: Sequence[Mapping[str, object]]) -> Rulebook:
    changes: dict[str, Data] = {}
    unknown: list[Any] = []
    for overlay in overlays:
        word, by = str(overlay["rule"]), str(overlay.get("by", "the command line"))
        rule = book.find(word)
        if rule is None:
            from . import loader

            unknown += loader.unknown_overlay_rules([word], by, [rule.id for rule in book.rules])
            continue
        change = changes.setdefault(rule.id, {})
        if overlay.get("off"):
            change.update(status="draft", changed=f"off by {by}")
        if overlay.get("severity"):
            changed = f"{rule.severity_text} to {overlay['severity']} by {by}"
            change.update(severity=overlay["severity"], severity_before=[], changed=changed)
    if unknown:
        from ..errors import RuleError

        raise RuleError(unknown)
    return book.changed(changes)
