"""Measure correctness on texts of your own: compare the findings and fields with an independent reading.

    python -m benchmarks.field FOLDER [--write] [--list ROW]

Every document in the folder is checked, and read again with plain regular expressions, which share no code with the
parser. The expressions are simple on purpose: if they and the parser disagree, look at the document before you believe
either (`--list` names the files behind a row). The report contains only counts and rates, and no words from a document,
so it can be shared. `--write` writes it to `reports/field.md`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from checker import config, engine, linter
from checker.document_linter import DocumentLinter
from checker.model import Authority, Instruction, Reasons, Telegram
from checker.readers import Unreadable
from checker.values import Date, Level

ROOT = Path(__file__).parent.parent
RANKS = {"U": 0, "C": 1, "S": 2}
UNCLASSIFIED = {"SBU": "U", "FOUO": "U", "LOU": "U"}
LINE = r'(?mi)^[ \t"]*(C ?O ?N ?F ?I ?D ?E ?N ?T ?I ?A ?L|S ?E ?C ?R ?E ?T|UNCLAS(?:SIFIED)?)\b(?=[^\n]{0,60}\d{3,6})'
BANNER = re.compile(LINE)
# A mark follows a number, a dash, a bullet or nothing at the start of a line, or a number within a line whose breaks
# are lost; its controls may have small letters, hyphens and blanks. A (C) after (A) or (B) is a letter of a list.
PORTION = re.compile(
    r'(?m)(?:^[\s¶"*\\-]*(?:\d{1,2}(?:\s?[.)]{1,2}\s*|\s+))?|(?<= )¶?\d{1,2}\s?[.)] *)'
    r"\(\s*(TS|S|C|U|SBU|FOUO|LOU)(?:[ /,-][A-Za-z/, \n-]{0,40}?)?\s*\)"
)
NUMBERED = re.compile(r"(?m)^[\s¶]*\d{1,2}\s?[.)]\s*\(\s*(TS|S|C|U|SBU|FOUO|LOU)\b")
FIRST_MARK = re.compile(r"(?m)^[\s¶]*1\s?[.)]\s*\(")
LIST_LETTERS = re.compile(r"(?m)^\W{0,3}\([AB]\) |\(B\) [A-Z][^()\n]{1,40}\n")
NOFORN = re.compile(r"(?m)^[\s¶]*\d{1,2}\s?[.)]\s*\([CS]//?\s?(?:NF|NOFORN)\)")
SBU = re.compile(r"(?m)^[\s¶]*\d{1,2}\s?[.)]\s*\(SBU\)")
FIRST = re.compile(r"(?m)^[\s¶]*1\s?[.)]")
DECL = re.compile(
    r"(?i)E\.?O\.?\s*:?\s*1\d{4}[^\n]{0,40}?DECL[A-Z]*\.?\s*:?\s*(?:ON)?:?\s*(\d{1,2}/\d{1,2}/\d{2,4}|\d{4}/\d{1,2}/\d{1,2})"
)
AUTHORITY = re.compile(r"(?i)class?ified\s*by|derived\s*from\s*:")
REASON = re.compile(r"(?i)reasons?\W{0,3}\s*\(?1\.\s?[45]|\b1\.\s?[45]\s*\(?[a-h]\b")
# Letters are joined by list punctuation or by "and", which may contain spaces, and the section may be repeated before a
# later letter; three periods after the letters end a preview.
LETTERS = re.compile(
    r"(?s)(?i:class?ified\s*by).{0,260}?1\.\s?[45]\s*((?:[\s,(/&;+\-\\=)]|\.(?=[\s)]*(?:[a-hA-H]\b|(?i:and)\b))"
    r"|(?i:a\s*n\s*d)\b|or\b|1\.\s?[45]|\b[a-hA-H]\b)+)(\.\.)?"
)
NEXT = re.compile(  # the mark or the heading of the text that follows the letters
    r"(?<=[\w)])(?<!nd)(?<!ND)\s*\(\s?C(?:/+NF)?\s?\)(?=:?\s*(?:\Z|[\"\d]|[A-Z]\w))|\n\s*\n\s*\(?[A-H]\b"
)
OLD_SECTION = re.compile(r"(?is)class?ified\s*by.{0,200}?\b1\.\s{0,2}5\b")
ORDER = re.compile(r"(?m)^\s*E\.?O\.?\s*:?\s*(\d{5})\b")
ORDERS = ("10501", "11652", "12065", "12356", "12958", "13292", "13526")
ORDER_LINE = re.compile(r"E\.?\s?O\.?\s*:?\s*1\d{4}")
SUBJECT = re.compile(r"(?mi)^\s*SUBJ(?:ECT)?\s*:")
FIRST_LIMIT = date(1995, 10, 14)  # no earlier order limited the date
NETWORK = re.compile(r"(?m)^ZN[RY] ([UCST])\1{4}")


class Reading:
    """What the regular expressions find in one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = BANNER.search(text)
        self.level = found.group(1).replace(" ", "").upper()[0] if found else None
        begin = FIRST_MARK.search(text)  # letters above paragraph 1 are those of references
        below = text[begin.start() :] if begin else text
        marks = (NUMBERED if LIST_LETTERS.search(below) else PORTION).findall(below)
        levels = [level for mark in marks if (level := UNCLASSIFIED.get(mark, mark)) in RANKS]
        self.portion = max(levels, key=RANKS.__getitem__) if levels else None
        first = FIRST.search(text, found.end() if found else 0)
        self.head = text[: first.start() if first else 3000]
        self.declassify = _day(DECL.search(text))
        self.reasons = _letters(text)


