"""Provide a small corpus and a finished audit that the tests in this folder share."""

from __future__ import annotations

import pytest

from checker import audit, synth
from checker.config import Options

SIZE = 72 * 1024  # bytes a batch aims at, so that a small corpus has several


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "cables.jsonl"
    synth.write(220, 4, 0.4, str(path))
    return path


@pytest.fixture(scope="session")
def options():
    return lambda **given: Options(**({"jobs": 2, "batch_size": SIZE} | given))


@pytest.fixture(scope="session")
def finished(corpus, options, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished") / "out"
    audit.run([str(corpus)], str(out), options())
    return out
