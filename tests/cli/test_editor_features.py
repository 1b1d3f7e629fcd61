"""Test the language server with a pygls client: findings, hover, completion, outline, fix-all, and response times."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
TELEGRAM = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
SHAPE = json.loads((ROOT / "schemas" / "rules.schema.json").read_text(encoding="utf-8"))
CHAPTER = """format: 1
chapter: Mine
rules:
  - id: MY-001
    name: my-rule
    summary: Every paragraph must have a portion mark.
    cite: [{source: IC-REG-2016, clause: p. 25}]
    when: {level: {at_least: C}}
    each: paragraphs
    require: {mark: present}
    message: paragraph {label} has no portion mark
    status: draft
"""


class Session:
    """A client that has opened files in one folder. `shown` is the queue of diagnostics that it has received."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient("test", "1")
        self.shown: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: lsp.PublishDiagnosticsParams) -> None:
            self.shown.put_nowait(params)

    def open(self, name: str, text: str) -> str:
        uri = (self.folder / name).as_uri()
        item = lsp.TextDocumentItem(uri, "plaintext", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, text: str) -> None:
        document = lsp.VersionedTextDocumentIdentifier(version=version, uri=uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def diagnostics(self, version: int = 1) -> list[lsp.Diagnostic]:
        while True:
            found = await asyncio.wait_for(self.shown.get(), 120)
            if found.version == version:
                return list(found.diagnostics)

    async def hover(self, uri: str, text: str, words: str, shift: int = 0) -> str:
        place = position(text, words, shift)
        found = await self.client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), place))
        return found.contents.value if found is not None else ""  # type: ignore[union-attr]

    async def completion(self, uri: str, text: str, words: str) -> dict[str, str | None]:
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position(text, words, len(words)))
        found = await self.client.text_document_completion_async(params)
        return {item.label: item.detail for item in found.items}  # type: ignore[union-attr]


def position(text: str, words: str, shift: int) -> lsp.Position:
    at = text.index(words) + shift
    return lsp.Position(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)


def edited(text: str, edits: list[Any]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        row, low, high = edit.range.start.line, edit.range.start.character, edit.range.end.character
        assert edit.range.end.line == row
        lines[row] = lines[row][:low] + edit.new_text + lines[row][high:]
    return "\n".join(lines)


def run(folder: Path, work: Callable[[Session], Awaitable[None]], *options: str) -> None:
    async def session() -> None:
        served = Session(folder)
        await served.client.start_io(sys.executable, "-m", "checker", "lsp", "--isolated", *options, cwd=ROOT)
        await served.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities()))
        served.client.initialized(lsp.InitializedParams())
        await work(served)
        await served.client.shutdown_async(None)
        served.client.exit(None)
        await served.client.stop()

    asyncio.run(session())


def test_hover_says_what_a_marking_means(tmp_path: Path) -> None:
    text = TELEGRAM.replace("TAGS: PREL", "TAGS: PREL, KACT\nSIPDIS")

    async def work(session: Session) -> None:
        uri = session.open("one.txt", text)
        assert "CONFIDENTIAL" in await session.hover(uri, text, "(C)", 1)
        assert "Arms control treaties" in await session.hover(uri, text, "KACT", 2)
        assert "SIPDIS" in await session.hover(uri, text, "SIPDIS", 1)
        assert "" == await session.hover(uri, text, "The King", 1)
        wrong = TELEGRAM.replace("2. (C)", "2. (S)")
        session.change(uri, 2, wrong)
        await session.diagnostics(2)
        shown = await session.hover(uri, wrong, "(S)", 1)
        assert "SECRET" in shown and "CLS-004 " in shown
        assert "CLS-004" not in await session.hover(uri, wrong, "(U)", 1)

    run(tmp_path, work)


def test_completion_offers_what_may_stand_there(tmp_path: Path) -> None:
    text = TELEGRAM + "\nTAGS: \n(S//\n(\nSI\nE.O. 12958: \n"

    async def work(session: Session) -> None:
        uri = session.open("one.txt", text)
        tags = await session.completion(uri, text, "\nTAGS: ")
        assert "Arms control treaties" == tags["KACT"]
        assert "NF" in await session.completion(uri, text, "(S//")
        assert {"C", "S", "U"} <= set(await session.completion(uri, text, "\n("))
        assert "SIPDIS" in await session.completion(uri, text, "\nSI")
        assert "25X1" in await session.completion(uri, text, "\nE.O. 12958: ")

    run(tmp_path, work)


