"""Define `Rule` and `Rulebook`, which the engine runs and the commands list, and select rules by name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from ..errors import ConfigError, did_you_mean
from ..results import SEVERITIES
from ..values import Date
from ..vocabulary import Vocabulary
from .compiler import CompileContext
from .evaluation import CompiledRule
from .ir import Any, Data
from .plan import EvaluationPlan


class Rule:
    """One rule.

    `head` contains at least the keys in `compiled_cache.HEAD`, which suffice to select rules and evaluate guards; here,
    it contains everything in the rule file. `original` is the rule of which this one is a changed copy.
    """

    __slots__ = ("_compiled", "_original", "era", "head", "id", "name", "profile", "status")

    def __init__(self, head: Data, original: Rule | None = None) -> None:
        self.head = head
        self.id: str = head["id"]
        self.name: str = head["name"]
        self.status: str = head["status"]
        self.profile: tuple[str, ...] = tuple(head["profile"])
        self.era: tuple[str | None, str | None] | None = tuple(head["era"]) if head.get("era") else None
        self._original = original
        self._compiled: CompiledRule | None = None

    def __repr__(self) -> str:
        return f"Rule({self.id} {self.name})"

    def compiled(self, context: CompileContext) -> CompiledRule:
        """Return the compiled rule. It is compiled on first use in each context."""
        if self._compiled is None or self._compiled.context is not context:
            self._compiled = CompiledRule(self.head, context, lambda: self.tests, lambda: self.data["message"])
        return self._compiled

    def severity_on(self, day: Date | None) -> str:
        """Return the severity of a finding in a document with this date. If the date is not exact to the day, return
        the least serious severity that is possible; if there is no date, return `severity`.
        """
        if day is None or not self.severity_before:
            return self.severity
        ends = (day.first.isoformat(), day.last.isoformat())
        found = [next((word for limit, word in self.severity_before if end < limit), self.severity) for end in ends]
        return max(found, key=SEVERITIES.index)

    @property
    def severity_text(self) -> str:
        """Return the severity as shown on pages: `error (warning before 2005-01-01)`."""
        earlier = ", ".join(f"{word} before {day}" for day, word in self.severity_before)
        return f"{self.severity} ({earlier})" if earlier else self.severity

    @property
    def era_text(self) -> str:
        """Return the era as text: `from 1995-10-14 and before 2003-09-22`, or only one of these two limits, or "" if
        the rule applies to all dates.
        """
        since, before = self.era or (None, None)
        return " and ".join(filter(None, (since and f"from {since}", before and f"before {before}")))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return the rule's former ids and names."""
        return tuple(self.head.get("aliases", ()))

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags with which rules are selected."""
        return tuple(self.head.get("tags", ()))

    @property
    def severity(self) -> str:
        """Return the severity of a finding in a document of the present day."""
        return str(self.head["severity"])

    @property
    def severity_before(self) -> tuple[tuple[str, str], ...]:
        """Return the days before which the rule had another severity, each with that severity."""
        return tuple(map(tuple, self.head.get("severity_before", ())))

    @property
    def pack(self) -> str:
        """Return the name of the rule's pack."""
        return str(self.head.get("pack", ""))

    @property
    def changed(self) -> str:
        """Return what an overlay changed, and its origin, or "" if nothing was changed."""
        return str(self.head.get("changed", ""))

    @property
    def data(self) -> Data:
        """Return the data needed for evaluation."""
        return self.head

    @property
    def tests(self) -> Data:
        """Return the part of `data` that decides whether a document passes, without the words of a finding."""
        return self.data

    @property
    def help(self) -> str:
        """Return the instruction for correcting a finding, or "" if there is none."""
        return str(self.data.get("help", ""))

    @property
    def cite(self) -> tuple[str, ...]:
        """Return the citations, each consisting of a source's code and the clause."""
        return tuple(" ".join(filter(None, parts)) for parts in self.data["cite"])

    @property
    def asks_for_a_part(self) -> bool:
        """Return whether a document can fail the rule because one of its parts is missing."""
        return "each" not in self.data and _asks_for_a_part(self.data.get("require"))

    @property
    def details(self) -> Data:
        """Return all of the rule's data, including data that evaluation does not need."""
        return self.head if self._original is None else self._original.details

    @property
    def summary(self) -> str:
        """Return the requirement as one sentence."""
        return str(self.details.get("summary", ""))

    @property
    def because(self) -> str:
        """Return the reason for the rule, or "" if none is given."""
        return str(self.details.get("because", ""))

    @property
    def place(self) -> tuple[str, int, int]:
        """Return the file, line, and column at which the rule begins."""
        from .diagnostics import relative  # 0.2 ms, and only to show it

        file, line, column = self.details["place"]
        return relative(str(file)), int(line), int(column)

    @property
    def chapter(self) -> str:
        """Return the title of the rule's chapter."""
        return str(self.details.get("chapter", ""))

    @property
    def source(self) -> str:
        """Return the rule's YAML text."""
        return str(self.details.get("source", ""))

    @property
    def examples(self) -> list[Data]:
        """Return the examples, as returned by `rule_parser.build`, grouped by kind as in the file."""
        found = self.details.get("examples", {})
        return [example for kind in found.values() for example in kind]

    @property
    def replaced_by(self) -> str:
        """Return the id of the rule that replaces this deprecated rule, or an empty string."""
        return str(self.details.get("replaced_by", ""))


