"""From portion marks to the overall marking: what the banner should say, and how the banner found differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..document import Marking, Rollup, Token
from ..text import Span
from ..values import Date, Level
from ..vocabulary import Entry, Vocabulary
from .lexicon import Lexicon, lexicon
from .release import Decision, decide, expand


def roll_up(
    marks: Sequence[Marking],
    banner: Marking | None,
    profile: str,
    date: Date | None,
    words: Vocabulary,
    captions: Sequence[str] = (),
    place: Span | None = None,
) -> Rollup | None:
    """What `marks`, the portion marks in order, make of the banner; `None` if no mark has a level.

    `profile` is a rule book of the table `profiles`: in telegrams the line shows the level alone, and captions (their
    codes) show the rest (5 FAH-1 H-246, 5 FAH-2 H-252); elsewhere the register's ten steps hold (IC-REG-2016
    p. 27-30). The span is `place`, else the banner's, else empty at the first mark.
    """
    levels = [mark.level for mark in marks if isinstance(mark.level, Level)]
    if not levels:
        return None
    level = max(levels, key=lambda found: found.rank)
    start = marks[0].span.start
    span = place or (banner.span if banner is not None else Span(start, start))
    known = lexicon(words)
    book = words["profiles"].get(profile)
    if book is not None and book.fact("cable") == "yes":
        return _telegram(known, marks, banner, level, span, captions)
    return _register(known, marks, banner, level, span, profile, date)


# ---- telegrams -------------------------------------------------------------------------------------------------------


def _telegram(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    captions: Sequence[str],
) -> Rollup:
    found = {code for mark in marks for code in mark.controls}
    shown = set(banner.controls if banner is not None else ())
    expected: list[str] = []
    missing: list[str] = []
    for entry in known.captioned if found else ():
        caption = entry.fact("caption")
        if entry.code not in found or (level.classified and _unclassified_only(known, entry)):
            continue
        expected.append(entry.code)
        if entry.code not in shown and caption not in captions:
            missing.append(entry.code)
    text = ", ".join([level.name, *expected])
    return Rollup(span, level, text, tuple(expected), missing=tuple(missing), portions=len(marks), why="telegram")


def _unclassified_only(known: Lexicon, entry: Entry) -> bool:
    levels = [known.words["levels"].get(code) for code in entry.facts.get("levels", ())]
    return bool(levels) and all(found is not None and found.fact("classified") == "no" for found in levels)


# ---- the register ----------------------------------------------------------------------------------------------------


class _Sum:
    """The union of all portions, category by category: paths such as `SI-G ABCD` and every token's entry."""

    def __init__(self, known: Lexicon, marks: Sequence[Marking]) -> None:
        self.known = known
        self.paths: dict[str, set[tuple[str, ...]]] = {"sci": set(), "sap": set(), "aea": set(), "cui": set()}
        self.codes: dict[str, Entry] = {}
        self.controlled = any(mark.system == "cui" for mark in marks)
        self.concealed = any(mark.concealed for mark in marks)
        self.owners: set[str] = set()
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
        entry = self.known.words["controls"].get(token.code or "")
        if entry is not None:
            self.codes[entry.code] = entry
            if entry.fact("role") == "foreign":
                self.foreign = True
                self.concealed = self.concealed or not token.countries
                self.owners.update(token.countries)


def paths(known: Lexicon, token: Token) -> set[tuple[str, ...]]:
    """The token as paths of a tree: `SI-G ABCD-XYZ` is (SI), (SI, G), (SI, G, ABCD), (SI, XYZ)."""
    head = token.code or token.text
    found: set[tuple[str, ...]] = {(head,)} if token.category != "cui" else set()
    for part in token.parts:
        name, _, rest = part.partition(" ")
        if token.category in ("sap", "cui"):
            found.add((head, part) if token.category == "sap" else (part,))
            continue
        entry = known.parts.get((head, name))
        name = entry.facts["part"][0] if entry is not None else name
        found.add((head, name))
        found.update((head, name, sub) for sub in rest.split())
    return found


def written(tree: Iterable[tuple[str, ...]]) -> list[str]:
    """The systems of a tree as a banner writes them, sorted: `SI-G ABCD-XYZ`."""
    nodes = set(tree)
    texts = []
    for head in sorted({path[0] for path in nodes}):
        text = head
        for name in sorted({path[1] for path in nodes if path[0] == head and len(path) > 1}):
            subs = sorted(path[2] for path in nodes if path[:2] == (head, name) and len(path) > 2)
            text += "-" + " ".join([name, *subs])
        texts.append(text)
    return texts


