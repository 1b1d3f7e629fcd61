"""Define the quick set (`pytest -m "not slow"`) and the order of the whole suite, in which slow tests are last.

A test is slow if it starts processes, builds many corpora, or repeats a property many times. Whole folders and files
are listed here; single tests are marked individually.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
SLOW = (
    "audit/",  # worker processes, databases
    "cli/test_canary.py",
    "cli/test_editor_features.py",  # a server process for each test
    "cli/test_integrations.py",  # pre-commit, the action
    "cli/test_lsp.py",  # a server process
    "cli/test_secrecy.py",
    "readers/test_hostile.py",
    "readers/test_layouts_in_wrappers.py",
    "rulebook/test_docs.py",
    "rulebook/test_mutants.py",
    "rulebook/test_packs.py",
    "rulebook/test_planted.py",
    "rulebook/test_schemas.py",
    "rulebook/test_small_books.py",
    "synth/",
    "test_cache_dir.py",
    "test_docs_run.py",
    "test_explain_agrees_with_lint.py",
    "test_fuzz.py",
    "test_mutations.py",
    "test_gates.py",  # ruff and mypy
    "test_robustness.py",
    "test_stability.py",
    "test_workers.py",
    "workbench/test_browser.py",
    "workbench/test_decisions.py",
    "workbench/test_pages.py",
    "workbench/test_samples.py",
    "workbench/test_texts.py",
)

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

LONGEST = (
    "test_docs_run.py",
    "test_mutations.py",
    "audit/test_audit.py",
    "workbench/test_browser.py",
    "workbench/test_texts.py",
    "test_fuzz.py",
    "readers/test_hostile.py",
)
"""The slow files that take longest, in this order."""

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")  # no test depends on how fast the machine is

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # otherwise, each process that a test starts compiles the package
os.environ.pop("COLUMNS", None)  # pytest-xdist sets it; tests that need a width set their own


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if item.path.relative_to(TESTS).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    yield  # tests are selected by their marks, and grouped by their fixtures
    items.sort(key=_order)


def pytest_collection_finish() -> None:
    gc.freeze()  # thousands of tests and the rules stay until the end; the collector need not look at them again


def _order(item: pytest.Item) -> int:
    """Return the sort key for a test: 0 for the quick set, then the files that take longest, so that all workers finish
    at about the same time, then other slow tests.
    """
    if item.get_closest_marker("slow") is None:
        return 0
    path = item.path.relative_to(TESTS).as_posix()
    return LONGEST.index(path) + 1 if path in LONGEST else len(LONGEST) + 1


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Yield a browser for the tests in one file, or skip them if Chromium or Playwright is not installed.

    The browser is closed after the file: while Playwright is open, no other test can run an event loop.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    if BROWSER is None:
        pytest.skip("no Chromium here: nothing was drawn")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
