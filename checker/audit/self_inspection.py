"""Write the self-inspection report: a sample of classified documents, and their discrepancies by kind.

32 CFR 2001.60 requires agencies to review a representative sample of their classification actions each year. Findings
that a reviewer confirmed count as discrepancies; findings not yet reviewed are shown next to them. Questions of
substance, which a checker cannot answer, are left to the inspector as blank fields.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence

from ..decisions import ACCEPTED, CONFIRMED, FALSE_ALARM, MISSED, DecisionLog, ReviewDecision, document_key
from ..errors import InputError
from ..record import Record
from ..reporters.escaping import csv_cell, markdown_cell
from ..resources import data_dir
from ..rulebook.vocabulary_loader import load_vocabulary
from ..vocabulary import Table
from .database import Query
from .samples import Sample, wilson

DEFAULT_SIZE = 100  # documents
EXAMPLES = 10
TABLE = "discrepancies"
OTHER = "other"  # the kind of a discrepancy that belongs to no other kind
NAMES = ("self-inspection.md", "self-inspection.csv")


class Kind(Record):
    """One kind of discrepancy, with its numbers of confirmed findings and of findings not yet reviewed."""

    code: str
    title: str
    confirmed: int
    unreviewed: int


class SelfInspection(Record):
    """The figures for a report. All `documents` are classified; `actions` counts them by kind of classification action.

    `method` describes in one or two sentences how the documents were chosen. `missed` is the number of discrepancies
    that no rule found but a reviewer reported; they are counted among the confirmed ones. `confirmed` is the number of
    documents with a confirmed discrepancy, and `open` the number with a discrepancy that is confirmed or not yet
    reviewed. `posts` contains (post, documents, documents with a confirmed discrepancy, documents with any
    discrepancy); `examples` are (document, rule, kind, message, decision).
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
    method: str = ""
    missed: int = 0


def kinds_of_rules(table: Table, rules: Sequence[str]) -> dict[str, str]:
    """Return the kind of discrepancy for each rule to which an entry in `table` assigns one. An entry for a rule id
    takes precedence over an entry for a prefix.
    """
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


def inspect(
    out: str, log: DecisionLog, size: int = DEFAULT_SIZE, seed: int = 1, sample: Sample | None = None
) -> SelfInspection:
    """Draw classified documents, or use those in a sample, and count their discrepancies.

    Documents are sorted by level, post, year, and a seeded hash, and then taken at equal distances, so that each level,
    post, and year is represented in proportion. Raises `InputError` if no document is classified.
    """
    vocabulary = load_vocabulary(os.path.join(data_dir("rules"), "vocabulary"))
    query = Query(out)
    try:
        population = query.run(
            "select document, coalesce(action, 'not stated') as action, coalesce(post, 'unknown') as post, "
            "coalesce(mrn, cable, path) as name, path, cable, line from cables where classified "
            "order by rank desc, post, year, "
            f"md5({int(seed)} || '|' || coalesce(mrn, cable) || '|' || document), document"
        ).rows
        if not population:
            raise InputError(f"{out}: no document is classified, so there are no classification actions to inspect")
        drawn, method = _drawn(population, size, seed) if sample is None else _of_sample(population, sample)
        wanted = ", ".join(str(row[0]) for row in drawn)
        findings = query.run(
            "select document, rule, fingerprint, message from findings "
            f'where document in ({wanted}) order by document, line, "column", rule'
        ).rows
        rules = [str(row[0]) for row in query.run("select rule from rules").rows]
    finally:
        query.close()
    found = _count(vocabulary[TABLE], rules, len(population), drawn, findings, log)
    found.seed, found.method = sample.seed if sample else seed, method
    return found


Rows = Sequence[Sequence[object]]


def _drawn(population: Rows, size: int, seed: int) -> tuple[Rows, str]:
    """Return up to `size` documents taken at equal distances, and a text that describes how they were chosen."""
    number = min(max(1, size), len(population))
    drawn = [population[int((place + 0.5) * len(population) / number)] for place in range(number)]
    return drawn, (
        f"{number:,} of {len(population):,} classified documents, drawn at equal intervals from the list sorted by "
        f"level, post, and year, with seed {seed}. The same seed draws the same documents."
    )


def _of_sample(population: Rows, sample: Sample) -> tuple[Rows, str]:
    """Return the classified documents in a sample, and a text that describes how they were chosen.

    Raises `InputError` if none of the sample's documents is classified.
    """
    members = {key for _, key in sample.members}
    drawn = [row for row in population if str(row[0]) in members]
    if not drawn:
        raise InputError(f"no document in the sample {sample.name} is classified")
    return drawn, (
        f"The {len(drawn):,} classified documents in the sample {sample.name}, out of {len(population):,} classified "
        f"documents. The sample contains up to {sample.size:,} documents of each level, drawn at random with seed "
        f"{sample.seed}."
    )


