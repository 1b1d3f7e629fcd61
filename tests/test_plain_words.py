"""Test that prose uses plain, idiomatic American English, without the words in the table below.

To check more prose, add a line to `CORPORA`: a name, and a function that yields (place, text). To forbid another word, add a row to
`WORDS`. An exception goes into `ALLOWED` with its reason; the test fails if it is no longer needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# The word, as a regular expression that matches whole words in any case -> what to write instead.
WORDS = {
    r"stands?(?: there)?|stood": "is, appears, exists",
    r"behind": "after",
    r"(?<!there )is no(?! (?:longer|more|less))": "is not a",
    r"for instance": "for example",
    r"troubles?": "error, problem",
    r"handed in": "given; N documents: N checked, ...",
    r"hurt": "damaged",
    r"whose matter|not its matter": "not applicable",
    r"(?:1,9\d\d|2,0[0-4]\d)(?![\d,])": "a year without a comma; 2000 or more things in another way",
    r"false alarms?": "false positive",
    r"rule books?": "profile",
    r"mend(?:s|ed|ing)?": "fix",
    r"torn": "truncated",
    r"stretch(?:es)?": "span, passage, part",
    r"strokes?": "slashes, vertical bars",
    r"told": "reported, shown",
    r"swells?": "expands",
    r"begun": "started",
    r"hither|thither|whence|thereof|wherein": "a word in use",
    r"colour|recognise[sd]?|behaviour|licence|artefact|grey|centre": "American spelling",
}

# (corpus, place, matched text) -> why it may stay.
ALLOWED: dict[tuple[str, str, str], str] = {
    ("docs", "docs/write-a-pack.md", "licence"): "a key of pack.yaml",
    ("docs", "docs/write-a-rule.md", "licence"): "a key of pack.yaml",
    ("docs", "docs/review.md", "false alarm"): "the word of reviewers, on the button that is described",
    ("docs", "docs/review.md", "false alarms"): "the word of reviewers, in the output that is quoted",
    ("docs", "docs/command-line.md", "false alarms"): "the word of reviewers, in the output that is quoted",
}

Prose = Iterator[tuple[str, str]]


def pages(*patterns: str, but: frozenset[str] = frozenset()) -> Prose:
    """Yield the names and texts of Markdown pages. Blocks that are generated from code are left out, because they
    belong to the code's corpus.
    """
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            if name not in but:
                text = path.read_text(encoding="utf-8")
                text = re.sub(r"<!-- (\w+): made from .*?<!-- end of \1 -->", blank, text, flags=re.S)
                yield name, re.sub(r"<!-- output -->\n```text\n.*?\n```", blank, text, flags=re.S)


def blank(match: re.Match[str]) -> str:
    """Return as many line ends as the match contains, so that later lines keep their numbers."""
    return "\n" * match[0].count("\n")


REWRITTEN_LATER = frozenset({"docs/architecture.md"})  # it follows the code, which is being restructured
CORPORA: dict[str, Callable[[], Prose]] = {
    "docs": lambda: pages("*.md", "docs/*.md", "examples/*.md", "tests/fuzz_cases/*.md", but=REWRITTEN_LATER),
}


def matches(corpus: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield (place, matched text, replacement, line) for each forbidden word in a corpus."""
    for place, text in CORPORA[corpus]():
        for word, replacement in WORDS.items():
            for match in re.finditer(rf"(?<![\w.-])(?:{word})(?![\w-])", text, re.I):
                yield place, match[0].lower(), replacement, text.count("\n", 0, match.start()) + 1


@pytest.mark.parametrize("corpus", CORPORA)
def test_prose_uses_plain_words(corpus: str) -> None:
    found = [
        f"{place}:{line}: {text!r}; write: {replacement}"
        for place, text, replacement, line in matches(corpus)
        if (corpus, place, text) not in ALLOWED
    ]
    assert not found, "\n" + "\n".join(found)


def test_every_exception_is_needed() -> None:
    found = {(corpus, place, text) for corpus in CORPORA for place, text, _, _ in matches(corpus)}
    assert set(ALLOWED) - found == set()
    assert all(len(reason) > 10 for reason in ALLOWED.values())
