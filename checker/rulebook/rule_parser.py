"""Templates of messages: text with named values, nothing else; every name is checked when the rule is loaded."""

from __future__ import annotations

import itertools
import re
from datetime import date

from ..checks import CHECKS
from ..results import SEVERITIES
from ..vocabulary import Vocabulary
from .condition_parser import read_condition
from .field_types import Frames, Scope
from .ir import Code, Data
from .yaml_loader import Map, RuleFile, Seq, Text, Tree, like, plain

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


# ---- One rule of a file, read: everything checked against model, words and sources, and put into plain li
Bases = dict[str, str]


def read_rule(node: Map, file: RuleFile, words: Vocabulary, bases: Bases, defaults: Map | None) -> Data | None:
    """The data of a rule whose shape is right; `None` with troubles added if anything else is wrong."""
    scope = Scope(file, words, node.text("id"))
    before = len(file.items)
    data = _about(node, file, scope, defaults)
    frames = _target(node, scope, data)
    if frames is not None:
        _demands(node, frames, scope, data)
    _examples(node, scope, data, bases)
    _life(node, scope, data)
    return data if len(file.items) == before else None


def _setting(node: Map, defaults: Map | None, name: str) -> Tree | None:
    found = node.get(name)
    return found if found is not None or defaults is None else defaults.get(name)


def _list(node: Tree | None) -> list[str]:
    return [item.value for item in node.items if isinstance(item, Text)] if isinstance(node, Seq) else []


def _about(node: Map, file: RuleFile, scope: Scope, defaults: Map | None) -> Data:
    severity, status = _setting(node, defaults, "severity"), _setting(node, defaults, "status")
    data: Data = {
        name: node.text(name)
        for name in ("id", "name", "summary", "because", "help", "replaced_by", "since", "reason")
        if name in node.pairs
    }
    data["severity"] = severity.value if isinstance(severity, Text) else SEVERITIES[1]
    data["status"] = status.value if isinstance(status, Text) else "stable"
    data["profile"] = _list(_setting(node, defaults, "profile")) or ["ALL"]
    data["aliases"] = _list(node.get("aliases"))
    data["tags"] = _list(_setting(node, defaults, "tags"))
    data["place"] = [file.shown, node.line, node.column]
    data["source"] = file.words(node.line, node.last_line)
    data["cite"] = _cite(node.get("cite"), scope)
    era = _setting(node, defaults, "era")
    if isinstance(era, Map):
        data["era"] = _era(era, scope)
    return data


def _cite(node: Tree | None, scope: Scope) -> list[list[str]]:
    found = []
    sources = scope.words.tables.get("sources")
    for item in node.items if isinstance(node, Seq) else []:
        if isinstance(item, Map):
            source = item.get("source")
            if isinstance(source, Text) and sources is not None and source.value not in sources:
                near = like(source.value, sources.codes())
                scope.refuse("R019", source, f'no source "{source.value}"',
                             f"{near}Sources stand in vocabulary/sources.yaml: add yours to a table of that name, "
                             "or say memory")  # fmt: skip
            found.append([item.text("source"), item.text("clause")])
    return found


def _era(node: Map, scope: Scope) -> list[str | None]:
    ends: list[str | None] = []
    for word in ("from", "before"):
        day = node.get(word)
        if isinstance(day, Text):
            try:
                ends.append(date.fromisoformat(day.value).isoformat())
            except ValueError:
                scope.refuse("R034", day, f'"{day.value}" is no real day', "dates are written 1995-10-14")
                ends.append(None)
        else:
            ends.append(None)
    if ends[0] and ends[1] and ends[0] >= ends[1]:
        scope.refuse("R020", node, "the era is empty", "`from` is the first day, `before` the first day after it")
    return ends


