"""Makes the pages of the rules when the site is built (`mkdocs build`): one for each rule, one that lists them all.

Nothing is written into the checkout: the pages exist in the site alone and are never out of date.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from checker import rulebook  # noqa: E402
from checker.rulebook.rule import Rule  # noqa: E402


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to the site."""
    from mkdocs.structure.files import File

    pages = dict(rule_pages())
    pages["index.md"] = (ROOT / "README.md").read_text(encoding="utf-8").replace("](docs/", "](")
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def rule_pages() -> Iterator[tuple[str, str]]:
    """Each page: its path in the site and its Markdown."""
    rules = rulebook.load().rules
    chapters: dict[str, list[Rule]] = {}
    for rule in rules:
        chapters.setdefault(rule.chapter, []).append(rule)
        yield posixpath.join("rules", f"{rule.id}.md"), "\n".join(page(rule)) + "\n"
    yield posixpath.join("rules", "index.md"), "\n".join(index(chapters, len(rules))) + "\n"


def index(chapters: dict[str, list[Rule]], count: int) -> Iterator[str]:
    """The list of all rules, chapter by chapter."""
    yield f"# The rules\n\n{count} rules. An id is never used again for another rule.\n"
    for chapter, rules in chapters.items():
        yield f"## {chapter}\n\n| id | name | severity | what holds |\n|---|---|---|---|"
        for rule in rules:
            yield f"| [{rule.id}]({rule.id}.md) | {rule.name} | {rule.severity} | {rule.summary} |"
        yield ""


def page(rule: Rule) -> Iterator[str]:
    """One rule whole: what holds and why, when it applies, what it cites, how it is written, its examples."""
    since, before = rule.era or (None, None)
    era = f"from {since or 'the start'} to before {before or 'today'}" if rule.era else "any date"
    yield f"# {rule.id} {rule.name}\n\n{rule.summary}\n"
    if rule.because:
        yield f"{rule.because}\n"
    yield f"| | |\n|---|---|\n| severity | {rule.severity} |\n| status | {rule.status} |\n| chapter | {rule.chapter} |"
    yield f"| rule books | {', '.join(rule.profile)} |\n| documents | {era} |\n"
    yield "## What it rests on\n"
    yield from (f"- {clause}" for clause in rule.cite)
    if rule.help:
        yield f"\n## What to do\n\n{rule.help}"
    yield f"\n## How it is written\n\n```yaml\n{rule.source.rstrip()}\n```"
    for example in rule.examples:
        text = str(example.get("text", ""))
        if example.get("kind") == "invalid" and text:
            yield f"\n## Example that breaks it\n\n```text\n{text.rstrip()}\n```"
            return
