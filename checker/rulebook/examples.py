"""Test rules and their mutants on the rules' own examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..model import Fact, Telegram
from ..parser import parse
from ..record import Record, copied
from ..text import Source, Span, View
from ..values import Date
from ..vocabulary import Vocabulary
from .compiler import compile_condition
from .evaluation import NOT_APPLICABLE, PASS, CompiledRule, Issue, conjuncts
from .ir import Any, Data
from .mutation import Mutant, advice_for, changes
from .rule import Rule, Rulebook
from .tracing import condition_text

MAX_MUTANTS = 400  # for one rule


class ExampleResult(Record):
    """The result of testing one example. `message` is empty if the rule returned the expected result."""

    rule: str
    kind: str
    place: str
    message: str = ""

    @property
    def ok(self) -> bool:
        """Return whether the rule returned the expected result."""
        return not self.message


def run_examples(rule: Rule, book: Rulebook) -> list[ExampleResult]:
    """Return the result of evaluating a rule on each of its examples."""
    results = []
    for example in rule.examples:
        compiled = rule.compiled(book.context_of(rule.profile[0]))
        message = mismatch(rule, compiled, example, book)
        if message.startswith("is "):  # the verdict itself differs
            message += _decided(rule, compiled, telegram_of(example, book))
        place = f"{rule.place[0]}:{example['line']}:{example['column']}"
        results.append(ExampleResult(rule.id, str(example["kind"]), place, message))
    return results


def mismatch(rule: Rule, compiled: CompiledRule, example: Data, book: Rulebook) -> str:
    """Return how a rule's actual result for an example differs from the expected one (verdict, severity, position, or
    message), or an empty string if it does not.
    """
    telegram = telegram_of(example, book)
    expected = str(example["kind"])
    if not book.covers(rule, telegram.profile):
        if expected == "not_applicable":
            return ""
        return f"has the profile {telegram.profile}, but the rule is for {', '.join(rule.profile)}"
    actual, issues = verdict(rule, compiled, telegram)
    actual = {"pass": "valid", "fail": "invalid"}.get(actual, actual)
    if actual != expected:
        messages = "; ".join(f'"{issue.message}"' for issue in issues)
        return f"is {actual.replace('_', ' ')}, not {expected.replace('_', ' ')}{': ' if messages else ''}{messages}"
    severity = rule.severity_on(telegram.date)
    if expected == "invalid" and severity != example.get("severity", rule.severity):
        return f"reports {severity}, not {example.get('severity', rule.severity)}"
    return _difference(example, issues, telegram) if expected == "invalid" else ""


def _decided(rule: Rule, compiled: CompiledRule, telegram: Telegram) -> str:
    """Return what led to the verdict "pass" or "not applicable", preceded by a colon: the era, the false part of the
    guard, `where`, or the requirement. Return "" for other verdicts.
    """
    actual = verdict(rule, compiled, telegram)[0]
    if actual == "pass":
        return ": `require` holds" if not rule.details.get("check") else ""
    if actual != "not_applicable":
        return ""
    if in_era(rule.era, telegram.date) is False:
        return f": its date, {telegram.date}, is outside the rule's era ({rule.era_text})"
    if compiled.applies((telegram,)) is False:
        for part in conjuncts(compiled.when):
            if compile_condition(part, compiled.context)((telegram,)) is False:
                return f": false in `when`: {condition_text(part)}"
    return ": no element meets `where`" if rule.details.get("where") else ": `each` has no elements"


def verdict(rule: Rule, compiled: CompiledRule, telegram: Telegram) -> tuple[str, list[Issue]]:
    """Return "pass", "fail", "unknown", or "not_applicable", and the issues if the verdict is "fail"."""
    env = (telegram,)
    inside = in_era(rule.era, telegram.date)
    if inside is not True:
        return ("not_applicable" if inside is False else "unknown"), []
    applies = compiled.applies(env)
    if applies is not True:
        return ("not_applicable" if applies is False else "unknown"), []
    outcome = compiled.judge(env)
    if outcome is NOT_APPLICABLE:
        return "not_applicable", []
    if outcome is PASS:
        return "pass", []
    issues = [issue for issue in compiled.issues(outcome, env) if not issue.unknown]
    return ("fail", issues) if issues else ("unknown", [])


def in_era(era: Any, day: Date | None) -> bool | None:
    """Return whether a date is in an era, or None if the date is not precise enough. The era is given as its first day
    and the first day after it.
    """
    if not era:
        return True
    if day is None:
        return None
    start, end = era
    first, last = day.first.isoformat(), day.last.isoformat()
    if (not start or first >= start) and (not end or last < end):
        return True
    return False if (start and last < start) or (end and first >= end) else None


def telegram_of(example: Data, book: Rulebook) -> Telegram:
    """Return the telegram in an example, parsed with the facts, reference day (`as_of`), and profile that the example
    specifies.
    """
    facts = tuple(map(tuple, example.get("facts", ())))
    profile = example.get("profile", "")
    words = book.vocabulary.of_profile(profile)
    telegram = _parsed(str(example["text"]), facts, str(example.get("as_of", "")), words)
    if profile and profile != telegram.profile:
        telegram = copied(telegram, profile=profile)
    return telegram


@lru_cache(maxsize=512)
def _parsed(text: str, facts: tuple[tuple[str, str], ...], as_of: str, words: Vocabulary) -> Telegram:
    view = View.whole(Source("example", text))
    source_record = tuple(Fact(Span(0, 0), name, value) for name, value in facts)
    return parse(view, words, source_record, Date.of(as_of) if as_of else None)


def _difference(example: Data, issues: list[Issue], telegram: Telegram) -> str:
    text = str(example["text"])
    expected = sorted(map(tuple, example["places"]))
    first = _first_line(telegram, text)
    actual = sorted((issue.span.start, issue.span.end) if issue.span is not None else first for issue in issues)
    found = []
    if not example.get("anywhere") and expected != actual:
        found.append(f"points at {_quoted(text, actual)}, not at {_quoted(text, expected)}")
    wanted = [str(message) for message in example.get("messages", ())]
    messages = [
        issue.message for issue in sorted(issues, key=lambda issue: issue.span.start if issue.span else first[0])
    ]
    if wanted and wanted != messages:
        found.append(f"reports {messages}, not {wanted}")
    return "; ".join(found)


def _first_line(telegram: Telegram, text: str) -> tuple[int, int]:
    start = telegram.span.start
    start += len(text[start:]) - len(text[start:].lstrip())
    stop = text.find("\n", start)
    return start, stop if stop >= 0 else len(text)


def _quoted(text: str, places: list[tuple[int, int]]) -> str:
    """Return the text at each position with its line number, for use in a message, or "nothing" if there are no
    positions.
    """
    return ", ".join(f"{text[a:b]!r} (line {text.count(chr(10), 0, a) + 1})" for a, b in places) or "nothing"


def fails_without(rule: Rule, book: Rulebook, bases: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of a base telegram that fails the rule because a field is missing, and the field's name. Return
    ("", "") if there is none.

    Fields whose absence makes one of the rule's own examples fail are ignored. `bases` maps the names of base telegrams
    to their texts.
    """
    if rule.details.get("check") or not rule.examples:
        return "", ""
    compiled = rule.compiled(book.context_of(rule.profile[0]))
    own = [telegram_of(example, book) for example in rule.examples]
    meant = {name for each in own for issue in verdict(rule, compiled, each)[1] for name in issue.missing}
    profiles = {each.profile for each in own}
    telegrams = [(name, telegram_of({"text": text}, book)) for name, text in bases.items()]
    telegrams.sort(key=lambda each: each[1].profile not in profiles)  # those with a profile of the examples first
    for name, telegram in telegrams:
        if book.covers(rule, telegram.profile):
            for issue in verdict(rule, compiled, telegram)[1]:
                if issue.missing and meant.isdisjoint(issue.missing):
                    return name, issue.missing[0]
    return "", ""


