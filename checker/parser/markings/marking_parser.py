"""Parse the text of one marking. So that it can be cached, the result contains offsets into that text instead of source
spans.
"""

from __future__ import annotations

from ...record import Record
from .tokens import (
    GAPS,
    RANKS,
    WORDS,
    Controls,
    Lexicon,
    Segment,
    UnplacedToken,
    countries_of,
    plain,
    split_segments,
    unwrap,
)

LONGEST_UNBROKEN = 40  # code points; a longer mark, with a list of countries, may continue on the next line


class UnplacedMarking(Record):
    """A marking without source spans. `level` is a level's code, or `None` if the words do not contain a level."""

    text: str
    level: str | None
    system: str
    style: str
    tokens: list[UnplacedToken]
    controls: tuple[str, ...]
    owners: tuple[str, ...]
    release: tuple[str, ...] | None
    leading: bool
    concealed: bool
    typo: str | None
    release_members: tuple[str, ...] | None = None

    @property
    def known(self) -> bool:
        """Return whether every token is listed in a table."""
        return all(token.code is not None for token in self.tokens)


class _MarkingParser:
    """The state of one pass over the segments of a marking's text."""

    def __init__(self, lexicon: Lexicon, text: str, bracketed: bool) -> None:
        self.lexicon = lexicon
        self.text = text
        self.bracketed = bracketed
        self.controls = Controls(lexicon, text)
        self.level: str | None = None
        self.owners: tuple[str, ...] = ()
        self.concealed = False

    def run(self) -> UnplacedMarking | None:
        """Return the parsed marking, or `None` if the text does not begin like a marking."""
        segments, leading, trailing = split_segments(self.text)
        if len(segments) > 1 and segments[0].group == segments[1].group:
            head = Segment(segments[0].start, segments[1].end, segments[0].before, segments[0].group)
            if plain(self.text, head.start, head.end) in self.lexicon.marks.nato:  # a level with a slash in its name
                segments[:2] = [head]
        if not segments or not self._first(segments[0], leading):
            return None
        for segment in segments[1:]:
            self.controls.read(segment)
        self._categorize_groups()
        return self._result(leading, "separator" if trailing else None)

    # ---- the first segment: level, joint, foreign, NATO, CUI ---------------------------------------------------

    def _first(self, segment: Segment, leading: bool) -> bool:
        word = plain(self.text, segment.start, segment.end)
        found = self.lexicon.levels.get(word)
        if found is not None:
            self._level(segment.start, segment.end, found, segment)
            return True
        return (
            self._unclassified(segment, word)
            or self._joint(segment, word)
            or self._nato(segment, word, leading)
            or self._foreign(segment, word, leading)
            or self._bare(segment, word)
            or self._loose(segment, word)
        )

    def _level(self, start: int, end: int, found: tuple[str, str], segment: Segment) -> None:
        self.level = found[0]
        self.controls.add(start, end, found[0], "level", segment, form=found[1])

    def _unclassified(self, segment: Segment, word: str) -> bool:
        if word not in self.lexicon.marks.cui:
            return False
        self.controls.system = "cui"
        self.level = self._lowest()
        self.controls.add(segment.start, segment.end, self.controls.cui_code(word), "level", segment, form="banner")
        return True

    def _lowest(self) -> str:
        return min(self.lexicon.words["levels"].entries, key=lambda entry: entry.rank or 0).code

    def _joint(self, segment: Segment, word: str) -> bool:
        head = next((form for form in self.lexicon.marks.joint if unwrap(form, word) is not None), None)
        if head is None:
            return False
        words = list(WORDS.finditer(self.text, segment.start, segment.end))[1:]
        level, rest = self._leading_level([w[0].upper() for w in words])
        self.controls.system = "joint"
        if level is not None:
            self.level = level[0]
        start = words[rest].start() if rest < len(words) else segment.end
        codes, separators, _ = countries_of(self.lexicon, self.text, start, segment.end)
        self.owners = tuple(codes)
        code = level[0] if level is not None else None
        form = level[1] if level is not None else "other"
        self.controls.add(
            segment.start,
            segment.end,
            code,
            "level",
            segment,
            form=form,
            countries=self.owners,
            separators=tuple(separators),
        )
        return True

    def _leading_level(self, words: list[str]) -> tuple[tuple[str | None, str] | None, int]:
        """Return the level at the beginning of the words, as (code, kind of form), and the number of words that it
        consists of. Return `None` and 0 if there is no level.
        """
        for length in (2, 1):
            joined = " ".join(words[:length])
            if len(words) >= length and joined in self.lexicon.levels:
                return self.lexicon.levels[joined], length
        if words and words[0] in self.lexicon.marks.restricted:
            return (None, "portion" if len(words[0]) == 1 else "banner"), 1
        return None, 0

    def _nato(self, segment: Segment, word: str, leading: bool) -> bool:
        found = self.lexicon.marks.nato.get(word)
        if found is None or not (leading or self.bracketed or " " in word or "//" in self.text):
            return False
        entry, form = found
        self.controls.system = "nato"
        self.level = entry.fact("level") or None
        standing = "retired" if entry.until is not None else "current"
        code = None if entry.fact("kind") == "wrong-level" else entry.code
        self.controls.add(segment.start, segment.end, code, "level", segment, form=form, standing=standing)
        return True

    def _foreign(self, segment: Segment, word: str, leading: bool) -> bool:
        upper = word.replace(",", " ").split()
        if len(upper) < 2 or upper[-1] not in self.lexicon.level_ends:
            return False
        words = list(WORDS.finditer(self.text, segment.start, segment.end))
        for length in (2, 1):
            level, taken = self._leading_level(upper[-length:])
            if level is not None and taken == length and len(words) > length:
                break
        else:
            return False
        codes, separators, _ = countries_of(self.lexicon, self.text, segment.start, words[-taken - 1].end())
        concealed = codes == [self.lexicon.marks.roles["foreign"]]
        if not concealed and not (leading or all(code in self.lexicon.codes for code in codes)):
            return False
        self.controls.system = "foreign"
        self.level = level[0]
        self.concealed = concealed
        self.owners = () if concealed else tuple(codes)
        code = level[0] or upper[-1]
        self.controls.add(
            segment.start, segment.end, code, "level", segment, form=level[1], countries=self.owners,
            separators=tuple(separators),
        )  # fmt: skip
        return True

    def _bare(self, segment: Segment, word: str) -> bool:
        """Read a control used without a level, which in telegrams means that the information is unclassified. Return
        whether the segment is such a control.
        """
        found = self.lexicon.marks.controls.get(word)
        if found is None or not found[0].fact("bare"):
            return False
        self.level = self._lowest()
        self.controls.known(segment.start, segment.end, segment, found)
        return True

    def _loose(self, segment: Segment, word: str) -> bool:
        """Read a level or bare control, and the controls after it that are separated by a space, hyphen, or comma
        instead of a slash. Return whether the segment begins with a level or bare control.
        """
        if not word.startswith(self.lexicon.heads.get(word[0], ())):
            return False
        for gap in GAPS.finditer(self.text, segment.start, segment.end):
            head = Segment(segment.start, gap.start(), segment.before, segment.group)
            first = plain(self.text, head.start, head.end)
            found = self.lexicon.levels.get(first)
            if found is not None:
                self._level(head.start, head.end, found, head)
            elif not (head.start < head.end and self._bare(head, first)):
                continue
            rest = Segment(gap.end(), segment.end, gap[0], segment.group)
            if rest.start < rest.end:
                self.controls.read(rest)
            return True
        return False

    # ---- the whole -------------------------------------------------------------------------------------------

    def _categorize_groups(self) -> None:
        """Assign each unknown token in an SCI or SAP group to that category. Set each token's rank and, in some
        categories, its alphabetical position.
        """
        firsts: dict[int, UnplacedToken] = {}
        for token in self.controls.tokens:
            if token.category not in ("unknown", "level"):
                firsts.setdefault(token.group, token)
        for token in self.controls.tokens:
            neighbor = firsts.get(token.group)
            if token.category == "unknown" and neighbor is not None and neighbor.category in ("sci", "sap"):
                token.category = neighbor.category
                if token.category == "sap":
                    token.code, token.form = neighbor.code, "continued"
        rank = 0
        for token in self.controls.tokens:
            rank = token.rank = RANKS.get(token.category, rank)
            if token.countries:
                self._check_countries(token)
        for category in ("sci", "sap", "cui"):
            same = [token for token in self.controls.tokens if token.category == category]
            names = sorted({self._key(token) for token in same})
            for token in same:
                token.order = names.index(self._key(token))

    def _check_countries(self, token: UnplacedToken) -> None:
        """Record whether a token's countries are in the required order, which of them are unknown, and which are
        already covered by a listed group.
        """
        lexicon, codes = self.lexicon, token.countries
        display = lexicon.marks.roles["display"]
        leads = token.category == "dissem" and codes[0] == lexicon.owner and token.code != display
        listed = codes[1:] if leads else codes
        token.countries_in_order = list(listed) == sorted(listed, key=lambda code: (len(code) > 3, code))
        token.unknown_countries = tuple(code for code in codes if code not in lexicon.codes)
        members = {member for code in codes for member in lexicon.members.get(code, ())} - {lexicon.owner}
        token.doubled_countries = tuple(code for code in codes if code in members)

    def _key(self, token: UnplacedToken) -> tuple[bool, str]:
        word = token.parts[0] if token.category == "sap" and token.parts else plain(self.text, token.start, token.end)
        return (token.category == "cui" and token.form != "specified", word)

    def _result(self, leading: bool, typo: str | None) -> UnplacedMarking:
        controls: dict[str, None] = {}
        release: tuple[str, ...] | None = None
        for token in self.controls.tokens:
            if token.category == "level" or token.code is None:
                continue
            controls.update(dict.fromkeys(token.codes or ((token.code,) if token.category != "declass" else ())))
            if token.code in (self.lexicon.marks.roles["release"], self.lexicon.marks.roles["eyes"]):
                release = token.countries
        lone = len(self.controls.tokens) == 1 and self.controls.tokens[0].category == "level"
        style = "ic" if "//" in self.text else "plain" if lone else "cable"
        tokens, system = self.controls.tokens, self.controls.system
        return UnplacedMarking(
            self.text, self.level, system, style, tokens, tuple(controls), self.owners, release, leading,
            self.concealed, typo or self._typo(), self._members(release),
        )  # fmt: skip

    def _members(self, release: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Return the release list with each group replaced by its members, if they are listed."""
        if release is None:
            return None
        members = self.lexicon.members
        return tuple(dict.fromkeys(one for code in release for one in members.get(code, (code,))))

    def _typo(self) -> str | None:
        """Return the code of the typographic flaw within the marking, or `None`."""
        if any(
            self.text[token.start : token.end].upper() != self.text[token.start : token.end]
            for token in self.controls.tokens
        ):
            return "case"
        for token in self.controls.tokens:
            before = token.before
            if "\n" in before + self.text[token.start : token.end] and len(self.text) <= LONGEST_UNBROKEN:
                return "split"
            if before.strip("/") and before.strip():
                return "spacing" if "/" in before else "separator"
            if before and not before.strip():
                return "separator"
        return None


def parse_marking(lexicon: Lexicon, text: str, bracketed: bool = False) -> UnplacedMarking | None:
    """Parse `text`, which must not have parentheses or surrounding whitespace, as a marking. Return `None` if it does
    not begin like a marking.

    Words that are not in any table become tokens without a code. `bracketed` means that the text was in parentheses, so
    that the abbreviation of a NATO level is also recognized without slashes.
    """
    return _MarkingParser(lexicon, text, bracketed).run()
