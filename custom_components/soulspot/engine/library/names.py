"""Make single file and folder names that every file system takes."""

from collections.abc import Iterator
import re
import unicodedata

# ext4, Btrfs, NTFS and SMB end at 255; " (2)" and the like need room.
MAXIMUM_NAME_BYTES = 240
UNKNOWN = "Unknown"
_MOST_ALTERNATIVES = 1000

# Windows and SMB forbid these; Linux only the slash.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Emoji and several scripts need these invisible marks; all others go.
_JOINERS = "\u200c\u200d"
_RESERVED = frozenset(
    [
        *("con", "prn", "aux", "nul", "conin$", "conout$", "clock$"),
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"),
    ]
)


def safe_name(
    text: str, *, fallback: str = UNKNOWN, maximum_bytes: int = MAXIMUM_NAME_BYTES
) -> str:
    """Return the text as one file or folder name for Linux, macOS, Windows and SMB.

    Rules: Microsoft's "Naming files, paths, and namespaces"; no control, invisible or direction
    marks; NFC; no leading dot (hidden), no trailing dot or blank; at most `maximum_bytes` of UTF-8.
    """
    name = unicodedata.normalize("NFC", "".join(map(_safe_character, text)))
    name = _FORBIDDEN.sub("_", re.sub(r"\s+", " ", name)).strip()
    if name.startswith("..."):
        name = "…" + name[3:]
    name = _cut(name, maximum_bytes).rstrip(". ").lstrip(" ")
    if name.startswith("."):
        name = "_" + name[1:]
    stem, dot, rest = name.partition(".")
    if stem.rstrip(" ").casefold() in _RESERVED:
        name = (
            f"{_cut(stem.rstrip(' '), maximum_bytes - len((dot + rest).encode()) - 1)}_{dot}{rest}"
        )
    return name if name.strip(_JOINERS + " .") else fallback


def _safe_character(character: str) -> str:
    """Return what stands for a character in a name: itself, a blank, or nothing."""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r":
        return " "
    is_mark = category in ("Cc", "Cs") or (category == "Cf" and character not in _JOINERS)
    return "" if is_mark or _is_no_character(ord(character)) else character


def _is_no_character(code: int) -> bool:
    """Tell whether Unicode will never give this code a meaning."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _cut(text: str, maximum_bytes: int) -> str:
    """Shorten to so many bytes of UTF-8, never inside a character or before its combining marks."""
    if len(text.encode()) <= maximum_bytes:
        return text
    kept = text.encode()[: max(maximum_bytes, 0)].decode(errors="ignore")
    following = text[len(kept) : len(kept) + 1]
    while kept and following and (unicodedata.combining(following) or following in _JOINERS):
        kept, following = kept[:-1], kept[-1]
    return kept.rstrip(_JOINERS)


def alternatives(name: str) -> Iterator[str]:
    """Yield a name, and then the names it may have while others have it, at most a thousand."""
    yield name
    yield from (numbered(name, number) for number in range(2, _MOST_ALTERNATIVES + 1))


def numbered(name: str, number: int) -> str:
    """Return "name (2).ext" for a name whose place is taken."""
    stem, extension = _split_extension(name)
    suffix = f" ({number}){extension}"
    return _cut(stem, 255 - len(suffix.encode())).rstrip(". ") + suffix


def _split_extension(name: str) -> tuple[str, str]:
    """Split off a short last extension, dot included."""
    stem, dot, extension = name.rpartition(".")
    return (stem, dot + extension) if dot and stem and len(extension) <= 5 else (name, "")


def name_key(name: str) -> str:
    """Return what two names share when some file system takes them for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
