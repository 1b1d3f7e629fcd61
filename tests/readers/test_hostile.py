"""Test that any bytes yield documents, or one clear line for each failure, in linear time and bounded memory."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import time
import tracemalloc
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import readers
from checker.readers.registry import READERS

FOLDER = os.path.join(os.path.dirname(__file__), "..", "telegrams", "wrapped")
FILES = sorted(os.listdir(FOLDER))
MEGABYTE = 1 << 20


def wrapped(name: str) -> bytes:
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


def read(data: bytes, **words: object) -> list[readers.Reading | readers.Unreadable]:
    """Return all documents in the bytes, after checking that their spans are inside the source."""
    found = list(readers.read("x", data=data, **words))
    assert found or data
    for item in found:
        if isinstance(item, readers.Unreadable):
            assert item.why
            assert "\n" not in item.why
            continue
        view = item.view
        for start, end in ((0, len(view)), (0, 1), (len(view) // 2, len(view))):
            span = view.span(start, end)
            assert 0 <= span.start <= span.end <= len(view.source.text)
        for fact in item.facts:
            assert 0 <= fact.span.start <= fact.span.end <= len(view.source.text)
    return found


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(data):
    whole = wrapped(data.draw(st.sampled_from(FILES)))
    kind = data.draw(st.sampled_from(["cut", "head", "double", "mix", "flip", "nul", "crlf", "latin"]))
    at = data.draw(st.integers(0, len(whole)))
    to = data.draw(st.integers(at, len(whole)))
    other = wrapped(data.draw(st.sampled_from(FILES)))
    damaged = {
        "cut": whole[:at],
        "head": whole[at:],
        "double": whole + whole,
        "mix": whole[:at] + other[:to] + whole[at:],
        "flip": whole[:at] + bytes(255 - byte for byte in whole[at:to]) + whole[to:],
        "nul": whole[:at] + b"\0\0\0" + whole[at:],
        "crlf": whole.replace(b"\n", b"\r\n")[at:],
        "latin": whole[:at] + b"\xb6\xff" + whole[at:],
    }[kind]
    read(damaged)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([reader.code for reader in READERS] + ["plain", None]))
def test_any_bytes_are_read_or_refused_by_any_reader(data, reader):
    read(data, reader=reader)


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="<>&;!-[]/='\"{}:,\\u0aA1 \n\r\t¶", max_size=120),
    st.sampled_from([reader.code for reader in READERS]),
)
def test_any_signs_are_read_or_refused_by_any_reader(text, reader):
    read(text.encode(), reader=reader)


HEAD = "Reference ID Created Released Classification Origin\n08STRELSAU123 2008-03-14 15:30 2011-08-30 01:44 "
TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><div type="document" subtype="historical-document">'
MIME = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
STAMP = "UNCLASSIFIED U.S. Department of State Case No. F-2014-20439 Doc No. C05761234 Date: 08/31/2015\n"
ROW = '"1","3/14/2008 15:30","'
TABLE = "<table class='cable'><tr><td>A</td></tr></table><pre>H</pre><pre>T</pre>"
GROWING = {
    "html comments": lambda n: "<html><body><pre>" + "<!-- " * n,
    "html sections": lambda n: "<html><body><pre>" + "<![CDATA[ " * n,
    "html openings": lambda n: "<html><body><p>" + "<a " * n,
    "html quotes": lambda n: "<html><body><p>" + "<a title='" * n,
    "html ampersands": lambda n: "<html><body><p>" + "&amp" * n,
    "html blanks": lambda n: "<html><body><p>" + " " * n + "x",
    "html depth": lambda n: "<html><body>" + "<pre>" * n,
    "html scripts": lambda n: "<html><body>" + "<script>" * n,
    "page comments": lambda n: "<html><!-- " * n + TABLE,
    "page scripts": lambda n: "<html>" + "<script>x</SCRIPT>" * n + "<style>" * n + TABLE,
    "page sections": lambda n: "<html>" + "<![CDATA[" * n + "]]>" + TABLE,
    "page tables": lambda n: "<html>" + "<table class=cable " * n,
    "page hidden tables": lambda n: "<html><!--" + "<table class=cable>" * n + "--><script>" * n,
    "page line feeds": lambda n: TABLE[:-6] + "&#x000A;" * n + "&amp;<br>" * n,
    "page cells": lambda n: "<html>" + "<table class=cable><td>" * n,
    "page classes": lambda n: "<table " + "class=" * n,
    "html cells": lambda n: "<table class='cable'>" + "<tr><td>" * n,
    "tei depth": lambda n: TEI + "<div>" * n,
    "tei documents": lambda n: (TEI[TEI.index("<div") :] + "</div>") * (n // 10) + TEI,
    "tei notes": lambda n: TEI + "<note>" * n,
    "tei segments": lambda n: TEI + "<opener><seg>" * n,
    "tei untyped notes": lambda n: TEI + "<note> " * n + "</note>",
    "tei sources": lambda n: TEI + '<note type="source">Source: ' + "A. " * n,
    "tei blanks": lambda n: TEI + "<p>" + " \n" * n,
    "pasted heads": lambda n: "Reference ID Created Released Classification " * n + HEAD,
    "pasted words": lambda n: HEAD + "CONFIDENTIAL X\n" + "\nAbc Def \n\n1. (C) x" * n,
    "pasted blanks": lambda n: HEAD + " " * n + "\n" * n + "x",
    "pasted capitals": lambda n: HEAD + "A " * n,
    "labels": lambda n: "id: 1\nrefid: x\n" * n + "header:\n",
    "label ends": lambda n: "id: 1\nrefid: x\nheader:\n" + "\n----- header " * n,
    "archive ends": lambda n: "Message Text\n" + "x\nMessage Attributes\nSubject: y\n" * n,
    "archive keys": lambda n: "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * n,
    "archive attributes": lambda n: "x\nMessage Attributes\n" + "Subject: y\n" * n,
    "stamps": lambda n: STAMP + "RELEASE IN PART B6, " * n,
    "stamp codes": lambda n: STAMP + "B6, " * n + "\n" + "    B6" * n + "x\n" + " " * n,
    "stamp reclass": lambda n: STAMP + "\nClassified by DAS, " * n + "Classified by " * n,
    "mail heads": lambda n: "Message-ID: <1>\n" * n + "\nx",
    "mail folds": lambda n: "Message-ID: <1>\n" + " x\n" * n + "\nx",
    "mail borders": lambda n: MIME + "--b\n" * n,
    "mail nests": lambda n: MIME + "--b\nContent-Type: multipart/mixed; boundary=b\n\n" * n,
    "mail parameters": lambda n: "MIME-Version: 1.0\nContent-Type: multipart/mixed" + "; boundary" * n + "\n\nx",
    "mail quoted": lambda n: (
        "MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n" + "=3D" * n + "= " * n
    ),
    "mailbox": lambda n: "From x\nDate: y\n\nz\n\n" * n,
    "signals": lambda n: "NNNN\nFM X\n" + "\nNNNN\nZCZC " * n,
    "ends": lambda n: "ZCZC\nNNNN\nFM X\n" + "\nNNNN\n" * n,
    "end blanks": lambda n: "ZCZC X\nFM X\nNNNN\nFM X\n" + ("NNNN\n" + " \n" * 40 + "FM X\n") * (n // 20),
    "csv quotes": lambda n: ROW + '""' * n,
    "csv slashes": lambda n: ROW + "\\" * n + '"',
    "csv mixed": lambda n: ROW + '\\"' * n + '\n"' * n,
    "csv rows": lambda n: (ROW + '\n"1","') * n,
    "named quotes": lambda n: 'id,body\nA1,"' + '""' * n,
    "named rows": lambda n: "id,body\n" + 'A1,"x\n' * n,
    "named columns": lambda n: "id,body\n" + "," * n,
    "names": lambda n: "id,body" + ",a" * n + "\n",
    "json escapes": lambda n: '{"body": "' + "\\n" * n + '"}',
    "json depth": lambda n: '{"body": ' + "[" * n,
    "json torn": lambda n: '{"body": "x"}\n' + '{"a": ' * n,
    "json lines": lambda n: '{"body": "x"}\n' + "{\n" * n,
    "json array": lambda n: "[\n" + '{"body": "x"},\n' * n,
    "line ends": lambda n: "\r\n\r" * n + "x",
    "words": lambda n: "SECRET " * n,
    "page ends": lambda n: "Message Attributes " * n,
}


CHROME = "<li><a href='/x' title=\"A 'b'\">Abc</a></li>\n"


def page(before: str = "", after: str = "", body: str = "1. (C) A<br>B &amp; C") -> bytes:
    table = (
        "<table class='cable'><tr><th>Reference ID</th><th>Origin</th></tr>"
        "<tr><td><a href='/c'>08STRELSAU123</a></td><td>Embassy Strelsau</td></tr></table>"
    )
    return f"<html><body>{before}{table}<div><code><pre>HEAD</pre></code><pre>{body}</pre></div>{after}</html>".encode()


@pytest.mark.parametrize(
    "before",
    [
        CHROME * 20,
        "<!-- <table class='cable'><pre>no</pre> -->",
        "<script>'<table class=cable><pre>no</pre>'</script>",
        "<STYLE>a</STYLE><Script><table class='cable'><pre>no</pre></SCRIPT>",
        "<script><!-- \n'<table class=cable>' //--></script>",
        "<![CDATA[<table class='cable'><pre>no</pre>]]>",
        "<template><table class='cable'></template><noscript><table class='cable'></noscript>",
        "<table class='menu'><tr><td>",
        "<!-- open <table class='menu'>",
        "<script> open ",
        "<no\u017fcript> and <\u017fcript> are not <noscript> and <script> ",
        "<table class='cable' <!-- x --> ",
    ],
)
def test_the_cable_table_is_found_whatever_precedes_it(before):
    (found,) = read(page(before, CHROME * 3))
    assert "HEAD\n\n1. (C) A\nB & C" == found.view.text
    assert {"reference_id": "08STRELSAU123", "origin": "Embassy Strelsau"} == {f.name: f.text for f in found.facts}
    for fact in found.facts:
        assert found.view.source.quote(fact.span) == fact.text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("1. (C) A&#x000A;&#x000A;B &amp; C&#x000A;", "1. (C) A\n\nB & C\n"),
        ("A&#x000A;<a title='x>&lt;y' href=z>&para;</a>1. (S) B<br />&quot;C", 'A\n\xb61. (S) B\n"C'),
        ("A&#x000A;B &Nicht1; C &amp; D", "A\nB &Nicht1; C & D"),
        ("A<!-- <br> &amp; -->B &amp;<![CDATA[ C<br>]]> D", "AB & C<br> D"),
        ("<br><BR/><breve>A</breve></br>&#x000A", "\n\nA\n"),
        ("A < B &lt; C <<br>", "A < B < C <\n"),
    ],
)
def test_the_text_of_a_cable_page_has_the_positions_of_its_letters(body, shown):
    (found,) = read(page(body=body))
    assert "HEAD\n\n" + shown == found.view.text
    at = -1
    for offset, letter in enumerate(found.view.text):
        span = found.view.span(offset, offset + 1)
        at, before = span.start, at
        assert before <= at
        if letter.isalnum():
            assert letter in found.view.source.quote(span)


def test_a_page_whose_cable_table_is_hidden_or_has_no_text_is_read_as_any_other():
    (found,) = read(b"<html><body><!-- <table class='cable'> --><p>1. (C) A</p><pre>B</pre></body></html>")
    assert "1. (C) A\n\nB" == found.view.text.strip()
    (found,) = read(b"<html><table class='cable'><tr><th>Origin</th></tr><tr><td>X</td></tr></table><p>1. (C) A</p>")
    assert "1. (C) A" in found.view.text and "Origin" in found.view.text


def test_a_truncated_page_keeps_its_text_to_the_end():
    (found,) = read(page(body="1. (C) A <a>link</a> and the rest").partition(b"</pre></div>")[0])
    assert found.view.text.endswith("1. (C) A link and the rest")


def calls(data: bytes) -> int:
    """Return how many Python and C functions are called to read a document."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    readers.read("x", data=data)
    sys.setprofile(profile)
    try:
        list(readers.read("x", data=data))
    finally:
        sys.setprofile(None)
    return count


