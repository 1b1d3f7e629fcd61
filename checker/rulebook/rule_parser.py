"""Parse rules: convert a rule in a YAML file to the data that is cached and compiled.

Everything is checked here so that a loaded rule can always be evaluated: message templates, citations, the era,
conditions, check arguments, the life cycle, and examples.
"""

from __future__ import annotations

import itertools
import re
from datetime import date
from difflib import get_close_matches

from ..checks import CHECKS
from ..results import SEVERITIES
from ..vocabulary import Vocabulary
from .condition_parser import read_condition
from .field_paths import Frames, Scope
from .ir import Data, Expression
from .schema import EVERY_PROFILE
from .yaml_loader import RuleFile, YamlList, YamlMap, YamlNode, YamlText, date_help, plain, suggest

PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
NAMED = {
    "count": "Add `each` and `once: true`: {count} is the number of failing elements of `each`. For the number of "
    "elements of a list, name the list, as in {paragraphs.count}.",
    "element": "Add `each`, or name a field: {element} is the element of `each`",
    "value": "",
}  # placeholders that are not fields, with advice for a rule in which they are not available
_ADD = {
    "valid": "Add a document that passes, for example `valid: [{base: confidential-2007}]`",
    "invalid": "Add a document that fails, with ⟦ and ⟧ around the text that the finding should point to",
    "not_applicable": "Add a document to which the rule does not apply",
}  # what to do if a kind of example is missing


def read_template(
    key: str, node: YamlText, frames: Frames, scope: Scope, names: tuple[str, ...], facts: tuple[str, ...] | None = None
) -> list[Expression] | None:
    """Return the parts of the template given for a key (message or suggestion), or None after adding errors.

    `names` contains the placeholders that are available in addition to fields. If `facts` is given, only those names,
    which a check provides, are available.
    """
    parts: list[Expression] = []
    here = 0
    valid = True
    for match in PART.finditer(node.value):
        parts.append(["text", node.value[here : match.start()]])
        here = match.end()
        if match.group() in ("{{", "}}"):
            parts.append(["text", match.group()[0]])
        elif match.group(1) is None:
            scope.error(
                "R021",
                node,
                f"a single {match.group()} in the {key}",
                f"Write {match.group() * 2} to show one {match.group()}",
            )
            valid = False
        else:
            part = _part(key, match.group(1).strip(), node, frames, scope, names, facts)
            valid = valid and part is not None
            parts.append(part or ["text", ""])
    parts.append(["text", node.value[here:]])
    return [part for part in parts if part != ["text", ""]] if valid else None


def _part(
    key: str, name: str, node: YamlText, frames: Frames, scope: Scope, names: tuple[str, ...],
    facts: tuple[str, ...] | None,
) -> Expression | None:  # fmt: skip
    unusable = f'"{name}" has no value in the {key}'
    if facts is not None:
        if name in facts:
            return ["path", name]
        return scope.error(
            "R021", node, f'the check has no value "{name}"', f"Use a value of the check: {', '.join(facts)}"
        )
    if name in names:
        return [name]
    if name in NAMED:
        return scope.error("R021", node, unusable, NAMED[name])
    start = len(scope.file.diagnostics)
    whole = name.removesuffix(".count")
    found = frames.find(_named(whole, node), scope) if whole != name else None
    if found is not None and found[1].name in ("list", "set"):
        return ["size", found[0]]
    del scope.file.diagnostics[start:]
    if found is not None:
        advice = f"Write {{{whole}}}: only a list has a count, but {whole} is a {found[1]}"
        return scope.error("R021", node, unusable, advice)
    found = frames.find(_named(name, node), scope, template=True)
    if found is not None:
        return ["path", found[0]]
    error = scope.file.diagnostics.pop()
    advice = error.help
    if "." not in name and "?" not in advice:
        first, end, rest = advice.removesuffix(".").partition(". ")
        advice = f"{first}, or {' or '.join('{' + each + '}' for each in names)}{end}{rest}"
    unknown = f'unknown name "{name}" in the {key}' if name else f"empty braces in the {key}"
    return scope.error("R021", node, unknown if error.code == "R011" else unusable, advice)


