"""A marking cut at its separators, and lists of countries taken out of it: offsets into its text, no meaning yet."""

from __future__ import annotations

import re

from ...record import Record
from ...vocabulary import Entry
from ..cursor import Pattern
from ..lookup import Lexicon

WORDS = re.compile(r"[^\s,/]+")
GAPS = re.compile(r"[\s,-]+")
_BLANKS = re.compile(r"\s+")
_STROKES = re.compile(r"/+")


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


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def plain(text: str, start: int, end: int) -> str:
    """The words between two offsets in upper case, every run of blanks one blank."""
    return " ".join(text[start:end].upper().split())


def pieces_of(text: str) -> tuple[list[Piece], bool, bool]:
    """The pieces between strokes; whether the text begins with `//`; whether a separator stands at its end."""
    pieces: list[Piece] = []
    here = group = 0
    last_end = 0
    leading = trailing = False
    for stroke in [*_STROKES.finditer(text), None]:
        low, high = (stroke.start(), stroke.end()) if stroke is not None else (len(text), len(text))
        start, end = trim(text, here, low)
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


def unwrap(form: str, word: str) -> str | None:
    """What follows `form` in `word` when it begins with it as whole words, else `None`."""
    if word.startswith(form) and (len(word) == len(form) or word[len(form)] in " ,"):
        return word[len(form) :]
    return None


def countries_of(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[list[str], list[str], bool]:
    """The codes listed between two offsets as written, their separators, and whether all are known spellings."""
    codes: list[str] = []
    separators: list[str] = []
    all_known = True
    words = list(WORDS.finditer(text, start, end))
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
            separators.append(_BLANKS.sub(" ", text[last_end : word.start()]))
        all_known = all_known and name in lexicon.countries
        codes.append(name)
        last_end = words[index + taken - 1].end()
        index += taken
    return codes, list(dict.fromkeys(separators)), all_known


# ---- The controls of a marking, piece by piece: known words, systems with compartments, lists of countrie
_DATE = Pattern(r"\d{8}", 0)


class Controls:
    """The tokens read so far of one text. `lax`: no `//` in it, as telegrams write; `system`: what its level began."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.lexicon = lexicon
        self.text = text
        self.lax = "//" not in text
        self.system = "us"
        self.bits: list[Bit] = []

    def add(self, start: int, end: int, code: str | None, category: str, piece: Piece, **more: object) -> Bit:
        """A new token. `more` are fields of `Bit`."""
        fields: dict[str, object] = {"order": 0, "form": "other", "before": piece.before, **more}
        bit = Bit(start, end, code, category, group=piece.group, **fields)  # type: ignore[arg-type]
        self.bits.append(bit)
        return bit

    def cui_code(self, word: str) -> str:
        """The code of a word that marks controlled unclassified information."""
        entry = self.lexicon.words["cui_words"].find(word)
        return entry.code if entry is not None else word

    def read(self, piece: Piece) -> None:
        """The tokens of one piece: what no table knows becomes one token without a code."""
        if self._cui_control(piece) or self._one(piece) or self._eyes(piece) or self._more_of_a_list(piece):
            return
        if self._split(piece):
            return
        text = plain(self.text, piece.start, piece.end)
        self.add(piece.start, piece.end, None, "unknown", piece, parts=(text,))

    def _one(self, piece: Piece) -> bool:
        """One known control with what belongs to it."""
        word = plain(self.text, piece.start, piece.end)
        found = self.lexicon.controls.get(word)
        if found is not None and not found[0].fact("under"):
            self.known(piece.start, piece.end, piece, found)
            return True
        return self._system(piece, word) or self._list(piece, word) or self._instruction(piece, word)

    def known(self, start: int, end: int, piece: Piece, found: tuple[Entry, str, str]) -> None:
        """A token for a control of the table, with its codes and whether it is retired."""
        entry, form, category = found
        codes = (entry.fact("plain"), entry.fact("plus")) if entry.fact("plain") and self.lax else (entry.code,)
        retired = entry.fact("use") or category == "declass" or entry.code in self.lexicon.words["retired_controls"]
        standing = "retired" if retired else "current"
        self.add(
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
        self.add(
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
            tail = unwrap(form, word)
            if tail is None:
                continue
            start = self._after(piece, form)
            codes, separators, known = countries_of(self.lexicon, self.text, start, piece.end)
            if self.lax and not known and entry.fact("list") != "comma":
                return False
            countries = [self.lexicon.countries.get(code, code) for code in codes] if self.lax else codes
            category = entry.fact("category")
            both = all(form in entry.forms.get(side, ()) for side in ("banner", "portion"))
            self.add(
                piece.start, piece.end, entry.code, category, piece, order=entry.rank or 0,
                form="same" if both else kind, countries=tuple(countries), separators=tuple(separators),
                codes=(entry.code,),
            )  # fmt: skip
            return True
        return False

    def _after(self, piece: Piece, form: str) -> int:
        """Where the words that follow `form` begin."""
        words = list(WORDS.finditer(self.text, piece.start, piece.end))
        count = len(form.split())
        return words[count].start() if len(words) > count else piece.end

    def _eyes(self, piece: Piece) -> bool:
        """Countries joined by strokes before the control's own words."""
        word = plain(self.text, piece.start, piece.end)
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
            self.add(
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
        codes, separators, known = countries_of(self.lexicon, self.text, piece.start, piece.end)
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
        self.add(piece.start, piece.end, code, "declass", piece, parts=(word,), codes=())
        return True

    def _cui_control(self, piece: Piece) -> bool:
        lexicon = self.lexicon
        word = plain(self.text, piece.start, piece.end)
        if word in lexicon.cui:
            self.add(piece.start, piece.end, self.cui_code(word), "cui", piece, form="banner")
            return True
        specified = word.startswith(lexicon.prefix)
        name = word[len(lexicon.prefix) :] if specified else word
        category = lexicon.cui_categories.get(name)
        if not (self.system == "cui" or specified):
            return False
        if category is not None or specified:
            code = word if category is not None else None
            form = "specified" if specified else "banner"
            self.add(piece.start, piece.end, code, "cui", piece, form=form, parts=(word,), codes=(word,))
            return True
        control = lexicon.cui_controls.get(word)
        if control is not None and "list" not in control.facts:
            self.add(piece.start, piece.end, word, "dissem", piece, order=control.rank or 0, form="banner")
            return True
        if word in lexicon.supplemental:
            self.add(piece.start, piece.end, word, "cui", piece, form="banner", standing="supplemental")
            return True
        return False

    def _split(self, piece: Piece) -> bool:
        """Controls with a comma, a blank or a hyphen between them, as before July 2005 or by mistake."""
        start = piece.start
        for gap in GAPS.finditer(self.text[piece.start : piece.end]):
            head = Piece(start, piece.start + gap.start(), piece.before, piece.group)
            rest = Piece(piece.start + gap.end(), piece.end, gap[0], piece.group)
            if head.start >= head.end or rest.start >= rest.end:
                continue
            kept = len(self.bits)
            if self._one(head):
                if "," in gap[0] or self._one(rest) or self._split(rest):
                    if "," in gap[0]:
                        self.read(rest)
                    return True
                del self.bits[kept:]
        return False
