"""Test the language server through a pipe: files are opened and changed, a quick fix is requested, and the server is
shut down.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from checker.config import Options
from checker.language_server.judge import Job, Judge
from checker.process_pool import Worker

pytest.importorskip("pygls")
ROOT = Path(__file__).parents[2]


class Editor:
    """A minimal editor that communicates with the server through a pipe."""

    def __init__(self, folder: Path) -> None:
        self.served = subprocess.Popen(
            [sys.executable, "-m", "checker", "lsp", "--isolated"],
            cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "", "XDG_CACHE_HOME": str(folder.parent / "cache")},  # below the folder it would be ignored
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.last = 0

    def send(self, method: str, params: dict[str, Any] | None, *, asks: bool = False) -> None:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if asks:
            self.last += 1
            message["id"] = self.last
        body = json.dumps(message).encode()
        assert self.served.stdin is not None
        self.served.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.served.stdin.flush()

    def hear(self, wanted: str | int) -> Any:
        """Return the parameters of the next notification with this name, or the result of the
        request with this number.
        """
        assert self.served.stdout is not None
        while True:
            length = 0
            while (line := self.served.stdout.readline().strip()) or not length:
                assert line or self.served.poll() is None, "the server is gone"
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            message = json.loads(self.served.stdout.read(length))
            if message.get("method") == wanted:
                return message["params"]
            if message.get("id") == wanted and "method" not in message:
                return message["result"]

    def ask(self, method: str, params: dict[str, Any] | None) -> Any:
        self.send(method, params, asks=True)
        return self.hear(self.last)


@pytest.fixture
def editor(tmp_path: Path):
    made = Editor(tmp_path)
    made.ask("initialize", {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}})
    made.send("initialized", {})
    yield made
    made.ask("shutdown", None)
    made.send("exit", None)
    assert made.served.wait(10) == 0


def test_findings_are_shown_while_a_telegram_is_written(editor: Editor, tmp_path: Path) -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    wrong = text.replace("TAGS: PREL", "TAGS: PRELS").replace("The King will", "\U0001d54fThe King will")
    uri = (tmp_path / "one.txt").as_uri()
    document = {"uri": uri, "languageId": "plaintext", "version": 1, "text": wrong}
    editor.send("textDocument/didOpen", {"textDocument": document})
    (shown,) = editor.hear("textDocument/publishDiagnostics")["diagnostics"]
    line = next(number for number, words in enumerate(wrong.split("\n")) if words.startswith("TAGS"))
    place = {"start": {"line": line, "character": 6}, "end": {"line": line, "character": 11}}
    assert (place, "TAG-005", "cablecheck") == (shown["range"], shown["code"], shown["source"])
    assert shown["message"].startswith('"PRELS" is not a known TAG; did you mean "PREL"?\n')

    given = {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": []}}
    (action,) = editor.ask("textDocument/codeAction", given)
    assert action["edit"]["changes"][uri] == [{"range": place, "newText": "PREL"}]

    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}
    editor.send("textDocument/didChange", change)
    assert editor.hear("textDocument/publishDiagnostics")["diagnostics"] == []


def test_places_count_as_the_editor_does(editor: Editor, tmp_path: Path) -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    wrong = text.replace("Jane Q. Doe", "Jane \U0001d54f. Doe").replace("(b) and (d)", "(b) and (k)")
    uri = (tmp_path / "one.txt").as_uri()
    editor.send("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "x", "version": 1, "text": wrong}})
    (shown,) = editor.hear("textDocument/publishDiagnostics")["diagnostics"]
    line = next(words for words in wrong.split("\n") if words.startswith("Classified By"))
    assert shown["code"] == "RSN-002"
    assert shown["range"]["start"]["character"] == line.index("k)") + 1  # the letter before counts twice in UTF-16


def test_troubles_of_a_rule_file_are_shown_when_it_is_saved(editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("format: 1\nchapter: Mine\nruels: []\n")
    document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": path.read_text()}
    editor.send("textDocument/didOpen", {"textDocument": document})
    shown = editor.hear("textDocument/publishDiagnostics")["diagnostics"]
    assert any(one["code"] == "R010" and one["range"]["start"] == {"line": 2, "character": 0} for one in shown)


def test_without_its_package_the_command_says_what_to_install(tmp_path: Path) -> None:
    words = "import sys; sys.modules['pygls'] = None; sys.modules['lsprotocol'] = None\n"
    words += "from checker import cli; sys.exit(cli.main(['lsp', '--isolated']))"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'cablecheck[lsp]'" in done.stderr


def test_the_worker_is_ended_once_if_the_judge_is_closed_while_it_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Worker] = []
    end = Worker.end

    def slowly(worker: Worker) -> None:
        ended.append(worker)
        time.sleep(0.1)  # long enough for the other thread
        end(worker)

    monkeypatch.setattr(Worker, "end", slowly)
    judge = Judge(Options(), lambda job, judged: None)
    judge.submit(Job("one.txt", "one.txt", 1, "C O N F I D E N T I A L STRELSAU 000412\n" * 2000))
    while judge._worker is None:
        time.sleep(0.01)
    judge.close()
    assert 1 == len(ended)
    assert not ended[0].process.is_alive()
    assert judge._worker is None
