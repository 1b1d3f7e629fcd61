"""Build synthetic documents with the flaws and sizes of real ones, for the speed benchmarks.

They differ from the clean ASCII telegrams of `cablecheck synth`: they have paragraph signs, curly quotes and accents,
long lists of links above the table of a page, page lines in the middle of the text, sections joined without a line
between them, bodies whose line breaks are lost, and a marking error in one document of seven. Sizes are those of real
copies: 8 KB for a text, 70 KB for a page. Words are made of syllables and drawn with the frequencies of a natural
language, so no two documents of a run are alike, and a cache of texts does not help.

Records of 1973 to 1979 are those of `cablecheck synth` with the profile for archives.
"""

from __future__ import annotations

import bisect
import csv
import html
import io
import itertools
import json
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.planting import ROOT
from checker import synth

POSTS = ("STRELSAU", "ZENDA", "KLOW", "SZOHOD", "TZARRBOURG", "FREEDONIA", "HENTZAU", "TARLENHEIM", "GERUNDIA")
TAGS = (
    "PREL", "PGOV", "ECON", "ETRD", "PHUM", "MARR", "EAID", "SNAR", "KCRM", "ENRG",
    "PTER", "MOPS", "EFIN", "PINR", "KDEM", "EINV", "SOCI", "CASC", "ASEC", "KNNP",
)  # fmt: skip
NAMES = ("Jane Q. Doe", "Rupert Hentz", "A. B. Tarlenheim", "Flavia Elphberg", "Fritz von Sapt", "Mary O'Dell, Jr.")
TITLES = ("Political Counselor", "Ambassador", "Charge d'Affaires, a.i.", "Deputy Chief of Mission", "Acting DCM")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
PRECEDENCES = {"O": "IMMEDIATE ", "P": "PRIORITY ", "R": ""}
TITLES_OF_LEVELS = {"U": "UNCLASSIFIED", "C": "CONFIDENTIAL", "S": "SECRET"}
LEVELS = ("UNCLAS", "UNCLAS", "C O N F I D E N T I A L", "C O N F I D E N T I A L", "S E C R E T")
DEFECTS = {  # with the rule that reports it on a classified telegram
    "no reason": "RSN-003",
    "no mark": "POR-001",
    "mark above the banner": "CLS-004",
    "unknown TAG": "TAG-004",
    "wrong order": "AUT-003",
    "no authority": "AUT-006",
}
ONSETS = (*"bcdfghlmnprstv", "st", "tr", "gr")
SYLLABLES = [onset + rest for onset in ONSETS for rest in (*"aeiou", "an", "er", "on", "é", "is")]
DEFECTIVE = 0.15  # share of documents with a planted error
DEFECTIVE_RECORDS = 0.05  # the same for records of 1973 to 1979
FLATTENED = 0.1  # share of bodies whose line breaks are lost
LINKS = 1250  # on a saved page, above and beside its table
WIDTH = 65
PAGE_LAYOUTS = ("page of 2011", "page of 2010", "mirrored page")
LAYOUTS = (*PAGE_LAYOUTS, "text", "CSV", "JSON lines", "zip", "PDF", "records")


