"""Known findings and accepted findings: what is not shown, why, and what of it has become untrue.

A *baseline* is the debt of the day it was made: findings by fingerprint, with how often each occurs. It never grows by
itself. A *suppression* is one accepted finding with a reason and, if wished, a last day. Both hold fingerprints, rules
and paths, and no word of a document.
"""

from __future__ import annotations

import os

from .errors import ConfigError, did_you_mean
from .record import Record
from .results import Finding, Suppressed

FORMAT = 1
MAX_BYTES = 256_000_000


class Known(Record):
    """One baseline entry: `count` findings with this fingerprint were known in `path`."""

    fingerprint: str
    rule: str
    path: str
    count: int = 1


class Suppression(Record):
    """One accepted finding. `expires` is the last day it holds (ISO), "" for ever. `place` is its file:line."""

    fingerprint: str
    rule: str
    path: str
    reason: str
    expires: str = ""
    place: str = ""


class Sorted(Record):
    """Findings after baseline or suppressions: what is shown, what is hidden, and what was said about nothing."""

    shown: tuple[Finding, ...]
    hidden: tuple[Suppressed, ...]
    notices: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


# ---- baseline ----------------------------------------------------------------------------------------------------


def collect(findings: tuple[Finding, ...]) -> list[Known]:
    """The baseline of these findings."""
    counts: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        key = (finding.fingerprint, finding.rule, plain_path(finding.path))
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (item[0][2], item[0][1], item[0][0]))
    return [Known(*key, number) for key, number in ordered]


def written(entries: list[Known], version: str) -> str:
    """The baseline as a file: JSON, one entry a line, sorted, so that a diff of it can be reviewed."""
    import json

    rows = [
        json.dumps({"fingerprint": one.fingerprint, "rule": one.rule, "path": one.path, "count": one.count})
        for one in entries
    ]
    inside = ",\n  ".join(rows)
    head = json.dumps({"baseline": FORMAT, "tool": f"cablecheck {version}"})[:-1]
    return f'{head}, "findings": [\n  {inside}\n]}}\n' if rows else f'{head}, "findings": []}}\n'


def plain_path(path: str) -> str:
    """A path as the records write it: `./a//b` is `a/b`, bytes that are no UTF-8 are escapes."""
    plain = os.path.normpath(path).replace(os.sep, "/")
    return plain.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def load(path: str) -> list[Known]:
    """The entries of a baseline file. Raises `ConfigError`: an unreadable baseline is refused, never empty."""
    import json

    try:
        data = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a baseline: {error}") from error
    if not isinstance(data, dict) or data.get("baseline") != FORMAT or not isinstance(data.get("findings"), list):
        raise ConfigError(f"{path}: not a baseline of format {FORMAT}; make one with `cablecheck baseline create`")
    return [_known(path, number, row) for number, row in enumerate(data["findings"], start=1)]


