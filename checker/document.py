"""The telegram as rules see it: parts with spans, and the meaning derived from them, written once.

The fields a rule may name are the annotated fields and properties of these classes, read by reflection
(`rulebook/model.py`); a field whose name begins with an underscore is private. The parser fills the records in;
nobody changes them afterwards.

Three states of a part: `None` is absent (the text was there to hold it and does not), a node is present, and
`Unread` is present but unreadable. `Unread` with an empty span means *lost*: the copy does not hold the
stretch where the part would stand (header cut off, text unretrievable), so nothing can be said about it.
"""

from __future__ import annotations

from datetime import date
from operator import attrgetter

from .record import Record, late
from .text import Span, ascending
from .values import Date, Level

MODEL_VERSION = 1
HEADER = ("dtg", "sender", "to", "info", "banner", "eo", "tags_line", "subject", "references")
"""The fields that hold what heads a telegram, in the order of all telegraph layouts (RIY79-00905, ST00-018029)."""
HEAD = attrgetter(*HEADER)


class Node(Record):
    """A part of the telegram, with its place in the source."""

    span: Span


class Unread(Node):
    """What the parser saw and could not read. `why` says what would have been readable."""

    why: str
    text: str = ""

    @property
    def lost(self) -> bool:
        """Whether the copy does not even hold the stretch where this part would stand."""
        return self.span.start == self.span.end


class Word(Node):
    """A word or a short stretch of text."""

    text: str


class Fact(Node):
    """A value the wrapper states about the document (a table row of a web page, a CSV column)."""

    name: str
    text: str


class DateField(Node):
    """A date in the text, or what stands where a date should."""

    text: str
    date: Date | Unread | None = None


class Outside(Node):
    """What the wrapper says about the document: second-hand, never part of the cable.

    `level` and `controls` are the level when sent; `current_level` is the present one in an archive's record. `post` is
    the post of the reference id, in the spelling of the classification line where that only differs by blanks, by a
    cut to six letters or by the kind of mission.
    """

    reference_id: Word | None = None
    created: DateField | None = None
    released: DateField | None = None
    level: Level | Unread | None = None
    level_text: Word | None = None
    controls: tuple[str, ...] = ()
    origin: Word | None = None
    subject: Word | None = None
    sender: Word | None = None
    handling: Word | None = None
    eo: Word | None = None
    tags: Word | None = None
    current_level: Level | None = None
    year: int | None = None
    post: str | None = None
    serial: int | None = None
    facts: tuple[Fact, ...] = ()


class Transmission(Node):
    """Format line 1: start of transmission and channel number."""

    text: str


class Routing(Node):
    """Format line 2: doubled precedence and the routing indicators called."""

    precedence: str
    rank: int | None
    indicators: tuple[Word, ...] = ()


class Station(Node):
    """Format line 3 (DE): sending station, serial number modulo 10,000, section, day of the year, time of filing."""

    indicator: str
    serial: int | None = None
    section: int | None = None
    day_of_year: int | None = None
    time: str | None = None


class Security(Node):
    """Format line 4: security warning. `signal` is the operating signal, `group` its five letters.

    `level` is the level of the group's letter when all five are the same and known, else `None`.
    """

    signal: str
    group: str
    suffix: str | None = None
    level: Level | None = None
    uniform: bool = True


class Precedence(Node):
    """A precedence prosign with its rank from the table `precedence` (`None`: not a known prosign)."""

    text: str
    rank: int | None = None


class Dtg(Node):
    """Format line 5: precedence and date-time group.

    `date` is `Unread` when the digits make no real date. `time` is HHMM, `zone` the zone letter, `year` four digits.
    """

    text: str
    date: Date | Unread
    time: str | None
    zone: str
    action: Precedence | None = None
    info: Precedence | None = None
    signals: tuple[Word, ...] = ()
    repaired: bool = False

    @property
    def day_of_year(self) -> int | None:
        """1 to 366, or `None` when the date cannot be read."""
        return _day_of_year(self.date.first) if isinstance(self.date, Date) else None


