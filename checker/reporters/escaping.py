"""What documents say, made harmless for each kind of output."""

from __future__ import annotations

import re

# Everything that moves a cursor, ends a line, hides, reorders or cannot be written: C0, C1 and DEL; soft hyphen;
# zero-width and bidi controls; line and paragraph separators; interlinear marks; surrogates; the byte order mark;
# noncharacters; tag characters. (`re.sub` compiles each pattern when it is first needed: these cost 3 ms at start-up.)
_UNSEEN = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_MARKDOWN = r"[\\`*_\[\]<>#|~$&@^]|:(?=//)|(?<=www)\."
_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")  # how a formula can begin, full-width forms too
_SURROGATE = "[\ud800-\udfff]"
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def _sign(letter: re.Match[str]) -> str:
    code = ord(letter[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str) -> str:
    """The text with each control, invisible or reordering character as an escape such as `\\x1b`; one line."""
    return text if text.isascii() and text.isprintable() else re.sub(_UNSEEN, _sign, text)


def line_start(line: str) -> str:
    """A line for a log that some runners read for commands: one that begins like a command gets a backslash."""
    return "\\" + line if line.lstrip().startswith(("::", "##[", "##vso[")) else line


def whole(text: str) -> str:
    """The text with lone surrogates as escapes, so that it can be written as UTF-8 by any JSON reader."""
    return text if text.isascii() else re.sub(_SURROGATE, _sign, text)


def xml_text(text: str) -> str:
    """The text with what XML 1.0 cannot hold as escapes; markup is left to the XML writer."""
    return re.sub(_NOT_XML, _sign, text)


def html_text(text: str) -> str:
    """The text for HTML content and quoted attributes, controls shown as escapes."""
    return (
        visible(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


def markdown_cell(text: str) -> str:
    """The text for a cell of a Markdown table: nothing in it is markup, mention or link."""
    return re.sub(_MARKDOWN, lambda sign: f"&#{ord(sign[0])};", visible(text))


def csv_cell(text: str) -> str:
    """The text for a spreadsheet: what begins like a formula gets an apostrophe."""
    shown = visible(text)
    return "'" + shown if shown.lstrip(" '\"")[:1] in _FORMULA else shown


def github_message(text: str) -> str:
    """The text as the message of a workflow command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """The text as a property of a workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def uri(path: str) -> str:
    """A path as a URI reference: relative stays relative, every byte that is not plain is percent-encoded."""
    from urllib.parse import quote_from_bytes

    raw = path.replace("\\", "/").encode("utf-8", "surrogateescape")
    if raw.startswith(b"./"):
        raw = raw[2:]
    prefix = "file://" if raw.startswith(b"/") else ""
    return prefix + quote_from_bytes(raw, safe="/-._~")
