"""Sentences and signs that several outputs share: the account, the place, the citation."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..ledger import CLEAN, FOUND, Outcome, Summary
from .escape import line_start, visible

_COLOURS = {"error": "31", "warning": "33", "info": "36", "good": "32", "faint": "2", "strong": "1"}


def paint(text: str, colour: str, wanted: bool) -> str:
    """The text in a colour, where colour is wanted."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if wanted else text


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"


def account(summary: Summary) -> str:
    """Checked + excluded + failed = handed in, in numbers."""
    return (
        f"{summary.checked:,} checked + {summary.excluded:,} excluded + {summary.failed:,} failed"
        f" = {summary.handed_in:,} handed in"
    )


def tally(summary: Summary) -> str:
    """The findings by severity, and what was not shown or could not be judged."""
    if summary.findings:
        parts = [count(getattr(summary, name), name) for name in ("error", "warning", "info") if getattr(summary, name)]
        words = f"{count(summary.findings, 'finding')}: " + ", ".join(parts)
    else:
        words = "no findings"
    if summary.suppressed:
        words += f"; {summary.suppressed:,} suppressed"
    if summary.baseline:
        words += f"; {summary.baseline:,} in the baseline"
    if summary.unknown:
        words += f"; {count(summary.unknown, 'verdict')} unknown (damaged or missing text)"
    return words


def verdict(outcome: Outcome) -> str:
    """What the run is worth, in one sentence."""
    summary = outcome.summary
    if summary.verdict == FOUND:
        return f"findings at or above {outcome.fail_level}"
    if summary.verdict == CLEAN:
        return "clean" if not summary.findings else f"clean: nothing at or above {outcome.fail_level}"
    return "not to be trusted: not every document could be checked, or a setting does not hold"


def place(finding: Finding) -> str:
    """`line:column` of a finding."""
    return f"{finding.start.line}:{finding.start.column}"


def closing(outcome: Outcome, colour: bool) -> Iterator[str]:
    """The last lines of the outputs for people: what failed or was excluded, notices, and the account."""
    for judged in outcome.with_state("failed"):
        cable = f" ({visible(judged.cable)})" if judged.cable else ""
        yield paint("failed", "error", colour) + f"  {visible(judged.path)}{cable}: {visible(judged.why)}\n"
    for judged in outcome.with_state("excluded"):
        yield paint("excluded", "faint", colour) + f"  {visible(judged.path)}: {visible(judged.why)}\n"
    for words in outcome.troubles:
        yield paint("trouble", "error", colour) + f"  {visible(words)}\n"
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
    yield f"{'rule':<{width}}  findings  passed  failed  unknown  not applicable\n"
    for rule, found, passed, failed, unknown, idle in rows:
        yield line_start(f"{rule:<{width}}  {found:>8}  {passed:>6}  {failed:>6}  {unknown:>7}  {idle:>14}\n")
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
