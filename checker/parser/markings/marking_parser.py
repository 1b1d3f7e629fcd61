"""The text of one marking taken apart, with offsets into that text and no places yet (so that it can be kept)."""

from __future__ import annotations

from ...record import Record
from ..lookup import RANKS, Lexicon
from .tokens import GAPS, WORDS, Bit, Controls, Piece, countries_of, pieces_of, plain, unwrap


class Shape(Record):
    """A marking without a place. `level` is a level's code, `None` where the words give none."""

    text: str
    level: str | None
    system: str
    style: str
    bits: list[Bit]
    controls: tuple[str, ...]
    owners: tuple[str, ...]
    release: tuple[str, ...] | None
    leading: bool
    concealed: bool
    typo: str | None

    @property
    def known(self) -> bool:
        """Whether every token is in a table."""
        return all(bit.code is not None for bit in self.bits)


class _MarkingParser:
    """One pass over the pieces of one text."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.lexicon = lexicon
        self.text = text
        self.controls = Controls(lexicon, text)
        self.level: str | None = None
        self.owners: tuple[str, ...] = ()
        self.concealed = False

    def run(self) -> Shape | None:
        """The shape of the text, or `None` when it begins with nothing a marking begins with."""
        pieces, leading, trailing = pieces_of(self.text)
        if not pieces or not self._first(pieces[0], leading):
            return None
        for piece in pieces[1:]:
            self.controls.read(piece)
        self._settle_groups()
        return self._shape(leading, "separator" if trailing else None)

    # ---- the first piece: level, joint, foreign, NATO, CUI ---------------------------------------------------

    def _first(self, piece: Piece, leading: bool) -> bool:
        word = plain(self.text, piece.start, piece.end)
        found = self.lexicon.levels.get(word)
        if found is not None:
            self._level(piece.start, piece.end, found, piece)
            return True
        return (
            self._unclassified(piece, word)
            or self._joint(piece, word)
            or self._nato(piece, word, leading)
            or self._foreign(piece, word, leading)
            or self._bare(piece, word)
            or self._loose(piece)
        )

    def _level(self, start: int, end: int, found: tuple[str, str], piece: Piece) -> None:
        self.level = found[0]
        self.controls.add(start, end, found[0], "level", piece, form=found[1])

    def _unclassified(self, piece: Piece, word: str) -> bool:
        if word not in self.lexicon.cui:
            return False
        self.controls.system = "cui"
        self.level = self._lowest()
        self.controls.add(piece.start, piece.end, self.controls.cui_code(word), "level", piece, form="banner")
        return True

    def _lowest(self) -> str:
        return min(self.lexicon.words["levels"].entries, key=lambda entry: entry.rank or 0).code

    def _joint(self, piece: Piece, word: str) -> bool:
        head = next((form for form in self.lexicon.joint if unwrap(form, word) is not None), None)
        if head is None:
            return False
        words = list(WORDS.finditer(self.text, piece.start, piece.end))[1:]
        level, rest = self._leading_level([w[0].upper() for w in words])
        self.controls.system = "joint"
        if level is not None:
            self.level = level[0]
        start = words[rest].start() if rest < len(words) else piece.end
        codes, separators, _ = countries_of(self.lexicon, self.text, start, piece.end)
        self.owners = tuple(codes)
        code = level[0] if level is not None else None
        form = level[1] if level is not None else "other"
        self.controls.add(
            piece.start, piece.end, code, "level", piece, form=form, countries=self.owners, separators=tuple(separators)
        )
        return True

    def _leading_level(self, words: list[str]) -> tuple[tuple[str | None, str] | None, int]:
        """The level the words begin with, and how many words it takes."""
        for length in (2, 1):
            joined = " ".join(words[:length])
            if len(words) >= length and joined in self.lexicon.levels:
                return self.lexicon.levels[joined], length
        if words and words[0] in self.lexicon.restricted:
            return (None, "portion" if len(words[0]) == 1 else "banner"), 1
        return None, 0

    def _nato(self, piece: Piece, word: str, leading: bool) -> bool:
        found = self.lexicon.nato.get(word)
        if found is None or not (leading or " " in word or "//" in self.text):
            return False
        entry, form = found
        self.controls.system = "nato"
        self.level = entry.fact("level") or None
        standing = "retired" if entry.until is not None else "current"
        code = None if entry.fact("kind") == "wrong-level" else entry.code
        self.controls.add(piece.start, piece.end, code, "level", piece, form=form, standing=standing)
        return True

    def _foreign(self, piece: Piece, word: str, leading: bool) -> bool:
        words = list(WORDS.finditer(self.text, piece.start, piece.end))
        if len(words) < 2:
            return False
        upper = [w[0].upper() for w in words]
        for length in (2, 1):
            level, taken = self._leading_level(upper[-length:])
            if level is not None and taken == length and len(words) > length:
                break
        else:
            return False
        codes, separators, _ = countries_of(self.lexicon, self.text, piece.start, words[-taken - 1].end())
        concealed = codes == [self.lexicon.roles["foreign"]]
        if not concealed and not (leading or all(code in self.lexicon.codes for code in codes)):
            return False
        self.controls.system = "foreign"
        self.level = level[0]
        self.concealed = concealed
        self.owners = () if concealed else tuple(codes)
        code = level[0] or upper[-1]
        self.controls.add(
            piece.start, piece.end, code, "level", piece, form=level[1], countries=self.owners,
            separators=tuple(separators),
        )  # fmt: skip
        return True

    def _bare(self, piece: Piece, word: str) -> bool:
        """A control that telegrams write without a level: the information is unclassified."""
        found = self.lexicon.controls.get(word)
        if found is None or not found[0].fact("bare"):
            return False
        self.level = self._lowest()
        self.controls.known(piece.start, piece.end, piece, found)
        return True

    def _loose(self, piece: Piece) -> bool:
        """A level or bare control, then a blank, hyphen or comma where a stroke should be, then controls."""
        for gap in GAPS.finditer(self.text[piece.start : piece.end]):
            head = Piece(piece.start, piece.start + gap.start(), piece.before, piece.group)
            word = plain(self.text, head.start, head.end)
            found = self.lexicon.levels.get(word)
            if found is not None:
                self._level(head.start, head.end, found, head)
            elif not (head.start < head.end and self._bare(head, word)):
                continue
            rest = Piece(piece.start + gap.end(), piece.end, gap[0], piece.group)
            if rest.start < rest.end:
                self.controls.read(rest)
            return True
        return False

    # ---- the whole -------------------------------------------------------------------------------------------

    def _settle_groups(self) -> None:
        """Give unknown tokens the category of their group, and every token its order inside its category."""
        firsts: dict[int, Bit] = {}
        for bit in self.controls.bits:
            if bit.category not in ("unknown", "level"):
                firsts.setdefault(bit.group, bit)
        for bit in self.controls.bits:
            friend = firsts.get(bit.group)
            if bit.category == "unknown" and friend is not None and friend.category in ("sci", "sap"):
                bit.category = friend.category
                if bit.category == "sap":
                    bit.code, bit.form = friend.code, "continued"
        rank = 0
        for bit in self.controls.bits:
            rank = bit.rank = RANKS.get(bit.category, rank)
            if bit.countries:
                self._settle_countries(bit)
        for category in ("sci", "sap", "cui"):
            same = [bit for bit in self.controls.bits if bit.category == category]
            names = sorted({self._key(bit) for bit in same})
            for bit in same:
                bit.order = names.index(self._key(bit))

    def _settle_countries(self, bit: Bit) -> None:
        """How a list of countries stands to the tables and to its order."""
        lexicon, codes = self.lexicon, bit.countries
        leads = bit.category == "dissem" and codes[0] == lexicon.owner and bit.code != lexicon.roles["display"]
        listed = codes[1:] if leads else codes
        bit.countries_in_order = list(listed) == sorted(listed, key=lambda code: (len(code) > 3, code))
        bit.unknown_countries = tuple(code for code in codes if code not in lexicon.codes)
        members = {member for code in codes for member in lexicon.members.get(code, ())} - {lexicon.owner}
        bit.doubled_countries = tuple(code for code in codes if code in members)

    def _key(self, bit: Bit) -> tuple[bool, str]:
        word = bit.parts[0] if bit.category == "sap" and bit.parts else plain(self.text, bit.start, bit.end)
        return (bit.category == "cui" and bit.form != "specified", word)

    def _shape(self, leading: bool, typo: str | None) -> Shape:
        controls: dict[str, None] = {}
        release: tuple[str, ...] | None = None
        for bit in self.controls.bits:
            if bit.category == "level" or bit.code is None:
                continue
            controls.update(dict.fromkeys(bit.codes or ((bit.code,) if bit.category != "declass" else ())))
            if bit.code in (self.lexicon.roles["release"], self.lexicon.roles["eyes"]):
                release = bit.countries
        lone = len(self.controls.bits) == 1 and self.controls.bits[0].category == "level"
        style = "ic" if "//" in self.text else "plain" if lone else "cable"
        bits, system = self.controls.bits, self.controls.system
        return Shape(
            self.text, self.level, system, style, bits, tuple(controls), self.owners, release, leading,
            self.concealed, typo or self._typo(),
        )  # fmt: skip

    def _typo(self) -> str | None:
        """A flaw of writing inside the marking."""
        if any(self.text[bit.start : bit.end].upper() != self.text[bit.start : bit.end] for bit in self.controls.bits):
            return "case"
        for bit in self.controls.bits:
            before = bit.before
            if "\n" in before or "\n" in self.text[bit.start : bit.end]:
                return "split"
            if before.strip("/") and before.strip():
                return "spacing" if "/" in before else "separator"
            if before and not before.strip():
                return "separator"
        return None


def dissect(lexicon: Lexicon, text: str) -> Shape | None:
    """The marking that `text` is (no brackets, no blanks around it), or `None` if it begins like none.

    Total: words no table has become tokens without a code.
    """
    return _MarkingParser(lexicon, text).run()
