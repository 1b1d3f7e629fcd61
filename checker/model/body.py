"""Define the records for labeled fields, paragraphs, and additions made during copying and review."""

from __future__ import annotations

from bisect import bisect_left

from ..values import Date, Level
from .header import Node, Unread, Word, seen_before
from .markings import Marking

_ORDERS: dict[str, str] = {}  # by date format; only a few occur


class Declass(Node):
    """When the information is to be declassified, computed from the instruction, the date and the order in force.

    `kind` is the kind of the instruction, or the code of the downgrading group. `expected` is the date that the
    instruction, the schedule or the default gives; `basis` names which of them: "marked", "schedule", "default",
    "exemption", "event" or "none". `limit` is the latest date that the order in force allows at this level.
    `within_limit` is whether the marked date respects it, with a tolerance of one day because the date-time group is in
    UTC and the decision was local. `automatic` is the 31 December on which 25-year automatic declassification falls, or
    `None` if it does not apply. `exempt` is the exemption code. `status` is the state on the reference day (a code of
    the `declass-status` table), or `None` without such a day. `cite` lists source ids, `why` is one sentence for
    readers, and `clause` names the provision on which `expected` rests.
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
    50x, 75x, human, wmd, source-marked, years, aea ...), or `None` if it was not recognized. `code` is the code as
    written, in upper case ("X6", "25X1", "XGDS-2"), `number` its number, `years` a duration given in words, and `dates`
    every date in it.
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
    """A downgrading instruction: the lower level, and the date from which it applies."""

    text: str
    level: Level | None = None
    date: Date | Unread | None = None


class EoLine(Node):
    """The E.O. line: the order's number as written, and the instruction that follows it.

    `order` is the number as text ("12958"). `era` is the code of the first entry of the `eras` table with this number,
    or `None` if no order has it; `nearest` is then the most similar known number.
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

    `known` is whether a table lists it; `suggestion` is the most similar known entry.
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
    """The subject line: its words on one line, and its portion mark if it has one.

    `where` is where the mark was found: "start" or "end" of the words.
    """

    text: str
    mark: Marking | Unread | None = None
    where: str | None = None


class Reference(Node):
    """One reference: its letter, and the message that it names.

    `kind` is "telegram" or "airgram" (with post and serial, and the year if it is stated), or "other". `group` is the
    date-time group of a message that is named by its date-time group and sender; the sender is then in `post`.
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
    """The reason for classification: its section ("1.4") with its letters, and its text if it is given in words."""

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

    `kind` is original (a reason or nothing is given) or derivative (Derived From). `form` is "sentence" or "lines".
    `mark` is the portion mark before the sentence. `numbered` is whether the sentence is part of a numbered paragraph.
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

    `kind` is numbered, lettered, bullet or unnumbered; `depth` is 1 for paragraphs and 2 for their subparagraphs.
    `mark` is its own portion mark; `level` is its own level or, without a mark, its parent's level or that of an ENTIRE
    TEXT statement. `label` is the text before the words ("3.", "3.A", "--"). `place` is where a missing mark would
    appear. `where` is where the mark was found: "start", "after-heading", "line-above" or "end". `cut` is whether a
    deletion covers the position of the mark (`place` is then the deletion). `is_authority` is whether the paragraph is
    a classification authority without a mark.
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
        return Unread(self.place.span, "the portion mark was withheld", self.place.text)


class PageLine(Node):
    """A page line or page heading. It repeats the post, the message number, the page counter, and sometimes the
    level.
    """

    text: str
    serial: int | None = None
    page: int | None = None
    pages: int | None = None
    level: Level | None = None


class Stamp(Node):
    """A release or review stamp, added after the telegram was sent.

    `kind` is a code from the `stamps` table, and `action` is the action that the stamp records: released, withheld,
    declassified, classified, extended, reviewed or withdrawn. `extent` is how much was released: full, part or none.
    `codes` are the exemption codes next to the stamp, `unknown_codes` are those codes that no table lists, and `level`
    is the level that a reviewer gave.
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

    `form` is a code from the `deletions` table; `kind` is withheld or omitted. `codes` are the exemption codes that it
    gives (codes of the `release_codes` table, or as written), and `extent` is the amount of missing text that it
    states. `place` is the part in which it occurs: mark, paragraph, subject, authority, eo, tags_line, signature, head,
    margin, or text.
    """

    text: str
    form: str
    kind: str
    codes: tuple[str, ...] = ()
    extent: str | None = None
    place: str = ""

    def notice(self) -> str:
        """Return the reason for verdicts that the deletion leaves undetermined, with its exemption codes."""
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
    """One of the spans into which the telegram's text is divided. `kind` names the block; blank spans have the kind
    "blank".
    """

    kind: str


class Damage(Node):
    """Strong evidence that this copy lacks text or contains text from another telegram. `span` is the position of the
    evidence; it is empty where text is missing.

    `kind` is extract, cut, sections, gap, deletion, or other_text. `covers` says which missing parts it explains:
    "head" (above paragraph 1), "banner" (the classification line), "fields" (those below the captions), "text" (from
    paragraph 1 on), or "all". `why` is a clause for messages.
    """

    kind: str
    covers: str
    why: str


def misnumbered_paragraphs(
    start: Node, paragraphs: tuple[Paragraph, ...], deletions: tuple[Deletion, ...], any_first: bool
) -> tuple[Paragraph, ...]:
    """Return the numbered paragraphs that neither follow the preceding number nor restart the count at 1.

    `start` is the telegram. If `any_first` is true, the first paragraph may have any number. A paragraph that was
    withheld between two numbers counts as all numbers between them.
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
    """Return whether at least one of the sorted offsets is at least `low` and below `high`."""
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
