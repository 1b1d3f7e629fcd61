"""Write the formats for people (`table`, `concise`, and `full`), and the phrases and totals that all formats share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..errors import count
from ..results import (
    CLEAN,
    EMPTY,
    FOUND,
    SEVERITIES,
    UNJUDGED,
    UNTRUSTED,
    Finding,
    Outcome,
    RelatedPlace,
    Summary,
    Undetermined,
)
from . import Display
from .escaping import line_start, visible

_COLORS = {"error": "31", "warning": "33", "info": "36", "good": "32", "faint": "2", "strong": "1"}
MAX_RULES = 8  # rules with undetermined verdicts that the last line names
MAX_QUOTE = 100  # code points quoted from a related position


# ---- Shared phrases --------------------------------------------------------------------------------------------------


def paint(text: str, color: str, wanted: bool) -> str:
    """Return the text in one of the colors in `_COLORS`, or unchanged if `wanted` is false."""
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if wanted else text


def account(summary: Summary) -> str:
    """Return a phrase such as `72 documents: 71 checked, 1 excluded, 0 failed`. It ends with ` (allowed)` if the
    settings tolerate the failures.
    """
    allowed = " (allowed)" if summary.failed and summary.verdict != UNTRUSTED else ""
    return (
        f"{count(summary.handed_in, 'document')}: {summary.checked:,} checked, {summary.excluded:,} excluded,"
        f" {summary.failed:,} failed{allowed}"
    )


def tally(summary: Summary) -> str:
    """Return the number of findings by severity, followed by the numbers of hidden findings and undetermined
    verdicts.
    """
    parts = [count(getattr(summary, name), name) for name in SEVERITIES if getattr(summary, name)]
    text = ", ".join(parts) or "no findings"
    if summary.suppressed:
        text += f"; {summary.suppressed:,} suppressed"
    if summary.baseline:
        text += f"; {summary.baseline:,} in the baseline"
    text += hidden_by_decisions(summary.false_alarms, summary.accepted)
    if summary.unknown:
        text += f"; {count(summary.unknown, 'undetermined verdict')}"
    return text


def hidden_by_decisions(false_alarms: int, accepted: int) -> str:
    """Return a phrase such as `; 15 hidden by decisions: 12 false alarms, 3 accepted`, or "" if none are hidden."""
    if not (false_alarms or accepted):
        return ""
    parts = [count(false_alarms, "false alarm")] * bool(false_alarms) + [f"{accepted:,} accepted"] * bool(accepted)
    return f"; {false_alarms + accepted:,} hidden by decisions: {', '.join(parts)}"


def verdict(outcome: Outcome) -> str:
    """Return the run's result as a phrase, with the number of undetermined verdicts and the rules they come from."""
    summary = outcome.summary
    more = _undetermined_rules(outcome)
    unjudged = {(one.path, one.cable) for one in outcome.undetermined() if one.kind == "scheme"}
    return verdict_of(summary, outcome.fail_level, len(unjudged)) + (more if summary.verdict != EMPTY else "")


def verdict_of(summary: Summary, fail_level: str, unjudged: int) -> str:
    """Return the result of a lint or audit as a phrase, such as `failed: 2 errors (fail level: error)`. `unjudged` is
    the number of documents whose marking is not recognized.
    """
    if summary.verdict == UNJUDGED:
        return f"undetermined: {count(unjudged, 'document')} not checked, marking not recognized"
    if summary.verdict == FOUND:
        gate = SEVERITIES[: SEVERITIES.index(fail_level) + 1]
        parts = [count(getattr(summary, name), name) for name in gate if getattr(summary, name)]
        return f"failed: {', '.join(parts)} (fail level: {fail_level})"
    if summary.verdict == CLEAN:
        return "clean" if not summary.findings else f"clean (fail level: {fail_level})"
    if summary.verdict == EMPTY:
        return "nothing checked"
    if summary.failed:
        return f"incomplete: {count(summary.failed, 'document')} could not be checked"
    return "incomplete: see the errors above" if summary.checked else "incomplete: nothing was checked"


