"""Generate synthetic telegrams of every era and layout, with a truth file that lists the planted defects.

    write(count, seed, defects, out) -> Written

The templates, word lists, and defects are YAML files (`rules/synth/*.yaml`). The same count, seed, share of defects,
and YAML files produce the same bytes on every machine.
"""

from __future__ import annotations

from .generator import Made, Planted, make
from .writers import Written, write

__all__ = ["Made", "Planted", "Written", "make", "write"]
