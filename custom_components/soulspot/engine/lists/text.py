"""Find out how a list's bytes are to be read."""

import codecs
import re

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LOOKED_AT = 4_096


def decode(content: bytes) -> str:
    """Return the text by its byte order mark, else as UTF-16, UTF-8 or Windows-1252; never fails."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    order = _utf_16_order(content[:_LOOKED_AT])
    if order is not None:
        return content.decode(order, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes undefined.
        return content.decode("cp1252", "replace")


def split_lines(text: str, maximum: int) -> tuple[list[str], bool]:
    """Return at most `maximum` lines, and whether there are more; blank ones at the end do not count."""
    lines = _LINE_END.split(text.removeprefix("\ufeff"), maxsplit=maximum)
    if len(lines) <= maximum:
        return lines, False
    return lines[:maximum], bool(lines[maximum].strip())


def _utf_16_order(head: bytes) -> str | None:
    """Name the byte order of UTF-16 without a mark: every other byte of western text is zero."""
    pairs = len(head) // 2
    if pairs < 4:
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[first : pairs * 2 : 2].count(0)
        others = head[1 - first : pairs * 2 : 2].count(0)
        if zeros * 10 >= pairs * 4 and others * 20 <= pairs:
            return encoding
    return None
