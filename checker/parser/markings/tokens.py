"""Look up markings by their spelling, and split the text of a marking into tokens, which have offsets but not yet
spans.

The tables of spellings are built once for each vocabulary; those that few telegrams need are built on first use.
"""

from __future__ import annotations

from functools import cached_property

from ...model import Token
from ...record import Record
from ...text import Pattern
from ...vocabulary import Entry, Table, Vocabulary

# The categories in the order of the banner (IC-REG-2016 p. 14-17; CUI: CUI-HB-2016, after foreign information).
RANKS = {
    "level": 0,
    "nato": 1,
    "sci": 2,
    "sap": 3,
    "aea": 4,
    "fgi": 5,
    "cui": 6,
    "dissem": 7,
    "nonic": 8,
    "declass": 9,
}
WORDS = Pattern(r"[^\s,/]+", 0)
GAPS = Pattern(r"[\s,-]+", 0)
_LONGEST_WORD = 40
_BLANKS = Pattern(r"\s+", 0)
_SLASHES = Pattern(r"/+")


class MarkWords:
    """The marks other than levels, by upper-case spelling: controls, and the markings of other systems.

    `controls` maps a spelling to (entry, kind of form, category). `systems` contains the controls that take
    compartments, and `parts` maps (system code, name) to a compartment's entry. `lists` contains the spellings that
    begin a country list, longest first.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.controls: dict[str, tuple[Entry, str, str]] = {}
        self.systems: dict[str, tuple[Entry, str]] = {}
        self.parts: dict[tuple[str, str], Entry] = {}
        self.roles: dict[str, str] = {}
        self.lists: list[tuple[str, Entry, str]] = []
        self.before_lists: list[tuple[str, Entry, str]] = []
        self.joiners: set[str] = set()
        for entry in words["controls"]:
            self._add_control(entry)
        for entry in words["retired_controls"]:
            self._add_control_forms(entry, entry.fact("category"))
        self._add_foreign(words)
        self._add_unclassified(words)
        self.captioned = [entry for entry in words["controls"] if entry.fact("caption")]

    def _add_control_forms(self, entry: Entry, category: str) -> None:
        both = set(entry.forms.get("banner", ())) & set(entry.forms.get("portion", ()))
        for kind in ("banner", "portion", "title", "other"):
            for form in entry.forms.get(kind, ()):
                self.controls.setdefault(form, (entry, "same" if form in both else kind, category))

    def _add_control(self, entry: Entry) -> None:
        self._add_control_forms(entry, entry.fact("category"))
        if entry.fact("role"):
            self.roles[entry.fact("role")] = entry.code
        if entry.fact("system"):
            for form in entry.spellings("banner", "portion", "title"):
                self.systems[form] = (entry, self.controls[form][1])
        for part in entry.facts.get("part", ()):
            self.parts[entry.fact("under"), part] = entry
        self.joiners.update(entry.facts.get("join", ()))
        target = self.before_lists if entry.fact("list") == "before" else self.lists
        if entry.fact("list"):
            for kind, forms in entry.forms.items():
                target.extend((form, entry, kind) for form in forms)
            target.sort(key=lambda item: -len(item[0]))

    def _add_foreign(self, words: Vocabulary) -> None:
        self.nato: dict[str, tuple[Entry, str]] = {}
        self.joint: set[str] = set()
        self.restricted: set[str] = set()
        for entry in words["nato"]:
            kind = entry.fact("kind")
            if kind == "control":
                self._add_control_forms(entry, "nato")
            elif kind == "joint":
                self.joint.update(entry.spellings())
            elif kind == "restricted":
                self.restricted.update(entry.spellings())
            elif kind != "owner":
                for form_kind, forms in entry.forms.items():
                    self.nato.update((form, (entry, form_kind)) for form in forms)

    def _add_unclassified(self, words: Vocabulary) -> None:
        self.cui: set[str] = set()
        self.supplemental: set[str] = set()
        self.prefix = ""
        for entry in words["cui_words"]:
            kind = entry.fact("kind")
            if kind == "control":
                self.cui.update(entry.spellings())
            elif kind == "supplemental":
                self.supplemental.update(entry.spellings())
            elif kind == "prefix":
                self.prefix = entry.forms["prefix"][0]
        self.cui_controls = words["cui_controls"]


class Lexicon:
    """The words of the marking grammar, by upper-case spelling.

    `levels` maps a spelling to (code, kind of form); letter-spaced forms have single spaces between the letters.
    `telegram_profile` is the code of the profile for telegrams.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.levels: dict[str, tuple[str, str]] = {}
        for kind in ("portion", "banner", "telegram", "spaced"):
            for entry in words["levels"]:
                for form in entry.forms.get(kind, ()):
                    self.levels.setdefault(" ".join(form.split()), (entry.code, kind))
        self.telegram_profile = next(entry.code for entry in words["profiles"] if entry.fact("cable") == "yes")
        self.not_marks = set(words["not_marks"].codes())
        self.statements = tuple(form for entry in words["statements"] for form in entry.spellings())

    @cached_property
    def marks(self) -> MarkWords:
        """Return the marks other than levels. Many telegrams have only levels."""
        return MarkWords(self.words)

    @cached_property
    def heads(self) -> dict[str, tuple[str, ...]]:
        """Return each level and bare control followed by a space, hyphen, or comma, grouped by first letter."""
        found: dict[str, tuple[str, ...]] = {}
        bare = (form for form, (entry, _, _) in self.marks.controls.items() if entry.fact("bare"))
        for form in (*self.levels, *bare):
            found[form[0]] = found.get(form[0], ()) + tuple(form + gap for gap in " -,")
        return found

    @cached_property
    def exemptions(self) -> dict[str, Entry]:
        """Return the exemptions by spelling. The table is read only for a word that is not a control."""
        return {form: entry for entry in self.words["exemptions"] for form in entry.spellings()}

    @cached_property
    def level_ends(self) -> frozenset[str]:
        """Return the last word of each level that may be preceded by the name of a country or organization."""
        return frozenset(form.rpartition(" ")[2] for form in (*self.levels, *self.marks.restricted))

    # ---- countries: built when needed (1 ms), because most telegrams name none ---------------------------------------

    @cached_property
    def countries(self) -> dict[str, str]:
        """Return a mapping from every spelling of a country or group to its code."""
        found = {entry.code: entry.code for table in ("countries", "groups") for entry in self.words[table]}
        for table in ("groups", "countries"):
            for entry in self.words[table]:
                for form in entry.spellings():
                    found.setdefault(form, entry.code)
        return found

    @cached_property
    def codes(self) -> set[str]:
        """Return the codes of all countries and groups."""
        return {entry.code for table in ("countries", "groups") for entry in self.words[table]}

    @cached_property
    def cui_categories(self) -> Table:
        """Return the table of categories of controlled unclassified information."""
        return self.words["cui_categories"]

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Return a mapping from the code of each group whose members are listed to the members' codes."""
        return {entry.code: entry.facts["members"] for entry in self.words["groups"] if "members" in entry.facts}

    @cached_property
    def releases(self) -> frozenset[str]:
        """Return the codes of the controls that state to whom information may be released."""
        return frozenset(entry.code for entry in self.words["controls"] if entry.fact("release"))

    @cached_property
    def owner(self) -> str:
        """Return the code of the country that owns the marking system (for the shipped tables, the United States)."""
        code: str = next(entry.code for entry in self.words["countries"] if entry.fact("kind") == "owner")
        return code

    @cached_property
    def usual_marks(self) -> frozenset[str]:
        """Return the short marks in common use, with and without the no-foreign control. Possible misspellings are
        compared with them.
        """
        release = self.words["controls"].get(self.marks.roles["no-foreign"])
        short = release.forms["portion"][0] if release is not None else ""
        heads = [form for form, (_, kind) in self.levels.items() if kind == "portion"]
        heads += [form for form, (entry, _, _) in self.marks.controls.items() if entry.fact("bare") and form.isalpha()]
        return frozenset(heads) | frozenset(f"{head}/{short}" for head in heads)


