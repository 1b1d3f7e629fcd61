"""Test the allow-list for redaction: it contains all words of our own messages, and lets nothing else through."""

from __future__ import annotations

import ast
import os
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import redaction, rulebook
from checker.redaction import MASK, Redactor

ROOT = Path(__file__).parent.parent
MODULE = ROOT / "checker" / "redaction.py"
REDACTOR = Redactor(rulebook.load().vocabulary)
SOURCES = (
    "checker/readers/*.py", "checker/model/[bh]*.py", "checker/parser/**/*.py", "checker/operators.py",
    "checker/checks/*.py", "checker/engine.py", "checker/document_linter.py", "checker/linter.py",
    "checker/process_pool.py", "checker/rulebook/evaluation.py",
)  # fmt: skip
PROSE = re.compile(r"[A-Za-z0-9 ,.;:'()%=/+-]+")
SENTENCE = re.compile(r"[a-z]{2,} [a-z]|^[a-z ,]* $|^ [a-z]")


def messages(tree: ast.Module) -> Iterator[str]:
    """Yield the string constants of a module that look like prose, except docstrings."""
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            if PROSE.fullmatch(node.value) and SENTENCE.search(node.value):
                yield node.value


def test_the_words_of_our_messages_are_on_the_list() -> None:
    words: set[str] = set()
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            for text in messages(ast.parse(path.read_text(encoding="utf-8"))):
                words.update(re.findall("[A-Za-z]+", text))
    block = textwrap.fill(" ".join(sorted(words)), 118)
    text = MODULE.read_text(encoding="utf-8")
    made = re.sub(r'(?<=_OWN_TEXT = """\n).*?(?=""")', block + "\n", text, count=1, flags=re.S)
    if os.environ.get("CABLECHECK_REWRITE"):
        MODULE.write_text(made, encoding="utf-8")
    assert MODULE.read_text(encoding="utf-8") == made, "run with CABLECHECK_REWRITE=1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("is an attachment of type application/canary-word: save it", f"is an attachment of type {MASK}: save it"),
        ("is a damaged member: CANARY.TXT at byte 17", f"is a damaged member: {MASK} at byte 17"),
        ("", ""),
    ],
)
def test_messages_keep_our_words(text: str, shown: str) -> None:
    assert shown == REDACTOR.message(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(TS//SI-CANARYQ)", f"(TS//SI-{MASK})"),
        ("(C//REL TO USA, CANQ)", f"(C//REL TO USA, {MASK})"),
        ("PREL", "PREL"),
        ("SMITH, JOHN", MASK),
        ("12958", "12958"),
        ("\u041a\u0410\u041d", MASK),
        ("C A N A R Y", MASK),
    ],
)
def test_codes_keep_codes(text: str, shown: str) -> None:
    assert shown == REDACTOR.codes(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_an_unknown_word_never_passes(before: str, after: str) -> None:
    text = f"{before} CANARYQ {after}"
    assert "CANARYQ" not in REDACTOR.message(text)
    assert redaction.MASK in REDACTOR.codes(text)
