"""`cablecheck decisions`: export, import, merge, and count review decisions."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .. import decisions
from ..decisions import ACCEPTED, HIDES, TITLES, DecisionLog, ReviewDecision
from ..errors import ConfigError, count
from ..reporters.escaping import csv_cell, visible
from ..reporters.terminal import grid
from . import options as cli_options
from . import output

COLUMNS = (
    "finding",
    "rule",
    "cable",
    "path",
    "decision",
    "reason",
    "note",
    "expires",
    "by",
    "at",
    "how",
    "rules",
    "text",
)
MAX_IMPORT = 50_000_000  # bytes of a CSV file


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "decisions",
        "Export, import, merge, or count the decisions of a review.",
        "decisions export audit --out decisions.csv",
        "decisions import audit decisions.csv",
        "decisions stats audit",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="COMMAND")
    export = _action(actions, "export", "write the latest decision about each finding as CSV or TOML")
    export.add_argument("log", metavar="FILE", help="the decisions log, or the folder of an audit")
    export.add_argument(
        "--format", choices=("csv", "toml"), default="csv", help="toml writes a suppressions file for lint and audit"
    )
    cli_options.out_option(export)
    imported = _action(actions, "import", "append the decisions in a CSV file to a log")
    imported.add_argument("log", metavar="FILE", help="the decisions log, or the folder of an audit")
    imported.add_argument("table", metavar="CSV", help="a CSV file with the columns that `decisions export` writes")
    merged = _action(actions, "merge", "merge several logs without duplicate events")
    merged.add_argument("logs", nargs="+", metavar="FILE", help="decisions logs, or folders of audits")
    merged.add_argument("--out", required=True, metavar="FILE", help="the log to write; it must not exist")
    stats = _action(actions, "stats", "count decisions by rule, reason, and reviewer, and show agreement")
    stats.add_argument("log", metavar="FILE", help="the decisions log, or the folder of an audit")
    return parser


def _action(actions: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    return parser


def main(given: list[str]) -> int:
    """Run `decisions export`, `import`, `merge`, or `stats`, and return the exit code."""
    args = arguments().parse_args(given)
    if args.action == "merge":
        return _merge([_log_file(path) for path in args.logs], args.out)
    path = _log_file(args.log)
    if args.action != "import" and not os.path.exists(path) and not os.path.isdir(args.log):
        raise ConfigError(f"{path}: no such file")
    log = DecisionLog(path)
    if args.action == "import":
        return _import(log, args.table)
    for notice in log.notices:
        print(f"cablecheck: {visible(notice)}", file=sys.stderr)
    latest = sorted(log.latest.values(), key=lambda one: (one.path, one.cable, one.rule, one.finding))
    if args.action == "export":
        output.put(_toml(latest) if args.format == "toml" else _csv(latest), args.out)
    else:
        output.put((line + "\n" for line in _statistics(log)), "", for_people=True)
    return output.OK


def _log_file(path: str) -> str:
    return os.path.join(path, decisions.LOG) if os.path.isdir(path) else path


# ---- Export and import -----------------------------------------------------------------------------------------------


def _csv(latest: Iterable[ReviewDecision]) -> Iterator[str]:
    """Yield the decisions as CSV lines, escaped so that a spreadsheet does not treat any cell as a formula."""
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in latest:
        writer.writerow([csv_cell(str(getattr(one, name))) for name in COLUMNS])
    yield from lines


class _Lines:
    """A file-like object that collects the lines that `csv` writes."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def write(self, text: str) -> int:
        """Store one line, and return its length."""
        self.lines.append(text)
        return len(text)


def _toml(latest: Iterable[ReviewDecision]) -> Iterator[str]:
    """Yield `[[suppress]]` entries for the decisions that hide findings."""
    import json  # a JSON string is a TOML string

    for one in latest:
        if one.decision in HIDES:
            fields = {
                "fingerprint": one.finding,
                "rule": one.rule,
                "path": one.path or one.cable,
                "reason": one.words(),
            }
            if one.expires:
                fields["expires"] = one.expires
            yield "[[suppress]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items()) + "\n"


