"""The examples of rules, judged: each is a test, and says in which line it stands."""

from __future__ import annotations

from functools import lru_cache

from ..model import Fact, Telegram
from ..parser import parse
from ..record import Record, copied
from ..text import Source, Span, View
from ..values import Date
from ..vocabulary import Vocabulary
from .evaluation import NOT_APPLICABLE, PASS, CompiledRule, Hit
from .ir import Data, Free
from .mutation import Mutant, changes
from .rule import Rule, Rulebook

MOST = 400  # mutants of one rule


class Result(Record):
    """What became of one example: `ok`, and in words what was wanted and what came."""

    rule: str
    kind: str
    place: str
    ok: bool
    said: str = ""


def judge(rule: Rule, book: Rulebook) -> list[Result]:
    """Every example of a rule against the rule itself, and no other."""
    results = []
    for example in rule.examples:
        said = verdict(rule, rule.program(book.tools), example, book)
        place = f"{rule.place[0]}:{example['line']}:{example['column']}"
        results.append(Result(rule.id, str(example["kind"]), place, not said, said))
    return results


def verdict(rule: Rule, program: CompiledRule, example: Data, book: Rulebook, era: Free = None) -> str:
    """Nothing if the example comes out as it says, else what came instead."""
    telegram = telegram_of(example, book)
    wanted = str(example["kind"])
    got, hits = answer(rule, program, telegram, era)
    word = {"pass": "valid", "fail": "invalid"}.get(got, got)
    if word != wanted:
        told = "; ".join(f'"{hit.message}"' for hit in hits)
        return f"is {word.replace('_', ' ')}, not {wanted.replace('_', ' ')}{': ' if told else ''}{told}"
    return _differs(example, hits, telegram) if wanted == "invalid" else ""


def answer(rule: Rule, program: CompiledRule, telegram: Telegram, era: Free = None) -> tuple[str, list[Hit]]:
    """pass, fail, unknown or not_applicable, with the hits."""
    env = (telegram,)
    if not (telegram.profile in rule.profile or "ALL" in rule.profile):
        return "not_applicable", []
    inside = in_era(rule.era if era is None else era, telegram.date)
    if inside is not True:
        return ("not_applicable" if inside is False else "unknown"), []
    applies = program.applies(env)
    if applies is not True:
        return ("not_applicable" if applies is False else "unknown"), []
    outcome = program.judge(env)
    if outcome is NOT_APPLICABLE:
        return "not_applicable", []
    if outcome is PASS:
        return "pass", []
    hits = [hit for hit in program.hits(outcome, env) if not hit.unknown]
    return ("fail", hits) if hits else ("unknown", [])


def in_era(era: Free, day: Date | None) -> bool | None:
    """Whether a date lies in an era (first day, first day after it)."""
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
    """The telegram of an example, parsed with its facts, its day of judgement and its profile."""
    facts = tuple(map(tuple, example.get("facts", ())))
    telegram = _parsed(str(example["text"]), facts, str(example.get("as_of", "")), book.vocabulary)
    profile = example.get("profile")
    if profile and profile != telegram.profile:
        telegram = copied(telegram, profile=profile)
    return telegram


@lru_cache(maxsize=512)
def _parsed(text: str, facts: tuple[tuple[str, str], ...], as_of: str, words: Vocabulary) -> Telegram:
    view = View.whole(Source("example", text))
    source_record = tuple(Fact(Span(0, 0), name, value) for name, value in facts)
    return parse(view, words, source_record, Date.of(as_of) if as_of else None)


def _differs(example: Data, hits: list[Hit], telegram: Telegram) -> str:
    text = str(example["text"])
    drawn = sorted(map(tuple, example["places"]))
    first = _first_line(telegram, text)
    came = sorted((hit.span.start, hit.span.end) if hit.span is not None else first for hit in hits)
    if not example.get("anywhere") and drawn != came:
        return f"points at {_quoted(text, came)}, not at {_quoted(text, drawn)}"
    messages = [str(words) for words in example.get("messages", ())]
    said = [hit.message for hit in sorted(hits, key=lambda hit: hit.span.start if hit.span else first[0])]
    if messages and messages != said:
        return f"says {said}, not {messages}"
    return ""


def _first_line(telegram: Telegram, text: str) -> tuple[int, int]:
    start = telegram.span.start
    start += len(text[start:]) - len(text[start:].lstrip())
    stop = text.find("\n", start)
    return start, stop if stop >= 0 else len(text)


def _quoted(text: str, places: list[tuple[int, int]]) -> str:
    return ", ".join(f"{text[a:b]!r} ({a}-{b})" for a, b in places) or "nothing"


# ---- mutants ---------------------------------------------------------------------------------------------


def mutate(rule: Rule, book: Rulebook) -> list[Mutant]:
    """Every mutant of a rule, with what became of it."""
    details = rule.details
    if details.get("check"):
        return []
    excused = {str(entry["mutant"]) for entry in details.get("equivalent", ())}
    found = []
    names: set[str] = set()
    for name, data in changes(details, book.vocabulary):
        if name not in names and len(names) < MOST:
            names.add(name)
            killed = _killed(rule, data, book)
            found.append(Mutant(rule.id, name, killed, not killed and name in excused))
    return found


def stale(rule: Rule, mutants: list[Mutant]) -> list[tuple[str, int, int]]:
    """The `equivalent` entries that name no surviving mutant: (name, line, column)."""
    alive = {mutant.name for mutant in mutants if not mutant.killed}
    entries = rule.details.get("equivalent", ())
    return [(entry["mutant"], entry["line"], entry["column"]) for entry in entries if entry["mutant"] not in alive]


def _killed(rule: Rule, data: Data, book: Rulebook) -> bool:
    """Whether some example comes out otherwise under the mutant."""
    program = CompiledRule(data, book.tools)
    era = tuple(data["era"]) if data.get("era") else ()
    return any(_notices(rule, program, example, book, era) for example in rule.examples)


def _notices(rule: Rule, program: CompiledRule, example: Data, book: Rulebook, era: tuple[str | None, ...]) -> bool:
    try:
        return bool(verdict(rule, program, example, book, era))
    except (TypeError, ValueError, AttributeError, OverflowError, IndexError):
        return True  # a mutant that cannot even run is noticed
