"""Measure hostile inputs at size n and at 2n. For linear work the ratio is about 2; the limit is 2.3.

    python -m benchmarks.hostile [NAME ...]
    python -m benchmarks.hostile tokens         every token of the grammar, repeated, followed by another word

The garbage collector is off during the measurement: it runs at certain heap sizes and its cost is amortized, so its
time says nothing about the input. Figures are medians of five pairs; a ratio above the limit is measured a second time.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.fuzz import one
from checker import rulebook
from checker.vocabulary import Vocabulary

MEMO = "DEPARTMENT OF STATE\n\nMEMORANDUM\n\nSECRET\n\n"
FORM = (
    "MRN:                12 STRELSAU 123\nDate/DTG:           Mar 14, 2012 / 141530Z MAR 12\n"
    "From:               AMEMBASSY STRELSAU\nAction:             WASHDC, SECSTATE ROUTINE\n"
    "E.O.:               13526\nTAGS:               PREL\n"
)
HEAD = "P 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nC O N F I D E N T I A L STRELSAU 000123\n\n"

BAR = 2.3
SHAPES: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: "A" * n,
    "blanks": lambda n: HEAD + " " * n,
    "blank lines": lambda n: HEAD + " \n" * (n // 2),
    "open brackets": lambda n: HEAD + "(" * n,
    "marks": lambda n: HEAD + "1. (" * (n // 4),
    "paragraph heads": lambda n: HEAD + "1. (C) A\n" * (n // 9),
    "slashes in a mark": lambda n: HEAD + "1. (S" + "/NF" * (n // 3) + ") A\n",
    "release list": lambda n: HEAD + "1. (S//REL TO USA" + ", GBR" * (n // 5) + ") A\n",
    "tags": lambda n: HEAD + "TAGS: " + "PREL " * (n // 5),
    "open person tags": lambda n: HEAD + "TAGS: " + "OVIP (DOE, " * (n // 11),
    "subject lines": lambda n: HEAD + "SUBJECT: " + "A B C\n" * (n // 6),
    "references": lambda n: HEAD + "REF: " + "A. STATE 1\n     " * (n // 16),
    "reasons": lambda n: HEAD + "Classified By: Jane Doe for reasons " + "1.4 (b) and (d) " * (n // 16),
    "classified by": lambda n: HEAD + "Classified By: " * (n // 15),
    "e.o. lines": lambda n: HEAD + "E.O. 12958: DECL: 03/12/2018\n" * (n // 29),
    "banners": lambda n: HEAD + "C O N F I D E N T I A L STRELSAU 000123\n" * (n // 40),
    "spaced letters": lambda n: HEAD + "C O N " * (n // 6),
    "quoted levels": lambda n: HEAD + '"C O N F I D E N T I A L ' * (n // 25),
    "quoted sections": lambda n: HEAD + '"S E C R E T SECTION ' * (n // 20),
    "page lines": lambda n: HEAD + "STRELSAU 00000123  002 OF 004\n" * (n // 30),
    "captions": lambda n: HEAD + "SIPDIS\n" * (n // 7),
    "addressees": lambda n: "P 141530Z MAR 08\nFM A\nTO " + "RUEHC/SECSTATE WASHDC PRIORITY 1\n" * (n // 33),
    "dashes": lambda n: HEAD + "-" * n,
    "heading dashes": lambda n: HEAD + "A\n-----\n" * (n // 8),
    "tags of html": lambda n: "<table class='cable'><code><pre>" + "<a>" * (n // 3),
    "ampersands": lambda n: "<table class='cable'><code><pre>" + "&amp;" * (n // 5),
    "backslashes": lambda n: '"1","3/14/2008 15:30","08STRELSAU123","A","B","","' + "\\\\" * (n // 2) + '"',
    "quotes": lambda n: '{"body": "' + '\\"' * (n // 2) + '"}',
    "stamps": lambda n: HEAD + "Declassified/Released US Department of State EO Systematic Review " * (n // 66),
    "returns": lambda n: HEAD + "\r" * n,
    "tags lines": lambda n: HEAD + "TAGS: PREL\n" * (n // 11),
    "reference lines": lambda n: HEAD + "REF: STATE 1\n" * (n // 13),
    "pass lines": lambda n: HEAD + "PASS TO A\n" * (n // 10),
    "office lines": lambda n: HEAD + "DEPT FOR EUR\n" * (n // 13),
    "form captions": lambda n: FORM + "Captions:           " + "SENSITIVE, " * (n // 11),
    "form text": lambda n: FORM + "Captions: SIPDIS\nSubject: A\n" + "1. (C) A\n" * (n // 9),
    "memo lines": lambda n: MEMO + "(C) ABC\n" * (n // 8),
    "memo notices": lambda n: MEMO + "UNCLASSIFIED WHEN SEPARATED FROM ATTACHMENT\n" * (n // 43),
    "memo authority": lambda n: MEMO + "Classified by: A\nReason: 1.4(b)\n" * (n // 33),
    "many telegrams": lambda n: "NNNN\nP 141530Z MAR 08\nFM A\nTO B\nBT\nUNCLAS STRELSAU 1\nBT\n" * (n // 60),
    "pages": lambda n: "PAGE 02  STRELS  00123  141530Z\n" * (n // 32),
    "date-time groups": lambda n: "P 141530Z MAR 08\n" * (n // 17),
    "dates": lambda n: HEAD + "E.O. 12958: DECL: " + "03/12/2018 " * (n // 11),
    "months": lambda n: HEAD + "E.O. 12958: DECL: " + "MARCH " * (n // 6),
    "sections": lambda n: HEAD + "C O N F I D E N T I A L SECTION 01 OF 02 STRELSAU 000123\n1. (C) A\n" * (n // 67),
    "subparagraphs": lambda n: HEAD + "1. (C) A\n" + "--A. (C) B\n" * (n // 11),
    "deleted paragraphs": lambda n: HEAD + "2. [(b)(1)]\n\n" * (n // 13),
    "misnumbered paragraphs": lambda n: HEAD + "1. (C) A\n\n9. OGA\n\n" * (n // 18),
    "notices on one line": lambda n: HEAD + "1. (C) " + "DELETED, B1 " * (n // 12),
    "mail headers": lambda n: "From: a@b\nTo: c@d\nContent-Type: text/plain\n" + "X-A: b\n" * (n // 7) + "\nA",
    "mail parts": lambda n: "From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n" + "--x\n\nA\n" * (n // 7),
    "json rows": lambda n: '{"body": "A"}\n' * (n // 14),
    "nested json": lambda n: "[" * n,
    "comments": lambda n: "<html><pre>" + "<!--" * (n // 4),
    "entities": lambda n: "<html><pre>" + "&#" * (n // 2),
    "controls of a banner": lambda n: "SECRET" + "//SI" * (n // 4),
}


def spent(data: bytes, book: rulebook.Rulebook) -> float:
    """Return the processor seconds needed to read, parse, and judge one input."""
    gc.collect()
    start = time.process_time()
    one(data, book)
    return time.process_time() - start


def growth(shape: Callable[[int], str], book: rulebook.Rulebook) -> tuple[float, float]:
    """Return the processor seconds at a size that takes at least 20 ms or reaches 3 MB, and at twice that size, as
    medians of five runs.
    """
    size = 50_000
    while spent(shape(size).encode(), book) < 0.02 and size < 3_000_000:
        size *= 2
    small, large = shape(size).encode(), shape(2 * size).encode()
    pairs = [(spent(small, book), spent(large, book)) for _ in range(5)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def worst(names: list[str], tell: Callable[[str], object] = print) -> float:
    """Return the largest ratio among the named shapes. `tell` is called with each line of the report."""
    book = rulebook.load()
    top = 0.0
    tell(f"{'shape':20} {'ms at n':>9} {'ms at 2n':>9} {'ratio':>6}")
    gc.disable()
    for name in names:
        small, large = growth(SHAPES[name], book)
        if large / small > BAR:
            small, large = growth(SHAPES[name], book)
        ratio = large / small
        top = max(top, ratio)
        tell(f"{name:20} {small * 1000:9.1f} {large * 1000:9.1f} {ratio:6.2f}{'  <- over' if ratio > BAR else ''}")
    gc.enable()
    return top


# ---- Every token of the grammar, repeated, followed by another word --------------------------------------------------

SIGNS = (
    "-", "_", "=", "*", ".", ",", ";", ":", "/", "//", "\\", "(", ")", "[", "]", "<", ">", "&", '"', "'", "¶", "#", " ",
    "\t", "\n", " \n", "\x0c", "A", "a", "1", "A ", "1 ", "A\n", "1\n", "1. ", "(C) ", "(S//", "--A. ", "1.4(b) ",
    "03/12/2018 ", "141530Z MAR 08\n", "SECTION 01 OF 02 ", "PAGE 02 OF 03\n", "FM A\n", "REF: A. ", "<a>", "[[", "...",
)  # fmt: skip
TABLES = (
    "labels", "levels", "captions", "controls", "deletions", "exemptions", "instructions", "months", "notices",
    "page_words", "precedence", "release_codes", "stamps", "statements",
)  # fmt: skip
PLACES = {"head": HEAD, "text": HEAD + "SUBJECT: X\n\n1. (C) A.\n", "value": HEAD + "E.O. 12958: ", "form": FORM}


def tokens(vocabulary: Vocabulary) -> list[str]:
    """Return the tokens of the grammar: single characters and short phrases (`SIGNS`), and the first spelling of each
    kind for every entry in `TABLES`.
    """
    spellings = [
        forms[0]
        for name in TABLES
        for entry in vocabulary[name]
        for forms in entry.forms.values()
        if forms and len(forms[0]) < 60
    ]
    labels = {form for entry in vocabulary["labels"] for form in entry.spellings()}
    return [*SIGNS, *dict.fromkeys(form + (": " if form in labels else " ") for form in spellings)]


def followed(token: str, place: str, size: int) -> str:
    """Return a text of about `size` code points: a token repeated at `place` (a key of `PLACES`), then a word."""
    return f"{PLACES[place]}{token * (size // len(token))}Zenda.\n"


def worst_tokens(tell: Callable[[str], object] = print) -> float:
    """Return the largest ratio among all tokens and positions. Only those that are slow are measured at two sizes.
    `tell` is called with each line of the report.
    """
    book = rulebook.load()
    top, count = 0.0, 0
    for place in PLACES:
        for token in tokens(book.vocabulary):
            count += 1
            if spent(followed(token, place, 20_000).encode(), book) < 0.15:
                continue
            small, large = growth(lambda size, token=token, place=place: followed(token, place, size), book)  # type: ignore[misc]
            top = max(top, large / small)
            if large / small > BAR:
                tell(f"{token!r} at {place}: {small * 1000:.0f} ms at n, {large * 1000:.0f} ms at 2n  <- over")
    tell(f"{count} combinations of token and position")
    return top


def main(argv: list[str] | None = None) -> int:
    names = (sys.argv[1:] if argv is None else argv) or list(SHAPES)
    top = worst_tokens() if names == ["tokens"] else worst(names)
    print(f"worst ratio {top:.2f} (limit {BAR})")
    return 1 if top > BAR else 0


if __name__ == "__main__":
    sys.exit(main())
