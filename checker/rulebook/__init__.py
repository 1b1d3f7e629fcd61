"""The rules: YAML chapters read strictly, compiled, and handed to the engine as a `Rulebook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..shipped import data_dir
from .shelf import Rule, Rulebook

__all__ = ["Rule", "Rulebook", "load"]


def load(
    folders: Sequence[str] | None = None, *, overlays: Sequence[Mapping[str, object]] = (), cache: bool = True
) -> Rulebook:
    """The rules of `folders` (the shipped ones if `None`). Raises `RuleTrouble` with all that is wrong."""
    from . import loading  # reading YAML costs 40 ms and is not needed when the cache is warm

    words, rules = loading.read_folders(list(folders) if folders is not None else [data_dir("rules")])
    return Rulebook([Rule(data) for data in rules], words)
