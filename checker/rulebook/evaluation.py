"""Evaluate one rule on one telegram.

`CompiledRule.judge` returns a `RuleOutcome`. Only if the rule failed or is undetermined does `CompiledRule.issues`
determine the position, message, and cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import ModuleType

from ..checks import CHECKS
from ..errors import ConfigError
from ..model import Node, Telegram, Unread
from ..record import BoundedCache, Record
from ..text import Span
from .compiler import CompileContext, Predicate, all_of, compile_condition
from .field_types import RECURRING, Env, Path, getter, identities, location_of, unread_on, value_text
from .ir import Any, Data, Expression

MAX_MESSAGE = 400  # code points
_MOST_RECURRING = 4096  # elements whose results a rule remembers
_LONGEST_RECURRING = 100  # code points of a value of such an element
Trail = tuple[str, ...]  # the path in the document model of each value in an environment


class Issue(Record):
    """A failure, or an undetermined verdict if `unknown` is true, with its position and message.

    `at` is the path in the document model (`paragraphs[2].mark`). `replace` and `text` are the span and new text of a
    suggestion. `missing` contains the dotted names of the fields whose absence made the rule fail; it is empty if a
    part is present but wrong. `within` is the span of the element under test; it is None if the rule tests the whole
    telegram, or if only fields of the telegram are missing. `quote` is document text that belongs to the message,
    stored separately so that it can be redacted. `related` contains the other positions that the rule compares, each
    with its path in the document model.
    """

    span: Span | None
    at: str
    message: str
    unknown: bool = False
    replace: Span | None = None
    text: str = ""
    missing: tuple[str, ...] = ()
    within: Span | None = None
    quote: str = ""
    related: tuple[tuple[Span, str], ...] = ()


class RuleOutcome(Record):
    """The environments in which a rule failed or is undetermined, each with its `Trail`: the paths of its values in the
    document model. For a rule that uses a check, `issues` contains the check's results instead.
    """

    failed: tuple[tuple[Env, Trail], ...] = ()
    unknown: tuple[tuple[Env, Trail], ...] = ()
    issues: tuple[Issue, ...] = ()


PASS = RuleOutcome()
NOT_APPLICABLE = RuleOutcome()  # these three are compared by identity
UNDETERMINED = RuleOutcome()  # the guard is undetermined
Answer = RuleOutcome | bool | None
"""The result of a rule before it is recorded: an outcome, True for `PASS`, or False or None if the rule tests the whole
telegram and its requirement is false or undetermined."""


@cache
def _tracing() -> ModuleType:
    """Return the module `tracing`, which is imported only after something has failed (3 ms).

    A call costs much less than an import statement, which takes 2 microseconds even if the module is loaded.
    """
    from . import tracing

    return tracing


class CompiledRule:
    """A rule ready to run. The guard is compiled on first use, and everything else when the guard is first true.

    `head` contains the guard and the check's name. `load` returns the data that decides whether a document passes, and
    `message` returns the parts of the message of a finding. Raises `ConfigError` if the rule needs a check that is not
    installed.
    """

    __slots__ = (
        "_found", "_guard", "_load", "_nodes", "_quantified", "answer", "arguments", "check", "context",
        "data", "each", "listed", "message", "require", "when", "where",
    )  # fmt: skip

    def __init__(
        self, head: Data, context: CompileContext, load: Callable[[], Data], message: Callable[[], list[Expression]]
    ) -> None:
        self._load = load
        self.message = message
        self.context = context
        self._nodes: dict[str, Any] = {}
        self._quantified: list[Any] | None = None
        self._found: tuple[object, tuple[tuple[Span, str], ...]] | None = None
        when = head.get("when")
        self.when: Expression | None = when if isinstance(when, list) else None
        self._guard = conjuncts(self.when)
        if isinstance(head.get("check"), str) and head["check"] not in CHECKS:
            raise ConfigError(f'{head["id"]} needs the check "{head["check"]}", which is not enabled (option `checks`)')

    def __getattr__(self, name: str) -> Any:
        if name not in CompiledRule.__slots__:
            raise AttributeError(name)
        self._compile()
        return object.__getattribute__(self, name)

    def _compile(self) -> None:
        data, context = self._load(), self.context
        each, where, require = (data.get(name) for name in ("each", "where", "require"))
        for path in (each, data.get("point"), (data.get("suggest") or {}).get("replace")):
            if path is not None:
                getter(path, context.getters)  # validates the names
        self.data: Data = data
        self.each: Path | None = each if isinstance(each, list) else None
        self.listed = bool(data.get("listed"))
        self.where = [compile_condition(part, context) for part in conjuncts(where)]
        self.require: Predicate = compile_condition(require, context) if isinstance(require, list) else _always
        self.check: Callable[..., Any] | None = None
        self.arguments: Any = None
        if isinstance(data.get("check"), str):
            module = CHECKS[data["check"]]
            self.check = module.check
            self.arguments = module.Ask(**data.get("with", {}))
        self.answer: Callable[[Env], Answer] = self.require
        if self.check is not None:
            self.answer = self._by_check
        elif self.each is not None:
            recurring = len(self.each) == 2 and self.each[0] == 0 and self.each[1] in RECURRING
            alone = recurring and not _reads_telegram([where, require])
            self.answer = self._by_recurring_element(self.each) if alone else self._by_element(self.each)

    def applies(self, env: Env) -> bool | None:
        """Return whether the guard is true, or None if it is undetermined. A rule without a guard always applies."""
        answer: bool | None = True
        for condition in self._guard:
            holds = self.context.compiled(condition)(env)
            if holds is False:
                return False
            if holds is None:
                answer = None
        return answer

    # ---- Verdicts ----------------------------------------------------------------------------------------------------

    def judge(self, env: Env) -> RuleOutcome:
        """Return the outcome of a rule whose guard is true."""
        return outcome_of(self.answer(env), env)

    def _by_element(self, path: Path) -> Callable[[Env], Answer]:
        """Return a function that judges a telegram element by element. At the first element that does not pass, the
        function calls `judge_elements` to collect all such elements.
        """
        get = getter(path, self.context.getters)
        tests, require, listed = self.where, self.require, self.listed

        def answer(env: Env) -> Answer:
            items = get(env)
            if items.__class__ is Unread:
                return RuleOutcome(unknown=((env, ("",)),))
            if not items:
                return NOT_APPLICABLE
            telegram = env[0]
            applied = False
            for item in items if listed else (items,):
                inside = (telegram, item)
                for test in tests:
                    chosen = test(inside)
                    if not chosen:
                        break
                else:
                    if require(inside) is not True:
                        return self.judge_elements(env)
                    applied = True
                    continue
                if chosen is None and all_of(tests)(inside) is None:
                    return self.judge_elements(env)
            return applied or NOT_APPLICABLE

        return answer

    def _by_recurring_element(self, path: Path) -> Callable[[Env], Answer]:
        """Like `_by_element`, but remember the result for each element, because the same elements recur in other
        telegrams.
        """
        identify, get = identities(str(path[1]), self.context.getters), getter(path, self.context.getters)
        results: dict[object, RuleOutcome] = BoundedCache(_MOST_RECURRING)

        def learn(identity: tuple[object, ...], at: int, env: Env) -> RuleOutcome:
            inside = (env[0], get(env)[at])
            chosen = all_of(self.where)(inside)
            result = NOT_APPLICABLE if chosen is False else PASS if chosen and self.require(inside) else UNDETERMINED
            if all(len(value) < _LONGEST_RECURRING for value in identity if isinstance(value, str)):
                results[identity] = result
            return result

        def answer(env: Env) -> Answer:
            applied = False
            for at, identity in enumerate(identify(env)):
                result = results.get(identity) or learn(identity, at, env)
                if result is PASS:
                    applied = True
                elif result is not NOT_APPLICABLE:
                    return self.judge_elements(env)
            return applied or NOT_APPLICABLE

        return answer

    def judge_elements(self, env: Env) -> RuleOutcome:
        """Return an outcome that contains every element that fails or is undetermined."""
        failed, unknown, where = [], [], all_of(self.where)
        for inside, trail in self._elements(env):
            chosen = where(inside)
            if chosen is False:
                continue
            answer = self.require(inside) if chosen else None
            if answer is False:
                failed.append((inside, trail))
            elif answer is None:
                unknown.append((inside, trail))
        return RuleOutcome(tuple(failed), tuple(unknown))

    def _elements(self, env: Env) -> Iterator[tuple[Env, Trail]]:
        path: Path = self.each or [0]
        if self.listed:
            items = _tracing().elements(path, env, ("",), self.context)
        else:
            items = [(getter(path, self.context.getters)(env), ".".join(map(str, path[1:])))]
        for item, at in items:
            yield (*env, item), ("", at)

    def _by_check(self, env: Env) -> Answer:
        issues = []
        for hit in self.check(env[0], self.arguments, self.context.vocabulary) if self.check else ():
            message = self._check_message(hit.facts)
            if hit.unknown:  # the message may quote the document, which reports can leave out
                issues.append(Issue(hit.span, hit.at, "cannot be decided by the check", True, quote=message))
            else:
                issues.append(Issue(hit.span, hit.at, message))
        return RuleOutcome(issues=tuple(issues)) if issues else True

    def _check_message(self, facts: dict[str, object]) -> str:
        return _expand(self.message(), lambda part: facts.get(part[1], ""))

    # ---- Issues ------------------------------------------------------------------------------------------------------

    def requirement(self) -> Any:
        """Return the requirement as a tree of compiled conditions, built on first use."""
        return self._node("require", self.data["require"])

    def _node(self, key: str, expr: Expression) -> Any:
        """Return one of the rule's conditions as a tree of compiled conditions, built on first use."""
        if key not in self._nodes:
            self._nodes[key] = _tracing().ConditionNode(expr, self.context)
        return self._nodes[key]

    def issues(self, outcome: RuleOutcome, env: Env) -> list[Issue]:
        """Return an issue for each failure or, if there are none, one issue for the undetermined verdict. For a rule
        with a check, return the check's issues.

        A rule with `once` yields at most one failure for each document.
        """
        if outcome is UNDETERMINED:
            return [self._guard_issue(env)]
        if outcome.issues:
            return list(outcome.issues)
        failed: Sequence[tuple[Env, Trail]] = outcome.failed
        count = len(failed)
        if self.data.get("once"):
            failed = failed[:1]
        found = [self._failure(inside, trail, count) for inside, trail in failed]
        return found or [self._undetermined(inside, trail) for inside, trail in outcome.unknown[:1]]

    def _guard_issue(self, env: Env) -> Issue:
        cause = _tracing().cause_of(self._node("when", self.when or []), env, ("",))
        span, at = location_of(cause.path, cause.env, cause.trail)
        return _undetermined_issue(span, at, unread_on(cause.path, cause.env))

    def _failure(self, env: Env, trail: Trail, count: int) -> Issue:
        tracing = _tracing()
        cause = tracing.cause_of(self.requirement(), env, trail)
        span, at = self._location(env, trail, cause)
        message = _expand(self.message(), lambda part: self._read(part, env, cause, count))
        replace, text = self._suggestion(env, trail, cause, count)
        absent = tracing.missing(self.requirement(), env)
        of_element = len(env) > 1 and (not absent or any(depth > 0 for depth, _ in absent))
        within = env[-1].span if of_element and isinstance(env[-1], Node) else None
        compared = [part[1] for part in self.message() if part[0] == "path"]
        others = tracing.related(compared, self._witnesses(env[0]), env, trail, span)
        return Issue(
            span, at, message, False, replace, text, tuple(field for _, field in absent), within, related=others
        )

    def _witnesses(self, telegram: Any) -> tuple[tuple[Span, str], ...]:
        """Return the positions of the elements that made the guard true. They are searched for only once per
        telegram.
        """
        if self._quantified is None:
            parts = {repr(part): part for part in conjuncts(self.when) if part[0] == "any"}
            self._quantified = [self._node(key, part) for key, part in parts.items()]
        if not self._quantified:
            return ()
        if self._found is None or self._found[0] is not telegram:
            self._found = telegram, _tracing().witnesses(self._quantified, (telegram,))
        return self._found[1]

    def _undetermined(self, env: Env, trail: Trail) -> Issue:
        tracing = _tracing()
        if len(env) == 1 and self.each is not None:
            cause = tracing.Cause(self.each, env, trail)
        elif all_of(self.where)(env) is None:
            cause = tracing.cause_of(self._node("where", self.data["where"]), env, trail)
        else:
            cause = tracing.cause_of(self.requirement(), env, trail)
        span, at = self._location(env, trail, cause)
        return _undetermined_issue(span, at, unread_on(cause.path, cause.env))

    def _location(self, env: Env, trail: Trail, cause: Any) -> tuple[Span | None, str]:
        """Return the span of an issue, or None, and its path in the document model.

        Both refer to `point` if the rule has one, otherwise to the element under test or, without `each`, to the cause.
        If that value has no span, the span of the element or banner is used.
        """
        point = self.data.get("point")
        if isinstance(point, list) and int(point[0]) < len(env):
            found = location_of(point, env, trail)
        elif len(env) > 1:
            found = location_of([1], env, trail)
        else:
            found = location_of(cause.path, cause.env, cause.trail)
        if found[0] is not None:
            return found
        first = location_of([1], env, trail)[0] if len(env) > 1 else None
        telegram = env[0]
        if first is None and isinstance(telegram, Telegram) and telegram.banner is not None:
            first = telegram.banner.span if len(telegram.banner.span) else None
        return first, found[1]

    def _suggestion(self, env: Env, trail: Trail, cause: Any, count: int) -> tuple[Span | None, str]:
        """Return the span to replace and the new text, or (None, "") if the rule makes no suggestion, or if a value
        needed for it is missing or unreadable.
        """
        suggest = self.data.get("suggest")
        if not isinstance(suggest, dict):
            return None, ""
        found = [part[1] if part[0] == "text" else self._read(part, env, cause, count) for part in suggest["with"]]
        place = getter(suggest["replace"], self.context.getters)(env)
        if any(value is None or value == () or isinstance(value, Unread) for value in (*found, place)):
            return None, ""
        text = "".join(value if isinstance(value, str) else value_text(value, MAX_MESSAGE) for value in found)
        return location_of(suggest["replace"], env, trail)[0], text

    def _read(self, part: Expression, env: Env, cause: Any, count: int) -> Any:
        """Return the value of a template part. `count` is the number of failures on the telegram."""
        if part[0] == "count":
            return count
        if part[0] == "value":
            return getter(cause.path, self.context.getters)(cause.env)
        if part[0] == "element":
            return env[-1]
        value = getter(part[1], self.context.getters)(env)
        return len(value or ()) if part[0] == "size" and not isinstance(value, Unread) else value

    def trace(self, env: Env) -> list[tuple[str, Any]]:
        """Return the rule's conditions as evaluated on a telegram, as (title, `tracing.Step`) pairs: the guard,
        followed by `where` and the requirement for each element. For a rule with a check, return only the guard.
        """
        from .tracing import ELEMENT, TELEGRAM, trace_condition

        found: list[tuple[str, Any]] = []
        if self.when is not None:
            found.append(("when", trace_condition(self._node("when", self.when), env)))
        if self.check is not None:
            return found
        names = TELEGRAM if self.each is None else ELEMENT
        for title, inside in self._titled_elements(env):
            where = self.data.get("where")
            if isinstance(where, list):
                chosen = trace_condition(self._node("where", where), inside, names)
                found.append((f"where {title}".strip(), chosen))
                if not chosen.answer:
                    continue
            found.append((f"require {title}".strip(), trace_condition(self.requirement(), inside, names)))
        return found

    def _titled_elements(self, env: Env) -> list[tuple[str, Env]]:
        if self.each is None:
            return [("", env)]
        items = getter(self.each, self.context.getters)(env)
        if isinstance(items, Unread) or items is None:
            return []
        many = items if self.listed else (items,)
        return [(f"{number} ({_title(item)})", (*env, item)) for number, item in enumerate(many, start=1)]


