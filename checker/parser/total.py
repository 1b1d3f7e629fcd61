"""The union of all portions, category by category, and what of it rises to the banner (IC-REG-2016 p. 27-30)."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Marking, Token
from ..record import Record
from ..values import Level
from ..vocabulary import Entry
from .lexicon import Lexicon
from .release import Decision


class Total:
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


def joined(tree: set[tuple[str, ...]]) -> list[str]:
    """A tree's paths as one word each, sorted."""
    return ["-".join(path) for path in sorted(tree)]


def unclassified_only(known: Lexicon, entry: Entry) -> bool:
    """Whether a control may stand on unclassified information alone."""
    levels = [known.words["levels"].get(code) for code in entry.facts.get("levels", ())]
    return bool(levels) and all(found is not None and found.fact("classified") == "no" for found in levels)


def system_of(marks: Sequence[Marking]) -> tuple[str, tuple[str, ...]]:
    """The system of the whole: that of all portions if all agree in it and in their owners, else us."""
    systems = {mark.system for mark in marks if mark.control_tokens or mark.system != "us" or is_classified(mark)}
    owners = {mark.owners for mark in marks if mark.owners}
    concealed = any(mark.concealed for mark in marks)
    if len(systems) == 1 and len(owners) <= 1 and not concealed:
        return systems.pop(), next(iter(owners), ())
    return "us", ()


def is_classified(mark: Marking) -> bool:
    """Whether a mark's level could be read and is a classified one."""
    return isinstance(mark.level, Level) and mark.level.classified


def forced(total: Total, level: Level, decision: Decision) -> Decision:
    """Unclassified nuclear controls vanish from a classified banner and force the strictest release marking."""
    if not level.classified:
        return decision
    if any(entry.fact("rollup") == "unclassified-or-no-foreign" for entry in total.codes.values()):
        return Decision((total.known.roles["no-foreign"],), {}, "no-foreign", True, decision.mixed)
    return decision


def nuclear(total: Total, level: Level) -> set[tuple[str, ...]]:
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


def rising(total: Total, level: Level, decision: Decision, category: str) -> list[str]:
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


def ordered(known: Lexicon, codes: Sequence[str]) -> list[str]:
    """The codes, each once, in the order that the table gives them inside their category."""

    def place(code: str) -> int:
        entry = known.words["controls"].get(code)
        return entry.rank or 0 if entry is not None else 99

    return sorted(dict.fromkeys(codes), key=place)


class Risen(Record):
    """What rises to the banner: trees of paths, the code and sources of foreign information, controls in order."""

    sci: set[tuple[str, ...]]
    sap: set[tuple[str, ...]]
    aea: set[tuple[str, ...]]
    cui: set[tuple[str, ...]]
    foreign: tuple[str, ...]
    sources: tuple[str, ...]
    dissem: list[str]
    nonic: list[str]

    def codes(self) -> tuple[str, ...]:
        """Everything that rises, in the order of the banner."""
        trees = [*joined(self.sci), *joined(self.sap), *joined(self.aea), *self.foreign, *joined(self.cui)]
        return (*trees, *self.dissem, *self.nonic)


def risen_of(total: Total, level: Level, decision: Decision, system: str) -> Risen:
    """What of the total rises to a banner of that level and system with that release marking."""
    known = total.known
    foreign = (known.roles["foreign"],) if system == "us" and total.foreign else ()
    sources = sorted(total.owners, key=lambda code: (len(code) > 3, code)) if foreign and not total.concealed else ()
    dissem = ordered(known, [*rising(total, level, decision, "dissem"), *decision.codes])
    nonic = ordered(known, rising(total, level, decision, "nonic"))
    trees = total.paths
    return Risen(
        trees["sci"], trees["sap"], nuclear(total, level), trees["cui"], foreign, tuple(sources), dissem, nonic
    )
