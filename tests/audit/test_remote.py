"""Test the audit of a URL, read over HTTP in ranges from a server in this test: it has the same findings as that of the
file.
"""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from checker import audit, synth
from checker.cli import main
from checker.errors import InputError

from .conftest import SIZE

pytest.importorskip("obstore")

ASKED = {
    "cables": "select * exclude (path) from cables order by document",
    "findings": 'select * exclude (path, fingerprint) from findings order by document, rule, line, "column", message',
    "portions": "select * from portions order by document, place",
    "ledger": "select * exclude (path) from ledger order by document",
}


class Handler(BaseHTTPRequestHandler):
    """A server for one folder that supports ranges. It responds with errors after as many requests as `dead` allows."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        """Log nothing."""

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        path = server.folder / self.path.lstrip("/")
        if not path.is_file() or len(server.asked) > server.most:
            self.reply(404 if not path.is_file() else 403, b"", body)
            return
        data = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        if asked is None:
            self.reply(200, data, body)
            return
        start, end = int(asked[1]), min(int(asked[2]), len(data) - 1)
        self.reply(206, data[start : end + 1], body, f"bytes {start}-{end}/{len(data)}")

    def reply(self, code, data, body, part=""):
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"1"')
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def server(tmp_path):
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.folder, made.asked, made.most = tmp_path / "served", [], 10**9
    made.folder.mkdir()
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def told(out):
    return {table: audit.query(str(out), sql).rows for table, sql in ASKED.items()}


@pytest.fixture(scope="module")
def nameless(tmp_path_factory):
    """Return a corpus in which every third row has no identifier and is named by its line."""
    path = tmp_path_factory.mktemp("nameless") / "rows.jsonl"
    synth.write(300, 9, 0.4, str(path))
    lines = path.read_text().splitlines(keepends=True)
    lines[::3] = [re.sub(r'"_id": "[^"]*", ', "", line) for line in lines[::3]]
    path.write_text("".join(lines))
    return path


@pytest.fixture(scope="module")
def local(nameless, options, tmp_path_factory):
    """Return the results of an audit of the local file."""
    out = tmp_path_factory.mktemp("local") / "out"
    audit.run([str(nameless)], str(out), options())
    return told(out)


def test_an_audit_over_http_finds_what_the_audit_of_the_file_finds(nameless, local, server, options, tmp_path):
    (server.folder / "rows.jsonl").write_bytes(nameless.read_bytes())
    audit.run([f"{server.url}/rows.jsonl"], str(tmp_path / "remote"), options())
    assert local == told(tmp_path / "remote")
    assert sum(row[1].startswith("line 2") for row in local["cables"]) > 20
    ranges = [asked for asked in server.asked if asked]
    read = sum(int(end) - int(start) + 1 for start, end in (asked[6:].split("-") for asked in ranges))
    size = nameless.stat().st_size
    assert None not in server.asked[1:], "after the size was asked, only ranges are"
    assert size <= read <= size + (size // SIZE + 2) * 2 * 64 * 1024


def test_shards_of_a_url_merge_to_the_same(nameless, local, server, options, tmp_path):
    (server.folder / "rows.jsonl").write_bytes(nameless.read_bytes())
    url = f"{server.url}/rows.jsonl"
    shards = [str(tmp_path / f"shard{part}") for part in (1, 2)]
    for part, shard in enumerate(shards, 1):
        audit.run([url], shard, options(shard=part, shards=2))
    audit.merge(shards, str(tmp_path / "merged"), options())
    assert local == told(tmp_path / "merged")


def test_a_sample_of_a_url_is_the_sample_of_the_file(nameless, options, tmp_path):
    sampled = options(sample=40, seed=5)
    audit.run([str(nameless)], str(tmp_path / "local"), sampled)
    audit.run([nameless.as_uri()], str(tmp_path / "remote"), sampled)
    assert told(tmp_path / "local") == told(tmp_path / "remote")


def test_a_store_that_fails_stops_the_audit_which_then_goes_on(nameless, local, server, options, tmp_path):
    (server.folder / "rows.jsonl").write_bytes(nameless.read_bytes())
    url, out = f"{server.url}/rows.jsonl", str(tmp_path / "out")
    server.most = 6
    with pytest.raises(InputError, match=r"the audit stopped, and can be resumed: http://127\.0\.0\.1"):
        audit.run([url], out, options())
    server.most = 10**9
    audit.run([url], out, options(resume=True))
    assert local == told(out)


def test_the_command_line_takes_a_url_for_audits_only(nameless, tmp_path, capsys):
    url = nameless.as_uri()
    assert 1 == main(["audit", url, "--out", str(tmp_path / "out"), "--jobs", "1", "--quiet", "--isolated"])
    assert "300 documents" in capsys.readouterr().out
    for command in ("lint", "parse"):
        assert 2 == main([command, url, "--isolated"])
        told = capsys.readouterr()
        assert "is a URL, which only `audit` reads" in told.out + told.err
