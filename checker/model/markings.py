"""Define the records for markings: tokens, banners, portion marks, roll-ups, classification lines, and captions."""

from __future__ import annotations

from ..record import lazy_fields
from ..values import Level
from .header import Node, Unread, Word


class Token(Node):
    """One component of a marking. `code` is its code in the vocabulary tables, or `None` if no table lists it.

    `category` is level, sci, sap, aea, fgi, dissem, nonic, nato, joint, cui, declass, or unknown; `rank` gives the
    order of the categories (IC-REG-2016 p. 14-17), and `order` the order within a category. `form` is the type of
    spelling: title, banner, portion, or other. `countries` contains the codes in a country list; `parts` contains
    compartments, numbers, or program names in the order written. `before` is the separator before the token, including
    spaces and line breaks; `separators` contains the distinct separators between countries. `codes` contains all codes
    that the token implies: a system and its known compartments. `standing` is "current", "retired", or "supplemental"
    (a word that is not a control). `countries_in_order` is true if the list is in this order: the owner (if it comes
    first), trigraphs A-Z, groups A-Z. `unknown_countries` are not in any table; `doubled_countries` are members of a
    group in the same list. `role` is the role of the marking that contains the token ("banner" or "portion"). `nearest`
    is the closest known spelling of a control to an unknown word.
    """

    text: str
    code: str | None
    category: str
    rank: int = 0
    order: int = 0
    form: str = "other"
    before: str = ""
    countries: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    standing: str = "current"
    countries_in_order: bool = True
    unknown_countries: tuple[str, ...] = ()
    doubled_countries: tuple[str, ...] = ()
    role: str = "portion"
    nearest: str | None = None

    @property
    def parts_in_order(self) -> bool:
        """Return whether compartments, programs, or numbers are in ascending order, with numbers before letters
        (IC-REG-2016 p. 15).
        """
        if self.category == "aea":
            numbers = [int(part) for part in self.parts if part.isdigit()]
            return numbers == sorted(numbers)
        return list(self.parts) == sorted(self.parts)

    @property
    def first_country(self) -> str | None:
        """Return the first country in the list (absent if the list is empty)."""
        return self.countries[0] if self.countries else None