def test_site_chrome_costs_no_calls():
    calls(page())  # imports, caches
    small, large = calls(page(CHROME * 300, CHROME * 300)), calls(page(CHROME * 3000, CHROME * 3000))
    assert large - small < 30, "only the chunks of the file"


@pytest.mark.parametrize("kind", ["page", *(name for name in GROWING if name.startswith(("html", "page")))])
def test_the_calls_for_a_page_are_linear(kind):
    shape = GROWING.get(kind, lambda n: page(CHROME * n + "<!-- x --><script>x</script>" * n, CHROME * n).decode())
    counts = [calls(shape(n).encode()) for n in (500, 500, 1000)]
    assert counts[2] < 2.2 * counts[1] + 100


def seconds(data: bytes) -> float:
    best = 9.0
    for _ in range(2):
        start = time.process_time()
        for item in readers.read("x", data=data):
            if isinstance(item, readers.Reading):
                item.view.span(0, len(item.view))
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", sorted(GROWING))
def test_time_grows_with_the_text_only(name):
    small, large = (GROWING[name](size).encode() for size in (4_000, 32_000))
    short, long = seconds(small), seconds(large)
    assert long < max(0.25, 30 * short), f"8 times the text took {long / short:.0f} times as long ({long:.2f} s)"


def test_a_document_above_the_limit_is_refused():
    limit = {"limit": MEGABYTE}
    assert [item.why for item in read(b"x" * (MEGABYTE + 1), settings=limit)] == [
        "is larger than the limit of 1 MB for one document"
    ]
    long_line = b'{"body": "a"}\n{"body": "' + b"b" * 2 * MEGABYTE + b'"}\n{"body": "c"}\n'
    assert [getattr(item, "why", "read") for item in read(long_line, settings=limit)] == [
        "read",
        "the row is larger than the limit of 1 MB",
        "read",
    ]
    row = '"{}","3/14/2008 15:30","08STRELSAU1","a","b","","","{}"\n'
    rows = (row.format(1, "x") + row.format(2, "x\n" * MEGABYTE) + row.format(3, "x")).encode()
    assert [(item.cable, getattr(item, "why", "read")) for item in read(rows, settings=limit)] == [
        ("08STRELSAU1", "read"),
        ("line 2", "the row is larger than the limit of 1 MB"),
        ("08STRELSAU1", "read"),
    ]
    assert read(rows, settings=limit)[2].view.source.first_line == MEGABYTE + 3


