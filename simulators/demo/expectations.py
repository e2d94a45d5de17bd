"""Say what the main job has to make of every position of a playlist."""

from dataclasses import dataclass

from simulators.catalogue import Catalogue, EntryKind, Expectation, Recording
from simulators.musicbrainz import mbid
from simulators.musicbrainz.imperfections import LENGTH_OFF_BY_MS, UNKNOWN

FILED = "filed"
_STATES = {
    Expectation.FILED: FILED,
    Expectation.ASK: "ask",
    Expectation.LEAVE: "not_available",
}
_KINDS = {
    EntryKind.RECORDING: "track",
    EntryKind.LOCAL: "local",
    EntryKind.EPISODE: "episode",
    EntryKind.NULL: "missing",
    EntryKind.GHOST: "ghost",
}
_NO_TRACKS = {
    EntryKind.EPISODE: "An episode of a podcast",
    EntryKind.NULL: "Spotify gives nothing for this position",
    EntryKind.GHOST: "Withdrawn: Spotify kept no name",
}


@dataclass(frozen=True, slots=True)
class ExpectedEntry:
    """Hold what must become of one position; `state` is None for what is no track at all."""

    playlist: str
    position: int
    kind: str
    artist: str
    title: str
    state: str | None
    why: str
    recording: Recording | None = None

    @property
    def musicbrainz_ids(self) -> frozenset[str]:
        """Return the ids the file may carry; an empty one where having none is right, too."""
        if self.recording is None or self.recording.key in UNKNOWN:
            return frozenset({""})
        right = mbid("recording", self.recording.key)
        # MusicBrainz gives another length: to take that for another recording is no mistake.
        return frozenset({right, ""} if self.recording.key in LENGTH_OFF_BY_MS else {right})


def expected_entries(catalogue: Catalogue, playlist_key: str) -> tuple[ExpectedEntry, ...]:
    """Return what must become of a playlist of the catalogue, in order, positions counted from 1."""
    playlist = catalogue.playlists[playlist_key]
    expected = []
    for position, entry in enumerate(playlist.entries, start=1):
        recording = None
        artist = title = why = ""
        state: str | None = None
        if entry.kind is EntryKind.RECORDING and entry.recording is not None:
            recording = catalogue.recordings[entry.recording]
            artist, title = ", ".join(recording.artists), recording.title
            state = _STATES[catalogue.expectation(recording.key)]
            why = catalogue.trap_reasons.get(recording.key, "Sound copies are shared.")
        elif entry.local is not None:
            artist, title, state = entry.local.artist, entry.local.title, "not_available"
            why = "A file of the listener's own computer; nobody shares it."
        else:
            title = entry.episode.title if entry.episode else ""
            why = _NO_TRACKS[entry.kind]
        expected.append(
            ExpectedEntry(
                playlist.name, position, _KINDS[entry.kind], artist, title, state, why, recording
            )
        )
    return tuple(expected)
