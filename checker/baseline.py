"""Decide which findings to hide according to suppressions, review decisions, and the baseline, and report stale
entries.

A *baseline* records the findings of one run by fingerprint, with their counts. It never grows by itself. A
*suppression* accepts one finding, with a reason and optionally an expiry date. Both contain fingerprints, rules, and
paths, but no document text.
"""

from __future__ import annotations

import os

from . import decisions
from .errors import ConfigError, did_you_mean
from .record import Record
from .resources import read_regular_file
from .results import Filtered, Finding, Suppressed

FORMAT = 1
MAX_BYTES = 256_000_000


class BaselineEntry(Record):
    """One baseline entry: `path` had `count` findings with this fingerprint."""

    fingerprint: str
    rule: str
    path: str
    count: int = 1


class Suppression(Record):
    """One accepted finding. `expires` is the last day on which it is accepted (ISO), or "". `place` is its location in
    the suppression file, as `file:line`.
    """

    fingerprint: str
    rule: str
    path: str
    reason: str
    expires: str = ""
    place: str = ""


class HidingFiles(Record):
    """The paths of the files that determine which findings are hidden; "" means that there is no such file."""

    suppressions: str = ""
    decisions: str = ""
    baseline: str = ""

    def entries(self) -> HidingEntries:
        """Read the files and return their contents. Raises `ConfigError` if one of them is damaged."""
        log = decisions.DecisionLog(self.decisions)
        return HidingEntries(
            load_suppressions(self.suppressions) if self.suppressions else [],
            log,
            load(self.baseline) if self.baseline else [],
        )


class HidingEntries(Record):
    """The contents of the files that hide findings: suppressions, the decisions log, and the baseline."""

    suppressions: list[Suppression]
    log: decisions.DecisionLog
    baseline: list[BaselineEntry]

    @property
    def decided(self) -> tuple[decisions.ReviewDecision, ...]:
        """Return the latest review decision for each fingerprint."""
        return tuple(self.log.latest.values())

    def fingerprints(self) -> frozenset[str]:
        """Return the fingerprints of all findings that the entries may hide."""
        hiding = (one.finding for one in self.decided if one.decision in decisions.HIDES)
        accepted = (one.fingerprint for one in self.suppressions)
        return frozenset((*accepted, *hiding, *(one.fingerprint for one in self.baseline)))

    def hide(
        self, findings: tuple[Finding, ...], checked: frozenset[str], mandatory: frozenset[str], today: str
    ) -> Filtered:
        """Return the findings to show and those to hide: suppressed findings, then findings that a review decision
        hides, then findings in the baseline.

        `checked` contains the plain paths of the files in which every document was checked; only entries for these
        files can be stale.
        """
        first = hide_accepted(findings, self.suppressions, checked, mandatory, today)
        second = hide_decided(first.shown, self.decided, checked, mandatory, today)
        third = hide_known(second.shown, self.baseline, checked, mandatory)
        return Filtered(
            third.shown,
            first.hidden + second.hidden + third.hidden,
            self.log.notices + first.notices + second.notices + third.notices,
            first.errors,
        )


def today() -> str:
    """Return today's date in UTC, or the date of `SOURCE_DATE_EPOCH` if it is set. This date determines which
    suppressions have expired.
    """
    from datetime import UTC, datetime

    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (datetime.fromtimestamp(int(moment), UTC) if moment.isdigit() else datetime.now(UTC)).date().isoformat()


# ---- Baseline --------------------------------------------------------------------------------------------------------


def collect(findings: tuple[Finding, ...]) -> list[BaselineEntry]:
    """Return baseline entries that cover these findings."""
    counts: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        key = (finding.fingerprint, finding.rule, plain_path(finding.path))
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (item[0][2], item[0][1], item[0][0]))
    return [BaselineEntry(*key, number) for key, number in ordered]


def dump(entries: list[BaselineEntry], version: str) -> str:
    """Return the text of a baseline file: sorted JSON with one entry per line, so that diffs are readable."""
    import json

    rows = [
        json.dumps({"fingerprint": one.fingerprint, "rule": one.rule, "path": one.path, "count": one.count})
        for one in entries
    ]
    inside = ",\n  ".join(rows)
    head = json.dumps({"baseline": FORMAT, "tool": f"cablecheck {version}"})[:-1]
    return f'{head}, "findings": [\n  {inside}\n]}}\n' if rows else f'{head}, "findings": []}}\n'


