"""The text of one marking taken apart, with offsets into that text and no places yet (so that it can be kept)."""

from __future__ import annotations

import re

from ..record import Record
from ..vocabulary import Entry
from .lexicon import RANKS, Lexicon

_STROKES = re.compile(r"/+")
_COMMAS = re.compile(r",")
_WORDS = re.compile(r"[^\s,/]+")
_DATE = re.compile(r"\d{8}")
_BREAKS = re.compile(r"[\s-]")


class Piece(Record):
    """A stretch between separators: its offsets, the separator before it, the number of its `//` group."""

    start: int
    end: int
    before: str
    group: int


class Bit(Record):
    """A token without a place. The fields are those of `document.Token`, with offsets for the span."""

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


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _plain(text: str, start: int, end: int) -> str:
    """The words between two offsets in upper case, every run of blanks one blank."""
    return " ".join(text[start:end].upper().split())


def _pieces(text: str) -> tuple[list[Piece], bool, bool]:
    """The pieces between strokes; whether the text begins with `//`; whether a separator stands at its end."""
    pieces: list[Piece] = []
    here = group = 0
    last_end = 0
    leading = trailing = False
    for stroke in [*_STROKES.finditer(text), None]:
        low, high = (stroke.start(), stroke.end()) if stroke is not None else (len(text), len(text))
        start, end = _trim(text, here, low)
        if start < end:
            pieces.append(Piece(start, end, text[last_end:start] if pieces or leading else "", group))
            last_end = end
            trailing = False
        elif stroke is not None and not pieces:
            leading = high - low > 1
            last_end = low
        if stroke is None:
            break
        trailing = True
        group += high - low > 1
        here = high
    return pieces, leading, trailing and bool(pieces)


def _unwrap(form: str, word: str) -> str | None:
    """What follows `form` in `word` when it begins with it as whole words, else `None`."""
    if word.startswith(form) and (len(word) == len(form) or word[len(form)] in " ,"):
        return word[len(form) :]
    return None


