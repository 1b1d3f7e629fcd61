"""The tables an audit leaves behind: their columns, with the words that explain them. The published schema.

`document` tells documents apart inside one audit: batch number times ten million plus the place in the batch. All other
tables join on it. Texts and lists are cut at 1,000 letters or entries. `docs/audit.md` is made from this register and
compared with it by a test.
"""

from __future__ import annotations

from ..record import Record

TEXT, NUMBER, DAY, FLAG, TEXTS = "VARCHAR", "BIGINT", "DATE", "BOOLEAN", "VARCHAR[]"
BATCH = 10_000_000  # documents a batch can hold before numbers would clash


class Column(Record):
    """A column: its SQL type and what it holds."""

    name: str
    type: str
    holds: str


TABLES: dict[str, tuple[Column, ...]] = {
    "cables": (
        Column("document", NUMBER, "the document's number in this audit"),
        Column("path", TEXT, "the file as it was named"),
        Column("cable", TEXT, "the document's name in the file, or its message reference number"),
        Column("line", NUMBER, "the line of the file on which the document begins"),
        Column("reader", TEXT, "the readers that unwrapped it"),
        Column("layout", TEXT, "code of the table `layouts`"),
        Column("profile", TEXT, "the rule book"),
        Column("era", TEXT, "code of the table `eras`: the order in force on the date"),
        Column("date", DAY, "the first day the date can mean"),
        Column("year", NUMBER, "its year"),
        Column("time", TEXT, "time of the date-time group, HHMM"),
        Column("mrn", TEXT, "message reference number: two digits of the year, post, serial"),
        Column("post", TEXT, "the post in it, without blanks"),
        Column("serial", NUMBER, "the serial in it"),
        Column("section", NUMBER, "this section's number, of a telegram in several"),
        Column("sections", NUMBER, "how many there are"),
        Column("level", TEXT, "code of the overall level; null where it cannot be read"),
        Column("rank", NUMBER, "its rank: 0 for unclassified, higher protects more"),
        Column("classified", FLAG, "whether that level is classified"),
        Column("outside_level", TEXT, "the level the wrapper states"),
        Column("controls", TEXTS, "codes of the controls on the banner"),
        Column("captions", TEXTS, "codes of the captions"),
        Column("tags", TEXTS, "the entries of the TAGS line"),
        Column("refs", TEXTS, "the telegrams it refers to, as `mrn`"),
        Column("subject", TEXT, "the subject line"),
        Column("order_number", TEXT, "the number on the E.O. line"),
        Column("instruction", TEXT, "kind of the declassification instruction, code of the table `instructions`"),
        Column("declassify_on", DAY, "the day it gives"),
        Column("expected_on", DAY, "the day on which declassification is or was due"),
        Column("declass_basis", TEXT, "what gives that day: marked, schedule, default, exemption, event, none"),
        Column("automatic_on", DAY, "the day of automatic declassification"),
        Column("reasons", TEXTS, "the letters of the reason for classification"),
        Column("classifier", TEXT, "the name in the authority sentence"),
        Column("signer", TEXT, "the name at the end"),
        Column("portions", NUMBER, "paragraphs that need a mark"),
        Column("marked", NUMBER, "paragraphs whose mark could be read"),
        Column("portion_level", TEXT, "code of the highest portion"),
        Column("portion_rank", NUMBER, "its rank"),
        Column("whole", FLAG, "whether the copy holds the complete telegram"),
        Column("released", FLAG, "whether it bears a release or review stamp"),
        Column("text_hash", TEXT, "equal for equal running text"),
        Column("words", NUMBER, "words of running text"),
    ),
    "portions": (
        Column("document", NUMBER, "the document"),
        Column("place", NUMBER, "its place among the document's paragraphs, from 1"),
        Column("label", TEXT, "what stands before it"),
        Column("kind", TEXT, "numbered, lettered, bullet, unnumbered"),
        Column("depth", NUMBER, "1 for paragraphs, 2 for what hangs under them"),
        Column("mark", TEXT, "its own mark as written"),
        Column("level", TEXT, "code of its level, its own or inherited"),
        Column("rank", NUMBER, "its rank"),
        Column("controls", TEXTS, "codes of its controls"),
        Column("words", NUMBER, "how many words"),
        Column("text_hash", TEXT, "equal for equal text"),
    ),
    "findings": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the file as it was named"),
        Column("cable", TEXT, "the document's name"),
        Column("rule", TEXT, "the rule's id"),
        Column("name", TEXT, "the rule's name"),
        Column("severity", TEXT, "error, warning, info"),
        Column("message", TEXT, "what is wrong"),
        Column("line", NUMBER, "line of the file, from 1"),
        Column("column", NUMBER, "column in code points, from 1"),
        Column("end_line", NUMBER, "where the place ends"),
        Column("end_column", NUMBER, "exclusive"),
        Column("quote", TEXT, "the document's words at the place; empty when redacted"),
        Column("at", TEXT, "the structural place"),
        Column("fingerprint", TEXT, "the same for the same finding in every run"),
        Column("unknown", FLAG, "always false: undetermined verdicts have a table of their own"),
    ),
    "undetermined": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the file as it was named"),
        Column("cable", TEXT, "the document's name"),
        Column("rule", TEXT, "the rule's id"),
        Column("kind", TEXT, "copy, label (a gap of the parser), unreadable or date"),
        Column("why", TEXT, "why the verdict cannot be given"),
        Column("line", NUMBER, "line of the file, from 1"),
        Column("column", NUMBER, "column in code points, from 1"),
        Column("at", TEXT, "the structural place"),
        Column("quote", TEXT, "the document's words that could not be read; empty when redacted"),
    ),
    "ledger": (
        Column("document", NUMBER, "the document"),
        Column("path", TEXT, "the file as it was named"),
        Column("cable", TEXT, "the document's name"),
        Column("state", TEXT, "checked, excluded or failed"),
        Column("why", TEXT, "the reason of the latter two"),
    ),
    "rules": (
        Column("rule", TEXT, "the rule's id"),
        Column("name", TEXT, "its name"),
        Column("severity", TEXT, "the severity in this audit"),
        Column("status", TEXT, "its status"),
        Column("summary", TEXT, "what holds"),
        Column("cite", TEXTS, "its sources"),
        Column("applied", NUMBER, "documents it applied to"),
        Column("failed", NUMBER, "documents with a finding"),
        Column("unknown", NUMBER, "documents on which it could not be judged"),
        Column("corpus", FLAG, "whether it is asked of the tables instead of each document"),
    ),
}
STREAMED = ("cables", "portions", "findings", "undetermined", "ledger")  # written by the workers, batch by batch


def documented() -> str:
    """The tables as Markdown, for `docs/audit.md`."""
    pieces = []
    for table, columns in TABLES.items():
        pieces += [f"### `{table}`", "", "| column | type | holds |", "|---|---|---|"]
        pieces += [f"| `{column.name}` | {column.type} | {column.holds} |" for column in columns]
        pieces.append("")
    return "\n".join(pieces)