class Party(Node):
    """An originator or addressee: routing indicator, name, precedence word, serial for that addressee.

    `post` is the name without the kind of mission before it (table `posts`), for comparison with the banner.
    """

    text: str
    name: str
    indicator: str | None = None
    precedence: str | None = None
    rank: int | None = None
    number: int | None = None
    post: str | None = None


class Token(Node):
    """One component of a marking. `code` is the table's code (`None`: unknown), `category` its place in the order.

    `category` is one of level, sci, sap, aea, fgi, dissem, nonic, nato, joint, cui, declass, unknown; `rank` orders
    the categories (IC-REG-2016 p. 14-17), `order` the entries inside one. `form` is which spelling was used:
    title, banner, portion, other. `countries` lists the codes of a country list, `parts` compartments, numbers or
    programme names in the order written. `before` is the separator written before the token (blanks and line ends as
    written), `separators` those written between the countries, each once. `codes` are all codes the token stands for
    (a system and its known compartments). `standing` is "current", "retired" or "supplemental" (a word that is no
    control). `countries_in_order`: after a leading owner, three letters A-Z, then groups A-Z. `unknown_countries` are
    in no table, `doubled_countries` are members of a group in the same list. `role` is its marking's.
    """

    text: str
    code: str | None
    category: str
    rank: int = 0
    order: int = 0
    form: str = "other"
    before: str = ""
    countries: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    standing: str = "current"
    countries_in_order: bool = True
    unknown_countries: tuple[str, ...] = ()
    doubled_countries: tuple[str, ...] = ()
    role: str = "portion"

    @property
    def parts_in_order(self) -> bool:
        """Whether compartments, programmes or numbers ascend, numbers before letters (IC-REG-2016 p. 15)."""
        if self.category == "aea":
            numbers = [int(part) for part in self.parts if part.isdigit()]
            return numbers == sorted(numbers)
        return list(self.parts) == sorted(self.parts)

    @property
    def first_country(self) -> str | None:
        """The first country of the list."""
        return self.countries[0] if self.countries else None


