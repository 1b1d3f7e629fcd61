"""Test the rules for this code base that protect users or the architecture. Sizes and style are only habits."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from checker.rulebook.yaml_loader import LOADER

ROOT = Path(__file__).parent.parent
CHECKER = ROOT / "checker"
SOURCES = sorted(path for path in CHECKER.rglob("*.py") if "_data" not in path.parts)

# Standard-library modules that may be imported late, because they cost milliseconds and most lint runs do not need
# them. Third-party packages, and our own modules that implement a whole command, may always be imported late.
LATE = {
    "argparse", "array", "ast", "base64", "bz2", "collections", "compression", "concurrent", "configparser", "csv",
    "ctypes", "datetime", "difflib", "email", "enum", "fcntl", "fnmatch", "functools", "getpass", "glob", "gzip",
    "hashlib", "heapq", "html", "importlib", "inspect", "io", "itertools", "json", "locale", "logging", "lzma", "mailbox",
    "math", "mmap", "multiprocessing", "operator", "pathlib", "pickle", "platform", "pyexpat", "queue", "random", "re",
    "resource", "secrets", "select", "shlex", "shutil", "signal", "socket", "sqlite3", "stat", "statistics", "string",
    "struct", "subprocess", "tempfile", "textwrap", "threading", "time", "tomllib", "traceback", "types", "unicodedata",
    "urllib", "uuid", "webbrowser", "xml", "zipfile", "zlib",
}  # fmt: skip
THIRD_PARTY = {
    "backports", "dask", "distributed", "duckdb", "fsspec", "jsonschema", "lsprotocol", "lxml", "msgspec", "obstore",
    "pygls", "pypdfium2", "re2", "tabulate", "yaml",
}  # fmt: skip

UNWELCOME = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def called(node: ast.AST) -> str:
    """Return the name of what a node calls, such as `sys.exit`, or "" if the node does not call a name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        return ast.unparse(node.func)
    return ""


def name_of(path: Path) -> str:
    return path.relative_to(CHECKER).as_posix()


def test_a_module_opens_with_why_it_exists() -> None:
    assert [] == [path for path in SOURCES if not ast.get_docstring(tree(path)) and path.read_text("utf-8").strip()]


def test_no_module_has_an_empty_name() -> None:
    assert [] == [path for path in SOURCES if path.stem in UNWELCOME]


def test_only_the_command_line_prints_and_exits() -> None:
    assert [] == [
        f"{path}:{node.lineno}: {called(node)}"  # type: ignore[attr-defined]
        for path in SOURCES
        if not name_of(path).startswith("cli/") and path.name != "__main__.py"
        for node in nodes(path)
        if called(node) in {"print", "exit", "quit", "sys.exit"}
    ]


# Where `except Exception` is allowed: around a rule or check that raises (engine), and at the top of the command line,
# which must turn a bug into exit code 3. `os._exit` and bare `except` are not allowed anywhere.
CATCHERS = {"engine.py", "cli/__init__.py"}


def test_only_the_engine_catches_everything() -> None:
    assert [] == [
        f"{path}:{node.lineno}: catches everything"
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and ("" if node.type is None else ast.unparse(node.type)) in {"", "Exception", "BaseException"}
        and name_of(path) not in CATCHERS
    ]


def test_no_type_checking_blocks_and_no_hidden_circles() -> None:
    assert [] == [path for path in SOURCES if "TYPE_CHECKING" in path.read_text(encoding="utf-8")]


def test_late_imports_are_on_the_list() -> None:
    late = [
        (name, f"{path}:{node.lineno}: late import of {name}")
        for path in SOURCES
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported(node)
    ]
    assert [] == [place for name, place in late if name not in LATE | THIRD_PARTY]
    standard = sys.stdlib_module_names | {"compression"}  # new in 3.14
    assert [] == [place for name, place in late if name not in THIRD_PARTY | standard]


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the packages that a statement imports, except our own."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [(node.module or "").split(".")[0]] if node.level == 0 else []


def test_nobody_changes_the_model_but_the_parser() -> None:
    """Test that only the parser sets an attribute of a model record, because records are frozen by convention."""
    owners = {"telegram", "paragraph", "banner", "marking", "node", "token"}
    assert [] == [
        f"{path}:{target.lineno}: sets {target.value.id}.{target.attr}"
        for path in SOURCES
        if not name_of(path).startswith("parser/") and name_of(path) != "record.py"
        for node in nodes(path)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
        if target.value.id in owners and target.attr in model_fields()
    ]


@cache
def model_fields() -> frozenset[str]:
    from checker import model

    return frozenset(
        field
        for kind in vars(model).values()
        if isinstance(kind, type) and issubclass(kind, model.Node)
        for field in kind.__fields__
    )


def test_only_text_py_knows_what_a_line_of_a_document_is() -> None:
    """Test that only `text.py` makes `Position`s, apart from the result modules, which store and load them."""
    assert [] == [
        f"{path}:{node.lineno}: makes a Position"  # type: ignore[attr-defined]
        for path in SOURCES
        if name_of(path) not in {"text.py", "results.py", "result_cache.py"}
        for node in nodes(path)
        if called(node) == "Position"
    ]


# ---- the words of the field live in rules/vocabulary ---------------------------------------------------------

