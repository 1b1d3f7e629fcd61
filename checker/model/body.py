"""Records for the labelled fields, the paragraphs, and what copies and reviewers add."""

from __future__ import annotations

from ..values import Date, Level
from .header import Node, Unread, Word, seen_before
from .markings import Marking

_ORDERS: dict[str, str] = {}  # of the few forms in which dates are written


class Declass(Node):
    """When the information is to be declassified, computed from the instruction, the date and the order in force.

    `kind` is the instruction's kind as read. `expected` is the date the instruction, the schedule or the default
    gives; `basis` says which ("marked", "schedule", "default", "exemption", "event", "none"). `limit` is the latest
    date the order in force allows at this level, `limit_years` its length, `within_limit` whether the marked date
    keeps to it (one day of tolerance: the date-time group is in UTC, the decision was local). `automatic` is the
    31 December on which 25-year automatic declassification falls, `None` where it does not apply. `exempt` is the
    exemption's code. `status` is the answer on the day of judgement (a code of the table `declass-status`), `None`
    without one; `cite` are source ids, `why` is one sentence for people.
    """

    kind: str | None = None
    basis: str = "none"
    expected: Date | None = None
    limit: Date | None = None
    limit_years: int | None = None
    within_limit: bool | None = None
    automatic: Date | None = None
    exempt: str | None = None
    status: str | None = None
    cite: tuple[str, ...] = ()
    why: str = ""


class Instruction(Node):
    """A declassification instruction: from the E.O. line or from the authority block.

    `kind` is a code of the table `instructions` (date, event, na, gds, ads, xgds, rds, xds, oadr, xcode, mr, 25x,
    50x, 75x, human, wmd, source-marked, years, aea …) or `None` when it was not recognised. `code` is the code as
    written and folded ("X6", "25X1", "XGDS-2"), `number` its number, `years` a duration in words, `dates` every date
    that stands in it.
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
        """The form of the date with each part once, for instance "m/d/y"; `None` where no date can be read."""
        form = self.date_form
        if form is None:
            return None
        if form not in _ORDERS:
            _ORDERS[form] = "".join(letter for n, letter in enumerate(form) if letter != form[n - 1 : n])
        return _ORDERS[form]

    @property
    def date_form(self) -> str | None:
        """The form the date is written in, for instance "mm/dd/yyyy"; `None` where no date can be read."""
        return self.date.written or None if isinstance(self.date, Date) else None


class Downgrade(Node):
    """A downgrading instruction: to which level, and when."""

    text: str
    level: Level | None = None
    date: Date | Unread | None = None


class EoLine(Node):
    """The E.O. line: the order's number as written, and the instruction that follows it.

    `order` is the order's number as text ("12958"), `era` the code of the table `eras` that bears this number
    (the first of them), `None` when no order has it; `nearest` is the known number most like it.
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
    """One entry of the TAGS line. `kind` is subject, geographic, program, organization, person or unknown.

    `known` says whether a table has it; `suggestion` is the nearest known entry.
    """

    text: str
    kind: str
    known: bool = True
    suggestion: str | None = None
    person: str | None = None

    @property
    def lettered(self) -> bool:
        """Whether it consists of letters alone."""
        return self.text.isascii() and self.text.isalpha()


class TagsLine(Node):
    """The TAGS line as a whole."""

    text: str
    tags: tuple[Tag, ...] = ()


class Subject(Node):
    """The subject line, its words joined over its lines, and its portion mark if it has one."""

    text: str
    mark: Marking | Unread | None = None


class Reference(Node):
    """One reference: its letter, and year, post and serial where it names a telegram; else kind "other"."""

    text: str
    letter: str | None = None
    kind: str = "other"
    year: int | None = None
    post: str | None = None
    serial: int | None = None


class Letter(Node):
    """A letter of the reason for classification, in lower case."""

    text: str


class Reasons(Node):
    """The reason for classification: section ("1.4"), letters, and words where words are given."""

    text: str
    section: str | None = None
    section_text: Word | None = None
    letters: tuple[Letter, ...] = ()
    words: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The letters alone, as written."""
        return tuple(letter.text for letter in self.letters)

    @property
    def repeated(self) -> tuple[Letter, ...]:
        """The letters that stand there for a second time."""
        seen: set[object] = set()
        return tuple(letter for letter in self.letters if seen_before(seen, letter.text))


class Authority(Node):
    """The classification authority block: a sentence in telegrams, labelled lines elsewhere.

    `kind` is original (a reason, or nothing, is given) or derivative (Derived From). `form` is "sentence" or
    "lines". `mark` is the portion mark before the sentence. `numbered` tells a sentence inside a numbered paragraph.
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
    """A heading over a line of dashes, with its portion mark if it has one."""

    text: str
    mark: Marking | Unread | None = None


class Paragraph(Node):
    """A portion of the text: a numbered paragraph, a lettered or dashed sub-paragraph, an unnumbered paragraph.

    `kind` is numbered, lettered, bullet or unnumbered; `depth` 1 for paragraphs, 2 for what hangs under them.
    `mark` is its own portion mark; `level` its own level or, where it has no mark, its parent's or the one an
    ENTIRE TEXT statement gives. `label` is what stands before the text ("3.", "3.A", "--"). `place` is where a
    missing mark would stand. `where` tells where the mark was found: "start", "after-heading", "line-above", "end".
    `cut` tells that a release deletion stands where the mark would.
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

    @property
    def name(self) -> str:
        """What messages call the paragraph: its number or letter, or its first four words."""
        if self.label.strip("-* "):
            return f"paragraph {self.label}"
        words = self.text.split()
        return f'the paragraph "{" ".join(words[:4])}{"..." if len(words) > 4 else ""}"'

    @property
    def marked_or_exempt(self) -> bool:
        """Whether it has a mark, its own, its parent's or that of the entire text, or a cut stands where one would."""
        return self.mark is not None or self.level is not None or self.cut or self.entire_text


class PageLine(Node):
    """A running page line or page head: repeated post, number, page counter, perhaps the level."""

    text: str
    serial: int | None = None
    page: int | None = None
    pages: int | None = None
    level: Level | None = None


class Stamp(Node):
    """A release or review stamp, put there after the fact."""

    text: str
    kind: str
    date: Date | None = None
    level: Level | None = None
    codes: tuple[str, ...] = ()


class Signature(Node):
    """The signer's name at the end."""

    text: str


class Notice(Node):
    """A notice that a rule may ask for: a working paper, a list of sources, a compilation, a waiver."""

    text: str
    kind: str


class Part(Node):
    """A stretch of the telegram in the tiling: `kind` names the block, `text` is empty for blank stretches."""

    kind: str


class Damage(Node):
    """A strong sign that this copy lacks text. `span` is the place of the sign, empty where text is missing.

    `kind` is extract, cut, sections or gap. `covers` says which missing parts it explains: "head" (above paragraph
    1), "text" (from there on) or "all". `why` is a clause for people.
    """

    kind: str
    covers: str
    why: str
