"""Generate playlists of any size, the same on every run, for paging tests and benchmarks."""

from dataclasses import replace
from types import MappingProxyType

from .model import LISTENER, Catalogue, CataloguePlaylist, EntryKind, PlaylistEntry, Recording

_FIRST_WORDS = (
    "Amber",
    "Border",
    "Copper",
    "Distant",
    "Early",
    "Faded",
    "Golden",
    "Hollow",
    "Iron",
    "Juniper",
)
_SECOND_WORDS = (
    "Avenue",
    "Bridges",
    "Canyon",
    "Drift",
    "Engines",
    "Fields",
    "Garden",
    "Harbour",
    "Islands",
)
_ALBUM_SIZE = 12


def _recording(number: int) -> Recording:
    """Make the recording with this number, counted from 0; artist and album follow from it."""
    album_number, track_index = divmod(number, _ALBUM_SIZE)
    artist = f"Test Ensemble {album_number // 3 + 1}"
    first = _FIRST_WORDS[number % len(_FIRST_WORDS)]
    second = _SECOND_WORDS[number // len(_FIRST_WORDS) % len(_SECOND_WORDS)]
    return Recording(
        key=f"large-{number:06d}",
        artists=(artist,),
        title=f"{first} {second} {number + 1}",
        album=f"Volume {album_number + 1}",
        album_artist=artist,
        track_number=track_index + 1,
        disc_number=1,
        total_tracks=_ALBUM_SIZE,
        year=1970 + album_number % 50,
        length_ms=90_000 + number * 7_919 % 240_000,
        isrc=f"ZZLRG{20 + number // 100_000:02d}{number % 100_000:05d}",
        genres=("test",),
    )


def large_playlist(count: int) -> tuple[tuple[Recording, ...], CataloguePlaylist]:
    """Return that many distinct recordings and the playlist (key `large`) that holds them in order."""
    recordings = tuple(_recording(number) for number in range(count))
    entries = tuple(PlaylistEntry(EntryKind.RECORDING, recording.key) for recording in recordings)
    return recordings, CataloguePlaylist("large", f"Large list of {count}", LISTENER, "", entries)


def with_large_playlist(catalogue: Catalogue, count: int) -> Catalogue:
    """Return the catalogue with the large playlist and its recordings added."""
    recordings, playlist = large_playlist(count)
    return replace(
        catalogue,
        recordings=MappingProxyType(
            {
                **catalogue.recordings,
                **{recording.key: recording for recording in recordings},
            }
        ),
        playlists=MappingProxyType({**catalogue.playlists, playlist.key: playlist}),
    )