def configuration(outcome: Outcome) -> str:
    """Return one line with the configuration file and what each setting excluded, or "" if there is neither a file nor
    an exclusion.
    """
    effects = "".join(f"; {one.setting}: {one.effect}" for one in outcome.restrictions)
    if not (effects or outcome.config_file):
        return ""
    return visible(f"configuration: {outcome.config_file or 'command line'}{effects}")


def _undetermined_rules(outcome: Outcome) -> str:
    """Return a phrase such as `; 3 undetermined verdicts, from CLS-004, XRF-003`, or "" if there are none."""
    if not outcome.summary.unknown:
        return ""
    rules = sorted({one.rule for one in outcome.undetermined()})
    more = f" and {len(rules) - MAX_RULES} more rules" if len(rules) > MAX_RULES else ""
    return f"; {count(outcome.summary.unknown, 'undetermined verdict')}, from {', '.join(rules[:MAX_RULES])}{more}"


def reason(one: Undetermined) -> str:
    """Return the reason for an undetermined verdict, together with the document text that it quotes."""
    return visible(one.reason())


def sources(cite: Iterable[str]) -> str:
    """Return citations on one line, separated by semicolons. A citation without a published source reads, for example,
    `none on file (drafting practice)`.
    """
    parts = (one.partition(" ") for one in cite)
    return "; ".join(
        f"none on file ({clause})" if code == "memory" else f"{code}{gap}{clause}" for code, gap, clause in parts
    )


def related_text(place: RelatedPlace) -> str:
    """Return the field and quoted text at a position with which a finding was compared, or only the field if there is
    no text (for example, because it is redacted).
    """
    quote = visible(" ".join(place.quote.split()))
    quote = quote if len(quote) <= MAX_QUOTE else quote[: MAX_QUOTE - 1] + "…"
    return f'{place.at}: "{quote}"' if quote else place.at or "compared position"


def undetermined(outcome: Outcome) -> list[tuple[Undetermined, str]]:
    """Return the undetermined verdicts, each with the ids of its rules. Verdicts with the same document, location,
    reason, and quoted text are merged.
    """
    groups: dict[tuple[object, ...], tuple[Undetermined, list[str]]] = {}
    for one in outcome.undetermined():
        key = (one.path, one.member, one.cable, one.start.line, one.start.column, one.why, one.quote)
        groups.setdefault(key, (one, []))[1].append(one.rule)
    return [(first, ", ".join(dict.fromkeys(rules))) for first, rules in groups.values()]


def file_of(finding: Finding | Undetermined) -> str:
    """Return the file of a finding or undetermined verdict: `path`, or `path:member` for a file in an archive."""
    return f"{finding.path}:{finding.member}" if finding.member else finding.path


def place(finding: Finding | Undetermined) -> str:
    """Return the `file:line:column` of a finding or undetermined verdict, escaped for a terminal."""
    return f"{visible(file_of(finding))}:{location(finding)}"


def location(finding: Finding | Undetermined) -> str:
    """Return the `line:column` of a finding or undetermined verdict."""
    return f"{finding.start.line}:{finding.start.column}"


def statistics_rows(outcome: Outcome) -> list[tuple[str, int, int, int, int, int]]:
    """Return a tuple for each rule: its id, its number of findings, and the number of documents that passed, that
    failed, that are undetermined, and that the rule did not apply to. Rules with the most findings come first.
    """
    counts: dict[str, list[int]] = {rule: [0, 0, 0, 0, 0] for rule in outcome.rules}
    for finding in outcome.findings:
        counts.setdefault(finding.rule, [0, 0, 0, 0, 0])[0] += 1
    documents = 0
    for result in outcome.results:
        documents += result.state == "checked"
        for rule, numbers in result.tally:
            row = counts.setdefault(rule, [0, 0, 0, 0, 0])
            for index, number in enumerate(numbers, start=1):
                row[index] += number
    for row in counts.values():
        row[4] = max(0, documents - sum(row[1:4]))
    rows = [(rule, row[0], row[1], row[2], row[3], row[4]) for rule, row in counts.items()]
    return sorted(rows, key=lambda row: (-row[1], -row[3], -row[2], row[0]))


