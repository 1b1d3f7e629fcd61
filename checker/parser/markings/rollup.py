"""Roll portion marks up to the overall marking (IC-REG-2016 p. 27-30; for telegrams 5 FAH-1 H-246, 5 FAH-2 H-252).

`roll_up` comes first, followed by the comparison with the actual banner, the union of all portions, the selection of
what appears in the banner, and the banner as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...model import Marking, Rollup, Token
from ...record import Record
from ...text import Span
from ...values import Level
from ...vocabulary import Entry, Vocabulary
from .disclosure import Decision, decide, expand
from .tokens import Lexicon, lexicon


def roll_up(
    marks: Sequence[Marking],
    banner: Marking | None,
    profile: str,
    words: Vocabulary,
    captions: Sequence[str] = (),
    place: Span | None = None,
) -> Rollup | None:
    """Return the banner required by the portion marks `marks`, given in text order, or `None` if no mark has a level.

    `profile` is a code from the `profiles` table. In telegrams, the classification line shows only the level, and the
    captions (given by code in `captions`) show everything else (5 FAH-1 H-246, 5 FAH-2 H-252). In other documents, the
    Register's ten steps apply (IC-REG-2016 p. 27-30). The result's span is `place` if given, otherwise the banner's
    span or, without a banner, an empty span at the first mark.
    """
    levels = [mark.level for mark in marks if isinstance(mark.level, Level)]
    if not levels:
        return None
    count = len(marks)
    marks = distinct(marks)
    level = max(levels, key=lambda found: found.rank)
    span = place or (banner.span if banner is not None else None)
    if span is None:
        span = Span(marks[0].span.start, marks[0].span.start)
    known = lexicon(words)
    book = words["profiles"].get(profile)
    if book is not None and book.fact("cable") == "yes":
        roll = _telegram(known, marks, banner, level, span, captions, count)
    else:
        roll = _register(known, marks, banner, level, span, profile, count)
    roll.level_text = _level_text(known, level, banner)
    shown = banner.level if banner is not None else None
    roll.finished = None if isinstance(shown, Level) and shown.rank > level.rank else roll.text
    return roll


def _level_text(known: Lexicon, level: Level, banner: Marking | None) -> str:
    """Return the level's name. It is letter-spaced if the banner is."""
    entry = known.words["levels"].get(level.code)
    spaced = entry.forms.get("spaced") if entry is not None and banner is not None and banner.text[1:2] == " " else None
    return spaced[0] if spaced else level.name


def distinct(marks: Sequence[Marking]) -> list[Marking]:
    """Return the marks without duplicates. The roll-up depends on which marks occur, but not on how often."""
    found: dict[tuple[object, ...], Marking] = {}
    for mark in marks:
        level = mark.level.code if isinstance(mark.level, Level) else None
        key = (mark.text, level, mark.system, mark.controls, mark.owners, mark.release, mark.concealed)
        found.setdefault(key, mark)
    return list(found.values())


# ---- telegrams -------------------------------------------------------------------------------------------------------


def _telegram(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    captions: Sequence[str],
    count: int,
) -> Rollup:
    found = {code for mark in marks for code in mark.controls}
    shown = set(banner.controls if banner is not None else ())
    expected: list[str] = []
    missing: list[str] = []
    for entry in known.marks.captioned if found else ():
        caption = entry.fact("caption")
        if entry.code not in found or (level.classified and unclassified_only(known, entry)):
            continue
        expected.append(entry.code)
        if entry.code not in shown and caption not in captions:
            missing.append(entry.code)
    text = ", ".join([level.name, *expected])
    return Rollup(
        span, level, None, None, text, tuple(expected), missing=tuple(missing), portions=count, why="telegram"
    )


# ---- the Register ----------------------------------------------------------------------------------------------------


