"""Test redaction: a canary word in every field, name, and attribute of every wrapper appears in no output of a redacted
run.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from checker import cli
from checker.reporters import REPORTERS

ROOT = Path(__file__).parents[2]
WORD = "KANARI"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbered(text: str) -> str:
    """Return the text with a different canary for each `@`, so that a failure names the field."""
    for count in range(text.count("@")):
        text = text.replace("@", f"{WORD}{LETTERS[count // 26]}{LETTERS[count % 26]}", 1)
    return text


TELEGRAM = numbered("""VZCZC@1234
OO @
DE @ #0124 2531156
ZNY CCCCC ZZH
O 101156Z SEP 07
FM AMEMBASSY @
TO SECSTATE WASHDC IMMEDIATE 3691
INFO AMEMBASSY @ PRIORITY 17
@ COLLECTIVE

C O N F I D E N T I A L SECTION 01 OF 02 @ 000124

SIPDIS
@
NOFORN/@

STATE FOR @

E.O. 12958: DECL: @ 09/06/2037
TAGS: PREL, @, @ROY
SUBJECT: @ AND @

REF: A. 07 @ 123
     B. @ 99

Classified By: Counselor Anton @.  Reasons 1.4 (B/D/@).

1.  (C//REL TO USA, @) @ SPOKE.

2.  (TS//SI-@//@) @ WAS SILENT.

@

3.  (SE) @ LEFT.  [@ GARBLED \ufffd]

A. @ HEADING: @

@
BT
#0124
""")
NOTE = numbered("@ and @ went home.\n")
EXTRACT = numbered(
    "S E C R E T @ 000125\n\nE.O. 12958: DECL: @\nTAGS: @\n\n1. (S) @.\n\nThis record is a partial extract.\n"
)


def mail() -> str:
    return numbered(
        "From: @ <@x.org>\nTo: y@x.org\nSubject: @\nX-@: @\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=@b\n\n"
    ).replace("boundary=", "boundary=b; x=") + (
        "--b\nContent-Type: text/plain; charset=utf-8; name=KANARIMA.txt\n\n" + TELEGRAM + "\n"
        "--b\nContent-Type: application/x-kanari-type; name=KANARIMB.doc\n"
        "Content-Disposition: attachment; filename=KANARIMC.doc\n\nxx\n--b--\n"
    )


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, text in (("KANARIZA/KANARIZB.txt", TELEGRAM), ("KANARIZC.bin", "\0\0\0"), (".KANARIZD", "x")):
            made.writestr(name, text)
        made.comment = b"KANARIZE"
    return file.getvalue()


def write(folder: Path) -> None:
    """Write one document for each wrapper; only the file names are free of canaries."""
    row = {"KANARIJA": "KANARIJB", "_id": "KANARIJC", "body": TELEGRAM}
    texts = {
        "plain.txt": TELEGRAM,
        "note.txt": NOTE,
        "extract.txt": EXTRACT,
        "cut.txt": TELEGRAM[:500],
        "mail.eml": mail(),
        "object.json": json.dumps(row),
        "keys.json": json.dumps({"KANARIJD": {"KANARIJE": 1}}),
        "rows.jsonl": json.dumps(row) + "\n" + '{"KANARIJF": "KANARIJG"}\n{"KANARIJH": \n',
        "broken.json": '{"KANARIJI": "KANARIJJ" KANARIJK',
        "rows.csv": 'KANARICA,id,body\nKANARICB,KANARICC,"' + TELEGRAM.replace('"', "") + '"\nKANARICD,KANARICE\n',
        "columns.csv": "KANARICF,KANARICG\nKANARICH,KANARICI\n",
        "page.html": f'<html><head><title>KANARIHA</title><meta name="KANARIHB" content="KANARIHC"></head>'
        f'<body class="KANARIHD"><!-- KANARIHE --><pre id="KANARIHF">{TELEGRAM}</pre></body></html>',
        "mailbox.mbox": f"From KANARIBA Mon Jan  1 00:00:00 2007\nSubject: KANARIBB\n\n{TELEGRAM}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "archive.zip").write_bytes(archive())
    (folder / "damaged.zip").write_bytes(archive()[:-30])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("documents", "made", "home"):
        (tmp_path / name).mkdir()
    write(tmp_path / "documents")
    monkeypatch.chdir(tmp_path / "made")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path


def leaks(*texts: str) -> list[str]:
    """Return the text around each canary in the texts."""
    found = []
    for text in texts:
        place = text.upper().find(WORD)
        while place >= 0:
            found.append(text[max(0, place - 60) : place + 20])
            place = text.upper().find(WORD, place + 1)
    return found


def left(folder: Path) -> list[str]:
    """Return the names and contents of everything that a run wrote: reports, tables, and caches."""
    files = [path for part in ("made", "home") for path in (folder / part).rglob("*")]
    return [path.name + path.read_bytes().decode("latin-1") if path.is_file() else path.name for path in files]


def test_the_documents_hold_canaries_and_are_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["lint", "--isolated", "--format", "json", "../documents"])
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["checked"] >= 8
    assert report["undetermined"]
    assert report["failed"]
    assert leaks(json.dumps(report))


@pytest.mark.parametrize("name", REPORTERS)
def test_no_format_leaks(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--redact", "--cache", "--statistics", "--format", name, "--output", f"{name}=out.{name}"]
    for _ in range(2):
        assert cli.main(["lint", "--isolated", *words, "../documents"]) == 2
    shown = capsys.readouterr()
    assert [] == leaks(shown.out, shown.err, *left(folder))


def test_a_baseline_does_not_leak(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--isolated", "--redact", "../documents/plain.txt", "../documents/extract.txt"]
    assert cli.main(["baseline", "create", *words]) == 0
    cli.main(["baseline", "check", *words])
    shown = capsys.readouterr()
    assert [] == leaks(shown.out, shown.err, *left(folder))


def test_an_audit_does_not_leak(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb")
    words = ["--isolated", "--redact", "--keep-parts", "--jobs", "1", "--out", "audit"]
    assert cli.main(["audit", *words, "../documents"]) in (1, 2)
    for table in ("cables", "portions", "findings", "undetermined", "ledger", "rules"):
        assert cli.main(["query", "audit", f'select * from "{table}"', "--format", "jsonl"]) == 0
    shown = capsys.readouterr()
    assert [] == leaks(shown.out, shown.err, *left(folder))


def test_an_internal_error_does_not_leak(folder: Path) -> None:
    script = (
        "import sys\nfrom checker import cli, document_linter\n"
        "def broken(view, *more):\n    raise ValueError(view.source.text)\n"
        "document_linter.parse = broken\nsys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = [sys.executable, "-c", script, "lint", "--isolated", "--redact", "../documents"]
    made = subprocess.run(
        words, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert "internal error" in made.stdout
    assert [] == leaks(made.stdout, made.stderr)


@pytest.mark.parametrize("command", ["parse", "declass", "explain"])
def test_commands_that_print_document_text_refuse(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    rule = ["POR-001"] if command == "explain" else []
    assert cli.main([command, *rule, "--isolated", "--redact", "x.txt"]) == 2
    assert "--redact is not supported" in capsys.readouterr().err
