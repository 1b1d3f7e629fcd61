"""Generate synthetic telegrams of every era and layout, with a truth file of the defects planted in them.

    write(count, seed, defects, out) -> Written

Templates, word lists and defects are data (`rules/synth/*.yaml`). Equal count, seed, share of defects and data give
equal bytes on every machine.
"""

from __future__ import annotations

from .generator import Made, Planted, make
from .writers import Written, write

__all__ = ["Made", "Planted", "Written", "make", "write"]
