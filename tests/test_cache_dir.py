"""Test that caches that somebody else may have written are ignored with one notice, and that a forged rule can read
only fields.
"""

from __future__ import annotations

import json
import os
from itertools import accumulate
from pathlib import Path
from zlib import crc32

import pytest

from checker import linter, resources, rulebook
from checker.config import settle
from checker.rulebook import compiled_cache
from checker.rulebook.field_types import getter

TELEGRAM = Path(__file__).parent / "telegrams" / "clean"
needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes are those of POSIX")


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that contains the cache folder. The working folder next to it contains one
    document to check.
    """
    (tmp_path / "work").mkdir()
    base = tmp_path / "base"
    base.mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    Path("one.txt").write_bytes(sorted(TELEGRAM.iterdir())[0].read_bytes())
    return base


def notices(*paths: str) -> list[str]:
    outcome = linter.lint(list(paths), settle({}, isolated=True))
    return [notice for notice in outcome.notices if "cache" in notice]


def test_a_private_folder_is_used_and_private_files_are_written(base: Path) -> None:
    assert [] == notices("one.txt")
    written = sorted((base / "cablecheck").iterdir())
    assert written
    assert {0o600} == {path.stat().st_mode & 0o777 for path in written}
    assert 0o700 == (base / "cablecheck").stat().st_mode & 0o777


@needs_owners
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_that_others_can_write_is_ignored_with_one_notice(base: Path, mode: int) -> None:
    (base / "cablecheck").mkdir()
    (base / "cablecheck").chmod(mode)
    (notice,) = notices("one.txt")
    assert notice.endswith("can be written by other users")
    assert [] == list((base / "cablecheck").iterdir())


@needs_owners
def test_a_base_that_all_can_write_is_ignored_unless_it_is_sticky(base: Path) -> None:
    base.chmod(0o777)
    assert 1 == len(notices("one.txt"))
    base.chmod(0o1777)
    assert [] == notices("one.txt")


@needs_owners
def test_a_folder_of_another_user_is_ignored(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (base / "cablecheck").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "belongs to another user" in resources.reason_to_ignore_cache(resources.cache_dir())


def test_a_folder_below_the_working_folder_or_a_checked_path_is_ignored(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path.cwd() / "inside"))
    (notice,) = notices("one.txt")
    assert "is below" in notice
    assert not Path("inside").exists()
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    (base / "two.txt").write_bytes(Path("one.txt").read_bytes())
    (notice,) = notices(str(base))
    assert notice.endswith(f"it is below {base}")
    assert not (base / "cablecheck").exists()


def test_a_link_does_not_hide_where_the_folder_is(base: Path) -> None:
    Path("inside").mkdir(mode=0o700)
    (base / "cablecheck").symlink_to(Path("inside").absolute())
    assert 1 == len(notices("one.txt"))


def test_the_default_folder_is_used_even_from_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert "" == resources.reason_to_ignore_cache(resources.cache_dir(), [str(tmp_path)])


@needs_owners
def test_a_file_that_others_can_write_is_not_read(base: Path) -> None:
    first = rulebook.load()
    (file,) = (base / "cablecheck").iterdir()
    found = compiled_cache.stats([rulebook.data_dir("rules")])
    assert compiled_cache.read(str(file), found, list) is not None
    file.chmod(0o666)
    assert compiled_cache.read(str(file), found, list) is None
    assert len(first) == len(rulebook.load())
    assert 0o600 == file.stat().st_mode & 0o777


def test_results_are_kept_in_the_same_folder_under_the_same_conditions(base: Path) -> None:
    options = settle({"cache": True}, isolated=True)
    linter.lint(["one.txt"], options)
    assert list((base / "cablecheck" / "results").rglob("*.json"))
    (base / "cablecheck").chmod(0o777)
    for path in (base / "cablecheck" / "results").rglob("*.json"):
        path.write_text("[]", encoding="utf-8")
    outcome = linter.lint(["one.txt"], options)
    assert 1 == outcome.summary.checked


@pytest.mark.parametrize("path", [[0, "__class__"], [0, "subject", "__init__", "__globals__"], [1, "span", "format"]])
def test_a_path_reads_nothing_but_fields(path: list[int | str]) -> None:
    with pytest.raises(ValueError, match="no such field"):
        getter(path, {})


def forge(base: Path, genuine: bytes, forged: bytes) -> None:
    """Replace bytes in the cache of the rules, and correct the checksum and the sizes."""
    rulebook.load()
    (file,) = (base / "cablecheck").iterdir()
    first, _, rest = file.read_bytes().partition(b"\n")
    head = json.loads(first)
    ends = list(accumulate(head["sizes"]))
    parts = [rest[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert any(genuine in part for part in parts)
    parts = [part.replace(genuine, forged) for part in parts]
    head |= {"sum": crc32(b"".join(parts)), "sizes": list(map(len, parts))}
    file.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(parts) + rest[ends[-1] :])


def test_a_forged_guard_makes_the_cache_unusable(base: Path) -> None:
    forge(base, b'["state",[0,"banner"],"present"]', b'["state",[0,"__class__"],"present"]')
    (result,) = linter.lint(["one.txt"], settle({}, isolated=True)).results
    assert "checked" == result.state


def test_a_forged_requirement_crashes_alone(base: Path) -> None:
    forge(base, b'"require":["state",[0,"banner"],"present"]', b'"require":["state",[0,"__class__"],"present"]')
    (result,) = linter.lint(["one.txt"], settle({}, isolated=True)).results
    assert "failed" == result.state and "crashed" in result.why
