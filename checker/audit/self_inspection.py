"""The self-inspection report: a sample of classified documents, and their discrepancies by kind.

32 CFR 2001.60 has agencies review a representative sample of their classification actions each year. Findings that a
reviewer confirmed count as discrepancies; those not reviewed yet are shown beside them. Matters of substance, which a
checker cannot judge, are left to the inspector as blank fields.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence

from ..decisions import ACCEPTED, CONFIRMED, FALSE_ALARM, DecisionLog
from ..errors import InputError
from ..record import Record
from ..reporters.escaping import csv_cell, markdown_cell
from ..resources import data_dir
from ..rulebook.vocabulary_loader import load_vocabulary
from ..vocabulary import Table
from .database import Query
from .samples import wilson

DEFAULT_SIZE = 100  # documents
EXAMPLES = 10
TABLE = "discrepancies"
NAMES = ("self-inspection.md", "self-inspection.csv")


class Kind(Record):
    """One kind of discrepancy: how many findings of it are confirmed, and how many are not reviewed."""

    code: str
    title: str
    confirmed: int
    unreviewed: int


class SelfInspection(Record):
    """The figures of a report. Documents are classified ones; `actions` counts them by kind of classification action.

    `confirmed` is the number of documents with a confirmed discrepancy, `open` of those with one that is confirmed or
    not reviewed. `posts` are (post, documents, with a confirmed discrepancy, with any); `examples` are (document, rule,
    kind, message, decision).
    """

    seed: int
    population: int
    documents: tuple[int, ...]
    actions: Mapping[str, int]
    confirmed: int
    open: int
    kinds: tuple[Kind, ...]
    posts: tuple[tuple[str, int, int, int], ...]
    examples: tuple[tuple[str, str, str, str, str], ...]


def kinds_of_rules(table: Table, rules: Sequence[str]) -> dict[str, str]:
    """Return the kind of each rule that has one. An id that is listed comes before a prefix."""
    listed: dict[str, str] = {}
    for entry in table:
        names = entry.facts.get("rules", ())
        for name in names if isinstance(names, (list, tuple)) else (names,):
            listed[str(name)] = entry.code
    found = {}
    for rule in rules:
        kind = listed.get(rule) or listed.get(rule.partition("-")[0] + "-")
        if kind:
            found[rule] = kind
    return found


def inspect(out: str, log: DecisionLog, size: int = DEFAULT_SIZE, seed: int = 1) -> SelfInspection:
    """Draw classified documents and count their discrepancies. Raises `InputError` if no document is classified.

    The documents are ordered by level, post and year, within these by a hash of the seed, and taken at equal distances:
    each level, post and year has its share.
    """
    vocabulary = load_vocabulary(os.path.join(data_dir("rules"), "vocabulary"))
    query = Query(out)
    try:
        population = query.run(
            "select document, coalesce(action, 'not stated') as action, coalesce(post, 'unknown') as post, "
            f"coalesce(mrn, cable, path) as name from cables where classified order by rank desc, post, year, "
            f"md5({int(seed)} || '|' || coalesce(mrn, cable) || '|' || document), document"
        ).rows
        if not population:
            raise InputError(f"{out}: no document is classified, so that there is no classification action to inspect")
        number = min(max(1, size), len(population))
        drawn = [population[int((place + 0.5) * len(population) / number)] for place in range(number)]
        wanted = ", ".join(str(row[0]) for row in drawn)
        findings = query.run(
            "select document, rule, fingerprint, message from findings "
            f'where document in ({wanted}) order by document, line, "column", rule'
        ).rows
        rules = [str(row[0]) for row in query.run("select rule from rules").rows]
    finally:
        query.close()
    return _count(vocabulary[TABLE], rules, len(population), drawn, findings, log, seed)


def _count(
    table: Table,
    rules: Sequence[str],
    population: int,
    drawn: Sequence[Sequence[object]],
    findings: Sequence[Sequence[object]],
    log: DecisionLog,
    seed: int,
) -> SelfInspection:
    kinds = kinds_of_rules(table, rules)
    names = {row[0]: str(row[3]) for row in drawn}
    titles = {entry.code: entry.title for entry in table}
    counts = {code: [0, 0] for code in titles}
    confirmed: set[object] = set()
    found: set[object] = set()
    examples = []
    for document, rule, fingerprint, message in findings:
        kind = kinds.get(str(rule))
        decision = log.latest.get(str(fingerprint))
        state = decision.decision if decision is not None else ""
        if kind is None or state in (FALSE_ALARM, ACCEPTED):
            continue
        sure = state == CONFIRMED
        counts[kind][not sure] += 1
        found.add(document)
        confirmed |= {document} if sure else set()
        examples.append((not sure, names[document], str(rule), titles[kind], str(message), state or "not reviewed"))
    posts: dict[str, list[int]] = {}
    actions: dict[str, int] = {}
    for document, action, post, _ in drawn:
        actions[str(action)] = actions.get(str(action), 0) + 1
        row = posts.setdefault(str(post), [0, 0, 0])
        row[0] += 1
        row[1] += document in confirmed
        row[2] += document in found
    return SelfInspection(
        seed,
        population,
        tuple(int(str(row[0])) for row in drawn),
        dict(sorted(actions.items())),
        len(confirmed),
        len(found),
        tuple(Kind(code, titles[code], *counts[code]) for code in titles),
        tuple((post, row[0], row[1], row[2]) for post, row in sorted(posts.items())),
        tuple(row[1:] for row in sorted(examples, key=lambda row: row[0])[:EXAMPLES]),
    )


# ---- Writing ---------------------------------------------------------------------------------------------------------
FIELDS = (
    "Agency or bureau",
    "Period",
    "Inspector, title, date",
    "Documents classified too high or too low in substance",
    "Classifiers without authority",
    "Causes of the discrepancies",
    "Corrective action",
    "Best practices",
    "Signature of the senior agency official",
)
BLANK = "_" * 40


def markdown(found: SelfInspection, title: str) -> Iterator[str]:
    """Yield the report as Markdown, with a blank for each field that a person fills in."""
    number = len(found.documents)
    yield f"# Self-inspection of classification actions\n\n{markdown_cell(title)}\n\n"
    yield "".join(f"- {field}: {BLANK}\n" for field in FIELDS[:3])
    yield (
        f"\n## Sample\n\n{number:,} of {found.population:,} classified documents, ordered by level, post, and year, "
        f"and taken at equal distances; seed {found.seed}. The same seed draws the same documents.\n"
    )
    yield "\n## Actions reviewed\n\n"
    yield _rows(("classification action", "documents"), [*found.actions.items(), ("all", number)])
    yield "\n## Actions with a discrepancy\n\n"
    for words, value in (("confirmed by a reviewer", found.confirmed), ("confirmed or not reviewed yet", found.open)):
        low, high = wilson(value, number)
        yield f"- {words}: {value:,} of {number:,}, {100 * value / number:.1f} % ({100 * low:.1f}-{100 * high:.1f} %)\n"
    yield "\nIn parentheses: the 95 % interval for all classified documents.\n\n## Discrepancies by kind\n\n"
    kinds = [(kind.title, kind.confirmed, kind.unreviewed) for kind in found.kinds]
    yield _rows(("kind", "confirmed", "not reviewed"), kinds)
    yield "\n## By post\n\n"
    yield _rows(("post", "documents", "with a confirmed discrepancy", "with any"), found.posts)
    yield "\n## Examples\n\n"
    yield _rows(("document", "rule", "kind", "what is wrong", "decision"), found.examples)
    yield "\n## For the inspector\n\ncablecheck checks the form of markings. It cannot judge the following.\n\n"
    yield "".join(f"- {field}:\n\n  {BLANK}\n\n" for field in FIELDS[3:])


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    from tabulate import tabulate  # 15 ms, and only for reports

    shown = [[f"{cell:,}" if isinstance(cell, int) else markdown_cell(str(cell)) for cell in row] for row in rows]
    return tabulate(shown, heads, "github", disable_numparse=True) + "\n" if rows else "None.\n"


def table(found: SelfInspection) -> str:
    """Return the figures as CSV: what, name, confirmed, not reviewed or any, documents."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("what", "name", "confirmed", "any", "documents"))
    writer.writerow(("documents", "all", found.confirmed, found.open, len(found.documents)))
    for action, number in found.actions.items():
        writer.writerow(("action", csv_cell(action), "", "", number))
    for kind in found.kinds:
        writer.writerow(("findings", csv_cell(kind.title), kind.confirmed, kind.confirmed + kind.unreviewed, ""))
    for post, number, confirmed, everything in found.posts:
        writer.writerow(("post", csv_cell(post), confirmed, everything, number))
    return file.getvalue()


def write(out: str, log: DecisionLog, size: int, seed: int, title: str) -> SelfInspection:
    """Write `self-inspection.md` and `self-inspection.csv` into the folder of an audit. Raises `InputError`."""
    found = inspect(out, log, size, seed)
    for name, text in zip(NAMES, ("".join(markdown(found, title)), table(found)), strict=True):
        with open(os.path.join(out, name), "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    return found