def test_the_outline_has_the_header_and_the_paragraphs_with_their_marks(tmp_path: Path) -> None:
    async def work(session: Session) -> None:
        uri = session.open("one.txt", TELEGRAM)
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
        header, *paragraphs = await session.client.text_document_document_symbol_async(params)  # type: ignore[misc]
        assert "Header" == header.name
        fields = [child.name for child in header.children]
        assert {"Classification", "E.O. line", "TAGS line", "Subject line"} <= set(fields)
        assert paragraphs[0].name == "1. (C)"
        assert all(each.detail for each in paragraphs)

    run(tmp_path, work)


def test_actions_belong_to_their_findings_and_all_safe_ones_are_one_action(tmp_path: Path) -> None:
    text = "CUI\n\nDate: March 6, 2018\n\n(CONTROLLED) Receipts fell.\n\n(CONTROLLED) The \U0001d54f office moved.\n"
    fixed = text.replace("CONTROLLED", "CUI")

    async def work(session: Session) -> None:
        uri = session.open("one.txt", text)
        shown = await session.diagnostics()
        everything = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
        context = lsp.CodeActionContext(shown)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), everything, context)
        actions = await session.client.text_document_code_action_async(params)
        quick = [each for each in actions or () if each.kind == "quickfix"]
        assert quick
        assert all(each.diagnostics[0].code in each.title for each in quick)
        assert [True, True] == [each.is_preferred for each in quick]
        params.context.only = ["source.fixAll"]
        (fix_all,) = await session.client.text_document_code_action_async(params)  # type: ignore[misc]
        assert fixed == edited(text, fix_all.edit.changes[uri])
        session.change(uri, 2, fixed)
        assert "CAV-059" not in {each.code for each in await session.diagnostics(2)}

    run(tmp_path, work)


def test_a_finding_links_to_the_page_of_its_rule(tmp_path: Path) -> None:
    (tmp_path / "cablecheck.toml").write_text('rule-url = "https://example.com/rules/{rule}/"\n')

    async def work(session: Session) -> None:
        uri = session.open("one.txt", TELEGRAM.replace("TAGS: PREL", "TAGS: PRELS"))
        (shown,) = await session.diagnostics()
        assert shown.code_description is not None
        assert f"https://example.com/rules/{shown.code}/" == shown.code_description.href
        assert shown.related_information is None
        session.change(uri, 2, TELEGRAM.replace("2. (C)", "2. (S)"))
        higher = next(each for each in await session.diagnostics(2) if each.code == "CLS-004")
        (banner,) = higher.related_information
        assert banner.message.startswith('banner: "C O N F I D E N T I A L')
        assert banner.location.uri.endswith("one.txt")

    async def with_configuration() -> None:
        session = Session(tmp_path)
        config = str(tmp_path / "cablecheck.toml")
        await session.client.start_io(sys.executable, "-m", "checker", "lsp", "--config", config, cwd=ROOT)
        await session.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities()))
        await work(session)
        await session.client.shutdown_async(None)
        session.client.exit(None)
        await session.client.stop()

    asyncio.run(with_configuration())


def test_rule_files_are_judged_while_they_are_written(tmp_path: Path) -> None:
    wrong = CHAPTER.replace("mark: present", "mrak: present")

    async def work(session: Session) -> None:
        uri = session.open("mine.yaml", wrong)
        (shown,) = await session.diagnostics()
        assert "R011" == shown.code
        assert wrong.split("\n")[shown.range.start.line][shown.range.start.character :].startswith("mrak")
        session.change(uri, 2, CHAPTER)
        assert [] == await session.diagnostics(2)
        assert "paragraph" in (await session.hover(uri, CHAPTER, "each: paragraphs", 7)).lower()
        assert "at_least" in await session.hover(uri, CHAPTER, "at_least", 2)
        assert "Intelligence Community" in await session.hover(uri, CHAPTER, "IC-REG-2016", 2)
        assert {"at_least", "is"} <= set(await session.completion(uri, CHAPTER, "when: {level: {"))
        assert {"mark", "label"} <= set(await session.completion(uri, CHAPTER, "require: {"))
        assert "IC-REG-2016" in await session.completion(uri, CHAPTER, "cite: [{source: ")
        assert ["source", "clause"] == list(await session.completion(uri, CHAPTER, "cite: [{"))
        assert "portion mark of the paragraph" in await session.hover(uri, CHAPTER, "{mark: present}", 1)
        assert "readable or not" in await session.hover(uri, CHAPTER, "present}", 1)
        more = CHAPTER + "    examples:\n      valid:\n        - base: confidential-2007\n          \n"
        session.change(uri, 3, more)
        await session.diagnostics(3)
        assert "THE KING'S TRAVEL PLANS" in await session.hover(uri, more, "confidential-2007", 2)
        assert {"sbu-2008", "confidential-2007"} <= set(await session.completion(uri, more, "base: "))
        assert {"swap", "message", "note"} <= set(await session.completion(uri, more, "confidential-2007\n          "))
        table = CHAPTER.replace("{mark: present}", "{mark.text: {in_table: controls}}")
        session.change(uri, 4, table)
        await session.diagnostics(4)
        assert {"controls", "captions"} <= set(await session.completion(uri, table, "in_table: "))

    run(tmp_path, work)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "pytest>=8\nruff\n"),
        ("compose.yaml", "services:\n  web: {image: x}\n"),
        ("empty.txt", ""),
        ("note.md", "# Notes\n\nBuy bread.\n"),
    ],
)
def test_files_that_are_no_telegrams_have_no_findings(name: str, text: str, tmp_path: Path) -> None:
    async def work(session: Session) -> None:
        session.open(name, text)
        assert [] == await session.diagnostics()

    run(tmp_path, work)