def _import(log: DecisionLog, table: str) -> int:
    """Append the decisions in a CSV file that are not yet in the log, and return the exit code. Raises `ConfigError`,
    without appending any, if one of them is invalid.
    """
    if os.path.getsize(table) > MAX_IMPORT:
        raise ConfigError(f"{table}: larger than {MAX_IMPORT:,} bytes")
    with open(table, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        _check_columns(table, reader.fieldnames or [])
        new, errors = [], []
        for row in reader:
            fields = {name: _uncelled(value or "") for name, value in row.items() if name in COLUMNS}
            fields["how"] = fields.get("how") or "import"
            one = ReviewDecision(**fields)  # type: ignore[arg-type]
            wrong = decisions.problem(one, complete=False)
            if wrong or None in row:
                errors.append(f"{table}:{reader.line_num}: {wrong or 'more cells than columns'}")
            elif not _known(log, one):
                new.append(one)
    if errors:
        raise ConfigError("\n".join(errors))
    log.append(*new)
    print(f"{visible(log.path)}: {count(len(new), 'decision')} added")
    return output.OK


def _check_columns(table: str, names: Sequence[str]) -> None:
    """Raise `ConfigError` if a table of decisions has an unknown column or lacks a required one."""
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in ("finding", "rule", "decision", "by") if name not in names]
    if unknown or missing:
        what = f"unknown column {unknown[0]!r}" if unknown else f"column {missing[0]!r} is missing"
        raise ConfigError(f"{table}:1: {what}; expected {', '.join(COLUMNS)}")


def _uncelled(text: str) -> str:
    """Return a cell's text without the apostrophe that keeps a spreadsheet from treating it as a formula."""
    return text[1:] if text.startswith("'") and csv_cell(text[1:]) == text else text


def _known(log: DecisionLog, one: ReviewDecision) -> bool:
    latest = log.latest.get(one.finding)
    names = ("decision", "reason", "note", "by", "expires")
    return latest is not None and all(getattr(latest, name) == getattr(one, name) for name in names)


def _merge(paths: list[str], out: str) -> int:
    if os.path.exists(out):
        raise ConfigError(f"{out} already exists; choose another --out")
    events = decisions.merge(paths)
    output.write_file(out, (decisions.dump(event).decode() for event in events))
    os.chmod(out, 0o600)
    print(f"{visible(out)}: {count(len(events), 'event')} from {count(len(paths), 'file')}")
    return output.OK


# ---- Statistics ------------------------------------------------------------------------------------------------------


def _statistics(log: DecisionLog) -> Iterator[str]:
    width = cli_options.display_width(sys.stdout)
    kinds = [kind for kind in TITLES if any(one.decision == kind for one in log.latest.values())]
    for title, name in (("rule", "rule"), ("reviewer", "by")) if kinds else ():
        pairs = Counter((str(getattr(one, name)), one.decision) for one in log.latest.values())
        rows = [
            [visible(value), *(pairs[value, kind] for kind in kinds)] for value in sorted({first for first, _ in pairs})
        ]
        yield from grid(rows, (title, *(TITLES[kind].lower() for kind in kinds)), width)
        yield ""
    reasons = [(one.decision, one.reason) for one in log.latest.values() if one.reason]
    rows = [[TITLES[kind].lower(), reason, reasons.count((kind, reason))] for kind, reason in sorted(set(reasons))]
    if rows:
        yield from grid(rows, ("decision", "reason", "findings"), width)
        yield ""
    total, same, kappa = decisions.agreement(log.in_force())
    yield f"{count(len(log.latest), 'decision')}, {count(len(log.missed()), 'missed finding')} reported"
    if total:
        words = "" if kappa is None else f"; Cohen's kappa {kappa:.2f}"
        judged = f"{count(total, 'finding')} judged by two reviewers"
        yield f"{judged}, who agree on {same:,} ({100 * same / total:.0f}%){words}"
    expired = sum(bool(one.expires) for one in log.latest.values() if one.decision == ACCEPTED)
    if expired:
        yield f"{count(expired, 'acceptance')} with an expiration date"
