"""Test Word documents: what counts as text, where it is, and malicious files."""

from __future__ import annotations

import io
import random
import sys
import zipfile
from email.message import EmailMessage

import pytest

from checker import readers
from checker.cli import main

pytest.importorskip("lxml")

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def relationships(kinds: dict[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="{target}" Type="{OFFICE}/{kind}" Target="{target}"/>' for target, kind in kinds.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'


def word(body: str, namespace: str = MAIN, main: str = "document.xml", **parts: str) -> bytes:
    """Return a Word document. `parts` are further parts by kind, such as `header` or `numbering`."""
    names = 'xmlns:w="{}" xmlns:r="{}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relationships({f"word/{main}": "officeDocument"}))
        archive.writestr(
            f"word/_rels/{main}.rels", relationships({f"{kind}.xml": kind.rstrip("0123456789") for kind in parts})
        )
        root = names.format(namespace, OFFICE)
        archive.writestr(f"word/{main}", f"<w:document {root}><w:body>{body}</w:body></w:document>")
        for kind, content in parts.items():
            archive.writestr(f"word/{kind}.xml", f"<w:part {root}>{content}</w:part>")
    return file.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}<w:r><w:t>{text}</w:t></w:r></w:p>"


def read(data: bytes) -> list[readers.Reading | readers.Unreadable]:
    return list(readers.read("x.docx", data=data))


def view(data: bytes) -> str:
    (found,) = read(data)
    assert isinstance(found, readers.Reading), found.why
    return found.view.text


def why(data: bytes) -> str:
    (found,) = read(data)
    assert isinstance(found, readers.Unreadable)
    return found.why


PAGE = '<w:headerReference w:type="default" r:id="header.xml"/><w:footerReference r:id="footer.xml"/>'


def test_headers_tables_notes_and_footers_are_text_in_reading_order():
    table = f"<w:tbl><w:tr><w:tc>{p('FROM:')}</w:tc><w:tc>{p('EUR')}</w:tc></w:tr></w:tbl>"
    notes = f'<w:footnote w:type="separator">{p("-")}</w:footnote><w:footnote>{p("Note.")}</w:footnote>'
    data = word(
        f"{table}{p('')}{p('Text.')}<w:sectPr>{PAGE}</w:sectPr>",
        header=p("SECRET"), footer=p("SECRET"), footnotes=notes,
    )  # fmt: skip
    assert view(data) == "SECRET\nFROM:\tEUR\n\nText.\nNote.\nSECRET"


def test_a_header_is_read_once_and_only_where_it_is_printed():
    first = '<w:headerReference w:type="first" r:id="header2.xml"/>'
    even = '<w:headerReference w:type="even" r:id="header3.xml"/>'
    section = f"<w:sectPr>{first}{even}{PAGE}{{}}</w:sectPr>"
    body = p("A", section.format("")) + p("B") + section.format("<w:titlePg/>")
    parts = {"header": p("SECRET"), "header2": p("FIRST PAGE"), "header3": p("EVEN PAGE"), "footer": p("")}
    assert view(word(body, **parts)) == "SECRET\n\nA\n\nFIRST PAGE\n\nB"
    assert "EVEN PAGE" in view(word(body, settings="<w:evenAndOddHeaders/>", **parts))
    assert "EVEN PAGE" not in view(word(body, settings='<w:evenAndOddHeaders w:val="0"/>', **parts))


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText><w:tab/></w:r></w:del>", "new"),
        ("<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>field</w:t></w:r></w:sdtContent></w:sdt>", "field"),
        ("<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>", "link"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>", "a\tb\nc-"),
        ("<w:r><w:t>a\n  b</w:t><w:instrText> PAGE </w:instrText></w:r>", "a   b"),
        (f"<w:r><w:t>above</w:t><mc:AlternateContent><mc:Choice><w:txbxContent>{p('box')}</w:txbxContent></mc:Choice>"
         f"<mc:Fallback><w:txbxContent>{p('box')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>", "above\n\nbox"),
    ],
)  # fmt: skip
def test_what_word_shows_in_a_paragraph_is_its_text(inside, text):
    assert view(word(f"<w:p>{inside}</w:p>")) == text
    assert view(word(f"<w:sdt><w:sdtContent><w:p>{inside}</w:p></w:sdtContent></w:sdt>")) == text


def level(depth: int, form: str, text: str, start: int = 1) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'