# ---- Mutants ---------------------------------------------------------------------------------------------------------


def run_mutants(rule: Rule, book: Rulebook, bases: Mapping[str, str] | None = None) -> list[Mutant]:
    """Return the mutants of a rule, each evaluated on the rule's examples. A rule that uses a check has none.

    `bases` maps the names of base telegrams to their texts. If one of them would kill a surviving mutant, the mutant's
    advice recommends it.
    """
    details = rule.details
    if details.get("check"):
        return []
    excused = {str(entry["mutant"]) for entry in details.get("equivalent", ())}
    found = []
    names: set[str] = set()
    for name, data in changes(details, book.context_of(rule.profile[0]).vocabulary):
        if name not in names and len(names) < MAX_MUTANTS:
            names.add(name)
            killed = _killed(rule, data, book)
            advice = "" if killed else _base_that_kills(rule, data, book, bases or {}) or advice_for(name, details)
            found.append(Mutant(rule.id, name, killed, not killed and name in excused, advice))
    return found


_KINDS = {"pass": "valid", "not_applicable": "not_applicable", "fail": "invalid"}  # by verdict


def _base_that_kills(rule: Rule, data: Data, book: Rulebook, bases: Mapping[str, str]) -> str:
    """Return advice to add a base telegram as an example if it would kill the mutant with this data, otherwise ""."""
    if not rule.examples:
        return ""
    context = book.context_of(rule.profile[0])
    mutant = Rule(data)
    found: dict[str, str] = {}
    for name, text in bases.items():
        telegram = telegram_of({"text": text}, book)
        if book.covers(rule, telegram.profile):
            kind = _KINDS.get(verdict(rule, rule.compiled(context), telegram)[0], "")
            try:
                changed = _KINDS.get(verdict(mutant, mutant.compiled(context), telegram)[0], "")
            except (TypeError, ValueError, AttributeError, OverflowError, IndexError):
                continue
            if kind and kind != changed:
                found.setdefault(kind, name)
    for kind in _KINDS.values():
        if kind in found:
            more = ", with ⟦ and ⟧ around the text that it reports" if kind == "invalid" else ""
            return f"add this example to `{kind}` if that is its right verdict: `- base: {found[kind]}`{more}"
    return ""


def stale_equivalents(rule: Rule, mutants: list[Mutant]) -> list[tuple[str, int, int]]:
    """Return (name, line, column) for each `equivalent` entry that does not match a surviving mutant."""
    alive = {mutant.name for mutant in mutants if not mutant.killed}
    entries = rule.details.get("equivalent", ())
    return [(entry["mutant"], entry["line"], entry["column"]) for entry in entries if entry["mutant"] not in alive]


def _killed(rule: Rule, data: Data, book: Rulebook) -> bool:
    mutant = Rule(data)
    compiled = mutant.compiled(book.context_of(rule.profile[0]))
    return any(_kills(mutant, compiled, example, book) for example in rule.examples)


def _kills(mutant: Rule, compiled: CompiledRule, example: Data, book: Rulebook) -> bool:
    try:
        return bool(mismatch(mutant, compiled, example, book))
    except (TypeError, ValueError, AttributeError, OverflowError, IndexError):
        return True  # a mutant that raises counts as killed
