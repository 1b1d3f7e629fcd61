"""Sentences and signs that several outputs share: the account, the place, the citation."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import CLEAN, FOUND, SEVERITIES, Finding, Outcome, Summary, Undetermined
from . import Look
from .escaping import line_start, visible

_COLOURS = {"error": "31", "warning": "33", "info": "36", "good": "32", "faint": "2", "strong": "1"}


def paint(text: str, colour: str, wanted: bool) -> str:
    """The text in a colour, where colour is wanted."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if wanted else text


def count(number: int, noun: str) -> str:
    """Return `1 error` or `2 errors`; `info` has no plural."""
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"


def account(summary: Summary) -> str:
    """Return `72 documents: 71 checked, 1 excluded, 0 failed`."""
    return (
        f"{count(summary.handed_in, 'document')}: {summary.checked:,} checked, {summary.excluded:,} excluded,"
        f" {summary.failed:,} failed"
    )


def tally(summary: Summary) -> str:
    """The findings by severity, and what was not shown or could not be judged."""
    parts = [count(getattr(summary, name), name) for name in SEVERITIES if getattr(summary, name)]
    words = ", ".join(parts) or "no findings"
    if summary.suppressed:
        words += f"; {summary.suppressed:,} suppressed"
    if summary.baseline:
        words += f"; {summary.baseline:,} in the baseline"
    if summary.unknown:
        words += f"; {summary.unknown} undetermined"
    return words


def verdict(outcome: Outcome) -> str:
    """Return the result of the run in one clause, undetermined verdicts included."""
    summary = outcome.summary
    more = _undetermined_words(outcome)
    if summary.verdict == FOUND:
        gate = SEVERITIES[: SEVERITIES.index(outcome.fail_level) + 1]
        parts = [count(getattr(summary, name), name) for name in gate if getattr(summary, name)]
        return f"failed: {', '.join(parts)} (fail level: {outcome.fail_level}){more}"
    if summary.verdict == CLEAN:
        return ("clean" if not summary.findings else f"clean (fail level: {outcome.fail_level})") + more
    if summary.failed:
        were = "document" if summary.failed == 1 else "documents"
        return f"incomplete: {summary.failed} {were} could not be checked (see above){more}"
    return f"incomplete: see the errors above{more}"


MOST_NAMED = 8  # rules in the last line


def _undetermined_words(outcome: Outcome) -> str:
    """Return `3 undetermined: CLS-004, XRF-003`, or nothing."""
    if not outcome.summary.unknown:
        return ""
    rules = sorted({one.rule for one in outcome.undetermined()})
    more = f" and {len(rules) - MOST_NAMED} more rules" if len(rules) > MOST_NAMED else ""
    return f", {outcome.summary.unknown} undetermined: {', '.join(rules[:MOST_NAMED])}{more}"


def why(one: Undetermined) -> str:
    """Return the reason of an undetermined verdict, with the words of the document that it rests on."""
    return f'"{visible(one.quote)}": {visible(one.why)}' if one.quote else visible(one.why)


def undetermined(outcome: Outcome) -> list[tuple[Undetermined, str]]:
    """Return the undetermined verdicts, those of one document, place and reason together with their rules' ids."""
    groups: dict[tuple[object, ...], tuple[Undetermined, list[str]]] = {}
    for one in outcome.undetermined():
        key = (one.path, one.cable, one.start.line, one.start.column, one.why, one.quote)
        groups.setdefault(key, (one, []))[1].append(one.rule)
    return [(first, ", ".join(dict.fromkeys(rules))) for first, rules in groups.values()]


def place(finding: Finding | Undetermined) -> str:
    """`line:column` of a finding."""
    return f"{finding.start.line}:{finding.start.column}"