class Marking(Node):
    """A banner or portion marking taken apart by the grammar of the field.

    `system` is us, nato, joint, foreign or cui; `style` is "ic" when `//` separates categories, "cable" for the
    practice of telegrams (`(S/NF)`, `(C/REL UK)`), "plain" for a bare level. `controls` are the codes of all
    tokens but the level. `typo` names a typographic flaw ("spacing", "bracket", "case", "split", "stop", "separator")
    or None. `role` is "banner" or "portion". `owners` are the foreign or joint owners of the information, `release`
    the codes of the release list (`None`: no such list; empty: a list is meant and not written out). `leading` tells
    whether the marking begins with `//`. `concealed` tells that the foreign source is not named.
    """

    text: str
    level: Level | Unread | None
    system: str = "us"
    style: str = "plain"
    tokens: tuple[Token, ...] = ()
    controls: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    release: tuple[str, ...] | None = None
    typo: str | None = None
    role: str = "portion"
    leading: bool = False
    concealed: bool = False

    @property
    def control_tokens(self) -> tuple[Token, ...]:
        """The tokens but the level."""
        if self.style == "plain" and isinstance(self.level, Level) and " " not in self.text:
            return ()  # a bare level: no need to take it apart
        return tuple([token for token in self.tokens if token.category != "level"])

    @property
    def level_token(self) -> Token | None:
        """The token that gives the level."""
        return next((token for token in self.tokens if token.category == "level"), None)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the tokens, in order, each once."""
        return tuple(dict.fromkeys(token.category for token in self.tokens))

    @property
    def misplaced(self) -> tuple[Token, ...]:
        """The tokens that stand behind one of a later category (IC-REG-2016 p. 14-17)."""
        found = []
        highest = 0
        for token in self.tokens:
            if token.category != "unknown" and token.rank < highest:
                found.append(token)
            highest = max(highest, token.rank)
        return tuple(found)

    @property
    def disordered(self) -> tuple[Token, ...]:
        """The tokens that stand behind one of their own category that should follow them (IC-REG-2016 p. 15-17)."""
        highest: dict[str, int] = {}
        found = []
        for token in self.tokens:
            if token.order < highest.get(token.category, 0):
                found.append(token)
            highest[token.category] = max(highest.get(token.category, 0), token.order)
        return tuple(found)

    @property
    def repeated(self) -> tuple[Token, ...]:
        """The tokens that say again what an earlier one said."""
        seen = set()
        found = []
        for token in self.tokens:
            key = (token.category, token.code or token.text, token.parts)
            if key in seen:
                found.append(token)
            seen.add(key)
        return tuple(found)

    @property
    def misjoined(self) -> tuple[Token, ...]:
        """The tokens whose separator is not `//` before a new category and `/` inside one (IC-REG-2016 p. 15-17).

        A line end beside a separator is no flaw: long banners break.
        """
        found = []
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            written = token.before.strip() if "\n" in token.before else token.before
            if written != ("/" if token.category == before.category else "//"):
                found.append(token)
        return tuple(found)

    @property
    def unknown(self) -> tuple[Token, ...]:
        """The tokens no table knows."""
        if self.style == "plain" and isinstance(self.level, Level) and " " not in self.text:
            return ()  # a bare level: no need to take it apart
        return tuple(token for token in self.tokens if token.code is None)


class Rollup(Node):
    """What the overall marking should be, made from the portion marks (IC-REG-2016 p. 27-30; in telegrams 5 FAH).

    `text` is the expected banner (`None` where the portions do not decide it), `level` its level, `controls` its
    codes, `release` the countries of the release list. `missing` are codes the portions call for and the banner does
    not show, `extra` those the banner shows and no portion calls for, `vanishing` those that stand in the banner and
    may not rise to one of its level. `wider_release` tells that the banner releases to more than the portions do.
    `decided` is false where a mixture of release markings is left to a person; `mixed` tells that marked and unmarked
    portions met. `portions` counts the marks, `why` names the step that made the release decision.
    """

    level: Level | None = None
    text: str | None = None
    controls: tuple[str, ...] = ()
    release: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    vanishing: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    missing_owners: tuple[str, ...] = ()
    concealed: bool = False
    wider_release: bool | None = None
    release_agrees: bool | None = None
    decided: bool = True
    mixed: bool = False
    portions: int = 0
    why: str = ""


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


class Banner(Node):
    """The classification line: level, controls, section counter, post and message serial number.

    `written` is "spaced" (letter-spaced) or "plain"; `marking` is the marking taken apart.
    """

    text: str
    level: Level | Unread | None
    written: str = "plain"
    marking: Marking | None = None
    controls: tuple[str, ...] = ()
    section: int | None = None
    sections: int | None = None
    year: int | None = None
    post: str | None = None
    serial: int | None = None
    serial_text: Word | None = None
    level_text: Word | None = None


class Caption(Node):
    """A caption line. `code` is the table's code (`None`: not a known caption), `rank` its restrictiveness."""

    text: str
    code: str | None = None
    kind: str = "unknown"
    rank: int | None = None


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
        return tuple(letter for letter in self.letters if _again(seen, letter.text))


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
    def known_as(self) -> str:
        """How to name it to a reader: by its number or letter, or by its first words."""
        if self.label.strip("-* "):
            return f"paragraph {self.label}"
        words = self.text.split()
        return f'the paragraph "{" ".join(words[:4])}{"..." if len(words) > 4 else ""}"'

    @property
    def covered(self) -> bool:
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


