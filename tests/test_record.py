"""Test records: fields, defaults, equality, and lazy fields."""

import pickle

from checker.record import Lazy, Record, copied, lazy_fields, pending


class Pair(Record):
    """Two numbers, and a lazy field computed from them."""

    left: int
    right: int = 2
    total: int | None = None


lazy_fields(Pair, "total")


class Triple(Pair):
    """A pair whose inherited field is lazy."""

    third: int = 3


lazy_fields(Triple, "left")


def added(pair, more):
    CALLS.append(more)
    return pair.left + pair.right + more


CALLS = []


def test_fields_defaults_equality_and_words():
    pair = Pair(1)
    assert (1, 2, None) == (pair.left, pair.right, pair.total)
    assert pair == Pair(1, 2)
    assert pair != Pair(2)
    assert "Pair(left=1, right=2, total=None)" == repr(pair)
    assert hash(pair) == hash(Pair(1))


def test_a_late_field_is_made_once_at_the_first_look():
    CALLS.clear()
    pair = Pair(1, total=Lazy(added, 10))
    pair.right = 5
    assert [] == CALLS
    assert 16 == pair.total
    assert 16 == pair.total
    assert [10] == CALLS


def test_a_late_field_can_be_given_at_once_compared_and_stored():
    assert Pair(1, total=Lazy(added, 10)) == Pair(1, total=13)
    assert 13 == pickle.loads(pickle.dumps(Pair(1, total=Lazy(added, 10)))).total


def test_a_copy_makes_late_fields_from_its_own():
    pair = Pair(1, total=Lazy(added, 10))
    other = copied(pair, right=7)
    assert (13, 18) == (pair.total, other.total)
    assert (1, 2) == (pair.left, pair.right)


def test_a_pending_field_has_not_been_computed_yet():
    pair = Pair(1, total=Lazy(added, 10))
    assert (10,) == pending(pair, "total").given
    assert (13, None) == (pair.total, pending(pair, "total"))


def test_an_inherited_field_can_be_lazy_in_one_class_alone():
    triple = Triple(Lazy(lambda record, more: record.right + more, 10))
    assert 10 == pending(triple, "left").given[0]
    assert (12, 1) == (triple.left, Pair(1).left)