class Telegram:
    """One synthetic telegram: message number, date, post, classification line, routing header, and body."""

    def __init__(self, seed: int) -> None:
        rng = self.rng = random.Random(seed)
        self.defect = rng.choice(list(DEFECTS)) if rng.random() < DEFECTIVE else ""
        self.post, self.other = rng.sample(POSTS, 2)
        self.year, self.month, self.day = rng.randint(2004, 2009), rng.randint(1, 12), rng.randint(1, 28)
        self.clock = f"{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}"
        self.serial = seed % 999_983 + 1
        self.banner = rng.choice(LEVELS)
        self.level = self.banner.replace(" ", "")[0]
        self.sections = rng.choice((1, 1, 2, 3))
        self.number = f"{self.year % 100:02d}{self.post}{self.serial}"
        self.header = self._header()
        self.body = self._body()

    @property
    def text(self) -> str:
        """Return the header and body as one text."""
        return f"{self.header}\n\n{self.body}\n"

    def _header(self) -> str:
        rng = self.rng
        info = [f"INFO RUEHZEN/AMCONSUL {self.other} {rng.randint(1, 9999):04d}"]
        info += [
            f"RUEH{rng.choice(SYLLABLES)[:2].upper()}/AMEMBASSY {post} {rng.randint(1, 9999):04d}" for post in POSTS
        ]
        sent = f"{self.day:02d}{self.clock}Z {MONTHS[self.month - 1]} {self.year % 100:02d}"
        precedence = rng.choice("OPR")
        of_year = date(self.year, self.month, self.day).timetuple().tm_yday
        return "\n".join(
            (
                f"VZCZCXYZ{rng.randint(1, 9999):04d}",
                f"{precedence * 2} RUEHZEN RUEHSTR RUEHKL",
                f"DE RUEHSTR #{self.serial % 10_000:04d}/01 {of_year:03d}{self.clock}",
                f"ZNY {self.level * 5} ZZH" if self.level != "U" else "ZNR UUUUU ZZH",
                f"{precedence} {sent}",
                f"FM AMEMBASSY {self.post}",
                f"TO RUEHC/SECSTATE WASHDC {PRECEDENCES[precedence]}{rng.randint(1, 9999):04d}",
                *info[: rng.randint(1, 8)],
            )
        )

    def _banner(self, section: int) -> str:
        counter = f"SECTION {section:02d} OF {self.sections:02d} " if self.sections > 1 else ""
        return f"{self.banner} {counter}{self.post} {self.serial:06d} "

    def _body(self) -> str:
        rng = self.rng
        tags = rng.sample(TAGS, rng.randint(3, 8))
        if self.defect == "unknown TAG":
            tags[0] = "PGVO"
        lines = [self._banner(1), "", "SIPDIS ", "", *self._order_line(), f"TAGS: {', '.join(tags)} "]
        lines += _wrapped(f"SUBJECT: {self._words(rng.randint(6, 18)).upper()}", 9)
        lines += [
            "",
            f"REF: A. {self.post} {rng.randint(1, 999)} ",
            f"     ¶B. {self.other} {rng.randint(1, 999)} ",
            "",
        ]
        lines += self._authority()
        count = rng.randint(7, 15)
        cut = count // self.sections
        section = 1
        for number in range(1, count + 1):
            if number > section * cut and section < self.sections:
                section += 1
                lines += [f"{self.post} {self.serial:08d}  {section:03d} OF {self.sections:03d} ", ""]
                lines += [self._banner(section), ""] if rng.random() < 0.5 else []
            lines += [*_wrapped(f"¶{number}. {self._mark(number)}{self._prose()}", 0), ""]
        text = "\n".join([*lines, rng.choice(NAMES).split(",")[0].split()[-1].upper()])
        if rng.random() < FLATTENED:
            return re.sub(r"(?<=[a-z,]) ?\n(?=[a-z])", " ", text)
        return text

    def _order_line(self) -> list[str]:
        if self.level == "U":
            return ["E.O. 12958: N/A "]
        order = "12985" if self.defect == "wrong order" else "12958"
        return [f"E.O. {order}: DECL: {self.month:02d}/{self.day:02d}/{self.year + 10} "]

    def _authority(self) -> list[str]:
        if self.level == "U" or self.defect == "no authority":
            return []
        rng = self.rng
        reason = "" if self.defect == "no reason" else f" for reasons 1.4 ({rng.choice('abc')}) and (d)"
        return [*_wrapped(f"Classified By: {rng.choice(NAMES)}, {rng.choice(TITLES)},{reason}.", 0), ""]

    def _mark(self, number: int) -> str:
        if self.level == "U":
            return ""
        if self.defect == "mark above the banner" and number == 3:
            return "(TS) "
        if self.defect == "no mark" and number == 2:
            return ""
        return f"({self.level if number == 1 else self.rng.choice((self.level, self.level, 'U', 'SBU'))}) "

    def _words(self, count: int) -> str:
        return " ".join(word(self.rng) for _ in range(count))

    def _prose(self) -> str:
        rng = self.rng
        sentences = []
        for _ in range(rng.randint(3, 8)):
            words = self._words(rng.randint(8, 24)).split()
            words[0] = words[0].capitalize()
            if rng.random() < 0.2:
                words[2:4] = [f"“{words[2]}”", f"{words[3]}’s"]
            if rng.random() < 0.2:
                words[1] = f"{rng.choice(POSTS).capitalize()} ({rng.randint(1, 99)} %)"
            sentences.append(" ".join(words) + ".")
        return "  ".join(sentences)


def _lexicon(size: int) -> tuple[list[str], list[float]]:
    """Return `size` words and their cumulative frequencies according to Zipf's law."""
    rng = random.Random(0)
    words = ["".join(rng.choice(SYLLABLES) for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))) for _ in range(size)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, size + 1)))
    return words, [weight / weights[-1] for weight in weights]


_WORDS, _FREQUENCIES = _lexicon(40_000)


def word(rng: random.Random) -> str:
    """Return a random word; frequent words are more likely."""
    return _WORDS[min(bisect.bisect(_FREQUENCIES, rng.random()), len(_WORDS) - 1)]


def _wrapped(text: str, indent: int) -> list[str]:
    """Return a text in lines of `WIDTH` characters. Each line but the last ends with a space, and all but the first are
    indented.
    """
    lines = [""]
    for each in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(each) >= WIDTH:
            lines[-1] += " "
            lines.append(" " * indent + each)
        else:
            lines[-1] += (" " if lines[-1].strip() else "") + each
    return lines


def telegrams(count: int, seed: int) -> Iterator[Telegram]:
    """Yield `count` telegrams. Different seeds yield different telegrams if `count` is at most a million."""
    return (Telegram(seed * 1_000_000 + number) for number in range(count))


