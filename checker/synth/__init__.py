"""Invented telegrams of every era and layout, with a truth file of the defects planted in them.

    write(count, seed, defects, out) -> Written

The telegrams, their words and the ways to break them are data (`rules/synth/*.yaml`); here is only the machine.
Equal count, seed, share of defects and data give equal bytes, on every machine and for every wrapper.
"""

from __future__ import annotations

from .generator import Made, Planted, make
from .writers import Written, write

__all__ = ["Made", "Planted", "Written", "make", "write"]