def _by_post_and_action(
    drawn: Rows, confirmed: set[object], found: set[object]
) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Return counts by post and by action. For each post: all documents, those with a confirmed discrepancy, and those
    with any. For each action: all documents.
    """
    posts: dict[str, list[int]] = {}
    actions: dict[str, int] = {}
    for document, action, post, *_ in drawn:
        actions[str(action)] = actions.get(str(action), 0) + 1
        row = posts.setdefault(str(post), [0, 0, 0])
        row[0] += 1
        row[1] += document in confirmed
        row[2] += document in found
    return posts, actions


def _count(
    table: Table,
    rules: Sequence[str],
    population: int,
    drawn: Rows,
    findings: Rows,
    log: DecisionLog,
) -> SelfInspection:
    titles = {entry.code: entry.title for entry in table}
    kinds = kinds_of_rules(table, rules)
    names = {row[0]: str(row[3]) for row in drawn}
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
    missed = list(_missed(drawn, log.missed()))  # they are confirmed by the reviewer who reported them
    for document, event in missed:
        kind = kinds.get(event.rule) or next((c for c, title in titles.items() if title == event.kind), OTHER)
        counts[kind][0] += 1
        found.add(document)
        confirmed.add(document)
        words = event.note or event.kind or "reported by a reviewer"
        examples.append((False, names[document], event.rule, titles[kind], words, MISSED))
    posts, actions = _by_post_and_action(drawn, confirmed, found)
    return SelfInspection(
        0,
        population,
        tuple(int(str(row[0])) for row in drawn),
        dict(sorted(actions.items())),
        len(confirmed),
        len(found),
        tuple(Kind(code, titles[code], *counts[code]) for code in titles),
        tuple((post, row[0], row[1], row[2]) for post, row in sorted(posts.items())),
        tuple(row[1:] for row in sorted(examples, key=lambda row: row[0])[:EXAMPLES]),
        missed=len(missed),
    )


def _missed(drawn: Rows, events: Sequence[ReviewDecision]) -> Iterator[tuple[object, ReviewDecision]]:
    """Return the missed findings that reviewers reported for the drawn documents, each as a document number and a
    decision event.
    """
    numbers = {document_key(row[4], row[5], row[6]): row[0] for row in drawn}
    return ((numbers[event.finding], event) for event in events if event.finding in numbers)


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
    yield f"\n## Sample\n\n{found.method}\n"
    yield "\n## Actions reviewed\n\n"
    yield _rows(("classification action", "documents"), [*found.actions.items(), ("all", number)])
    yield "\n## Actions with a discrepancy\n\n"
    for words, value in (("confirmed by a reviewer", found.confirmed), ("confirmed or not reviewed yet", found.open)):
        low, high = wilson(value, number)
        yield f"- {words}: {value:,} of {number:,}, {100 * value / number:.1f}% ({100 * low:.1f}-{100 * high:.1f}%)\n"
    yield "\nThe 95% confidence interval for all classified documents is in parentheses.\n"
    if found.missed:
        yield f"\nConfirmed discrepancies that a reviewer reported but no rule found: {found.missed:,}.\n"
    yield "\n## Discrepancies by kind\n\n"
    kinds = [(kind.title, kind.confirmed, kind.unreviewed) for kind in found.kinds]
    yield _rows(("kind", "confirmed", "not reviewed"), kinds)
    yield "\n## By post\n\n"
    yield _rows(("post", "documents", "with a confirmed discrepancy", "with any discrepancy"), found.posts)
    yield "\n## Examples\n\n"
    yield _rows(("document", "rule", "kind", "what is wrong", "decision"), found.examples)
    yield "\n## For the inspector\n\n"
    yield "cablecheck checks only the form of markings. A person must answer the following.\n\n"
    yield "".join(f"- {field}:\n\n  {BLANK}\n\n" for field in FIELDS[3:])


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    from tabulate import tabulate  # 15 ms, and only for reports

    shown = [[f"{cell:,}" if isinstance(cell, int) else markdown_cell(str(cell)) for cell in row] for row in rows]
    return tabulate(shown, heads, "github", disable_numparse=True) + "\n" if rows else "None.\n"


def table(found: SelfInspection) -> str:
    """Return the figures as CSV with the columns `what`, `name`, `confirmed`, `any`, and `documents`. `any` includes
    discrepancies that are not yet reviewed.
    """
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
    """Write `self-inspection.md` and `self-inspection.csv` to the folder of an audit, and return the figures.

    Raises `InputError` if no document is classified.
    """
    found = inspect(out, log, size, seed)
    for name, text in zip(NAMES, ("".join(markdown(found, title)), table(found)), strict=True):
        with open(os.path.join(out, name), "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    return found