def _named(name: str, node: YamlText) -> YamlText:
    return YamlText(name, node.line, node.column, node.length)


# ---- Rules -----------------------------------------------------------------------------------------------------------
Bases = dict[str, str]


def read_rule(node: YamlMap, file: RuleFile, words: Vocabulary, bases: Bases, defaults: YamlMap | None) -> Data | None:
    """Return a rule's data, or None after adding errors. `bases` maps the names of base telegrams to their texts, and
    `defaults` contains the default settings in the rule's file.
    """
    scope = Scope(file, words, node.text("id"))
    before = len(file.diagnostics)
    data = _about(node, file, scope, defaults)
    scope.vocabulary = words.of_profile(data["profile"][0])
    frames = _target(node, scope, data)
    if frames is not None:
        _demands(node, frames, scope, data)
    _examples(node, scope, data, bases)
    _life(node, scope, data)
    return data if len(file.diagnostics) == before else None


def _setting(node: YamlMap, defaults: YamlMap | None, name: str) -> YamlNode | None:
    found = node.get(name)
    return found if found is not None or defaults is None else defaults.get(name)


def _list(node: YamlNode | None) -> list[str]:
    return [item.value for item in node.items if isinstance(item, YamlText)] if isinstance(node, YamlList) else []


def _about(node: YamlMap, file: RuleFile, scope: Scope, defaults: YamlMap | None) -> Data:
    severity, status = _setting(node, defaults, "severity"), _setting(node, defaults, "status")
    data: Data = {
        name: node.text(name)
        for name in ("id", "name", "summary", "because", "help", "replaced_by", "since", "reason")
        if name in node.pairs
    }
    data["severity"] = severity.value if isinstance(severity, YamlText) else SEVERITIES[1]
    data["status"] = status.value if isinstance(status, YamlText) else "stable"
    data["profile"] = _profiles(_setting(node, defaults, "profile"), scope)
    for name, listed in (("aliases", node.get("aliases")), ("tags", _setting(node, defaults, "tags"))):
        if words := _list(listed):  # most rules have neither, and every run parses the heads of all rules
            data[name] = words
    data["place"] = [file.shown, node.line, node.column]
    data["source"] = file.excerpt(node.line, node.last_line)
    data["cite"] = _cite(node.get("cite"), scope)
    help = node.get("help")
    if isinstance(help, YamlText) and ("{" in help.value or "}" in help.value):
        scope.error("R021", help, "`help` is not a template: braces are not replaced", "Write the text without braces")
    era = _setting(node, defaults, "era")
    if isinstance(era, YamlMap):
        data["era"] = _era(era, scope)
    steps = node.get("severity_before")
    if isinstance(steps, YamlMap):
        data["severity_before"] = _severity_before(steps, data, scope)
    return data


def _profiles(node: YamlNode | None, scope: Scope) -> list[str]:
    """Return a rule's profiles, or ["ALL"] if the rule does not list any. The profiles must have the same levels,
    because conditions refer to levels by code; add an error if they do not.
    """
    items = [item for item in node.items if isinstance(item, YamlText)] if isinstance(node, YamlList) else []
    levels = {profile_known(item, scope, (EVERY_PROFILE,)) for item in items}
    if len(levels) > 1 and None not in levels:
        scope.error("R018", items[0], "the profiles of a rule must have the same levels",
                    "Write a rule for each scheme")  # fmt: skip
    return [item.value for item in items] or [EVERY_PROFILE]


def profile_known(node: YamlText, scope: Scope, others: tuple[str, ...] = ()) -> str | None:
    """Return the name of a profile's table of levels ("levels" unless it has its own), or None after adding an error
    for an unknown profile. The words in `others` are also accepted.
    """
    table = scope.vocabulary.tables.get("profiles")
    entry = table.get(node.value) if table is not None else None
    if table is None or entry is not None or node.value in others:
        return (entry.fact("levels") if entry is not None else "") or "levels"
    known = [*table.codes(), *others]
    return scope.error("R018", node, f'unknown profile "{node.value}"',
                       f"{suggest(node.value, known)}\nProfiles: {', '.join(known)}".strip())  # fmt: skip


