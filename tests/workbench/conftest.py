"""Provide a small finished audit, and clients that are signed in to its workbench."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checker import audit, synth
from checker.config import Options
from checker.workbench.application import ViewOptions, Workbench
from checker.workbench.guard import CSRF
from checker.workbench.server import application

PORT = 8437
HOME = f"http://127.0.0.1:{PORT}"


def run_audit(paths: list[str], out: Path, **given: object) -> Path:
    """Run an audit in this process, and return its folder."""
    audit.run(paths, str(out), Options(**({"jobs": 1} | given)))  # type: ignore[arg-type]
    return out


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a corpus of 300 telegrams as rows and its audit, which no test changes."""
    folder = tmp_path_factory.mktemp("workbench")
    synth.write(300, 7, 0.5, str(folder / "cables.jsonl"))
    run_audit([str(folder / "cables.jsonl")], folder / "out")
    return folder


@pytest.fixture
def folder(shared: Path, tmp_path: Path) -> Path:
    """Return a folder with a copy of the audit that a test may change; the corpus is not copied."""
    shutil.copytree(shared / "out", tmp_path / "out")
    return tmp_path


class Reader:
    """A client that is signed in to the workbench for one audit."""

    def __init__(self, out: Path, **options: object) -> None:
        self.lines: list[str] = []
        self.workbench = Workbench(ViewOptions(str(out), **options))  # type: ignore[arg-type]
        self.guard = application(self.workbench, PORT, self.lines.append, lambda token: None)
        self.client = TestClient(self.guard, base_url=HOME, follow_redirects=False, raise_server_exceptions=False)
        assert self.client.get(f"/?token={self.guard.token}").status_code == 303

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (answer.status_code, path, answer.text[:300], self.lines[-2:])
        return answer.text

    def json(self, path: str) -> dict:  # type: ignore[type-arg]
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text[:300], self.lines[-2:])
        return answer.json()  # type: ignore[no-any-return]

    def post(self, path: str, values: object, status: int = 200) -> dict:  # type: ignore[type-arg]
        session = list(self.guard.sessions.values())[-1]
        answer = self.client.post(path, json=values, headers={"origin": HOME, CSRF: session.csrf})
        assert answer.status_code == status, (answer.status_code, answer.text[:300], self.lines[-2:])
        return answer.json() if "json" in answer.headers["content-type"] else {"text": answer.text}

    def close(self) -> None:
        self.workbench.close()


@pytest.fixture
def view() -> Iterator[Callable[..., Reader]]:
    opened: list[Reader] = []

    def open_view(out: Path, **options: object) -> Reader:
        opened.append(Reader(out, **options))
        return opened[-1]

    yield open_view
    for reader in opened:
        reader.close()


def plain(page: str) -> str:
    """Return the text of a page, without tags."""
    import html

    return html.unescape(re.sub(r"<[^>]*>", "", page))