def _asks_for_a_part(expr: Any) -> bool:
    """Return whether a condition requires a field to be present or a list to contain certain elements."""
    if not isinstance(expr, list) or not expr:
        return False
    if expr[0] == "state":
        return bool(expr[2] == "present")
    return expr[0] in ("any", "times", "count") or any(_asks_for_a_part(part) for part in expr[1:])


class Rulebook:
    """All rules for a run, sorted by id, with the vocabulary.

    `named` contains the ids of rules selected by name, `packs` contains the packs' descriptions, and `digest`
    identifies the contents of the packs' files.
    """

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
        self.context = CompileContext(vocabulary)
        self._contexts: dict[str, CompileContext] = {}
        self._separate: frozenset[str] | None = None
        self._by_id = {rule.id: rule for rule in self.rules}
        self._by_name: dict[str, Rule] | None = None
        self._plans: dict[tuple[str, int, int], EvaluationPlan] = {}
        self._edges = sorted({edge for rule in self.rules for edge in rule.era or () if edge})

    def __len__(self) -> int:
        return len(self.rules)

    def find(self, name: str) -> Rule | None:
        """Return the rule with this id, name, or alias, or None."""
        if name in self._by_id:
            return self._by_id[name]
        if self._by_name is None:
            self._by_name = {key: rule for rule in reversed(self.rules) for key in (*rule.aliases, rule.name)}
        return self._by_name.get(name)

    def context_of(self, profile: str) -> CompileContext:
        """Return the context in which rules for a profile are compiled. It uses the profile's own levels, or the U.S.
        levels if the profile has none.
        """
        words = self.vocabulary.of_profile(profile)
        if words.scheme is None:
            return self.context
        return self._contexts.setdefault(words.scheme.code, CompileContext(words))

    def covers(self, rule: Rule, profile: str) -> bool:
        """Return whether a rule applies to a profile: either the rule lists the profile, or it is for ALL profiles and
        this is a U.S. profile.
        """
        if profile in rule.profile:
            return True
        if self._separate is None:
            table = self.vocabulary.tables.get("profiles", ())
            self._separate = frozenset(e.code for e in table if e.fact("levels") or e.fact("unrecognized"))
        return "ALL" in rule.profile and profile not in self._separate

    def select(self, names: Iterable[str]) -> Rulebook:
        """Return a rulebook that contains only the rules with these ids, names, or aliases. A draft or deprecated rule
        runs if it is selected.

        Raises `ConfigError` for an unknown rule.
        """
        chosen: dict[str, Rule] = {}
        for name in names:
            rule = self.find(name)
            if rule is None:
                known = [word for each in self.rules for word in (each.id, each.name, *each.aliases)]
                raise ConfigError(f'unknown rule "{name}"{did_you_mean(name, known)}')
            chosen[rule.id] = rule
        return Rulebook(chosen.values(), self.vocabulary, frozenset(chosen), self.packs, self.digest)

    def changed(self, changes: dict[str, Data]) -> Rulebook:
        """Return a rulebook in which `changes`, keyed by rule id, override parts of the rules' data."""
        rules = [Rule(rule.data | changes[rule.id], rule) if rule.id in changes else rule for rule in self.rules]
        return Rulebook(rules, self.vocabulary, self.named, self.packs, self.digest)

    def runs(self, rule: Rule) -> bool:
        """Return whether the rule runs. A draft or deprecated rule runs only if it is selected by name."""
        return rule.status in ("stable", "provisional") or rule.id in self.named

    def plan(self, profile: str, day: Date | None) -> EvaluationPlan:
        """Return the plan for a telegram with this profile and date: the rules that may apply, and the rules for which
        the date is too imprecise to determine this.
        """
        if day is None:
            key = (profile, -1, -1)
        else:
            first = last = bisect_right(self._edges, day.first.isoformat())
            if day.last is not day.first:
                last = bisect_right(self._edges, day.last.isoformat())
            key = (profile, first, last)
        if key not in self._plans:
            self._plans[key] = self._plan(*key)
        return self._plans[key]

    def _plan(self, profile: str, first: int, last: int) -> EvaluationPlan:
        jobs = []
        undecided = []
        context = self.context_of(profile)
        for rule in self.rules:
            if self.runs(rule) and self.covers(rule, profile):
                in_era = self._in_era(rule, first, last)
                if in_era is None:
                    undecided.append(rule)
                elif in_era:
                    jobs.append((rule, rule.compiled(context)))
        return EvaluationPlan(jobs, undecided, context)

    def _in_era(self, rule: Rule, first: int, last: int) -> bool | None:
        """Return whether a rule's era includes a date, or None if the date is unknown or too imprecise. `first` and
        `last` are the numbers of era edges on or before the date's first and last days, or -1 if the date is unknown.
        """
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