def _cite(node: YamlNode | None, scope: Scope) -> list[list[str]]:
    found = []
    sources = scope.vocabulary.tables.get("sources")
    for item in node.items if isinstance(node, YamlList) else []:
        if isinstance(item, YamlMap):
            source = item.get("source")
            if isinstance(source, YamlText) and sources is not None and source.value not in sources:
                near = suggest(source.value, sources.codes())
                scope.error("R019", source, f'unknown source "{source.value}"',
                            f"{near}Use a source from vocabulary/sources.yaml, add yours to a table named "
                            "`sources`, or write `source: memory`")  # fmt: skip
            found.append([item.text("source"), item.text("clause")])
    return found


def _day(node: YamlText, scope: Scope) -> str | None:
    """Return a date in ISO format, or None after adding an error."""
    try:
        return date.fromisoformat(node.value).isoformat()
    except ValueError:
        return scope.error("R034", node, f'"{node.value}" is not a valid date', date_help(node.value))


def _era(node: YamlMap, scope: Scope) -> list[str | None]:
    ends: list[str | None] = []
    for word in ("from", "before"):
        day = node.get(word)
        ends.append(_day(day, scope) if isinstance(day, YamlText) else None)
    if ends[0] and ends[1] and ends[0] >= ends[1]:
        scope.error(
            "R020", node, "the era is empty", "Make `from` earlier than `before`, which is the first day after the era"
        )
    return ends


def _severity_before(node: YamlMap, data: Data, scope: Scope) -> list[list[str]]:
    """Return [day, severity] pairs in chronological order. The first pair whose day is after a document's date
    determines the severity. Add an error for a day that is invalid or has no effect.
    """
    since, before = data.get("era", (None, None))
    pairs = sorted(node.items(), key=lambda pair: pair[0].value)
    steps = [[key.value, value.value] for key, value in pairs if isinstance(value, YamlText) and _day(key, scope)]
    for place, (key, _) in enumerate(pairs[: len(steps)]):
        following = steps[place + 1][1] if place + 1 < len(steps) else data["severity"]
        outside = (since and key.value <= since) or (before and key.value >= before)
        if outside or steps[place][1] == following:
            scope.error("R020", key, f'the severity before {key.value} has no effect',
                        "Give days within the era, each with a severity that differs from the next one")  # fmt: skip
    return steps


def _target(node: YamlMap, scope: Scope, data: Data) -> Frames | None:
    """Parse the guard, `each`, and `where` into `data`. Return the frames for parsing the requirement, or None after
    adding an error if `each` is not a field.
    """
    frames = Frames()
    when = node.get("when")
    if when is not None:
        data["when"] = read_condition(when, frames, scope)
    each = node.get("each")
    if not isinstance(each, YamlText):
        if "where" in node.pairs:
            scope.error(
                "R036", node.pairs["where"][0], "`where` needs `each`", "Use `when` for a condition on the telegram"
            )
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


def _demands(node: YamlMap, frames: Frames, scope: Scope, data: Data) -> None:
    require, check = node.get("require"), node.get("check")
    facts: tuple[str, ...] | None = None
    if (require is None) == (check is None):
        both = "both `require` and `check`" if require is not None else "neither `require` nor `check`"
        advice = "Remove one of the two" if require is not None else "Add, for example, `require: {subject: present}`"
        scope.error("R036", node, f"the rule has {both}", advice)
    elif require is not None:
        data["require"] = read_condition(require, frames, scope)
    elif isinstance(check, YamlText):
        facts = _check(check, node, scope, data)
        if facts is None:
            return
    element = ("element",) if len(frames.names) > 1 else ()
    names = ("value", *element, *(("count",) if element and node.text("once") == "true" else ()))
    message = node.get("message")
    if isinstance(message, YamlText):
        data["message"] = read_template("message", message, frames, scope, names, facts)
    point = node.get("point")
    if isinstance(point, YamlText):
        found = frames.find(point, scope)
        data["point"] = found[0] if found is not None else None
    if node.text("once") == "true":
        data["once"] = True
    suggest = node.get("suggest")
    if isinstance(suggest, YamlMap):
        _suggest(suggest, frames, scope, names, data)


