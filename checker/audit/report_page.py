"""Write `report.html`, a single page to send to readers: results first, then each rule with samples, then the corpus.

The page loads no other resources and works without its script, which only filters. Each bar is drawn with boxes and has
its numbers beside it as text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ..errors import count
from ..record import Record
from ..reporters.escaping import html_message, html_text
from ..reporters.page_style import BASE, COLORS
from ..reporters.terminal import account as account_words
from ..reporters.terminal import tally
from ..resources import VERSION
from ..results import SEVERITIES
from .samples import Precision
from .statistics import Figures, account, number, one_line, rule_severities, severities, share, summary, totals

OPEN_RULES = 3  # rules with errors whose samples are shown without a click
CARDS = 3  # samples of a rule that are shown at once
RULES_SHOWN = 12  # rules of a severity that are shown; the others are folded
ROWS_SHOWN = 12  # rows of a chart that are shown; the others are folded
COVERAGE = "Field coverage"  # shown even without rows, because its note has a figure of its own
_HEADINGS = {"error": "Errors", "warning": "Warnings", "info": "Information"}
_BASIS = {
    "marked": "as marked",
    "schedule": "by schedule",
    "default": "by default",
    "exemption": "exempted",
    "event": "on an event",
    "none": "no basis",
}


Table = tuple[str, str, Sequence[str], list[list[object]]]  # title, note, heads, rows
Card = tuple[int, tuple[object, ...]]  # the number of a sample among those of its rule, and its row


class ReportContent(Record):
    """The data that the report page shows.

    `quotes` are sample findings, `titles` are the display texts for levels and orders, and `precision` contains each
    rule's precision.
    """

    figures: Figures
    quotes: list[tuple[object, ...]]
    title: str
    corpus: tuple[str, ...]
    rules_digest: str
    redacted: bool
    as_of: str
    titles: Mapping[str, str]
    precision: Mapping[str, Precision]
    tables: tuple[Table, ...] = ()  # additional tables, shown unchanged

    def name(self, code: object) -> str:
        """Return the display text for a level or order code."""
        return self.titles.get(str(code), str(code))


def page(content: ReportContent) -> Iterator[str]:
    """Yield the HTML of the report page."""
    script = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; base-uri 'none'"
    title = html_text(content.title)
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{title}</title><style>{COLORS}{BASE}{LOOK}</style></head><body>\n"
    )
    yield from _header(content, title)
    yield "<main>\n"
    yield from _rules(content)
    yield from _corpus(content)
    yield "</main>\n<footer>"
    if not content.redacted:
        yield "<p>To review these findings, run <code>cablecheck view DIR</code> with the folder of this audit.</p>"
    yield f'<p class="soft">Made by cablecheck {VERSION}, which checks the form of markings, never the content.</p>'
    yield "</footer>"
    yield f"<script>{SCRIPT}</script></body></html>\n"


# ---- The head --------------------------------------------------------------------------------------------------------


def _header(content: ReportContent, title: str) -> Iterator[str]:
    first, last, posts, _, _ = content.figures["extent"][0]
    level = next(iter(content.figures["levels"]), ("unread", -1, 0))
    known = level if number(level[1]) >= 0 else None
    kind = str(known[0]).lower() if known and str(known[0]).lower() in ("u", "c", "s", "ts") else "none"
    highest = content.name(known[0]) if known else "none could be read"
    yield f'<div class="strip level-{kind}">Highest marking in this audit: {html_text(highest)}</div>\n<header>'
    yield f"<h1>{title}</h1>\n"
    facts = [", ".join(content.corpus)] if content.corpus else []
    facts += [f"{first} to {last}"] if first else []
    facts += [count(number(posts), "post")] if number(posts) else []
    facts += [f"as of {content.as_of}"] if content.as_of else []
    facts.append(f"cablecheck {VERSION}, rules {content.rules_digest[:8]}")
    facts += ["redacted: document text is omitted"] if content.redacted else []
    yield f'<p class="soft">{html_text(" · ".join(facts))}</p>\n<div class="result">'
    yield "".join(f"<p>{html_text(sentence)}</p>" for sentence in _sentences(content)) + "</div>\n"
    yield '<dl class="tiles">'
    counts, levels = account(content.figures), severities(content.figures)
    tiles = [*((name, levels[name], name) for name in SEVERITIES), *((name, counts[name], "plain") for name in counts)]
    for name, value, kind in tiles:
        yield f'<div class="tile {kind}"><dt>{name}</dt><dd>{value:,}</dd></div>'
    yield "</dl></header>\n"


def _sentences(content: ReportContent) -> Iterator[str]:
    """Yield three sentences that summarize the result."""
    figures = content.figures
    _, _, _, with_errors, with_warnings = figures["extent"][0]
    sums = totals(summary(figures, ""))
    checked = sums.checked
    verbs = ["has" if number(one) == 1 else "have" for one in (with_errors, with_warnings)]
    yield (
        f"{share(with_errors, checked)} of {count(checked, 'checked document')} ({number(with_errors):,}) {verbs[0]} "
        f"at least one error, and {number(with_warnings):,} more {verbs[1]} only warnings."
    )
    worst = next(((rule, number(n)) for rule, severity, n in figures["by_severity"] if severity == "error"), None)
    names = {row[0]: row[1] for row in figures["rules"]}
    yield (
        f"The most frequent error is {worst[0]}, {names[worst[0]]}, with {count(worst[1], 'finding')}."
        if worst
        else "There are no open errors."
    )
    yield f"{account_words(sums)}. {tally(sums)}."


# ---- Rules with samples ----------------------------------------------------------------------------------------------


def _rules(content: ReportContent) -> Iterator[str]:
    yield (
        '<form class="filter" hidden><label>Filter rules and samples '
        '<input type="search" placeholder="rule, number, or word"></label> '
        '<output aria-live="polite"></output></form>\n'
    )
    cards: dict[str, list[Card]] = {}
    for row in content.quotes:
        of_rule = cards.setdefault(str(row[0]), [])
        of_rule.append((len(of_rule) + 1, row))
    own, drawn = rule_severities(content.figures), set[str]()
    for severity in SEVERITIES:
        rows = [(own.get(str(row[0]), {}).get(severity, 0), row) for row in content.figures["rules"]]
        rows = [(n, row) for n, row in rows if n or (row[2] == severity and number(row[8]) and not number(row[7]))]
        rows.sort(key=lambda pair: (-pair[0], str(pair[1][0])))
        found = sum(n for n, _ in rows)
        heading = (
            f'{_HEADINGS[severity]} <span class="soft">{count(found, "finding")} of {count(len(rows), "rule")}</span>'
        )
        blocks = []
        for place, (n, row) in enumerate(rows):
            rule = str(row[0])
            chosen = [card for card in cards.get(rule, []) if card[1][1] == severity]
            mark = f"{rule}-{severity}" if rule in drawn else rule
            drawn.add(rule)
            opened = severity == "error" and place < OPEN_RULES and bool(chosen)
            blocks.append(_rule(content, row, chosen, (severity, n, mark, opened)))
        if severity == "info" and blocks:
            yield f'<section><details class="fold"><summary><h2>{heading}</h2></summary>'
            yield "".join(blocks) + "</details></section>\n"
            continue
        yield f"<section><h2>{heading}</h2>{''.join(blocks[:RULES_SHOWN]) or '<p>None.</p>'}"
        if blocks[RULES_SHOWN:]:
            more = count(len(blocks) - RULES_SHOWN, "more rule")
            yield f'<details class="fold"><summary>{more}</summary>{"".join(blocks[RULES_SHOWN:])}</details>'
        yield "</section>\n"


def _rule(content: ReportContent, row: Sequence[object], cards: list[Card], block: tuple[str, int, str, bool]) -> str:
    """Return the HTML block for a rule, with its findings at one severity.

    `block` consists of the severity, the number of findings, the HTML element's id, and whether the element is open.
    """
    rule, name, _, status, applied, failed, unknown, _, less, summary, because, help, cite, url = row
    severity, findings, mark, is_open = block
    percent = 100 * number(failed) / number(applied) if number(applied) else 0.0
    telegrams = f"{number(failed):,} of {number(applied):,} documents ({percent:.1f}%)"
    opened = " open" if is_open else ""
    parts = [
        f'<details class="rule {severity}" id="{html_text(mark)}"{opened}><summary>'
        f'<span class="id">{html_text(str(rule))}</span> <span class="what">{html_text(str(summary))}</span>'
        f'<span class="bar" aria-hidden="true"><i style="width:{max(percent, 0.5):.1f}%"></i></span>'
        f'<span class="n">{findings:,}</span></summary><div class="about">'
    ]
    facts = [telegrams, f"{number(unknown):,} undetermined"] if number(unknown) else [telegrams]
    facts += [f"{number(less):,} hidden"] if number(less) else []
    facts += [f"status {status}"] if status != "stable" else []
    judged = content.precision.get(str(rule))
    facts += [f"precision {judged.words()}"] if judged is not None and judged.judged else []
    sources = "; ".join(str(one) for one in cite) if isinstance(cite, (list, tuple)) else ""
    title = html_text(str(name))
    title = f'<a href="{html_text(str(url))}" rel="noreferrer">{title}</a>' if url else title
    parts.append(f'<p class="soft">{title}: {html_text(" · ".join(facts))}</p>')
    parts.append(f'<p>{html_text(str(because or ""))} <span class="soft">{html_text(sources)}</span></p>')
    parts += [f"<p><b>To correct:</b> {html_text(str(help))}</p>"] if help else []
    drawn = [_card(content, card, nth) for nth, card in cards]
    parts.append(f'<ol class="cards">{"".join(drawn[:CARDS])}</ol>')
    if drawn[CARDS:]:
        more = count(len(drawn) - CARDS, "more sample")
        parts.append(f'<details><summary>{more}</summary><ol class="cards">{"".join(drawn[CARDS:])}</ol></details>')
    return "".join(parts) + "</div></details>\n"


def _card(content: ReportContent, card: Sequence[object], nth: int) -> str:
    rule, _, path, cable, line, column, message, quote = card
    words = "" if content.redacted or not quote else f'<br><q class="words">{html_text(one_line(quote))}</q>'
    place = f"{path}:{line}:{column}"
    return (
        f'<li id="{html_text(str(rule))}-{nth}"><b>{html_text(str(cable or path))}</b> '
        f'<span class="soft">{html_text(place)}</span><br>{html_message(str(message))}{words}</li>'
    )


# ---- The corpus ------------------------------------------------------------------------------------------------------


def _corpus(content: ReportContent) -> Iterator[str]:
    figures = content.figures
    yield '<section class="grid">'
    years = [(str(row[0]), [("error", row[2]), ("warning", row[3])], row[1]) for row in figures["by_year"]]
    yield _chart("Years", "The share of each year's documents with an error, or with only warnings.", years)
    orders = [(content.name(row[0]), [("error", row[5]), ("warning", row[6])], row[1]) for row in figures["eras"]]
    yield _chart("Executive orders", "Documents by the order in force on the telegram's date.", orders)
    floor = post_floor(figures)
    posts = [(str(row[0]), [("share", row[2])], row[1]) for row in figures["posts"] if number(row[1]) >= floor]
    note = f"Documents with an error or a warning, at posts with at least {count(floor, 'document')}."
    yield _chart("Posts", note, posts)
    levels = [(content.name(row[0]), [(f"level-{str(row[0]).lower()}", row[2])], None) for row in figures["levels"]]
    yield _chart("Levels", "The overall level on the classification line.", levels)
    flow = [[content.name(row[0]), content.name(row[2]), row[4]] for row in figures["flow"]]
    yield _table("Portions and classification line", "The highest portion mark, compared with the overall level.",
                 ("highest portion", "overall level", "documents"), flow)  # fmt: skip
    due: dict[str, list[tuple[str, object]]] = {}
    for year, basis, documents in figures["schedule"]:
        due.setdefault(str(year), []).append((f"basis-{basis}", documents))
    note = "When classified telegrams are or were due for declassification: " + ", ".join(_BASIS.values()) + "."
    yield _chart("Declassification by year", note, [(year, parts, None) for year, parts in due.items()])
    yield _table("Not checked", "Why documents were excluded or failed.", ("reason", "documents"), figures["whys"])
    yield _table("How documents were read", "", ("reader", "layout", "profile", "documents"), figures["readers"])
    for heading, words, heads, rows in content.tables:
        yield _table(heading, words, heads, rows, 0 if len(rows) > ROWS_SHOWN else ROWS_SHOWN)
    idle = [[row[0], row[1]] for row in figures["idle"]]
    yield _table(
        "Rules that never applied", "Rules that applied to no document in this corpus.", ("rule", "name"), idle, 0
    )
    yield "</section>\n"


def post_floor(figures: Figures) -> int:
    """Return the minimum number of telegrams that a post must have to be ranked."""
    telegrams = sum(number(row[1]) for row in figures["posts"])
    return 20 if telegrams >= 2000 else 5 if telegrams >= 100 else 1


def _chart(title: str, note: str, rows: Sequence[tuple[str, Sequence[tuple[str, object]], object]]) -> str:
    """Return a bar chart for rows of (name, [(kind, value)], whole or `None`). If a row has a whole, its bars show
    shares of it.
    """
    if not rows:
        return ""
    most = max((sum(number(value) for _, value in parts) for _, parts, _ in rows), default=0) or 1
    lines = []
    for name, parts, whole in rows:
        total = sum(number(value) for _, value in parts)
        scale = number(whole) if whole is not None else most
        pieces = "".join(
            f'<i class="{html_text(kind)}" style="width:{100 * number(value) / (scale or 1):.2f}%"'
            f' title="{html_text(_kind(kind))}: {number(value):,}"></i>'
            for kind, value in parts
            if number(value)
        )
        words = f"{total:,}" if whole is None else f"{total:,} of {number(whole):,} ({share(total, whole)})"
        lines.append(
            f'<li><span>{html_text(name)}</span><span class="bar">{pieces}</span><span class="n">{words}</span></li>'
        )
    return _folded(title, note, [f'<ul class="chart">{"".join(lines[:ROWS_SHOWN])}</ul>'],
                   f'<ul class="chart">{"".join(lines[ROWS_SHOWN:])}</ul>', len(lines) - ROWS_SHOWN)  # fmt: skip


def _kind(kind: str) -> str:
    name, _, code = kind.partition("-")
    return {"share": "with findings", "basis": _BASIS.get(code, code), "level": "documents"}.get(name, kind)


def _table(
    title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[object]], shown: int = ROWS_SHOWN
) -> str:
    if not rows:
        return _folded(title, note, ["<p>None.</p>"], "", 0) if title == COVERAGE else ""
    head = "".join(f"<th{_numeric(cell)}>{html_text(name)}</th>" for name, cell in zip(heads, rows[0], strict=True))
    drawn = ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows]
    start = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>'
    tables = [
        f"{start}{''.join(part)}</tbody></table></div>" if part else "" for part in (drawn[:shown], drawn[shown:])
    ]
    return _folded(title, note, tables[:1], tables[1], len(drawn) - shown)


def _folded(title: str, note: str, shown: list[str], rest: str, more: int) -> str:
    body = "".join(islice(shown, 1))
    words = f"{more:,} more" if body else count(more, "row")
    body += f"<details><summary>{words}</summary>{rest}</details>" if more > 0 else ""
    return f'<div><h2>{html_text(title)}</h2><p class="note">{html_text(note)}</p>{body}</div>'


def _cell(value: object) -> str:
    shown = f"{value:,}" if isinstance(value, int) else html_text(str(value or ""))
    return f"<td{_numeric(value)}>{shown}</td>"


def _numeric(value: object) -> str:
    """Return the HTML attribute that aligns a cell or column head to the right, or "" unless its value is a number or a
    percentage.
    """
    return ' class="n"' if isinstance(value, int) or (isinstance(value, str) and value.endswith("%")) else ""


LOOK = r"""
main{padding-bottom:24px}
header{padding-top:16px}
.result{background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:8px 16px;margin-top:8px}
.filter{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:12px 0 0}
.filter input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:4px;
padding:4px 8px;width:260px;max-width:100%}
h2 .soft{font-weight:400}
.rule{background:var(--paper);border:1px solid var(--line);border-left-width:4px;border-radius:4px;margin:4px 0}
.rule.error{border-left-color:var(--error)}.rule.warning{border-left-color:var(--warning)}
.rule.info{border-left-color:var(--info)}
.rule>summary{display:grid;grid-template-columns:10px 72px 1fr 120px 72px;gap:8px;align-items:center;padding:6px 12px}
.bar{display:flex;height:12px;background:var(--page);border-radius:2px;overflow:hidden}
.bar i{display:block;background:var(--link);min-width:1px}
.rule.error .bar i,.bar .error{background:var(--error)}.rule.warning .bar i,.bar .warning{background:var(--warning)}
.rule.info .bar i{background:var(--info)}
.bar .level-u{background:var(--u)}.bar .level-c{background:var(--c)}.bar .level-s{background:var(--s)}
.bar .level-ts{background:var(--ts)}.bar .level-unread,.bar .basis-none{background:var(--none)}
.bar .basis-schedule{background:var(--info)}.bar .basis-default{background:var(--soft)}
.bar .basis-exemption{background:var(--warning)}.bar .basis-event{background:var(--u)}
.rule>summary::before{content:"\25b8";color:var(--soft)}.rule[open]>summary::before{content:"\25be"}
.about{padding:0 12px 8px;border-top:1px solid var(--line)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:8px;margin:8px 0}
.cards li{border:1px solid var(--line);border-radius:4px;padding:6px 8px;font-size:13px;line-height:18px;min-width:0}
.cards li:target,.rule:target{outline:2px solid var(--link)}
.words{background:var(--select);font-size:12px;quotes:none}
.fold{margin:12px 0}.fold>summary h2{display:inline}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:0 32px}
.grid>div{min-width:0}
.chart li{display:grid;grid-template-columns:minmax(64px,150px) 1fr minmax(48px,auto);gap:8px;align-items:center;
padding:2px 0}
footer{padding-bottom:24px}
@media (max-width:640px){
.rule>summary{grid-template-columns:10px 1fr auto}.rule .what{grid-row:2;grid-column:2/4}
.rule>summary .bar{display:none}
.chart li{grid-template-columns:1fr auto}.chart .bar{grid-row:2;grid-column:1/3}}
@media print{.filter{display:none}body{background:#fff}h2,h3{break-after:avoid}
.strip,.bar *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""

SCRIPT = """
(function(){
"use strict";
var form=document.querySelector(".filter"),box=form.querySelector("input"),out=form.querySelector("output");
form.hidden=false;
form.addEventListener("submit",function(event){event.preventDefault()});
box.addEventListener("input",function(){
var words=box.value.trim().toLowerCase(),shown=0,all=0;
document.querySelectorAll(".rule").forEach(function(rule){
var fits=!words||rule.textContent.toLowerCase().indexOf(words)>=0;
rule.hidden=!fits;all+=1;
if(fits){shown+=1}
if(fits&&words){var fold=rule.closest(".fold");if(fold){fold.open=true}}
rule.querySelectorAll(".cards li").forEach(function(card){
card.hidden=!!words&&rule.querySelector("summary").textContent.toLowerCase().indexOf(words)<0&&
card.textContent.toLowerCase().indexOf(words)<0;
});
});
out.textContent=words?shown+" of "+all+" rules":"";
});
function open(){
var part=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
for(;part;part=part.parentElement){if(part.tagName==="DETAILS"){part.open=true}}
}
window.addEventListener("hashchange",open);
open();
}());
"""
