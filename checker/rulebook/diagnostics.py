"""What can be wrong with a rule file: one stable code for each cause, and how it is shown with its place."""

from __future__ import annotations

import os

from ..record import Record


class Place(Record):
    """Where something stands in a rule file: line and column from 1, column in code points."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{near(self.file)}:{self.line}:{self.column}"


def near(path: str) -> str:
    """A path as one would type it here: relative when it lies below the working folder."""
    here = os.getcwd() + os.sep
    return path[len(here) :] if path.startswith(here) else path


class Diagnostic(Record):
    """One trouble at one place. `lines` are the lines to show, `length` how many letters the caret underlines."""

    code: str
    message: str
    place: Place
    length: int = 1
    help: str = ""
    rule: str = ""
    lines: tuple[tuple[int, str], ...] = ()

    def __str__(self) -> str:
        shown = [f"{self.place}: error[{self.code}]: {self.message}"]
        for number, text in self.lines:
            shown.append(f"{number:5} | {text}")
            if number == self.place.line:
                shown.append(f"{'':5} | {' ' * (self.place.column - 1)}{'^' * max(1, self.length)}")
        if self.help:
            shown.append(f"{'':5} = help: {self.help}")
        rule = f"rule: {self.rule}     " if self.rule else ""
        shown.append(f"{'':5} = {rule}explain: cablecheck explain {self.code}")
        return "\n".join(shown)


CODES = {
    "R001": "A file or folder of rules cannot be read. Give a path that exists and that you may read.",
    "R002": "The file is not UTF-8 text. Save it as UTF-8.",
    "R003": "The file is not well-formed YAML. The place shows where the reader gave up; look at the "
    "line before it too.",
    "R004": "A key stands twice in one mapping, so one of the two would be lost. Keep one.",
    "R005": "Anchors, aliases and merge keys are not allowed: what a rule says must stand where the rule stands. "
    "Write it out.",
    "R006": "Tags and directives are not allowed: every scalar is text, and the place where it stands gives its type.",
    "R007": "One file holds one document. Split the file.",
    "R008": "The file is too large, too deep or has too many nodes (the limits are in rulebook/places.py).",
    "R009": "A value has the wrong shape: a text where a list belongs, a word that is not among the allowed ones.",
    "R010": "A key is not known here. Keys that begin with x- are free for your own notes.",
    "R011": "A selector names a field that the document model does not have.",
    "R012": "No operator of that name exists for the type of the field.",
    "R013": "The operator exists, but not for a field of this type.",
    "R014": "A list is asked something without a quantifier. Say which of its elements: any, all, none, exactly, "
    "at_least, at_most, or ask its count.",
    "R015": "The argument of an operator is not of the kind it needs.",
    "R016": "No vocabulary table has that name.",
    "R017": "The table of levels has no level of that code or title.",
    "R018": "No such profile: a rule is for CABLE, GEN, IC, CUI or ALL.",
    "R019": "A citation names a source that is not in the table of sources.",
    "R020": "The era is empty or its days are not real days, so the rule could never apply.",
    "R021": "A template names a value that does not exist where the rule is judged.",
    "R022": "An id, a name or an alias is taken by another rule.",
    "R023": "An example cannot be built: a text to swap that is not found exactly once, an unknown base, a bracket "
    "without its partner, no drawn place in an invalid example.",
    "R024": "A stable rule needs at least one valid and one invalid example, and one that does not apply if the rule "
    "has an era or a guard.",
    "R025": "The pattern is outside the language of patterns, which holds only what runs in linear time.",
    "R026": "The pattern can match no text.",
    "R027": "Two rules say the same. Keep one, and make the other's id its alias.",
    "R028": "A deprecated rule names the rule that replaces it (replaced_by), since when, and the reason; only a "
    "deprecated rule does.",
    "R029": "No check of that name is registered.",
    "R030": "The pack file is wrong, or the pack asks for another version of the tool or of the document model.",
    "R031": "A pack may name only files below its own folder; links that lead out of it are not followed.",
    "R032": "A mutant listed as equivalent does not exist any more, or an example kills it. Remove the entry.",
    "R033": "A key that must be there is missing.",
    "R034": "Not a real date. Dates are written 1995-10-14.",
    "R035": "A table, a code or a spelling stands twice in the vocabulary.",
    "R036": "The condition says nothing, or contradicts the shape of the rule (require and check, where without each).",
    "R037": "An overlay names a rule that does not exist, or a setting that it may not change.",
    "R038": "The level asked for lies outside the scale, so the condition is always true or never.",
}


def explain_code(code: str) -> str | None:
    """What an error code of rule files means and what to do; `None` if there is no such code."""
    text = CODES.get(code.upper())
    return None if text is None else f"{code.upper()}: {text}"
