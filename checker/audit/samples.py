"""Draw samples of findings or documents, and estimate each rule's precision from them.

A sample is stored as `samples/NAME.json` in the folder of an audit. Members are ordered by the SHA-256 digest of the
seed and their key, so that a larger sample contains all members of a smaller one, and nothing depends on the order of
rows.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from ..decisions import ACCEPTED, CONFIRMED, FALSE_ALARM, UNSURE, ReviewDecision
from ..errors import ConfigError, InputError
from ..record import Record
from .parts import write_file

FOLDER = "samples"
FORMAT = 1
FINDINGS, DOCUMENTS = "findings", "documents"
DEFAULT_SIZE = 30  # findings of each rule
FEWEST = 10  # judged findings below which no share is given
Z = 1.959963984540054  # the quantile of the standard normal distribution for 95%
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_BYTES = 50_000_000


class Sample(Record):
    """A drawn sample. `members` are pairs of (group, key): a rule and a finding's fingerprint, or a stratum and a
    document number.

    `populations` contains the number of candidates in each group, `filter` describes the candidates, and `rules` is the
    digest of the rules. In a `blind` sample, reviewers see each other's decisions only after deciding.
    """

    name: str
    kind: str
    size: int
    seed: int
    filter: str
    rules: str
    members: tuple[tuple[str, str], ...]
    populations: Mapping[str, int]
    blind: bool = False

    @property
    def how(self) -> str:
        """Return the `how` value for decisions that belong to this sample."""
        return f"sample:{self.name}"


def draw(candidates: Iterable[tuple[str, str]], size: int, seed: int) -> list[tuple[str, str]]:
    """Return the first `size` distinct candidates (group, key) in each group, ordered by the digest of seed and key."""
    keyed = sorted((sha256(f"{seed}|{key}".encode()).hexdigest(), group, key) for group, key in set(candidates))
    taken: dict[str, int] = {}
    drawn = []
    for _, group, key in keyed:
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= size:
            drawn.append((group, key))
    return drawn


def new(
    name: str, kind: str, candidates: Iterable[tuple[str, str]], size: int, seed: int, rules: str, filter: str = ""
) -> Sample:
    """Draw a sample from candidates and return it.

    Raises `ConfigError` for a name, kind, or size that is not allowed, and if there are no candidates.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"sample name {name!r}: expected lower-case letters, digits, - and _, at most 64")
    if kind not in (FINDINGS, DOCUMENTS):
        raise ConfigError(f"sample kind {kind!r}: expected {FINDINGS} or {DOCUMENTS}")
    if size < 1:
        raise ConfigError("sample size: expected a positive number")
    listed = set(candidates)
    if not listed:
        raise ConfigError("the sample would be empty: nothing matches")
    populations: dict[str, int] = {}
    for group, _ in listed:
        populations[group] = populations.get(group, 0) + 1
    members = tuple(draw(listed, size, seed))
    return Sample(name, kind, size, seed, filter, rules, members, dict(sorted(populations.items())))


def save(out: str, sample: Sample) -> str:
    """Write a sample to the folder of an audit and return its path. Raises `ConfigError` if the name is taken."""
    path = _path(out, sample.name)
    if os.path.exists(path):
        raise ConfigError(f"{path} already exists; choose another name")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fields = {name: getattr(sample, name) for name in sample.__fields__}
    write_file(path, (json.dumps({"format": FORMAT, **fields}, indent=1) + "\n").encode())
    return path


