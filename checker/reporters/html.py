"""Write the HTML report: one self-contained page with the findings and the document texts in which they are
highlighted. The page can be read without JavaScript.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import deque
from collections.abc import Iterator

from ..errors import count
from ..results import SEVERITIES, DocumentResult, Excerpt, Finding, Outcome
from . import Display
from .escaping import html_message, html_text
from .page_style import BASE, COLORS
from .terminal import account, configuration, file_of, location, reason, sources, statistics_rows, undetermined, verdict

STYLE = """
:root{--good:#1c6b36}
@media (prefers-color-scheme:dark){:root{--good:#7fd79b}}
header,main{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:1.6rem;margin:0 0 .2em;font-weight:650}
h2{font-size:1.1rem;margin:1.6em 0 .4em}
.verdict{display:inline-block;margin:.2em 0 1em;padding:.2em .7em;border-radius:4px;font-weight:600}
.verdict.clean{background:color-mix(in srgb,var(--good) 15%,transparent);color:var(--good)}
.verdict.findings,.verdict.untrusted{background:var(--error-bg);color:var(--error)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:10px;margin:0 0 1em}
.tile{background:var(--paper);border:1px solid var(--line);border-top:3px solid var(--line);border-radius:4px;
padding:8px 12px}
.tile.error{border-top-color:var(--error)}.tile.warning{border-top-color:var(--warning)}
.tile.info{border-top-color:var(--info)}
.tile dt{color:var(--soft);font-size:.82rem}.tile dd{margin:0;font-size:1.5rem;font-weight:650;
font-variant-numeric:tabular-nums}
header p{color:var(--soft);margin:.2em 0 1.2em}
.filters{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;
background:var(--paper);
border:1px solid var(--line);border-radius:4px;padding:8px 14px;margin-bottom:16px}
.filters[hidden]{display:none}
.filters fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:4px 14px}
.filters legend{float:left;margin-right:10px;padding:0;color:var(--soft)}
.filters select,.filters input[type=search]{font:inherit;max-width:100%;padding:3px 6px;border:1px solid var(--line);
border-radius:4px;background:var(--page);color:inherit}
.filters select{width:17em}
.filters output{color:var(--soft);margin-left:auto}
.document,.clean,section{background:var(--paper);border:1px solid var(--line);border-radius:4px;margin:0 0 16px;
padding:0 16px}
a.word{color:inherit;text-decoration:underline dotted;text-underline-offset:.2em}
.words dl{margin:0 0 12px}.words dt{font-weight:600;font-family:ui-monospace,monospace}
.words dd{margin:0 0 .6em 1.2em;overflow-wrap:anywhere}.words dd:target{background:var(--info-bg)}
section{padding-bottom:12px}section h2{margin-top:.7em}section ul{margin:0}
summary{cursor:pointer;padding:10px 0;overflow-wrap:anywhere}
.document>summary{border-bottom:1px solid var(--line);margin:0 -16px;padding:10px 16px;
border-left:4px solid var(--line);border-radius:4px 0 0}
.document>summary::after{content:"";display:block;clear:both}
summary.error{border-left-color:var(--error)!important}summary.warning{border-left-color:var(--warning)!important}
summary.info{border-left-color:var(--info)!important}
.path{font-weight:600}.cable,.title,.number{color:var(--soft);margin-left:.6em}.number{float:right}
.findings{list-style:none;margin:8px 0;padding:0}
.finding{padding:7px 0 7px 4.5em;text-indent:-4.5em;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.finding:last-child{border-bottom:0}
.finding:target,a:target+mark{outline:2px solid var(--info)}
.where,.badge,.more{text-indent:0}
.where{display:inline-block;min-width:4.2em;font-variant-numeric:tabular-nums}
a{color:var(--link)}
.badge{display:inline-block;min-width:6em;text-align:center;border-radius:4px;font-size:.8rem;font-weight:600;
padding:0 .5em}
.rule{font-weight:600;margin:0 .3em}
.more{color:var(--soft);font-size:.87rem}
.badge.error,mark.error{background:var(--error-bg);color:var(--error)}
.badge.warning,mark.warning{background:var(--warning-bg);color:var(--warning)}
.badge.info,mark.info{background:var(--info-bg);color:var(--info)}
mark{border-radius:2px;box-shadow:0 1px 0 currentColor}
.text{overflow:auto;max-height:34em;border-top:1px solid var(--line);margin:0 -16px;padding:8px 0;
font:13px/1.45 ui-monospace,
SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.text table{border-collapse:collapse;width:auto}
.text th,.text td{border-bottom:0;font-size:inherit}
.text th{position:sticky;left:0;background:var(--paper);color:var(--soft);font-weight:400;text-align:right;
padding:0 12px 0 16px;
user-select:none;vertical-align:top;white-space:nowrap}
.text td{white-space:pre;padding:0 16px 0 0}
.wide{overflow:auto}.rules{border-collapse:collapse;font-variant-numeric:tabular-nums}
.rules th,.rules td{padding:3px 14px 3px 0;text-align:right;border-bottom:1px solid var(--line)}
.rules th:first-child{text-align:left}
li{overflow-wrap:anywhere}
.gone{display:none!important}
@media (max-width:640px){header,main{padding:0 10px}.finding{padding-left:0;text-indent:0}.filters{position:static}
.filters select{width:100%}
.number{float:none}.text td{white-space:pre-wrap;overflow-wrap:anywhere}.tiles{grid-template-columns:repeat(3,1fr);
gap:6px}.tile{padding:6px 8px}
.tile dd{font-size:1.2rem}}
@media print{.filters{display:none}.text{max-height:none}.text td{white-space:pre-wrap}body{background:#fff}
h2,h3{break-after:avoid}
.badge,mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""

SCRIPT = """
(function(){
"use strict";
document.addEventListener("click",function(event){
var link=event.target.closest("a.word"),target=link&&document.getElementById(link.hash.slice(1));
if(target){target.closest("details").open=true}
});
var form=document.querySelector(".filters");
if(!form){return}
form.hidden=false;
form.addEventListener("submit",function(event){event.preventDefault()});
function apply(){
var severities={},shown=0,all=0,rule=form.elements.rule.value,words=form.elements.words.value.toLowerCase();
form.querySelectorAll("[name=severity]").forEach(function(box){severities[box.value]=box.checked});
document.querySelectorAll(".document").forEach(function(part){
var head=part.querySelector("summary").textContent.toLowerCase(),any=false;
part.querySelectorAll(".finding").forEach(function(item){
var fits=severities[item.dataset.severity]&&(!rule||item.dataset.rule===rule)&&
(!words||head.indexOf(words)>=0||item.textContent.toLowerCase().indexOf(words)>=0);
item.classList.toggle("gone",!fits);
all+=1;
if(fits){any=true;shown+=1}
});
part.classList.toggle("gone",!any);
});
form.querySelector("output").textContent=shown===all?"":shown+" of "+all+" shown";
}
form.addEventListener("input",apply);
}());
"""


# ---- Findings highlighted in the text -------------------------------------------------------------------------------

MAX_HIGHLIGHTS = 2_000  # findings highlighted in one document; all are listed above it
_LINE = re.compile(r"\r\n|\r|\n")


def highlighted(highlighter: _Highlighter, excerpt: Excerpt) -> Iterator[tuple[int, str]]:
    """Yield the number and HTML of each line of an excerpt. The anchor `<prefix><n>t` marks the start of the n-th
    finding, where `<prefix>` is the highlighter's prefix.
    """
    start, line = 0, excerpt.line
    for end, following in _lines(excerpt.text):
        yield line, highlighter.html(start, end)
        start, line = following, line + 1


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield, for each line, the offset at which it ends (without its line break) and the offset of the next line."""
    after = 0
    for each in _LINE.finditer(text):
        after = each.end()
        yield each.start(), after
    if after < len(text) or not text:
        yield len(text), len(text)


class _Highlighter:
    """Converts an excerpt to HTML in one pass over the starts and ends of the findings.

    A marking with a known meaning becomes a link to its explanation below the text, with the explanation as a tooltip.
    """

    __slots__ = (
        "_anchored", "_begin", "_edges", "_end", "_findings", "_next", "_open", "_points", "_prefix", "_text", "_words",
        "meanings",
    )  # fmt: skip

    def __init__(self, excerpt: Excerpt, findings: list[Finding], prefix: str) -> None:
        words = [(start - excerpt.start, end - excerpt.start, text) for start, end, text in excerpt.words]
        self._words = deque(words)
        self.meanings: dict[str, tuple[str, str]] = {}  # meaning -> (HTML id, marking)
        self._text, self._findings, self._prefix = excerpt.text, findings, prefix
        self._begin: dict[int, list[int]] = {}
        self._end: dict[int, list[int]] = {}
        self._points: dict[int, list[int]] = {}
        length = len(excerpt.text)
        for number, one in enumerate(findings, start=1):
            low = min(max(one.span.start - excerpt.start, 0), length)
            high = min(max(one.span.end - excerpt.start, low), length)
            if low == high:
                self._points.setdefault(low, []).append(number)
            else:
                self._begin.setdefault(low, []).append(number)
                self._end.setdefault(high, []).append(number)
        self._edges = sorted({*self._begin, *self._end, *self._points})
        self._next = 0
        self._open: dict[int, None] = {}  # the findings that cover the current offset, in order
        self._anchored: set[int] = set()

    def html(self, low: int, stop: int) -> str:
        """Return the HTML for the text from `low` to `stop`. Each call must continue where the previous one ended."""
        parts = []
        while self._next < len(self._edges) and self._edges[self._next] <= stop:
            edge = self._edges[self._next]
            self._next += 1
            parts.append(self._segment(low, edge))
            low = max(low, edge)
            for number in self._end.get(edge, ()):
                self._open.pop(number, None)
            if edge in self._points:
                parts.append(self._mark('<span class="point">\u2038</span>', self._points[edge]))
            self._open.update(dict.fromkeys(self._begin.get(edge, ())))
        parts.append(self._segment(low, stop))
        return "".join(parts)

    def _segment(self, low: int, high: int) -> str:
        if low >= high:
            return ""
        segment = self._linked(low, high)
        return self._mark(segment, list(self._open)) if self._open else segment

    def _linked(self, low: int, high: int) -> str:
        """Return the HTML for a segment. Each marking within it is a link to its meaning."""
        parts = []
        while self._words and self._words[0][0] < high:
            start, end, meaning = self._words.popleft()
            if start < low or end > high:
                continue
            marking = html_text(self._text[start:end])
            name, _ = self.meanings.setdefault(meaning, (f"{self._prefix}w{len(self.meanings) + 1}", marking))
            title = html_text("; ".join(each.partition("\n")[0] for each in meaning.split("\n\n")))
            parts.append(html_text(self._text[low:start]))
            parts.append(f'<a class="word" href="#{name}" aria-describedby="{name}" title="{title}">{marking}</a>')
            low = end
        return "".join(parts) + html_text(self._text[low:high])

    def _mark(self, segment: str, over: list[int]) -> str:
        """Return a segment in the color of the most serious finding in `over`. Up to five messages become a tooltip,
        and anchors are added for the findings that begin in the segment.
        """
        anchors = "".join(f'<a id="{self._prefix}{number}t"></a>' for number in over if number not in self._anchored)
        self._anchored.update(over)
        found = [self._findings[number - 1] for number in over]
        worst = min((one.severity for one in found), key=SEVERITIES.index)
        title = html_text("; ".join(f"{one.rule} {one.message}" for one in found[:5]))
        return f'{anchors}<mark class="{worst}" title="{title}">{segment}</mark>'


# ---- The page --------------------------------------------------------------------------------------------------------

MAX_TEXTS = 500  # documents whose text is shown; the findings of all are listed


def report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield the HTML page for an outcome, in parts."""
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
        f"<style>{COLORS}{BASE}{STYLE}</style>\n</head>\n<body>\n<header>\n"
        f"<h1>Markings of {count(summary.handed_in, 'document')}</h1>\n"
    )
    yield f'<p class="verdict {summary.verdict}">{html_message(verdict(outcome))}</p>\n<dl class="tiles">\n'
    tiles = [(name, getattr(summary, name), name) for name in SEVERITIES]
    tiles += [("undetermined", summary.unknown, "plain"), ("checked", summary.checked, "plain")]
    tiles += [
        ("excluded", summary.excluded, "plain"),
        ("failed", summary.failed, "error" if summary.failed else "plain"),
    ]
    if summary.suppressed or summary.baseline:
        tiles += [("suppressed", summary.suppressed, "plain"), ("in the baseline", summary.baseline, "plain")]
    if summary.false_alarms or summary.accepted:
        tiles += [("false alarms", summary.false_alarms, "plain"), ("accepted", summary.accepted, "plain")]
    for name, number, kind in tiles:
        yield f'<div class="tile {kind}"><dt>{name}</dt><dd>{number:,}</dd></div>\n'
    yield f"</dl>\n<p>{account(summary)}; {count(summary.rules, 'rule')}; cablecheck {html_text(outcome.version)}"
    if text := configuration(outcome):
        yield f"; {html_text(text)}"
    yield (
        "; redacted: document text is omitted.</p>\n</header>\n<main>\n"
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
    yield '<label>Words <input type="search" name="words" size="22" placeholder="path, cable, or message"></label>\n'
    yield '<output aria-live="polite"></output>\n</form>\n'


def _documents(outcome: Outcome) -> Iterator[str]:
    number = texts = 0
    for result, found in outcome.by_document():
        if found:
            number += 1
            texts += result.excerpt is not None
            yield from _document(result, found, number, texts <= MAX_TEXTS, outcome.rule_url)
    if texts > MAX_TEXTS:
        yield f'<p class="note">The texts of {texts - MAX_TEXTS:,} more documents are not shown.</p>\n'
    clean = [result for result in outcome.results if result.state == "checked" and not result.findings]
    if clean:
        yield f'<details class="clean"><summary>{count(len(clean), "document")} without findings</summary>\n<ul>\n'
        for result in clean:
            yield f"<li>{_name(result)}</li>\n"
        yield "</ul></details>\n"


def _name(result: DocumentResult) -> str:
    cable = f' <span class="cable">{html_text(result.cable)}</span>' if result.cable else ""
    return f'<span class="path">{html_text(result.path)}</span>{cable}'


def _document(result: DocumentResult, found: list[Finding], number: int, with_text: bool, url: str) -> Iterator[str]:
    worst = min(found, key=lambda one: SEVERITIES.index(one.severity)).severity
    title = f' <span class="title">{html_text(result.excerpt.title)}</span>' if result.excerpt else ""
    yield f'<details class="document" open>\n<summary class="{worst}">{_name(result)}{title} '
    yield f'<span class="number">{count(len(found), "finding")}</span></summary>\n<ol class="findings">\n'
    for index, one in enumerate(found, start=1):
        yield from _finding(one, f"d{number}f{index}", result.excerpt is not None and with_text, url)
    yield "</ol>\n"
    if result.excerpt is not None and with_text:
        yield from _text(result.excerpt, found, number)
    yield "</details>\n"


def _finding(one: Finding, mark: str, linked: bool, url: str) -> Iterator[str]:
    where = f'<a href="#{mark}t">{location(one)}</a>' if linked else location(one)
    yield f'<li id="{mark}" class="finding {one.severity}" data-severity="{one.severity}"'
    yield f' data-rule="{html_text(one.rule)}">'
    yield f'<span class="where">{where}</span> <span class="badge {one.severity}">{one.severity}</span> '
    rule = html_text(one.rule)
    rule = f'<a href="{html_text(url.replace("{rule}", one.rule))}" rel="noreferrer">{rule}</a>' if url else rule
    yield f'<span class="rule">{rule}</span> <span class="message">{html_message(one.message)}</span>'
    notes = [html_text(one.help)] if one.help else []
    if one.suggestion is not None:
        notes.append(f"suggestion: {one.elsewhere}<code>{html_text(one.suggestion.text)}</code>")
    notes += [f"source: {html_text(sources(one.cite))}"] if one.cite else []
    yield f'<div class="more">{" · ".join(notes)}</div></li>\n' if notes else "</li>\n"


def _text(excerpt: Excerpt, found: list[Finding], number: int) -> Iterator[str]:
    highlighter = _Highlighter(excerpt, found[:MAX_HIGHLIGHTS], f"d{number}f")
    yield '<div class="text" tabindex="0"><table role="presentation">\n'
    for line, content in highlighted(highlighter, excerpt):
        yield f'<tr><th scope="row">{line}</th><td>{content}</td></tr>\n'
    yield "</table></div>\n"
    if highlighter.meanings:
        yield '<details class="words"><summary>Markings in this text</summary>\n<dl>\n'
        for meaning, (name, marking) in highlighter.meanings.items():
            shown = "<br>".join(map(html_text, meaning.split("\n")))
            yield f'<dt>{marking}</dt><dd id="{name}" tabindex="-1">{shown}</dd>\n'
        yield "</dl></details>\n"


def _unchecked(outcome: Outcome, state: str, heading: str) -> Iterator[str]:
    documents = outcome.with_state(state)
    if documents:
        yield f'<section class="{state}"><h2>{heading}</h2>\n<ul>\n'
        for result in documents:
            yield f"<li>{_name(result)}: {html_text(result.why)}</li>\n"
        yield "</ul></section>\n"


def _undetermined(outcome: Outcome) -> Iterator[str]:
    verdicts = undetermined(outcome)
    if verdicts:
        yield '<section class="undetermined"><h2>Undetermined</h2>\n<ul>\n'
        for one, rules in verdicts:
            where = f'<span class="path">{html_text(file_of(one))}</span>:{location(one)}'
            yield f"<li>{where} {html_text(rules)}: {html_text(reason(one))}</li>\n"
        yield "</ul></section>\n"


def _rest(outcome: Outcome) -> Iterator[str]:
    notes = [*outcome.errors, *outcome.notices]
    if notes:
        yield '<section class="notes"><h2>Notes</h2>\n<ul>\n'
        yield from (f"<li>{html_text(line)}</li>\n" for line in notes)
        yield "</ul></section>\n"
    if outcome.statistics:
        yield '<section><h2>Rules</h2>\n<div class="wide"><table class="rules">\n<tr><th>rule</th><th>findings</th>'
        yield "<th>passed</th><th>failed</th><th>undetermined</th><th>not applicable</th></tr>\n"
        for rule, *numbers in statistics_rows(outcome):
            cells = "".join(f"<td>{number:,}</td>" for number in numbers)
            yield f"<tr><th>{html_text(rule)}</th>{cells}</tr>\n"
        yield "</table></div></section>\n"
