"""Read the tags of formats that we do not write: APEv2 and Windows Media."""

from typing import Any

_APE_NAMES = {
    "album artist": "albumartist",
    "track": "tracknumber",
    "disc": "discnumber",
    "year": "date",
    "musicbrainz_trackid": "musicbrainz_recordingid",
    "musicbrainz_releasetrackid": "musicbrainz_trackid",
}
_ASF_NAMES = {
    "author": "artist",
    "wm/albumtitle": "album",
    "wm/albumartist": "albumartist",
    "wm/artists": "artists",
    "wm/tracknumber": "tracknumber",
    "wm/partofset": "discnumber",
    "wm/year": "date",
    "wm/genre": "genre",
    "wm/isrc": "isrc",
    "musicbrainz/track id": "musicbrainz_recordingid",
    "musicbrainz/release track id": "musicbrainz_trackid",
    "musicbrainz/album id": "musicbrainz_albumid",
}
_PAIRS = {"tracknumber": "totaltracks", "discnumber": "totaldiscs"}


def read(tags: Any, *, is_asf: bool) -> dict[str, list[str]]:
    """Return the texts by Picard's names, unknown ones in lower case."""
    names = _ASF_NAMES if is_asf else _APE_NAMES
    found: dict[str, list[str]] = {}
    for key, value in tags.items():
        items = value if isinstance(value, list) else str(value).split("\0")
        if not hasattr(value, "kind") or value.kind == 0:  # APEv2 marks text by 0.
            found[names.get(key.lower(), key.lower())] = [str(item) for item in items]
    for number, total in _PAIRS.items():
        if number in found:
            first, slash, second = found[number][0].partition("/")
            found[number] = [first.strip()]
            if slash:
                found.setdefault(total, [second.strip()])
    return found