def _register(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    profile: str,
    date: Date | None,
) -> Rollup:
    total = _Sum(known, marks)
    system, owners = _system(marks)
    decision = decide(known, marks, banner, profile, date)
    decision = _forced(total, level, decision)
    aea = _nuclear(total, level)
    dissem = _rising(total, level, decision, "dissem")
    nonic = _rising(total, level, decision, "nonic")
    foreign = system == "us" and total.foreign
    foreign_code = (known.roles["foreign"],) if foreign else ()
    named = () if total.concealed or not foreign else tuple(sorted(total.owners, key=lambda c: (len(c) > 3, c)))
    expected = [*_joined(total.paths["sci"]), *_joined(total.paths["sap"])]
    expected += [*_joined(aea), *foreign_code, *_joined(total.paths["cui"])]
    ordered = _ordered(known, [*dissem, *decision.codes]) + _ordered(known, nonic)
    roll = Rollup(span, level, None, tuple(expected) + tuple(ordered), portions=len(marks), why=decision.step)
    roll.decided, roll.mixed, roll.concealed = decision.decided, decision.mixed, total.concealed and foreign
    roll.owners = owners or named
    roll.release = decision.lists.get(known.roles["release"])
    if decision.decided:
        groups = [written(total.paths["sci"]), _programmes(known, total), _nuclear_text(known, aea)]
        groups += [[" ".join([*foreign_code, *named])] if foreign else [], _unclassified_text(total, level)]
        groups += [[_release_text(known, code, decision) for code in _ordered(known, [*dissem, *decision.codes])]]
        groups += [_ordered(known, nonic)]
        roll.text = "//".join(
            [_head(known, marks, system, owners, level), *("/".join(group) for group in groups if group)]
        )
    if banner is not None:
        _compare(known, roll, banner, decision, set(named), foreign)
    return roll


def _joined(tree: set[tuple[str, ...]]) -> list[str]:
    """A tree's paths as one word each, sorted."""
    return ["-".join(path) for path in sorted(tree)]


def _system(marks: Sequence[Marking]) -> tuple[str, tuple[str, ...]]:
    """The system of the whole: that of all portions if all agree in it and in their owners, else us."""
    systems = {mark.system for mark in marks if mark.control_tokens or mark.system != "us" or _is_classified(mark)}
    owners = {mark.owners for mark in marks if mark.owners}
    concealed = any(mark.concealed for mark in marks)
    if len(systems) == 1 and len(owners) <= 1 and not concealed:
        return systems.pop(), next(iter(owners), ())
    return "us", ()


def _is_classified(mark: Marking) -> bool:
    return isinstance(mark.level, Level) and mark.level.classified


def _forced(total: _Sum, level: Level, decision: Decision) -> Decision:
    """Unclassified nuclear controls vanish from a classified banner and force the strictest release marking."""
    if not level.classified:
        return decision
    if any(entry.fact("rollup") == "unclassified-or-no-foreign" for entry in total.codes.values()):
        return Decision((total.known.roles["no-foreign"],), {}, "no-foreign", True, decision.mixed)
    return decision


def _nuclear(total: _Sum, level: Level) -> set[tuple[str, ...]]:
    """Only the highest of the classified nuclear controls rises, with its own and the other's sub-controls."""
    tree = total.paths["aea"]
    entries = [entry for entry in total.codes.values() if entry.fact("category") == "aea"]
    ranked = sorted((entry for entry in entries if entry.fact("rollup") == "highest"), key=lambda e: e.rank or 0)
    found: set[tuple[str, ...]] = set()
    if ranked:
        head = ranked[0].code
        inherits = (head, *(e.code for e in ranked[1:]))
        found = {(head, *path[1:]) for path in tree if path[0] in inherits}
    if not level.classified:
        found |= {path for path in tree if total.known.words["controls"].get(path[0]) in entries and len(path) == 1}
    return found


def _rising(total: _Sum, level: Level, decision: Decision, category: str) -> list[str]:
    """The codes of a category that rise from the portions, release markings aside."""
    known = total.known
    entries = [entry for entry in total.codes.values() if entry.fact("category") == category]
    here = {entry.fact("role") for entry in total.codes.values()}
    found: list[str] = []
    for entry in entries:
        way = entry.fact("rollup")
        strict = bool(here & {"nobody", "exclusive"})
        if way == "any":
            found.append(entry.code)
        elif way == "unless-originator":
            found += [] if "originator" in here else [entry.code]
        elif way == "strictest":
            found += [] if entry.fact("role") == "exclusive" and "nobody" in here else [entry.code]
        elif way == "unclassified":
            compound = any(other.fact("plain") == entry.code for other in total.codes.values())
            pushed = strict and entry.fact("role") == "sensitive"
            found += [] if level.classified or pushed or (compound and not decision.codes) else [entry.code]
        elif way == "compound":
            found += _compound(known, entry, level, decision, strict)
        elif way == "alone":
            others = [e for e in total.codes.values() if e is not entry and not e.fact("release")]
            found += [] if level.classified or others else [entry.code]
    return list(dict.fromkeys(found))


def _compound(known: Lexicon, entry: Entry, level: Level, decision: Decision, strict: bool) -> list[str]:
    """SBU NOFORN and LES NOFORN stay whole in an unclassified banner without another release marking, else split."""
    plain = known.words["controls"].get(entry.fact("plain"))
    sensitive = plain is not None and plain.fact("role") == "sensitive"
    if sensitive and (level.classified or strict):
        return []
    return [entry.fact("plain")] if level.classified or decision.codes else [entry.code]


