"""Test forms, variants, and errors that occur in real telegrams, in invented ones: how each is read, and what is found.

A group in `tests/telegrams/forms/*.yaml` takes a telegram (a base from `rules/telegrams`, or its own `text`) and
replaces the text `at` with each of its `forms`. `reads` gives the expected values by path (`*` means every element of a
list); `finds` lists the rules with findings above info, by default none; `silent` lists rules that must have no finding
at all, and `unknown` those whose verdict must be undetermined. Other findings of severity info are ignored. With
`record: true`, the text is wrapped in an archive record. `traps` names entries in `docs/traps.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker import config, linter, readers
from checker.document_linter import DocumentLinter
from checker.model import Node, Unread
from checker.values import Date, Level

ROOT = Path(__file__).parent.parent
FORMS = Path(__file__).parent / "telegrams" / "forms"


@cache
def document_linter() -> DocumentLinter:
    options = config.settle({}, isolated=True)
    rulebook = linter.load(options)
    options = linter.resolve(options, rulebook)
    return DocumentLinter(options, rulebook.select(options.selected))


def value(found: object, path: str) -> object:
    """Return the value at a path, in the form in which tests state it."""
    for index, name in enumerate(names := path.split(".") if path else []):
        if name == "*" and isinstance(found, tuple):
            return [value(item, ".".join(names[index + 1 :])) for item in found]
        found = None if found is None or name == "*" else getattr(found, name)
        if isinstance(found, Unread):
            break
    return plain(found)


def plain(found: object) -> object:
    if isinstance(found, Unread):
        return "lost" if found.lost else f"unreadable: {found.text}"
    if isinstance(found, Level):
        return found.code
    if isinstance(found, Date):
        return str(found)
    if isinstance(found, tuple):
        return [plain(item) for item in found]
    if isinstance(found, Node):
        return getattr(found, "text", "present")
    return found


def swapped(text: str, swaps: Mapping[str, str]) -> str:
    for old, new in swaps.items():
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def base(group: Mapping[str, Any]) -> str:
    text = group["text"] if "text" in group else (ROOT / "rules" / "telegrams" / f"{group['base']}.txt").read_text()
    if group.get("record"):
        text = (
            f" \nMessage Text\n\n{text}\n \nMessage Attributes\n \n{(FORMS / 'archive-attributes.txt').read_text()} \n"
        )
    return swapped(text, group.get("swap", {}))


def cases() -> Iterator[Any]:
    for path in sorted(FORMS.glob("*.yaml")):
        for group in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader):
            text, at = base(group), group.get("at")
            for number, form in enumerate(group.get("forms", [""]), 1):
                form = form if isinstance(form, dict) else {"form": form}
                whole = swapped(text, ({at: form["form"]} if at else {}) | form.get("swap", {}))
                reads = group.get("reads", {}) | form.get("reads", {})
                told = {key: form.get(key, group.get(key, [])) for key in ("finds", "silent", "unknown")}
                yield pytest.param(whole, reads, told, id=f"{path.stem}: {group['group']} {number}")


@pytest.mark.parametrize(("text", "reads", "rules"), list(cases()))
def test_a_form_is_read_and_judged_as_it_is_meant(
    text: str, reads: dict[str, object], rules: dict[str, list[str]]
) -> None:
    documents = list(document_linter().documents("telegram.txt", text.encode()))
    readings = [item for item in documents if isinstance(item, readers.Reading)]
    assert len(readings) == len(documents) == 1
    telegram, crash = document_linter().telegram(readings[0])
    assert telegram is not None, crash
    assert {path: value(telegram, path) for path in reads} == reads
    (judged,) = document_linter().lint("telegram.txt", text.encode())
    told = [f"{one.rule} {one.message}" for one in judged.findings if one.severity != "info"]
    assert sorted({one.split()[0] for one in told}) == sorted(rules["finds"]), "\n".join(told)
    assert not {one.rule for one in judged.findings} & set(rules["silent"])
    assert set(rules["unknown"]) <= {one.rule for one in judged.undetermined}
