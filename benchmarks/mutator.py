"""Damage telegrams at random, in the ways in which transmission, scanning, and people damage them.

    mutate(random.Random(seed), telegrams) -> bytes
    mutate_container(random.Random(seed), telegrams) -> bytes

The fuzz run (`benchmarks/fuzz.py`) and the tests (a few hundred inputs in each run) use these functions; equal seeds
yield equal inputs. The tests also apply single kinds of damage from `DAMAGES`, with a given rate.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()/.:- "
CONFUSED = {"O": "0", "0": "O", "I": "1", "1": "I", "5": "S", "S": "5", "B": "8", "8": "B", "l": "1", "E": "F"}
NASTY = (
    "(", ")", "((((", "1.4 (", "1. (", "//", "/" * 40, "\x00", "\ufffd", "\u2028", "\x0c", "\x1b[31m", "¶", "⟦", "⟧",
    "\r", "\r\n", "\n\n\n", " " * 60, "-" * 80, ".", ",", ";", ":", "&amp;", "&#x0;", "<a>", "<![CDATA[", "]]>", "{",
    '"', "\\", "\\u0000", "=1+1", "::error::", "%0A", "\u202e", "𝒳", "PAGE 02", "NNNN", "BT", "REF:", "TAGS:", "E.O.",
)  # fmt: skip


def line_noise(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with each character but line ends replaced by a random one with probability `rate`."""
    return "".join(rng.choice(LETTERS) if c not in "\r\n" and rng.random() < rate else c for c in text)