def _target(node: Map, scope: Scope, data: Data) -> Frames | None:
    """Guard, `each` and `where`; the frames that the requirement is read in."""
    frames = Frames()
    when = node.get("when")
    if when is not None:
        data["when"] = read_condition(when, frames, scope)
    each = node.get("each")
    if not isinstance(each, Text):
        if "where" in node.pairs:
            scope.refuse("R036", node.pairs["where"][0], "`where` stands without `each`", "use `when` for a guard")
        return frames
    found = frames.find(each, scope)
    if found is None:
        return None
    path, kind = found
    data["each"], data["listed"] = path, kind.name in ("list", "set")
    inside = frames.inside(kind)
    where = node.get("where")
    if where is not None:
        data["where"] = read_condition(where, inside, scope)
    return inside


def _demands(node: Map, frames: Frames, scope: Scope, data: Data) -> None:
    require, check = node.get("require"), node.get("check")
    facts: tuple[str, ...] | None = None
    if (require is None) == (check is None):
        both = "both `require` and `check`" if require is not None else "neither `require` nor `check`"
        scope.refuse("R036", node, f"the rule has {both}", "a rule has exactly one of the two")
    elif require is not None:
        data["require"] = read_condition(require, frames, scope)
    elif isinstance(check, Text):
        facts = _check(check, node, scope, data)
        if facts is None:
            return
    message = node.get("message")
    if isinstance(message, Text):
        data["message"] = read_template(message, frames, scope, facts)
    point = node.get("point")
    if isinstance(point, Text):
        found = frames.find(point, scope)
        data["point"] = found[0] if found is not None else None
    if node.text("once") == "true":
        data["once"] = True
    suggest = node.get("suggest")
    if isinstance(suggest, Map):
        _suggest(suggest, frames, scope, data)


def _check(check: Text, node: Map, scope: Scope, data: Data) -> tuple[str, ...] | None:
    """The names of the values the check gives; `None` if there is no such check."""
    module = CHECKS.get(check.value)
    if module is None:
        advice = like(check.value, sorted(CHECKS)) or "the checks that there are stand in checks/__init__.py"
        scope.refuse("R029", check, f'no check "{check.value}"', advice)
        return None
    given = node.get("with")
    asked = plain(given) if given is not None else {}
    if isinstance(given, Map):
        scope.keys(given, set(module.Ask.__fields__))
    told = set(given.pairs) if isinstance(given, Map) else set()
    for name in sorted(set(module.Ask.__fields__) - set(module.Ask.__defaults__) - told):
        scope.refuse("R033", given or check, f'the check needs "{name}"')
    data["check"], data["with"] = check.value, asked
    return tuple(module.FACTS)


def _suggest(node: Map, frames: Frames, scope: Scope, data: Data) -> None:
    replace, words = node.get("replace"), node.get("with")
    if not isinstance(replace, Text) or not isinstance(words, Text):
        return
    found = frames.find(replace, scope)
    template = read_template(words, frames, scope)
    if found is not None and template is not None:
        data["suggest"] = {"replace": found[0], "with": template, "safe": node.text("safe") == "true"}


def _life(node: Map, scope: Scope, data: Data) -> None:
    words = ("replaced_by", "since", "reason")
    if data["status"] == "deprecated":
        missing = [word for word in words if word not in node.pairs]
        if missing:
            scope.refuse("R028", node, f"a deprecated rule says {', '.join(words)}", f"add {', '.join(missing)}")
    else:
        for word in words:
            if word in node.pairs:
                scope.refuse("R028", node.pairs[word][0], f"only a deprecated rule says `{word}`")
    equivalent = node.get("equivalent")
    if isinstance(equivalent, Seq):
        data["equivalent"] = [
            {"mutant": item.text("mutant"), "because": item.text("because"), "line": item.line, "column": item.column}
            for item in equivalent.items if isinstance(item, Map)
        ]  # fmt: skip