class Telegram(Node):
    """One cable or marked document, complete or damaged.

    `layout` is a code of the table `layouts`; `profile` the rule book (CABLE, GEN, IC, CUI); `era` the code of the
    order in force on `date`, `era_order` that order's number as telegrams write it ("12958"), `era_days` the days since
    it took effect. `parts` tile the text: each character the view keeps is in exactly one of them.
    `as_of` is the day the run judges by, if it was given one. `whole` is False when the copy does not hold the
    complete telegram (header lost, text cut, one section of many). `damage` are the strong signs that the copy lacks
    text; `labels` are the labels that a plain search finds above paragraph 1, each named by the field it announces.
    """

    layout: str
    profile: str = ""
    era: str | None = None
    era_order: str | None = None
    era_days: int | None = None
    date: Date | None = None
    as_of: Date | None = None
    whole: bool = True
    outside: Outside | None = None
    transmission: Transmission | Unread | None = None
    routing: Routing | Unread | None = None
    station: Station | Unread | None = None
    security: Security | Unread | None = None
    dtg: Dtg | Unread | None = None
    sender: Party | Unread | None = None
    to: tuple[Party, ...] = ()
    info: tuple[Party, ...] = ()
    offices: tuple[Word, ...] = ()
    page_level: Level | None = None
    mrn_field: Word | None = None
    mrn_year: int | None = None
    mrn_post: str | None = None
    mrn_serial: int | None = None
    banner: Banner | Unread | None = None
    banners: tuple[Banner, ...] = ()
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
    notices: tuple[Notice, ...] = ()
    attributes: tuple[Fact, ...] = ()
    unread: tuple[Unread, ...] = ()
    parts: tuple[Part, ...] = ()
    rollup: Rollup | None = None
    declass: Declass | None = None
    damage: tuple[Damage, ...] = ()
    labels: tuple[Fact, ...] = ()

    # ---- derived meaning, each written once ------------------------------------------------------------------

    @property
    def level(self) -> Level | Unread | None:
        """The overall level: the banner's; `Unread` where the banner cannot be read."""
        banner = self.banner
        return banner.level if isinstance(banner, Banner) else banner

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The entries of the TAGS line."""
        return self.tags_line.tags if isinstance(self.tags_line, TagsLine) else ()

    @property
    def year(self) -> int | None:
        """The year of the document's date."""
        return self.date.first.year if self.date is not None else None

    @property
    def repeated_tags(self) -> tuple[Tag, ...]:
        """The entries of the TAGS line that stand there for a second time."""
        tags = self.tags
        if len({tag.text for tag in tags}) == len(tags):  # the usual case
            return ()
        seen: set[object] = set()
        return tuple(tag for tag in tags if _again(seen, (tag.text, tag.person)))

    @property
    def repeated_captions(self) -> tuple[Caption, ...]:
        """The captions that stand there for a second time."""
        seen: set[object] = set()
        return tuple(x for x in self.captions if _again(seen, x.code if x.code is not None else x.text))

    @property
    def channels(self) -> tuple[Caption, ...]:
        """The captions that name a channel, each channel once."""
        seen: set[object] = set()
        return tuple(x for x in self.captions if x.kind == "channel" and not _again(seen, x.code or x.text))

    @property
    def misordered_captions(self) -> tuple[Caption, ...]:
        """The captions that stand behind a less restrictive one; those without a rank do not count."""
        found = []
        least = None
        for caption in self.captions:
            if caption.rank is not None:
                if least is not None and caption.rank > least:
                    found.append(caption)
                least = caption.rank if least is None else min(least, caption.rank)
        return tuple(found)

    @property
    def addressees(self) -> tuple[Party, ...]:
        """All action and information addressees."""
        return self.to + self.info

    @property
    def informed_twice(self) -> tuple[Party, ...]:
        """The information addressees that are action addressees as well."""
        action = {party.name for party in self.to}
        return tuple(party for party in self.info if party.name in action)

    @property
    def numbered(self) -> tuple[Paragraph, ...]:
        """The numbered paragraphs."""
        return tuple([paragraph for paragraph in self.paragraphs if paragraph.kind == "numbered"])

    @property
    def misnumbered(self) -> tuple[Paragraph, ...]:
        """The numbered paragraphs whose number neither follows the one before nor begins a new count at 1.

        A copy that begins with a later section begins with any number.
        """
        found = []
        later = isinstance(self.banner, Banner) and (self.banner.section or 1) > 1
        last = None if later else 0
        for paragraph in self.paragraphs:
            if paragraph.depth == 1 and paragraph.number is not None and paragraph.kind == "numbered":
                if last is not None and paragraph.number not in (last + 1, 1):
                    found.append(paragraph)
                last = paragraph.number
        return tuple(found)

    @property
    def misplaced_lines(self) -> tuple[Word, ...]:
        """The header lines, of each kind the first, that stand behind one that should follow them (`HEADER`).

        Those above the classification line are compared among themselves: a row may hold its text before its header.
        """
        nodes = [node[0] if node.__class__ is tuple and node else node for node in HEAD(self)]
        if ascending([node.span for node in nodes if node]):  # the usual case
            return ()
        known = [(place, node.span) for place, node in enumerate(nodes) if node]
        placed = [(span.start, place, span) for place, span in known if span.start < span.end]
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
        """The references whose letter does not follow the one before; the first is the first of the alphabet."""
        found = []
        last = ord("A") - 1
        for reference in self.references:
            if reference.letter is not None:
                if ord(reference.letter[0]) != last + 1:
                    found.append(reference)
                last = ord(reference.letter[0])
        return tuple(found)

    @property
    def markable(self) -> tuple[Paragraph, ...]:
        """The portions that a mark is asked of: where paragraphs are numbered those, the others belong to them."""
        return tuple([paragraph for paragraph in self.numbered if paragraph.depth == 1]) or self.portions

    @property
    def other_banners(self) -> tuple[Banner, ...]:
        """The classification lines after the first that belong to this telegram: of the same post and number."""
        first = self.banner
        if not isinstance(first, Banner) or (len(self.banners) == 1 and self.banners[0] is first):
            return ()
        same = (first.post, first.serial)
        alike = [x for x in self.banners if x is not first and (x.post, x.serial) == same]
        return tuple([x for x in alike if x.span != first.span])

    @property
    def contrary_eo_lines(self) -> tuple[EoLine, ...]:
        """The E.O. lines that name another order or give another value than the first one."""
        first = self.eo
        if not isinstance(first, EoLine) or not isinstance(first.instruction, Instruction):
            return ()
        mine = (first.order, first.instruction.kind, first.instruction.code, first.instruction.date)
        found = []
        for line in self.eo_lines:
            told = line.instruction
            if isinstance(told, Instruction) and (line.order, told.kind, told.code, told.date) != mine:
                found.append(line)
        return tuple(found)

    @property
    def transmission_lag(self) -> int | None:
        """The days from the date-time group to the day of the DE line, read over the turn of the year."""
        station, dtg = self.station, self.dtg
        if not isinstance(station, Station) or station.day_of_year is None:
            return None
        if not isinstance(dtg, Dtg) or not isinstance(dtg.date, Date):
            return None
        written = dtg.date.first
        lag = station.day_of_year - _day_of_year(written)
        if -180 <= lag <= 180:
            return lag
        year = 366 if written.year % 4 == 0 and (written.year % 100 or written.year % 400 == 0) else 365
        return lag + year if lag < 0 else lag - year

    @property
    def sender_fits(self) -> bool | None:
        """Whether originator and classification line name one post: the same, or one with more words than the other.

        Blanks, apostrophes and full stops do not count, and one name may hold the other (UNROME, ROME).
        """
        sender = self.sender.post if isinstance(self.sender, Party) else None
        numbered = self.banner.post if isinstance(self.banner, Banner) else None
        if not sender or not numbered:
            return None
        if sender == numbered:
            return True
        letters, others = ("".join(filter(str.isalnum, name)) for name in (sender, numbered))
        if letters == others or (min(len(letters), len(others)) > 3 and (letters in others or others in letters)):
            return True
        one, two = set(sender.split()), set(numbered.split())
        return one <= two or two <= one

    @property
    def top_precedence(self) -> int | None:
        """The highest rank in the date-time group line."""
        if not isinstance(self.dtg, Dtg):
            return None
        action, info = self.dtg.action, self.dtg.info
        one = action.rank if action is not None else None
        two = info.rank if info is not None else None
        return one if two is None else two if one is None else max(one, two)

    @property
    def portions(self) -> tuple[Paragraph, ...]:
        """The paragraphs that need a mark of their own: those of depth 1."""
        return tuple([paragraph for paragraph in self.paragraphs if paragraph.depth == 1])

    @property
    def marked(self) -> tuple[Paragraph, ...]:
        """The paragraphs whose portion mark could be read."""
        return tuple([paragraph for paragraph in self.paragraphs if isinstance(paragraph.mark, Marking)])

    @property
    def all_marked(self) -> bool:
        """Whether every portion has a readable mark, its own or by an ENTIRE TEXT statement."""
        found = False
        for paragraph in self.paragraphs:
            if paragraph.depth == 1:
                if paragraph.level is None:
                    return False
                found = True
        return found

    @property
    def highest_portion(self) -> Level | None:
        """The highest level of any marked portion; `None` when none is marked."""
        highest = None
        for paragraph in self.paragraphs:
            level = paragraph.level
            if level is not None and (highest is None or level.rank > highest.rank):
                highest = level
        return highest

    @property
    def markings(self) -> tuple[Marking, ...]:
        """Every marking that could be read: of banner, subject, headings and paragraphs, in that order."""
        banner = self.banner.marking if isinstance(self.banner, Banner) else None
        subject = self.subject.mark if isinstance(self.subject, Subject) else None
        return tuple(mark for mark in (banner, subject) if isinstance(mark, Marking)) + self.portion_marks

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Every token of every marking that could be read."""
        return tuple([token for marking in self.markings for token in marking.tokens])

    @property
    def portion_marks(self) -> tuple[Marking, ...]:
        """The marks of headings and paragraphs that could be read."""
        marks = [heading.mark for heading in self.headings] + [paragraph.mark for paragraph in self.paragraphs]
        return tuple([mark for mark in marks if isinstance(mark, Marking)])

    @property
    def portion_controls(self) -> tuple[str, ...]:
        """The control codes of all portions, sorted, each once."""
        return tuple(sorted({code for paragraph in self.paragraphs for code in paragraph.controls}))

    @property
    def caption_codes(self) -> tuple[str, ...]:
        """The codes of the known captions, in order, repeats kept."""
        return tuple([caption.code for caption in self.captions if caption.code is not None])

    @property
    def entire_text(self) -> Paragraph | None:
        """The paragraph that states the mark of the entire text."""
        for paragraph in self.paragraphs:
            if paragraph.entire_text:
                return paragraph
        return None

    @property
    def instruction(self) -> Instruction | Unread | None:
        """The declassification instruction: the E.O. line's, else the authority block's; `Unread` if either is."""
        first = self.eo.instruction if isinstance(self.eo, EoLine) else self.eo
        if first is not None and not (isinstance(first, Unread) and first.lost):
            return first
        second = self.authority.declassify if isinstance(self.authority, Authority) else self.authority
        return second if second is not None else first

    @property
    def mrn(self) -> str | None:
        """The message reference number in the form `07STRELSAU123`; `None` when post or serial are not known."""
        year, post, serial = self._number()
        if post is None or serial is None:
            return None
        return f"{'' if year is None else f'{year % 100:02d}'}{post.replace(' ', '')}{serial}"

    def _number(self) -> tuple[int | None, str | None, int | None]:
        year = self.date.first.year if self.date is not None else None
        if self.mrn_serial is not None:
            return (self.mrn_year if self.mrn_year is not None else year), self.mrn_post, self.mrn_serial
        if isinstance(self.banner, Banner) and self.banner.serial is not None:
            return (self.banner.year if self.banner.year is not None else year), self.banner.post, self.banner.serial
        if self.outside is not None and self.outside.serial is not None:
            return self.outside.year, self.outside.post, self.outside.serial
        return year, None, None


_ORDERS: dict[str, str] = {}  # of the few forms in which dates are written


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _again(seen: set[object], key: object) -> bool:
    known = key in seen
    seen.add(key)
    return known


late(Marking, "tokens")  # read by rules about controls only
late(Telegram, "rollup", "declass", "damage", "labels", "parts")  # for few rules and commands, or after a failure
