"""Test rule packs by name: they are listed with version and digest, installed from folders and wheels, and never
trusted.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from checker.cli import main
from checker.errors import ConfigError, RuleError
from checker.resources import data_dir
from checker.rulebook import pack_installer, pack_store

SHIPPED = Path(data_dir("packs"))
MEMO = "XX\n\nDate: 12 March 2019\nSubject: Locks\n\n1. The upper lock closes on Monday.\n\nXX\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(version: str = "1.0") -> dict[str, str]:
    head = "format: 1\ntable: {}\ntitle: T\ncomplete: true\nsource: [memory]\nentries:\n  - {}\n"
    return {
        "pack.yaml": f'format: 1\nname: locks\nversion: "{version}"\ntitle: Locks\nmodel: 1\ncablecheck: ">=0.1,<1"\n',
        "README.md": "# Locks\n",
        "vocabulary/profiles.yaml": head.format("profiles", "{code: LOCKS, facts: {levels: locks}}"),
        "vocabulary/locks.yaml": head.format("locks", "{code: X, title: XX, rank: 1, forms: {banner: [XX]}}"),
        "rules.yaml": "format: 1\nchapter: Locks\nrules:\n  - id: LOCK-01\n    name: locks-close\n"
        "    summary: The memo must be dated.\n    cite: [{source: memory}]\n    profile: [LOCKS]\n    message: no date\n"
        f"    require: {{date: present}}\n    examples: {{valid: [{{text: {json.dumps(MEMO)}}}],"
        ' invalid: [{text: "⟦XX⟧\\n\\n1. The lock.\\n\\nXX\\n"}]}\n',
    }  # fmt: skip


def folder(home: Path, given: dict[str, str]) -> str:
    for name, text in given.items():
        path = home / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(home / "pack")


def wheel(home: Path, given: dict[str, str], points: str = "[cablecheck.packs]\nlocks = locks_pack.data\n") -> str:
    path = home / "locks-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("locks-1.0.dist-info/entry_points.txt", points)
        archive.writestr("locks_pack/__init__.py", "raise SystemExit('executed')")
        for name, text in given.items():
            archive.writestr(f"locks_pack/data/{name}", text)
    return str(path)


def test_the_shipped_packs_are_listed_with_version_and_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "packs", "--format", "json"]) == 0
    packs = json.loads(capsys.readouterr().out)["packs"]
    assert [(pack["name"], pack["origin"], len(pack["digest"])) for pack in packs] == [
        ("nato", "shipped", 64), ("uk-gsc", "shipped", 64),
    ]  # fmt: skip
    main(["rules", "packs"])
    assert packs[0]["digest"][:12] in capsys.readouterr().out


@pytest.mark.parametrize("source", [folder, wheel])
def test_an_installed_pack_is_used_by_its_name(home: Path, source: object, capsys: pytest.CaptureFixture[str]) -> None:
    Path("memo.txt").write_text(MEMO, encoding="utf-8")
    assert main(["lint", "--isolated", "--rules", "locks", "memo.txt"]) == 2
    assert '"locks" is neither a folder nor a rule pack' in capsys.readouterr().err
    assert main(["rules", "add", source(home, files())]) == 0  # type: ignore[operator]
    assert "installed locks 1.0 (sha256 " in capsys.readouterr().out
    assert main(["lint", "--isolated", "--rules", "locks", "memo.txt"]) == 0
    assert "; clean" in capsys.readouterr().out
    assert main(["rules", "test", pack_store.find("locks"), "--mutate"]) == 0
    assert main(["rules", "remove", "locks"]) == 0
    assert main(["rules", "remove", "locks"]) == 2


def test_a_configuration_names_packs_and_folders(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack_installer.add(folder(home, files()))
    inner = home / "inner"
    inner.mkdir()
    (inner / "memo.txt").write_text(MEMO, encoding="utf-8")
    for setting in ('["locks", "uk-gsc"]', '["../pack"]'):
        (inner / "cablecheck.toml").write_text(f"rules = {setting}\n", encoding="utf-8")
        assert main(["lint", "--config", "inner/cablecheck.toml", "inner/memo.txt"]) == 0
        assert "; clean" in capsys.readouterr().out


def test_installing_again_replaces_the_pack(home: Path) -> None:
    one = pack_installer.add(folder(home, files()))[0][0]
    two = pack_installer.add(folder(home, files("1.1")))[0][0]
    assert (one.version, two.version, one.digest == two.digest) == ("1.0", "1.1", False)
    assert os.listdir(pack_store.folder()) == ["locks"]


def test_only_files_that_a_pack_has_are_copied(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extra = {"setup.py": "raise SystemExit", "telegrams/run.sh": "", ".hidden.yaml": "", "deep/deeper.yaml": ""}
    assert main(["rules", "add", folder(home, files() | extra)]) == 0
    shown = capsys.readouterr().out
    assert all(f"not copied: {name} " in shown for name in ("setup.py", "telegrams/run.sh", "deep", ".hidden.yaml"))
    found = {
        path.relative_to(pack_store.find("locks")).as_posix() for path in Path(pack_store.find("locks")).rglob("*.*")
    }
    assert found == set(files())


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights")
def test_links_are_refused(home: Path) -> None:
    path = folder(home, files())
    secret = home / "secret.yaml"
    secret.write_text("format: 1\n", encoding="utf-8")
    os.symlink(secret, Path(path, "vocabulary", "secret.yaml"))
    with pytest.raises(ConfigError, match="not a regular file"):
        pack_installer.add(path)
    assert "locks" not in [pack.name for pack in pack_store.listed()]


@pytest.mark.parametrize("name", ["../../evil.yaml", "/evil.yaml", "vocabulary/../../evil.yaml"])
def test_a_wheel_cannot_write_outside_the_folder_of_packs(home: Path, name: str) -> None:
    packs, skipped = pack_installer.add(wheel(home, files() | {name: "format: 1\n"}))
    assert [pack.name for pack in packs] == ["locks"] and len(skipped) == 1
    assert not list(home.rglob("evil.yaml"))


def test_a_link_in_a_wheel_is_refused(home: Path) -> None:
    path = wheel(home, files())
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("locks_pack/data/vocabulary/link.yaml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ConfigError, match="is a link"):
        pack_installer.add(path)


def test_files_too_large_or_too_many_are_refused(home: Path) -> None:
    with pytest.raises(ConfigError, match="at most"):
        pack_installer.add(wheel(home, files() | {"large.yaml": "#" * 4_000_001}))
    with pytest.raises(ConfigError, match="at most"):
        pack_installer.add(wheel(home, {f"telegrams/{number}.txt": "" for number in range(1_001)}))


@pytest.mark.parametrize(
    ("given", "points", "wanted"),
    [
        ({"rules.yaml": "format: 1\n"}, None, "no pack.yaml"),
        ({}, "[console_scripts]\nx = y\n", "no entry point of the group cablecheck.packs"),
        ({}, "not an ini file", "not a readable wheel"),
        (files() | {"pack.yaml": files()["pack.yaml"].replace("name: locks", "name: nato")}, None, "comes with cablecheck"),
    ],
)  # fmt: skip
def test_what_is_no_pack_is_refused(home: Path, given: dict[str, str], points: str | None, wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        pack_installer.add(wheel(home, given, *([points] if points else [])))


def test_other_files_are_no_packs(home: Path) -> None:
    (home / "broken.whl").write_bytes(b"PK\x03\x04")
    for path in ("broken.whl", "missing", "pyproject.toml"):
        with pytest.raises(ConfigError):
            pack_installer.add(path)


def test_a_pack_with_errors_is_not_installed_and_leaves_the_old_one(home: Path) -> None:
    pack_installer.add(folder(home, files()))
    with pytest.raises(RuleError):
        pack_installer.add(folder(home, files("2.0") | {"rules.yaml": "format: 1\nchapter: X\nrules: []\n"}))
    assert [(pack.name, pack.version) for pack in pack_store.listed() if pack.origin == "installed"] == [
        ("locks", "1.0")
    ]
    assert os.listdir(pack_store.folder()) == ["locks"]


def test_a_python_package_provides_a_pack_without_being_imported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = home / "site"
    with zipfile.ZipFile(wheel(home, files())) as archive:
        archive.extractall(site)
    (site / "locks-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: locks\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    assert pack_store.find("locks") == str(site / "locks_pack" / "data")
    assert ("locks", "package locks_pack") in [(pack.name, pack.origin) for pack in pack_store.listed()]
    assert "locks_pack" not in sys.modules