class Marking(Node):
    """A banner or portion marking, divided into tokens.

    `system` is us, nato, joint, foreign, or cui. `style` is "ic" if `//` separates categories, "cable" for the telegram
    style (`(S/NF)`, `(C/REL UK)`), or "plain" for a level alone. `controls` contains the codes of all tokens except the
    level. `typo` is a typographic flaw ("spacing", "bracket", "case", "split", "stop", or "separator") or `None`.
    `role` is "banner" or "portion". `owners` are the foreign or joint owners of the information. `release` contains the
    codes in the release list: it is `None` without such a list, and empty if the list is implied but not written out.
    `leading` is true if the marking begins with `//`. `concealed` is true if the foreign source is not named.
    `release_members` is the release list with each group replaced by its members, if they are listed.
    """

    text: str
    level: Level | Unread | None
    system: str = "us"
    style: str = "plain"
    tokens: tuple[Token, ...] = ()
    controls: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    release: tuple[str, ...] | None = None
    typo: str | None = None
    role: str = "portion"
    leading: bool = False
    concealed: bool = False
    release_members: tuple[str, ...] | None = None

    @property
    def control_tokens(self) -> tuple[Token, ...]:
        """Return all tokens except the level."""
        if self.style == "plain" and isinstance(self.level, Level) and " " not in self.text:
            return ()  # a bare level: no need to take it apart
        return tuple([token for token in self.tokens if token.category != "level"])

    @property
    def level_token(self) -> Token | None:
        """Return the token that states the level."""
        return next((token for token in self.tokens if token.category == "level"), None)

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the distinct categories of the tokens, in order of appearance."""
        return tuple(dict.fromkeys(token.category for token in self.tokens))

    @property
    def misplaced(self) -> tuple[Token, ...]:
        """Return the tokens that come after a token from a later category (IC-REG-2016 p. 14-17)."""
        found = []
        highest = 0
        for token in self.tokens:
            if token.category != "unknown" and token.rank < highest:
                found.append(token)
            highest = max(highest, token.rank)
        return tuple(found)

    @property
    def in_order(self) -> str | None:
        """Return the marking with its tokens in the Register's order and with the Register's separators (IC-REG-2016 p.
        14-17). The value is absent if a token is unknown or the marking continues on another line.
        """
        tokens = sorted(self.tokens, key=lambda token: (token.rank, token.order))
        if not tokens or self.unknown or "\n" in self.text:
            return None
        text, category = tokens[0].text, tokens[0].category
        for token in tokens[1:]:
            text, category = f"{text}{'/' if token.category == category else '//'}{token.text}", token.category
        head = self.tokens[0].span.start - self.span.start
        tail = self.span.end - self.tokens[-1].span.end
        return self.text[:head] + text + self.text[len(self.text) - tail :]

    @property
    def usual_form(self) -> str | None:
        """Return the portion mark in capitals and without spaces inside its parentheses. The value is absent if the
        mark has another flaw or an unknown word, or if it is a lone lower-case level, which may be an ordinary word.
        """
        if self.typo not in ("spacing", "case") or self.unknown or not (self.text[:1] == "(" and self.text[-1:] == ")"):
            return None
        inner = self.text[1:-1].strip(" ")
        if not inner.isascii() or (self.style == "plain" and inner != inner.upper()):
            return None
        form = f"({inner.upper()})"
        return None if form == self.text else form

    @property
    def disordered(self) -> tuple[Token, ...]:
        """Return the tokens that come after a token from the same category that they should precede (IC-REG-2016 p.
        15-17).
        """
        highest: dict[str, int] = {}
        found = []
        for token in self.tokens:
            if token.order < highest.get(token.category, 0):
                found.append(token)
            highest[token.category] = max(highest.get(token.category, 0), token.order)
        return tuple(found)

    @property
    def repeated(self) -> tuple[Token, ...]:
        """Return the tokens that already occur earlier in the marking."""
        seen = set()
        found = []
        for token in self.tokens:
            key = (token.category, token.code or token.text, token.parts)
            if key in seen:
                found.append(token)
            seen.add(key)
        return tuple(found)

    @property
    def bad_separators(self) -> tuple[Token, ...]:
        """Return the tokens with a wrong separator before them: `//` must precede a new category, and `/` any other
        token in the same category (IC-REG-2016 p. 15-17).

        A line end beside a separator is allowed, because long banners wrap.
        """
        found = []
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            written = token.before.strip() if "\n" in token.before else token.before
            if written != ("/" if token.category == before.category else "//"):
                found.append(token)
        return tuple(found)

    @property
    def unknown(self) -> tuple[Token, ...]:
        """Return the tokens that are not in any table."""
        if self.style == "plain" and isinstance(self.level, Level) and " " not in self.text:
            return ()  # a bare level: no need to take it apart
        return tuple(token for token in self.tokens if token.code is None)


class Rollup(Node):
    """The overall marking that the portion marks require (IC-REG-2016 p. 27-30; for telegrams 5 FAH).

    `text` is the expected banner, or `None` if the portions do not determine it; `level`, `controls`, and `release` are
    its level, control codes, and release countries. `level_text` is the level in the banner's spelling, with or without
    spaces between the letters. `finished` is the same as `text`, or `None` if `text` would lower the level. `missing`
    contains the codes that the portions require but the banner lacks; `extra`, those in the banner that no portion
    requires; and `vanishing`, those in the banner that must not appear at its level. `wider_release` is true if the
    banner releases to more countries than the portions do. `decided` is false if a mixture of release markings requires
    a human decision; `mixed` is true if marked and unmarked portions occur together. `portions` is the number of marks;
    `why` is the step that determined the release marking.
    """

    level: Level | None = None
    level_text: str | None = None
    finished: str | None = None
    text: str | None = None
    controls: tuple[str, ...] = ()
    release: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    vanishing: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    missing_owners: tuple[str, ...] = ()
    concealed: bool = False
    wider_release: bool | None = None
    release_agrees: bool | None = None
    decided: bool = True
    mixed: bool = False
    portions: int = 0
    why: str = ""


class Banner(Node):
    """The classification line: level, controls, section counter, post, and message serial number.

    `written` is "spaced" (letter-spaced), "plain", or "clear" (a classified text sent in the clear). `marking` is the
    parsed marking.
    """

    text: str
    level: Level | Unread | None
    written: str = "plain"
    marking: Marking | None = None
    controls: tuple[str, ...] = ()
    section: int | None = None
    sections: int | None = None
    year: int | None = None
    post: str | None = None
    serial: int | None = None
    serial_text: Word | None = None
    level_text: Word | None = None


class Misspelling(Node):
    """Words that closely resemble the known spelling in `nearest`."""

    text: str
    nearest: str


class Caption(Node):
    """A caption line. `code` is the caption's code in the table (`None` for an unknown caption), and `rank` shows how
    restrictive it is.
    """

    text: str
    code: str | None = None
    kind: str = "unknown"
    rank: int | None = None


def captions_out_of_order(captions: tuple[Caption, ...]) -> tuple[Caption, ...]:
    """Return the captions that come after a less restrictive one. Captions without a rank are ignored."""
    found = []
    least = None
    for caption in captions:
        if caption.rank is not None:
            if least is not None and caption.rank > least:
                found.append(caption)
            least = caption.rank if least is None else min(least, caption.rank)
    return tuple(found)


lazy_fields(Banner, "marking")  # few rules read the marking of an unclassified telegram
lazy_fields(Marking, "tokens")  # only rules about controls read them
lazy_fields(Token, "nearest")
