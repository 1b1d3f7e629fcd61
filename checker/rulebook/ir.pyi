from typing import Any

Code = list[Any]
Data = dict[str, Any]
Free = Any
