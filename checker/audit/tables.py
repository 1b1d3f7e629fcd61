"""Define the tables of an audit: their columns with descriptions (the published schema), and the rows for a telegram.

`document` identifies a document within one audit: the batch number times ten million, plus the position in the batch.
Other tables are joined on it. Texts and lists are truncated after 1,000 characters or entries. `docs/audit.md` is
generated from these definitions, and a test checks that it is up to date.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from hashlib import blake2b

from ..model import Authority, Banner, Declass, Dtg, EoLine, Instruction, Marking, Signature, Subject, Telegram
from ..parser.fields.labelled import number_of
from ..readers import Reading, Unreadable
from ..record import Record, pending
from ..results import Finding, Undetermined
from ..text import Source, Span
from ..values import Date, Level
from ..vocabulary import Vocabulary

TEXT, NUMBER, DAY, FLAG, TEXTS, NUMBERS = "VARCHAR", "BIGINT", "DATE", "BOOLEAN", "VARCHAR[]", "BIGINT[]"
BATCH = 10_000_000  # more than the number of documents in a batch, so that numbers are unique


class Column(Record):
    """A column of a table: its SQL type and its description."""

    name: str
    type: str
    holds: str


TABLES: dict[str, tuple[Column, ...]] = {
    "cables": (
        Column("document", NUMBER, "the document's number in this audit"),
        Column("path", TEXT, "the path of the file as given"),
        Column("cable", TEXT, "the document's name in the file, or its message reference number"),
        Column("line", NUMBER, "the line of the file on which the document begins"),
        Column(
            "member",
            TEXT,
            "the name of the file in an archive; null if the document is not in an archive, or if redacted",
        ),
        Column(
            "start",
            NUMBER,
            "offset of the first byte of the document's row in the file or unpacked member; null if it is not a row",
        ),
        Column("bytes", NUMBER, "the size of that row in bytes"),
        Column("item", NUMBER, "the document's number in that row, member, or file, from 1"),
        Column("reader", TEXT, "the readers that removed its wrappers"),
        Column("layout", TEXT, "code of the `layouts` vocabulary table"),
        Column("profile", TEXT, "code of the `profiles` vocabulary table"),
        Column("era", TEXT, "code of the `eras` vocabulary table: the order in force on the date"),
        Column("date", DAY, "the first day that the date can mean"),
        Column("year", NUMBER, "the year of that day"),
        Column("time", TEXT, "time of the date-time group, HHMM"),
        Column("mrn", TEXT, "message reference number: two digits of the year, post, serial"),
        Column("post", TEXT, "the post in `mrn`, without spaces"),
        Column("serial", NUMBER, "the serial number in `mrn`"),
        Column("section", NUMBER, "the number of this section, if the telegram has several"),
        Column("sections", NUMBER, "the number of sections"),
        Column("sections_held", NUMBERS, "the sections that this copy contains; null if nothing shows where it ends"),
        Column("level", TEXT, "code of the overall level; null if it cannot be read"),
        Column("rank", NUMBER, "the rank of that level: 0 for unclassified; a higher rank is a higher level"),
        Column("classified", FLAG, "whether that level is classified"),
        Column("outside_level", TEXT, "the level that the wrapper states"),
        Column("controls", TEXTS, "codes of the controls on the classification line or banner line"),
        Column("captions", TEXTS, "codes of the captions"),
        Column("tags", TEXTS, "the entries of the TAGS line"),
        Column("refs", TEXTS, "the telegrams it refers to, in the form of `mrn`"),
        Column("subject", TEXT, "the subject line"),
        Column("order_number", TEXT, "the number on the E.O. line"),
        Column("instruction", TEXT, "the instruction's kind: code of the `instructions` vocabulary table"),
        Column("declassify_on", DAY, "the date that the instruction gives"),
        Column("expected_on", DAY, "the date on which declassification is or was due"),
        Column("declass_basis", TEXT, "the basis of that date: marked, schedule, default, exemption, event, none"),
        Column("automatic_on", DAY, "the date of automatic declassification"),
        Column("reasons", TEXTS, "the letters of the reason for classification"),
        Column("action", TEXT, "original or derivative classification, as the authority states it"),
        Column("classifier", TEXT, "the name in the authority sentence; the position if it gives no name"),
        Column("signer", TEXT, "the name at the end of the text"),
        Column("portions", NUMBER, "number of paragraphs that need a portion mark"),
        Column("marked", NUMBER, "number of paragraphs whose portion mark could be read"),
        Column("portion_level", TEXT, "code of the highest level of any portion"),
        Column("portion_rank", NUMBER, "the rank of that level"),
        Column("lost_text", TEXT, "why only a record without text is left: code of the `lost_texts` vocabulary table"),
        Column("whole", FLAG, "whether the copy contains the complete telegram"),
        Column("released", FLAG, "whether stamps or its record show that it was released or declassified"),
        Column("release_date", DAY, "the date of the latest such stamp"),
        Column("release_level", TEXT, "how much was released: full, part, or none; null if no stamp states it"),
        Column("release_codes", TEXTS, "exemption codes next to the release stamps"),
        Column("review_history", TEXTS, "the stamps in date order, each with its date, what was done, and the codes"),
        Column("deletions", NUMBER, "passages withheld by reviewers or omitted by editors; see the `deletions` table"),
        Column("text_hash", TEXT, "hash of the running text: equal for equal text"),
        Column("words", NUMBER, "number of words in the running text"),
    ),
    "portions": (
        Column("document", NUMBER, "the document"),
        Column("place", NUMBER, "the paragraph's number in the document, from 1"),
        Column("label", TEXT, "the label before the text, such as `3.` or `A.`"),
        Column("kind", TEXT, "numbered, lettered, bullet, unnumbered"),
        Column("depth", NUMBER, "1 for paragraphs, 2 for subparagraphs"),
        Column("mark", TEXT, "the paragraph's own portion mark, as written"),
        Column("level", TEXT, "code of the paragraph's level, its own or inherited"),
        Column("rank", NUMBER, "the rank of that level"),
        Column("controls", TEXTS, "codes of the controls in the portion mark"),
        Column("words", NUMBER, "number of words"),
        Column("text_hash", TEXT, "hash of the text: equal for equal text"),
    ),
    "deletions": (
        Column("document", NUMBER, "the document"),
        Column(
            "place",
            TEXT,
            "where the deletion is: mark, paragraph, subject, authority, eo, tags_line, head, margin, or text",
        ),
        Column("paragraph", NUMBER, "`place` in the `portions` table of the paragraph that contains it"),
        Column("form", TEXT, "how the deletion is shown: a code of the `deletions` vocabulary table"),
        Column("kind", TEXT, "withheld (by a reviewer) or omitted (by an editor)"),
        Column("codes", TEXTS, "the exemption codes in the deletion"),
        Column("extent", TEXT, "how much is missing, as the deletion states"),
        Column("line", NUMBER, "line of the file, from 1"),
        Column("column", NUMBER, "column in code points, from 1"),
        Column("text", TEXT, "the deletion as written; empty when redacted"),
    ),
    "findings": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the path of the file as given"),
        Column("cable", TEXT, "the document's name"),
        Column("rule", TEXT, "the rule's id"),
        Column("name", TEXT, "the rule's name"),
        Column("severity", TEXT, "error, warning, info"),
        Column("message", TEXT, "what is wrong"),
        Column("line", NUMBER, "line of the file, from 1"),
        Column("column", NUMBER, "column in code points, from 1"),
        Column("end_line", NUMBER, "line on which the finding ends"),
        Column("end_column", NUMBER, "column after the last character"),
        Column("quote", TEXT, "the document's words at the position; empty when redacted"),
        Column("at", TEXT, "the field of the document model, such as `paragraphs[2].mark`"),
        Column("fingerprint", TEXT, "the same for the same finding in every run"),
        Column("unknown", FLAG, "always false: undetermined verdicts are in a separate table"),
        Column(
            "related",
            NUMBERS,
            "the other positions that the finding compares, four numbers each: line, column, end line, end column",
        ),
    ),
    "undetermined": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the path of the file as given"),
        Column("cable", TEXT, "the document's name"),
        Column("rule", TEXT, "the rule's id"),
        Column("kind", TEXT, "copy, label (a gap in the parser), withheld, unreadable, date, or scheme"),
        Column("why", TEXT, "why the verdict is undetermined"),
        Column("line", NUMBER, "line of the file, from 1"),
        Column("column", NUMBER, "column in code points, from 1"),
        Column("at", TEXT, "the field of the document model, such as `paragraphs[2].mark`"),
        Column("quote", TEXT, "the document's words that could not be read; empty when redacted"),
    ),
    "ledger": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the path of the file as given"),
        Column("cable", TEXT, "the document's name"),
        Column("state", TEXT, "checked, excluded, or failed"),
        Column("why", TEXT, "the reason, if the document was excluded or failed"),
        Column(
            "member",
            TEXT,
            "the name of the file in an archive; null if the document is not in an archive, or if redacted",
        ),
        Column(
            "start",
            NUMBER,
            "offset of the first byte of the document's row in the file or unpacked member; null if it is not a row",
        ),
        Column("bytes", NUMBER, "the size of that row in bytes"),
        Column("item", NUMBER, "the document's number in that row, member, or file, from 1"),
    ),
    "decisions": (
        Column("finding", TEXT, "the fingerprint of the finding that the decision is about"),
        Column("rule", TEXT, "the rule's id"),
        Column("decision", TEXT, "the latest decision: confirmed, false_alarm, accepted, or unsure"),
        Column("reason", TEXT, "the reason for the decision"),
        Column("note", TEXT, "the reviewer's note"),
        Column("reviewer", TEXT, "the reviewer who decided (`by` in the log)"),
        Column("at", TEXT, "the time of the decision, in UTC"),
        Column("expires", DAY, "the last day of an acceptance"),
        Column("how", TEXT, "review, bulk, or sample:NAME"),
        Column("cable", TEXT, "the document's name"),
        Column("path", TEXT, "the path of the file as given"),
        Column("found", FLAG, "whether the finding occurs in this audit"),
        Column("hides", FLAG, "whether the decision hides the finding in reports"),
    ),
    "suppressed": (
        Column("document", NUMBER, "the document"),
        Column("rule", TEXT, "the rule's id"),
        Column("fingerprint", TEXT, "the fingerprint of the finding"),
        Column("nth", NUMBER, "the number of the finding among those with this fingerprint, from 1, in reading order"),
        Column("hidden_by", TEXT, "what hides it: suppression, false_alarm, accepted, baseline"),
        Column("reason", TEXT, "the recorded reason"),
    ),
    "files": (
        Column("path", TEXT, "the path of the file as given"),
        Column("size", NUMBER, "size in bytes; null if the file cannot be read"),
        Column("sha256", TEXT, "SHA-256 of its bytes; null for a URL or if the file cannot be read"),
    ),
    "references": (
        Column("document", NUMBER, "the document"),
        Column("place", NUMBER, "the reference's number in the document, from 1"),
        Column("from_mrn", TEXT, "the number of the telegram that makes the reference, in the form of `mrn`"),
        Column("to_mrn", TEXT, "the number referred to; null if the reference names none"),
        Column("kind", TEXT, "telegram, airgram, dated (named by sender and date-time group), or other"),
        Column("resolved", FLAG, "whether `to_mrn` is known"),
        Column("post", TEXT, "the post that the reference names; null if redacted"),
        Column("serial", NUMBER, "the serial number that the reference names; null if redacted"),
        Column("year", NUMBER, "the year that the reference states"),
        Column("text", TEXT, "the reference as written; empty when redacted"),
        Column("line", NUMBER, "line of the file, from 1"),
    ),
    "coverage": (
        Column("year", NUMBER, "year of the documents; null without a date"),
        Column("layout", TEXT, "code of the `layouts` vocabulary table"),
        Column("field", TEXT, "the name of the field; the row `text` counts characters instead of documents"),
        Column("documents", NUMBER, "number of documents of that year and layout"),
        Column("read", NUMBER, "number of documents in which the field was read"),
        Column(
            "missed",
            NUMBER,
            "number of documents in which the field was not read, although its label or a part of it is present",
        ),
        Column("lost", NUMBER, "number of documents whose copy lacks the part in which the field would be"),
        Column("absent", NUMBER, "number of documents in which no trace of the field is present"),
        Column("characters", NUMBER, "number of code points in the texts; only in the row `text`"),
        Column("recognized", NUMBER, "number of code points in recognized parts; only in the row `text`"),
    ),
    "rules": (
        Column("rule", TEXT, "the rule's id"),
        Column("name", TEXT, "the rule's name"),
        Column("severity", TEXT, "the rule's severity in this audit"),
        Column("status", TEXT, "the rule's status"),
        Column("summary", TEXT, "the requirement in one sentence"),
        Column("cite", TEXTS, "the rule's sources, each with its clause"),
        Column("titles", TEXTS, "the titles of these sources, in the same order"),
        Column("because", TEXT, "the reason for the rule"),
        Column("help", TEXT, "what to do about a finding"),
        Column("url", TEXT, "the address of the rule's page; null without the setting `rule-url`"),
        Column("applied", NUMBER, "number of documents to which the rule applied"),
        Column("failed", NUMBER, "number of documents with a finding"),
        Column("unknown", NUMBER, "number of documents on which the verdict is undetermined"),
        Column("corpus", FLAG, "whether it is a corpus rule, evaluated on the tables"),
    ),
}
REVIEW = ("decisions", "suppressed")  # written with the reports; corpus rules cannot use them
STREAMED = (
    "cables",
    "portions",
    "deletions",
    "findings",
    "undetermined",
    "ledger",
    "files",
    "references",
    "coverage",
)  # written by the workers, batch by batch


def documented() -> str:
    """Return descriptions of the tables as Markdown, for `docs/audit.md`."""
    pieces = []
    for table, columns in TABLES.items():
        pieces += [f"### `{table}`", "", "| column | type | meaning |", "|---|---|---|"]
        pieces += [f"| `{column.name}` | {column.type} | {column.holds} |" for column in columns]
        pieces.append("")
    return "\n".join(pieces)


# ---- Rows ------------------------------------------------------------------------------------------------------------
Row = dict[str, object]
LONGEST = 1000  # characters of a text, entries of a list: keeps rows readable for every JSON reader
BETWEEN = "\0"  # between texts that are normalized together
_RUN = re.compile(rb"   *")  # two or more: searching for two literal spaces is faster than for "  +"
_OTHER_BLANKS = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
BLANKS = bytes(10 if code == 0 else 32 if code < 128 and chr(code).isspace() else code for code in range(256))


class Portions:
    """The rows of the `portions` table for one telegram, with their totals, computed in one pass."""

    __slots__ = ("highest", "marked", "portions", "rows", "texts", "words")

    def __init__(self, number: int, telegram: Telegram) -> None:
        paragraphs = telegram.paragraphs
        self.rows: list[Row] = []
        self.texts = flowing([paragraph.text for paragraph in paragraphs])
        self.words = self.portions = self.marked = 0
        self.highest: Level | None = None
        for place, (paragraph, text) in enumerate(zip(paragraphs, self.texts, strict=True), 1):
            level, mark = paragraph.level, paragraph.mark
            words = text.count(b" ") + 1 if text else 0
            self.words += words
            self.portions += paragraph.depth == 1
            read = mark.__class__ is Marking
            self.marked += read
            code = rank = None
            if level is not None:
                code, rank = level.code, level.rank
                if self.highest is None or rank > self.highest.rank:
                    self.highest = level
            self.rows.append(
                {
                    "document": number,
                    "place": place,
                    "label": paragraph.label[:LONGEST],
                    "kind": paragraph.kind,
                    "depth": paragraph.depth,
                    "mark": mark.text[:LONGEST] if read else None,  # type: ignore[union-attr]
                    "level": code,
                    "rank": rank,
                    "controls": paragraph.controls[:LONGEST],
                    "words": words,
                    "text_hash": _hash(text),
                }
            )


def flowing(texts: list[str]) -> list[bytes]:
    """Return each text as UTF-8 bytes, with every run of whitespace replaced by one space.

    Texts whose whitespace is all ASCII are converted together, without creating an object for each word; this takes
    one-quarter less time.
    """
    whole = BETWEEN.join(texts)
    plain = whole.isascii() or not any(blank in whole for blank in _OTHER_BLANKS)
    if whole.count(BETWEEN) != len(texts) - 1 or not plain:
        return [" ".join(text.split()).encode("utf-8", "surrogatepass") for text in texts]
    found = _RUN.sub(b" ", whole.encode("utf-8", "surrogatepass").translate(BLANKS))
    return [text.strip() for text in found.split(b"\n")]


def place(item: Reading | Unreadable, count: int, redact: bool) -> Row:
    """Return the columns that locate a document.

    The name of an archive member can contain the name of its telegram, so it is redacted.
    """
    member = None if redact else item.member or None
    return {"path": item.path, "member": member, "start": item.start, "bytes": item.size, "item": count}


def cable(
    number: int,
    name: str,
    reading: Reading,
    telegram: Telegram,
    portions: Portions,
    references: list[Row],
    redact: bool,
) -> Row:
    """Return the row of the `cables` table for one telegram, including the totals for its portions and references."""
    banner = telegram.banner if isinstance(telegram.banner, Banner) else None
    highest = portions.highest
    year, post, serial = telegram._number()
    row: Row = {
        "document": number,
        "cable": name,
        "line": reading.view.source.first_line,
        "reader": reading.reader,
        "layout": telegram.layout,
        "profile": telegram.profile,
        "era": telegram.era,
        "date": _day(telegram.date),
        "year": telegram.date.first.year if telegram.date is not None else year,
        "time": telegram.dtg.time if isinstance(telegram.dtg, Dtg) else None,
        "mrn": telegram.mrn,
        "post": post.replace(" ", "") if post is not None else None,
        "serial": serial,
        "section": banner.section if banner else None,
        "sections": banner.sections if banner else None,
        "sections_held": telegram.sections_held,
        **_level(telegram),
        "controls": banner.controls[:LONGEST] if banner else (),
        "captions": telegram.caption_codes[:LONGEST],
        "tags": [tag.text[:LONGEST] for tag in telegram.tags[:LONGEST]],
        "refs": [row["to_mrn"] for row in references if row["resolved"] and row["kind"] == "telegram"],
        "portions": portions.portions,
        "marked": portions.marked,
        "portion_level": highest.code if highest else None,
        "portion_rank": highest.rank if highest else None,
        "lost_text": archive.lost.text if (archive := telegram.archive) is not None and archive.lost else None,
        "whole": telegram.whole,
        "released": telegram.released,
        "release_date": _day(telegram.release_date),
        "release_level": telegram.release_level,
        "release_codes": telegram.release_codes[:LONGEST],
        "review_history": [stamp.entry for stamp in telegram.review_history[:LONGEST]],
        "deletions": len(telegram.deletions),
    }
    row.update(_authority(telegram))
    row["text_hash"] = _hash(b"\n".join(portions.texts)) if portions.texts else None
    row["words"] = portions.words
    if redact:
        row.update(subject=None, classifier=None, signer=None)
    return row


def _level(telegram: Telegram) -> Row:
    """Return the columns for the overall level, and for the level stated in the record around the text."""
    level = telegram.level if isinstance(telegram.level, Level) else None
    record = telegram.source_record
    stated = record.level if record is not None and isinstance(record.level, Level) else None
    return {
        "level": level.code if level else None,
        "rank": level.rank if level else None,
        "classified": level.classified if level else None,
        "outside_level": stated.code if stated else None,
    }


def deletions(number: int, reading: Reading, telegram: Telegram, redact: bool) -> list[Row]:
    """Return the rows of the `deletions` table for one telegram."""
    rows: list[Row] = []
    starts = [paragraph.span.start for paragraph in telegram.paragraphs] if telegram.deletions else []
    for one in telegram.deletions[:LONGEST]:
        position = reading.view.source.position(one.span.start)
        inside = bisect_right(starts, one.span.start)
        rows.append(
            {
                "document": number,
                "place": one.place,
                "paragraph": inside or None,
                "form": one.form,
                "kind": one.kind,
                "codes": one.codes[:LONGEST],
                "extent": None if redact else one.extent,
                "line": position.line,
                "column": position.column,
                "text": "" if redact else one.text[:LONGEST],
            }
        )
    return rows


_NO_DATES = Declass(Span(0, 0))  # an unclassified telegram has no dates; computing its status takes 0.5 %


def _authority(telegram: Telegram) -> Row:
    """Return the columns taken from the subject, the E.O. line, the authority sentence, and the signature."""
    authority = telegram.authority if isinstance(telegram.authority, Authority) else None
    instruction = telegram.instruction
    known = instruction if isinstance(instruction, Instruction) else None
    level = telegram.level
    unclassified = isinstance(level, Level) and not level.classified
    declass = _NO_DATES if unclassified and pending(telegram, "declass") is not None else telegram.declass
    return {
        "subject": telegram.subject.text[:LONGEST] if isinstance(telegram.subject, Subject) else None,
        "order_number": telegram.eo.order if isinstance(telegram.eo, EoLine) else None,
        "instruction": known.kind if known else None,
        "declassify_on": _day(known.date) if known and isinstance(known.date, Date) else None,
        "expected_on": _day(declass.expected) if declass else None,
        "declass_basis": declass.basis if declass else None,
        "automatic_on": _day(declass.automatic) if declass else None,
        "reasons": list(getattr(authority.reasons, "codes", ()))[:LONGEST] if authority else [],
        "action": authority.kind if authority else None,
        "classifier": (authority.name or authority.title or "")[:LONGEST] or None if authority else None,
        "signer": telegram.signature.text[:LONGEST] if isinstance(telegram.signature, Signature) else None,
    }


def finding(number: int, one: Finding, severity: str, redact: str | None) -> Row:
    """Return the row of the `findings` table for one finding. If `redact` is not `None`, it replaces the message, and
    the quote is omitted.
    """
    return {
        "document": number,
        "path": one.path,
        "cable": one.cable,
        "rule": one.rule,
        "name": one.name,
        "severity": severity,
        "message": one.message[:LONGEST] if redact is None else redact,
        "line": one.start.line,
        "column": one.start.column,
        "end_line": one.end.line,
        "end_column": one.end.column,
        "quote": one.quote[:LONGEST] if redact is None else "",
        "at": one.at,
        "fingerprint": one.fingerprint,
        "unknown": False,
        "related": [
            each
            for place in one.related[: LONGEST // 4]
            for each in (place.start.line, place.start.column, place.end.line, place.end.column)
        ],
    }


def undetermined(number: int, one: Undetermined) -> Row:
    """Return the row of the `undetermined` table for one verdict."""
    return {
        "document": number,
        "path": one.path,
        "cable": one.cable,
        "rule": one.rule,
        "kind": one.kind,
        "why": one.why,
        "line": one.start.line,
        "column": one.start.column,
        "at": one.at,
        "quote": one.quote[:LONGEST],
    }


def references(number: int, telegram: Telegram, source: Source, words: Vocabulary, redact: bool) -> list[Row]:
    """Return the rows of the `references` table for one telegram."""
    rows: list[Row] = []
    mrn = telegram.mrn if telegram.references else None
    line = None if "\n" in source.text or "\r" in source.text else source.first_line  # `None` if there are several
    for place, one in enumerate(telegram.references[:LONGEST], 1):
        target = number_of(one, telegram, words)
        rows.append(
            {
                "document": number,
                "place": place,
                "from_mrn": mrn,
                "to_mrn": target,
                "kind": "dated" if one.group is not None else one.kind,
                "resolved": target is not None,
                "post": None if redact else one.post,
                "serial": None if redact else one.serial,
                "year": one.year,
                "text": "" if redact else one.text[:LONGEST],
                "line": source.line(one.span.start) if line is None else line,
            }
        )
    return rows


def _day(value: object) -> str | None:
    return value.first.isoformat() if isinstance(value, Date) else None


def _hash(text: bytes) -> str:
    return blake2b(text, digest_size=8).hexdigest()