def _countries(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[list[str], list[str], bool]:
    """The codes listed between two offsets as written, their separators, and whether all are known spellings."""
    codes: list[str] = []
    separators: list[str] = []
    all_known = True
    words = list(_WORDS.finditer(text, start, end))
    index = 0
    last_end = start
    while index < len(words):
        word = words[index]
        if word[0].upper() in lexicon.joiners and codes and index + 1 < len(words):
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
            separators.append(text[last_end : word.start()])
        all_known = all_known and name in lexicon.countries
        codes.append(name)
        last_end = words[index + taken - 1].end()
        index += taken
    return codes, list(dict.fromkeys(separators)), all_known


class _Dissection:
    """One pass over the pieces of one text."""

    def __init__(self, lexicon: Lexicon, text: str, role: str) -> None:
        self.lexicon = lexicon
        self.text = text
        self.role = role
        self.bits: list[Bit] = []
        self.level: str | None = None
        self.system = "us"
        self.owners: tuple[str, ...] = ()
        self.concealed = False
        self.lax = False

    def run(self) -> Shape | None:
        """The shape of the text, or `None` when it begins with nothing a marking begins with."""
        pieces, leading, trailing = _pieces(self.text)
        if not pieces:
            return None
        self.lax = "//" not in self.text
        if not self._first(pieces[0], leading):
            return None
        for piece in pieces[1:]:
            self._control(piece)
        self._settle_groups()
        typo = "separator" if trailing else None
        return self._shape(leading, typo)

    def _add(self, start: int, end: int, code: str | None, category: str, piece: Piece, **more: object) -> Bit:
        fields: dict[str, object] = {"order": 0, "form": "other", "before": piece.before, **more}
        bit = Bit(start, end, code, category, group=piece.group, **fields)  # type: ignore[arg-type]
        self.bits.append(bit)
        return bit

    # ---- the first piece: level, joint, foreign, NATO, CUI ---------------------------------------------------

    def _first(self, piece: Piece, leading: bool) -> bool:
        word = _plain(self.text, piece.start, piece.end)
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

    def _level(self, start: int, end: int, found: tuple[str, str], piece: Piece, owners: tuple[str, ...] = ()) -> None:
        self.level = found[0]
        self._add(start, end, found[0], "level", piece, form=found[1], countries=owners)

    def _unclassified(self, piece: Piece, word: str) -> bool:
        if word not in self.lexicon.cui:
            return False
        self.system = "cui"
        self.level = self._lowest()
        self._add(piece.start, piece.end, self._cui_code(word), "level", piece, form="banner")
        return True

    def _lowest(self) -> str:
        return min(self.lexicon.words["levels"].entries, key=lambda entry: entry.rank or 0).code

    def _cui_code(self, word: str) -> str:
        entry = self.lexicon.words["cui_words"].find(word)
        return entry.code if entry is not None else word

    def _joint(self, piece: Piece, word: str) -> bool:
        head = next((form for form in self.lexicon.joint if _unwrap(form, word) is not None), None)
        if head is None:
            return False
        words = list(_WORDS.finditer(self.text, piece.start, piece.end))[1:]
        level, rest = self._leading_level([w[0].upper() for w in words])
        self.system = "joint"
        if level is not None:
            self.level = level[0]
        start = words[rest].start() if rest < len(words) else piece.end
        codes, separators, _ = _countries(self.lexicon, self.text, start, piece.end)
        self.owners = tuple(codes)
        code = level[0] if level is not None else None
        form = level[1] if level is not None else "other"
        self._add(
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
        self.system = "nato"
        self.level = entry.fact("level") or None
        standing = "retired" if entry.until is not None else "current"
        code = None if entry.fact("kind") == "wrong-level" else entry.code
        self._add(piece.start, piece.end, code, "level", piece, form=form, standing=standing)
        return True

    def _foreign(self, piece: Piece, word: str, leading: bool) -> bool:
        words = list(_WORDS.finditer(self.text, piece.start, piece.end))
        if len(words) < 2:
            return False
        upper = [w[0].upper() for w in words]
        for length in (2, 1):
            level, taken = self._leading_level(upper[-length:])
            if level is not None and taken == length and len(words) > length:
                break
        else:
            return False
        codes, separators, _ = _countries(self.lexicon, self.text, piece.start, words[-taken - 1].end())
        concealed = codes == [self.lexicon.roles["foreign"]]
        if not concealed and not (leading or all(code in self.lexicon.codes for code in codes)):
            return False
        self.system = "foreign"
        self.level = level[0]
        self.concealed = concealed
        self.owners = () if concealed else tuple(codes)
        standing = level[0] or upper[-1]
        self._add(
            piece.start,
            piece.end,
            standing,
            "level",
            piece,
            form=level[1],
            countries=self.owners,
            separators=separators,
        )
        return True

    def _bare(self, piece: Piece, word: str) -> bool:
        """A control that telegrams write without a level: the information is unclassified."""
        found = self.lexicon.controls.get(word)
        if found is None or not found[0].fact("bare"):
            return False
        self.level = self._lowest()
        self._known(piece.start, piece.end, piece, found)
        return True

    def _loose(self, piece: Piece) -> bool:
        """A level or bare control, then a blank, hyphen or comma where a stroke should be, then controls."""
        for gap in re.finditer(r"[\s,-]+", self.text[piece.start : piece.end]):
            head = Piece(piece.start, piece.start + gap.start(), piece.before, piece.group)
            word = _plain(self.text, head.start, head.end)
            found = self.lexicon.levels.get(word)
            if found is not None:
                self._level(head.start, head.end, found, head)
            elif not (head.start < head.end and self._bare(head, word)):
                continue
            rest = Piece(piece.start + gap.end(), piece.end, gap[0], piece.group)
            if rest.start < rest.end:
                self._control(rest)
            return True
        return False

    # ---- the pieces that follow ------------------------------------------------------------------------------

    def _control(self, piece: Piece) -> None:
        if self._cui_control(piece) or self._one(piece) or self._eyes(piece) or self._more_of_a_list(piece):
            return
        if self._split(piece):
            return
        text = _plain(self.text, piece.start, piece.end)
        self._add(piece.start, piece.end, None, "unknown", piece, parts=(text,))

    def _one(self, piece: Piece) -> bool:
        """One known control with what belongs to it."""
        word = _plain(self.text, piece.start, piece.end)
        found = self.lexicon.controls.get(word)
        if found is not None and not found[0].fact("under"):
            self._known(piece.start, piece.end, piece, found)
            return True
        return self._system(piece, word) or self._list(piece, word) or self._instruction(piece, word)

    def _known(self, start: int, end: int, piece: Piece, found: tuple[Entry, str, str]) -> None:
        entry, form, category = found
        codes = (entry.fact("plain"), entry.fact("plus")) if entry.fact("plain") and self.lax else (entry.code,)
        retired = entry.fact("use") or category == "declass" or entry.code in self.lexicon.words["retired_controls"]
        standing = "retired" if retired else "current"
        self._add(
            start, end, entry.code, category, piece, order=entry.rank or 0, form=form, codes=codes, standing=standing
        )

    def _system(self, piece: Piece, word: str) -> bool:
        """A control system with compartments after hyphens, compartments with sub-compartments after blanks."""
        head, _, tail = word.partition("-")
        found = self.lexicon.systems.get(head)
        if found is None:
            return False
        entry, form = found
        category = entry.fact("category")
        parts: tuple[str, ...] = (tail,) if tail else ()
        codes = [entry.code]
        if category in ("sci", "aea"):
            parts, codes = self._compartments(entry, tail)
        self._add(
            piece.start, piece.end, entry.code, category, piece, order=entry.rank or 0,
            form=self._system_form(form, word), parts=parts, codes=tuple(codes),
        )  # fmt: skip
        return True

    def _system_form(self, form: str, word: str) -> str:
        known = self.lexicon.controls.get(word)
        if known is not None:
            return known[1]
        found = self.lexicon.controls.get(word.partition(" ")[0])
        return found[1] if found is not None and form == "same" else form

    def _compartments(self, entry: Entry, tail: str) -> tuple[tuple[str, ...], list[str]]:
        parts: list[str] = []
        codes = [entry.code]
        for compartment in tail.split("-") if tail else ():
            name, _, rest = compartment.partition(" ")
            known = self.lexicon.parts.get((entry.code, name))
            if known is not None and "numbers" in known.facts:
                parts.extend(rest.split())
            else:
                parts.append(compartment)
            known = known or self.lexicon.parts.get((entry.code, "*"))
            if known is not None:
                codes.append(known.code)
                deeper = self.lexicon.parts.get((known.code, "*"))
                if rest and deeper is not None:
                    codes.append(deeper.code)
        return tuple(parts), codes

    def _list(self, piece: Piece, word: str) -> bool:
        """A control that takes a list of countries."""
        for form, entry, kind in self.lexicon.lists:
            tail = _unwrap(form, word)
            if tail is None:
                continue
            start = self._after(piece, form)
            codes, separators, known = _countries(self.lexicon, self.text, start, piece.end)
            if self.lax and not known and entry.fact("list") != "comma":
                return False
            countries = [self.lexicon.countries.get(code, code) for code in codes] if self.lax else codes
            category = entry.fact("category")
            both = all(form in entry.forms.get(side, ()) for side in ("banner", "portion"))
            self._add(
                piece.start, piece.end, entry.code, category, piece, order=entry.rank or 0,
                form="same" if both else kind, countries=tuple(countries), separators=tuple(separators),
                codes=(entry.code,),
            )  # fmt: skip
            return True
        return False

    def _after(self, piece: Piece, form: str) -> int:
        """Where the words that follow `form` begin."""
        words = list(_WORDS.finditer(self.text, piece.start, piece.end))
        count = len(form.split())
        return words[count].start() if len(words) > count else piece.end

    def _eyes(self, piece: Piece) -> bool:
        """Countries joined by strokes before the control's own words."""
        word = _plain(self.text, piece.start, piece.end)
        for form, entry, kind in self.lexicon.before_lists:
            if not word.endswith(" " + form):
                continue
            codes = [word[: -len(form) - 1]]
            start, before = piece.start, piece.before
            while self.bits and self.bits[-1].code is None and self.bits[-1].parts[0] in self.lexicon.countries:
                last = self.bits.pop()
                codes.insert(0, last.parts[0])
                start, before = last.start, last.before
            place = Piece(start, piece.end, before, piece.group)
            self._add(
                start, piece.end, entry.code, entry.fact("category"), place, order=entry.rank or 0,
                form=kind, countries=tuple(codes), separators=("/",), codes=(entry.code,),
            )  # fmt: skip
            return True
        return False

    def _more_of_a_list(self, piece: Piece) -> bool:
        """A country behind a stroke that goes on with the list before it, as telegrams write it."""
        last = self.bits[-1]
        if not (last.countries and self.lax and last.category != "level"):
            return False
        codes, separators, known = _countries(self.lexicon, self.text, piece.start, piece.end)
        if not known:
            return False
        last.countries += tuple(self.lexicon.countries[code] for code in codes)
        last.separators = tuple(dict.fromkeys((*last.separators, piece.before, *separators)))
        last.end = piece.end
        return True

    def _instruction(self, piece: Piece, word: str) -> bool:
        """A declassification value, as banners had it last until February 2008 (IC-REG-2016 p. 192)."""
        entry = self.lexicon.exemptions.get(word)
        if entry is None and not _DATE.fullmatch(word):
            return False
        code = entry.code if entry is not None else word
        self._add(piece.start, piece.end, code, "declass", piece, parts=(word,), codes=())
        return True

    def _cui_control(self, piece: Piece) -> bool:
        lexicon = self.lexicon
        word = _plain(self.text, piece.start, piece.end)
        if word in lexicon.cui:
            self._add(piece.start, piece.end, self._cui_code(word), "cui", piece, form="banner")
            return True
        specified = word.startswith(lexicon.prefix)
        name = word[len(lexicon.prefix) :] if specified else word
        category = lexicon.cui_categories.get(name)
        if not (self.system == "cui" or specified):
            return False
        if category is not None or specified:
            code = word if category is not None else None
            form = "specified" if specified else "banner"
            self._add(piece.start, piece.end, code, "cui", piece, form=form, parts=(word,), codes=(word,))
            return True
        control = lexicon.cui_controls.get(word)
        if control is not None and "list" not in control.facts:
            self._add(piece.start, piece.end, word, "dissem", piece, order=control.rank or 0, form="banner")
            return True
        if word in lexicon.supplemental:
            self._add(piece.start, piece.end, word, "cui", piece, form="banner", standing="supplemental")
            return True
        return False

    def _split(self, piece: Piece) -> bool:
        """Controls with a comma, a blank or a hyphen between them, as before July 2005 or by mistake."""
        start = piece.start
        for gap in re.finditer(r"[\s,-]+", self.text[piece.start : piece.end]):
            head = Piece(start, piece.start + gap.start(), piece.before, piece.group)
            rest = Piece(piece.start + gap.end(), piece.end, gap[0], piece.group)
            if head.start >= head.end or rest.start >= rest.end:
                continue
            kept = len(self.bits)
            if self._one(head):
                if "," in gap[0] or self._one(rest) or self._split(rest):
                    if "," in gap[0]:
                        self._control(rest)
                    return True
                del self.bits[kept:]
        return False

    # ---- the whole -------------------------------------------------------------------------------------------

    def _settle_groups(self) -> None:
        """Give unknown tokens the category of their group, and every token its order inside its category."""
        for bit in self.bits:
            if bit.category == "unknown":
                friends = [b for b in self.bits if b.group == bit.group and b.category not in ("unknown", "level")]
                if friends and friends[0].category in ("sci", "sap"):
                    bit.category = friends[0].category
                    if bit.category == "sap":
                        bit.code, bit.form = friends[0].code, "continued"
        rank = 0
        for bit in self.bits:
            rank = bit.rank = RANKS.get(bit.category, rank)
            if bit.countries:
                self._settle_countries(bit)
        for category in ("sci", "sap", "cui"):
            same = [bit for bit in self.bits if bit.category == category]
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
        word = bit.parts[0] if bit.category == "sap" and bit.parts else _plain(self.text, bit.start, bit.end)
        return (bit.category == "cui" and bit.form != "specified", word)

    def _shape(self, leading: bool, typo: str | None) -> Shape:
        controls: dict[str, None] = {}
        release: tuple[str, ...] | None = None
        for bit in self.bits:
            if bit.category == "level" or bit.code is None:
                continue
            controls.update(dict.fromkeys(bit.codes or ((bit.code,) if bit.category != "declass" else ())))
            if bit.code in (self.lexicon.roles["release"], self.lexicon.roles["eyes"]):
                release = bit.countries
        plain = len(self.bits) == 1 and self.bits[0].category == "level"
        style = "ic" if "//" in self.text else "plain" if plain else "cable"
        text = self.text
        return Shape(
            text, self.level, self.system, style, self.bits, tuple(controls), self.owners, release, leading,
            self.concealed, typo or self._typo(),
        )  # fmt: skip

    def _typo(self) -> str | None:
        """A flaw of writing inside the marking."""
        if any(self.text[bit.start : bit.end].upper() != self.text[bit.start : bit.end] for bit in self.bits):
            return "case"
        for bit in self.bits:
            before = bit.before
            if "\n" in before or "\n" in self.text[bit.start : bit.end]:
                return "split"
            if before.strip("/") and before.strip():
                return "spacing" if "/" in before else "separator"
            if before and not before.strip():
                return "separator"
        return None


def dissect(lexicon: Lexicon, text: str, role: str) -> Shape | None:
    """The marking that `text` is (no brackets, no blanks around it), or `None` if it begins like none.

    Total: words no table has become tokens without a code.
    """
    return _Dissection(lexicon, text, role).run()
