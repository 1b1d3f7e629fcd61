"""The Python interface: one function, typed, that reads no configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker
from checker import Finding, check
from checker.errors import ConfigError, InputError
from checker.resources import VERSION

ROOT = Path(__file__).parents[2]
SETTINGS = {"rules": (str(ROOT / "tests" / "runs" / "pack"),), "select": ("TST",)}


def test_check_gives_findings_with_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cablecheck.toml").write_text('select = ["NONE"]\n')
    monkeypatch.chdir(tmp_path)
    found = check("1.  (C) ALPHA.\n\n2.  BRAVO.\n", name="my text", settings=SETTINGS)
    assert [("my text", 3, 1, "TST-001", "error")] == [
        (one.path, one.start.line, one.start.column, one.rule, one.severity) for one in found
    ]
    assert isinstance(found[0], Finding)


def test_trouble_is_raised() -> None:
    with pytest.raises(ConfigError, match="did you mean 'TST-001'"):
        check("1.  (C) ALPHA.\n", settings=SETTINGS | {"select": ("TST-01",)})
    with pytest.raises(InputError, match="is empty"):
        check("", settings=SETTINGS)
    with pytest.raises(ConfigError, match="unknown setting 'selct'"):
        check("1.  (C) ALPHA.\n", settings={"selct": ()})


def test_the_package_is_typed_and_knows_its_version() -> None:
    assert (ROOT / "checker" / "py.typed").exists()
    assert checker.__version__ == VERSION
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
