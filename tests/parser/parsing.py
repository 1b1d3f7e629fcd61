"""Provide what the parser tests share: the shipped vocabulary, and a short, complete account of a telegram."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from checker import rulebook
from checker.model import Banner, Dtg, EoLine, Instruction, Marking, Node, Telegram, Unread
from checker.parser import parse
from checker.text import Source, View
from checker.values import Date, Level
from checker.vocabulary import Vocabulary

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

HEADER = "R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\n"
BANNER = "C O N F I D E N T I A L STRELSAU 000123\n\nSIPDIS\n\n"
FIELDS = "E.O. 12958: DECL: 03/12/2018\nTAGS: PREL, PGOV\nSUBJECT: THE KING\n\n"


@cache
def vocabulary() -> Vocabulary:
    return rulebook.load().vocabulary


def telegram(text: str, **facts: object) -> Telegram:
    return parse(View.whole(Source("telegram.txt", text)), vocabulary(), **facts)  # type: ignore[arg-type]


def short(value: object) -> object:
    """Return a value in the short form in which tests state it."""
    if isinstance(value, Unread):
        return "lost" if value.lost else f"unread: {value.text!r} ({value.why})"
    if isinstance(value, Level):
        return value.code
    if isinstance(value, Date):
        return str(value)
    if isinstance(value, Marking):
        return value.text
    if isinstance(value, Node) and "text" in value.__fields__:
        return getattr(value, "text")  # noqa: B009
    if isinstance(value, tuple):
        return [short(item) for item in value]
    return value


def fields_of(node: object) -> object:
    """Return the fields of a header line that were read, each as `name=value`, or a short form of the line if it has
    none.
    """
    if not isinstance(node, Node) or isinstance(node, Unread):
        return short(node)
    fields = {f: short(getattr(node, f)) for f in node.__fields__ if f not in ("span", "text")}
    return " ".join(f"{key}={value}" for key, value in fields.items() if value is not None) or short(node)


def dtg_line(dtg: object) -> object:
    """Return a date-time group on one line."""
    if not isinstance(dtg, Dtg):
        return short(dtg)
    return f"{short(dtg.date)} {dtg.time}{dtg.zone} {short(dtg.action)} {short(dtg.info)} {short(dtg.signals)}"


def party_line(party: Any) -> object:
    """Return an originator or addressee on one line."""
    if party is None or isinstance(party, Unread):
        return short(party)
    return f"{party.indicator} | {party.name} | {party.precedence} | {party.number} | {party.post}"


def banner_line(banner: object) -> object:
    """Return a classification line on one line: level, spelling, controls, section, post, and serial number."""
    if not isinstance(banner, Banner):
        return short(banner)
    counter = f" {banner.section}/{banner.sections}" if banner.section else ""
    return f"{short(banner.level)} {banner.written} {list(banner.controls)}{counter} {banner.post} {banner.serial}"


def authority_line(author: Any) -> object:
    """Return a classification authority block on one line."""
    if author is None or isinstance(author, Unread):
        return short(author)
    reasons = author.reasons
    codes = None if reasons is None or isinstance(reasons, Unread) else (reasons.section, "".join(reasons.codes))
    until = instruction(author.declassify)
    return (
        f"{author.kind} {author.form} {author.name} | {author.title} | {codes} | {short(author.derived_from)} | {until}"
    )


def account(found: Telegram) -> str:
    """Return everything that was read in a telegram, one field per line."""
    lines = [f"{found.layout} {found.profile} {found.era} {found.date} {'whole' if found.whole else 'not whole'}"]

    def say(name: str, value: object) -> None:
        if value is not None and value != [] and value != "":
            lines.append(f"{name}: {value}")

    for name in ("transmission", "routing", "station", "security"):
        say(name, fields_of(getattr(found, name)))
    say("dtg", dtg_line(found.dtg))
    for name, parties in (("from", (found.sender,)), ("to", found.to), ("info", found.info)):
        for party in parties:
            say(name, party_line(party))
    say("offices", short(found.offices))
    say("page level", short(found.page_level))
    say("number", short(found.mrn_field))
    banners = found.banners if isinstance(found.banner, Banner) else (found.banner,)
    for banner in banners:
        say("banner", banner_line(banner))
    say("captions", [caption.code or f"? {caption.text}" for caption in found.captions])
    say("passing", short(found.passing))
    eo = found.eo
    say("eo", f"{eo.order} {instruction(eo.instruction)}" if isinstance(eo, EoLine) else short(eo))
    say("tags", [f"{tag.text}{f' ({tag.person})' if tag.person else ''}" for tag in found.tags])
    subject = found.subject
    say(
        "subject",
        short(subject) if subject is None or isinstance(subject, Unread) else f"{short(subject.mark)} {subject.text}",
    )
    for ref in found.references:
        say("reference", f"{ref.letter} {ref.kind} {ref.year} {ref.post} {ref.serial}")
    say("authority", authority_line(found.authority))
    for item in found.paragraphs:
        words = " ".join(item.text.split())
        words = words if len(words) < 44 else f"{words[:20]} … {words[-20:]}"
        say(
            "paragraph",
            f"{item.kind} {item.depth} {item.label!r} {short(item.mark)} {item.where} {short(item.level)} | {words}",
        )
    for heading in found.headings:
        say("heading", f"{short(heading.mark)} {heading.text}")
    say("signature", short(found.signature))
    say("page lines", short(found.page_lines))
    say("stamps", [f"{stamp.kind} {stamp.date}" for stamp in found.stamps])
    say("notices", [notice.kind for notice in found.notices])
    say("attributes", [fact.name for fact in found.attributes])
    say("unread", short(found.unread))
    kinds = [part.kind for part in found.parts]
    say("parts", " ".join(kind for index, kind in enumerate(kinds) if index == 0 or kinds[index - 1] != kind))
    return "\n".join(lines) + "\n"


def instruction(value: Instruction | Unread | None) -> str:
    """Return an instruction on one line."""
    if value is None or isinstance(value, Unread):
        return str(short(value))
    said = [value.kind, value.code, short(value.date), value.years, value.person, value.office]
    return " ".join(str(item) for item in said if item is not None)