# ---- Selection by id, id prefix, name, alias, tag, or ALL ------------------------------------------------------------
EVERYTHING = "ALL"
_INACTIVE = ("draft", "deprecated")  # run only when they are named


def match_rules(rules: Sequence[Rule], selectors: Iterable[str], inactive: bool = False) -> set[str]:
    """Return the ids that the selectors match. Draft and deprecated rules match only by name, unless `inactive` is
    true. Raises `ConfigError` with all selectors that match no rule.
    """
    found: set[str] = set()
    errors = []
    for selector in selectors:
        ids = _match(rules, selector, inactive)
        if ids is None:
            errors.append(unknown_rule(rules, selector))
        else:
            found |= ids
    if errors:
        raise ConfigError("\n".join(errors))
    return found


def unknown_rule(rules: Sequence[Rule], selector: str) -> str:
    """Return an error message that suggests the nearest name for a selector that matches no rule, or "" if the selector
    matches a rule.
    """
    if _match(rules, selector, inactive=True) is not None:
        return ""
    return f"unknown rule {selector!r}{did_you_mean(selector, _selectors(rules))}"


def _match(rules: Sequence[Rule], selector: str, inactive: bool) -> set[str] | None:
    """Return the ids that a selector matches, or `None` if it is unknown."""
    many = list(rules)
    if selector != EVERYTHING:
        named = {rule.id for rule in rules if selector in (rule.id, rule.name, *rule.aliases)}
        if named:
            return named
        many = [rule for rule in rules if selector in rule.tags or (selector and rule.id.startswith(selector))]
        if not many:
            return None
    return {rule.id for rule in many if inactive or rule.status not in _INACTIVE}


def _selectors(rules: Sequence[Rule]) -> list[str]:
    known: dict[str, None] = {}
    for rule in rules:
        known.update(dict.fromkeys((rule.id, rule.name, *rule.aliases, *rule.tags, rule.id.partition("-")[0])))
    return list(known)
