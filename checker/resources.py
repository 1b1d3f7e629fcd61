"""The version, and the paths of shipped data folders in a checkout, an editable install and a wheel."""

import os

VERSION = "0.1.0"  # a constant, because asking importlib.metadata costs 43 ms; a test compares it with pyproject.toml

_HERE = os.path.dirname(os.path.abspath(__file__))


def data_dir(name: str) -> str:
    """Return the absolute path of the shipped folder `name` ("rules" or "schemas")."""
    packed = os.path.join(_HERE, "_data", name)
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(_HERE), name)
