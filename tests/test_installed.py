"""Test that the wheel contains its rules and schemas, and works from another folder without the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_rule_file_and_schema(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("packs", "rules", "schemas"):
        files = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert files and {f"checker/_data/{name}" for name in files} <= names
    for folder in ("templates", "static"):
        made = {path.name for path in (ROOT / "checker" / "workbench" / folder).iterdir()}
        assert made and {f"checker/workbench/{folder}/{name}" for name in made} <= names
    assert not [name for name in names if name.startswith(("tests/", "examples/"))]


def test_the_page_on_the_package_index_has_no_link_into_the_repository(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel)
    about = packed.read(next(name for name in packed.namelist() if name.endswith("dist-info/METADATA"))).decode()
    assert "Description-Content-Type: text/markdown" in about
    page = about.partition("\n\n")[2]
    assert page.startswith("# cablecheck\n") and "see exit codes." in " ".join(page.split())
    assert [] == re.findall(r"\]\((?!https?://)[^)]*\)", page)


@pytest.mark.slow
def test_an_installed_wheel_lints_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, system_site_packages=False)
    site = next((home / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    for module in ("yaml", "jsonschema", "tabulate", "attr", "attrs", "referencing", "rpds", "jsonschema_specifications",
                   "wcwidth", "typing_extensions"):  # fmt: skip
        _borrow(module, site)
    (tmp_path / "one.txt").write_text((ROOT / "examples" / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    python = home / "bin" / "python"
    listed = subprocess.run(
        [python, "-m", "checker", "rules", "list", "--format", "json"],
        cwd=tmp_path, env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert listed.returncode == 0, listed.stderr
    from checker import rulebook

    assert len(json.loads(listed.stdout)["rules"]) == len(rulebook.load().rules)


def _borrow(module: str, site: Path) -> None:
    """Put a link to an installed dependency into the bare environment, so that no network is needed."""
    import importlib.util

    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        return
    origin = Path(found.origin)
    target = origin.parent if origin.name == "__init__.py" else origin
    (site / target.name).symlink_to(target)
