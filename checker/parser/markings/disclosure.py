"""Determine which release marking the portions require in the banner (IC-REG-2016 p. 27-30, table 3)."""

from __future__ import annotations

from collections.abc import Sequence

from ...model import Marking
from ...record import Record
from ...values import Level
from .tokens import Lexicon


class Decision(Record):
    """The release marking that the banner requires.

    `codes` contains release controls, and `lists` contains their countries. `step` is a code from the `release_steps`
    table. `decided` is false if the table leaves the decision to a person. `mixed` is true if only some portions have a
    release marking.
    """

    codes: tuple[str, ...]
    lists: dict[str, tuple[str, ...]]
    step: str
    decided: bool = True
    mixed: bool = False


class Portion(Record):
    """The release information for one portion: the roles of its controls, and its country lists with groups
    expanded.
    """

    classified: bool
    roles: frozenset[str]
    release: frozenset[str] | None
    display: frozenset[str] | None
    plain: bool
    compound: bool
    written: tuple[str, ...]


def expand(lexicon: Lexicon, codes: Sequence[str]) -> frozenset[str]:
    """Return the codes of the given countries, replacing each group with its members if they are listed."""
    found: set[str] = set()
    for code in codes:
        code = lexicon.countries.get(code, code)
        found.update(lexicon.members.get(code, (code,)))
    return frozenset(found)


def listed(codes: frozenset[str], owner: str | None = None) -> tuple[str, ...]:
    """Return the codes in list order: the owner, then three-letter codes, then longer codes, each alphabetically."""
    return tuple(sorted(codes, key=lambda code: (code != owner, len(code) > 3, code)))


def decide(lexicon: Lexicon, marks: Sequence[Marking], banner: Marking | None, profile: str) -> Decision:
    """Return the release marking that the portion marks require in the banner under a profile. If unclassified portions
    without a release marking would change the result, the decision is left to a person.
    """
    portions = [_portion(lexicon, mark, banner) for mark in marks]
    portions = [portion for portion in portions if not portion.plain]
    certain = [portion for portion in portions if portion.classified or portion.roles or portion.compound]
    first = _decide(lexicon, certain, profile)
    if len(certain) < len(portions):
        second = _decide(lexicon, portions, profile)
        if (first.codes, first.lists) != (second.codes, second.lists):
            return Decision(first.codes, first.lists, first.step, False, True)
    return first


def _portion(lexicon: Lexicon, mark: Marking, banner: Marking | None) -> Portion:
    roles: set[str] = set()
    display: frozenset[str] | None = None
    controls = lexicon.words["controls"]
    compound = False
    for token in mark.control_tokens:
        entry = controls.get(token.code or "")
        if entry is None:
            continue
        role = entry.fact("role") if entry.fact("release") else entry.fact("forces") or entry.fact("counts")
        if role:
            roles.add(role)
        compound = compound or entry.fact("rollup") == "compound"
        if role == "display":
            display = expand(lexicon, token.countries)
    written = mark.release
    if written == () and banner is not None and banner.release:
        written = banner.release
    release = expand(lexicon, written) if written else None
    classified = isinstance(mark.level, Level) and mark.level.classified
    plain = not classified and not mark.control_tokens and mark.system == "us"
    return Portion(classified, frozenset(roles), release, display, plain, compound, written or ())


def _decide(lexicon: Lexicon, portions: list[Portion], profile: str) -> Decision:
    marked = [portion for portion in portions if portion.roles or portion.compound]
    roles = frozenset[str]().union(*(portion.roles for portion in portions))
    classified = any(portion.classified for portion in portions)
    names = lexicon.marks.roles
    none = Decision((), {}, "none")
    mixed = bool(marked) and len(marked) < len(portions)
    no_foreign = Decision((names["no-foreign"],), {}, "no-foreign", True, mixed)
    if not marked:
        return none
    if "no-foreign" in roles:
        return no_foreign
    if any(portion.compound for portion in portions):
        alone = not classified and not roles
        return none if alone else Decision(no_foreign.codes, {}, "unclassified-compound", True, mixed)
    if mixed:
        return _with_unmarked(lexicon, no_foreign, roles, profile)
    return _common(lexicon, portions, no_foreign)


