"""Rules and the book they stand in: what the engine runs and what the commands list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from ..errors import ConfigError
from ..values import Date
from ..vocabulary import Vocabulary
from .compiler import Tools
from .diagnostics import near
from .evaluation import CompiledRule, Plan
from .ir import Data, Free


class Rule:
    """One rule. What a run needs is at hand; what only people read (`details`) is fetched when asked for."""

    __slots__ = ("_cite", "_data", "_details", "_program", "aliases", "changed", "era", "head", "id", "name", "pack",
                 "profile", "severity", "status", "tags")  # fmt: skip

    def __init__(
        self, data: Data, details: Callable[[], Data] | None = None, whole: Callable[[], Data] | None = None
    ) -> None:
        """`data` may be the head of the rule (`cache.HEAD`) where `whole` gives the rest with it."""
        self.head = data
        self._data = whole or (lambda: data)
        self.id = str(data["id"])
        self.name = str(data["name"])
        self.severity = str(data["severity"])
        self.status = str(data["status"])
        self.pack = str(data.get("pack", ""))
        self.changed = str(data.get("changed", ""))
        self.aliases = _texts(data.get("aliases"))
        self.tags = _texts(data.get("tags"))
        self.profile = _texts(data["profile"])
        self.era: tuple[str | None, str | None] | None = tuple(data["era"]) if data.get("era") else None
        self._details = details or (lambda: data)
        self._program: CompiledRule | None = None
        self._cite: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"Rule({self.id} {self.name})"

    def program(self, tools: Tools) -> CompiledRule:
        """The rule made ready to run; compiled when it is first needed."""
        if self._program is None or self._program.tools is not tools:
            self._program = CompiledRule(self.head, tools, self._data)
        return self._program

    @property
    def data(self) -> Data:
        """What a run needs of the rule."""
        return self._data()

    @property
    def help(self) -> str:
        """What to do about a finding."""
        return str(self.data.get("help", ""))

    @property
    def cite(self) -> tuple[str, ...]:
        """The sources, with their clauses."""
        if self._cite is None:
            self._cite = tuple(" ".join(filter(None, parts)) for parts in self.data["cite"])
        return self._cite

    def told(self) -> Data:
        """Where the details come from, for a copy of the rule."""
        return self._details()

    @property
    def details(self) -> Data:
        """Everything the rule file says."""
        return self._details()

    @property
    def summary(self) -> str:
        """One sentence: what holds."""
        return str(self.details.get("summary", ""))

    @property
    def because(self) -> str:
        """Why the rule is there."""
        return str(self.details.get("because", ""))

    @property
    def place(self) -> tuple[str, int, int]:
        """File, line and column where the rule begins."""
        file, line, column = self.details["place"]
        return near(str(file)), int(line), int(column)

    @property
    def chapter(self) -> str:
        """The title of the chapter it stands in."""
        return str(self.details.get("chapter", ""))

    @property
    def source(self) -> str:
        """The rule as its file has it."""
        return str(self.details.get("source", ""))

    @property
    def examples(self) -> list[Data]:
        """The examples, in the order of the file: kind, text, places, line, column, and what else they say."""
        found = self.details.get("examples", {})
        return [example for kind in found.values() for example in kind]

    @property
    def replaced_by(self) -> str:
        """The id of the rule that took a deprecated rule's place."""
        return str(self.details.get("replaced_by", ""))


def _texts(value: Free) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()


class Rulebook:
    """All rules of a run, sorted by id, with the words they speak of. `named`: rules asked for by name."""

    def __init__(
        self,
        rules: Iterable[Rule],
        vocabulary: Vocabulary,
        named: frozenset[str] = frozenset(),
        packs: tuple[Data, ...] = (),
        digest: str = "",
    ) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self.vocabulary = vocabulary
        self.named = named
        self.packs = packs
        self.digest = digest
        self.tools = Tools(vocabulary)
        self._index: dict[str, Rule] | None = None
        self._plans: dict[tuple[str, int, int], Plan] = {}
        self._edges = sorted({edge for rule in self.rules for edge in rule.era or () if edge})

    def __len__(self) -> int:
        return len(self.rules)

    def find(self, word: str) -> Rule | None:
        """The rule with that id, name or alias."""
        if self._index is None:
            self._index = {word: rule for rule in reversed(self.rules) for word in (*rule.aliases, rule.name, rule.id)}
        return self._index.get(word)

    def select(self, ids: Iterable[str]) -> Rulebook:
        """A book of the rules named by id, name or alias. Naming a draft lets it run.

        Raises `ConfigError` with a "did you mean" for a word that names no rule.
        """
        chosen: dict[str, Rule] = {}
        for word in ids:
            rule = self.find(word)
            if rule is None:
                raise ConfigError(f'no rule "{word}"{self._near(word)}')
            chosen[rule.id] = rule
        return Rulebook(chosen.values(), self.vocabulary, frozenset(chosen), self.packs, self.digest)

    def changed(self, changes: dict[str, Data]) -> Rulebook:
        """A book in which the data of some rules is changed (by an overlay)."""
        rules = [Rule(rule.data | changes[rule.id], rule.told) if rule.id in changes else rule for rule in self.rules]
        return Rulebook(rules, self.vocabulary, self.named, self.packs, self.digest)

    def _near(self, word: str) -> str:
        from difflib import get_close_matches  # 6 ms, and only when something is wrong

        words = [name for rule in self.rules for name in (rule.id, rule.name, *rule.aliases)]
        near = get_close_matches(word, words, n=1, cutoff=0.6)
        return f': did you mean "{near[0]}"?' if near else ""

    def runs(self, rule: Rule) -> bool:
        """Whether the rule runs: a draft or deprecated rule only when it was named."""
        return rule.status in ("stable", "provisional") or rule.id in self.named

    def plan(self, profile: str, day: Date | None) -> Plan:
        """The rules that may apply to a telegram of this profile and date."""
        if day is None:
            key = (profile, -1, -1)
        else:
            first, last = day.first.isoformat(), day.last.isoformat()
            key = (profile, bisect_right(self._edges, first), bisect_right(self._edges, last))
        if key not in self._plans:
            self._plans[key] = self._make(*key)
        return self._plans[key]

    def _make(self, profile: str, first: int, last: int) -> Plan:
        jobs = []
        undecided = []
        for rule in self.rules:
            if self.runs(rule) and (profile in rule.profile or "ALL" in rule.profile):
                holds = self._holds(rule, first, last)
                if holds is None:
                    undecided.append(rule)
                elif holds:
                    jobs.append((rule, rule.program(self.tools)))
        return Plan(jobs, undecided, self.tools)

    def _holds(self, rule: Rule, first: int, last: int) -> bool | None:
        """Whether the era covers the stretch between two edges; `None` where the date leaves it open."""
        if rule.era is None:
            return True
        if first < 0:
            return None
        start, end = rule.era
        low = self._edges.index(start) + 1 if start else 0
        high = self._edges.index(end) if end else len(self._edges)
        if low <= first and last <= high:
            return True
        return False if last < low or high < first else None