def _register(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    profile: str,
    count: int,
) -> Rollup:
    totals = PortionTotals(known, marks)
    system, owners = system_of(marks)
    decision = forced(totals, level, decide(known, marks, banner, profile))
    result = rolled_up(totals, level, decision, system)
    roll = Rollup(span, level, None, None, None, result.codes(), portions=count, why=decision.step)
    roll.decided, roll.mixed = decision.decided, decision.mixed
    roll.concealed = totals.concealed and bool(result.foreign)
    roll.owners = owners or result.sources
    roll.release = decision.lists.get(known.marks.roles["release"])
    if decision.decided:
        head = head_of(known, marks, system, owners, level)
        if system == "nato" and totals.nato:
            head += "//" + "/".join(entry.code for entry in known.words["nato"].entries if entry.code in totals.nato)
        roll.text = printed(known, head, result, decision, unclassified_text(totals, level))
    if banner is not None:
        _compare(known, roll, banner, decision, set(result.sources), bool(result.foreign))
        roll.extra = tuple(code for code in roll.extra if code not in totals.nato)
    return roll


# ---- comparing -------------------------------------------------------------------------------------------------------


def _compare(
    known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, owners: set[str], foreign: bool
) -> None:
    """Record in the roll-up the differences between the actual banner and the expected one."""
    shown = _shown_codes(known, banner)
    release = known.releases
    wanted = [code for code in roll.controls if code not in release]
    roll.missing = tuple(code for code in wanted if not _shows(code, shown))
    roll.extra = tuple(code for code in sorted(shown) if code not in release and not _shows(code, set(wanted)))
    if foreign:
        listed = {c for token in banner.tokens if token.category == "fgi" for c in token.countries}
        roll.missing_owners = tuple(sorted(owners - listed))
    level = banner.level
    if isinstance(level, Level) and level.classified:
        entries = [known.words["controls"].get(code) for code in banner.controls]
        roll.vanishing = tuple(e.code for e in entries if e is not None and unclassified_only(known, e))
    if decision.decided:
        _compare_release(known, roll, banner, decision, release)


def _shown_codes(known: Lexicon, banner: Marking) -> set[str]:
    """Return the codes of the banner's controls. A control with compartments or programs is returned as hyphenated
    paths.
    """
    shown: set[str] = set()
    for token in banner.control_tokens:
        if token.category in ("sci", "sap", "aea", "cui"):
            shown.update("-".join(path) for path in paths(known, token))
        elif token.code is not None and token.category != "declass":
            shown.add(token.code)
    return shown


def _shows(code: str, shown: set[str]) -> bool:
    """Return whether a code is in `shown`. A program also matches if the initials of its nickname are in `shown`."""
    if code in shown:
        return True
    head, _, name = code.partition("-")
    names = [other.partition("-")[2] for other in shown if other.startswith(head + "-")]
    return any(_letters(name) == _letters(other) for other in names if " " in name or " " in other)


def _letters(name: str) -> str:
    return "".join(word[0] for word in name.split()) if " " in name else name


def _compare_release(
    known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, release: frozenset[str]
) -> None:
    found = {code for code in banner.controls if code in release}
    expected = set(decision.codes)
    no_foreign, listing = known.marks.roles["no-foreign"], known.marks.roles["release"]
    if no_foreign in expected and no_foreign not in found:
        roll.missing = (*roll.missing, no_foreign)
    here = expand(known, banner.release) if banner.release else frozenset()
    there = expand(known, decision.lists.get(listing, ()))
    opens = bool(found - {no_foreign})
    roll.wider_release = (no_foreign in expected and opens and no_foreign not in found) or bool(
        listing in expected and here - there
    )
    roll.release_agrees = found == expected and here == there
    if not decision.codes:  # unmarked portions may count as NOFORN, by date and caveats, but never as released
        roll.extra = (*roll.extra, *sorted(found - {no_foreign}))


# ---- the union of all portions, and what the banner takes from it ----------------------------------------------------


