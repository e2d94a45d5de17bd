"""Name folders and files in the many ways people do."""

from dataclasses import dataclass
from enum import StrEnum
import random
import unicodedata

from simulators.audio import Profile


class NamingStyle(StrEnum):
    """Name one habit of naming."""

    TIDY = "Artist\\Album (Year) [FLAC]\\01 - Title"
    YEAR_FIRST = "Artist\\Year - Album\\01 Title"
    LOWER_CASE = "artist\\album\\01 title"
    SCENE = "artist-album-year-grp\\01-artist-title"
    COMPILATION = "VA - Something\\07 - Artist - Title"
    FLAT = "Downloads\\Artist - Title"
    UNDERSCORES = "Artist_-_Album\\01_-_Title"
    DISC_TRACK = "Artist - Album\\1-01 Title"
    FORWARD = "Artist/Album/01. Title"
    EVERYTHING = "Album\\Artist - Album - 01 - Title"

    @property
    def shows_album(self) -> bool:
        """Tell whether the album's name stands in the path."""
        return self not in (NamingStyle.COMPILATION, NamingStyle.FLAT)


ALBUM_STYLES = tuple(style for style in NamingStyle if style.shows_album)

_LABELS = {
    Profile.FLAC_16_44: "FLAC",
    Profile.FLAC_24_48: "24-48 FLAC",
    Profile.FLAC_FROM_MP3: "FLAC",
    Profile.MP3_320: "320",
    Profile.MP3_V0: "V0",
    Profile.MP3_V2: "V2",
    Profile.MP3_192: "MP3",
    Profile.MP3_128: "MP3",
    Profile.OGG_Q6: "OGG",
    Profile.M4A_256: "AAC",
}
_ROOTS = ("Music", "music", "shared\\Music", "Audio", "!New", "My Music", "mp3")
_COMPILATIONS = (
    "VA - Free Culture Sampler (2019)",
    "Various Artists - Commons Collection Vol. 2",
    "VA - Late Night Mix",
)


@dataclass(frozen=True, slots=True)
class Naming:
    """Hold what a path is made of; `artist` is the one the folder is named after."""

    artist: str
    title: str
    album: str
    year: int
    disc: int
    track: int
    profile: Profile
    extension: str


def _allowed(text: str) -> str:
    """Replace what Windows does not allow in names, as most rippers do."""
    replaced = text.translate({ord(char): "_" for char in "<>|:*?/\\"})
    straight = replaced.translate({0x201C: None, 0x201D: None, ord('"'): None, 0x2019: "'"})
    return straight.strip(" .")


def plain_letters(text: str) -> str:
    """Return the text without accents on Latin letters, as many people type it."""
    parts = (unicodedata.normalize("NFD", char) for char in text)
    return "".join(
        part[0] if part[0].isascii() else unicodedata.normalize("NFC", part) for part in parts
    )


def share_root(source: random.Random, has_prefix: bool) -> str:
    """Return the start of every path of one peer, with the random prefix of SoulseekQt or without."""
    root = source.choice(_ROOTS)
    if not has_prefix:
        return root
    prefix = "".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=5))
    return f"@@{prefix}\\{root}"


def remote_path(style: NamingStyle, root: str, naming: Naming) -> str:
    """Return the full remote path of a file."""
    artist, title, album = (_allowed(text) for text in (naming.artist, naming.title, naming.album))
    number, extension = f"{naming.track:02d}", naming.extension
    match style:
        case NamingStyle.TIDY:
            folder = f"{artist}\\{album} ({naming.year}) [{_LABELS[naming.profile]}]"
            path = f"{folder}\\{number} - {title}.{extension}"
        case NamingStyle.YEAR_FIRST:
            path = f"{artist}\\{naming.year} - {album}\\{number} {title}.{extension}"
        case NamingStyle.LOWER_CASE:
            path = f"{artist}\\{album}\\{number} {title}.{extension}".lower()
        case NamingStyle.SCENE:
            words = [text.lower().replace(" ", "_") for text in (artist, album, title)]
            folder = f"{words[0]}-{words[1]}-web-{naming.year}-cmn"
            path = f"{folder}\\{number}-{words[0]}-{words[2]}.{extension}"
        case NamingStyle.COMPILATION:
            folder = _COMPILATIONS[len(title) % len(_COMPILATIONS)]
            path = f"{folder}\\{len(title) % 20 + 1:02d} - {artist} - {title}.{extension}"
        case NamingStyle.FLAT:
            path = f"Downloads\\{artist} - {title}.{extension}"
        case NamingStyle.UNDERSCORES:
            path = f"{artist} - {album}\\{number} - {title}.{extension}".replace(" ", "_")
        case NamingStyle.DISC_TRACK:
            path = f"{artist} - {album}\\{naming.disc}-{number} {title}.{extension}"
        case NamingStyle.FORWARD:
            return f"{root}\\{artist}\\{album}\\{number}. {title}.{extension}".replace("\\", "/")
        case NamingStyle.EVERYTHING:
            path = f"{album}\\{artist} - {album} - {number} - {title}.{extension}"
    return f"{root}\\{path}"
