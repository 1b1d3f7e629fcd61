"""Let mutmut judge its mutants in a process that has collected the tests already: a mutant costs a fork and its tests.

`benchmarks.mutation` starts it in the copy of the checkout. mutmut makes the mutants, finds out which tests meet which
function, forks for each mutant and keeps the answers; exchanged is only its way to pytest, which would be started anew
in each fork (0.3 s for each of thirteen thousand mutants). Three things follow from that:

- What was compiled or cached before the mutant was switched on is forgotten in each fork (`Memory`).
- The tests that have killed mutants of the same function come first, then the fast ones, and none beyond `PATIENCE`
  seconds: a mutant that lives on until then counts as survived.
- The limit of time is one of the fork's own CPU seconds, so that a busy machine kills nothing.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import mutmut.__main__ as mutmut
import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol
from mutmut.configuration import Config
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.runners.harness import ListAllTestsResult, PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.workers import isolation

PATIENCE = 4.0  # seconds of tests for one mutant
SLACK = 3.0  # CPU seconds that a fork may take beyond four times what its tests take
ROOM = 2 << 30  # bytes that a fork may take beyond what it was born with
THINNED = {  # of many alike and slow, one in so many: small books and kept cases show the same in milliseconds
    "tests/rulebook/test_packs.py": 6,
    "tests/rulebook/test_planted.py": 10,
}
OWN = {  # the tests made for a module: asked before the others
    "checker.engine": ("test_faults", "test_judgments"),
    "checker.operators": ("test_operators",),
    "checker.parser.markings": ("test_markings_told",),
    "checker.rulebook": ("test_small_books",),
    "checker.rulebook.arguments": ("test_readings",),
    "checker.rulebook.blame": ("test_reckonings",),
    "checker.rulebook.cache": ("test_small_books",),
    "checker.rulebook.checking": ("test_readings",),
    "checker.rulebook.commands": ("test_small_books",),
    "checker.rulebook.compile": ("test_reckonings",),
    "checker.rulebook.conditions": ("test_readings",),
    "checker.rulebook.examples": ("test_changes",),
    "checker.rulebook.fields": ("test_readings",),
    "checker.rulebook.forge": ("test_faults", "test_plans", "test_phrases"),
    "checker.rulebook.loading": ("test_small_books",),
    "checker.rulebook.mutants": ("test_changes",),
    "checker.rulebook.packs": ("test_pack_files",),
    "checker.rulebook.paths": ("test_judgments", "test_reckonings"),
    "checker.rulebook.patterns": ("test_refusals",),
    "checker.rulebook.phrases": ("test_plans", "test_phrases"),
    "checker.rulebook.places": ("test_readings",),
    "checker.rulebook.plan": ("test_faults", "test_small_books"),
    "checker.rulebook.reading": ("test_readings",),
    "checker.rulebook.shelf": ("test_small_books", "test_faults"),
    "checker.rulebook.telling": ("test_changes",),
    "checker.rulebook.templates": ("test_readings",),
    "checker.rulebook.values": ("test_reckonings",),
    "checker.rulebook.verdict": ("test_judgments", "test_faults"),
    "checker.rulebook.words": ("test_tables",),
}
SURVIVED, UNTESTED = 0, 33
LEFT_OUT = ("test_what_loads_is_linear",)  # asks for time: a busy machine would kill
KILLERS = "killers.txt"  # which test killed a mutant of which function


class Memory:
    """What outlives a test in a process: caches of functions, compiled rules, plans, shapes of markings."""

    def __init__(self) -> None:
        from checker.rulebook.shelf import Rule, Rulebook
        from checker.rulebook.values import Tools
        from checker.vocabulary import Vocabulary

        self.forgetting: list[Callable[[], object]] = []
        for made in gc.get_objects():
            if isinstance(made, functools._lru_cache_wrapper):
                self.forgetting.append(made.cache_clear)
            elif isinstance(made, Rulebook):
                self.forgetting.append(made._plans.clear)
            elif isinstance(made, Tools):
                self.forgetting += [made.getters.clear, made.guards.clear]
            elif isinstance(made, Vocabulary):
                self.forgetting.append(made.made.clear)
            elif isinstance(made, Rule):
                self.forgetting.append(functools.partial(setattr, made, "_program", None))

    def forget(self) -> None:
        """Make everything anew from here on."""
        for forget in self.forgetting:
            forget()


class WarmRunner(PytestRunner):
    """mutmut's way to the tests: collected once, run in forks."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, pytest.Item] = {}
        self.clean = False

    def collect(self) -> None:
        """Collect the tests in this process."""
        if self.items:
            return
        from hypothesis import settings

        settings.register_profile("mutation", derandomize=True, database=None)
        settings.load_profile("mutation")
        words = ["--rootdir=.", "--tb=no", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
        with change_cwd("mutants"):
            config = _prepareconfig([*words, *self._pytest_add_cli_args_test_selection], [])
            config._do_configure()
            session = pytest.Session.from_config(config)
            config.hook.pytest_sessionstart(session=session)
            config.hook.pytest_collection(session=session)
            asked = [item for item in session.items if not any(word in item.nodeid for word in LEFT_OUT)]
            seen: Counter[str] = Counter()
            for item in asked:
                file = item.nodeid.partition("::")[0]
                if seen[file] % THINNED.get(file, 1) == 0:
                    self.items[item.nodeid] = item
                seen[file] += 1
        self.config = config
        self.memory = Memory()

    def _holds(self, names: list[str], after: Callable[[str, float], None] | None = None) -> bool:
        for name in names:
            start = time.process_time()
            reports = runtestprotocol(self.items[name], log=False, nextitem=None)
            if any(report.failed for report in reports):
                self.failed = name
                return False
            if after is not None:
                after(name, time.process_time() - start)
        return True

    def run_stats(self, *, tests: Iterable[str]) -> int:
        """Which function is met by which test, and how long each takes; each test starts with nothing compiled."""
        self.collect()

        def after(name: str, seconds: float) -> None:
            state().duration_by_test[name] = seconds
            for function in state()._stats:
                state().tests_by_mangled_function_name[function].add(name)
            state()._stats.clear()

        with change_cwd("mutants"):
            for name in list(tests) or list(self.items):
                self.memory.forget()
                if not self._holds([name], after):
                    print(f"left out, fails in this way of running: {name}", file=sys.__stderr__)
                    state()._stats.clear()
        self.clean = len(state().duration_by_test) > 0.9 * len(self.items)
        return 0 if self.clean else 1

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """0 if all chosen tests hold, 1 if one fails. Called in a fork, but for the run without mutants."""
        self.collect()
        if mutant_name is None:
            if self.clean:
                return 0
            with change_cwd("mutants"):
                return 0 if self._holds(list(state().duration_by_test)) else 1
        names = self._chosen(mutant_name, tests)
        self._bound(sum(state().duration_by_test[name] for name in names))
        factory = self.config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = Path(tempfile.mkdtemp(prefix="mutant-"))
        try:
            with change_cwd("mutants"):
                self.memory.forget()
                if self._holds(names):
                    return 0
        except BaseException:  # what no test can catch kills too
            self.failed = names[0]
        finally:
            shutil.rmtree(factory._basetemp, ignore_errors=True)
        with open(KILLERS, "a", encoding="utf-8") as file:
            file.write(f"{_function(mutant_name)}\t{self.failed}\n")
        return 1

    def run_forced_fail(self) -> int:
        """1 if a mutant that always raises is noticed."""
        with change_cwd("mutants"):
            self.memory.forget()
            return 0 if self._holds(list(state().duration_by_test)) else 1

    def list_all_tests(self) -> ListAllTestsResult:
        self.collect()
        return ListAllTestsResult(ids=set(self.items))

    def _chosen(self, mutant_name: str, tests: Iterable[str]) -> list[str]:
        killers: Counter[str] = Counter()
        if os.path.exists(KILLERS):
            with open(KILLERS, encoding="utf-8") as file:
                for line in file:
                    function, _, name = line.rstrip("\n").partition("\t")
                    if function == _function(mutant_name):
                        killers[name] += 1
        known = [name for name in tests if name in self.items and name in state().duration_by_test]
        own = OWN.get(mutant_name.rpartition(".")[0], ())
        known.sort(
            key=lambda name: (
                -killers[name], not any(file in name for file in own), state().duration_by_test[name], name,
            )
        )  # fmt: skip
        chosen, total = known[:1], 0.0
        for name in known[1:]:
            total += state().duration_by_test[name]
            if total <= PATIENCE:
                chosen.append(name)
        return chosen

    def _bound(self, seconds: float) -> None:
        most = int(time.process_time() + 4 * seconds + SLACK) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 2))
        with open("/proc/self/statm", encoding="ascii") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + ROOM, size + ROOM))


