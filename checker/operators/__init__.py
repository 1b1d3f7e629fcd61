"""The table of operators by field type."""

from __future__ import annotations

from .counts import COUNT
from .date_comparison import DATE
from .levels import LEVEL
from .scalars import FLAG, Operator
from .sets import SET
from .texts import TEXT

OPERATORS: dict[str, dict[str, Operator]] = {
    kind: {operator.name: operator for operator in operators}
    for kind, operators in {
        "count": COUNT,
        "date": DATE,
        "flag": FLAG,
        "level": LEVEL,
        "set": SET,
        "text": TEXT,
    }.items()
}
