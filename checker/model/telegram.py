"""Define the telegram as rules see it, including the values derived from its parts."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from operator import attrgetter

from ..record import lazy_fields
from ..text import ascending
from ..values import Date, Level
from .body import (
    ArchiveRecord,
    Authority,
    Damage,
    Declass,
    Deletion,
    EoLine,
    Heading,
    Instruction,
    Notice,
    PageLine,
    Paragraph,
    Part,
    Reference,
    Signature,
    Stamp,
    Subject,
    Tag,
    TagsLine,
    misnumbered_paragraphs,
    misnumbered_references,
)
from .header import (
    Dtg,
    Fact,
    Node,
    Party,
    Readdressal,
    Routing,
    Security,
    SourceRecord,
    Station,
    Transmission,
    Unread,
    Word,
    days_between,
    same_post,
    seen_before,
)
from .markings import Banner, Caption, Marking, Misspelling, Rollup, Token, captions_out_of_order

MODEL_VERSION = 1
HEADER = ("dtg", "sender", "to", "info", "banner", "eo", "tags_line", "subject", "references")
"""The header fields in the order that all telegraph layouts share (RIY79-00905, ST00-018029)."""
HEAD = attrgetter(*HEADER)
RELEASING = ("released", "declassified")  # actions of stamps (the `stamps` table) that open a document to the public
_NEVER = date.max
_SHORTEST_SECTION = 4000  # code points; the text of any section but the last is at least this long


class Telegram(Node):
    """One telegram or marked document, complete or damaged.

    `layout` is a code from the `layouts` table, and `profile` one from the `profiles` table (CABLE, GEN, IC, CUI).
    `era` is the code of the order in force on `date`, `era_order` is that order's number in the form used in telegrams
    ("12958"), and `era_days` is the number of days since it took effect. `as_of` is the reference day of the run, if
    one was given. `copies` is the number of copies for all offices together, as stated on the distribution lines.
    `drafting` contains the lines of the drafting block, each named by the code of its label in the `labels` table.
    `missing_sections` are those reported as missing by a notice in the copy. `whole` is false if the copy does not
    contain the complete telegram. `parts` cover the text: each character that the view keeps is in exactly one of them.
    `damage` contains the strong evidence that the copy lacks text. `labels` contains the labels that a plain search
    finds above paragraph 1, each named by the field that it introduces.
    """

    layout: str
    profile: str = ""
    era: str | None = None
    era_order: str | None = None
    era_days: int | None = None
    date: Date | None = None
    as_of: Date | None = None
    whole: bool = True
    source_record: SourceRecord | None = None
    transmission: Transmission | Unread | None = None
    routing: Routing | Unread | None = None
    station: Station | Unread | None = None
    security: Security | Unread | None = None
    dtg: Dtg | Unread | None = None
    sender: Party | Unread | None = None
    to: tuple[Party, ...] = ()
    info: tuple[Party, ...] = ()
    exempt: tuple[Party, ...] = ()
    offices: tuple[Word, ...] = ()
    copies: int | None = None
    readdressal: Readdressal | None = None
    pilots: tuple[Word, ...] = ()
    accounting: Word | None = None
    service: Word | None = None
    drafting: tuple[Fact, ...] = ()
    corrections: tuple[Word, ...] = ()
    page_level: Level | None = None
    missing_sections: tuple[int, ...] = ()
    mrn_field: Word | None = None
    mrn_year: int | None = None
    mrn_post: str | None = None
    mrn_serial: int | None = None
    banner: Banner | Unread | None = None
    banners: tuple[Banner, ...] = ()
    misspelled_level: Misspelling | None = None
    captions: tuple[Caption, ...] = ()
    passing: tuple[Word, ...] = ()
    eo: EoLine | Unread | None = None
    eo_lines: tuple[EoLine, ...] = ()
    tags_line: TagsLine | Unread | None = None
    subject: Subject | Unread | None = None
    references: tuple[Reference, ...] = ()
    authority: Authority | Unread | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    headings: tuple[Heading, ...] = ()
    signature: Signature | None = None
    page_lines: tuple[PageLine, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    notices: tuple[Notice, ...] = ()
    attributes: tuple[Fact, ...] = ()
    unread: tuple[Unread, ...] = ()
    parts: tuple[Part, ...] = ()
    rollup: Rollup | None = None
    declass: Declass | None = None
    damage: tuple[Damage, ...] = ()
    labels: tuple[Fact, ...] = ()
    archive: ArchiveRecord | None = None

    # ---- derived meaning, each written once ------------------------------------------------------------------

    @property
    def level(self) -> Level | Unread | None:
        """Return the overall level, taken from the banner (unreadable if the banner cannot be read)."""
        banner = self.banner
        return banner.level if isinstance(banner, Banner) else banner

    @property
    def sent_in_clear(self) -> bool:
        """Return whether the classification line says CLEAR instead of a level."""
        return isinstance(self.banner, Banner) and self.banner.written == "clear"

    @property
    def released(self) -> bool:
        """Return whether stamps or the archive's record show that the telegram was released or declassified, at least
        in part.
        """
        reviewed = self.source_record is not None and self.source_record.review is not None
        return self.release_level != "none" and (reviewed or any(stamp.action in RELEASING for stamp in self.stamps))

    @property
    def release_date(self) -> Date | None:
        """Return the date of the latest stamp or review that released or declassified the document (absent if there is
        none with a readable date).
        """
        if not self.released:
            return None
        days = [x.date for x in self.stamps if x.action in RELEASING and x.date is not None]
        review = self.source_record.review.date if self.source_record and self.source_record.review else None
        if isinstance(review, Date):
            days.append(review)
        return max(days, key=lambda day: day.first) if days else None

    @property
    def release_stamp(self) -> Stamp | None:
        """Return the last stamp that states how much was released."""
        for stamp in reversed(self.stamps):
            if stamp.extent is not None:
                return stamp
        return None

    @property
    def release_level(self) -> str | None:
        """Return how much was released, according to the last stamp that states it: full, part, or none (absent if no
        stamp states it).
        """
        stamp = self.release_stamp
        return stamp.extent if stamp is not None else None

    @property
    def unknown_release_codes(self) -> tuple[str, ...]:
        """Return the codes that are next to release stamps but not in any table, without duplicates."""
        return tuple(dict.fromkeys(code for stamp in self.stamps for code in stamp.unknown_codes))

    @property
    def release_codes(self) -> tuple[str, ...]:
        """Return the exemption codes next to the release stamps, without duplicates."""
        codes = [code for stamp in self.stamps if stamp.extent is not None for code in stamp.codes]
        return tuple(dict.fromkeys(codes))

    @property
    def release_sections(self) -> tuple[str, ...]:
        """Return the sections of the executive order that the release codes cite, such as "1.4", without duplicates."""
        return tuple(dict.fromkeys(code.partition("(")[0] for code in self.release_codes if "." in code))

    @property
    def deletion_codes(self) -> tuple[str, ...]:
        """Return the exemption codes in all deletions, without duplicates."""
        return tuple(dict.fromkeys(code for deletion in self.deletions for code in deletion.codes))

    @property
    def review_history(self) -> tuple[Stamp, ...]:
        """Return the stamps ordered by date, those without a date last."""
        return tuple(sorted(self.stamps, key=lambda stamp: stamp.date.first if stamp.date is not None else _NEVER))

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Return the entries on the TAGS line."""
        return self.tags_line.tags if isinstance(self.tags_line, TagsLine) else ()

    @property
    def year(self) -> int | None:
        """Return the year of the document's date (absent if the date is unknown)."""
        return self.date.first.year if self.date is not None else None

    @property
    def repeated_tags(self) -> tuple[Tag, ...]:
        """Return the TAGS line entries that already occur earlier on the line."""
        tags = self.tags
        if len({tag.text for tag in tags}) == len(tags):  # the usual case
            return ()
        seen: set[object] = set()
        return tuple(tag for tag in tags if seen_before(seen, (tag.text, tag.person)))

    @property
    def repeated_captions(self) -> tuple[Caption, ...]:
        """Return the captions that already occur earlier."""
        seen: set[object] = set()
        return tuple(x for x in self.captions if seen_before(seen, x.code if x.code is not None else x.text))

    @property
    def channels(self) -> tuple[Caption, ...]:
        """Return the captions that name a channel, without duplicates."""
        seen: set[object] = set()
        return tuple(x for x in self.captions if x.kind == "channel" and not seen_before(seen, x.code or x.text))

    @property
    def captions_out_of_order(self) -> tuple[Caption, ...]:
        """Return the captions that come after a less restrictive one. Captions without a rank are ignored."""
        return captions_out_of_order(self.captions)

    @property
    def office_copies(self) -> int:
        """Return the total number of copies for the offices on the distribution lines."""
        return sum([int(office.text[-2:]) for office in self.offices if office.text[-2:].isdigit()])

    @property
    def addressees(self) -> tuple[Party, ...]:
        """Return all action and information addressees."""
        return self.to + self.info

    @property
    def duplicate_addressees(self) -> tuple[Party, ...]:
        """Return the information addressees that are also listed as action addressees."""
        action = {party.name for party in self.to}
        return tuple([party for party in self.info if party.name in action])

    @property
    def numbered(self) -> tuple[Paragraph, ...]:
        """Return the numbered paragraphs."""
        return tuple([paragraph for paragraph in self.paragraphs if paragraph.kind == "numbered"])

    @property
    def misnumbered(self) -> tuple[Paragraph, ...]:
        """Return the numbered paragraphs that neither follow the preceding number nor restart the count at 1.

        In a copy that begins with a later section, the first paragraph may have any number. A paragraph that was
        withheld between two numbers counts as the numbers between them.
        """
        later = isinstance(self.banner, Banner) and (self.banner.section or 1) > 1
        return misnumbered_paragraphs(self, self.paragraphs, self.deletions, later)

    @property
    def misplaced_lines(self) -> tuple[Word, ...]:
        """Return the header lines that come after a line that they should precede (`HEADER`). Only the first line of
        each kind is considered.

        Lines above the classification line are compared only with each other, because a row may contain its text before
        its header.
        """
        spans = [(node[0] if node.__class__ is tuple else node).span for node in HEAD(self) if node]
        if ascending(spans):  # the usual case
            return ()
        starts = [span.start for span in spans if span.start < span.end]
        if starts == sorted(starts):
            return ()
        nodes = [node[0] if node.__class__ is tuple and node else node for node in HEAD(self)]
        known = [(place, node.span) for place, node in enumerate(nodes) if node]
        text_start = self.banner.span.start if self.banner is not None else 0
        placed = [
            (span.start, place, span)
            for place, span in known
            if span.start < span.end and (place < HEADER.index("banner") or span.start >= text_start)
        ]
        found = []
        furthest = [0, 0]
        for _, place, span in sorted(placed):
            text = place >= HEADER.index("banner")
            if place < furthest[text]:
                found.append(Word(span, HEADER[place]))
            furthest[text] = max(furthest[text], place)
        return tuple(found)

    @property
    def misnumbered_references(self) -> tuple[Reference, ...]:
        """Return the references whose letter does not follow the preceding letter; the first letter must be A."""
        return misnumbered_references(self.references)

    @property
    def markable(self) -> tuple[Paragraph, ...]:
        """Return the portions that need a mark: the numbered paragraphs, or all portions if no paragraph is numbered. A
        numbered classification authority does not need a mark.
        """
        found = [p for p in self.numbered if p.depth == 1 and not p.is_authority]
        return tuple(found) or self.portions

    @property
    def other_banners(self) -> tuple[Banner, ...]:
        """Return later classification lines with the same post and number as the first."""
        first = self.banner
        if not isinstance(first, Banner) or (len(self.banners) == 1 and self.banners[0] is first):
            return ()
        same = (first.post, first.serial)
        alike = [x for x in self.banners if x is not first and (x.post, x.serial) == same]
        return tuple([x for x in alike if x.span != first.span])

    @property
    def conflicting_eo_lines(self) -> tuple[EoLine, ...]:
        """Return the E.O. lines whose order or instruction differs from that on the first E.O. line."""
        first = self.eo
        if not isinstance(first, EoLine) or not isinstance(first.instruction, Instruction):
            return ()
        mine = (first.order, first.instruction.kind, first.instruction.code, first.instruction.date)
        found = []
        for line in self.eo_lines:
            other = line.instruction
            if isinstance(other, Instruction) and (line.order, other.kind, other.code, other.date) != mine:
                found.append(line)
        return tuple(found)

    @property
    def transmission_lag(self) -> int | None:
        """Return the number of days from the date-time group to the day on the DE line, even if the year changes
        between them (absent if either is unknown).

        The value is also absent for a readdressal or a repetition, because its DE line belongs to another transmission.
        """
        station, dtg = self.station, self.dtg
        if not isinstance(station, Station) or station.day_of_year is None or self.readdressal is not None:
            return None
        if not isinstance(dtg, Dtg) or not isinstance(dtg.date, Date):
            return None
        return days_between(dtg.date.first, station.day_of_year)

    @property
    def has_own_text(self) -> bool | Unread:
        """Return true, or unreadable if the number on the classification line differs from the record's number.

        In that case, the record and header belong to one telegram, and the text belongs to another.
        """
        banner, record = self.banner, self.source_record
        if not isinstance(banner, Banner) or banner.serial_text is None or record is None or record.serial is None:
            return True
        if banner.serial == record.serial:
            return True
        return Unread(
            banner.serial_text.span,
            "is not the number in the record; the text may belong to another telegram",
            banner.serial_text.text,
        )

    @property
    def sender_matches_post(self) -> bool | None:
        """Return whether the originator and the classification line name the same post (absent if one of them is
        unknown).

        One name may have more words than the other, or contain it (UNROME, ROME); blanks and punctuation are ignored.
        """
        sender = self.sender.post if isinstance(self.sender, Party) else None
        numbered = self.banner.post if isinstance(self.banner, Banner) else None
        if not sender or not numbered:
            return None
        return same_post(sender, numbered)

    @property
    def top_precedence(self) -> int | None:
        """Return the rank of the highest precedence on the date-time group line (absent if no precedence is known)."""
        if not isinstance(self.dtg, Dtg):
            return None
        action, info = self.dtg.action, self.dtg.info
        one = action.rank if action is not None else None
        two = info.rank if info is not None else None
        return one if two is None else two if one is None else max(one, two)

    @property
    def portions(self) -> tuple[Paragraph, ...]:
        """Return the paragraphs at depth 1, without their subparagraphs; `paragraphs` contains both."""
        return tuple([paragraph for paragraph in self.paragraphs if paragraph.depth == 1])

    @property
    def marked(self) -> tuple[Paragraph, ...]:
        """Return the paragraphs with a readable portion mark."""
        return tuple([paragraph for paragraph in self.paragraphs if isinstance(paragraph.mark, Marking)])

    @property
    def all_marked(self) -> bool | Unread:
        """Return whether every portion has a level, from its own mark or from an ENTIRE TEXT statement (unreadable if
        the only missing marks are those of portions that were withheld).
        """
        found: bool | Unread = False
        for paragraph in self.paragraphs:
            if paragraph.depth == 1:
                if paragraph.level is None:
                    withheld = paragraph.withheld_mark
                    if withheld is None:
                        return False
                    found = withheld
                elif found is False:
                    found = True
        return found

    @property
    def highest_portion(self) -> Level | None:
        """Return the highest level among the portions (absent if no portion has a level)."""
        highest = None
        for paragraph in self.paragraphs:
            level = paragraph.level
            if level is not None and (highest is None or level.rank > highest.rank):
                highest = level
        return highest

    @property
    def markings(self) -> tuple[Marking, ...]:
        """Return every readable marking, in this order: banner, subject, headings, paragraphs."""
        banner = self.banner.marking if isinstance(self.banner, Banner) else None
        subject = self.subject.mark if isinstance(self.subject, Subject) else None
        return tuple(mark for mark in (banner, subject) if isinstance(mark, Marking)) + self.portion_marks

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens in all readable markings."""
        return tuple([token for marking in self.markings for token in marking.tokens])

    @property
    def portion_marks(self) -> tuple[Marking, ...]:
        """Return the readable marks on headings and paragraphs."""
        marks = [heading.mark for heading in self.headings] + [paragraph.mark for paragraph in self.paragraphs]
        return tuple([mark for mark in marks if isinstance(mark, Marking)])

    @property
    def portion_controls(self) -> tuple[str, ...]:
        """Return the control codes in all portion marks, sorted, without duplicates."""
        return tuple(sorted({code for paragraph in self.paragraphs for code in paragraph.controls}))

    @property
    def caption_codes(self) -> tuple[str, ...]:
        """Return the codes of the known captions in order of appearance, including repetitions."""
        return tuple([caption.code for caption in self.captions if caption.code is not None])

    @property
    def entire_text(self) -> Paragraph | None:
        """Return the paragraph that states one mark for the entire text."""
        for paragraph in self.paragraphs:
            if paragraph.entire_text:
                return paragraph
        return None

    @property
    def sections_held(self) -> tuple[int, ...] | None:
        """Return the sections that this copy contains, according to classification lines, page lines, and notices.

        A copy that ends with a signature contains the last section. The value is absent for a one-section telegram, or
        if the copy does not show where it ends.
        """
        banner = self.banner
        if not isinstance(banner, Banner) or banner.section is None or not 1 < (banner.sections or 0) < 100:
            return None
        last = self._last_section(banner)
        if last is None:
            return None
        return tuple([one for one in range(banner.section, last + 1) if one not in self.missing_sections])

    def _last_section(self, banner: Banner) -> int | None:
        first, count = banner.section or 1, banner.sections or 1
        if self.missing_sections or self.signature is not None:
            return count
        shown = [line.page or 0 for line in self.page_lines if line.pages == count]
        shown += [again.section or 0 for again in self.other_banners if again.sections == count]
        last = max([first, *shown])
        if last >= count:
            return last
        size = sum(len(paragraph.text) for paragraph in self.paragraphs)
        size += sum(len(heading.text) for heading in self.headings)
        if self.layout == "extract" or size > (count - first) * _SHORTEST_SECTION:
            return None
        gaps = [item for item in self.damage if item.kind in ("cut", "gap")]
        return None if any(item.covers not in ("banner", "fields") for item in gaps) else last

    @property
    def instruction(self) -> Instruction | Unread | None:
        """Return the declassification instruction on the E.O. line, or else the one in the authority block (unreadable
        if the applicable one cannot be read).
        """
        first = self.eo.instruction if isinstance(self.eo, EoLine) else self.eo
        if first is not None and not (isinstance(first, Unread) and first.lost):
            return first
        second = self.authority.declassify if isinstance(self.authority, Authority) else self.authority
        return second if second is not None else first

    # ---- the telegram against the archive's record of it -------------------------------------------------------

    @property
    def record_captions_missing(self) -> tuple[Caption, ...]:
        """Return the captions in the archive's record that are neither on a caption line nor on the classification
        line.
        """
        known = {*self.caption_codes, *(self.banner.controls if isinstance(self.banner, Banner) else ())}
        listed = self.archive.captions if self.archive is not None else ()
        return tuple([one for one in listed if one.code not in known])

    @property
    def captions_not_in_record(self) -> tuple[Caption, ...]:
        """Return the captions that are not in the archive's record, either as sent or as later changed."""
        if self.archive is None:
            return ()
        known = self.archive.caption_codes
        return tuple([one for one in self.captions if one.code is not None and one.code not in known])

    @property
    def record_tags_missing(self) -> tuple[Word, ...]:
        """Return the TAGS in the archive's record that are not on the TAGS line."""
        archive, known = self.archive, {tag.text.upper() for tag in self.tags}
        return tuple([one for one in archive.tags if one.text not in known]) if archive is not None else ()

    @property
    def record_references_missing(self) -> tuple[Reference, ...]:
        """Return the telegrams listed as references in the archive's record that are not among the references in the
        text.
        """
        known = {None, *(reference.serial for reference in self.references)}
        listed = archive.references if (archive := self.archive) is not None else ()
        return tuple([one for one in listed if one.serial not in known])

    @property
    def subject_matches_record(self) -> bool | None:
        """Return whether the subject line and the record's subject contain the same letters and digits, compared up to
        the end of the shorter one (absent if one of them is missing).
        """
        source = self.source_record
        if self.archive is None or source is None or source.subject is None or not isinstance(self.subject, Subject):
            return None
        here, there = self.subject.text.upper(), source.subject.text.upper()
        if not here.startswith(there) and not there.startswith(here):
            here, there = ("".join(filter(str.isalnum, text)) for text in (here, there))
        return here.startswith(there) or there.startswith(here)

    @property
    def last_page(self) -> int | None:
        """Return the highest page number in the page headings (absent if the copy has no page headings)."""
        return max([line.page for line in self.page_lines if line.page is not None], default=None)

    @property
    def mrn(self) -> str | None:
        """Return the message reference number in the form `07STRELSAU123` (absent if the post or the serial number is
        unknown).
        """
        return _mrn(*self._number())

    @property
    def post(self) -> str | Unread | None:
        """Return the post that numbered the telegram, taken from the MRN field or, if there is none, from the
        classification line.
        """
        if self.mrn_post is not None:
            return self.mrn_post
        return self.banner.post if isinstance(self.banner, Banner) else self.banner

    def _number(self) -> tuple[int | None, str | None, int | None]:
        year = self.date.first.year if self.date is not None else None
        if self.mrn_serial is not None:
            return (self.mrn_year if self.mrn_year is not None else year), self.mrn_post, self.mrn_serial
        if isinstance(self.banner, Banner) and self.banner.serial is not None:
            return (self.banner.year if self.banner.year is not None else year), self.banner.post, self.banner.serial
        if self.source_record is not None and self.source_record.serial is not None:
            return self.source_record.year, self.source_record.post, self.source_record.serial
        return year, None, None


@lru_cache(maxsize=4)  # several rows and rules ask for the number of the same telegram
def _mrn(year: int | None, post: str | None, serial: int | None) -> str | None:
    if post is None or serial is None:
        return None
    return f"{'' if year is None else f'{year % 100:02d}'}{post.replace(' ', '')}{serial}"


LAZY = {
    "offices": "few rules read the distribution lines",
    "unread": "only the table of parsed telegrams needs it",
    "archive": "few corpora have archive records, and few rules compare them",
    "rollup": "few rules compare the classification line with the portion marks",
    "declass": "few rules and the command declass ask when a telegram is due",
    "damage": "needed only after a rule has failed",
    "labels": "needed only after a rule has failed",
    "parts": "commands that show a telegram need the tiling; rules do not",
}
"""The fields of a telegram that the parser computes when they are first read, each with the reason."""

lazy_fields(Telegram, *LAZY)