def ocr(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with characters replaced by those that scanners confuse with them, each with
    probability `rate`.
    """
    return "".join(CONFUSED[c] if c in CONFUSED and rng.random() < rate else c for c in text)


def lost_header(rng: random.Random, text: str, rate: float) -> str:
    """Return the text, with probability `rate` without everything before the first empty line."""
    if rng.random() >= rate or "\n\n" not in text:
        return text
    return text[text.index("\n\n") + 2 :]


def reflowed(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with each single line break replaced by a space with probability `rate`."""
    return re.sub(r"(?<=\S)[ ]?\n(?=\S)", lambda m: " " if rng.random() < rate else m.group(), text)


def wrapped(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with each space replaced by a line break with probability `rate`, even inside reasons and portion
    marks.
    """
    return "".join("\n" if c == " " and rng.random() < rate else c for c in text)


def page_lines(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with a page line inserted before each line that is not blank with probability `rate`."""
    lines = text.split("\n")
    found = [lines[0]]
    page = 1
    for line in lines[1:]:
        if line.strip() and rng.random() < rate:
            page += 1
            found.append(f"STRELSAU 00000123  {page:03d} OF 009")
        found.append(line)
    return "\n".join(found)


def cut_off(rng: random.Random, text: str, rate: float) -> str:
    """Return the text, with probability `rate` cut off at a random position."""
    return text[: rng.randrange(len(text) + 1)] if rng.random() < rate else text


def mixed_encodings(rng: random.Random, text: str, rate: float) -> str:
    """Return the text with each line damaged with probability `rate`: some of its characters are decoded with the wrong
    encoding, or an unusual character is inserted.
    """
    return "\n".join(_recoded(rng, line) if line.strip() and rng.random() < rate else line for line in text.split("\n"))


def _recoded(rng: random.Random, line: str) -> str:
    line = line.replace("'", "\u2019").replace("--", "\u2014").replace("  ", "\u00a0 ").replace(" - ", " \u2013 ")
    at = rng.randrange(len(line) + 1)
    sign = rng.choice(("\u00e9", "\u00a0", "\u2019", "\u00fc", "\ufeff", "\u00ad"))
    kind = rng.randrange(4)
    if kind == 0:  # UTF-8 read as Windows-1252
        return (line[:at] + sign + line[at:]).encode("utf-8").decode("cp1252", "replace")
    if kind == 1:  # Windows-1252 read as UTF-8
        return (line[:at] + sign + line[at:]).encode("cp1252", "replace").decode("utf-8", "replace")
    if kind == 2:  # Windows-1252 read as a DOS code page
        return (line[:at] + sign + line[at:]).encode("cp1252", "replace").decode("cp437")
    return line[:at] + sign + line[at:]


DAMAGES: dict[str, Callable[[random.Random, str, float], str]] = {
    "line-noise": line_noise,
    "ocr": ocr,
    "lost-header": lost_header,
    "reflow": reflowed,
    "wrapped-words": wrapped,
    "page-lines": page_lines,
    "cut-off": cut_off,
    "mixed-encodings": mixed_encodings,
}


def _splice(rng: random.Random, text: str, others: Sequence[str]) -> str:
    other = rng.choice(others)
    a, b = rng.randrange(len(text) + 1), rng.randrange(len(other) + 1)
    return text[:a] + other[b : b + rng.randrange(400)] + text[a:]


def _insert(rng: random.Random, text: str, others: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(NASTY) * rng.choice((1, 1, 1, 3, 30)) + text[at:]


def _delete(rng: random.Random, text: str, others: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(1, 80) :]


def _double(rng: random.Random, text: str, others: Sequence[str]) -> str:
    at = rng.randrange(len(text) + 1)
    stretch = text[at : at + rng.randrange(1, 200)]
    return text[:at] + stretch * rng.choice((2, 2, 5)) + text[at:]


def _shuffle(rng: random.Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    part = lines[at : at + 6]
    rng.shuffle(part)
    return "\n".join(lines[:at] + part + lines[at + 6 :])


def _damage(rng: random.Random, text: str, others: Sequence[str]) -> str:
    return DAMAGES[rng.choice(sorted(DAMAGES))](rng, text, rng.choice((0.01, 0.1, 0.5)))


def _case(rng: random.Random, text: str, others: Sequence[str]) -> str:
    return rng.choice((text.lower, text.upper, text.title, text.swapcase))()


STEPS = (_splice, _insert, _delete, _double, _shuffle, _damage, _damage, _insert, _delete, _case)


def mutate(rng: random.Random, telegrams: Sequence[str]) -> bytes:
    """Return one damaged telegram, after one to six mutations, as bytes in one of several common encodings."""
    text = rng.choice(telegrams)
    for _ in range(rng.randint(1, 6)):
        text = rng.choice(STEPS)(rng, text, telegrams)[:20_000]
    return text.encode(rng.choice(("utf-8", "utf-8", "latin-1", "utf-16", "cp1252")), "replace")


# ---- Containers ------------------------------------------------------------------------------------------------------

MEMBERS = (
    "a.txt",
    "./b.txt",
    ".hidden/c.txt",
    "../d.txt",
    "__MACOSX/e",
    "f/",
    "g.zip",
    "h.eml",
    "h\u00e9.html",
    "a.txt",
)


def _zip(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as archive:
        warnings.simplefilter("ignore")  # members with the same name
        for text in texts:
            archive.writestr(rng.choice(MEMBERS), text, rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
    return packed.getvalue()


def _gzip(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    return b"".join(gzip.compress(text, 1, mtime=0) for text in texts)


def _json_rows(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    rows = [{"body": text.decode("utf-8", "replace"), "id": number} for number, text in enumerate(texts)]
    return "\n".join(json.dumps(row, ensure_ascii=rng.random() < 0.5) for row in rows).encode("utf-8", "replace")


def _csv_rows(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "body"])
    writer.writerows([number, text.decode("utf-8", "replace")] for number, text in enumerate(texts))
    return out.getvalue().encode("utf-8", "replace")


def _mail(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "telegrams"
    message.set_content("See the attachments.")
    for number, text in enumerate(texts):
        message.add_attachment(text, "text", "plain", filename=f"{number}.txt")
    return message.as_bytes()


def _page(rng: random.Random, texts: Sequence[bytes]) -> bytes:
    inside = b"".join(b"<pre>" + text.replace(b"<", b"&lt;") + b"</pre>" for text in texts)
    return b"<html><body>" + inside + b"</body></html>"


CONTAINERS = (_zip, _zip, _gzip, _json_rows, _csv_rows, _mail, _page)


def mutate_container(rng: random.Random, telegrams: Sequence[str]) -> bytes:
    """Return a container of one to three telegrams, with up to six byte ranges changed, removed, or repeated."""
    texts = [rng.choice(telegrams)[:4_000].encode() for _ in range(rng.randint(1, 3))]
    data = bytearray(rng.choice(CONTAINERS)(rng, texts))
    for _ in range(rng.randint(0, 6)):
        at, size = rng.randrange(len(data) + 1), rng.randrange(1, 60)
        change = rng.randrange(4)
        if change == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            del data[at : at + size]
        elif change == 2:
            data[at:at] = data[at : at + size] * rng.choice((1, 2, 9))
        else:
            data[at:at] = rng.choice(NASTY).encode()
    return bytes(data)
