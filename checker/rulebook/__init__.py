"""The rules: YAML chapters read strictly, compiled, and handed to the engine as a `Rulebook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..checks import CHECKS, install
from ..resources import data_dir
from . import compiled_cache as keeping
from .diagnostics import Diagnostic
from .ir import Data, Free
from .rule import Rule, Rulebook

__all__ = [
    "Diagnostic",
    "Rule",
    "Rulebook",
    "check_files",
    "explain",
    "explain_code",
    "load",
    "new_chapter",
    "test_files",
]


def load(
    folders: Sequence[str] | None = None,
    *,
    overlays: Sequence[Mapping[str, object]] = (),
    checks: Sequence[str] = (),
    cache: bool = True,
) -> Rulebook:
    """The rules of `folders` (the shipped ones if `None`), from the cache if nothing has changed.

    An overlay changes one rule: `{"rule": id, "severity": word}` or `{"rule": id, "off": True}`, with `"by"`, who
    says so; the rule remembers it in `changed`. `checks` names the checks of installed packages that rules may use:
    give it only what a trusted configuration says. Raises `RuleError` with everything that is wrong.
    """
    if checks:
        install(checks)
    homes = list(folders) if folders is not None else [data_dir("rules")]
    book = _book(homes, cache)
    return _overlaid(book, overlays) if overlays else book


def _book(homes: list[str], cache: bool) -> Rulebook:
    shipped = data_dir("rules")
    read = homes if shipped in homes else [shipped, *homes]
    path = keeping.kept_in(homes) if cache else ""
    found = keeping.stats(read)
    data = keeping.read(path, found) if path else None
    if data is None or not all(rule.get("check", "") in ("", *CHECKS) for rule in data["heads"]):
        from . import loader  # YAML and jsonschema cost 150 ms and are not needed when the cache is warm

        words, read_rules, packs = loader.read_folders(homes)
        digest = keeping.digest(found)
        if path:
            keeping.write(keeping.details_path(path), keeping.pack_details(digest, read_rules))
            keeping.write(path, keeping.pack_up(digest, found, words, read_rules, packs))
        return Rulebook([Rule(rule) for rule in read_rules], words, packs=tuple(packs), digest=digest)
    details = keeping.Details(path, data["digest"], homes)
    rules = [Rule(line.head, _Later(line, details), line) for line in data["rules"]]
    return Rulebook(rules, keeping.vocabulary_of(data), packs=tuple(data["packs"]), digest=data["digest"])


class _Later:
    """The details of a rule, fetched when somebody reads them."""

    __slots__ = ("data", "details", "full")

    def __init__(self, data: keeping.Line, details: keeping.Details) -> None:
        self.data = data
        self.details = details
        self.full: Data | None = None

    def __call__(self) -> Data:
        if self.full is None:
            self.full = self.data() | self.details.of(self.data.head["id"])
        return self.full


def _overlaid(book: Rulebook, overlays: Sequence[Mapping[str, object]]) -> Rulebook:
    changes: dict[str, Data] = {}
    unknown: list[Free] = []
    for overlay in overlays:
        word, by = str(overlay["rule"]), str(overlay.get("by", "the command line"))
        rule = book.find(word)
        if rule is None:
            from . import loader

            unknown += loader.overlay_troubles([word], by, [rule.id for rule in book.rules])
            continue
        change = changes.setdefault(rule.id, {})
        if overlay.get("off"):
            change.update(status="draft", changed=f"off by {by}")
        if overlay.get("severity"):
            change.update(severity=overlay["severity"], changed=f"{rule.severity} to {overlay['severity']} by {by}")
    if unknown:
        from ..errors import RuleError

        raise RuleError(unknown)
    return book.changed(changes)


def check_files(paths: Sequence[str]) -> list[Diagnostic]:
    """Everything wrong with rule, vocabulary and pack files and folders of them; an empty list if nothing is."""
    from . import loader

    return loader.check_files(paths)


def test_files(paths: Sequence[str], mutate: bool = False) -> tuple[list[str], bool]:
    """Judge the examples of rule files (the shipped ones if none), and mutants: lines, and whether all held."""
    from . import authoring

    report = authoring.test_files(paths, mutate)
    return report.lines, report.ok


def new_chapter(id: str) -> str:
    """The text of a chapter with one rule to begin from."""
    from . import authoring

    return authoring.new_chapter(id)


def explain(rule: Rule) -> str:
    """A rule for people: what it says, why, by which clause, when, how it is judged, with its examples."""
    from . import authoring

    return authoring.explain(rule)


def explain_code(code: str) -> str | None:
    """What an error code of rule files (R001 …) means and what to do; `None` if there is no such code."""
    from . import diagnostics

    return diagnostics.explain_code(code)
