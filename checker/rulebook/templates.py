"""Templates of messages: text with named values, nothing else; every name is checked when the rule is loaded."""

from __future__ import annotations

import re

from .codes import Code
from .fields import Frames, Scope
from .places import Text

PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
NAMED = ("count", "element", "value")


def read_template(node: Text, frames: Frames, scope: Scope, facts: tuple[str, ...] | None = None) -> list[Code] | None:
    """The parts of a template. `facts` are the only names allowed where a check gives them."""
    parts: list[Code] = []
    here = 0
    fine = True
    for match in PART.finditer(node.value):
        parts.append(["text", node.value[here : match.start()]])
        here = match.end()
        if match.group() in ("{{", "}}"):
            parts.append(["text", match.group()[0]])
        elif match.group(1) is None:
            scope.refuse(
                "R021", node, f"a single {match.group()} in a template", f"write {match.group() * 2} for the letter"
            )
            fine = False
        else:
            part = _part(match.group(1).strip(), node, frames, scope, facts)
            fine = fine and part is not None
            parts.append(part or ["text", ""])
    parts.append(["text", node.value[here:]])
    return [part for part in parts if part != ["text", ""]] if fine else None


def _part(name: str, node: Text, frames: Frames, scope: Scope, facts: tuple[str, ...] | None) -> Code | None:
    if facts is not None:
        if name in facts:
            return ["path", name]
        return scope.refuse("R021", node, f'the check gives no value "{name}"', f"it gives: {', '.join(facts)}")
    if name in NAMED:
        return [name]
    before = len(scope.file.items)
    found = frames.find(Text(name, node.line, node.column, node.length), scope)
    if found is not None:
        return ["path", found[0]]
    trouble = scope.file.items.pop() if len(scope.file.items) > before else None
    advice = trouble.help if trouble is not None else ""
    return scope.refuse("R021", node, f'the message names "{name}", which does not exist here',
                        advice or f"besides fields there are {', '.join(NAMED)}")  # fmt: skip