class PortionTotals:
    """The union of all portions. `paths` contains their compartments and programs by category, such as `SI-G ABCD`, and
    `codes` contains the entries of their controls.
    """

    def __init__(self, known: Lexicon, marks: Sequence[Marking]) -> None:
        self.known = known
        self.paths: dict[str, set[tuple[str, ...]]] = {"sci": set(), "sap": set(), "aea": set(), "cui": set()}
        self.codes: dict[str, Entry] = {}
        self.controlled = any(mark.system == "cui" for mark in marks)
        self.concealed = any(mark.concealed for mark in marks)
        self.owners: set[str] = set()
        self.nato: set[str] = set()  # the controls that follow a NATO level
        self.foreign = self.concealed
        for mark in marks:
            self._add_owners(mark)
            for token in mark.control_tokens:
                self._add(token)

    def _add_owners(self, mark: Marking) -> None:
        if mark.system == "nato":
            nato = self.known.words["nato"].entries
            self.owners.update(entry.code for entry in nato if entry.fact("kind") == "owner")
        elif mark.system in ("foreign", "joint"):
            self.owners.update(set(mark.owners) - {self.known.owner})
        self.foreign = self.foreign or mark.system in ("nato", "foreign")

    def _add(self, token: Token) -> None:
        if token.category in self.paths:
            self.paths[token.category].update(paths(self.known, token))
        if token.category == "nato" and token.code is not None:
            self.nato.add(token.code)
        entry = self.known.words["controls"].get(token.code or "")
        if entry is not None:
            self.codes[entry.code] = entry
            if entry.fact("role") == "foreign":
                self.foreign = True
                self.concealed = self.concealed or not token.countries
                self.owners.update(token.countries)


def paths(known: Lexicon, token: Token) -> set[tuple[str, ...]]:
    """Return the paths of a token in a tree: `SI-G ABCD-XYZ` becomes (SI), (SI, G), (SI, G, ABCD), and (SI, XYZ)."""
    head = token.code or token.text
    found: set[tuple[str, ...]] = {(head,)} if token.category != "cui" else set()
    for part in token.parts:
        name, _, rest = part.partition(" ")
        if token.category in ("sap", "cui"):
            found.add((head, part) if token.category == "sap" else (part,))
            continue
        entry = known.marks.parts.get((head, name))
        name = entry.facts["part"][0] if entry is not None else name
        found.add((head, name))
        found.update((head, name, sub) for sub in rest.split())
    return found


def joined(tree: set[tuple[str, ...]]) -> list[str]:
    """Return the paths in a tree as hyphenated text, sorted."""
    return ["-".join(path) for path in sorted(tree)]


def unclassified_only(known: Lexicon, entry: Entry) -> bool:
    """Return whether a control may be used only on unclassified information."""
    levels = [known.words["levels"].get(code) for code in entry.facts.get("levels", ())]
    return bool(levels) and all(found is not None and found.fact("classified") == "no" for found in levels)


def system_of(marks: Sequence[Marking]) -> tuple[str, tuple[str, ...]]:
    """Return the marking system and owners that all portions share, or "us" and no owners if they do not share them."""
    systems = {mark.system for mark in marks if mark.control_tokens or mark.system != "us" or is_classified(mark)}
    owners = {mark.owners for mark in marks if mark.owners}
    concealed = any(mark.concealed for mark in marks)
    if len(systems) == 1 and len(owners) <= 1 and not concealed:
        return systems.pop(), next(iter(owners), ())
    return "us", ()


def is_classified(mark: Marking) -> bool:
    """Return whether a mark's level is readable and classified."""
    return isinstance(mark.level, Level) and mark.level.classified


def forced(totals: PortionTotals, level: Level, decision: Decision) -> Decision:
    """Return `decision`, or the strictest release marking if unclassified nuclear controls in a classified banner
    require it.
    """
    if not level.classified:
        return decision
    if any(entry.fact("rollup") == "unclassified-or-no-foreign" for entry in totals.codes.values()):
        return Decision((totals.known.marks.roles["no-foreign"],), {}, "no-foreign", True, decision.mixed)
    return decision


