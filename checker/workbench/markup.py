"""Render pages from templates. All output is escaped for HTML, and control characters are made visible."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from ..reporters.escaping import html_text, visible
from ..resources import VERSION

FOLDER = os.path.dirname(os.path.abspath(__file__))
STATIC = os.path.join(FOLDER, "static")


def environment() -> Environment:
    """Return the template environment. It escapes all output, and raises an error for an undefined name."""
    made = Environment(
        loader=FileSystemLoader(os.path.join(FOLDER, "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"count": count, "share": share, "day": day, "telegram": telegram_text}
    made.globals |= {"version": VERSION}
    return made


def _shown(value: object) -> object:
    """Return a value as templates print it.

    None becomes an empty string, and characters that hide or reorder text are replaced.
    """
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def count(value: object) -> str:
    """Return a number with commas as thousands separators, or any other value as text."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def share(part: float, whole: float) -> str:
    """Return `part` as a percentage of `whole`, or a dash if `whole` is 0."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def day(value: object) -> str:
    """Return a date in ISO 8601, "" for `None`, or any other value as text."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def telegram_text(text: str) -> Markup:
    """Return text as HTML. Control and reordering characters, except tabs and line feeds, are shown as escapes."""
    return Markup("".join(part if part in "\t\n" else html_text(part) for part in re.split("([\t\n])", text)))


class Pages:
    """The templates, with the values that every page needs: navigation, highest marking, and session."""

    def __init__(self, shared: Mapping[str, object]) -> None:
        self._environment = environment()
        self._environment.globals |= dict(shared)

    def page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Render a template as an HTML response."""
        return HTMLResponse(self._environment.get_template(template).render(values), status)
