"""Sentences and signs that several outputs share: the account, the place, the citation."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import SEVERITIES, Finding, Undetermined
from ..ledger import CLEAN, FOUND, Outcome, Summary
from .escape import line_start, visible

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
