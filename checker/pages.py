"""The pages of `reports/` that are made from the rule book: telegram rules and corpus rules together."""

from __future__ import annotations

import os
from collections.abc import Iterator

from . import run
from .audit import corpus
from .reporters import bookpages
from .rulebook.words import load_vocabulary
from .settings import Settings
from .shipped import data_dir


def of_book(settings: Settings) -> dict[str, Iterator[str]]:
    """File name to the pieces of its text. Raises `RuleTrouble` for a rule book that does not load."""
    book = run.load(settings)
    listed = [bookpages.of_rule(rule) for rule in book.rules] + [_corpus_rule(rule) for rule in corpus.load()]
    listed.sort(key=lambda rule: rule.id)
    uncovered = load_vocabulary(os.path.join(data_dir("rules"), "coverage"))["uncovered"]
    return {
        "rules.md": bookpages.catalogue(listed),
        "coverage.md": bookpages.coverage(listed, book.vocabulary["sources"], uncovered),
        "tripwires.md": bookpages.tripwires(book.rules),
    }


def _corpus_rule(rule: corpus.CorpusRule) -> bookpages.Listed:
    return bookpages.Listed(
        rule.id, rule.name, rule.severity, rule.status, ("ALL",), "", rule.summary, rule.cite, "Across a corpus"
    )