def lexicon(words: Vocabulary) -> Lexicon:
    """Return a vocabulary's `Lexicon`, built on the first call."""
    found = words.made.get("lexicon")
    if not isinstance(found, Lexicon):
        found = words.made["lexicon"] = Lexicon(words)
    return found


class Segment(Record):
    """The text between two separators: its offsets, the separator before it, and the number of its `//` group."""

    start: int
    end: int
    before: str
    group: int


class UnplacedToken(Record):
    """A token with offsets in place of a span. Its other fields are the same as in `model.Token`."""

    start: int
    end: int
    code: str | None
    category: str
    order: int
    form: str
    before: str
    group: int
    countries: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    standing: str = "current"
    rank: int = 0
    countries_in_order: bool = True
    unknown_countries: tuple[str, ...] = ()
    doubled_countries: tuple[str, ...] = ()


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def upper(text: str) -> str:
    """Return the text in upper case without changing its length. A letter whose upper-case form is longer is not
    changed.
    """
    capitals = text.upper()
    return capitals if len(capitals) == len(text) else "".join(u if len(u := c.upper()) == 1 else c for c in text)


def plain(text: str, start: int, end: int) -> str:
    """Return the words between two offsets in upper case, separated by single spaces."""
    return " ".join(text[start:end].upper().split())


