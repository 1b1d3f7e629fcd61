"""Define the records for labeled fields, paragraphs, additions made during copying and review, and an archive's data
about an electronic telegram from 1973-79.
"""

from __future__ import annotations

from bisect import bisect_left

from ..record import lazy_fields
from ..values import Date, Level
from .header import Node, Unread, Word, seen_before
from .markings import Caption, Marking

_ORDERS: dict[str, str] = {}  # by date format; only a few occur


class Declass(Node):
    """The date on which the information is to be declassified, computed from the instruction, the document date, and
    the order in force.

    `kind` is the instruction's kind, or the code of the downgrading group. `expected` is the date that follows from the
    instruction, the schedule, or the default, and `basis` is its origin: "marked", "schedule", "default", "exemption",
    "event", or "none". `limit` is the latest date that the order in force allows at this level. `within_limit` is true
    if the marked date does not exceed it by more than one day; this tolerance is needed because the date-time group is
    in UTC and the decision was local. `automatic` is the 31 December on which 25-year automatic declassification
    occurs, or `None` if it does not apply. `exempt` is the exemption code. `status` is the state on the reference day
    (a code from the `declass-status` table), or `None` without a reference day. `cite` lists source ids, `why` is a
    one-sentence explanation for readers, and `clause` is the provision from which `expected` follows.
    """

    kind: str | None = None
    basis: str = "none"
    expected: Date | None = None
    limit: Date | None = None
    within_limit: bool | None = None
    automatic: Date | None = None
    exempt: str | None = None
    status: str | None = None
    cite: tuple[str, ...] = ()
    why: str = ""
    clause: str = ""


class Instruction(Node):
    """A declassification instruction, from the E.O. line or from the authority block.

    `kind` is a code from the `instructions` table (date, event, na, gds, ads, xgds, rds, xds, oadr, xcode, mr, 25x,
    50x, 75x, human, wmd, source-marked, years, aea ...), or `None` if the kind was not recognized. `code` is the code
    as written, but in upper case ("X6", "25X1", "XGDS-2"), and `number` is its number. `years` is a duration in words,
    and `dates` contains every date in the instruction.
    """

    text: str
    kind: str | None = None
    code: str | None = None
    number: int | None = None
    date: Date | Unread | None = None
    date_text: Word | None = None
    years: int | None = None
    event: str | None = None
    person: str | None = None
    office: str | None = None
    codes: tuple[str, ...] = ()
    dates: tuple[Date, ...] = ()

    @property
    def date_order(self) -> str | None:
        """Return the order of the date's parts, such as "m/d/y" (absent if there is no readable date)."""
        form = self.date_form
        if form is None:
            return None
        if form not in _ORDERS:
            _ORDERS[form] = "".join(letter for n, letter in enumerate(form) if letter != form[n - 1 : n])
        return _ORDERS[form]

    @property
    def date_form(self) -> str | None:
        """Return the format of the date, such as "mm/dd/yyyy" (absent if there is no readable date)."""
        return self.date.written or None if isinstance(self.date, Date) else None


class Downgrade(Node):
    """A downgrading instruction: the lower level and the date on which it takes effect."""

    text: str
    level: Level | None = None
    date: Date | Unread | None = None


class EoLine(Node):
    """The E.O. line: the order's number as written and the instruction that follows it.

    `order` is the number as text ("12958"). `era` is the code of the first entry with this number in the `eras` table.
    If no order has the number, `era` is `None` and `nearest` is the most similar known number, if one is similar
    enough.
    """

    text: str
    order: str
    number: Word | None = None
    era: str | None = None
    nearest: str | None = None
    instruction: Instruction | Unread | None = None
    downgrade: Downgrade | None = None
    usual_form: bool = True


