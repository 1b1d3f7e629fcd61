"""Test users' packs, overlays, and the cache: what they add, what they cannot reach, and what they remember."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker import rulebook
from checker.errors import ConfigError, RuleError
from checker.resources import data_dir
from checker.rulebook import authoring, compiled_cache
from checker.rulebook.loader import fits
from checker.values import Date

SHIPPED = data_dir("rules")
PACK = """\
format: 1
name: registry
version: "2.1"
title: House rules of a registry
model: 1
cablecheck: ">=0.1,<1"
licence: CC0-1.0
"""
CHAPTER = """\
format: 1
chapter: House rules
rules:
  - id: REG-001
    name: known-desk
    summary: The subject names a desk of the registry.
    cite: [{source: REGISTRY, clause: "2"}]
    severity: info
    require: {subject.text: {in_table: desks}}
    message: "{subject} is no desk"
    examples:
      valid: [{base: desk, swap: {"SUBJECT: NOBODY": "SUBJECT: EAST"}}]
      invalid: [{base: desk, swap: {"SUBJECT: NOBODY": "⟦SUBJECT: NOBODY⟧"}}]
"""
DESKS = """\
format: 1
table: desks
title: Desks
complete: true
source: [REGISTRY]
entries: [{code: EAST}, {code: WEST}]
"""
SOURCES = """\
format: 1
table: sources
title: Sources of the registry
complete: true
source: [memory]
entries: [{code: REGISTRY, title: The registry's own manual}]
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    home = tmp_path / "registry"
    (home / "vocabulary").mkdir(parents=True)
    (home / "telegrams").mkdir()
    (home / "pack.yaml").write_text(PACK, encoding="utf-8")
    (home / "house.yaml").write_text(CHAPTER, encoding="utf-8")
    (home / "vocabulary" / "desks.yaml").write_text(DESKS, encoding="utf-8")
    (home / "vocabulary" / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    base = Path(SHIPPED, "telegrams", "unclas-2007.txt").read_text(encoding="utf-8")
    subject = next(line for line in base.split("\n") if line.startswith("SUBJECT:"))
    (home / "telegrams" / "desk.txt").write_text(base.replace(subject, "SUBJECT: NOBODY"), encoding="utf-8")
    return home


def codes(caught: pytest.ExceptionInfo[RuleError]) -> list[str]:
    return [item.code for item in caught.value.diagnostics]  # type: ignore[attr-defined]


def test_a_pack_brings_rules_words_and_telegrams(pack: Path) -> None:
    from checker.rulebook.examples import run_examples

    book = rulebook.load([SHIPPED, str(pack)], cache=False)
    rule = book.find("known-desk")
    assert rule is not None
    assert ("REG-001", "registry", ("REGISTRY 2",)) == (rule.id, rule.pack, rule.cite)
    assert [] == [result for result in run_examples(rule, book) if not result.ok]
    assert {"cablecheck", "registry"} == {about["name"] for about in book.packs}
    assert len(rulebook.load(cache=False)) + 1 == len(book)


def test_a_pack_alone_still_has_the_shipped_words(pack: Path) -> None:
    book = rulebook.load([str(pack)], cache=False)
    assert ["REG-001"] == [rule.id for rule in book.rules]
    assert "levels" in book.vocabulary and "desks" in book.vocabulary


@pytest.mark.parametrize(
    ("words", "wrong", "code"),
    [
        ("model: 1", "model: 99", "R030"),
        (">=0.1,<1", ">=7", "R030"),
        (">=0.1,<1", "newest", "R030"),
        ("licence: CC0-1.0", "files: [../other.yaml]", "R031"),
        ("licence: CC0-1.0", "files: [/etc/passwd]", "R031"),
        ("licence: CC0-1.0", "files: [gone.yaml]", "R001"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nplugin: my.module", "R010"),
        ("name: registry\n", "", "R033"),
    ],
)
def test_a_wrong_pack_file(pack: Path, words: str, wrong: str, code: str) -> None:
    (pack / "pack.yaml").write_text(PACK.replace(words, wrong), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=False)
    assert [code] == codes(caught)


@pytest.mark.parametrize("name", ["leak.yaml", "telegrams/leak.txt", "vocabulary"])
def test_a_link_out_of_the_pack_is_not_followed(pack: Path, tmp_path: Path, name: str) -> None:
    source_record = tmp_path / "outside"
    source_record.mkdir()
    (source_record / "file").write_text("format: 1\n", encoding="utf-8")
    if name == "vocabulary":
        (pack / name).rename(tmp_path / "moved")
        (pack / name).symlink_to(tmp_path / "moved")
    else:
        (pack / name).symlink_to(source_record / "file")
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=False)
    assert "R031" in codes(caught)


@pytest.mark.parametrize("cache", [False, True], ids=["cold", "cached"])
@pytest.mark.parametrize("name", ["pipe.yaml", "vocabulary/pipe.yaml", "telegrams/pipe.txt", "pack.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_only_regular_files_of_a_pack_are_read(kept: Path, pack: Path, name: str, kind: str, cache: bool) -> None:
    (pack / name).unlink(missing_ok=True)
    if kind == "device":
        (pack / name).symlink_to("/dev/zero")
    else:
        (os.mkfifo if kind == "pipe" else os.mkdir)(pack / name)
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=cache)
    assert ["R031" if kind == "device" else "R001"] == codes(caught)


def test_a_link_out_of_the_vocabulary_shows_nothing_of_the_file(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret: CANARY\n\tsecret: CANARY\n", encoding="utf-8")
    (pack / "vocabulary" / "s.yaml").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=False)
    assert ["R031"] == codes(caught)
    assert "CANARY" not in str(caught.value)


def test_a_telegram_of_a_pack_that_is_not_text_is_an_error(pack: Path) -> None:
    (pack / "telegrams" / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=False)
    assert ["R002"] == codes(caught)


def test_a_word_twice_is_refused(pack: Path) -> None:
    (pack / "vocabulary" / "desks.yaml").write_text(DESKS.replace("WEST", "EAST"), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook.load([str(pack)], cache=False)
    assert "R035" in codes(caught)


def test_no_code_of_a_pack_is_run(pack: Path) -> None:
    (pack / "__init__.py").write_text("raise SystemExit('run')", encoding="utf-8")
    (pack / "house.py").write_text("raise SystemExit('run')", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from checker import rulebook; print(len(rulebook.load([sys.argv[1]], cache=False)))", str(pack)],
        cwd=pack, env=os.environ | {"PYTHONPATH": str(Path(SHIPPED).parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("1\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("0.1.0", ">=0.1,<1", True),
        ("1.0", "<1", False),
        ("0.2", "==0.2.0", True),
        ("0.2", ">0.2", False),
        ("1", "", False),
    ],
)
def test_version_ranges(version: str, wanted: str, expected: bool) -> None:
    assert expected is fits(version, wanted)


# ---- overlays ------------------------------------------------------------------------------------------------


def test_an_overlay_changes_a_rule_and_says_so() -> None:
    first, second = rulebook.load().rules[:2]
    overlays = [
        {"rule": first.name, "severity": "error" if first.severity != "error" else "info", "by": "cablecheck.toml"},
        {"rule": second.id, "off": True, "by": "cablecheck.toml"},
    ]
    book = rulebook.load(overlays=overlays)
    changed, silent = book.rules[:2]
    assert changed.severity != first.severity
    assert f"{first.severity} to {changed.severity} by cablecheck.toml" == changed.changed
    assert changed.changed in authoring.explain(changed)
    assert ("off by cablecheck.toml", False) == (silent.changed, book.runs(silent))
    assert first.summary == changed.summary


@pytest.mark.parametrize(
    ("day", "severity"),
    [
        ("2003-12-31", "info"),
        ("2004-01-01", "warning"),
        ("2004-12-31", "warning"),
        ("2005-01-01", "error"),
        ("2004-12", "warning"),
        ("2004", "warning"),
        ("2005", "error"),
        ("", "error"),
    ],
)
def test_the_severity_depends_on_the_date(day: str, severity: str) -> None:
    book = rulebook.load()
    rule = book.find("RSN-101")
    assert rule is not None and rule.severity_on(Date.of(day) if day else None) == severity
    assert book.find("RSN-104") is rule
    changed = rulebook.load(overlays=[{"rule": "RSN-101", "severity": "info"}]).find("RSN-101")
    assert changed is not None and changed.severity_on(Date.of("2009-01-01")) == "info"
    assert changed.severity_text == "info" and "error (info before 2004-01-01" in changed.changed


def test_an_overlay_of_no_rule_is_a_trouble() -> None:
    with pytest.raises(RuleError) as caught:
        rulebook.load(overlays=[{"rule": "NO-SUCH-1", "off": True}])
    assert ["R037"] == codes(caught)


# ---- choosing ------------------------------------------------------------------------------------------------


def test_select_by_id_name_and_alias() -> None:
    book = rulebook.load()
    one, two = book.rules[0], book.rules[3]
    assert [one.id, two.id] == [rule.id for rule in book.select([two.name, one.id]).rules]
    with pytest.raises(ConfigError, match=f"did you mean .{one.name}."):
        book.select([one.name + "x"])


# ---- the cache -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "cablecheck"


def snapshot(book: rulebook.Rulebook) -> object:
    rules = [(rule.id, rule.severity, rule.summary, rule.cite, rule.examples, rule.place) for rule in book.rules]
    words = {
        name: [(e.code, e.forms, e.since, e.facts) for e in table] for name, table in book.vocabulary.tables.items()
    }
    return rules, words, book.packs, book.digest


def test_warm_is_cold(kept: Path, pack: Path) -> None:
    folders = [SHIPPED, str(pack)]
    cold = snapshot(rulebook.load(folders))
    assert 1 == len(list(kept.iterdir()))
    assert cold == snapshot(rulebook.load(folders))
    assert cold == snapshot(rulebook.load(folders, cache=False))


def test_a_warm_start_reads_no_yaml(kept: Path, pack: Path) -> None:
    rulebook.load([SHIPPED, str(pack)])
    code = (
        "import sys; from checker import rulebook; b = rulebook.load(sys.argv[1:]); "
        "slow = {'yaml', 'json', 'jsonschema', 'typing', 'inspect', 'dataclasses', 'pathlib'} & set(sys.modules); print(len(b), slow)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SHIPPED, str(pack)],
        env=os.environ | {"PYTHONPATH": str(Path(SHIPPED).parent)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"{len(rulebook.load()) + 1} set()\n" == done.stdout


def test_a_changed_file_is_seen(kept: Path, pack: Path) -> None:
    folders = [str(pack)]
    before = rulebook.load(folders)
    (pack / "house.yaml").write_text(CHAPTER.replace("severity: info", "severity: error"), encoding="utf-8")
    after = rulebook.load(folders)
    assert ["info", "error"] == [book.select(["REG-001"]).rules[0].severity for book in (before, after)]
    assert before.digest != after.digest


def test_a_touched_file_with_the_same_bytes_stays_warm(kept: Path, pack: Path) -> None:
    folders = [SHIPPED, str(pack)]
    before = rulebook.load(folders)
    os.utime(pack / "house.yaml", (1, 1))
    assert before.digest == rulebook.load(folders).digest
    (path,) = kept.iterdir()
    assert json.loads(path.read_text(encoding="utf-8").partition("\n")[0])["stats"] == compiled_cache.stats(folders)


@pytest.mark.parametrize(
    "wrong", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"layout": 2}', b'{"layout": 99, "stats": []}', b"[" * 9999]
)
def test_a_spoilt_cache_is_made_anew(kept: Path, pack: Path, wrong: bytes) -> None:
    folders = [str(pack)]
    cold = snapshot(rulebook.load(folders))
    for path in kept.iterdir():
        path.write_bytes(wrong)
    assert cold == snapshot(rulebook.load(folders))


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.999])
def test_a_cache_cut_off_or_with_a_spoilt_line_is_made_anew(kept: Path, pack: Path, keep: float) -> None:
    folders = [str(pack)]
    cold = snapshot(rulebook.load(folders))
    for spoil in (lambda data, at: data[:at], lambda data, at: data[:at] + b"{" + data[at + 1 :]):
        for path in kept.iterdir():
            data = path.read_bytes()
            path.write_bytes(spoil(data, int(len(data) * keep)))
        assert cold == snapshot(rulebook.load(folders))


def test_a_cache_folder_that_cannot_be_made_is_no_trouble(kept: Path, tmp_path: Path, pack: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    assert "REG-001" in [rule.id for rule in rulebook.load([str(pack)]).rules]


def test_wrong_rules_are_never_kept(kept: Path, pack: Path) -> None:
    (pack / "house.yaml").write_text(CHAPTER.replace("in_table", "in_tabel"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(RuleError):
            rulebook.load([str(pack)])
