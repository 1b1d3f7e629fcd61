"""Test patterns in rule files: exactly the linear ones are accepted, and both engines agree on them."""

from __future__ import annotations

import re
import time

import pytest
from backtracking import Steps, TooMany
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.operators import compile_pattern
from checker.rulebook import regex_subset
from checker.rulebook.regex_subset import refuse

FINE = [
    "", "abc", "[A-Z]{3}", "[A-Z]+ [0-9]+", r"\d+\.\d+", "(a|b|c)+", "([A-Z]{2,3}, )*[A-Z]{2,3}", "([A-Z]+, )+x?",
    "(ab)?(cd)?", "(a|ab)*", "^abc$", "[^,]+,[^,]+", "a*b*c*", r"\w+-\d", "(?:ALPHA|BRAVO) [0-9]{1,4}", "a?a?a", "é+x",
]  # fmt: skip
REFUSED = [
    "(a+)+", "(a|aa)*", "(ab|abab)*", "a*a*", "a*b?a*", "(a*)*", "(a?)*", "(ab?b?)*", "[ab]*b[ab]*", "(.*),(.*)", r"\w*\d*",
    "(a+)(a+)", "(?=a)", "(?<=a)b", r"(a)\1", "(?i)a", "a++", "(?>a)", r"\s", "a{,3}", r"a\Z", r"[[:alpha:]]", "a{2000}",
    "(a{1,100}){1,100}", "(", "[", "a**", r"\u0041", "(?#x)a", "(x+x+)+y", "(.|a)*",
]  # fmt: skip


@pytest.mark.parametrize("pattern", FINE)
def test_fine(pattern: str) -> None:
    assert refuse(pattern) is None
    compile_pattern(pattern, "re")
    compile_pattern(pattern, "re2")


@pytest.mark.parametrize("pattern", REFUSED)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_refused(pattern: str) -> None:
    found = refuse(pattern)
    assert found is not None
    assert "R025" == found[0]
    assert found[1] and found[2]


@pytest.mark.parametrize("pattern", ["a$b", "a^", "x$[a-z]"])
def test_cannot_match(pattern: str) -> None:
    found = refuse(pattern)
    assert found is not None and "R026" == found[0]


LETTERS = "ab1 ,-é"
ATOMS = st.sampled_from(["a", "b", "1", ",", "-", "[ab]", "[^a]", r"\d", r"\w", ".", "é", "[a-z]", r"\-", "(?:a|b)"])
PIECES = st.builds(str.__add__, ATOMS, st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}"]))
GROUPS = st.lists(PIECES, min_size=1, max_size=4).map("".join)
PATTERNS = st.lists(
    st.one_of(PIECES, GROUPS.map(lambda inner: f"({inner})+"), st.tuples(GROUPS, GROUPS).map("({0[0]}|{0[1]})".format)),
    max_size=5,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text(LETTERS, max_size=12))
def test_both_engines_answer_alike(pattern: str, text: str) -> None:
    if refuse(pattern) is None:
        answers = [compile_pattern(pattern, engine).full(text) is not None for engine in ("re", "re2")]
        assert answers[0] is answers[1]


@settings(max_examples=150, deadline=None)
@given(PATTERNS, st.text("ab1", min_size=1, max_size=3))
def test_what_loads_is_linear(pattern: str, seed: str) -> None:
    """Test that `re` matches a long text that fails at its end in far less than quadratic time, if the pattern is
    accepted.
    """
    if refuse(pattern) is None:
        full = re.compile(pattern, re.ASCII).fullmatch
        start = time.process_time()
        full(seed * 20_000 + "!")
        assert time.process_time() - start < 0.5


# ---- Steps of a backtracking engine, counted ---------------------------------------------------------------------------

EXPONENTIAL = [  # each takes exponential or at least quadratic time with `re`
    "[A-Z ]{0,32}[A-Z ]{0,32}[A-Z ]{0,32}[A-Z ]{0,32}!", "[a-z]{0,20}[a-z]{0,20}[a-z]{0,20}!", "a?" * 20 + "b",
    "(|a)" * 20 + "b", "(a|)" * 20 + "b", "(a?){20}b", "(a{0,2}){20}b", "(|a){20}b", "(ab|ab?)" * 12 + "c", "(a|aa){20}b",
    "(?:a|ab?)(?:b|ba?)" * 10 + "c", "[ab]?" * 12 + "!", "(ab?|b?a){12}!", "(a?b?){12}c", r"\d{1,9}\d{1,9}\d{1,9}x",
    "(?:[ab]{1,2}){15}c", "(a?a)*b", "(a|b|ab)*c", "a*a?a*b", "(a{1,3}a{1,3})*b", "([ab]|(?:a|b))+c",
]  # fmt: skip


def steps(pattern: str, text: str) -> int:
    matcher = Steps(pattern)
    matcher.match(text, full=True)
    return matcher.count


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_a_pattern_with_too_many_choices_is_refused(pattern: str) -> None:
    found = refuse(pattern)
    assert found is not None and "R025" == found[0]


def test_the_counter_sees_what_is_exponential() -> None:
    with pytest.raises(TooMany):
        steps("a?" * 25 + "b", "a" * 25)


SEEDS = ["a", "b", "ab", "aab", "a1", "A", "AB ", "1", "a,", "ALPHA 1", "A1, "]


@pytest.mark.parametrize("pattern", [pattern for pattern in FINE if pattern])
@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_text_takes_twice_the_steps(pattern: str, seed: str) -> None:
    assert_linear(pattern, seed)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, st.text("ab1,", min_size=1, max_size=3))
def test_what_is_generated_and_accepted_takes_linear_steps(pattern: str, seed: str) -> None:
    if refuse(pattern) is None:
        assert_linear(pattern, seed)


def assert_linear(pattern: str, seed: str) -> None:
    """Assert that a text of 2n repetitions takes at most 2.2 times the steps of n repetitions, plus an allowance for
    short texts. The match fails at the end of the text or not at all.
    """
    for end in ("!", ""):
        once, twice = (steps(pattern, seed * size + end) for size in (40, 80))
        assert twice <= 2.2 * once + 50 * regex_subset.MAX_CHOICES, (pattern, seed, once, twice)