def _function(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def _again() -> None:
    """Forget the answer for the mutants named in `again.json`, for all that were not killed if there is none."""
    named = json.loads(Path("again.json").read_text(encoding="utf-8")) if Path("again.json").exists() else None
    for path in Path("mutants").rglob("*.meta"):
        data = json.loads(path.read_text(encoding="utf-8"))
        codes = data.get("exit_code_by_key", {})
        for key, code in codes.items():
            if code in (SURVIVED, UNTESTED) and (named is None or key in named):
                codes[key] = None
        path.write_text(json.dumps(data, indent=4), encoding="utf-8")


def _tell() -> None:
    """Write which mutants live, each with the lines it takes away and puts there."""
    alive = []
    for path in sorted(Path("mutants").rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8")).get("exit_code_by_key", {})
        source = path.relative_to("mutants").with_suffix("")
        for key, code in codes.items():
            if code in (SURVIVED, UNTESTED):
                lines = get_diff_for_mutant(key, path=source).split("\n")[3:]
                was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
                now = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
                alive.append({"file": str(source), "mutant": key, "code": code, "was": was, "now": now})
    Path("survivors.json").write_text(json.dumps(alive, indent=1), encoding="utf-8")


def main() -> int:
    jobs, again, *names = sys.argv[1:]
    if again == "again":
        _again()
    isolation.PytestRunner = WarmRunner  # type: ignore[misc]
    Config.config_fingerprint = lambda self: {}  # type: ignore[method-assign]  # a further test takes no kill back
    mutmut._run(names, int(jobs))
    _tell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