def _letters(text: str) -> list[str] | None:
    found = next((one for one in LETTERS.finditer(text) if not one.group(2)), None)
    if found is None:
        return None
    run = found.group(1)
    end = NEXT.search(run + text[found.end() : found.end() + 30])
    if end and re.search(r"\b[a-hA-H]\b", run[: end.start()]):
        run = run[: end.start()]
    run = re.sub(r"(?i)\ba\s*n\s*d\b|\bor\b", ",", run)
    return sorted({letter.lower() for letter in re.findall(r"\b([a-hA-H])\b", run)}) or None


def _day(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    first, second, third = (int(part) for part in found.group(1).split("/"))
    year, month, day = (first, second, third) if first > 31 else (third, first, second)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


ABSENCES: dict[str, tuple[str, Callable[[Reading], object]]] = {
    "authority": ("AUT-006", lambda seen: AUTHORITY.search(seen.text)),
    "reason": ("RSN-003", lambda seen: REASON.search(seen.text)),
    "classification line": ("FMT-013", lambda seen: seen.level),
    "E.O. line": ("AUT-001", lambda seen: ORDER_LINE.search(seen.text)),
    "subject": ("FMT-027", lambda seen: SUBJECT.search(seen.text)),
}
"""The rule that reports each missing part, and a function that searches for the label of the part."""


def _year(known: Telegram) -> int:
    return known.date.first.year if known.date is not None else 0


def _is_late(seen: Reading, known: Telegram) -> bool:
    if seen.declassify is None or known.date is None:
        return False
    sent = known.date.first
    if sent < FIRST_LIMIT:
        return False
    return seen.declassify > date(sent.year + 25, sent.month, min(sent.day, 28)) + timedelta(4)


CONTRADICTIONS: dict[str, tuple[tuple[str, ...], Callable[[Reading, Telegram], object]]] = {
    "portion above the level": (
        ("CLS-004",),
        lambda seen, _: seen.level and seen.portion and RANKS[seen.portion] > RANKS[seen.level],
    ),
    "NOFORN portions without the caption": (
        ("XRF-003",),
        lambda seen, _: seen.level in ("C", "S") and NOFORN.search(seen.text) and "NOFORN" not in seen.head,
    ),
    "(SBU) portions without SENSITIVE": (
        ("CAV-052",),
        lambda seen, _: (
            seen.level == "U"
            and SBU.search(seen.text)
            and not re.search("(?i)SENSITIVE|FOUO|FOR OFFICIAL|SBU", seen.head)
        ),
    ),
    "reason of section 1.5 since 2005": (
        ("RSN-101",),
        lambda seen, known: seen.level in ("C", "S") and _year(known) >= 2005 and OLD_SECTION.search(seen.text),
    ),
    "declassification beyond 25 years": (("DCL-008", "DCL-009"), _is_late),
    "order that does not exist": (
        ("AUT-002", "AUT-003"),
        lambda seen, _: (found := ORDER.search(seen.text)) and found.group(1) not in ORDERS,
    ),
    "security line against the level": (
        ("XRF-001", "XRF-101"),
        lambda seen, _: (found := NETWORK.search(seen.text)) and seen.level and found.group(1) != seen.level,
    ),
}
"""The rules that report each defect, and a function that searches for the defect."""


def _portion_level(known: Telegram) -> str | None:
    level = known.highest_portion
    return level.code if isinstance(level, Level) and level.code in RANKS else None


def _declassify(known: Telegram) -> date | None:
    found = known.instruction
    if isinstance(found, Instruction) and isinstance(found.date, Date) and found.date.precision == "day":
        return found.date.first
    return None


def _reasons(known: Telegram) -> list[str] | None:
    block = known.authority
    reasons = block.reasons if isinstance(block, Authority) else None
    return (sorted(set(reasons.codes)) or None) if isinstance(reasons, Reasons) else None


FIELDS: dict[str, tuple[Callable[[Reading], object], Callable[[Telegram], object]]] = {
    "level": (lambda seen: seen.level, lambda known: known.level.code if isinstance(known.level, Level) else None),
    "highest portion": (lambda seen: seen.portion, _portion_level),
    "declassification date": (lambda seen: seen.declassify, _declassify),
    "reason letters": (lambda seen: seen.reasons, _reasons),
    "authority": (
        lambda seen: True if AUTHORITY.search(seen.text) and seen.level in ("C", "S") else None,
        lambda known: True if known.authority is not None else None,
    ),
}


class Measurement:
    """The counts of one run, and the files behind each row."""

    def __init__(self) -> None:
        options = config.settle({}, isolated=True)
        book = linter.load(options)
        options = linter.resolve(options, book)
        self.linter = DocumentLinter(options, book.select(options.selected))
        self.documents = self.unread = 0
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)
        self.files: dict[str, list[str]] = defaultdict(list)
        self.severities: Counter[str] = Counter()
        self.rules: Counter[tuple[str, str]] = Counter()
        self.gaps: Counter[str] = Counter()

    def add(self, path: str) -> None:
        """Check every document in a file, and compare the results with a `Reading` of its text."""
        for item in self.linter.documents(path):
            known = None if isinstance(item, Unreadable) else self.linter.judgeable(item)[0]
            if known is None or isinstance(item, Unreadable):
                self.unread += 1
                continue
            self.documents += 1
            judged = engine.judge(known, item.view.source, self.linter.rulebook)
            failed = {finding.rule for finding in judged.findings}
            self.severities.update(finding.severity for finding in judged.findings)
            self.rules.update((finding.rule, finding.severity) for finding in judged.findings)
            self.gaps.update(one.at for one in judged.undetermined if one.kind == "label")
            seen = Reading(item.view.text)
            self._absences(path, seen, failed)
            self._contradictions(path, seen, known, failed, {one.rule for one in judged.undetermined})
            self._fields(path, seen, known)

    def _count(self, row: str, column: str, path: str = "") -> None:
        self.rows[row][column] += 1
        if path:
            self.files[row].append(path)

    def _absences(self, path: str, seen: Reading, failed: set[str]) -> None:
        for row, (rule, holds) in ABSENCES.items():
            if rule in failed:
                self._count(row, "reported")
                if holds(seen):
                    self._count(row, "label present", path)

    def _contradictions(self, path: str, seen: Reading, known: Telegram, failed: set[str], open_: set[str]) -> None:
        for row, (rules, sees) in CONTRADICTIONS.items():
            if sees(seen, known):
                self._count(row, "seen")
                column = "reported" if failed & set(rules) else "undetermined" if open_ & set(rules) else "silent"
                self._count(row, column, path if column == "silent" else "")

    def _fields(self, path: str, seen: Reading, known: Telegram) -> None:
        for row, (theirs, ours) in FIELDS.items():
            other, own = theirs(seen), ours(known)
            if other is not None:
                column = "none" if own is None else "agree" if own == other else "differ"
                self._count(f"field: {row}", column, path if column != "agree" else "")