def closing(outcome: Outcome, colour: bool) -> Iterator[str]:
    """The last lines of the outputs for people: undetermined verdicts, what failed or was excluded, notices, totals."""
    for first, rules in undetermined(outcome):
        words = (
            f"{visible(first.path)}:{place(first)}: {paint('undetermined', 'faint', colour)} {rules}: {why(first)}\n"
        )
        yield line_start(words)
    for judged in outcome.with_state("failed"):
        cable = f" ({visible(judged.cable)})" if judged.cable else ""
        yield paint("failed", "error", colour) + f"  {visible(judged.path)}{cable}: {visible(judged.why)}\n"
    for judged in outcome.with_state("excluded"):
        yield paint("excluded", "faint", colour) + f"  {visible(judged.path)}: {visible(judged.why)}\n"
    for words in outcome.troubles:
        yield paint("error", "error", colour) + f"  {visible(words)}\n"
    for words in outcome.notices:
        yield paint("note", "faint", colour) + f"  {visible(words)}\n"
    if outcome.statistics:
        yield from statistics(outcome)
        yield "\n"
    summary = outcome.summary
    yield f"{tally(summary)}\n"
    yield f"{account(summary)}; {count(summary.rules, 'rule')}; {verdict(outcome)}\n"


def statistics(outcome: Outcome) -> Iterator[str]:
    """For each rule how it fared, the busiest first; rules that never applied last."""
    rows = statistics_rows(outcome)
    width = max([len(row[0]) for row in rows] + [4])
    yield f"{'rule':<{width}}  findings  passed  failed  undetermined  not applicable\n"
    for rule, found, passed, failed, unknown, idle in rows:
        yield line_start(f"{rule:<{width}}  {found:>8}  {passed:>6}  {failed:>6}  {unknown:>12}  {idle:>14}\n")
    never = [row[0] for row in rows if not any(row[2:5])]
    if never:
        yield f"never applied: {', '.join(never)}\n"


def statistics_rows(outcome: Outcome) -> list[tuple[str, int, int, int, int, int]]:
    """(rule, findings, documents passed, failed, unknown, not applicable), the busiest first."""
    counts: dict[str, list[int]] = {rule: [0, 0, 0, 0, 0] for rule in outcome.rules}
    for finding in outcome.findings:
        counts.setdefault(finding.rule, [0, 0, 0, 0, 0])[0] += 1
    documents = 0
    for judged in outcome.judged:
        documents += judged.state == "checked"
        for rule, numbers in judged.tally:
            row = counts.setdefault(rule, [0, 0, 0, 0, 0])
            for index, number in enumerate(numbers, start=1):
                row[index] += number
    for row in counts.values():
        row[4] = max(0, documents - sum(row[1:4]))
    rows = [(rule, row[0], row[1], row[2], row[3], row[4]) for rule, row in counts.items()]
    return sorted(rows, key=lambda row: (-row[1], -row[3], -row[2], row[0]))


# ---- The table for people: findings in reading order, then what failed, then the account.
_HEADS = ("path", "line:col", "severity", "rule", "message")
_NARROW = 100  # below this many columns the message goes on its own line


def table(outcome: Outcome, look: Look) -> Iterator[str]:
    """The findings as a table of path, place, severity, rule and message; the message is wrapped to the terminal."""
    rows = [[visible(one.path), place(one), one.severity, one.rule, visible(one.message)] for one in outcome.findings]
    if rows:
        yield from _stacked(rows, look) if 0 < look.width < _NARROW else _drawn(rows, look)
        yield "\n"
    yield from closing(outcome, look.colour)


def _drawn(rows: list[list[str]], look: Look) -> Iterator[str]:
    from tabulate import tabulate  # 72 ms, and only where there are findings

    if look.width:
        used = sum(max(len(row[index]) for row in [list(_HEADS), *rows]) + 2 for index in range(4))
        rows = _wrapped(rows, max(30, look.width - used))
    text = tabulate(rows, headers=_HEADS, tablefmt="simple", disable_numparse=True, preserve_whitespace=True)
    for line in text.split("\n"):
        yield _coloured(line_start(line.rstrip()), look) + "\n"


