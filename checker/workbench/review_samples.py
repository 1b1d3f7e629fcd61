"""Samples of findings to be judged, and the precision of the rules that they show.

A sample is drawn by the SHA-256 of seed and fingerprint, the first `size` of each rule: a larger sample holds all
members of a smaller one, and nothing depends on the order of rows. Only decisions made in the sample count.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import sqrt

from ..decisions import ACCEPTED, CONFIRMED, FALSE_ALARM, UNSURE, DecisionLog
from ..errors import InputError
from ..record import Record
from .queries import Row

FOLDER = "samples"
FORMAT = 1
SIZE = 30
LARGEST = 5000  # members of a rule
FEWEST = 10  # judged findings for a share; below, only counts are given
Z = 1.959963984540054  # of the 95 % interval
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class ReviewSample(Record):
    """A sample: its name, the filter it was drawn from, findings for each rule, seed, digest of the rules, and members.

    `members` are (rule, fingerprint, document), `totals` the findings of each rule that could have been drawn. With
    `blind`, a reviewer sees the decisions of others only after deciding.
    """

    name: str
    query: str
    size: int
    seed: int
    rules: str
    members: tuple[tuple[str, str, int], ...]
    totals: Mapping[str, int]
    blind: bool = False


class Precision(Record):
    """What a sample says about one rule: judged as right, as wrong, as unsure; not judged yet; and all its findings."""

    rule: str
    right: int
    wrong: int
    unsure: int
    waiting: int
    total: int

    @property
    def judged(self) -> int:
        """The findings judged as right or wrong."""
        return self.right + self.wrong

    @property
    def share(self) -> float | None:
        """The share of right ones; `None` if there are too few for one."""
        return self.right / self.judged if self.judged >= FEWEST or self.complete else None

    @property
    def complete(self) -> bool:
        """Whether every finding of the rule was judged."""
        return 0 < self.judged == self.total

    @property
    def words(self) -> str:
        """The result as one sentence part."""
        counts = f"{self.right} of {self.judged} right"
        if not self.judged:
            return "nothing judged yet"
        if self.complete:
            return f"{counts}, {100 * self.right / self.judged:.1f} %; all reviewed"
        if self.judged < FEWEST:
            return f"{counts}; too few for a share"
        low, high = wilson(self.right, self.judged)
        words = f"{counts}, {100 * self.right / self.judged:.1f} % ({100 * low:.1f}–{100 * high:.1f} %)"
        if self.unsure:
            least = self.right / (self.judged + self.unsure)
            most = (self.right + self.unsure) / (self.judged + self.unsure)
            words += f"; {self.unsure} unsure: {100 * least:.1f}–{100 * most:.1f} %"
        return words


def wilson(right: int, judged: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    share = right / judged
    spread = Z * sqrt(share * (1 - share) / judged + Z * Z / (4 * judged * judged))
    middle = share + Z * Z / (2 * judged)
    scale = 1 + Z * Z / judged
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def draw(rows: Iterable[Row], size: int, seed: int) -> tuple[tuple[tuple[str, str, int], ...], dict[str, int]]:
    """Return the members of a sample from findings, each fingerprint once, and the number of findings of each rule."""
    ranked: dict[str, dict[str, tuple[str, int]]] = {}
    for row in rows:
        key = sha256(f"{seed}\n{row['fingerprint']}".encode()).hexdigest()
        found = ranked.setdefault(str(row["rule"]), {})
        if row["fingerprint"] not in found or row["document"] < found[row["fingerprint"]][1]:
            found[row["fingerprint"]] = key, row["document"]
    members = [
        (rule, fingerprint, document)
        for rule, found in sorted(ranked.items())
        for _, fingerprint, document in sorted((key, name, place) for name, (key, place) in found.items())[:size]
    ]
    return tuple(members), {rule: len(found) for rule, found in sorted(ranked.items())}


def precision(sample: ReviewSample, log: DecisionLog) -> list[Precision]:
    """Return what the decisions made in a sample say about each of its rules."""
    judged = {event.finding: event.decision for event in log.in_force() if event.how == f"sample:{sample.name}"}
    found = []
    for rule, total in sample.totals.items():
        decisions = [judged.get(fingerprint, "") for name, fingerprint, _ in sample.members if name == rule]
        right = sum(decision in (CONFIRMED, ACCEPTED) for decision in decisions)
        wrong, unsure = decisions.count(FALSE_ALARM), decisions.count(UNSURE)
        found.append(Precision(rule, right, wrong, unsure, len(decisions) - right - wrong - unsure, total))
    return found


def overall(found: Sequence[Precision]) -> float | None:
    """Return the precision over all rules with a share, each weighted by its number of findings."""
    weighed = [(one.total, one.share) for one in found if one.share is not None]
    total = sum(weight for weight, _ in weighed)
    return sum(weight * share for weight, share in weighed) / total if total else None


# ---- Files -----------------------------------------------------------------------------------------------------------


def check_name(name: str) -> str:
    """Return the name of a sample. Raises `InputError` if it is not one."""
    if not _NAME.fullmatch(name):
        raise InputError("The name of a sample has lower-case letters, digits, - and _, at most 40.")
    return name


def write(out: str, sample: ReviewSample) -> None:
    """Write a new sample into the folder of an audit. Raises `InputError` if the name is taken."""
    folder = os.path.join(out, FOLDER)
    path = os.path.join(folder, f"{check_name(sample.name)}.json")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    content = {"format": FORMAT, **{name: getattr(sample, name) for name in ReviewSample.__fields__}}
    try:
        with open(path, "x", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
    except FileExistsError:
        raise InputError(f"There is a sample “{sample.name}” already.") from None


def read_all(out: str) -> tuple[list[ReviewSample], list[str]]:
    """Return the samples of an audit by name, and a notice for each file that is damaged."""
    folder = os.path.join(out, FOLDER)
    samples, notices = [], []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if not name.endswith(".json"):
            continue
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                samples.append(_sample(json.load(file)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, InputError):
            notices.append(f"{os.path.join(FOLDER, name)} is damaged and was left out.")
    return samples, notices


def _sample(content: dict[str, object]) -> ReviewSample:
    if content.pop("format", None) != FORMAT:
        raise ValueError("another format")
    sample = ReviewSample(**content)  # type: ignore[arg-type]
    check_name(sample.name)
    sample.members = tuple((str(rule), str(fingerprint), int(place)) for rule, fingerprint, place in sample.members)
    sample.totals = {str(rule): int(total) for rule, total in sample.totals.items()}
    return sample
