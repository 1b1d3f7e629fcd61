"""Bytes to text in one stated order, so that the same bytes are the same letters on every machine.

The order: a byte order mark decides; else UTF-8, strictly; else Windows-1252 when every byte is defined there and one
of the bytes 80-9F occurs; else ISO-8859-1, in which every byte is a letter. The last two leave a note. NULs, form feeds
and CR LF stay as they are; a byte order mark is no part of the text.
"""

from __future__ import annotations

from ..trouble import InputTrouble

_SAMPLE = 8192
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
# all control bytes but backspace, tab, line ends, form feed, Ctrl-Z and escape, which old text files do hold
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\b\t\n\v\f\r\x1a\x1b") + b"\x7f"
_UPPER = bytes(range(0x80, 0xA0))
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # in Windows-1252
_SIGNS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document; save it as text"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ", "an xz file; unpack it first"),
)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of `data` and notes on how it was read. Raises `InputTrouble` for what is no text at all."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(codec), ()
            except UnicodeDecodeError as error:
                place = error.start + len(mark)
                raise InputTrouble(f"has a {name} byte order mark but is not {name} at byte {place}") from None
    refuse_binary(data)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        where = f"not UTF-8 at byte {error.start}"
    if len(data) != len(data.translate(None, _UPPER)) and len(data) == len(data.translate(None, _UNDEFINED)):
        return data.decode("cp1252"), (f"{where}: read as Windows-1252",)
    return data.decode("iso-8859-1"), (f"{where}: read as ISO-8859-1",)


def decode_row(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The same for one row of a file, where only the first can have a byte order mark, and it is UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)
    return text.removeprefix("\ufeff"), ()


def refuse_binary(data: bytes) -> None:
    """Raises `InputTrouble` if a twentieth of the first 8 KB are control bytes, or a known sign stands there."""
    for sign, what in _SIGNS:
        if data.startswith(sign):
            raise InputTrouble(f"is not text but {what}")
    sample = data[:_SAMPLE]
    strange = len(sample) - len(sample.translate(None, _CONTROLS))
    if strange * 20 > len(sample):  # in packed or encrypted data a tenth are
        if sample.count(0) * 3 > len(sample):
            raise InputTrouble("is not text: a third of it are NUL bytes (UTF-16 without a byte order mark?)")
        raise InputTrouble("is not text but a binary file")
