"""Redact by allow-list: decide which text may leave a document in a redacted run.

Numbers, punctuation, codes of closed vocabulary tables, and the words of our own messages stay. Every other run of
letters becomes `[…]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .vocabulary import Vocabulary

MASK = "[…]"
_LETTERS = r"(?!\[…\])(?:[A-Za-z]+|[^\x00-\x7f…]+)"
_SPACED = r"(?<![A-Za-z])[A-Za-z](?: +[A-Za-z](?![A-Za-z])){2,}"  # letters with spaces between them
_MASKS = r"\[…\](?:[\s\-/,.']*\[…\])+"
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
Act Atomic CSV Energy FOIA FRUS ISO JSON MB NUL OCR Office PDF RAR Secretary State States TAGS TEI The To URL URLs UTF
United Windows Word XML Zstandard a above absent accepted add after all an and another any anywhere applicable apply
archive are argument array as at attachment attribute attributes audit authority back banner base be because before
begins belong below between binary body bomb broken but by byte bytes bzip cable cablecheck can cannot case changed
character characters check checked cites classification classified closed closing code codes column columns compressed
computed configuration contain contains content control copied copy corpus could count counts crashed credentials cut
d damaged date day ddhhmmz decided declaration declassification decoded decompression deeply deleted deletion depends
deprecated determine differs directory document documents does downgrading dumps e earlier edition editorial edits
element else embedded empty encrypted end ended ends enough entities entry environment equals era error evaluate event
every evidence exact exactly excluded executive exemption exist exit expands expected export extract fact failed false
field fields file finding findings first five fix fixed fixes folder followed follows for fork form found from gives
group guard gzip has header headers here hidden higher hold holds id ignores imprecise in inclusive information inside
instead instruction integer internal is it item its itself key kind known label larger last later layer least leaves
letters level like limit line lines link list loaded locked longer looks lower macOS mail mailboxes malformed mark
marking match matches matters may member members memory message middle missing module mon month more most must name
named names needs neither nested never no none nor not notes nothing number numbers object objects observe of off old
on one only operating or order originator other outside over own pack packed page pages paragraph paragraphs parse
parser part partial password paths pattern per pipe place plain points portion position positions positive possible
precise present print processes profile publisher query quote read reader readers received recognized record records
refer references refid refused released remove replaced requested require resource reviewers row rows rule rules run s
same save says scheme section selected selection set setting settings severity share shown signal signs size skipped
slash smaller so spelling stamps start states station stopped store string subject such suggestion symbolic table
takes telegram telegrams term text than that the them there these this time times to too took top true truncated turns
two type unchanged under unexpected unknown unpack unreadable unsafe unwrap used valid value volumes was web when
where which whole with withheld within without worker wrapper xz year years yy yyyy z zip
"""


_DIGEST = "cable-"


def name_digest(name: str) -> str:
    """Return the digest that replaces a document's name. Equal names have equal digests, and a digest is returned
    unchanged.
    """
    if name.startswith(_DIGEST):
        return name
    from hashlib import sha256  # it loads OpenSSL, 3 ms, and few runs need it

    return _DIGEST + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]


class Redactor:
    """A filter that masks the text of documents, except codes in the vocabulary tables."""

    __slots__ = ("_codes", "_own_words")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._own_words = frozenset(_OWN_TEXT.split())
        self._codes: set[str] = set()
        for name in _CLOSED_TABLES:
            for entry in vocabulary.tables.get(name, ()):
                for text in (entry.code, *entry.spellings()):
                    self._codes.update(word for word in re.findall(_LETTERS, text) if len(word) > 1)
        self._codes.update(entry.code for entry in vocabulary["levels"])

    def message(self, text: str) -> str:
        """Return one of our own messages, masking any text in it that may come from a document."""
        return self._masked(text, own_words=True)

    def codes(self, text: str) -> str:
        """Return text from a document, masking everything except numbers and codes."""
        return self._masked(text, own_words=False)

    def row(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return a row of an audit table, masking the text that comes from the document."""
        return {name: value if name in _OWN_COLUMNS else self._cell(value) for name, value in row.items()}

    def _cell(self, value: object) -> object:
        if isinstance(value, (tuple, list)):
            return [self._cell(one) for one in value]
        return self.codes(value) if isinstance(value, str) else value

    def _masked(self, text: str, own_words: bool) -> str:
        def mask(match: re.Match[str]) -> str:
            word = match[0]
            return word if word in self._codes or (own_words and word in self._own_words) else MASK

        return re.sub(_MASKS, MASK, re.sub(_LETTERS, mask, re.sub(_SPACED, MASK, text)))