def numbered(text: str, depth: int = 0, name: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr>')


def test_automatic_numbers_are_read_and_have_no_position():
    levels = (
        level(0, "decimal", "%1.", 3)
        + level(1, "lowerLetter", "%1.%2)")
        + level(2, "upperRoman", "%3.")
        + level(3, "bullet", "x")
    )
    lists = f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    styles = (
        '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Own"><w:basedOn w:val="Base"/></w:style>'
        '<w:style w:styleId="Round"><w:basedOn w:val="Round"/></w:style>'
    )
    body = [
        numbered("(C) A"),
        numbered("B", 1),
        numbered("C", 1),
        *[numbered("D", 2)] * 4,
        p("E", '<w:pStyle w:val="Own"/>'),
    ]
    body += [
        numbered("F", 1),
        numbered("G", 3),
        numbered("H", 0, 0),
        p("I", '<w:pStyle w:val="Round"/>'),
        numbered("J", 0, 9),
    ]
    (found,) = read(word("".join(body), numbering=lists, styles=styles))
    assert found.view.text.split("\n\n") == [
        "3. (C) A", "3.a) B", "3.b) C", "I. D", "II. D", "III. D", "IV. D", "4. E", "4.a) F", "- G", "H", "I", "J"
    ]  # fmt: skip
    at = found.view.text.index("(C)")
    assert found.view.span(at, at + 3).start == 0


def test_positions_are_paragraph_and_character(tmp_path, capsys):
    body = p("CONFIDENTIAL") + p("") + p("MEMORANDUM FOR THE COUNSELOR") + p("SUBJECT: (U) The King's travel plans")
    body += (
        p("")
        + p("1. (C) The King travels.")
        + "<w:p><w:r><w:t>2. (</w:t></w:r><w:r><w:t>S) So does his Chancellor.</w:t></w:r></w:p>"
    )
    path = tmp_path / "memo.docx"
    path.write_bytes(word(body + p("") + p("CONFIDENTIAL")))
    assert main(["lint", "--isolated", "--select", "CLS-004", "--format", "concise", str(path)]) == 1
    printed = capsys.readouterr()
    assert f"{path}:7:4: " in printed.out
    assert "lines count the paragraphs" in printed.out + printed.err


@pytest.mark.parametrize("make", [lambda body: word(body, STRICT), lambda body: word(body, main="document2.xml")])
def test_both_editions_and_other_names_of_the_main_part_are_read(make):
    assert view(make(p("1. (C) Text."))) == "1. (C) Text."


def test_a_document_in_a_mail_and_in_an_archive_is_read():
    data = word(p("1. (C) Text."))
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "plans"
    mail.set_content("1. (U) See the attachment.")
    mail.add_attachment(data, "application", "vnd.ms-word", filename="plans.docx")
    mail.add_attachment(data[:200], "application", "octet-stream", filename="damaged.docx")
    _, attached, damaged = read(mail.as_bytes())
    assert (attached.cable, attached.view.text) == ("plans.docx", "1. (C) Text.")
    assert {fact.name for fact in attached.facts} == {"mail_from", "mail_subject"}
    assert (damaged.cable, damaged.why) == ("damaged.docx", "is a damaged Word document")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # not compressed: the archive begins with the names of the parts
        archive.writestr("plans.docx", data)
        archive.writestr("word/notes.txt", "1. (U) Text.")
    found = {item.cable: item for item in read(packed.getvalue())}
    assert found["plans.docx"].reader == "zip+docx"
    assert found["word/notes.txt"].reader == "zip"


def test_without_the_extra_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml", None)
    assert why(word(p("A"))) == "is a Word document, which needs an extra: pip install 'cablecheck[office]'"


def repacked(data: bytes, **changed: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return file.getvalue()


def test_hostile_files_are_refused_in_one_line():
    sound = word(p("1. (C) Text."))
    entity = b'<!DOCTYPE a [<!ENTITY b "%s">]><a>&b;</a>'
    assert why(repacked(sound, document=entity % b"x")) == (
        "has a document type declaration, which is refused because of its entities"
    )
    assert "document type declaration" in why(repacked(sound, document=(entity % b"x").decode().encode("utf-16")))
    bomb = repacked(sound, document=b"<a>" + b"<w/>" * 4_500_000 + b"</a>")
    assert len(bomb) < 60_000
    assert why(bomb) == "contains more XML than the limit of 16 MB for one Word document"
    assert why(repacked(sound, document=b"<a>" * 300)) == "is a damaged Word document"
    assert why(repacked(sound, document=b"not XML")) == "is a damaged Word document"
    assert why(sound[: len(sound) // 2]) == "is a damaged Word document"
    assert why(word(p(""))) == "is a Word document without text"
    encrypted = sound.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert why(encrypted) == "is an encrypted Word document"
    assert why(word(p("A"), main="workbook.xml")) == "is an Office document; export it as plain text"
    password = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert why(password) == "is an Office document with a password; remove the password first"


def test_any_damage_yields_one_row():
    data = word(p("1. (C) Text.") + f"<w:sectPr>{PAGE}</w:sectPr>", header=p("SECRET"), footer=p("SECRET"))
    pick = random.Random(19)
    for at in pick.sample(range(4, len(data)), 150):
        assert len(read(data[:at] + bytes([data[at] ^ pick.randrange(1, 256)]) + data[at + 1 :])) == 1, at
