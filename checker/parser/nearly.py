"""How far two spellings are apart, letter against letter, and whether a person may have made the difference.

People leave letters out, put two in the wrong order, hit the key beside the right one. A noisy line and a scanner
exchange one letter for any other and leave every letter around it where it was.
"""

from __future__ import annotations

_ROWS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_SOUNDS = "AEIOUY"


def apart(one: str, other: str, most: int) -> list[int] | None:
    """The places where two texts of one length differ; `None` where they are more than `most` or differ in length."""
    if len(one) != len(other):
        return None
    half = len(one) // 2
    if most < 2 and one[:half] != other[:half] and one[half:] != other[half:]:
        return None  # mostly so, and seen without going from letter to letter
    found = []
    for place, (letter, second) in enumerate(zip(one, other, strict=True)):
        if letter != second:
            found.append(place)
            if len(found) > most:
                return None
    return found


def is_slip(wrong: str, right: str) -> bool:
    """Whether a person may have written `wrong` for `right`, texts of one length: a key beside the right one, a vowel
    for a vowel, two letters in the wrong order."""
    places = [place for place in range(len(right)) if wrong[place] != right[place]]
    if len(places) == 1:
        return _is_beside(wrong[places[0]], right[places[0]])
    return len(places) == 2 and sorted(wrong) == sorted(right)


def _is_beside(one: str, other: str) -> bool:
    if one in _SOUNDS and other in _SOUNDS:
        return True
    for number, row in enumerate(_ROWS):
        at = row.find(other)
        if at >= 0:
            near = row[max(0, at - 1) : at + 2]
            if number:
                near += _ROWS[number - 1][at : at + 2]
            if number < len(_ROWS) - 1:
                near += _ROWS[number + 1][max(0, at - 1) : at + 1]
            return one in near and (one.isdigit() == other.isdigit())
    return False