def split_segments(text: str) -> tuple[list[Segment], bool, bool]:
    """Return the segments between slashes, whether the text begins with `//`, and whether it ends with slashes."""
    segments: list[Segment] = []
    here = group = 0
    last_end = 0
    leading = trailing = False
    for slash in [*_SLASHES.finditer(text), None] if "/" in text else [None]:
        low, high = (slash.start(), slash.end()) if slash is not None else (len(text), len(text))
        start, end = trim(text, here, low)
        if start < end:
            segments.append(Segment(start, end, text[last_end:start] if segments or leading else "", group))
            last_end = end
            trailing = False
        elif slash is not None and not segments:
            leading = high - low > 1
            last_end = low
        if slash is None:
            break
        trailing = True
        group += high - low > 1
        here = high
    return segments, leading, trailing and bool(segments)


def unwrap(form: str, word: str) -> str | None:
    """Return the text after `form` in `word`. Return `None` if `word` does not begin with `form`, or if `form` is
    followed by anything other than a space, a comma, or the end of `word`.
    """
    if word.startswith(form) and (len(word) == len(form) or word[len(form)] in " ,"):
        return word[len(form) :]
    return None


def countries_of(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[list[str], list[str], bool]:
    """Return the country codes or names between two offsets (in upper case), the distinct separators between them, and
    whether all spellings are known.
    """
    codes: list[str] = []
    separators: list[str] = []
    all_known = True
    words = list(WORDS.finditer(text, start, end))
    index = 0
    last_end = start
    while index < len(words):
        word = words[index]
        if word[0].upper() in lexicon.marks.joiners and codes and index + 1 < len(words):
            index += 1
            continue
        taken = 1
        name = word[0].upper()
        for length in (3, 2):
            joined = " ".join(w[0].upper() for w in words[index : index + length])
            if len(words) - index >= length and joined in lexicon.countries:
                taken, name = length, joined
                break
        if codes:
            separators.append(_BLANKS.sub(" ", text[last_end : word.start()]))
        all_known = all_known and name in lexicon.countries
        codes.append(name)
        last_end = words[index + taken - 1].end()
        index += taken
    return codes, list(dict.fromkeys(separators)), all_known


def nearest(token: Token, lexicon: Lexicon) -> str | None:
    """Return the current control closest to an unknown token, in the spelling used in portion marks or banners. Return
    `None` if no control is close enough, several are equally close, or the control has no such spelling.
    """
    word = plain(token.text, 0, len(token.text))
    if not 3 < len(word) <= _LONGEST_WORD:
        return None
    most = 1 + (len(word) > 5)
    found: dict[str, Entry] = {}
    for form, (entry, _, _) in lexicon.marks.controls.items():
        if len(form) > 3 and abs(len(form) - len(word)) <= most and entry.code not in lexicon.words["retired_controls"]:
            away = distance(form, word)
            if away < most:
                found, most = {}, away
            if away == most:
                found[entry.code] = entry
    forms = next(iter(found.values())).forms if len(found) == 1 else {}
    return forms.get(token.role, (None,))[0]


def distance(one: str, other: str) -> int:
    """Return the Levenshtein distance between two words."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row[0] = row[0], index
        for place, second in enumerate(other, 1):
            above, row[place] = row[place], min(above + (letter != second), row[place] + 1, row[place - 1] + 1)
    return row[-1]


# ---- controls --------------------------------------------------------------------------------------------------------
_DATE = Pattern(r"\d{8}", 0)


class Controls:
    """The tokens read so far from a marking's text.

    `lax` is true if the text does not contain `//`, as in telegrams. `system` is the code of the system to which the
    level belongs ("us" by default).
    """

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.lexicon = lexicon
        self.text = text
        self.lax = "//" not in text
        self.system = "us"
        self.tokens: list[UnplacedToken] = []

    def add(
        self, start: int, end: int, code: str | None, category: str, segment: Segment, **more: object
    ) -> UnplacedToken:
        """Add a token and return it. `more` contains additional fields of `UnplacedToken`."""
        fields: dict[str, object] = {"order": 0, "form": "other", "before": segment.before, **more}
        token = UnplacedToken(start, end, code, category, group=segment.group, **fields)  # type: ignore[arg-type]
        self.tokens.append(token)
        return token

    def cui_code(self, word: str) -> str:
        """Return the code for a word that marks controlled unclassified information, or the word itself if it is not
        listed.
        """
        entry = self.lexicon.words["cui_words"].find(word)
        return entry.code if entry is not None else word

    def read(self, segment: Segment) -> None:
        """Read the tokens in one segment. An unrecognized segment becomes a single token without a code."""
        if self._cui_control(segment) or self._one(segment) or self._eyes(segment) or self._more_of_a_list(segment):
            return
        if self._split(segment):
            return
        text = plain(self.text, segment.start, segment.end)
        self.add(segment.start, segment.end, None, "unknown", segment, parts=(text,))

    def _one(self, segment: Segment) -> bool:
        """Read one known control with its compartments, countries, or other parts. Return whether the segment is such a
        control.
        """
        word = plain(self.text, segment.start, segment.end)
        found = self.lexicon.marks.controls.get(word)
        if found is not None and not found[0].fact("under"):
            self.known(segment.start, segment.end, segment, found)
            return True
        return self._system(segment, word) or self._list(segment, word) or self._instruction(segment, word)

    def known(self, start: int, end: int, segment: Segment, found: tuple[Entry, str, str]) -> None:
        """Add a token for a control in the table, including its codes and whether it is retired."""
        entry, form, category = found
        codes = (entry.fact("plain"), entry.fact("plus")) if entry.fact("plain") and self.lax else (entry.code,)
        retired = entry.fact("use") or category == "declass" or entry.code in self.lexicon.words["retired_controls"]
        standing = "retired" if retired else "current"
        self.add(
            start, end, entry.code, category, segment, order=entry.rank or 0, form=form, codes=codes, standing=standing
        )

    def _system(self, segment: Segment, word: str) -> bool:
        """Read a control system, with compartments after hyphens and sub-compartments after spaces. Return whether the
        segment is a control system.
        """
        head, _, tail = word.partition("-")
        found = self.lexicon.marks.systems.get(head)
        if found is None:
            return False
        entry, form = found
        category = entry.fact("category")
        parts: tuple[str, ...] = (tail,) if tail else ()
        codes = [entry.code]
        if category in ("sci", "aea"):
            parts, codes = self._compartments(entry, tail)
        self.add(
            segment.start, segment.end, entry.code, category, segment, order=entry.rank or 0,
            form=self._system_form(form, word), parts=parts, codes=tuple(codes),
        )  # fmt: skip
        return True

    def _system_form(self, form: str, word: str) -> str:
        known = self.lexicon.marks.controls.get(word)
        if known is not None:
            return known[1]
        found = self.lexicon.marks.controls.get(word.partition(" ")[0])
        return found[1] if found is not None and form == "same" else form

    def _compartments(self, entry: Entry, tail: str) -> tuple[tuple[str, ...], list[str]]:
        parts: list[str] = []
        codes = [entry.code]
        for compartment in tail.split("-") if tail else ():
            name, _, rest = compartment.partition(" ")
            known = self.lexicon.marks.parts.get((entry.code, name))
            if known is not None and "numbers" in known.facts:
                parts.extend(rest.split())
            else:
                parts.append(compartment)
            known = known or self.lexicon.marks.parts.get((entry.code, "*"))
            if known is not None:
                codes.append(known.code)
                deeper = self.lexicon.marks.parts.get((known.code, "*"))
                if rest and deeper is not None:
                    codes.append(deeper.code)
        return tuple(parts), codes

    def _list(self, segment: Segment, word: str) -> bool:
        """Read a control that is followed by a country list. Return whether the segment is such a control."""
        for form, entry, kind in self.lexicon.marks.lists:
            tail = unwrap(form, word)
            if tail is None:
                continue
            start = self._after(segment, form)
            codes, separators, known = countries_of(self.lexicon, self.text, start, segment.end)
            if self.lax and not known and entry.fact("list") != "comma":
                return False
            countries = [self.lexicon.countries.get(code, code) for code in codes] if self.lax else codes
            category = entry.fact("category")
            both = all(form in entry.forms.get(side, ()) for side in ("banner", "portion"))
            self.add(
                segment.start, segment.end, entry.code, category, segment, order=entry.rank or 0,
                form="same" if both else kind, countries=tuple(countries), separators=tuple(separators),
                codes=(entry.code,),
            )  # fmt: skip
            return True
        return False

    def _after(self, segment: Segment, form: str) -> int:
        """Return the offset of the words that follow `form` in the segment, or the segment's end if there are none."""
        words = list(WORDS.finditer(self.text, segment.start, segment.end))
        count = len(form.split())
        return words[count].start() if len(words) > count else segment.end

    def _eyes(self, segment: Segment) -> bool:
        """Read a control that follows a country list separated by slashes. Return whether the segment ends with such a
        control.
        """
        word = plain(self.text, segment.start, segment.end)
        for form, entry, kind in self.lexicon.marks.before_lists:
            if not word.endswith(" " + form):
                continue
            codes = [word[: -len(form) - 1]]
            start, before = segment.start, segment.before
            while self.tokens and self.tokens[-1].code is None and self.tokens[-1].parts[0] in self.lexicon.countries:
                last = self.tokens.pop()
                codes.insert(0, last.parts[0])
                start, before = last.start, last.before
            place = Segment(start, segment.end, before, segment.group)
            self.add(
                start, segment.end, entry.code, entry.fact("category"), place, order=entry.rank or 0,
                form=kind, countries=tuple(codes), separators=("/",), codes=(entry.code,),
            )  # fmt: skip
            return True
        return False

    def _more_of_a_list(self, segment: Segment) -> bool:
        """Read a country after a slash as part of the preceding list, which is common in telegrams. Return whether the
        segment is such a country.
        """
        last = self.tokens[-1]
        if not (last.countries and self.lax and last.category != "level"):
            return False
        codes, separators, known = countries_of(self.lexicon, self.text, segment.start, segment.end)
        if not known:
            return False
        last.countries += tuple(self.lexicon.countries[code] for code in codes)
        last.separators = tuple(dict.fromkeys((*last.separators, segment.before, *separators)))
        last.end = segment.end
        return True

    def _instruction(self, segment: Segment, word: str) -> bool:
        """Read a declassification instruction, which was the last element of banners until February 2008 (IC-REG-2016
        p. 192). Return whether the segment is a declassification instruction.
        """
        entry = self.lexicon.exemptions.get(word)
        if entry is None and not _DATE.fullmatch(word):
            return False
        code = entry.code if entry is not None else word
        self.add(segment.start, segment.end, code, "declass", segment, parts=(word,), codes=())
        return True

    def _cui_control(self, segment: Segment) -> bool:
        lexicon = self.lexicon
        word = plain(self.text, segment.start, segment.end)
        if word in lexicon.marks.cui:
            self.add(segment.start, segment.end, self.cui_code(word), "cui", segment, form="banner")
            return True
        specified = word.startswith(lexicon.marks.prefix)
        name = word[len(lexicon.marks.prefix) :] if specified else word
        category = lexicon.cui_categories.get(name)
        if not (self.system == "cui" or specified):
            return False
        if category is not None or specified:
            code = word if category is not None else None
            form = "specified" if specified else "banner"
            self.add(segment.start, segment.end, code, "cui", segment, form=form, parts=(word,), codes=(word,))
            return True
        control = lexicon.marks.cui_controls.get(word)
        if control is not None and "list" not in control.facts:
            self.add(segment.start, segment.end, word, "dissem", segment, order=control.rank or 0, form="banner")
            return True
        if word in lexicon.marks.supplemental:
            self.add(segment.start, segment.end, word, "cui", segment, form="banner", standing="supplemental")
            return True
        return False

    def _split(self, segment: Segment) -> bool:
        """Read controls separated by a comma, space, or hyphen. Return whether the segment consists of such controls.

        These separators were common before July 2005; in later markings, they are an error.
        """
        start = segment.start
        for gap in GAPS.finditer(self.text[segment.start : segment.end]):
            head = Segment(start, segment.start + gap.start(), segment.before, segment.group)
            rest = Segment(segment.start + gap.end(), segment.end, gap[0], segment.group)
            if head.start >= head.end or rest.start >= rest.end:
                continue
            count = len(self.tokens)
            if self._one(head):
                if "," in gap[0] or self._one(rest) or self._split(rest):
                    if "," in gap[0]:
                        self.read(rest)
                    return True
                del self.tokens[count:]
        return False