class Tag(Node):
    """One entry on the TAGS line. `kind` is subject, geographic, program, organization, person, or unknown.

    `known` is true if a table lists the entry; `suggestion` is the most similar known entry.
    """

    text: str
    kind: str
    known: bool = True
    suggestion: str | None = None
    person: str | None = None

    @property
    def lettered(self) -> bool:
        """Return whether the entry consists of ASCII letters only."""
        return self.text.isascii() and self.text.isalpha()


class TagsLine(Node):
    """The TAGS line as a whole."""

    text: str
    tags: tuple[Tag, ...] = ()


class Subject(Node):
    """The subject line: its words joined on one line, and its portion mark if it has one.

    `where` is the position of the mark: at the "start" or "end" of the words.
    """

    text: str
    mark: Marking | Unread | None = None
    where: str | None = None


class Reference(Node):
    """One reference: its letter and the message to which it refers.

    `kind` is "telegram" or "airgram" (identified by post and serial number, and the year if it is stated), or "other".
    `group` is the date-time group of a message that is identified by date-time group and sender; `post` then contains
    the sender.
    """

    text: str
    letter: str | None = None
    kind: str = "other"
    year: int | None = None
    post: str | None = None
    serial: int | None = None
    group: str | None = None


class Letter(Node):
    """One letter in the reason for classification, in lower case."""

    text: str


