"""Tell what kind of list a text is, and read it."""

from ..errors import InputError
from . import csv_list, jspf, m3u, pasted
from .models import MAXIMUM_BYTES, MAXIMUM_LINES, ListBuilder, ListKind, ParsedList, clean
from .text import decode, split_lines


def parse_list(
    content: bytes | str, *, name: str | None = None, kind: ListKind | None = None
) -> ParsedList:
    """Read a list of tracks; the kind is told by its content unless it is given.

    `name` wins over the one in the list. At most 50,000 lines are read; what cannot be read is in
    `problems` by its line. Raises InputError `list_too_large` beyond 10 MB.
    """
    if len(content) > MAXIMUM_BYTES:
        raise InputError("list_too_large", maximum=str(MAXIMUM_BYTES // 1_000_000))
    text = (decode(content) if isinstance(content, bytes) else content).removeprefix("\ufeff")
    document = jspf.load(text) if kind in (None, ListKind.JSPF) else None
    lines, is_cut = ([], False) if document is not None else split_lines(text, MAXIMUM_LINES)
    layout = csv_list.find_layout(lines) if kind in (None, ListKind.CSV) else None
    if kind is None:
        kind = _detect(lines, has_document=document is not None, has_layout=layout is not None)
    builder = ListBuilder(kind=kind, is_cut=is_cut)
    match kind:
        case ListKind.JSPF:
            jspf.read(document or {}, builder)
        case ListKind.M3U:
            m3u.read(lines, builder)
        case ListKind.CSV:
            csv_list.read(lines, layout or csv_list.PLAIN_LAYOUT, builder)
        case ListKind.PASTED:
            pasted.read(lines, builder)
    builder.name = clean(name or builder.name or "") or None
    return builder.close()


def _detect(lines: list[str], *, has_document: bool, has_layout: bool) -> ListKind:
    """Name the kind by what was found."""
    if has_document:
        return ListKind.JSPF
    if m3u.looks_like(lines):
        return ListKind.M3U
    return ListKind.CSV if has_layout else ListKind.PASTED