def _reads_telegram(expr: object) -> bool:
    """Return whether an expression contains a path that starts at the telegram."""
    return isinstance(expr, list) and (expr[:1] == [0] or any(map(_reads_telegram, expr)))


def conjuncts(guard: Expression | None) -> list[Expression]:
    """Return the conditions that must all be true for a guard to be true."""
    if guard is None:
        return []
    return [guard] if guard[0] != "and" else [one for part in guard[1] for one in conjuncts(part)]


def outcome_of(answer: Answer, env: Env) -> RuleOutcome:
    """Return the outcome that an answer stands for."""
    if isinstance(answer, RuleOutcome):
        return answer
    if answer:
        return PASS
    here = ((env, ("",)),)
    return RuleOutcome(failed=here) if answer is False else RuleOutcome(unknown=here)


def _title(item: object) -> str:
    """Return the name of an element, such as `paragraph 2`, or else its text."""
    name = getattr(item, "name", None)
    return name if isinstance(name, str) and name else value_text(item)


def _always(env: Env) -> bool | None:
    return True


NO_EVIDENCE = "the evidence is missing or not exact enough"


def _undetermined_issue(span: Span | None, at: str, value: Unread | None) -> Issue:
    if value is None:
        return Issue(span, at, NO_EVIDENCE, True)
    why = " ".join(value.why.split())
    return Issue(span, at, why[:MAX_MESSAGE], True, quote=value_text(value) if value.text else "")


def _expand(template: Any, read: Callable[[Expression], object]) -> str:
    """Return a message with its values. In quotation marks, each element of a list is quoted on its own."""
    text = ""
    for part in template:
        quoted = part[0] != "text" and text.endswith('"')
        text += part[1] if part[0] == "text" else value_text(read(part), separator='", "' if quoted else ", ")
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