def _check(check: YamlText, node: YamlMap, scope: Scope, data: Data) -> tuple[str, ...] | None:
    """Add a check and its arguments to `data`. Return the names of the values that the check provides for messages, or
    None after adding an error if the check does not exist.
    """
    module = CHECKS.get(check.value)
    if module is None:
        advice = suggest(check.value, sorted(CHECKS)) or "Enable the check with the option `checks`"
        scope.error("R029", check, f'unknown check "{check.value}"', advice)
        return None
    given = node.get("with")
    asked = plain(given) if given is not None else {}
    if isinstance(given, YamlMap):
        scope.keys(given, set(module.Ask.__fields__))
    present = set(given.pairs) if isinstance(given, YamlMap) else set()
    for name in sorted(set(module.Ask.__fields__) - set(module.Ask.__defaults__) - present):
        scope.error("R033", given or check, f'the check needs "{name}"', f"Add `{name}` under `with`")
    data["check"], data["with"] = check.value, asked
    return tuple(module.FACTS)


def _suggest(node: YamlMap, frames: Frames, scope: Scope, names: tuple[str, ...], data: Data) -> None:
    replace, words = node.get("replace"), node.get("with")
    if not isinstance(replace, YamlText) or not isinstance(words, YamlText):
        return
    found = frames.find(replace, scope)
    template = read_template("suggestion", words, frames, scope, names)
    if found is not None and template is not None:
        data["suggest"] = {"replace": found[0], "with": template, "safe": node.text("safe") == "true"}


def _life(node: YamlMap, scope: Scope, data: Data) -> None:
    words = ("replaced_by", "since", "reason")
    if data["status"] == "deprecated":
        missing = [word for word in words if word not in node.pairs]
        if missing:
            advice = f"Add {', '.join(f'`{word}`' for word in missing)}"
            scope.error("R028", node, "a deprecated rule needs `replaced_by`, `since` and `reason`", advice)
    else:
        for word in words:
            if word in node.pairs:
                scope.error(
                    "R028",
                    node.pairs[word][0],
                    f"`{word}` is only for deprecated rules",
                    "Remove it, or set `status: deprecated`",
                )
    equivalent = node.get("equivalent")
    if isinstance(equivalent, YamlList):
        data["equivalent"] = [
            {"mutant": item.text("mutant"), "because": item.text("because"), "line": item.line, "column": item.column}
            for item in equivalent.items if isinstance(item, YamlMap)
        ]  # fmt: skip


def _examples(node: YamlMap, scope: Scope, data: Data, bases: Bases) -> None:
    found: dict[str, list[Data]] = {}
    examples = node.get("examples")
    for kind, (_, items) in examples.pairs.items() if isinstance(examples, YamlMap) else ():
        for item in items.items if isinstance(items, YamlList) else []:
            if isinstance(item, YamlMap):
                built = build(item, kind, scope, bases)
                if built is not None:
                    found.setdefault(kind, []).append(built)
    data["examples"] = found
    if data["status"] == "stable" or data["status"] == "provisional":
        needed = ["valid", "invalid"] + (["not_applicable"] if "era" in data or "when" in node.pairs else [])
        written = examples.pairs if isinstance(examples, YamlMap) else {}
        for kind in needed:
            if kind not in written:
                scope.error("R024", node, f"a {data['status']} rule needs an example under `{kind}`", _ADD[kind])