def load(out: str, name: str) -> Sample:
    """Return the sample with this name, read from its file. Raises `InputError` if there is no such sample or it is
    damaged.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"there is no sample {name!r}")
    path = _path(out, name)
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES:,} bytes")
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        if found.pop("format") != FORMAT or found["name"] != name:
            raise ValueError(f"not of format {FORMAT}")
        found["members"] = tuple((str(group), str(key)) for group, key in found["members"])
        found["populations"] = {str(group): int(number) for group, number in found["populations"].items()}
        return Sample(**found)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: damaged: {error}") from error


def names(out: str) -> list[str]:
    """Return the names of all samples in an audit."""
    folder = os.path.join(out, FOLDER)
    found = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name[:-5] for name in found if name.endswith(".json") and _NAME.fullmatch(name[:-5]))


def _path(out: str, name: str) -> str:
    return os.path.join(out, FOLDER, f"{name}.json")


# ---- Precision -------------------------------------------------------------------------------------------------------


def wilson(successes: int, number: int, z: float = Z) -> tuple[float, float]:
    """Return the Wilson score interval for `successes` of `number`, as two shares from 0 to 1. Raises `ValueError` if
    `number` is 0 or smaller than `successes`.
    """
    if number <= 0 or not 0 <= successes <= number:
        raise ValueError(f"{successes} of {number} is not a share")
    share, square = successes / number, z * z
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = z / (1 + square / number) * math.sqrt(share * (1 - share) / number + square / (4 * number * number))
    low = middle - half if successes else 0.0  # at the edges, rounding would leave a tiny remainder
    return max(0.0, low), min(1.0, middle + half) if successes < number else 1.0


class Precision(Record):
    """Counts of the judgments on one group in a sample. The group was drawn from `population` findings; `right` is the
    number of findings that were confirmed or accepted.
    """

    right: int
    wrong: int
    unsure: int
    undecided: int
    population: int

    @property
    def judged(self) -> int:
        """Return the number of findings that were judged right or wrong."""
        return self.right + self.wrong

    @property
    def share(self) -> float | None:
        """Return the precision, or `None` if too few findings were judged: fewer than ten, unless that is the whole
        population.
        """
        return self.right / self.judged if self.judged >= FEWEST or (self.judged and self.complete) else None

    @property
    def complete(self) -> bool:
        """Return whether every finding in the population was judged."""
        return self.judged >= self.population

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95% interval, or `None` if too few findings were judged, or if all were judged and nothing is
        estimated.
        """
        return None if self.share is None or self.complete else wilson(self.right, self.judged)

    @property
    def range(self) -> tuple[float, float] | None:
        """Return the precision with all unsure findings counted as wrong, and with all counted as right, or `None` if
        no finding is unsure or too few were judged.
        """
        total = self.judged + self.unsure
        return (
            (self.right / total, (self.right + self.unsure) / total) if self.unsure and self.share is not None else None
        )

    def words(self) -> str:
        """Return the precision as one clause, such as `90% (74-97%), 27 of 30`."""
        counts = f"{self.right:,} of {self.judged:,}"
        if self.share is None:
            return f"{counts}; too few to estimate" if self.judged else "not reviewed"
        if self.interval is None:
            return f"{100 * self.share:.0f}%, {counts}; all reviewed"
        low, high = self.interval
        return f"{100 * self.share:.0f}% ({100 * low:.0f}-{100 * high:.0f}%), {counts}"


def precision(sample: Sample, latest: Mapping[str, ReviewDecision]) -> dict[str, Precision]:
    """Return the precision of each rule in a sample of findings, based only on decisions made in this sample."""
    found: dict[str, list[int]] = {group: [0, 0, 0, 0] for group in sample.populations}
    for group, key in sample.members:
        decision = latest.get(key)
        kind = decision.decision if decision is not None and decision.how == sample.how else ""
        place = {CONFIRMED: 0, ACCEPTED: 0, FALSE_ALARM: 1, UNSURE: 2}.get(kind, 3)
        found[group][place] += 1
    return {
        group: Precision(right, wrong, unsure, rest, sample.populations[group])
        for group, (right, wrong, unsure, rest) in found.items()
    }


def overall(by_rule: Mapping[str, Precision]) -> tuple[float, float, float] | None:
    """Return the precision over all rules and the bounds of its 95% interval. Each rule is weighted by its number of
    findings.

    Only rules with a known precision are included; the result is `None` if there are none. The interval is computed
    from the variances of the strata.
    """
    known = [one for one in by_rule.values() if one.share is not None]
    total = sum(one.population for one in known)
    if not total:
        return None
    share = variance = 0.0
    for one in known:
        weight = one.population / total
        share += weight * (one.share or 0.0)
        if not one.complete:  # from the Wilson interval, so that 30 of 30 does not count as certain
            low, high = wilson(one.right, one.judged)
            variance += (weight * (high - low) / (2 * Z)) ** 2
    half = Z * math.sqrt(variance)
    return share, max(0.0, share - half), min(1.0, share + half)


def missed_share(
    sample: Sample, with_missed: Sequence[str], reviewed: Sequence[str]
) -> tuple[int, int, tuple[float, float]]:
    """Return how many reviewed documents in a sample have a missed finding, how many documents were reviewed, and the
    95% interval for their ratio.

    Raises `ConfigError` if no document was reviewed.
    """
    members = {key for _, key in sample.members}
    seen, hit = members & set(reviewed), members & set(reviewed) & set(with_missed)
    if not seen:
        raise ConfigError(f"no document of the sample {sample.name} has been reviewed")
    return len(hit), len(seen), wilson(len(hit), len(seen))
