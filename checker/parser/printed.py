"""The banner that a roll-up calls for, group by group, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..document import Marking
from ..values import Level
from .lexicon import Lexicon
from .release import Decision
from .total import Risen, Total, ordered


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


def head_of(known: Lexicon, marks: Sequence[Marking], system: str, owners: tuple[str, ...], level: Level) -> str:
    """What the banner begins with: the level, or `//` and whose level it is."""
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


def programmes(tree: set[tuple[str, ...]]) -> list[str]:
    """The programmes in order, the prefix before the first of them only."""
    below = sorted(path for path in tree if len(path) > 1)
    heads = {path[0] for path in below}
    texts = [name if index else f"{head}-{name}" for index, (head, name) in enumerate(below)]
    return texts + sorted(path[0] for path in tree if path[0] not in heads)


def nuclear_text(known: Lexicon, tree: set[tuple[str, ...]]) -> list[str]:
    """The nuclear controls in the register's order, each with its sub-controls and numbers."""
    texts = []
    for head in ordered(known, [path[0] for path in tree]):
        names = [path[1] for path in tree if path[0] == head and len(path) > 1]
        numbers = sorted((name for name in names if name.isdigit()), key=int)
        text = "-".join([head, *sorted(name for name in names if not name.isdigit())])
        sigma = next((e for (code, _), e in known.parts.items() if code == head and "numbers" in e.facts), None)
        if numbers and sigma is not None:
            text += f"-{sigma.facts['part'][0]} {' '.join(numbers)}"
        texts.append(text)
    return texts


def unclassified_text(total: Total, level: Level) -> list[str]:
    """The categories of controlled unclassified information; in a classified banner its word alone."""
    if level.classified:
        return [min(total.known.cui, key=len)] if total.controlled else []
    prefix = total.known.prefix
    return sorted((path[0] for path in total.paths["cui"]), key=lambda word: (not word.startswith(prefix), word))


def release_text(known: Lexicon, code: str, decision: Decision) -> str:
    """A control of the dissemination category with its list of countries, if it has one."""
    countries = decision.lists.get(code)
    if countries is None:
        return code
    if code == known.roles["eyes"]:
        return f"{'/'.join(countries)} {code}"
    return f"{code} {', '.join(countries)}"


def printed(known: Lexicon, head: str, risen: Risen, decision: Decision, unclassified: list[str]) -> str:
    """The whole banner in the order of the register."""
    foreign = [" ".join([*risen.foreign, *risen.sources])] if risen.foreign else []
    groups = [written(risen.sci), programmes(risen.sap), nuclear_text(known, risen.aea), foreign, unclassified]
    groups += [[release_text(known, code, decision) for code in risen.dissem], risen.nonic]
    return "//".join([head, *("/".join(group) for group in groups if group)])