def build(node: YamlMap, kind: str, scope: Scope, bases: Bases) -> Data | None:
    """Return an example's data, or None after adding an error.

    The brackets ⟦ and ⟧ are removed from the text; `places` in the data contains [start, end] for each pair.
    """
    if ("text" in node.pairs) == ("base" in node.pairs):
        advice = "Write `text` for a complete document, or `base` for a base telegram, with the changes under `swap`"
        return scope.error("R023", node, "an example needs either `text` or `base`", advice)
    text = node.text("text") if "text" in node.pairs else _swapped(node, scope, bases)
    if text is None:
        return None
    marked = split_brackets(text)
    if marked is None:
        return scope.error("R023", node, "unpaired bracket ⟦ or ⟧", "Close each ⟦ with ⟧ before the next ⟦")
    clean, places = marked
    anywhere = node.text("anywhere") == "true"
    if kind == "invalid" and not places and not anywhere:
        advice = 'Put ⟦ and ⟧ around the text that the finding should point to, for example: swap: {"2. (C)": "⟦2.⟧"}'
        return scope.error("R023", node, "an invalid example must mark where the finding is", advice)
    if kind != "invalid" and places:
        return scope.error("R023", node, f"⟦…⟧ is only for invalid examples, not for {kind}", "Remove the brackets")
    built: Data = {"text": clean, "places": places, "line": node.line, "column": node.column, "kind": kind}
    if anywhere:
        built["anywhere"] = True
    if "base" in node.pairs:
        built["base"] = node.text("base")
    profile = node.get("profile")
    if isinstance(profile, YamlText) and profile_known(profile, scope) is None:
        return None
    return built | _expectations(node)


def _expectations(node: YamlMap) -> Data:
    found: Data = {}
    facts = node.get("facts")
    if isinstance(facts, YamlMap):
        found["facts"] = [
            [name, value.value] for name, (_, value) in facts.pairs.items() if isinstance(value, YamlText)
        ]
    messages = [node.text("message")] if "message" in node.pairs else _list(node.get("messages"))
    if messages:
        found["messages"] = messages
    return found | {name: node.text(name) for name in ("as_of", "profile", "severity", "note") if name in node.pairs}


def _nearest(part: str, name: str, text: str) -> str:
    """Return advice for a text that does not occur in a base telegram: the most similar line, and how to display the
    telegram.
    """
    start = part.split("\n", 1)[0]
    lines = [line for line in text.split("\n") if line.strip()]
    near = next((line for line in lines if start.lower() in line.lower()), "") or next(
        iter(get_close_matches(start, lines, n=1, cutoff=0.4)), ""
    )
    shown = f'The nearest line is "{near if len(near) <= 80 else near[:79] + "…"}". ' if near else ""
    return f"{shown}To see a telegram that comes with cablecheck, run `cablecheck explain {name}`"


def _swapped(node: YamlMap, scope: Scope, bases: Bases) -> str | None:
    base = node.pairs["base"][1]
    if not isinstance(base, YamlText) or base.value not in bases:
        shown = base.value if isinstance(base, YamlText) else ""
        return scope.error(
            "R023",
            base,
            f'unknown base telegram "{shown}"',
            suggest(shown, bases) or f"Use one of {', '.join(sorted(bases))}",
        )
    text = bases[base.value]
    swap = node.get("swap")
    changes: list[tuple[int, int, str]] = []
    for key, value in swap.pairs.values() if isinstance(swap, YamlMap) else ():
        count = text.count(key.value)
        if count != 1:
            times = "twice" if count == 2 else f"{count} times"
            advice = (
                "Include more of the line, so that the text occurs only once"
                if count
                else _nearest(key.value, base.value, text)
            )
            return scope.error(
                "R023", key, f"the text to swap must occur exactly once in {base.value}, but occurs {times}", advice
            )
        start = text.index(key.value)
        changes.append((start, start + len(key.value), value.value if isinstance(value, YamlText) else ""))
    changes.sort()
    if any(one[1] > two[0] for one, two in itertools.pairwise(changes)):
        return scope.error("R023", node, "two swaps overlap", "Combine them into one swap")
    for start, end, words in reversed(changes):
        text = text[:start] + words + text[end:]
    return text


def split_brackets(text: str) -> tuple[str, list[list[int]]] | None:
    """Return the text without ⟦ and ⟧, and [start, end] for each pair, or None if a bracket is unpaired."""
    clean: list[str] = []
    places: list[list[int]] = []
    length, start = 0, -1
    for part in re.split("([⟦⟧])", text):
        if part == "⟦":
            if start >= 0:
                return None
            start = length
        elif part == "⟧":
            if start < 0:
                return None
            places.append([start, length])
            start = -1
        else:
            clean.append(part)
            length += len(part)
    return ("".join(clean), places) if start < 0 else None