def _examples(node: Map, scope: Scope, data: Data, bases: Bases) -> None:
    found: dict[str, list[Data]] = {}
    examples = node.get("examples")
    for kind, (_, items) in examples.pairs.items() if isinstance(examples, Map) else ():
        for item in items.items if isinstance(items, Seq) else []:
            if isinstance(item, Map):
                built = build(item, kind, scope, bases)
                if built is not None:
                    found.setdefault(kind, []).append(built)
    data["examples"] = found
    if data["status"] == "stable" or data["status"] == "provisional":
        needed = ["valid", "invalid"] + (["not_applicable"] if "era" in data or "when" in node.pairs else [])
        written = examples.pairs if isinstance(examples, Map) else {}
        for kind in needed:
            if kind not in written:
                scope.refuse("R024", node, f"a {data['status']} rule needs an example of the kind {kind}")


def build(node: Map, kind: str, scope: Scope, bases: Bases) -> Data | None:
    """The document of an example, with the drawn places taken out of it."""
    if ("text" in node.pairs) == ("base" in node.pairs):
        return scope.refuse("R023", node, "an example has either `text` or `base`")
    text = node.text("text") if "text" in node.pairs else _swapped(node, scope, bases)
    if text is None:
        return None
    drawn = draw(text)
    if drawn is None:
        return scope.refuse("R023", node, "the brackets ⟦ and ⟧ do not come in pairs")
    clean, places = drawn
    anywhere = node.text("anywhere") == "true"
    if kind == "invalid" and not places and not anywhere:
        return scope.refuse(
            "R023", node, "an invalid example draws no place", "put ⟦ and ⟧ around the words to point at"
        )
    if kind != "invalid" and places:
        return scope.refuse("R023", node, f"a place is drawn in a {kind.replace('_', '-')} example")
    facts = node.get("facts")
    built: Data = {"text": clean, "places": places, "line": node.line, "column": node.column, "kind": kind}
    if anywhere:
        built["anywhere"] = True
    if isinstance(facts, Map):
        built["facts"] = [[name, value.value] for name, (_, value) in facts.pairs.items() if isinstance(value, Text)]
    messages = [node.text("message")] if "message" in node.pairs else _list(node.get("messages"))
    if messages:
        built["messages"] = messages
    for name in ("as_of", "profile", "note"):
        if name in node.pairs:
            built[name] = node.text(name)
    return built


def _swapped(node: Map, scope: Scope, bases: Bases) -> str | None:
    base = node.pairs["base"][1]
    if not isinstance(base, Text) or base.value not in bases:
        shown = base.value if isinstance(base, Text) else ""
        return scope.refuse(
            "R023", base, f'no base telegram "{shown}"', like(shown, bases) or f"there are: {', '.join(sorted(bases))}"
        )
    text = bases[base.value]
    swap = node.get("swap")
    changes: list[tuple[int, int, str]] = []
    for key, value in swap.pairs.values() if isinstance(swap, Map) else ():
        count = text.count(key.value)
        if count != 1:
            return scope.refuse("R023", key, f"the words to swap stand {count} times in {base.value}, not once",
                                "give enough of the line to be found exactly once")  # fmt: skip
        start = text.index(key.value)
        changes.append((start, start + len(key.value), value.value if isinstance(value, Text) else ""))
    changes.sort()
    if any(one[1] > two[0] for one, two in itertools.pairwise(changes)):
        return scope.refuse("R023", node, "two swaps overlap", "make one of them")
    for start, end, words in reversed(changes):
        text = text[:start] + words + text[end:]
    return text


def draw(text: str) -> tuple[str, list[list[int]]] | None:
    """The text without its brackets, and the places [start, end] they drew; `None` if they do not pair."""
    clean: list[str] = []
    places: list[list[int]] = []
    length, start = 0, -1
    for piece in _pieces(text):
        if piece == "⟦":
            if start >= 0:
                return None
            start = length
        elif piece == "⟧":
            if start < 0:
                return None
            places.append([start, length])
            start = -1
        else:
            clean.append(piece)
            length += len(piece)
    return ("".join(clean), places) if start < 0 else None


def _pieces(text: str) -> list[str]:
    found = []
    for part in text.split("⟦"):
        found.append("⟦")
        for inner in part.split("⟧"):
            found += [inner, "⟧"]
        found.pop()
    return found[1:]
