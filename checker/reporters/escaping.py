"""Escape text from documents for each kind of output."""

from __future__ import annotations

import re

# Everything that moves the cursor, ends a line, hides, reorders or cannot be encoded: C0, C1 and DEL; soft hyphen;
# zero-width and bidi controls; line and paragraph separators; interlinear marks; surrogates; the byte order mark;
# noncharacters; tag characters. (`re.sub` compiles patterns on first use: at import it would cost 3 ms.)
_INVISIBLE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_MARKDOWN = r"[\\`*_\[\]<>#|~$&@^]|:(?=//)|(?<=www)\."
COMMAND = "##(?=\\[|vso\\[)"  # a command to the runners of Azure Pipelines, wherever it appears in a line
_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # first characters of a formula, full-width forms included
_SURROGATE = "[\ud800-\udfff]"
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str) -> str:
    """Return the text as one line, with control, invisible and reordering characters as escapes such as `\\x1b`.

    `##[` and `##vso[`, which some build runners obey anywhere in a line, become `#\\#[` and `#\\#vso[`.
    """
    if "##" in text:
        text = re.sub(COMMAND, r"#\\#", text, flags=re.I)
    return text if text.isascii() and text.isprintable() else re.sub(_INVISIBLE, _escape, text)


def dumps(value: object, indent: int | None = None) -> str:
    """Return JSON in which no string is a command to a build runner. A JSON reader gets the same value."""
    import json  # 3 ms, and only for formats made of JSON

    return re.sub(COMMAND, r"#\\u0023", json.dumps(value, indent=indent), flags=re.I)


def line_start(line: str) -> str:
    """Return a line with a backslash in front if GitHub Actions would read it as a command."""
    return "\\" + line if line.lstrip().startswith("::") else line


def json_text(text: str) -> str:
    """Return the text with lone surrogates escaped, so that it can be encoded as UTF-8."""
    return text if text.isascii() else re.sub(_SURROGATE, _escape, text)


def xml_text(text: str) -> str:
    """Return the text with characters that XML 1.0 forbids escaped. The XML writer escapes markup."""
    return re.sub(_NOT_XML, _escape, text)


def html_text(text: str) -> str:
    """Return the text escaped for HTML content and quoted attributes, with control characters made visible."""
    return (
        visible(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


def markdown_cell(text: str) -> str:
    """Return the text escaped for a Markdown table cell, without markup, mentions, or links."""
    return re.sub(_MARKDOWN, lambda match: f"&#{ord(match[0])};", visible(text))


def csv_cell(text: str) -> str:
    """Return the text for a spreadsheet cell, preceded by an apostrophe if it would be read as a formula."""
    shown = visible(text)
    return "'" + shown if shown.lstrip(" '\"")[:1] in _FORMULA else shown


def github_message(text: str) -> str:
    """Return the text escaped for use as a workflow command's message."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """Return the text escaped for use as a workflow command's property."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def uri(path: str) -> str:
    """Return a path as a percent-encoded URI reference. A relative path remains relative."""
    from urllib.parse import quote_from_bytes

    raw = path.replace("\\", "/").encode("utf-8", "surrogateescape")
    if raw.startswith(b"./"):
        raw = raw[2:]
    prefix = "file://" if raw.startswith(b"/") else ""
    return prefix + quote_from_bytes(raw, safe="/-._~")
