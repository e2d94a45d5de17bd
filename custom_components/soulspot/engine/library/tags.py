"""Write and read tags, in every format by the names of MusicBrainz Picard."""

from pathlib import Path

from mutagen.id3 import ID3v1SaveOptions

from ..errors import VerificationError
from . import tags_ape, tags_id3, tags_mp4, tags_other, tags_vorbis
from .audio import OpenedAudio, open_audio, parse_audio, parsing
from .formats import supports_tags
from .storage import storage_errors
from .tag_set import Cover, TagSet

_VORBIS_FORMATS = ("flac", "ogg", "opus", "oga")
_APE_FORMATS = ("ape", "wv", "mpc", "tak")


def write_tags(path: Path, tags: TagSet) -> None:
    """Write the known tags into the file in place (work on a copy), keeping all others.

    The names inside the formats are those of Picard's appendix "Tag mappings". Raises VerificationError
    `not_taggable` or `unreadable`, StorageError as in `storage.storage_errors`.
    """
    with storage_errors(path), path.open("rb+") as file:
        opened = parse_audio(path, file)
        if not supports_tags(opened.properties.format):
            raise VerificationError("not_taggable", format=opened.properties.format)
        with parsing(path):
            _apply(opened, tags)
            if opened.properties.format == "mp3":
                # An ID3v1 tag is renewed where there is one, never added.
                version_1 = ID3v1SaveOptions.CREATE if tags_ape.has_id3v1(file) else 0
                ape = tags_ape.find(file)
                if ape is not None:
                    tags_ape.renew(ape, file, tags.to_picard(), tags.cover)
                file.seek(0)
                opened.parsed.save(file, v1=version_1, v2_version=4)
            else:
                file.seek(0)
                opened.parsed.save(file)


def _apply(opened: OpenedAudio, tags: TagSet) -> None:
    """Change the parsed tags in memory."""
    parsed, fields = opened.parsed, tags.to_picard()
    if parsed.tags is None:
        parsed.add_tags()
    match opened.properties.format:
        case "mp3":
            tags_id3.write(parsed.tags, fields, tags.cover)
        case "m4a":
            tags_mp4.write(parsed.tags, fields, tags.cover)
        case _:
            tags_vorbis.write(parsed, fields, tags.cover)


def read_tags(path: Path) -> dict[str, list[str]]:
    """Return all text tags by Picard's names; unknown ones under the file's own names.

    Raises VerificationError `not_audio` or `unreadable`, StorageError `file_vanished` or
    `file_not_readable`.
    """
    return tags_of(open_audio(path), path)


def tags_of(opened: OpenedAudio, path: Path) -> dict[str, list[str]]:
    """Return the tags of a file that is parsed already; the path is only for error texts."""
    tags, format_name = opened.parsed.tags, opened.properties.format
    if tags is None:
        return _read_ape(path) if format_name == "mp3" else {}
    with parsing(path):
        if format_name in _VORBIS_FORMATS:
            return tags_vorbis.read(tags)
        if format_name == "m4a":
            return tags_mp4.read(tags)
        if format_name in _APE_FORMATS or format_name == "wma":
            return tags_other.read(tags, is_asf=format_name == "wma")
        found = tags_id3.read(tags) if hasattr(tags, "getall") else {}
    if format_name == "mp3" and "title" not in found:
        return _read_ape(path) | found
    return found


def _read_ape(path: Path) -> dict[str, list[str]]:
    """Return the tags of an MP3 file that bears them as APEv2; none when it does not."""
    with storage_errors(path, reading=True), path.open("rb") as file, parsing(path):
        ape = tags_ape.find(file)
        return tags_other.read(ape, is_asf=False) if ape is not None else {}


def read_cover(path: Path) -> Cover | None:
    """Return the front cover, else the first picture; None when there is none or it is no picture.

    Errors as in `read_tags`.
    """
    opened = open_audio(path)
    parsed, format_name = opened.parsed, opened.properties.format
    if parsed.tags is None:
        return None
    with parsing(path):
        if format_name in _VORBIS_FORMATS:
            data = tags_vorbis.read_cover(parsed)
        elif format_name == "m4a":
            data = tags_mp4.read_cover(parsed.tags)
        else:
            data = tags_id3.read_cover(parsed.tags) if hasattr(parsed.tags, "getall") else None
    return Cover.from_bytes(data) if data is not None else None
