"""One small corpus and one finished audit that the tests of this folder share."""

from __future__ import annotations

import pytest

from checker import audit, synth
from checker.document_linter import Order

SIZE = 160 * 1024  # bytes a batch aims at, so that a small corpus has several


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "cables.jsonl"
    synth.write(500, 4, 0.4, str(path))
    return path


@pytest.fixture(scope="session")
def options():
    return lambda **given: audit.Options(**({"jobs": 2, "size": SIZE} | given))


@pytest.fixture(scope="session")
def finished(corpus, options, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished") / "out"
    audit.run([str(corpus)], str(out), Order(), options())
    return out
