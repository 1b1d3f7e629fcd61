"""Test the server: its address, errors without document text, queries with parameters, and pages
without inline code.
"""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import duckdb
import pytest

from checker import cli
from checker.errors import ConfigError, InputError
from checker.workbench.application import ViewOptions, Workbench
from checker.workbench.markup import FOLDER, STATIC, environment
from checker.workbench.server import bind


def test_it_listens_on_the_loopback_address_alone():
    listener = bind(0)
    host, port = listener.getsockname()
    assert "127.0.0.1" == host
    outside = [each[4][0] for each in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)]
    for address in outside:
        if not address.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((address, port), 2):
                pass
    with pytest.raises(ConfigError, match=f"port {port} cannot be used"):
        bind(port)
    listener.close()


def test_no_option_names_another_address(capsys):
    cli.main(["view", "--help"])
    assert not re.search(r"--(host|bind|address)", capsys.readouterr().out)


@pytest.mark.parametrize("given", [["--port", "80"], ["--port", "70000"], ["--as-of", "soon"], ["--prot", "1"]])
def test_a_wrong_option_is_one_clear_line(given, tmp_path, capsys):
    assert 2 == cli.main(["view", str(tmp_path), *given])
    assert given[0] in capsys.readouterr().err


def test_a_folder_without_an_audit_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"contains no audit;"):
        Workbench(ViewOptions(str(tmp_path)))


@pytest.mark.slow
def test_tables_that_cannot_be_read_are_one_clear_line(folder, tmp_path):
    def refusal(change, **options):
        out = Path(shutil.copytree(folder / "out", tmp_path / f"bad-{change}"))
        if change == "missing":
            (out / "files.parquet").unlink()
        elif change == "truncated":
            (out / "cables.parquet").write_bytes((out / "cables.parquet").read_bytes()[:3000])
        elif change == "renamed":
            con = duckdb.connect()
            con.execute(f"copy (select document as number from '{out}/cables.parquet') to '{out}/cables.parquet'")
        elif change == "format":
            (out / "audit.json").write_text((out / "audit.json").read_text().replace('"format": 1', '"format": 9'))
        with pytest.raises((InputError, ConfigError)) as raised:
            Workbench(ViewOptions(str(out), **options))
        assert "\n" not in str(raised.value)
        return str(raised.value)

    assert "has no table files; run" in refusal("missing")
    assert re.search(r"cables\.parquet: damaged, or not a table of an audit; audit again", refusal("truncated"))
    assert "the tables are damaged or of another version; audit again" in refusal("renamed")
    assert "not of format 1, which this version reads; run the audit again" in refusal("format")
    assert "--corpus: /nix/cables: no such file or folder" in refusal("none", corpus="/nix/cables")
    assert "--compare: /nix: no such folder" in refusal("same", compare="/nix")


def sources(folder, ending):

    return [(path.name, path.read_text()) for path in sorted(Path(folder).rglob(f"*{ending}"))]


def test_pages_have_no_inline_code_and_nothing_from_outside():
    assert environment().autoescape is True
    for name, text in sources(FOLDER, ".html"):
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b|autoescape false", text), name
        assert [] == re.findall(r"<script(?! src=\"/static/)", text), name
        assert "http" not in text and "//" not in text.replace("://", ""), name
    for name, text in sources(STATIC, ".css") + sources(STATIC, ".js"):
        assert "http" not in text and "@import" not in text and "url(" not in text, name
    script = dict(sources(STATIC, ".js"))["workbench.js"]
    assert script.count("\n") < 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)


@pytest.mark.slow
def test_an_error_shows_an_id_and_no_words(shared, view, monkeypatch):
    from checker.workbench import queries

    reader = view(shared / "out")

    def broken(self, criteria, size=50):
        raise RuntimeError("WORDS OF A TELEGRAM")

    monkeypatch.setattr(queries.AuditTables, "page", broken)
    text = reader.get("/findings?q=HARVEST", 500)
    trace = re.search(r"error ([0-9a-f]{8})", text)
    assert trace and "WORDS" not in text
    told = [line for line in reader.lines if trace[1] in line]
    assert told and re.fullmatch(r"error [0-9a-f]{8}: RuntimeError at \w+\.py:\d+", told[0])
    assert "WORDS" not in " ".join(reader.lines) and "HARVEST" not in " ".join(reader.lines)


@pytest.mark.slow
def test_values_are_parameters_and_never_part_of_a_statement(shared, view):
    reader = view(shared / "out")
    total = reader.json("/findings.json?sort=place")["total"]
    for value in ("' or 1=1 --", "x') or ('1'='1", '"; drop table item; --', "\\\\", "%", "_", "?", "\x00", "ﾠ"):
        for name in ("post", "rule", "tag", "era", "reviewer", "sample", "undetermined", "year"):
            found = reader.client.get("/findings.json", params={name: value})
            assert 200 == found.status_code and 0 == found.json()["total"], (name, value)
            assert found.json()["notices"], (name, value)
        assert total > reader.client.get("/findings.json", params={"q": value + "' --"}).json()["total"]
        for path in ("/values/post", "/documents"):
            assert 200 == reader.client.get(path, params={"post": value, "find": value}).status_code
        assert 404 == reader.client.get(f"/rules/{'x' + value.strip(chr(0))}").status_code
    for sort in ("id; drop table item", "1", "date desc"):
        assert "no sort order" in reader.client.get("/findings.json", params={"sort": sort}).json()["notices"][0]
    assert total == reader.json("/findings.json?sort=place")["total"]
