"""The lines of a text that may be hurt, and the letters to exchange in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from itertools import pairwise

from ..document import Telegram
from ..record import Record
from ..vocabulary import Vocabulary
from .nearly import apart, is_slip
from .patterns import Pattern
from .sheet import Sheet

_HEAD = 60  # lines in which the frame above the text stands
_WITH_FOOT = ("document", "smart", "extract", "body")  # other telegrams end with their text
_TAIL = 16  # and the one below it
LONG = 5  # letters: shorter words have too many neighbours
_SHORT = 3
_MARGIN = "\n" * 40
_THIRDS = 11  # letters
_AHEAD = 40  # letters that most forms do not exceed
_NUMBERED = Pattern(r"\d{1,3}[.)] ")
_LINE = Pattern(r"[^ \n](?:[^\n]*[^ \n])?")  # without the blanks around it


class Mend(Record):
    """A stretch to exchange. `slip` tells that a person may well have written what stands there."""

    start: int
    end: int
    text: str
    slip: bool = False


class Forms:
    """The spellings that stand in a frame, as they stand there."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels and the controls that stand for one."""
        found = [form for entry in self.words["levels"] for form in entry.spellings("banner", "spaced", "telegram")]
        for entry in self.words["captions"]:
            if entry.fact("banner") == "yes" and entry.fact("level"):
                found += [form for form in entry.spellings("line", "spaced") if len(form) >= LONG]
        return tuple(dict.fromkeys(found))

    @cached_property
    def controls(self) -> tuple[str, ...]:
        """The controls behind a level."""
        found = [form for entry in self.words["controls"] for form in entry.spellings("banner")]
        return tuple(form for form in found if len(form) >= LONG and form.isalpha())

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """The signals that open a security line."""
        return tuple(form for entry in self.words["signals"] for form in entry.forms.get("warning", ()))

    @cached_property
    def separators(self) -> tuple[str, ...]:
        """What stands behind the group of a security line."""
        return tuple(form for entry in self.words["signals"] for form in entry.forms.get("dtg", ()))

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months in three letters."""
        return tuple(form for entry in self.words["months"] for form in entry.spellings() if len(form) == _SHORT)

    @cached_property
    def orders(self) -> tuple[str, ...]:
        """The numbers of the orders."""
        return tuple(entry.fact("number") for entry in self.words["eras"] if entry.fact("number"))

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The words that stand for an instruction by themselves."""
        found = [form for entry in self.words["instructions"] for form in entry.spellings()]
        return tuple(form for form in found if _SHORT <= len(form) < 2 * LONG)

    @cached_property
    def dated(self) -> tuple[str, ...]:
        """The labels of an authority block with a date behind them."""
        entry = self.words["labels"].get("declassify")
        return entry.spellings("block") if entry is not None else ()

    @cached_property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """(label with its colon or blank, code) of fields and of an authority block."""
        pairs: dict[str, str] = {}
        for entry in self.words["labels"]:
            for form in entry.spellings("line", "field", "block"):
                if len(form) >= _SHORT and (len(form) > _SHORT or entry.code != "eo"):
                    pairs.setdefault(form + ":", entry.code)
                    if len(form) > 2 * _SHORT:
                        pairs.setdefault(form + " ", entry.code)
        return tuple(pairs.items())

    @cached_property
    def label_pieces(self) -> Pieces:
        """The labels by their pieces."""
        return Pieces(self.labels)

    @cached_property
    def level_pieces(self) -> Pieces:
        """The levels by their pieces."""
        return Pieces((form, "") for form in self.levels)


class Pieces:
    """Spellings by their halves, long ones by their thirds: where a letter is strange, another piece is sound, and few
    spellings share it."""

    __slots__ = ("_longest", "_places")

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        found: dict[tuple[int, int], dict[str, list[tuple[str, str]]]] = {}
        for pair in pairs:
            form = pair[0]
            count = 2 if len(form) < _THIRDS else 3
            edges = [len(form) * number // count for number in range(count + 1)]
            for low, high in pairwise(edges):
                found.setdefault((low, high), {}).setdefault(form[low:high], []).append(pair)
        self._places = [(low, high, known) for (low, high), known in sorted(found.items())]
        self._longest = max((high for _, high in found), default=0)

    def at(self, fold: str, start: int) -> list[tuple[str, str]]:
        """The spellings of which a piece stands where it should behind an offset, each with what it was given with."""
        found: list[tuple[str, str]] = []
        ahead = fold[start : start + self._longest]
        for low, high, known in self._places:
            piece = ahead[low:high]
            if piece in known:
                found += known[piece]
        return found


@lru_cache(maxsize=2)
def _forms(words: Vocabulary) -> Forms:
    return Forms(words)


class Page:
    """A text by its lines, and what the reading of it found. Lines are offsets without the blanks around them;
    `head` is how many of them stand above the text, `tail` the first of the last ones."""

    __slots__ = ("above", "fold", "forms", "found", "frame", "grammar", "head", "lines", "sheet", "telegram")

    def __init__(self, sheet: Sheet, telegram: Telegram) -> None:
        self.sheet = sheet
        self.telegram = telegram
        self.fold = sheet.fold + _MARGIN  # so that a look ahead needs no look at the end
        self.grammar = sheet.grammar
        self.forms = _forms(sheet.words)
        self.found: list[Mend] = []
        self.above = ""  # which kind the line above the one under the hands is of
        self.lines = _lines(sheet)
        numbered = (index for index, line in enumerate(self.lines) if _NUMBERED.match(self.fold, *line))
        self.head = min(next(numbered, _HEAD), _HEAD)
        tail = max(len(self.lines) - _TAIL, self.head)
        ends = telegram.layout in _WITH_FOOT
        self.frame = (self.lines[: self.head], self.lines[tail:] if ends else [])

    def put(self, start: int, text: str, slips: bool = True) -> bool:
        """Exchange as many letters as `text` has, line ends apart. True, so that a search may end with it."""
        old = self.fold[start : start + len(text)]
        if old != text:
            if "\n" in old:
                text = "".join("\n" if letter == "\n" else new for letter, new in zip(old, text, strict=False))
            if old != text:
                self.found.append(Mend(start, start + len(old), text, slips and is_slip(old, text)))
        return True

    def nearest(self, at: int, forms: Iterable[str], most: Callable[[str], int]) -> str | None:
        """The form that stands nearly at an offset, with the fewest strange letters and the most sound ones. None where
        no form is near."""
        best, fewest = None, (99, 0)
        ahead = self.fold[at : at + _AHEAD].replace("\n", " ")
        for form in forms:
            size = len(form)
            if size > len(ahead):
                ahead = self.fold[at : at + size].replace("\n", " ")
            places = apart(ahead[:size], form, most(form))
            if places is not None and (len(places), -len(form)) < fewest:
                best, fewest = form, (len(places), -len(form))
        return best


def _lines(sheet: Sheet) -> list[tuple[int, int]]:
    return [match.span() for match in _LINE.finditer(sheet.fold)]