def test_a_line_of_fifty_megabytes_is_held_once_or_not_at_all():
    class Endless(io.RawIOBase):
        left = 50 * MEGABYTE

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    from checker.readers.streams import Stream

    tracemalloc.start()
    try:
        pieces = list(Stream("x", "", Endless().read).split(b"\n", 4 * MEGABYTE))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert pieces == [(None, 0, 50 * MEGABYTE)]
    assert peak < 12 * MEGABYTE


def test_bombs_are_refused(tmp_path):
    small = {"limit": MEGABYTE}
    bomb = gzip.compress(b"0" * 40 * MEGABYTE)
    assert [item.why for item in read(bomb, settings=small)] == ["is larger than the limit of 1 MB for one document"]
    rows = gzip.compress(b'{"body": "a"}\n' * 4 * MEGABYTE)
    last = read(rows, settings={"limit": MEGABYTE, "ratio": 20})[-1]
    assert last.why == "expands to more than 20 times its compressed size (possible decompression bomb)"
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"good\n")
        archive.writestr("b.jsonl", b'{"body": "a"}\n' * 2 * MEGABYTE)
        archive.writestr("c.txt", b"good\n")
    found = list(readers.read(str(path), settings={"limit": MEGABYTE, "ratio": 5}))
    assert (found[0].cable, found[0].reader) == ("a.txt", "zip")
    assert {item.why for item in found if isinstance(item, readers.Unreadable)} == {
        "expands to more than 5 times its compressed size (possible decompression bomb)"
    }
    assert len(found) < 2 * MEGABYTE


