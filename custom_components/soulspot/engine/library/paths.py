"""Make names that every file system takes, and keep them inside the library folder."""

from dataclasses import dataclass
import os
from pathlib import Path, PurePosixPath
import re

from ..errors import InputError, StorageError
from .formats import FORMATS
from .names import MAXIMUM_NAME_BYTES, UNKNOWN, name_key, safe_name
from .storage import displayable
from .tag_set import TagSet

TEMPLATE_FIELDS = (
    "title",
    "artist",
    "albumartist",
    "album",
    "track",
    "disc",  # Only when the release has several.
    "year",
    "originalyear",
    "genre",
    "isrc",
    "playlist",
)
MAXIMUM_PATH_BYTES = 480
_MAXIMUM_DEPTH = 8
_NUMBERS = ("track", "disc")
_TOKEN = re.compile(
    r"\{(?P<field>[a-z]+)(?::(?P<width>0[1-6]))?\}|(?P<mark>[\[\]])|(?P<text>[^{}\[\]]+)|(?P<bad>.)",
    re.DOTALL,
)

# --- Templates -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """Hold a piece of a template: literal text, a field, or a group that needs its fields."""

    text: str = ""
    field: str = ""
    width: int = 0
    group: tuple[_Part, ...] | None = None


def validate_template(template: str) -> None:
    """Raise InputError `invalid_template` with placeholder `problem` unless the template can be used.

    A template is text with fields in braces (`TEMPLATE_FIELDS`; `{track:02}` pads with zeros), slashes
    between folders, and optional parts in brackets that vanish when a field in them is empty. The
    extension is added. `problem` is a word: `empty`, `syntax`, `field`, `no_title`, `folders`.
    """
    _parse(template)


def _parse(template: str) -> tuple[_Part, ...]:
    """Return the template's parts, or raise InputError."""
    parts: list[_Part] = []
    group: list[_Part] | None = None
    for match in _TOKEN.finditer(template):
        target = parts if group is None else group
        if match["bad"]:
            raise _template_error("syntax", match["bad"])
        if match["mark"] == "[":
            if group is not None:
                raise _template_error("syntax", "[")
            group = []
        elif match["mark"] == "]":
            if group is None or not any(part.field for part in group):
                raise _template_error("syntax", "]")
            parts.append(_Part(group=tuple(group)))
            group = None
        elif match["field"]:
            target.append(_field_part(match["field"], match["width"]))
        else:
            target.append(_Part(text=match["text"]))
    if group is not None:
        raise _template_error("syntax", "[")
    _check_shape(template, parts)
    return tuple(parts)


def _field_part(field: str, width: str | None) -> _Part:
    """Return the part of a field, or raise InputError for one that does not exist."""
    if field not in TEMPLATE_FIELDS:
        raise _template_error("field", field)
    if width and field not in _NUMBERS:
        raise _template_error("syntax", f"{field}:{width}")
    return _Part(field=field, width=int(width or 0))


def _check_shape(template: str, parts: list[_Part]) -> None:
    """Require a title, sane folders and no way up."""
    if not template.strip():
        raise _template_error("empty", "")
    components = re.sub(r"[\[\]]", "", template).split("/")
    if (
        len(components) > _MAXIMUM_DEPTH
        or any(not text.strip(" .") for text in components)
        or "\\" in template
    ):
        raise _template_error("folders", template)
    if not any(part.field == "title" for part in parts):
        raise _template_error("no_title", "title")


def _template_error(problem: str, detail: str) -> InputError:
    """Return the error for a template that cannot be used."""
    return InputError("invalid_template", problem=problem, detail=displayable(detail))


def library_path(
    template: str, tags: TagSet, format_name: str, *, playlist: str = ""
) -> PurePosixPath:
    """Return where a track goes, relative to the library folder, extension included.

    Whatever the tags hold, the result is relative, has no "..", and every part is a `safe_name`; all
    together at most 480 bytes. Missing fields outside brackets become "Unknown". InputError
    `invalid_template`.
    """
    values = _values(tags, playlist)
    # A slash of the template separates; one inside a value has become "_" before.
    text = "".join(_render(part, values) for part in _parse(template))
    extension = "." + FORMATS[format_name].extensions[0]
    *folders, name = [part for part in text.split("/") if part.strip()] or [UNKNOWN]
    names = [
        *(safe_name(folder) for folder in folders),
        safe_name(name, maximum_bytes=MAXIMUM_NAME_BYTES - 5),
    ]
    while len("/".join(names).encode()) + len(extension) > MAXIMUM_PATH_BYTES:
        longest = max(range(len(names)), key=lambda index: len(names[index].encode()))
        names[longest] = safe_name(names[longest], maximum_bytes=len(names[longest].encode()) - 8)
    return PurePosixPath(*names[:-1], safe_name(names[-1] + extension))


def _values(tags: TagSet, playlist: str) -> dict[str, str]:
    """Return the value of every template field, "" when unknown."""
    artist = tags.artist or ", ".join(tags.artists)
    original = tags.originaldate or tags.date
    several_discs = (tags.totaldiscs or 0) > 1 or (tags.discnumber or 0) > 1
    return {
        "title": tags.title or "",
        "artist": artist,
        "albumartist": tags.albumartist or artist,
        "album": tags.album or "",
        "track": str(tags.tracknumber or ""),
        "disc": str(tags.discnumber or "") if several_discs else "",
        "year": (tags.date or "")[:4],
        "originalyear": (original or "")[:4],
        "genre": tags.genre[0] if tags.genre else "",
        "isrc": tags.isrc[0] if tags.isrc else "",
        "playlist": playlist,
    }


def _render(part: _Part, values: dict[str, str]) -> str:
    """Return a part's text; groups are empty when one of their fields is."""
    if part.group is not None:
        if any(
            member.field and not safe_name(values[member.field], fallback="")
            for member in part.group
        ):
            return ""
        return "".join(_render(member, values) for member in part.group)
    if not part.field:
        return part.text
    value = values[part.field]
    if not value and part.field in _NUMBERS:
        value = "0"
    return safe_name(value.zfill(part.width) if value else value)


# --- Inside the library ------------------------------------------------------------------------


def resolve_inside(library: Path, relative: PurePosixPath) -> Path:
    """Return the absolute path, or raise StorageError `outside_library`, symbolic links followed."""
    problem = StorageError("outside_library", path=displayable(str(relative)))
    if relative.is_absolute() or not relative.parts or ".." in relative.parts:
        raise problem
    root = library.resolve()
    target = root.joinpath(*relative.parts)
    if not target.parent.resolve().is_relative_to(root) or target.is_symlink():
        raise problem
    return target


def existing_spelling(library: Path, folder: Path) -> Path:
    """Return the folder under the spelling it has on the disk, where case or composition differ."""
    found = library
    for part in folder.relative_to(library).parts:
        found = find_name(found, part) or found / part
    return found


def find_name(folder: Path, name: str) -> Path | None:
    """Return what some file system would take for `name` in the folder, None when nothing is there."""
    if os.path.lexists(folder / name):
        return folder / name
    if not folder.is_dir():
        return None
    key = name_key(name)
    with os.scandir(folder) as entries:
        return next(
            (folder / entry.name for entry in entries if name_key(entry.name) == key),
            None,
        )