def _known(path: str, number: int, row: object) -> Known:
    if not isinstance(row, dict) or set(row) != {"fingerprint", "rule", "path", "count"}:
        raise ConfigError(f"{path}: entry {number}: fingerprint, rule, path and count are wanted, and nothing else")
    count = row["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ConfigError(f"{path}: entry {number}: count is a whole number from 1")
    return Known(str(row["fingerprint"]), str(row["rule"]), str(row["path"]), count)


def hide_known(
    findings: tuple[Finding, ...], entries: list[Known], checked: frozenset[str], mandatory: frozenset[str]
) -> Sorted:
    """Hide the findings the baseline knows, each as often as it knows it; tell the entries that no longer occur.

    `checked` are the plain paths this run checked: entries of other paths are not judged.
    """
    left: dict[str, int] = {}
    for entry in entries:
        left[entry.fingerprint] = left.get(entry.fingerprint, 0) + entry.count
    shown, hidden = [], []
    for finding in findings:
        if finding.rule not in mandatory and left.get(finding.fingerprint, 0) > 0:
            left[finding.fingerprint] -= 1
            hidden.append(Suppressed(finding, "baseline"))
        else:
            shown.append(finding)
    stale = stale_entries(entries, findings, checked)
    notices = tuple(f"baseline: {entry.rule} in {entry.path} no longer occurs ({entry.fingerprint})" for entry in stale)
    return Sorted(tuple(shown), tuple(hidden), notices)


def stale_entries(entries: list[Known], findings: tuple[Finding, ...], checked: frozenset[str]) -> list[Known]:
    """The entries, or the parts of their counts, that no finding of a checked path answers to."""
    seen: dict[str, int] = {}
    for finding in findings:
        seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
    stale = []
    for entry in entries:
        here = min(entry.count, seen.get(entry.fingerprint, 0))
        seen[entry.fingerprint] = seen.get(entry.fingerprint, 0) - here
        if here < entry.count and entry.path in checked:
            stale.append(Known(entry.fingerprint, entry.rule, entry.path, entry.count - here))
    return stale


def pruned(entries: list[Known], stale: list[Known]) -> list[Known]:
    """The entries without what is stale."""
    gone: dict[tuple[str, str], int] = {}
    for entry in stale:
        gone[entry.fingerprint, entry.path] = gone.get((entry.fingerprint, entry.path), 0) + entry.count
    kept = []
    for entry in entries:
        drop = min(entry.count, gone.get((entry.fingerprint, entry.path), 0))
        gone[entry.fingerprint, entry.path] = gone.get((entry.fingerprint, entry.path), 0) - drop
        if entry.count > drop:
            kept.append(Known(entry.fingerprint, entry.rule, entry.path, entry.count - drop))
    return kept


# ---- suppressions --------------------------------------------------------------------------------------------------

_WANTED = ("fingerprint", "rule", "path", "reason")
_ALLOWED = (*_WANTED, "expires")


def load_suppressions(path: str) -> list[Suppression]:
    """The entries `[[suppress]]` of a TOML file. Raises `ConfigError` with everything that is wrong in it."""
    import tomllib

    text = _bytes(path)
    try:
        data = tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}") from error
    places = [number for number, line in enumerate(text.split(b"\n"), start=1) if line.strip() == b"[[suppress]]"]
    troubles = [f"{path}: unknown key {key!r}; only [[suppress]] stands here" for key in data if key != "suppress"]
    entries = data.get("suppress", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{path}: suppress is written as [[suppress]], once for each accepted finding")
    found = []
    for index, entry in enumerate(entries):
        place = f"{path}:{places[index]}" if index < len(places) else path
        wrong = _wrong(place, entry)
        troubles += wrong
        if not wrong:
            fingerprint, rule, shown, reason = (str(entry[key]) for key in _WANTED)
            found.append(Suppression(fingerprint, rule, shown, reason, str(entry.get("expires", "")), place))
    if troubles:
        raise ConfigError("\n".join(troubles))
    return found


def _wrong(place: str, entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{place}: a table is wanted"]
    found = [f"{place}: unknown key {key!r}{did_you_mean(key, _ALLOWED)}" for key in entry if key not in _ALLOWED]
    for key in _WANTED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            found.append(f"{place}: {key} is missing or empty")
    if "expires" in entry:
        from datetime import date

        try:
            date.fromisoformat(str(entry["expires"]))
        except ValueError:
            found.append(f"{place}: expires: {str(entry['expires'])!r} is not a day like 2027-01-31")
    return found


def hide_accepted(
    findings: tuple[Finding, ...],
    entries: list[Suppression],
    checked: frozenset[str],
    mandatory: frozenset[str],
    today: str,
) -> Sorted:
    """Hide the findings that are accepted and whose acceptance has not expired on `today` (ISO).

    An entry of a checked path that matches nothing is trouble: it no longer says anything true. An expired entry and
    one for a mandatory rule hide nothing and are told.
    """
    by_print: dict[str, Suppression] = {}
    notices, troubles = [], []
    for entry in entries:
        if entry.rule in mandatory:
            troubles.append(f"{entry.place}: {entry.rule} is mandatory and cannot be suppressed")
        elif entry.expires and entry.expires < today:
            notices.append(f"{entry.place}: the suppression of {entry.rule} in {entry.path} expired on {entry.expires}")
        elif entry.fingerprint in by_print:
            troubles.append(f"{entry.place}: the same finding is suppressed twice ({entry.fingerprint})")
        else:
            by_print[entry.fingerprint] = entry
    shown, hidden, used = [], [], set()
    for finding in findings:
        match = by_print.get(finding.fingerprint)
        if match is not None and match.rule == finding.rule and finding.rule not in mandatory:
            used.add(finding.fingerprint)
            hidden.append(Suppressed(finding, "suppression", match.reason))
        else:
            shown.append(finding)
    for mark, entry in by_print.items():
        if mark not in used and entry.path in checked:
            troubles.append(f"{entry.place}: the suppression of {entry.rule} in {entry.path} matches no finding")
    return Sorted(tuple(shown), tuple(hidden), tuple(notices), tuple(troubles))


def _bytes(path: str) -> bytes:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