def test_archives_in_archives_end():
    data = b"text\n"
    for number in range(6):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"{number}", data)
        data = packed.getvalue()
    assert [item.why for item in read(data)] == ["is packed more than 4 times over"]


NAMES = st.lists(
    st.text(st.sampled_from("ab./\\:é \u202e"), min_size=1, max_size=12), min_size=1, max_size=8, unique=True
)
CONTENTS = st.sampled_from(
    [b"", b" \n", b"1. (C) A\n", b"\xff\xd8\xff", b"PK\x03\x04", b'{"body": "1. (C) A"}\n', b"<p>1. (C) A</p>"]
)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])


@settings(max_examples=200, deadline=None)
@given(NAMES, st.data())
def test_every_member_of_an_archive_is_a_row(tmp_path_factory, names, data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            if not name.endswith("/"):  # a folder
                archive.writestr(name, data.draw(CONTENTS), data.draw(METHODS))
        expected = sorted(entry.filename for entry in archive.infolist())
    found = read(packed.getvalue())
    if expected:
        assert expected == sorted(item.cable.removesuffix(":line 1") for item in found)
    path = tmp_path_factory.mktemp("zip") / "all.zip"
    path.write_bytes(packed.getvalue())
    shares = [item.cable for batch in readers.batches(str(path), 1) for item in readers.read_batch(batch)]
    assert sorted(shares) == sorted(item.cable for item in found)


ROWS = st.lists(
    st.sampled_from(["1. (C) A\n", "", " \n", "<p>1. (U) B</p>", '{"body": "x"}\n', "a,b\n"]), min_size=1, max_size=6
)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_every_row_of_a_table_is_a_row_of_the_account(texts):
    lines = "".join(json.dumps({"id": number, "body": text}) + "\n" for number, text in enumerate(texts))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["id", "body"])
    writer.writerows(enumerate(texts))
    for data in (lines, table.getvalue()):
        assert len(texts) == len(read(data.encode()))


