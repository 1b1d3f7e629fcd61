"""Redaction by allow-list: what may leave a document when a run redacts.

Numbers, punctuation, codes of closed vocabulary tables and the words of our own messages stay. Every other run of
letters becomes `[…]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .vocabulary import Vocabulary

MASK = "[…]"
_LETTERS = re.compile(r"(?!\[…\])(?:[A-Za-z]+|[^\x00-\x7f…]+)")
_SPACED = re.compile(r"(?<![A-Za-z])[A-Za-z](?: +[A-Za-z](?![A-Za-z])){2,}")  # letters with spaces between them
_MASKS = re.compile(r"\[…\](?:[\s\-/,.']*\[…\])+")
_CLOSED_TABLES = (
    "admin_controls", "captions", "controls", "countries", "cui_categories", "cui_controls", "eras", "exemptions",
    "groups", "instructions", "levels", "nato", "posts", "precedence", "retired_controls", "tags_geo",
    "tags_organization", "tags_program", "tags_subject",
)  # fmt: skip
_OWN_COLUMNS = frozenset(
    ("path", "cable", "reader", "layout", "profile", "era", "date", "level", "outside_level", "portion_level", "kind",
     "instruction", "declass_basis", "declassify_on", "expected_on", "automatic_on", "text_hash")
)  # fmt: skip
"""Columns of the audit tables that hold our own codes, dates and names, or are redacted before."""

# The words of the messages of readers, parser and engine; tests/test_redaction.py compares and rewrites them.
_OWN_TEXT = """
Act An Atomic CSV Energy FRUS ISO JSON MB NUL Office PDF RAR States TEI The URL UTF United Windows XML Zstandard a
above absent all allowed an and another any applicable applies archive are argument array as asked at attachment
attempt attribute attributes audit back banner base be before begins behind below beside between beyond binary body
bomb both broken but by byte bytes bzip cable calendar came can cannot case changed changes character characters check
checked classification classified closed closing code column columns common computed configuration contain contains
control copied copy corpus could count counts crashed credentials cut d damaged date day ddhhmmz decide decides
declaration declassification decoded decompression deeply deprecated differs directory document documents does dumps e
earlier edition editorial else empty encrypted ended ends enough entities entry environment equals era error event
every evidence exact exactly exchange excluded executive exemption exist exit expected extract fact failed false far
field fields file files first five folder followed for form found from gets give gives group grow guard gzip has have
header here hidden higher hold holds id ignores in included information inside instead instruction internal is it item
its itself judge judged key kind known knows label larger last later layer least leaves letters level lies like limit
line linear lines link list locked longer looks lower made mail mailboxes malformed mark marking matches member
members message middle missing module mon month more must name named names needs nested never next no none nor not
notes nothing number object objects of off office old on one only opens operating or order originator out outside over
overlaps own packed page pages paragraph parse parser part partial password paths pattern per pipe place positions
present process profile program publisher query quote read reader reading recognise refid refused replaced require
room row rows rule run s same save says section see selected selection setting settings severity short signal size
skipped slash smaller something spelling stamps stands state states station stopped store such swells symbolic table
taken telegram telegrams text than that the them there this those time times to too took top true turns two type under
unknown unpack use volumes was web well were when where whether which whole with without word work worker wrapper xz
year years yy yyyy z zip
"""
_OWN_WORDS = frozenset(_OWN_TEXT.split())


class Redactor:
    """Masks text from documents; the allow-list of codes comes from the vocabulary tables."""

    __slots__ = ("_codes",)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._codes: set[str] = set()
        for name in _CLOSED_TABLES:
            for entry in vocabulary.tables.get(name, ()):
                for text in (entry.code, *entry.spellings()):
                    self._codes.update(word for word in _LETTERS.findall(text) if len(word) > 1)
        self._codes.update(entry.code for entry in vocabulary["levels"])

    def message(self, text: str) -> str:
        """Return a message of our own with everything masked that may come from a document."""
        return self._masked(text, own_words=True)

    def codes(self, text: str) -> str:
        """Return text of a document with everything masked but numbers and codes."""
        return self._masked(text, own_words=False)

    def row(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return a row of an audit table with the text of the document masked."""
        return {name: value if name in _OWN_COLUMNS else self._cell(value) for name, value in row.items()}

    def _cell(self, value: object) -> object:
        if isinstance(value, (tuple, list)):
            return [self._cell(one) for one in value]
        return self.codes(value) if isinstance(value, str) else value

    def _masked(self, text: str, own_words: bool) -> str:
        def mask(match: re.Match[str]) -> str:
            word = match[0]
            return word if word in self._codes or (own_words and word in _OWN_WORDS) else MASK

        return _MASKS.sub(MASK, _LETTERS.sub(mask, _SPACED.sub(MASK, text)))