# Words that are also plain English, Python, or parts of formats, or are too short or too general to be domain terms.
PLAIN = {
    "", "A", "AND", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U",
    "V", "W", "X", "Y", "Z", "ALL", "FROM", "TO", "NO", "OF", "ON", "OR", "IN", "IS", "AS", "AT", "BY", "DATE", "BE", "UP",
    "ID", "RE", "X1", "GET", "POST", "HEAD", "EO", "DIR", "SR", "IV", "FOR", "THE", "A.I.", "A.I", "AI", "CSU", "MB",
}  # fmt: skip


@cache
def table(path: Path) -> dict:  # type: ignore[type-arg]
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)  # type: ignore[no-any-return]


@cache
def field_words() -> frozenset[str]:
    words: set[str] = set()
    for path in sorted((ROOT / "rules" / "vocabulary").glob("*.yaml")):
        data = table(path)
        if data.get("table") in {"sources", "common_words"}:  # no words of the field
            continue
        for entry in data["entries"]:
            words.add(str(entry["code"]))
            for forms in (entry.get("forms") or {}).values():
                words.update(map(str, forms if isinstance(forms, list) else [forms]))
    return frozenset(word for word in words if word.upper() == word and word not in PLAIN and not word.isdigit())


def prose(path: Path) -> set[int]:
    """Return the ids of the nodes that are docstrings."""
    return {
        id(node.value) for node in nodes(path) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_python_holds_no_word_of_the_field() -> None:
    assert [] == [
        f"{path}:{node.lineno}: {node.value!r} belongs in rules/vocabulary"
        for path in SOURCES
        for docstrings in [prose(path)]
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if node.value in field_words()
    ]


# ---- citations and vocabulary --------------------------------------------------------------------------------


@cache
def sources() -> frozenset[str]:
    path = ROOT / "rules" / "vocabulary" / "sources.yaml"
    return frozenset(entry["code"] for entry in table(path)["entries"])


VOCABULARY = sorted((ROOT / "rules" / "vocabulary").glob("*.yaml"))


@pytest.mark.parametrize("path", VOCABULARY, ids=[path.name for path in VOCABULARY])
def test_every_table_names_its_sources(path: Path) -> None:
    data = table(path)
    assert data["table"].replace("_", "-") == path.stem
    assert data["source"], path
    assert set(data["source"]) <= sources()


def test_every_word_of_a_closed_table_has_a_source() -> None:
    for path in VOCABULARY:
        data = table(path)
        codes = [str(entry["code"]) for entry in data["entries"]]
        assert len(codes) == len(set(codes)), f"{path.name}: a code stands twice"


# ---- the import contract ---------------------------------------------------------------------------------------


def test_imports_lean_downwards(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    assert 0 == lint_imports(no_cache=True)


# ---- the project speaks of itself alone --------------------------------------------------------------------------

TEXTS = sorted(
    path
    for folder in ("checker", "rules", "schemas", "tests", "docs", "examples", "benchmarks", "reports")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".yaml", ".md", ".txt", ".json", ".toml", ".html"}
    and "_data" not in path.parts
    and not any(part.endswith(".tmp") for part in path.parts)  # what a benchmark left behind; git ignores it
) + sorted(path for path in ROOT.iterdir() if path.suffix in {".md", ".toml", ".yml", ".yaml"})

MACHINE = re.compile(r"(?<![\w.$}~])/(?:root|home(?!/pyodide)|Users|work|tmp)/\w")


def test_no_machine_path_stands_anywhere() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if path != Path(__file__) and MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert [] == guilty


# ---- names -------------------------------------------------------------------------------------------------------------

SHARED_NAMES = {
    # one file for each entry in a registry, named like the entry
    "audit": "the command, and the package that does its work",
    "baseline": "the command, and the module that keeps the records",
    "compare": "the command, and the comparison of two audits",
    "decisions": "the command, and the module that keeps the records",
    "explain": "the command, and the module that traces a rule",
    "html": "the format as input and as output",
    "markings": "the records, and the parser that makes them",
    "parse": "the command",
    "synth": "the command, and the package that does its work",
    "rules": "the command",
}


def test_no_two_modules_share_a_name() -> None:
    names: dict[str, list[str]] = {}
    for path in SOURCES:
        name = path.parent.name if path.stem == "__init__" else path.stem
        names.setdefault(name, []).append(name_of(path))
    doubled = {name: paths for name, paths in names.items() if len(paths) > 1 and name not in SHARED_NAMES}
    assert {} == doubled


def test_no_two_classes_share_a_name() -> None:
    names: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                names.setdefault(node.name, []).append(f"{name_of(path)}:{node.lineno}")
    assert {} == {name: places for name, places in names.items() if len(places) > 1}


# Private words of the first version, replaced by common ones such as cursor or registry.
PRIVATE = re.compile(
    r"\b(?:forges?|forging|shelf|shelves|blame[ds]?|desks?|wish(?:es)?|sheets?|crews?|troubles?|told|mended|hurt|"
    r"handed in|strokes|reckon(?:ing|s)?|rooms?|law|laws|bench|risen)\b",
    re.IGNORECASE,
)


def test_no_private_word_is_left() -> None:
    found = []
    for path in SOURCES:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", line.replace("handed_in", ""))  # a key of the JSON report
            found += [f"{name_of(path)}:{number}: {match[0]}" for match in PRIVATE.finditer(words)]
    assert [] == found


def test_a_lint_starts_without_slow_modules() -> None:
    """Test that a lint does not import modules that cost milliseconds and are not needed in most runs."""
    slow = (
        "{'typing', 'hashlib', 'json', 'dataclasses', 'inspect', 'multiprocessing', 'yaml', 'jsonschema', 'tabulate'}"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import checker.cli.lint; print(*({slow} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert "" == done.stdout.strip()
