"""Define the errors in rule files: a stable code for each cause, a location, and the printed form."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..record import Record, copied


class Place(Record):
    """A position in a rule file: 1-based line and column. Columns are counted in code points."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{relative(self.file)}:{self.line}:{self.column}"


def relative(path: str) -> str:
    """Return a path relative to the working folder if it is inside that folder, otherwise unchanged."""
    here = os.getcwd() + os.sep
    return path[len(here) :] if path.startswith(here) else path


class Diagnostic(Record):
    """An error in a rule file. `lines` contains the source lines to print, with their numbers; `length` is the number
    of code points to underline.

    The first line of `help` is an instruction; further lines list the allowed values. `also` contains the numbers of
    other lines in the file with the same error, and is set by `merged`.
    """

    code: str
    message: str
    place: Place
    length: int = 1
    help: str = ""
    rule: str = ""
    lines: tuple[tuple[int, str], ...] = ()
    also: tuple[int, ...] = ()

    def __str__(self) -> str:
        shown = [f"{self.place}: error[{self.code}]: {self.message}"]
        for number, text in self.lines:
            shown.append(f"{number:5} | {text}")
            if number == self.place.line:
                shown.append(f"{'':5} | {' ' * (self.place.column - 1)}{'^' * max(1, self.length)}")
        for number, text in enumerate(self.help.splitlines()):
            shown.append(f"{'':5} = {'note' if number else 'help'}: {text}")
        if self.also:
            shown.append(f"{'':5} = also on {_lines(self.also)}")
        rule = f"rule: {self.rule}     " if self.rule else ""
        shown.append(f"{'':5} = {rule}explain: cablecheck explain {self.code}")
        return "\n".join(shown)


_MOST = 8  # lines to list


def _lines(numbers: tuple[int, ...]) -> str:
    """Return text such as `line 7` or `lines 7, 9`. For more than eight numbers, return the first eight and the number
    of remaining lines.
    """
    shown = ", ".join(map(str, numbers[:_MOST]))
    more = f", and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{more}"


def merged(errors: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the errors, combining identical errors in the same file into one, whose `also` lists the other line
    numbers.
    """
    found: dict[tuple[str, ...], list[Diagnostic]] = {}
    for error in errors:
        found.setdefault((error.place.file, error.code, error.message, error.help), []).append(error)
    return [
        copied(first, also=tuple(dict.fromkeys(other.place.line for other in others)))
        for first, *others in found.values()
    ]


CODES = {
    "R001": "The file or folder cannot be read. Give a path to a regular file that you have permission to read.",
    "R002": "The file is not UTF-8 text. Save it as UTF-8.",
    "R003": "The file is not well-formed YAML. The position is where the reader stopped; check the line before, too.",
    "R004": "A key appears twice in one mapping, so one of the two would be lost. Remove one.",
    "R005": "Anchors, aliases and merge keys are not allowed: a rule must be readable by itself. Write the value out.",
    "R006": "Tags and directives are not allowed. Every scalar is a string, and its key determines its meaning.",
    "R007": "A file must have one YAML document. Split the file.",
    "R008": "The file is too large, is nested too deeply, or has too many nodes (limits: rulebook/yaml_loader.py).",
    "R009": "A value has the wrong type, for example a string instead of a list, is too short, or is not one of the "
    "allowed values. The help of the error shows what to write.",
    "R010": "Unknown key. Keys that begin with x- are free for your own notes.",
    "R011": "A selector names a field that the document model does not have. `cablecheck explain model` lists all "
    "fields.",
    "R012": "No operator of that name exists for the type of the field. `cablecheck explain FIELD` lists "
    "its operators.",
    "R013": "The operator exists, but not for a field of this type. `cablecheck explain FIELD` lists its operators.",
    "R014": "A condition on a list needs a quantifier: any, all, none, exactly, at_least or at_most, or a condition "
    "on its count.",
    "R015": "The argument of an operator has the wrong type, for example a word where a number is expected, or a "
    "mapping without a key that it needs. The help of the error shows what to write; `cablecheck explain OPERATOR` and "
    "`cablecheck explain FIELD` show examples.",
    "R016": "No vocabulary table has that name. Check the spelling, or add the table in vocabulary/ beside the rules.",
    "R017": "No level has that code or title. The error lists the titles and codes of all levels.",
    "R018": "Unknown profile, or profiles with different levels in one rule. Profiles are in vocabulary/profiles.yaml; "
    "ALL means every U.S. profile.",
    "R019": "A citation names a source that is not in the table of sources. Add yours to vocabulary/sources.yaml "
    "beside the rules, or write `source: memory`.",
    "R020": "The era is empty, so the rule could never apply, or a day of `severity_before` has no effect.",
    "R021": "A message or suggestion has a name in braces that is unknown, or that has no value at that point. Write a "
    "field in braces, such as {subject}, {paragraphs.count} for the number of elements of a list, or {value}; "
    "{element} and {count} need `each`.",
    "R022": "Another rule already has this id, name or alias.",
    "R023": "An example cannot be built: a text to swap does not occur exactly once, the base is unknown, a bracket "
    "has no partner, or an invalid example marks no position.",
    "R024": "A stable or provisional rule needs a valid and an invalid example and, if it has an era or a guard, one "
    "that is not applicable. Only a draft needs none.",
    "R025": "The pattern uses syntax that is not allowed: patterns must run in linear time in both regex engines.",
    "R026": "The pattern cannot match any text.",
    "R027": "Two rules are equivalent. Keep one, and make the id of the other its alias.",
    "R028": "A deprecated rule must have `replaced_by`, `since` and `reason`; other rules must not.",
    "R029": "No check of that name is registered.",
    "R030": "The pack file is invalid, or the pack needs another version of cablecheck or of the document model.",
    "R031": "A pack may name only files in or below its own folder. Links that lead out of the folder are not "
    "followed.",
    "R032": "A mutant that is listed as equivalent no longer exists, or an example kills it. Remove the entry.",
    "R033": "A required key is missing. The help of the error shows what to add.",
    "R034": "The value is not a valid date. Write dates in the form YYYY-MM-DD, for example 1995-10-14.",
    "R035": "A table, code or spelling appears twice in the vocabulary.",
    "R036": "The condition is empty, or keys of the rule contradict each other (`require` and `check`). Write "
    "{field: {operator: argument}}, and remove one of two keys that exclude each other.",
    "R037": "An overlay names an unknown rule, or a setting that an overlay cannot change.",
    "R038": "The level is the lowest or highest of the scale, so the condition is always true or always false.",
    "R039": "A field that contains only codes from vocabulary tables is compared with a word that is not such a code, "
    "so the comparison could never be true. Check the spelling (`cablecheck explain WORD`), or add the code to a table "
    "in vocabulary/ beside the rules.",
}


def explain_code(code: str) -> str | None:
    """Return the meaning of a rule-file error code and how to fix the error, or None for an unknown code."""
    text = CODES.get(code.upper())
    return None if text is None else f"{code.upper()}: {text}"
