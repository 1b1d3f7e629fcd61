"""Test how `pack.yaml` and a pack's folder are read: the complete result, or every error in full."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from kept import WRITING, cases, rewrite

from checker.resources import VERSION, data_dir
from checker.rulebook.diagnostics import Diagnostic
from checker.rulebook.loader import Pack, fits

HEAD = 'format: 1\nname: registry\nversion: "2.1"\nmodel: 1\ncablecheck: ">=0.1,<1"\n'
FILES = {
    "house.yaml": "format: 1\n",
    "attic.yaml": "format: 1\n",
    ".hidden.yaml": "",
    "notes.md": "",
    "telegrams/one.txt": "ONE\r\n",
    "telegrams/two.txt": "ZWEI é\n",
    "telegrams/notes.md": "",
}


def told(given: str) -> str:
    """Return the result of reading a folder with some files and this `pack.yaml` (added to the usual keys, or complete
    after `# file`).
    """
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            return pack_told(given, Path("registry"))
        finally:
            os.chdir(here)


def pack_told(given: str, folder: Path) -> str:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    text = given[7:] if given.startswith("# file\n") else HEAD + given
    if text != "gone":
        (folder / "pack.yaml").write_text(text + "\n", encoding="utf-8")
    items: list[Diagnostic] = []
    pack = Pack(str(folder), items)
    lines = [f"name {pack.name}, about {pack.about}", f"chapters {pack.chapters()}, telegrams {pack.bases()}"]
    return "\n".join([*lines, *map(str, items)]).replace(f"this is {VERSION}", "this is VERSION")


if WRITING:
    rewrite("rulebook/cases/packs.txt", told)


@cases("rulebook/cases/packs.txt")
def test_a_pack(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)


def test_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    items: list[Diagnostic] = []
    pack = Pack("gone", items)
    assert ([], {}, "gone") == (pack.chapters(), pack.bases(), pack.name)
    assert ["gone:1:1: error[R001]: no such folder\n      = explain: cablecheck explain R001"] == list(map(str, items))


def test_links_that_lead_out_are_told_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry" / "telegrams").mkdir(parents=True)
    (tmp_path / "registrys").mkdir()
    for name in ("leak.yaml", "telegrams/leak.txt", "pack.yaml"):
        (tmp_path / "registrys" / os.path.basename(name)).write_text(HEAD, encoding="utf-8")
        (tmp_path / "registry" / name).symlink_to(tmp_path / "registrys" / os.path.basename(name))
    (tmp_path / "registry" / "kept.yaml").symlink_to(tmp_path / "registry" / "real.yaml")
    (tmp_path / "registry" / "real.yaml").write_text("format: 1\n", encoding="utf-8")
    items: list[Diagnostic] = []
    pack = Pack("registry", items)
    assert (["registry/kept.yaml", "registry/real.yaml"], {}, "registry") == (pack.chapters(), pack.bases(), pack.name)
    assert [
        f"registry/{name}:1:1: error[R031]: the file lies outside the folder of its pack"
        for name in ("pack.yaml", "leak.yaml", "telegrams/leak.txt")
    ] == [str(item).partition("\n")[0] for item in items]
    assert pack.inside("registry") and not pack.inside("registrys") and not pack.inside(str(tmp_path))


def test_files_are_named_as_one_would_open_them_and_shipped_ones_by_their_project_name() -> None:
    shipped = Pack(data_dir("rules"), [])
    path = os.path.join(shipped.folder, "vocabulary", "levels.yaml")
    assert "rules/vocabulary/levels.yaml" == shipped.shown(path)
    assert "some/file.yaml" == Pack("some", []).shown("some/file.yaml")


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("0.1.0", ">=0.1", True), ("0.1", ">= 0.1.0", True), ("0.0.9", ">=0.1", False), ("0.1.0", "<=0.1", True),
        ("0.1.1", "<=0.1", False), ("0.1", "<0.1", False), ("0.0.9", "<0.1", True), ("0.1.0", ">0.1", False),
        ("0.1.0.1", ">0.1", True), ("0.2", "==0.2.0", True), ("0.2.1", "==0.2", False), ("0.1.9", "==0.2", False),
        ("1.10", ">1.9", True), ("2", ">=0.1,<1", False), ("0.5", " >=0.1 , <1 ", True), ("1", "", False),
        ("1", ">=x", False), ("1", ">=1,", False), ("1", "~=1", False), ("1.2.3.4.5", "==1.2.3.4", True),
        ("1.0rc1", ">=1", True),
    ],
)  # fmt: skip
def test_a_version_lies_in_a_range(version: str, wanted: str, expected: bool) -> None:
    assert expected is fits(version, wanted)