def test_a_form_feed_does_not_shift_the_lines(tmp_path: Path) -> None:
    async def work(session: Session) -> None:
        text = TELEGRAM.replace("\nTAGS: PREL", "\x0c\nTAGS: PRELS")
        session.open("one.txt", text)
        (shown,) = await session.diagnostics()
        assert text.split("\n")[shown.range.start.line].startswith("TAGS")

    run(tmp_path, work)


def test_the_server_answers_while_five_megabytes_are_judged(tmp_path: Path) -> None:
    """Test that requests are answered before a large text is judged, and that only its last version is judged."""
    large = TELEGRAM + "3. (C) The King will travel to the castle again.\n\n" * 100_000

    async def work(session: Session) -> None:
        big = session.open("big.txt", large)
        small = session.open("small.txt", TELEGRAM)
        for version in range(2, 6):
            session.change(big, version, large + "x" * version)
        assert "CONFIDENTIAL" in await session.hover(small, TELEGRAM, "(C)", 1)
        assert session.shown.empty() or all(each.uri != big for each in session.shown._queue)  # type: ignore[attr-defined]
        session.change(big, 6, TELEGRAM)
        seen = []
        while not seen or seen[-1] != 6:
            shown = await asyncio.wait_for(session.shown.get(), 120)
            if shown.uri == big:
                seen.append(shown.version)
        assert [6] == seen

    run(tmp_path, work)


NEOVIM = """
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, found in ipairs(vim.diagnostic.get(0)) do print(found.lnum + 1, found.code) end
vim.cmd("qa!")
"""


@pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim")
def test_neovim_shows_a_finding_with_the_documented_configuration(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    configuration = re.findall(r"```lua\n(local.*?)```", page, re.DOTALL)[0]
    command = ", ".join(f'"{word}"' for word in (sys.executable, "-P", "-m", "checker"))
    (tmp_path / "init.lua").write_text(configuration.replace('"cablecheck", "lsp"', f'{command}, "lsp"'))
    (tmp_path / "show.lua").write_text(NEOVIM)
    (tmp_path / "a.txt").write_text(TELEGRAM.replace("TAGS: PREL", "TAGS: PRELS"))
    line = TELEGRAM[: TELEGRAM.index("TAGS:")].count("\n") + 1
    done = subprocess.run(
        ["nvim", "--headless", "-u", "init.lua", "a.txt", "-c", "filetype on", "-c", "set ft=text", "-c", "luafile show.lua"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert f"{line} TAG-005" in done.stderr + done.stdout


EXTENSION = ROOT / "editors" / "vscode"


def test_the_extension_starts_the_server_and_declares_its_settings() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    program = (EXTENSION / "src" / "extension.ts").read_text(encoding="utf-8")
    settings = {f"cablecheck.{name}" for name in re.findall(r'settings\.get<[\w\[\]]+>\("(\w+)"', program)}
    assert settings == set(manifest["contributes"]["configuration"]["properties"])
    assert '"lsp"' in program


@pytest.mark.skipif(not (EXTENSION / "node_modules").exists(), reason="needs npm install in editors/vscode")
def test_the_protocol_library_of_the_extension_speaks_to_the_server() -> None:
    done = subprocess.run(
        ["node", "test/headless.js", sys.executable, "-P", "-m", "checker"],
        cwd=EXTENSION, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (0, "") == (done.returncode, done.stderr)