def nuclear(totals: PortionTotals, level: Level) -> set[tuple[str, ...]]:
    """Return the nuclear controls for the banner, as paths. Only the highest classified control appears, with the
    sub-controls of all classified ones.
    """
    tree = totals.paths["aea"]
    entries = [entry for entry in totals.codes.values() if entry.fact("category") == "aea"]
    ranked = sorted((entry for entry in entries if entry.fact("rollup") == "highest"), key=lambda e: e.rank or 0)
    found: set[tuple[str, ...]] = set()
    if ranked:
        head = ranked[0].code
        inherits = (head, *(e.code for e in ranked[1:]))
        found = {(head, *path[1:]) for path in tree if path[0] in inherits}
    if not level.classified:
        found |= {path for path in tree if totals.known.words["controls"].get(path[0]) in entries and len(path) == 1}
    return found


def rising(totals: PortionTotals, level: Level, decision: Decision, category: str) -> list[str]:
    """Return the codes in a category that move up from the portions to the banner, except release markings."""
    here = {entry.fact("role") for entry in totals.codes.values()}
    found: list[str] = []
    for entry in totals.codes.values():
        if entry.fact("category") != category:
            continue
        if entry.fact("rollup") == "compound":
            found += _compound(totals.known, entry, level, decision, bool(here & _STRICT))
        elif _rises(totals, entry, here, level, decision):
            found.append(entry.code)
    return list(dict.fromkeys(found))


_STRICT = frozenset({"nobody", "exclusive"})  # roles of controls that replace weaker ones


def _rises(totals: PortionTotals, entry: Entry, here: set[str], level: Level, decision: Decision) -> bool:
    """Return whether a control moves up to the banner. `here` contains the roles of all controls in the portions."""
    way = entry.fact("rollup")
    if way == "unless-originator":
        return "originator" not in here
    if way == "strictest":
        return entry.fact("role") != "exclusive" or "nobody" not in here
    if way == "unclassified":
        compound = any(other.fact("plain") == entry.code for other in totals.codes.values())
        pushed = bool(here & _STRICT) and entry.fact("role") == "sensitive"
        return not (level.classified or pushed or (compound and not decision.codes))
    if way == "alone":
        return not level.classified and all(e is entry or e.fact("release") for e in totals.codes.values())
    return way == "any"


def _compound(known: Lexicon, entry: Entry, level: Level, decision: Decision, strict: bool) -> list[str]:
    """Return SBU NOFORN or LES NOFORN as one control if the banner is unclassified and has no other release marking,
    otherwise only the first word. Return an empty list if the first word is SBU and either the level is classified or
    the portions contain a stricter control.
    """
    plain = known.words["controls"].get(entry.fact("plain"))
    sensitive = plain is not None and plain.fact("role") == "sensitive"
    if sensitive and (level.classified or strict):
        return []
    return [entry.fact("plain")] if level.classified or decision.codes else [entry.code]


def ordered(known: Lexicon, codes: Sequence[str]) -> list[str]:
    """Return the distinct codes in the order of the `controls` table."""

    def place(code: str) -> int:
        entry = known.words["controls"].get(code)
        return entry.rank or 0 if entry is not None else 99

    return sorted(dict.fromkeys(codes), key=place)


class RollupResult(Record):
    """The items that move up from the portions to the banner: trees of paths, foreign sources, and ordered controls."""

    sci: set[tuple[str, ...]]
    sap: set[tuple[str, ...]]
    aea: set[tuple[str, ...]]
    cui: set[tuple[str, ...]]
    foreign: tuple[str, ...]
    sources: tuple[str, ...]
    dissem: list[str]
    nonic: list[str]

    def codes(self) -> tuple[str, ...]:
        """Return all codes in the order in which they appear in the banner."""
        trees = [*joined(self.sci), *joined(self.sap), *joined(self.aea), *self.foreign, *joined(self.cui)]
        return (*trees, *self.dissem, *self.nonic)


def rolled_up(totals: PortionTotals, level: Level, decision: Decision, system: str) -> RollupResult:
    """Return the items that move up from the portions to a banner with this level, system, and release marking."""
    known = totals.known
    foreign = (known.marks.roles["foreign"],) if system == "us" and totals.foreign else ()
    sources = sorted(totals.owners, key=lambda code: (len(code) > 3, code)) if foreign and not totals.concealed else ()
    dissem = ordered(known, [*rising(totals, level, decision, "dissem"), *decision.codes])
    nonic = ordered(known, rising(totals, level, decision, "nonic"))
    trees = totals.paths
    return RollupResult(
        trees["sci"], trees["sap"], nuclear(totals, level), trees["cui"], foreign, tuple(sources), dissem, nonic
    )


