"""One self-contained HTML page: the account, filters, and each document with its findings drawn in the text.

It opens without network, asks for nothing outside itself (its own policy forbids it), works without its script, and
prints. What a document says is escaped; the script runs because the policy knows its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from ..findings import SEVERITIES, Finding
from ..ledger import Judged, Outcome, Paper
from . import Look
from .drawing import drawn
from .escape import html_text
from .page_look import SCRIPT, STYLE
from .wording import account, count, place, statistics_rows, undetermined, verdict, why

MOST_TEXTS = 500  # documents whose text is drawn; the findings of all are listed


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """The page."""
    yield from _head(outcome)
    yield from _unchecked(outcome, "failed", "Not checked")
    yield from _filters(outcome)
    yield from _documents(outcome)
    yield from _undetermined(outcome)
    yield from _unchecked(outcome, "excluded", "Excluded")
    yield from _rest(outcome)
    yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _head(outcome: Outcome) -> Iterator[str]:
    summary = outcome.summary
    mark = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{mark}'; base-uri 'none'"
    policy += "; form-action 'none'"
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>cablecheck: {count(summary.findings, 'finding')} in {count(summary.checked, 'document')}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n<header>\n"
        f"<h1>Markings of {count(summary.handed_in, 'document')}</h1>\n"
    )
    yield f'<p class="verdict {summary.verdict}">{html_text(verdict(outcome))}</p>\n<dl class="tiles">\n'
    tiles = [(name, getattr(summary, name), name) for name in SEVERITIES]
    tiles += [("undetermined", summary.unknown, "plain"), ("checked", summary.checked, "plain")]
    tiles += [
        ("excluded", summary.excluded, "plain"),
        ("failed", summary.failed, "error" if summary.failed else "plain"),
    ]
    if summary.suppressed or summary.baseline:
        tiles += [("suppressed", summary.suppressed, "plain"), ("in the baseline", summary.baseline, "plain")]
    for name, number, kind in tiles:
        yield f'<div class="tile {kind}"><dt>{name}</dt><dd>{number:,}</dd></div>\n'
    yield f"</dl>\n<p>{account(summary)}; {count(summary.rules, 'rule')}; cablecheck {html_text(outcome.version)}"
    yield (
        "; the documents' words are kept back.</p>\n</header>\n<main>\n"
        if outcome.redacted
        else ".</p>\n</header>\n<main>\n"
    )


def _filters(outcome: Outcome) -> Iterator[str]:
    if not outcome.findings:
        return
    yield '<form class="filters" hidden>\n<fieldset><legend>Show</legend>\n'
    for severity in SEVERITIES:
        number = getattr(outcome.summary, severity)
        if number:
            yield f'<label class="{severity}"><input type="checkbox" name="severity" value="{severity}" checked> '
            yield f"{count(number, severity)}</label>\n"
    yield '</fieldset>\n<label>Rule <select name="rule"><option value="">all rules</option>\n'
    counts: dict[str, int] = {}
    for one in outcome.findings:
        counts[one.rule] = counts.get(one.rule, 0) + 1
    for rule in sorted(counts):
        name = outcome.rules[rule].name if rule in outcome.rules else ""
        yield f'<option value="{html_text(rule)}">{html_text(rule)} {html_text(name)} ({counts[rule]:,})</option>\n'
    yield "</select></label>\n"
    yield '<label>Words <input type="search" name="words" placeholder="path, cable or message"></label>\n'
    yield '<output aria-live="polite"></output>\n</form>\n'


def _documents(outcome: Outcome) -> Iterator[str]:
    number = texts = 0
    for judged, found in outcome.by_document():
        if found:
            number += 1
            texts += judged.paper is not None
            yield from _document(judged, found, number, texts <= MOST_TEXTS)
    if texts > MOST_TEXTS:
        yield f'<p class="note">The texts of {texts - MOST_TEXTS:,} further documents are not drawn.</p>\n'
    clean = [judged for judged in outcome.judged if judged.state == "checked" and not judged.findings]
    if clean:
        yield f'<details class="clean"><summary>{count(len(clean), "document")} without findings</summary>\n<ul>\n'
        for judged in clean:
            yield f"<li>{_name(judged)}</li>\n"
        yield "</ul></details>\n"


def _name(judged: Judged) -> str:
    cable = f' <span class="cable">{html_text(judged.cable)}</span>' if judged.cable else ""
    return f'<span class="path">{html_text(judged.path)}</span>{cable}'


def _document(judged: Judged, found: list[Finding], number: int, with_text: bool) -> Iterator[str]:
    worst = min(found, key=lambda one: SEVERITIES.index(one.severity)).severity
    title = f' <span class="title">{html_text(judged.paper.title)}</span>' if judged.paper else ""
    yield f'<details class="document" open>\n<summary class="{worst}">{_name(judged)}{title} '
    yield f'<span class="number">{count(len(found), "finding")}</span></summary>\n<ol class="findings">\n'
    for index, one in enumerate(found, start=1):
        yield from _finding(one, f"d{number}f{index}", judged.paper is not None and with_text)
    yield "</ol>\n"
    if judged.paper is not None and with_text:
        yield from _text(judged.paper, found, number)
    yield "</details>\n"


def _finding(one: Finding, mark: str, linked: bool) -> Iterator[str]:
    where = f'<a href="#{mark}t">{place(one)}</a>' if linked else place(one)
    yield f'<li id="{mark}" class="finding {one.severity}" data-severity="{one.severity}"'
    yield f' data-rule="{html_text(one.rule)}">'
    yield f'<span class="where">{where}</span> <span class="badge {one.severity}">{one.severity}</span> '
    yield f'<span class="rule">{html_text(one.rule)}</span> <span class="message">{html_text(one.message)}</span>'
    notes = [html_text("; ".join(one.cite))] if one.cite else []
    notes += [html_text(one.help)] if one.help else []
    if one.suggestion is not None:
        notes.append(f"suggestion: <code>{html_text(one.suggestion.text)}</code>")
    yield f'<div class="more">{" · ".join(notes)}</div></li>\n' if notes else "</li>\n"


def _text(paper: Paper, found: list[Finding], number: int) -> Iterator[str]:
    yield '<div class="text" tabindex="0"><table role="presentation">\n'
    for line, inside in drawn(paper, found, f"d{number}f"):
        yield f'<tr><th scope="row">{line}</th><td>{inside}</td></tr>\n'
    yield "</table></div>\n"


def _unchecked(outcome: Outcome, state: str, heading: str) -> Iterator[str]:
    documents = outcome.with_state(state)
    if documents:
        yield f'<section class="{state}"><h2>{heading}</h2>\n<ul>\n'
        for judged in documents:
            yield f"<li>{_name(judged)}: {html_text(judged.why)}</li>\n"
        yield "</ul></section>\n"


def _undetermined(outcome: Outcome) -> Iterator[str]:
    verdicts = undetermined(outcome)
    if verdicts:
        yield '<section class="undetermined"><h2>Undetermined</h2>\n<ul>\n'
        for one, rules in verdicts:
            where = f'<span class="path">{html_text(one.path)}</span>:{place(one)}'
            yield f"<li>{where} {html_text(rules)}: {html_text(why(one))}</li>\n"
        yield "</ul></section>\n"


def _rest(outcome: Outcome) -> Iterator[str]:
    words = [*outcome.troubles, *outcome.notices]
    if words:
        yield '<section class="notes"><h2>Notes</h2>\n<ul>\n'
        yield from (f"<li>{html_text(line)}</li>\n" for line in words)
        yield "</ul></section>\n"
    if outcome.statistics:
        yield '<section><h2>Rules</h2>\n<div class="wide"><table class="rules">\n<tr><th>rule</th><th>findings</th>'
        yield "<th>passed</th><th>failed</th><th>undetermined</th><th>not applicable</th></tr>\n"
        for rule, *numbers in statistics_rows(outcome):
            cells = "".join(f"<td>{number:,}</td>" for number in numbers)
            yield f"<tr><th>{html_text(rule)}</th>{cells}</tr>\n"
        yield "</table></div></section>\n"