class Reasons(Node):
    """The reason for classification: the section ("1.4") with its letters, and the text if the reason is stated in
    words.
    """

    text: str
    section: str | None = None
    section_text: Word | None = None
    letters: tuple[Letter, ...] = ()
    words: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the letters as strings."""
        return tuple(letter.text for letter in self.letters)

    @property
    def repeated(self) -> tuple[Letter, ...]:
        """Return the letters that already occur earlier in the reason."""
        seen: set[object] = set()
        return tuple(letter for letter in self.letters if seen_before(seen, letter.text))


class Authority(Node):
    """The classification authority block: a sentence in telegrams, labeled lines elsewhere.

    `kind` is "derivative" if the block has a Derived From line, otherwise "original". `form` is "sentence" or "lines".
    `mark` is the portion mark before the sentence. `numbered` is true if the sentence is part of a numbered paragraph.
    """

    text: str
    kind: str = "original"
    form: str = "sentence"
    by: Word | None = None
    name: str | None = None
    title: str | None = None
    reasons: Reasons | Unread | None = None
    derived_from: Word | None = None
    multiple_sources: bool = False
    source_date: Date | None = None
    declassify: Instruction | Unread | None = None
    downgrade: Downgrade | None = None
    mark: Marking | Unread | None = None
    numbered: bool = False


class Heading(Node):
    """A heading above a line of dashes, with its portion mark if it has one."""

    text: str
    mark: Marking | Unread | None = None


class Paragraph(Node):
    """A portion of the text: a numbered paragraph, a lettered or dashed subparagraph, or an unnumbered paragraph.

    `kind` is numbered, lettered, bullet, or unnumbered; `depth` is 1 for paragraphs and 2 for subparagraphs. `mark` is
    the paragraph's own portion mark. `level` is the paragraph's own level or, without a mark, the level of its parent
    or of an ENTIRE TEXT statement. `label` is the text before the words ("3.", "3.A", "--"). `place` is the position at
    which a missing mark would appear, and `where` is the position of an existing one: "start", "after-heading",
    "line-above", or "end". `cut` is true if a deletion covers the position of the mark; `place` is then the deletion.
    `is_authority` is true if the paragraph is a classification authority without a mark.
    """

    kind: str
    label: str
    text: str
    number: int | None = None
    depth: int = 1
    mark: Marking | Unread | None = None
    level: Level | None = None
    controls: tuple[str, ...] = ()
    place: Word | None = None
    where: str | None = None
    entire_text: bool = False
    cut: bool = False
    section: int = 1
    is_authority: bool = False

    @property
    def name(self) -> str:
        """Return the paragraph's name for messages: "paragraph 2" with its number or letter, or "the paragraph" with
        its first four words in quotes if it has neither.
        """
        label = self.label.rstrip(".")
        if label.strip("-* "):
            return f"paragraph {label}"
        words = self.text.split()
        return f'the paragraph "{" ".join(words[:4])}{"..." if len(words) > 4 else ""}"'

    @property
    def marked_or_exempt(self) -> bool | Unread:
        """Return whether the paragraph has a mark or is covered by its parent's mark or an ENTIRE TEXT statement
        (unreadable if a deletion covers the position of the mark).
        """
        if self.mark is not None or self.level is not None or self.entire_text:
            return True
        return self.withheld_mark or False

    @property
    def withheld_mark(self) -> Unread | None:
        """Return the deletion that covers the position of the mark, or `None` if there is none."""
        if not self.cut or self.place is None:
            return None
        return Unread(self.place.span, "takes the place of a withheld portion mark", self.place.text)


class PageLine(Node):
    """A page line or page heading, which repeats the post, message number, page counter, and sometimes the level."""

    text: str
    serial: int | None = None
    page: int | None = None
    pages: int | None = None
    level: Level | None = None


class Stamp(Node):
    """A release or review stamp, added after the telegram was sent.

    `kind` is a code from the `stamps` table, and `action` is the action that the stamp records: released, withheld,
    declassified, classified, extended, reviewed, or withdrawn. `extent` is the extent of the release: full, part, or
    none. `codes` are the exemption codes next to the stamp, `unknown_codes` are those not listed in any table, and
    `level` is the level assigned by the reviewer.
    """

    text: str
    kind: str
    date: Date | None = None
    level: Level | None = None
    codes: tuple[str, ...] = ()
    action: str | None = None
    extent: str | None = None
    unknown_codes: tuple[str, ...] = ()

    @property
    def entry(self) -> str:
        """Return the stamp as one history entry: date, action, extent, and codes."""
        words = (str(self.date) if self.date is not None else "undated", self.action or "stamped")
        more = (f"in {self.extent}" if self.extent in ("full", "part") else "", " ".join(self.codes))
        return " ".join(word for word in (*words, *more) if word)


class Deletion(Node):
    """A note, code, or row of characters in place of text that a reviewer withheld or an editor omitted.

    `form` is a code from the `deletions` table; `kind` is withheld or omitted. `codes` are the exemption codes in the
    deletion (as listed in the `release_codes` table, otherwise as written), and `extent` is the amount of missing text,
    if stated. `place` is the part in which the deletion occurs: mark, paragraph, subject, authority, eo, tags_line,
    signature, head, margin, or text.
    """

    text: str
    form: str
    kind: str
    codes: tuple[str, ...] = ()
    extent: str | None = None
    place: str = ""

    def notice(self) -> str:
        """Return the reason, with the exemption codes, for verdicts that are undetermined because of the deletion."""
        codes = f" ({', '.join(self.codes)})" if self.codes else ""
        return f"there is a deletion at this position{codes}"


class Signature(Node):
    """The signer's name at the end of the telegram."""

    text: str


class Notice(Node):
    """A notice that rules may require: working paper, list of sources, compilation, or waiver."""

    text: str
    kind: str


class Part(Node):
    """One of the spans into which the telegram's text is divided. `kind` is the block's name, or "blank" for blank
    spans.
    """

    kind: str


class Damage(Node):
    """Strong evidence that this copy lacks text or contains text from another telegram. `span` is the position of the
    evidence, and is empty if text is missing there.

    `kind` is extract, cut, sections, gap, deletion, or other_text. `covers` identifies the parts whose absence it
    explains: "head" (above paragraph 1), "banner" (the classification line), "fields" (those below the captions),
    "text" (from paragraph 1 on), or "all". `why` is a clause for messages.
    """

    kind: str
    covers: str
    why: str


