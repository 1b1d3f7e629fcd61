"""Parse markings in a scheme that a rule pack defines: one level, with marks before and after it.

The pack's entry in the `profiles` table names the tables of levels and marks and defines the separators between the
parts: `NATO SECRET RELEASABLE TO FREEDONIA`, `UK SECRET`, `OFFICIAL-SENSITIVE - COMMERCIAL`, `(NS)`.
"""

from __future__ import annotations

import re

from ...vocabulary import Entry, Vocabulary
from .marking_parser import UnplacedMarking
from .tokens import UnplacedToken, upper

_KINDS = ("portion", "banner", "title", "other")


class SchemeParser:
    """The marking grammar for one scheme, built from its tables."""

    def __init__(self, words: Vocabulary) -> None:
        assert words.scheme is not None
        self.code = words.scheme.code
        self.separators = words.scheme.facts.get("separators", (" ",))
        table = words.scheme.fact("marks")
        marks = words[table].entries if table else ()
        signs = "".join(dict.fromkeys("".join(self.separators).replace(" ", "")))
        self._banner = _Forms(words["levels"].entries, marks, _KINDS[1:], signs)
        self._portion = _Forms(words["levels"].entries, marks, _KINDS, signs)

    def banner(self, line: str) -> UnplacedMarking | None:
        """Parse an entire line as a marking. Return `None` if it is not a marking. Only lines in capitals are
        markings.
        """
        return self._parse(line, 0, self._banner) if line == upper(line) else None

    def portion(self, mark: str) -> UnplacedMarking | None:
        """Parse `(...)` as a marking. Return `None` if it is not a marking. A single lower-case letter is a list item,
        not a marking.
        """
        content = mark[1:-1].strip()
        if not content or (len(content) == 1 and content != upper(content)):
            return None
        found = self._parse(content, mark.index(content, 1), self._portion)
        if found is None or not found.known:
            return None
        if len(content) != len(mark) - 2:
            found.typo = found.typo or "spacing"
        return found

    def _parse(self, content: str, start: int, forms: _Forms) -> UnplacedMarking | None:
        tokens = forms.split(upper(content), start)
        levels = [token for token in tokens if token.category == "level"]
        if len(levels) != 1:
            return None
        controls = tuple(dict.fromkeys(t.code for t in tokens if t.code is not None and t is not levels[0]))
        style = "plain" if len(tokens) == 1 else "cable"
        typo = "case" if content != upper(content) else self._flaw(tokens)
        return UnplacedMarking(
            content, levels[0].code, self.code, style, tokens, controls, (), None, False, False, typo
        )

    def _flaw(self, tokens: list[UnplacedToken]) -> str | None:
        """Return the code of the typographic flaw between the tokens, or `None` if there is none."""
        if any("\n" in token.before for token in tokens):
            return "split"
        return "separator" if any(token.before not in self.separators for token in tokens[1:]) else None


class _Forms:
    """A scheme's spellings of levels and marks, with their entries, and the patterns that match a spelling, a
    separator, or an unlisted word.
    """

    def __init__(self, levels: tuple[Entry, ...], marks: tuple[Entry, ...], kinds: tuple[str, ...], signs: str) -> None:
        self.entries: dict[str, tuple[Entry, str, str]] = {}
        pairs = [(entry, "level") for entry in levels] + [(entry, entry.fact("category") or "mark") for entry in marks]
        for entry, category in pairs:
            for kind in kinds:
                for form in entry.forms.get(kind, ()):
                    self.entries.setdefault(" ".join(upper(form).split()), (entry, kind, category))
        longest = sorted(self.entries, key=len, reverse=True)
        words = (r"\s+".join(map(re.escape, form.split())) for form in longest)
        self.form = re.compile(f"(?:{'|'.join(words) or '(?!)'})(?![^\\W_])")
        signs = re.escape(signs)
        self.gap = re.compile(rf"[\s{signs}]*")
        self.word = re.compile(rf"[^\s{signs}]+(?:\s+[^\s{signs}]+)*")

    def split(self, text: str, start: int) -> list[UnplacedToken]:
        """Return the tokens in a text, or an empty list if the text begins with an unlisted word or contains one that
        does not have a separator before it.
        """
        tokens: list[UnplacedToken] = []
        at, before = 0, ""
        while at < len(text):
            found = self.form.match(text, at)
            match = found or self.word.match(text, at)
            if match is None or (found is None and not (tokens and before.strip())):
                return []
            tokens.append(self._token(text, match, found is not None, before, start))
            at = tokens[-1].end - start
            gap = self.gap.match(text, at)
            assert gap is not None
            before, at = gap[0], gap.end()
        return tokens

    def _token(self, text: str, match: re.Match[str], known: bool, before: str, start: int) -> UnplacedToken:
        low, high = match.span()
        if not known:
            return UnplacedToken(start + low, start + high, None, "unknown", 0, "other", before, 0)
        entry, kind, category = self.entries[" ".join(match[0].split())]
        names: tuple[str, ...] = ()
        if entry.fact("names") == "yes":  # the rest of the marking is a list of names
            names, high = tuple(re.findall(r"[^\s,/]+", text[high:])), len(text)
        rank = 0 if category == "level" else entry.rank or 1
        return UnplacedToken(
            start + low, start + high, entry.code, category, 0, kind, before, 0, countries=names, rank=rank
        )