def _wrapped(rows: list[list[str]], room: int) -> list[list[str]]:
    """The rows with each message over as many rows as its width asks for."""
    import textwrap

    found = []
    for row in rows:
        first, *rest = textwrap.wrap(row[4], room, break_long_words=True, break_on_hyphens=False) or [""]
        found.append([*row[:4], first])
        found.extend(["", "", "", "", more] for more in rest)
    return found


def _stacked(rows: list[list[str]], look: Look) -> Iterator[str]:
    """For narrow terminals: the place on one line, the message below it."""
    import textwrap

    for path, where, severity, rule, message in rows:
        yield line_start(f"{path}:{where}  {paint(severity, severity, look.colour)}  {rule}\n")
        for line in textwrap.wrap(message, max(20, look.width - 2), break_on_hyphens=False):
            yield f"  {line}\n"


def _coloured(line: str, look: Look) -> str:
    if look.colour:
        for severity in ("error", "warning", "info"):
            if f"  {severity}  " in line:
                return line.replace(f"  {severity}  ", f"  {paint(severity, severity, True)}  ", 1)
    return line


# ---- One finding a line, for editors and pipes.
def concise(outcome: Outcome, look: Look) -> Iterator[str]:
    """`path:line:column: severity RULE message`, then what failed and the account."""
    for one in outcome.findings:
        severity = paint(one.severity, one.severity, look.colour)
        yield line_start(f"{visible(one.path)}:{place(one)}: {severity} {one.rule} {visible(one.message)}\n")
    yield from closing(outcome, look.colour)


# ---- Each finding with the line it is about, the place underlined, the citation and what to do.
_MOST_LINES = 6  # of one finding; the rest is told as a number


def full(outcome: Outcome, look: Look) -> Iterator[str]:
    """A paragraph for each finding, then what failed and the account."""
    for one in outcome.findings:
        severity = paint(one.severity, one.severity, look.colour)
        yield line_start(f"{visible(one.path)}:{place(one)}: {severity} {one.rule} {visible(one.name)}\n")
        yield f"  {paint(visible(one.message), 'strong', look.colour)}\n"
        yield from _quoted(one, look)
        if one.suggestion is not None and not outcome.redacted:
            yield f"  suggestion: {visible(one.suggestion.text)!s}\n"
        if one.cite:
            yield f"  source: {visible('; '.join(one.cite))}\n"
        if one.help:
            yield f"  help: {visible(one.help)}\n"
        yield "\n"
    yield from closing(outcome, look.colour)


def _quoted(one: Finding, look: Look) -> Iterator[str]:
    """The lines of the finding with numbers; carets under the words it points at."""
    margin = len(str(one.lines[-1][0])) if one.lines else 0
    for number, line in one.lines[:_MOST_LINES]:
        low = one.start.column - 1 if number == one.start.line else 0
        high = one.end.column - 1 if number == one.end.line else len(line)
        before, there = visible(line[:low]), visible(line[low:high])
        before, shown = _cut(before, there + visible(line[max(low, high) :]), look.width - margin - 6)
        yield f"  {number:>{margin}} | {before}{shown}\n"
        carets = "^" * max(1, min(len(there), len(shown) or 1))
        yield f"  {'':>{margin}} | {' ' * len(before)}{paint(carets, one.severity, look.colour)}\n"
    if len(one.lines) > _MOST_LINES:
        yield f"  … {len(one.lines) - _MOST_LINES} more lines\n"


def _cut(before: str, rest: str, room: int) -> tuple[str, str]:
    """Both parts of a line cut so that the place stays in sight."""
    room = room if room >= 40 else 160
    if len(before) + len(rest) <= room:
        return before, rest
    if len(before) > room // 2:
        before = "…" + before[-(room // 2) :]
    return before, rest if len(before) + len(rest) <= room else rest[: max(10, room - len(before) - 1)] + "…"
