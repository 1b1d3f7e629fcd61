"""Test what a path, its bytes, and the settings yield: a document from the right reader, or one clear line."""

from __future__ import annotations

import json
import os
import zipfile

import pytest

from checker import readers, rulebook
from checker.errors import ConfigError
from checker.parser import parse

TELEGRAM = "R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nUNCLAS STRELSAU 000123\n\n1. TEXT.\n"


def texts(data: bytes, **words: object) -> list[tuple[str, str]]:
    return [
        (item.cable, item.view.text if isinstance(item, readers.Reading) else f"! {item.why}")
        for item in readers.read("x", data=data, **words)
    ]


def whys(path: str) -> list[str]:
    return [item.why for item in readers.read(path) if isinstance(item, readers.Unreadable)]


def test_bad_paths_are_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "blank").write_bytes(b" \n\t\n")
    (tmp_path / "image").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "wide").write_bytes("TEXT".encode("utf-16-le") * 9)
    assert whys(str(tmp_path)) == ["is a directory"]
    assert whys(str(tmp_path / "none")) == ["does not exist"]
    assert whys(str(tmp_path / "pipe")) == ["is a named pipe, not a file"]
    assert whys("/dev/null") == ["is a device, not a file"]
    assert whys("a\0b") == ["cannot be read: its name contains a NUL"]
    assert whys(str(tmp_path / "empty")) == ["is empty"]
    assert whys(str(tmp_path / "blank")) == ["contains no text"]
    assert whys(str(tmp_path / "image")) == ["is not text but a PNG image"]
    assert whys(str(tmp_path / "noise")) == ["is not text but a binary file"]
    assert whys(str(tmp_path / "wide")) == [
        "is not text: a third of its bytes are NUL (UTF-16 without a byte order mark?)"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(tmp_path):
    (tmp_path / "locked").write_text("x")
    os.chmod(tmp_path / "locked", 0)
    assert whys(str(tmp_path / "locked")) == ["cannot be read: Permission denied"]


def test_names_that_are_no_utf8_are_read(tmp_path):
    path = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\xfe.txt")
    with open(path, "w") as file:
        file.write(TELEGRAM)
    assert [item.path for item in readers.read(path)] == [path]


@pytest.mark.parametrize(
    ("data", "text", "notes"),
    [
        (b"\xc2\xb61. (C)", "¶1. (C)", ()),
        (b"\xb61. (C)", "¶1. (C)", ("not UTF-8 at byte 0: read as ISO-8859-1",)),
        (b"\x93x\x94 \xb6", "“x” ¶", ("not UTF-8 at byte 0: read as Windows-1252",)),
        (b"\x93x\x81", "\x93x\x81", ("not UTF-8 at byte 0: read as ISO-8859-1",)),
        (b"\xef\xbb\xbfx", "x", ()),
        ("\ufeffx\u0421".encode("utf-16-le"), "x\u0421", ()),
        ("\ufeffx\u0421".encode("utf-16-be"), "x\u0421", ()),
        ("\ufeffx".encode("utf-32-le"), "x", ()),
        ("x\ufffd1.".encode(), "x\ufffd1.", ()),
        (b"a\0b and some more text", "a\0b and some more text", ()),
        (b"a\r\nb\rc\n", "a\nb\nc\n", ()),
    ],
)
def test_bytes_are_decoded_in_the_stated_order(data, text, notes):
    (found,) = readers.read("x", data=data)
    assert (text, notes) == (found.view.text, found.notes)


def test_a_false_byte_order_mark_is_told():
    assert texts(b"\xef\xbb\xbf\xb6") == [("", "! has a UTF-8 byte order mark but is not UTF-8 at byte 3")]
    assert texts(b"\xff\xfea") == [("", "! has a UTF-16 byte order mark but is not UTF-16 at byte 2")]


def test_every_byte_is_a_letter():
    data = b"TEXT " * 200 + bytes(range(256)) + b" TEXT" * 200
    (found,) = readers.read("x", data=data)
    assert len(found.view.source.text) == len(data)


def test_columns_count_code_points_and_lines_those_of_the_file():
    (found,) = readers.read("x", data="é\U0001f600 A\r\n\r\nB".encode())
    at = found.view.text.index("A"), found.view.text.index("B")
    places = [found.view.source.position(found.view.span(place, place + 1).start) for place in at]
    assert [(place.line, place.column) for place in places] == [(1, 4), (3, 1)]


def test_a_reader_may_be_named():
    page = b"<html><body><p>1. TEXT</p></body></html>"
    assert texts(page, reader="plain") == [("", page.decode())]
    assert texts(page) == [("", "\n\n1. TEXT\n\n")]
    assert texts(b"x", reader="jsonl") == [("line 1", "! is not a JSON object at character 1")]
    with pytest.raises(ConfigError, match="unknown reader 'pdfs'; known readers: csv, "):
        readers.read("x", reader="pdfs")


@pytest.mark.parametrize(
    "settings", [{"limits": 3}, {"limit": "3"}, {"limit": 0}, {"body": 3}, {"facts": ["a"]}, {"facts": {"a": 1}}]
)
def test_wrong_settings_are_refused_at_once(settings):
    with pytest.raises(ConfigError, match="reader setting"):
        readers.read("x", settings=settings)


def test_json_keys_come_from_the_settings():
    row = b'{"Text": "ALPHA", "Top": "HEAD", "Level": "SECRET", "n": 7}\n'
    why = "no text in raw_body or body or content or message_text or msgtext or text"
    assert texts(row) == [("line 1", f"! {why}; name the key of the text in the settings (fields.body)")]
    settings = {"body": "Text", "header": ["Top"], "facts": {"classification": "Level", "reference_id": ["n", "Top"]}}
    (found,) = readers.read("x", data=row, settings=settings)
    assert (found.cable, found.view.text) == ("HEAD", "HEAD\n\nALPHA")
    assert [(fact.name, fact.text) for fact in found.facts] == [("reference_id", "HEAD"), ("classification", "SECRET")]


def test_torn_rows_are_told_and_the_others_read():
    row = '"{}","3/14/2008 15:30","08STRELSAU{}","Embassy","SECRET","","","TEXT\n\\"quoted\\""\n'
    whole = row.format(1, 1) + row.format(2, 2)[:40] + "\n" + row.format(3, 3)
    assert texts(whole.encode()) == [
        ("08STRELSAU1", 'TEXT\n"quoted"'),
        ("line 3", "! the row has 4 columns (expected 8)"),
        ("08STRELSAU3", 'TEXT\n"quoted"'),
    ]
    lines = b'{"body": "a"}\n{"body": "b\n\n["c"]\n{"body": 3}\n{"body": "d"}'
    assert texts(lines) == [
        ("line 1", "a"),
        ("line 2", "! is not JSON: Unterminated string starting at at character 10"),
        ("line 4", "! is not a JSON object at character 1"),
        ("line 5", "! no text in body"),
        ("line 6", "d"),
    ]
    assert texts(b'[{"body": "a"}, {"body": "b"') == [
        ("item 1", "a"),
        ("item 2", "! is not JSON: the object is truncated or malformed"),
    ]


def test_the_order_of_columns_comes_from_the_settings():
    row = b'"1","3/14/2008 15:30","08STRELSAU1","SECRET","Embassy","","HEAD","TEXT"\n'
    columns = ["doc_id", "created", "reference_id", "classification", "origin", "references", "header", "body"]
    (found,) = readers.read("x", data=row, settings={"columns": columns})
    assert {fact.name: fact.text for fact in found.facts}["origin"] == "Embassy"


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pypdfium2", None)
    assert texts(b"%PDF-1.4\n") == [("", "! is a PDF file, which needs an extra: pip install 'cablecheck[pdf]'")]
    monkeypatch.setitem(__import__("sys").modules, "backports.zstd", None)
    monkeypatch.setitem(__import__("sys").modules, "compression", None)
    monkeypatch.setitem(__import__("sys").modules, "backports", None)
    assert texts(b"\x28\xb5\x2f\xfd\0") == [
        ("", "! is a Zstandard file, which needs an extra: pip install 'cablecheck[zstd]'")
    ]


def pdf(lines: list[str]) -> bytes:
    """Return a PDF file with one page."""
    words = "BT /F1 10 Tf 12 TL 50 750 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(words)}>>stream\n{words}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    data = "%PDF-1.4\n"
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj{item}endobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    xref = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return (data + xref + f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(data)}\n%%EOF").encode()


def test_the_text_layer_of_a_pdf_is_read():
    pytest.importorskip("pypdfium2")
    (found,) = readers.read("x", data=pdf(TELEGRAM.split("\n")))
    assert found.reader == "pdf"
    assert found.notes == ("positions count the lines of the PDF file's text layer",)
    assert [line.strip() for line in found.view.text.splitlines() if line.strip()] == [
        line for line in TELEGRAM.splitlines() if line
    ]
    assert texts(pdf([])) == [("", "! is a PDF file without a text layer; run OCR on it first")]
    assert texts(b"%PDF-1.4\nnothing")[0][1].startswith("! is a damaged or locked PDF file")


def test_sections_and_repeats_of_one_telegram_stay_together():
    section = "VZCZCXYZ0123\nPP RUEHC\nDE RUEHZD #{}/0{} 0741530\nFM AMEMBASSY STRELSAU\n\n1. TEXT.\n"
    end = "NNNN\n\n"
    whole = section.format("0123", 1) + end + section.format("0123", 2) + end + section.format("0124", 1) + end
    assert [item.view.text.count("VZCZC") for item in readers.read("x", data=whole.encode())] == [2, 1]
    assert [item.cable for item in readers.read("x", data=whole.encode())] == ["1", "2"]


def test_telegrams_without_start_signal_are_parted_at_the_end_signal():
    one = TELEGRAM + "NNNN\n\n"
    assert [text for _, text in texts((one + one).encode())] == [one, one] or texts((one + one).encode()) == [
        ("1", TELEGRAM + "NNNN\n"),
        ("2", "\n" + one),
    ]
    assert texts((one + "\n \n").encode()) == [("", one + "\n \n")]


def test_mail_attachments_are_told():
    head = "From: a\nSubject: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    part = '--b\nContent-Type: application/pdf; name="scan.pdf"\nContent-Transfer-Encoding: base64\n\nAAAA\n'
    text = f"--b\nContent-Type: text/plain\n\n{TELEGRAM}"
    assert texts((head + text + part + "--b--\n").encode()) == [
        ("", TELEGRAM),
        ("scan.pdf", "! is an attachment of type application/pdf; save it and check the file"),
    ]
    bad = "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nA\n--b--\n"
    assert texts((head + bad).encode())[0][1].startswith("! is damaged base64")


def test_several_archive_records_in_one_text():
    record = "Message Text\n\nTEXT {0}\n\nMessage Attributes\n\nDocument Number: 1975STRELS0000{0}\nTo: STATE\n\n"
    found = list(readers.read("x", data=(record.format(1) + record.format(2)).encode()))
    assert [(item.cable, item.view.text.strip()) for item in found] == [("1", "TEXT 1"), ("2", "TEXT 2")]
    assert [fact.text for item in found for fact in item.facts if fact.name == "plusd_document_number"] == [
        "1975STRELS00001",
        "1975STRELS00002",
    ]


@pytest.mark.parametrize("begin", ["Message Text\n\n", ""])
def test_a_telegram_below_the_attributes_of_another_is_whole(begin):
    body = "CONFIDENTIAL\n\nFM AMEMBASSY STRELSAU\n\nTAGS: PINR, RU\nSUBJECT: GEESE\n\n1. TEXT.\n"
    record = f"{begin}{body}\nMessage Attributes\n\nReview Markings: ! 'n/a\n\n 2005\n '\nTAGS: PINR\nType: TE\n\n"
    for words in (rulebook.load().vocabulary, None):
        first, second = readers.read("x", data=(record * 2).encode(), vocabulary=words)
        assert first.view.text == second.view.text == body
        assert [fact.text for fact in first.facts] == [fact.text for fact in second.facts]
        assert [fact.text for fact in first.facts] == ["! 'n/a 2005 '", "PINR", "TE"]


def test_the_values_of_archive_attributes():
    long = "WORD  " * 50
    lines = [
        " To:  STATE ",
        "To: again",
        " and again",
        "Concepts: ONE,\tTWO",
        "Tox",
        " THREE",
        "",
        "Errors:",
        "From: n/a",
        f"Subject: {long}",
        " x",
    ]
    text = "TEXT\nMessage Attributes\nno label\n" + "\n".join(lines)
    for _ in range(2):  # parsed lines are kept
        (found,) = readers.read("x", data=text.encode())
        assert {fact.name: fact.text for fact in found.facts} == {
            "plusd_to": "STATE",
            "plusd_concepts": "ONE, TWO Tox THREE",
            "plusd_subject": "WORD " * 50 + "x",
        }
        for fact in found.facts:
            assert " ".join(text[fact.span.start : fact.span.end].split()) == fact.text


def test_facts_of_a_row_precede_the_attributes_of_the_record_in_it():
    words = rulebook.load().vocabulary
    body = "TEXT\nMessage Attributes\nOriginal Classification: SECRET\nTo: STATE\nSubject: ONE\nSubject: TWO\n"
    row = json.dumps({"reference_id": "75STRELSAU1", "subject": "ROW", "body": body})
    (found,) = readers.read("x.jsonl", data=row.encode() + b"\n", vocabulary=words)
    texts_of = [(fact.name, fact.text) for fact in found.facts]
    assert texts_of[:2] == [("reference_id", "75STRELSAU1"), ("subject", "ROW")]
    assert ("original_classification", "SECRET") in texts_of[2:] and len(found.facts) == len(texts_of)
    assert [name for name, _ in texts_of].count("subject") == 1
    assert {fact.name: found.view.source.quote(fact.span) for fact in found.facts} == dict(texts_of)
    record = parse(found.view, words, found.facts).source_record
    assert (record.subject.text, record.level.code, record.facts) == ("ROW", "S", tuple(found.facts))


def test_several_dumps_in_one_text():
    dump = "id: {0}\ndate: 3/14/2008\nrefid: 08STRELSAU{0}\nheader:\nHEAD {0}\n-- header ends --\nTEXT {0}\n"
    assert texts((dump.format(1) + dump.format(2)).encode()) == [
        ("08STRELSAU1", "HEAD 1\n\nTEXT 1"),
        ("08STRELSAU2", "HEAD 2\n\nTEXT 2\n"),
    ]


def test_a_cut_page_keeps_what_it_has():
    page = "<table class='cable'><tr><th>Reference ID</th></tr><tr><td>08STRELSAU1</td></tr></table><pre>HEAD</pre><pre>TEXT &am"
    (found,) = readers.read("x", data=page.encode())
    assert (found.view.text, found.facts[0].text) == ("HEAD\n\nTEXT &am", "08STRELSAU1")


def test_a_quoted_message_stays_in_the_telegram_that_quotes_it():
    one = "VZCZCXYZ0123\nPP RUEHC\nDE RUEHZD #0123 0741530\nFM AMEMBASSY STRELSAU\n\n1. SEE:\n"
    two = one.replace("0123", "0099").replace("SEE:", "TEXT.")
    assert len(texts((one + two).encode())) == 1
    assert len(texts((one + "BEGIN TEXT OF MESSAGE.\n\n" + two + "END TEXT.\n").encode())) == 1
    assert len(texts((one + "SAPT\n\n" + two).encode())) == 2


LEVELS = [
    ("CONFIDENTIAL//NOFORN Embassy Dar Es Salaam", "CONFIDENTIAL//NOFORN", "Embassy Dar Es Salaam"),
    ("UNCLASSIFIED//FOR OFFICIAL USE ONLY UNVIE", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", "UNVIE"),
    ("SECRET USUN New York", "SECRET", "USUN New York"),
    ("UNCLASSIFIED American Institute Taiwan, Taipei", "UNCLASSIFIED", "American Institute Taiwan, Taipei"),
]


@pytest.mark.parametrize(("cell", "level", "origin"), LEVELS, ids=[cell for cell, _, _ in LEVELS])
def test_the_word_tables_part_level_and_origin(cell, level, origin):
    row = f"Reference ID Date Classification Origin\n08STRELSAU123 2008-03-14 15:30 {cell}\n\n{TELEGRAM}"
    (found,) = readers.read("x", data=row.encode(), vocabulary=rulebook.load().vocabulary)
    assert [fact.text for fact in found.facts] == ["08STRELSAU123", "2008-03-14 15:30", level, origin]


def test_wrappers_are_nested():
    import html

    with open(os.path.join(os.path.dirname(__file__), "..", "telegrams", "wrapped", "archive.txt")) as file:
        record = file.read()
    page = "<html><body><div>News</div><div>" + html.escape(record).replace("\n", "<br/>\n") + "</div></body></html>"
    mail = "From: a\nMIME-Version: 1.0\nContent-Type: text/html\n\n" + page
    (found,) = readers.read("x", data=mail.encode(), vocabulary=rulebook.load().vocabulary)
    assert found.reader == "mail+html+plusd"
    assert found.view.text.startswith("VZCZCXYZ0123\n")
    assert {fact.name for fact in found.facts} > {"mail_from", "reference_id", "original_classification"}


@pytest.mark.parametrize("member", ["[Content_Types].xml", "content.xml"])
def test_a_document_of_an_office_program_is_refused_whole(tmp_path, member):
    path = tmp_path / "cable.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "<Types/>")
        archive.writestr("word/document.xml", "<w:t>UNCLAS STRELSAU 000123</w:t>")
    why = "is an Office document; export it as plain text"
    assert [readers.Unreadable(str(path), "", why)] == list(readers.read(str(path)))


def test_xml_that_nobody_knows_is_refused_and_not_read_as_one_telegram():
    data = b'<?xml version="1.0"?>\n<records><record><words>UNCLAS STRELSAU 000123</words></record></records>\n'
    why = "is XML of an unknown kind; save its telegrams as text"
    assert [readers.Unreadable("x.xml", "", why)] == list(readers.read("x.xml", data=data))
    assert ["plain"] == [item.reader for item in readers.read("x.xml", data=data, reader="plain")]


SOURCE = "Source: Archive, Box 1. {level}. Drafted by Roe."


@pytest.mark.parametrize(
    "frame",
    [
        "<head>1. Letter<note n='1' type='source'>{source}</note></head><opener><dateline>May 2</dateline></opener>",
        "<head>1. Letter<note n='1'>{source}</note></head><opener><dateline>May 2</dateline></opener>",
        "<head>1. Letter</head><note type='source' rend='inline'>[{source}]</note><opener><dateline>May 2</dateline></opener>",
        "<head>1. Letter</head><opener><note type='source'><hi>{source}</hi></note><dateline>May 2</dateline></opener>",
        "<note type='source'>790.00/6-252: Telegram</note><head>1. Letter</head><opener><seg><hi>{level}</hi></seg><dateline>May 2</dateline></opener>",
    ],
)
@pytest.mark.parametrize(
    ("level", "facts"),
    [("Secret; Nodis", {"classification": "Secret", "handling": "Nodis"}), ("Limited Official Use", {"classification": "Limited Official Use"})],
)  # fmt: skip
def test_the_source_note_states_the_level_wherever_it_is(frame, level, facts):
    shown = level.partition(";")[0] if "seg" in frame else level
    text = frame.format(source=SOURCE.format(level=level), level=shown)
    data = f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><div type="document">{text}<p>1. Text. Secret.</p></div></TEI>'
    (found,) = readers.read("x", data=data.encode(), vocabulary=rulebook.load().vocabulary)
    known = {fact.name: fact.text for fact in found.facts if fact.name in ("classification", "handling")}
    assert known == ({"classification": shown} if "seg" in frame else facts)
    assert found.view.text.endswith("May 2\n\n1. Text. Secret.\n\n")