# ---- the banner as text ----------------------------------------------------------------------------------------------


def written(tree: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the control systems in a tree as they appear in a banner, sorted: `SI-G ABCD-XYZ`."""
    nodes = set(tree)
    texts = []
    for head in sorted({path[0] for path in nodes}):
        text = head
        for name in sorted({path[1] for path in nodes if path[0] == head and len(path) > 1}):
            subs = sorted(path[2] for path in nodes if path[:2] == (head, name) and len(path) > 2)
            text += "-" + " ".join([name, *subs])
        texts.append(text)
    return texts


def head_of(known: Lexicon, marks: Sequence[Marking], system: str, owners: tuple[str, ...], level: Level) -> str:
    """Return the beginning of the banner: the level in the U.S. system; `//`, the owner, and the level in other
    systems; or, for controlled unclassified information, the word that marks it.
    """
    if system == "joint":
        return f"//{next(iter(known.marks.joint))} {level.name} {' '.join(owners)}".rstrip()
    if system == "foreign":
        return f"//{' '.join(owners)} {level.name}"
    if system == "nato":
        top = max((mark for mark in marks if mark.level == level), key=lambda mark: mark.text)
        token = top.level_token
        entry = known.words["nato"].get(token.code or "") if token is not None else None
        return "//" + (entry.forms.get("banner", (entry.title,))[0] if entry is not None else level.name)
    if system == "cui":
        return min(known.marks.cui, key=len)
    return level.name


def programs(tree: set[tuple[str, ...]]) -> list[str]:
    """Return the programs in alphabetical order, with the prefix only before the first one."""
    below = sorted(path for path in tree if len(path) > 1)
    heads = {path[0] for path in below}
    texts = [name if index else f"{head}-{name}" for index, (head, name) in enumerate(below)]
    return texts + sorted(path[0] for path in tree if path[0] not in heads)


def nuclear_text(known: Lexicon, tree: set[tuple[str, ...]]) -> list[str]:
    """Return the nuclear controls in the Register's order, each with its sub-controls and numbers."""
    texts = []
    for head in ordered(known, [path[0] for path in tree]):
        names = [path[1] for path in tree if path[0] == head and len(path) > 1]
        numbers = sorted((name for name in names if name.isdigit()), key=int)
        text = "-".join([head, *sorted(name for name in names if not name.isdigit())])
        sigma = next((e for (code, _), e in known.marks.parts.items() if code == head and "numbers" in e.facts), None)
        if numbers and sigma is not None:
            text += f"-{sigma.facts['part'][0]} {' '.join(numbers)}"
        texts.append(text)
    return texts


def unclassified_text(totals: PortionTotals, level: Level) -> list[str]:
    """Return the categories of controlled unclassified information. For a classified banner, return only the word that
    represents all of them.
    """
    if level.classified:
        return [min(totals.known.marks.cui, key=len)] if totals.controlled else []
    prefix = totals.known.marks.prefix
    return sorted((path[0] for path in totals.paths["cui"]), key=lambda word: (not word.startswith(prefix), word))


def release_text(known: Lexicon, code: str, decision: Decision) -> str:
    """Return a control's code with its country list if there is one."""
    countries = decision.lists.get(code)
    if countries is None:
        return code
    if code == known.marks.roles["eyes"]:
        return f"{'/'.join(countries)} {code}"
    return f"{code} {', '.join(countries)}"


def printed(known: Lexicon, head: str, result: RollupResult, decision: Decision, unclassified: list[str]) -> str:
    """Return the complete banner in the Register's order."""
    foreign = [" ".join([*result.foreign, *result.sources])] if result.foreign else []
    groups = [written(result.sci), programs(result.sap), nuclear_text(known, result.aea), foreign, unclassified]
    groups += [[release_text(known, code, decision) for code in result.dissem], result.nonic]
    return "//".join([head, *("/".join(group) for group in groups if group)])