def misnumbered_paragraphs(
    start: Node, paragraphs: tuple[Paragraph, ...], deletions: tuple[Deletion, ...], any_first: bool
) -> tuple[Paragraph, ...]:
    """Return the numbered paragraphs whose number is neither 1 nor one more than the preceding number.

    `start` is the telegram. If `any_first` is true, the first paragraph may have any number. A paragraph withheld
    between two numbered paragraphs counts as all the missing numbers.
    """
    found: list[tuple[Node, Paragraph]] = []
    before = start
    last = None if any_first else 0
    for paragraph in paragraphs:
        if paragraph.depth == 1 and paragraph.number is not None and paragraph.kind == "numbered":
            if last is not None and paragraph.number not in (last + 1, 1):
                found.append((before, paragraph))
            last, before = paragraph.number, paragraph
    if found and deletions:  # few telegrams skip a number: only they need the positions
        whole = [one.span.start for one in deletions if one.place in ("mark", "paragraph")]
        found = [(one, two) for one, two in found if not _is_any_between(whole, one.span.start, two.span.start)]
    return tuple([paragraph for _, paragraph in found])


def _is_any_between(starts: list[int], low: int, high: int) -> bool:
    """Return whether any of the sorted offsets is at least `low` but less than `high`."""
    at = bisect_left(starts, low)
    return at < len(starts) and starts[at] < high


def misnumbered_references(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Return the references whose letter does not follow the preceding letter; the first letter must be A."""
    found = []
    last = ord("A") - 1
    for reference in references:
        if reference.letter is not None:
            if ord(reference.letter[0]) != last + 1:
                found.append(reference)
            last = ord(reference.letter[0])
    return tuple(found)


# ---- Archive records -------------------------------------------------------------------------------------------------
class Attribute(Node):
    """One attribute of an archive record.

    `name` is a code from the `archive_attributes` table, and `kind` is the type of the value: day, count, list, level,
    code, or words. The parsed value of a day is in `date`, of a count in `number`, and of a list in `items`.
    """

    name: str
    text: str
    kind: str
    date: Date | Unread | None = None
    number: int | None = None
    items: tuple[str, ...] = ()


class ReviewStep(Node):
    """One step in the review history: the action as written and its date."""

    action: str
    date: Date | None = None


class ArchiveRecord(Node):
    """An archive's data about the telegram as sent and about its later review.

    `captions` were on the telegram when it was sent; `earlier_captions` and `earlier_level` applied until another
    telegram changed them. `order_code` is the instruction in the form used on E.O. lines (`GDS`, `XGDS-1`). `lost` is
    the reason why the archive has no text, as a code from the `lost_texts` table; `film` is the microfilm that may
    contain the text. `pages` is the archive's page count.
    """

    attributes: tuple[Attribute, ...] = ()
    captions: tuple[Caption, ...] = ()
    earlier_captions: tuple[Caption, ...] = ()
    level: Level | None = None
    current_level: Level | None = None
    earlier_level: Level | None = None
    order_code: Word | None = None
    tags: tuple[Word, ...] = ()
    references: tuple[Reference, ...] = ()
    review: tuple[ReviewStep, ...] = ()
    reviewer: Word | None = None
    released: Date | None = None
    pages: int | None = None
    lost: Word | None = None
    film: Word | None = None

    @property
    def caption_codes(self) -> tuple[str, ...]:
        """Return the codes of the captions that were on the telegram when it was sent, and of those that applied before
        another telegram changed them.
        """
        return tuple([one.code for one in self.captions + self.earlier_captions if one.code is not None])

    @property
    def order(self) -> str | None:
        """Return the declassification instruction in the form used on E.O. lines."""
        return self.order_code.text if self.order_code is not None else None

    @property
    def last_step(self) -> str | None:
        """Return the action of the last step in the review history."""
        return self.review[-1].action if self.review else None


lazy_fields(ArchiveRecord, "span", "attributes", "film")  # no rule reads them
lazy_fields(ReviewStep, "date")  # rules read only the action
