"""Add pages to the site when it is built (`mkdocs build`): one page per rule, a list of all rules, the README, and the
reports.

If Pyodide is installed (`npm install --no-save pyodide`), the files for the playground are added, too.

Nothing is written to the checkout. The pages exist only in the site, so they are always up to date.
"""

from __future__ import annotations

import io
import posixpath
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYODIDE = ROOT / "node_modules" / "pyodide"
sys.path.insert(0, str(ROOT))

from checker import rulebook  # noqa: E402
from checker.rulebook import compiled_cache, loader  # noqa: E402
from checker.rulebook.rule import Rule  # noqa: E402


def on_files(files: Any, config: Any) -> Any:
    """Return the site's files, with the generated pages, the reports, and the top folder's pages added. The README is
    the start page.
    """
    from mkdocs.structure.files import File

    pages = dict(rule_pages())
    for path in (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")):
        pages[path.name] = (
            path.read_text(encoding="utf-8").replace("](docs/", "](").replace("](README.md", "](index.md")
        )
    pages["index.md"] = pages.pop("README.md")
    for path in (ROOT / "reports").glob("*.md"):
        pages[f"reports/{path.name}"] = path.read_text(encoding="utf-8")
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    for path, data in playground_files():
        files.append(File.generated(config, f"playground/{path}", content=data))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return the text of a page with its links to reports and to the README changed to their addresses on the site."""
    return markdown.replace("](../reports/", "](reports/").replace("](../README.md", "](index.md")


def playground_files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file for the playground, or nothing if Pyodide is not installed.

    A browser has neither PyYAML nor jsonschema, so the rules are provided as the cache file of a loaded rulebook.
    """
    if not PYODIDE.is_dir():
        return
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
        yield name, (PYODIDE / name).read_bytes()
    yield "example.txt", (ROOT / "examples" / "09STRELSAU123.txt").read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / "checker").rglob("*.py")):
            archive.write(path, path.relative_to(ROOT))
        for path in sorted(each for each in (ROOT / "rules").rglob("*") if each.is_file()):
            archive.write(path, Path("checker", "_data", path.relative_to(ROOT)))
    yield "cablecheck.zip", packed.getvalue()
    words, rules, packs = loader.read_folders([str(ROOT / "rules")])
    found = compiled_cache.stats([str(ROOT / "rules")])
    there = [[f"/home/pyodide/checker/_data/{Path(row[0]).relative_to(ROOT).as_posix()}", *row[1:]] for row in found]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "private", "rules.json")
        compiled_cache.write(str(target), compiled_cache.digest(found), there, words, rules, packs)
        yield "rules.json", target.read_bytes()


def rule_pages() -> Iterator[tuple[str, str]]:
    """Yield the path and the Markdown text of each rule's page and of the list of rules."""
    book = rulebook.load()
    titles = {entry.code: entry.title for entry in book.vocabulary["sources"]}
    chapters: dict[str, list[Rule]] = {}
    for rule in book.rules:
        chapters.setdefault(rule.chapter, []).append(rule)
        yield posixpath.join("rules", f"{rule.id}.md"), "\n".join(page(rule, titles)) + "\n"
    yield posixpath.join("rules", "index.md"), "\n".join(index(chapters, len(book))) + "\n"


def index(chapters: dict[str, list[Rule]], count: int) -> Iterator[str]:
    """Yield the lines of the page that lists all rules by chapter."""
    yield f"# List of rules\n\nOpen a rule to see its reason, what to do, and its sources. There are {count} rules.\n"
    for chapter, rules in chapters.items():
        yield f"## {chapter}\n\n| rule | severity | requirement |\n|---|---|---|"
        for rule in rules:
            name = rule.name.replace("-", "-<wbr>")  # so that a phone can break it
            yield f"| [{rule.id}]({rule.id}.md)<br>{name} | {rule.severity_text} | {rule.summary} |"
        yield ""


def page(rule: Rule, titles: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the page about one rule: requirement, reason, help, an example, sources, and YAML text."""
    since, before = rule.era or (None, None)
    limits = (since and f"from {since}", before and f"before {before}")
    era = ", ".join(limit for limit in limits if limit) or "any"
    yield f"# {rule.id} {rule.name}\n\n**{rule.summary}**\n"
    if rule.because:
        yield f"{rule.because}\n"
    if rule.help:
        yield f"## What to do\n\n{rule.help}\n"
    text = next((str(each["text"]) for each in rule.examples if each.get("kind") == "invalid" and each.get("text")), "")
    if text:
        yield f"## Example of a violation\n\n```text\n{text.rstrip()}\n```\n"
    yield "## Sources\n"
    yield from (f"- {clause}<br>{titles.get(clause.split()[0], '')}" for clause in rule.cite)
    yield f"\n## About the rule\n\n- Severity: {rule.severity_text}\n- Status: {rule.status}"
    yield f"- Documents: profile {', '.join(rule.profile)}; date {era}\n- Chapter: {rule.chapter}"
    if rule.aliases:
        yield f"- Former ids and names: {', '.join(rule.aliases)}"
    yield f"\nTo see how the rule is evaluated on a telegram, run `cablecheck explain {rule.id} FILE`.\n"
    yield f"## Source code\n\n```yaml\n{rule.source.rstrip()}\n```"
