"""Escape document text for each output format."""

from __future__ import annotations

import re

# Characters that move the cursor, end a line, are invisible, reorder text, or cannot be encoded: C0, C1 and DEL; soft
# hyphen; zero-width and bidi controls; line and paragraph separators; interlinear marks; surrogates; the byte order
# mark; noncharacters; tag characters. (`re.sub` compiles patterns on first use; compiling at import would cost 3 ms.)
_INVISIBLE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_MARKDOWN = r"[\\`*_\[\]<>#|~$&@^]|:(?=//)|(?<=www)\."
COMMAND = "##(?=\\[|vso\\[)"  # begins a command to an Azure Pipelines agent, anywhere in a line
_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # characters that can begin a formula, including full-width forms
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
    """Return the text as one line, with control, invisible, and reordering characters replaced by escapes such as
    `\\x1b`.

    `##[` and `##vso[`, which Azure Pipelines runs as commands anywhere in a line, become `#\\#[` and `#\\#vso[`.
    """
    if "##" in text:
        text = re.sub(COMMAND, r"#\\#", text, flags=re.I)
    return text if text.isascii() and text.isprintable() else re.sub(_INVISIBLE, _escape, text)


def dumps(value: object, indent: int | None = None) -> str:
    """Return the value as JSON in which strings cannot act as commands to Azure Pipelines. JSON parsers still read the
    same value.
    """
    import json  # 3 ms, and only for formats made of JSON

    return re.sub(COMMAND, r"#\\u0023", json.dumps(value, indent=indent), flags=re.I)


def line_start(line: str) -> str:
    """Return the line, preceded by a backslash if GitHub Actions would read it as a command."""
    return "\\" + line if line.lstrip().startswith("::") else line


def json_text(text: str) -> str:
    """Return the text with lone surrogates escaped, so that it can be encoded as UTF-8."""
    return text if text.isascii() else re.sub(_SURROGATE, _escape, text)


def xml_text(text: str) -> str:
    """Return the text with the characters that XML 1.0 forbids replaced by escapes. The XML writer escapes markup."""
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


_UNBROKEN = re.compile(r"\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[A-Z]{3}-[0-9]{3})\b")


def html_message(text: str) -> str:
    """Return a message escaped for HTML content, with its dates and rule ids protected from line breaks at a hyphen."""
    return _UNBROKEN.sub(r'<span class="unbroken">\g<0></span>', html_text(text))


def markdown_cell(text: str) -> str:
    """Return the text escaped for a Markdown table cell, so that it produces no markup, mentions, or links."""
    return re.sub(_MARKDOWN, lambda match: f"&#{ord(match[0])};", visible(text))


def csv_cell(text: str) -> str:
    """Return the text for a CSV cell, preceded by an apostrophe if a spreadsheet would read it as a formula."""
    shown = visible(text)
    return "'" + shown if shown.lstrip(" '\"")[:1] in _FORMULA else shown


def github_message(text: str) -> str:
    """Return the text escaped for use as the message of a GitHub workflow command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """Return the text escaped for use as a property value of a GitHub workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def uri(path: str) -> str:
    """Return a path as a percent-encoded URI reference. An absolute path becomes a `file:` URI."""
    from urllib.parse import quote_from_bytes

    raw = path.replace("\\", "/").encode("utf-8", "surrogateescape")
    if raw.startswith(b"./"):
        raw = raw[2:]
    prefix = "file://" if raw.startswith(b"/") else ""
    return prefix + quote_from_bytes(raw, safe="/-._~")