@settings(max_examples=200, deadline=None)
@given(ROWS, st.lists(st.sampled_from(["plain", "html", "calendar", "rfc822", "pdf", "png"]), min_size=6, max_size=6))
def test_every_attachment_of_a_mail_is_a_row(texts, kinds):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "telegrams"
    message.set_content("See the attachments.")
    for number, (text, kind) in enumerate(zip(texts, kinds, strict=False)):
        main = {"pdf": "application", "png": "image"}.get(kind, "text")
        if kind == "rfc822":
            message.add_attachment(EmailMessage(), filename=f"{number}.{kind}")
        else:
            message.add_attachment(text.encode(), main, kind, filename=f"{number}.{kind}")
    names = [item.cable for item in read(message.as_bytes())]
    for number, kind in enumerate(kinds[: len(texts)]):
        assert any(f"{number}.{kind}" in name for name in names), names


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_affects_no_other(method):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name in "abc":
            archive.writestr(f"{name}.txt", f"1. (C) {name} " * 40)
        start, end = (info.header_offset for info in archive.infolist()[1:])
    whole = packed.getvalue()
    for at in range(start, end):
        damaged = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        found = {item.cable: item for item in read(damaged)}
        assert {"a.txt", "b.txt", "c.txt"} == set(found), at
        assert all(isinstance(found[f"{name}.txt"], readers.Reading) for name in "ac"), at


def test_hidden_members_are_excluded_and_unsafe_ones_fail():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("ok", "./ok", ".x/y", "x/.y", "__MACOSX/x", "../x", "x/../../y", "/x", "c:/x"):
            archive.writestr(name, "1. (C) A")
    found = {
        i.cable: (i.why, i.excluded) if isinstance(i, readers.Unreadable) else i.view.text
        for i in read(packed.getvalue())
    }
    unsafe = ("has an unsafe name: it points outside the archive", False)
    assert found == {
        "ok": "1. (C) A",
        "./ok": "1. (C) A",
        ".x/y": ("hidden", True),
        "x/.y": ("hidden", True),
        "__MACOSX/x": ("a resource fork of macOS", True),
        "../x": unsafe,
        "x/../../y": unsafe,
        "/x": unsafe,
        "c:/x": unsafe,
    }


def test_a_zip_with_too_many_members_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(11):
            archive.writestr(f"{number}", b"x")
    assert [item.why for item in read(packed.getvalue(), settings={"members": 10})] == [
        "contains 11 members (limit: 10)"
    ]


def test_entities_of_tei_are_refused():
    lines = [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">',
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        TEI,
        "<p>&b;</p></div></TEI>",
    ]
    assert [item.why for item in read("\n".join(lines).encode())] == [
        "has a document type declaration, which is refused because of its entities"
    ]


def test_more_changes_than_a_telegram_needs_are_refused():
    (found,) = read(b"\r\n" * 600_000)
    assert found.why == "contains no text"
    many = "needs more than 500000 edits to unwrap; not a telegram"
    for data in (
        b"x\r\n" * 600_000,
        b"<html><body><pre>" + b"&lt;" * 600_000,
        TEI.encode() + b"<p>" * 600_000,
        b'{"body": "' + b"x\\n" * 600_000 + b'"}',
        (ROW + 'b","c","d","e","f","').encode() + b'\\"' * 600_000 + b'"\n',
    ):
        (found,) = read(data)
        assert found.why == many


def test_surrogates_and_controls_in_json_keep_their_places():
    text = 'a\ud83d\ude00b\ud800c\x00d\u20ace"\\/\b\f'
    data = ('{"body": ' + json.dumps("start " + text + " end") + "}").encode()
    (found,) = read(data)
    view = found.view
    at = view.text.index("end")
    assert view.source.quote(view.span(at, at + 3)) == "end"
    at = view.text.index("\U0001f600")
    assert view.source.quote(view.span(at, at + 1)) == "\\ud83d\\ude00"