def _ordered(known: Lexicon, codes: Sequence[str]) -> list[str]:
    def place(code: str) -> int:
        entry = known.words["controls"].get(code)
        return entry.rank or 0 if entry is not None else 99

    return sorted(dict.fromkeys(codes), key=place)


# ---- printing --------------------------------------------------------------------------------------------------------


def _head(known: Lexicon, marks: Sequence[Marking], system: str, owners: tuple[str, ...], level: Level) -> str:
    if system == "joint":
        return f"//{next(iter(known.joint))} {level.name} {' '.join(owners)}".rstrip()
    if system == "foreign":
        return f"//{' '.join(owners)} {level.name}"
    if system == "nato":
        top = max((mark for mark in marks if mark.level == level), key=lambda mark: mark.text)
        token = top.level_token
        entry = known.words["nato"].get(token.code or "") if token is not None else None
        return "//" + (entry.forms.get("banner", (entry.title,))[0] if entry is not None else level.name)
    if system == "cui":
        return min(known.cui, key=len)
    return level.name


def _programmes(known: Lexicon, total: _Sum) -> list[str]:
    names = sorted(path[1] for path in total.paths["sap"] if len(path) > 1)
    if not names:
        return []
    head = next(path[0] for path in total.paths["sap"])
    return [f"{head}-{names[0]}", *names[1:]]


def _nuclear_text(known: Lexicon, tree: set[tuple[str, ...]]) -> list[str]:
    texts = []
    for head in _ordered(known, [path[0] for path in tree]):
        names = [path[1] for path in tree if path[0] == head and len(path) > 1]
        numbers = sorted((name for name in names if name.isdigit()), key=int)
        text = "-".join([head, *sorted(name for name in names if not name.isdigit())])
        sigma = next((e for (code, _), e in known.parts.items() if code == head and "numbers" in e.facts), None)
        if numbers and sigma is not None:
            text += f"-{sigma.facts['part'][0]} {' '.join(numbers)}"
        texts.append(text)
    return texts


def _unclassified_text(total: _Sum, level: Level) -> list[str]:
    if level.classified:
        return [min(total.known.cui, key=len)] if total.controlled else []
    prefix = total.known.prefix
    return sorted((path[0] for path in total.paths["cui"]), key=lambda word: (not word.startswith(prefix), word))


def _release_text(known: Lexicon, code: str, decision: Decision) -> str:
    countries = decision.lists.get(code)
    if countries is None:
        return code
    if code == known.roles["eyes"]:
        return f"{'/'.join(countries)} {code}"
    return f"{code} {', '.join(countries)}"


# ---- comparing -------------------------------------------------------------------------------------------------------


def _compare(
    known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, owners: set[str], foreign: bool
) -> None:
    """Fill in how the banner found differs from the one expected."""
    shown: set[str] = set()
    for token in banner.control_tokens:
        if token.category in ("sci", "sap", "aea", "cui"):
            shown.update("-".join(path) for path in paths(known, token))
        elif token.code is not None and token.category != "declass":
            shown.add(token.code)
    release = {entry.code for entry in known.words["controls"].entries if entry.fact("release")}
    wanted = [code for code in roll.controls if code not in release]
    roll.missing = tuple(code for code in wanted if not _shows(code, shown))
    roll.extra = tuple(code for code in sorted(shown) if code not in release and not _shows(code, set(wanted)))
    if foreign:
        listed = {c for token in banner.tokens if token.category == "fgi" for c in token.countries}
        roll.missing_owners = tuple(sorted(owners - listed))
    level = banner.level
    if isinstance(level, Level) and level.classified:
        entries = [known.words["controls"].get(code) for code in banner.controls]
        roll.vanishing = tuple(e.code for e in entries if e is not None and _unclassified_only(known, e))
    if decision.decided:
        _compare_release(known, roll, banner, decision, release)


def _shows(code: str, shown: set[str]) -> bool:
    """Whether a code is among those shown; a programme also by the first letters of its nickname."""
    if code in shown:
        return True
    head, _, name = code.partition("-")
    names = [other.partition("-")[2] for other in shown if other.startswith(head + "-")]
    return any(_letters(name) == _letters(other) for other in names if " " in name or " " in other)


def _letters(name: str) -> str:
    return "".join(word[0] for word in name.split()) if " " in name else name


def _compare_release(known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, release: set[str]) -> None:
    found = {code for code in banner.controls if code in release}
    expected = set(decision.codes)
    no_foreign, listing = known.roles["no-foreign"], known.roles["release"]
    if no_foreign in expected and no_foreign not in found:
        roll.missing = (*roll.missing, no_foreign)
    here = expand(known, banner.release) if banner.release else frozenset()
    there = expand(known, decision.lists.get(listing, ()))
    opens = bool(found - {no_foreign})
    roll.wider_release = (no_foreign in expected and opens and no_foreign not in found) or bool(
        listing in expected and here - there
    )
    roll.release_agrees = found == expected and here == there
    roll.extra = (*roll.extra, *sorted(found - expected)) if not decision.codes else roll.extra