def _with_unmarked(lexicon: Lexicon, no_foreign: Decision, roles: frozenset[str], profile: str) -> Decision:
    """Return the release marking for a mixture of marked and unmarked portions. Some profiles do not require one."""
    book = lexicon.words["profiles"].get(profile)
    if book is not None and book.fact("mixture") == "none":
        return Decision((), {}, "release-and-unmarked", roles == {"release"}, True)
    if roles == {"official"}:
        return Decision(no_foreign.codes, {}, "official-and-unmarked", False, True)
    step = "display-and-unmarked" if "display" in roles else "release-and-unmarked"
    return Decision(no_foreign.codes, {}, step, True, True)


def _common(lexicon: Lexicon, portions: list[Portion], no_foreign: Decision) -> Decision:
    """Return the release marking common to all portions, or `no_foreign` if there is none. If a release list is
    missing, the decision is left to a person.
    """
    names, owner = lexicon.marks.roles, lexicon.owner
    each = [portion.roles for portion in portions]
    if any(portion.release is None and portion.roles & {"release", "eyes"} for portion in portions):
        return Decision((), {}, "release-common", False)
    codes: list[str] = []
    lists: dict[str, tuple[str, ...]] = {}
    if all(roles & {"release", "eyes"} for roles in each):
        common = frozenset.intersection(*(portion.release or frozenset() for portion in portions))
        if common - {owner}:
            code = names["eyes"] if all("eyes" in roles for roles in each) else names["release"]
            codes.append(code)
            lists[code] = _common_list(portions, common, owner)
    if all("official" in roles for roles in each):
        codes.append(names["official"])
    shown = _shown_to_all(portions, bool(codes)) - {owner}
    if shown:
        codes.append(names["display"])
        lists[names["display"]] = listed(shown)
    step = _step(names, codes, each)
    return Decision(tuple(codes) or no_foreign.codes, lists, step)


def _common_list(portions: list[Portion], common: frozenset[str], owner: str) -> tuple[str, ...]:
    """Return the countries common to all portions. If all portions have the same list, its order is kept."""
    return portions[0].written if len({portion.written for portion in portions}) == 1 else listed(common, owner)


def _shown_to_all(portions: list[Portion], released: bool) -> frozenset[str]:
    """Return the countries that may see all portions.

    Display lists count if every portion has one. They also count if only some portions have one, the others have a
    release list, and no release marking is common to all portions (`released`).
    """
    display = ["display" in portion.roles for portion in portions]
    if all(display) or (any(display) and not released and all(_shows(portion.roles) for portion in portions)):
        return frozenset.intersection(*(_shown(portion, all(display)) for portion in portions))
    return frozenset()


def _shown(portion: Portion, all_display: bool) -> frozenset[str]:
    """Return the countries that may see a portion: those on its display list and, unless every portion has a display
    list, those on its release list.
    """
    shown = portion.display or frozenset()
    return shown if all_display else shown | (portion.release or frozenset())


def _shows(roles: frozenset[str]) -> bool:
    return bool(roles & {"release", "display"})


def _step(names: dict[str, str], codes: list[str], each: list[frozenset[str]]) -> str:
    """Return the code of the applicable row in the `release_steps` table."""
    if names["release"] in codes or names["eyes"] in codes:
        return "release-common"
    if names["official"] in codes:
        return "official"
    everything = frozenset[str]().union(*each)
    if names["display"] in codes:
        return "display" if all("display" in roles for roles in each) else "display-and-release"
    if "display" in everything:
        return "display-and-official" if "official" in everything else "display-and-unmarked"
    return "release-and-official" if "official" in everything else "release-nothing-common"
