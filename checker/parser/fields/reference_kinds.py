"""Classify references that do not identify a telegram by post and number, and write message numbers in a standard
form.
"""

from __future__ import annotations

from functools import lru_cache

from ...model import Banner, Party, Reference, Telegram
from ...text import Pattern
from ...vocabulary import Vocabulary
from ..cursor import Cursor
from .dates import month_of, year_of
from .header_lines import post_of

_AIRGRAM = Pattern(  # 1 year, 2 post, 3 year after the post, 4 number, 5 year after the number
    r"(?:(\d{4}|\d{2}) )?(?:([A-Z][A-Z'. -]{1,39}?)(?:'S?)? (?:(\d{4}|\d{2}) )?)?"
    r"A-(\d{1,4})(?: ?\((\d{4}|\d{2})\))?(?![\dA-Z])"
)
_GROUP = Pattern(r"(\d{2})([0-2]\d[0-5]\d) ?([A-Z]) ?([A-Z]{3,9}),? ?(\d{4}|\d{2})?(?![\d])")
_DATED = Pattern(r"[A-Z][A-Z0-9'./ -]{1,39} \d{2}[0-2]\d[0-5]\d ?[A-Z] ?[A-Z]{3}(?![A-Z]{7})")
_WORDS = Pattern(r"[A-Z][A-Z0-9'./ -]*")
_AIRGRAM_SIGN = "A-"


def name_kind(cursor: Cursor, telegram: Telegram, item: Reference) -> None:
    """Set the kind and identifying fields of a reference to an airgram or to a message cited by its date-time group.
    Other references are not changed.
    """
    words = " ".join(item.text.upper().split())
    if item.letter is not None:
        words = words[words.find(item.letter) + 1 :].lstrip(" .:)-")
    airgram = _AIRGRAM.match(words)
    if airgram is not None:
        before, name, inside, number, after = airgram.groups()
        year = before or inside or after
        item.kind, item.serial = "airgram", int(number)
        item.year = year_of(year) if year else None
        item.post = post_of(cursor, name.replace("-", " ").strip(" .'")) if name else own_post(telegram)
        return
    group = _GROUP.search(words)
    if group is not None and month_of(group.group(4), cursor.grammar.months)[0] is not None:
        sender = _WORDS.match(words[: group.start()].strip(" ,:"))
        item.group = group.group()
        item.post = post_of(cursor, sender.group().strip(" -.")) if sender is not None else None
        item.year = year_of(group.group(5)) if group.group(5) else None


def is_airgram(name: str) -> bool:
    """Return whether the words before a number end with `A-`, as in the airgram number A-123."""
    words = name.rsplit(" ", 1)[-1]
    return words.rstrip() == _AIRGRAM_SIGN


def names_other(cursor: Cursor, at: int, end: int) -> bool:
    """Return whether an airgram, or a message identified by its sender and date-time group, begins at an offset."""
    return _AIRGRAM.match(cursor.fold, at, end) is not None or _DATED.match(cursor.fold, at, end) is not None


def own_post(telegram: Telegram) -> str | None:
    """Return the post that sent the telegram, according to its classification line or, failing that, its FM line.
    Return `None` if it is unknown.
    """
    for sender, kind in ((telegram.banner, Banner), (telegram.sender, Party)):
        if isinstance(sender, kind) and sender.post:
            return sender.post
    return None


def number_of(item: Reference, telegram: Telegram, words: Vocabulary) -> str | None:
    """Return the number of the telegram or airgram that is referred to, in the same form as `Telegram.mrn`. Return
    `None` if the reference has no number or the year is unknown.

    A reference without a year is assumed to be from the telegram's own year. However, if it is from the same post and
    its number is not lower than the telegram's own number, it is assumed to be from the previous year.
    """
    if item.post is None or item.serial is None or item.kind not in ("telegram", "airgram"):
        return None
    year, post, serial = telegram._number()
    post_named = station(item.post, words)
    if item.year is not None:
        year = item.year
    elif year is not None and item.kind == "telegram" and post is not None and serial is not None:
        if post_named == station(post, words) and item.serial >= serial:
            year -= 1
    if year is None:
        return None
    sign = _AIRGRAM_SIGN if item.kind == "airgram" else ""
    return f"{year % 100:02d}{post_named}{sign}{item.serial}"


@lru_cache(maxsize=4096)
def station(post: str, words: Vocabulary) -> str:
    """Return a post name without spaces or punctuation. If the `posts` table lists variants of the name, return the
    first one. Results are cached, because most telegrams refer to a few posts.
    """
    entry = words["posts"].find(post)
    name = entry.forms["alias"][0] if entry is not None and entry.forms.get("alias") else post
    return "".join(filter(str.isalnum, name))