def page(telegram: Telegram, layout: str) -> str:
    """Return the telegram as a saved page in one of the three `PAGE_LAYOUTS`."""
    rng = telegram.rng
    up = "../../.." if layout == "mirrored page" else ""
    links = LINKS if layout == "page of 2011" else LINKS // 2
    chrome = "\n".join(
        f"<a href='{up}/{word(rng)}/{n}_0.html' title='{word(rng)}'>{word(rng)}</a>" for n in range(links // 2)
    )
    rest = "\n".join(f"<a href='{up}/date/{1966 + n % 44}-{n % 12 + 1:02d}_0.html'>{n}</a>" for n in range(links // 2))
    names = ["Reference ID", "Created", "Released", "Classification", "Origin"]
    level = TITLES_OF_LEVELS[telegram.level]
    sent = f"{telegram.year}-{telegram.month:02d}-{telegram.day:02d} {telegram.clock[:2]}:{telegram.clock[2:]}"
    cells = [telegram.number, sent, "2011-03-21 16:04", level, f"Embassy {telegram.post.capitalize()}"]
    if layout == "mirrored page":
        del names[2], cells[2]
    head = "".join(f"<th>{name}</th>\n" for name in names)
    row = "".join(f"<td>\n<a href='{up}/{n}.html'>{html.escape(cell)}</a>\n</td>\n" for n, cell in enumerate(cells))
    body = _escaped(telegram.body).replace("¶", "<a id='par' href='#par'>¶</a>")
    if layout != "page of 2011":
        body = body.replace("<a id='par' href='#par'>¶</a>", "")
    header = _escaped(telegram.header) if layout != "mirrored page" else "This is a synthetic document."
    return (
        "<?xml version='1.0' encoding='utf-8' ?>\n<!DOCTYPE html>\n<html lang='en'>\n<head>\n<title>Viewer</title>\n"
        f"<link href='{up}/a.css' rel='stylesheet' />\n</head>\n<body>\n<div class='main'>\n{chrome}\n{rest}\n"
        f"<table class='cable'>\n<tr>\n{head}</tr>\n<tr>\n{row}</tr>\n</table>\n"
        f"<code><pre>{header}</pre></code>\n<code><pre>{body}</pre></code>\n"
        "</div>\n<script src='/a.js'></script>\n</body>\n</html>\n"
    )


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "&#x000A;")


def pdf(telegram: Telegram) -> bytes:
    """Return the telegram as a PDF file with a text layer, 60 lines to a page, in Latin-1 characters."""
    lines = telegram.text.translate({0x201C: '"', 0x201D: '"', 0x2019: "'"}).split("\n")
    pages = [lines[at : at + 60] for at in range(0, len(lines), 60)]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode()]
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>")
    for number, rows in enumerate(pages):
        shown = b"".join(
            b"(" + re.sub(rb"([\\()])", rb"\\\1", row.encode("latin-1", "replace")) + b") '\n" for row in rows
        )
        stream = b"BT /F1 10 Tf 12 TL 40 780 Td\n" + shown + b"ET"
        parent = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * number} 0 R"
        objects.append(f"{parent}/Resources<</Font<</F1 3 0 R>>>>>>".encode())
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + tail % (size, table, size, len(out))


def _row(telegram: Telegram) -> str:
    """Return the telegram as a row of `cables.csv`, in which quotes are doubled."""
    sent = f"{telegram.month}/{telegram.day}/{telegram.year} {telegram.clock[:2]}:{telegram.clock[2:]}"
    level = TITLES_OF_LEVELS[telegram.level]
    out = io.StringIO()
    fields = [telegram.serial, sent, telegram.number, f"Embassy {telegram.post.capitalize()}", level, ""]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([*fields, telegram.header, telegram.body])
    return out.getvalue()


def write(layout: str, count: int, seed: int, folder: Path) -> Path:
    """Write `count` telegrams in one of `LAYOUTS` below `folder`. Return the path of the file or folder to check."""
    if layout == "records":
        path = folder / f"{seed}.jsonl"
        synth.write(count, seed, DEFECTIVE_RECORDS, str(path), str(ROOT / "rules" / "synth" / "archive"))
        return path
    made = telegrams(count, seed)
    if layout == "CSV":
        path = folder / f"{seed}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(_row(telegram) for telegram in made)
    elif layout == "JSON lines":
        path = folder / f"{seed}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"id": t.number, "body": t.text}, ensure_ascii=False) + "\n" for t in made)
    elif layout == "zip":
        path = folder / f"{seed}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for telegram in made:
                archive.writestr(f"{telegram.number}.txt", telegram.text)
    else:
        path = folder / str(seed)
        path.mkdir()
        for telegram in made:
            if layout == "PDF":
                (path / f"{telegram.number}.pdf").write_bytes(pdf(telegram))
            elif layout == "text":
                (path / f"{telegram.number}.txt").write_text(telegram.text, encoding="utf-8")
            else:
                (path / f"{telegram.number}.html").write_text(page(telegram, layout), encoding="utf-8")
    return path