_KEPT = "\ue000"  # in place of a space at which a line must not end


def wrap(text: str, width: int) -> Iterator[str]:
    """Yield the text in lines of at most `width` code points (0: unlimited), broken at spaces where possible, but not
    within a letter-spaced word such as S E C R E T.
    """
    start = 0
    if width and len(text) > width:
        text = re.sub(r"(?<=\b[A-Z]) (?=[A-Z]\b)", _KEPT, text)
    while width and len(text) - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        cut = cut if cut > start else start + width
        yield text[start:cut].rstrip().replace(_KEPT, " ")
        start = cut
        while text[start : start + 1] == " ":
            start += 1
    yield text[start:].replace(_KEPT, " ")


def folded(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text, wrapped to `width` (0: unlimited) with a hanging indent."""
    for line in text.split("\n"):
        body = line.lstrip(" ")
        margin = len(line) - len(body)
        if not width or len(line) <= width or margin > width // 2:
            yield line
            continue
        first = next(wrap(body, width - margin))
        yield " " * margin + first
        hanging = min(margin + 4, width // 2)
        yield from (" " * hanging + rest for rest in wrap(body[len(first) :].lstrip(), width - hanging))


_PADDING = 2  # added by tabulate to the column headings
MIN_COLUMN = 12  # width below which a table column is not narrowed


def grid(rows: Sequence[Sequence[object]], heads: Sequence[str], width: int = 0) -> Iterator[str]:
    """Yield the lines of a table, whose widest columns are wrapped so that it fits into `width` (0: unlimited).

    If the columns would become too narrow, each row is shown as a list, one value per line.
    """
    from tabulate import tabulate  # 15 ms, and only for tables

    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(head) + _PADDING, *map(len, column)]) for head, *column in zip(heads, *cells, strict=True)]
    least = max([MIN_COLUMN, *(len(head) + _PADDING for head in heads)])
    spaced = {number for number, column in enumerate(zip(*cells, strict=True)) if any(" " in cell for cell in column)}
    caps = _caps(widths, width - 2 * (len(heads) - 1), least, spaced) if width else widths
    if caps is None:
        yield from _records(cells, heads, width)
        return
    shown = [["\n".join(wrap(cell, cap)) for cell, cap in zip(row, caps, strict=True)] for row in cells]
    columns = zip(*rows, strict=True)
    align = ["right" if all(isinstance(cell, int) for cell in column) else "left" for column in columns]
    table = tabulate(shown, list(heads), "simple", disable_numparse=True, colalign=align or None)
    yield from (line.rstrip() for line in table.split("\n"))


def _caps(widths: list[int], available: int, least: int, spaced: set[int]) -> list[int] | None:
    """Return a width for each column so that all fit into `available`, or None if they cannot. Columns in `spaced`,
    which have spaces to break at, are narrowed first.
    """
    for chosen in (spaced, set(range(len(widths)))):
        for cap in range(max([least, *widths]), least - 1, -1):
            caps = [min(cap, each) if number in chosen else each for number, each in enumerate(widths)]
            if sum(caps) <= available:
                return caps
    return None


def _records(rows: Sequence[Sequence[str]], heads: Sequence[str], width: int) -> Iterator[str]:
    column = max(map(len, heads))
    for number, row in enumerate(rows):
        yield from [""] if number else []
        for head, cell in zip(heads, row, strict=True):
            if cell:
                yield from folded(f"{head:<{column}}  {cell}", width)


# ---- The footer of all three formats ---------------------------------------------------------------------------------


def footer(outcome: Outcome, display: Display, width: int = 0) -> Iterator[str]:
    """Yield the undetermined verdicts, failed and excluded documents, errors, notices, statistics if requested, and
    totals, wrapped to `width` (0: unlimited).
    """
    for text, label, color in _remarks(outcome):
        first, *rest = folded(text, width)
        yield line_start(first.replace(label, paint(label, color, display.color), 1)) + "\n"
        yield from (line_start(line) + "\n" for line in rest)
    if outcome.statistics:
        yield from statistics(outcome, width)
        yield "\n"
    summary = outcome.summary
    totals = f"{account(summary)}; {count(summary.rules, 'rule')}; {verdict(outcome)}"
    for text in (configuration(outcome), tally(summary), totals):
        yield from (f"{line}\n" for line in folded(text, width) if text)


def _remarks(outcome: Outcome) -> Iterator[tuple[str, str, str]]:
    """Yield a line for each undetermined verdict, failed or excluded document, error, and notice, with the label in the
    line and the label's color.
    """
    for first, rules in undetermined(outcome):
        yield f"{place(first)}: undetermined {rules}: {reason(first)}", "undetermined", "faint"
    for state, color in (("failed", "error"), ("excluded", "faint")):
        for result in outcome.with_state(state):
            cable = f" ({visible(result.cable)})" if result.cable else ""
            yield f"{state}  {visible(result.path)}{cable}: {visible(result.why)}", state, color
    for error in outcome.errors:
        yield f"error  {visible(error)}", "error", "error"
    for notice in outcome.notices:
        yield f"note  {visible(notice)}", "note", "faint"


def statistics(outcome: Outcome, width: int = 0) -> Iterator[str]:
    """Yield a table of the rules with their verdict counts, then the rules that never applied."""
    rows = statistics_rows(outcome)
    heads = ("rule", "findings", "passed", "failed", "undetermined", "not applicable")
    yield from (line_start(f"{line}\n") for line in grid(rows, heads, width))
    never = [row[0] for row in rows if not any(row[2:5])]
    if never:
        yield from (f"{line}\n" for line in wrap(f"never applied: {', '.join(never)}", width))


# ---- table -----------------------------------------------------------------------------------------------------------

_HEADS = ("path", "line:col", "severity", "rule", "message")
_NARROW = 100  # below this many columns the message goes on its own line
_MESSAGE = 40  # columns that the message needs in a table


def table(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield the findings as a table in reading order, with messages wrapped to the available width, then the footer."""
    rows = [
        [visible(file_of(one)), location(one), one.severity, one.rule, visible(one.message)] for one in outcome.findings
    ]
    if rows:
        used = sum(
            max([len(head) + _PADDING, *(len(row[index]) for row in rows)]) + 2 for index, head in enumerate(_HEADS[:4])
        )
        narrow = 0 < display.width < max(_NARROW, used + _MESSAGE)
        yield from _stacked(rows, display) if narrow else _columns(rows, display, used)
        yield "\n"
    yield from footer(outcome, display, display.width)


def _columns(rows: list[list[str]], display: Display, used: int) -> Iterator[str]:
    from tabulate import tabulate  # 15 ms, and only if there are findings

    if display.width:
        rows = [line for row in rows for line in _split(row, display.width - used)]
    text = tabulate(rows, headers=_HEADS, tablefmt="simple", disable_numparse=True)
    for line in text.split("\n"):
        yield _colored(line_start(line.rstrip()), display) + "\n"


def _split(row: list[str], width: int) -> Iterator[list[str]]:
    """Yield a table row with its message wrapped to `width`: further lines become rows with only the message."""
    first, *rest = wrap(row[4], width)
    yield [*row[:4], first]
    yield from (["", "", "", "", line] for line in rest)


def _stacked(rows: list[list[str]], display: Display) -> Iterator[str]:
    """Yield the findings for a narrow terminal: location, severity, and rule on one line, and the message below it."""
    for path, place, severity, rule, message in rows:
        lines = wrap(f"{path}:{place}  {severity}  {rule}", display.width)
        yield from (_colored(line_start(line), display) + "\n" for line in lines)
        yield from (line_start(f"  {line}\n") for line in wrap(message, max(1, display.width - 2)))


def _colored(line: str, display: Display) -> str:
    if display.color:
        for severity in SEVERITIES:
            if f"  {severity}  " in line:
                return line.replace(f"  {severity}  ", f"  {paint(severity, severity, True)}  ", 1)
    return line


# ---- concise ---------------------------------------------------------------------------------------------------------


def concise(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield `file:line:column: severity RULE message` for each finding, then the footer; nothing is wrapped."""
    for one in outcome.findings:
        severity = paint(one.severity, one.severity, display.color)
        yield line_start(f"{place(one)}: {severity} {one.rule} {visible(one.message)}\n")
    yield from footer(outcome, display)


# ---- full ------------------------------------------------------------------------------------------------------------

MAX_LINES = 6  # lines quoted for one finding


def full(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield each finding with its quoted lines, suggestion, citation, and help, then the footer."""
    for one in outcome.findings:
        title = f"{place(one)}: {one.severity} {one.rule} {visible(one.name)}"
        for line in wrap(title, display.width):
            severity = paint(one.severity, one.severity, display.color)
            yield line_start(line.replace(f": {one.severity} ", f": {severity} ", 1) + "\n")
        for line in wrap(visible(one.message), max(0, display.width - 2)):
            yield line_start(f"  {paint(line, 'strong', display.color)}\n")
        yield from _quoted(one, display)
        yield from _details(one, outcome.redacted, max(0, display.width - 2))
        yield "\n"
    yield from footer(outcome, display, display.width)


def _details(one: Finding, redacted: bool, width: int) -> Iterator[str]:
    texts = []
    if one.suggestion is not None and not redacted:
        texts.append(f"suggestion: {one.elsewhere}{one.suggestion.text}")
    if one.cite:
        texts.append(f"source: {sources(one.cite)}")
    if one.help:
        texts.append(f"help: {one.help}")
    yield from (line_start(f"  {line}\n") for text in texts for line in wrap(visible(text), width))


def _quoted(one: Finding, display: Display) -> Iterator[str]:
    """Yield the lines that a finding covers (at most `MAX_LINES`), with line numbers and with carets below the affected
    text.
    """
    margin = len(str(one.lines[-1][0])) if one.lines else 0
    for number, line in one.lines[:MAX_LINES]:
        low = one.start.column - 1 if number == one.start.line else 0
        high = one.end.column - 1 if number == one.end.line else len(line)
        before, marked = visible(line[:low]), visible(line[low:high])
        before, shown = _cut(before, marked + visible(line[max(low, high) :]), _available(display, margin))
        yield f"  {number:>{margin}} | {before}{shown}\n"
        carets = "^" * max(1, min(len(marked), len(shown) or 1))
        yield f"  {'':>{margin}} | {' ' * len(before)}{paint(carets, one.severity, display.color)}\n"
    if len(one.lines) > MAX_LINES:
        yield f"  … {len(one.lines) - MAX_LINES} more lines\n"


def _available(display: Display, margin: int) -> int:
    """Return the number of columns left for a quoted line after its number."""
    return max(20, display.width - margin - 6) if display.width else 160


def _cut(before: str, rest: str, width: int) -> tuple[str, str]:
    """Return both parts of a line, shortened to about `width` so that the beginning of `rest` remains visible."""
    if len(before) + len(rest) <= width:
        return before, rest
    if len(before) > width // 2:
        before = "…" + before[-(width // 2) :]
    return before, rest if len(before) + len(rest) <= width else rest[: max(10, width - len(before) - 1)] + "…"