def report(run: Measurement) -> Iterator[str]:
    """Yield the lines of the report, as Markdown."""
    yield "# Rightness on a corpus\n"
    yield "Written by `python -m benchmarks.field FOLDER --write`; counts and rates only.\n"
    yield f"{run.documents:,} documents compared, {run.unread:,} not readable as telegrams or documents.\n"
    yield "| missing part | rule | reported | although its label is present |\n|---|---|---:|---:|"
    for row, (rule, _) in ABSENCES.items():
        yield f"| {row} | {rule} | {run.rows[row]['reported']:,} | {run.rows[row]['label present']:,} |"
    yield "\n| contradiction | rules | seen | reported | undetermined | silent |\n|---|---|---:|---:|---:|---:|"
    for row, (rules, _) in CONTRADICTIONS.items():
        counts = " | ".join(f"{run.rows[row][name]:,}" for name in ("seen", "reported", "undetermined", "silent"))
        yield f"| {row} | {', '.join(rules)} | {counts} |"
    yield "\n| field | agree | differ | not read | agreement |\n|---|---:|---:|---:|---:|"
    for row in FIELDS:
        found = run.rows[f"field: {row}"]
        both = found["agree"] + found["differ"]
        rate = f"{100 * found['agree'] / both:.1f}%" if both else "-"
        yield f"| {row} | {found['agree']:,} | {found['differ']:,} | {found['none']:,} | {rate} |"
    yield "\n| label present, part not read | documents |\n|---|---:|"
    for field, count in run.gaps.most_common():
        yield f"| {field} | {count:,} |"
    yield "\n| severity | findings | per 100 documents |\n|---|---:|---:|"
    for severity in ("error", "warning", "info"):
        count = run.severities[severity]
        yield f"| {severity} | {count:,} | {100 * count / max(run.documents, 1):.1f} |"
    yield "\n| rule | severity | findings |\n|---|---|---:|"
    for (rule, severity), count in run.rules.most_common(20):
        yield f"| {rule} | {severity} | {count:,} |"


def main(argv: list[str] | None = None) -> int:
    """Measure the documents in a folder and print the report. Return the exit code, which is always 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a folder of telegrams in any format that can be read")
    parser.add_argument("--write", action="store_true", help="write the report to reports/field.md")
    parser.add_argument("--list", default="", metavar="ROW", help="print the files behind a row of the report")
    options = parser.parse_args(argv)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    run = Measurement()
    for path in sorted(each for each in options.folder.rglob("*") if each.is_file()):
        run.add(str(path))
    text = "\n".join(report(run)) + "\n"
    print(text, end="")
    for path in sorted({*run.files.get(options.list, ()), *run.files.get(f"field: {options.list}", ())}):
        print(path)
    if options.write:
        (ROOT / "reports" / "field.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