def plain_path(path: str) -> str:
    """Return a path in the form used in baselines: `./a//b` becomes `a/b`, and bytes that are not UTF-8 become
    escapes.
    """
    plain = os.path.normpath(path).replace(os.sep, "/")
    return plain.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def load(path: str) -> list[BaselineEntry]:
    """Return the entries of a baseline file. Raises `ConfigError` if it is not a valid baseline."""
    import json

    try:
        data = json.loads(_bytes(path, "baseline"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a baseline: {error}") from error
    if not isinstance(data, dict) or data.get("baseline") != FORMAT or not isinstance(data.get("findings"), list):
        raise ConfigError(f"{path}: not a baseline of format {FORMAT}; make one with `cablecheck baseline create`")
    return [_entry(path, number, row) for number, row in enumerate(data["findings"], start=1)]


def _entry(path: str, number: int, row: object) -> BaselineEntry:
    if not isinstance(row, dict) or set(row) != {"fingerprint", "rule", "path", "count"}:
        raise ConfigError(f"{path}: entry {number}: expected exactly fingerprint, rule, path and count")
    count = row["count"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ConfigError(f"{path}: entry {number}: count must be a positive integer")
    return BaselineEntry(str(row["fingerprint"]), str(row["rule"]), str(row["path"]), count)


def hide_known(
    findings: tuple[Finding, ...], entries: list[BaselineEntry], checked: frozenset[str], mandatory: frozenset[str]
) -> Filtered:
    """Return the findings to show and those to hide, with notices about entries whose findings no longer occur. Each
    finding recorded in the baseline is hidden up to its recorded count.

    `checked` contains the plain paths of files that were checked; entries for other paths are not reported.
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
    return Filtered(tuple(shown), tuple(hidden), notices)


def stale_entries(
    entries: list[BaselineEntry], findings: tuple[Finding, ...], checked: frozenset[str]
) -> list[BaselineEntry]:
    """Return the entries that record more findings in a checked path than there are now, each with the number of
    findings that no longer occur.
    """
    seen: dict[str, int] = {}
    for finding in findings:
        seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
    stale = []
    for entry in entries:
        here = min(entry.count, seen.get(entry.fingerprint, 0))
        seen[entry.fingerprint] = seen.get(entry.fingerprint, 0) - here
        if here < entry.count and entry.path in checked:
            stale.append(BaselineEntry(entry.fingerprint, entry.rule, entry.path, entry.count - here))
    return stale


def pruned(entries: list[BaselineEntry], stale: list[BaselineEntry]) -> list[BaselineEntry]:
    """Return the entries with stale entries and stale counts removed."""
    gone: dict[tuple[str, str], int] = {}
    for entry in stale:
        gone[entry.fingerprint, entry.path] = gone.get((entry.fingerprint, entry.path), 0) + entry.count
    remaining = []
    for entry in entries:
        drop = min(entry.count, gone.get((entry.fingerprint, entry.path), 0))
        gone[entry.fingerprint, entry.path] = gone.get((entry.fingerprint, entry.path), 0) - drop
        if entry.count > drop:
            remaining.append(BaselineEntry(entry.fingerprint, entry.rule, entry.path, entry.count - drop))
    return remaining


# ---- Suppressions ----------------------------------------------------------------------------------------------------

_REQUIRED = ("fingerprint", "rule", "path", "reason")
_ALLOWED = (*_REQUIRED, "expires")


def load_suppressions(path: str) -> list[Suppression]:
    """Return the `[[suppress]]` entries in a TOML file. Raises `ConfigError` with every error in the file."""
    import tomllib

    text = _bytes(path, "suppressions")
    try:
        data = tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    places = [number for number, line in enumerate(text.split(b"\n"), start=1) if line.strip() == b"[[suppress]]"]
    errors = [f"{path}: unknown key {key!r}; expected [[suppress]]" for key in data if key != "suppress"]
    entries = data.get("suppress", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{path}: expected one [[suppress]] table per accepted finding")
    found = []
    for index, entry in enumerate(entries):
        place = f"{path}:{places[index]}" if index < len(places) else path
        wrong = _entry_errors(place, entry)
        errors += wrong
        if not wrong:
            fingerprint, rule, shown, reason = (str(entry[key]) for key in _REQUIRED)
            found.append(Suppression(fingerprint, rule, shown, reason, str(entry.get("expires", "")), place))
    if errors:
        raise ConfigError("\n".join(errors))
    return found


def _entry_errors(place: str, entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{place}: expected a table"]
    found = [f"{place}: unknown key {key!r}{did_you_mean(key, _ALLOWED)}" for key in entry if key not in _ALLOWED]
    for key in _REQUIRED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            found.append(f"{place}: {key} is missing or empty")
    if "expires" in entry:
        from datetime import date

        try:
            date.fromisoformat(str(entry["expires"]))
        except ValueError:
            found.append(f"{place}: expires: {str(entry['expires'])!r} is not a date such as 2027-01-31")
    return found


def hide_accepted(
    findings: tuple[Finding, ...],
    entries: list[Suppression],
    checked: frozenset[str],
    mandatory: frozenset[str],
    today: str,
) -> Filtered:
    """Return the findings to show and those that a suppression hides. A suppression has expired if its last day is
    before `today` (ISO).

    An entry for a mandatory rule is an error, and so is an entry for a checked path that matches no finding. An expired
    entry is reported and hides nothing.
    """
    by_fingerprint, notices, errors = _in_force(entries, mandatory, today)
    shown, hidden, used = [], [], set()
    for finding in findings:
        match = by_fingerprint.get(finding.fingerprint)
        if match is not None and match.rule == finding.rule and finding.rule not in mandatory:
            used.add(finding.fingerprint)
            hidden.append(Suppressed(finding, "suppression", match.reason))
        else:
            shown.append(finding)
    for fingerprint, entry in by_fingerprint.items():
        if fingerprint not in used and entry.path in checked:
            errors.append(f"{entry.place}: the suppression of {entry.rule} in {entry.path} matches no finding")
    return Filtered(tuple(shown), tuple(hidden), tuple(notices), tuple(errors))


def hide_decided(
    findings: tuple[Finding, ...],
    decided: tuple[decisions.ReviewDecision, ...],
    checked: frozenset[str],
    mandatory: frozenset[str],
    today: str,
) -> Filtered:
    """Return the findings to show and those to hide: false positives and accepted findings, according to review
    decisions that have not expired.
    """
    hiding = decisions.hiding(decided, mandatory, today)
    shown, hidden = [], []
    for finding in findings:
        decision = hiding.get(finding.fingerprint)
        if decision is None or decision.rule != finding.rule:
            shown.append(finding)
        else:
            hidden.append(Suppressed(finding, decision.decision, decision.words()))
    here = [one for one in decided if one.rule and one.path and plain_path(one.path) in checked]
    found = {finding.fingerprint for finding in findings}
    counts = (
        (sum(one.finding not in found for one in here), "about findings that no longer occur"),
        (sum(one.hides("") and not one.hides(today) for one in here), "accepted a finding and have expired"),
        (sum(one.rule in mandatory and one.hides(today) for one in here), "concern a mandatory rule and hide nothing"),
    )
    notices = tuple(f"decisions: {number:,} {effect}" for number, effect in counts if number)
    return Filtered(tuple(shown), tuple(hidden), notices)


def _in_force(
    entries: list[Suppression], mandatory: frozenset[str], today: str
) -> tuple[dict[str, Suppression], list[str], list[str]]:
    """Return the entries that can hide a finding, by fingerprint, with notices and errors about all other entries."""
    by_fingerprint: dict[str, Suppression] = {}
    notices: list[str] = []
    errors: list[str] = []
    for entry in entries:
        if entry.rule in mandatory:
            errors.append(f"{entry.place}: {entry.rule} is mandatory and cannot be suppressed")
        elif entry.expires and entry.expires < today:
            notices.append(f"{entry.place}: the suppression of {entry.rule} in {entry.path} expired on {entry.expires}")
        elif entry.fingerprint in by_fingerprint:
            errors.append(f"{entry.place}: duplicate suppression ({entry.fingerprint})")
        else:
            by_fingerprint[entry.fingerprint] = entry
    return by_fingerprint, notices, errors


def _bytes(path: str, setting: str) -> bytes:
    """Return the contents of the file given in a setting. Raises `ConfigError` if it cannot be read."""
    try:
        return read_regular_file(path, MAX_BYTES)
    except OSError as error:
        create = "; `cablecheck baseline create` writes it" if setting == "baseline" else ""
        why = f"no such file{create}" if isinstance(error, FileNotFoundError) else error.strerror or error
        raise ConfigError(f"{setting}: {path}: {why}") from error
