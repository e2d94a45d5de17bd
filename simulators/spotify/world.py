"""Hold the playlists as they are now, and let tests edit them while somebody reads."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha1
import struct

from simulators.catalogue import (
    LISTENER,
    SPOTIFY_ITSELF,
    Catalogue,
    CataloguePlaylist,
    EntryKind,
    PlaylistEntry,
    Recording,
)

from .identity import playlist_id, spotify_id


class SpotifyWorld:
    """Hold recordings, playlists and saved tracks; every edit changes the snapshot of its playlist."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Start with the lists of a catalogue."""
        self.recordings: Mapping[str, Recording] = catalogue.recordings
        self.liked: list[PlaylistEntry] = list(catalogue.liked)
        self._playlists: dict[str, CataloguePlaylist] = dict(catalogue.playlists)
        self._versions: dict[str, int] = dict.fromkeys(catalogue.playlists, 1)
        self._key_of_playlist_id = {
            playlist_id(item): item.key for item in catalogue.playlists.values()
        }
        self._key_of_track_id = {spotify_id("track", key): key for key in catalogue.recordings}
        self._album_keys: dict[str, list[str]] = {}
        for recording in catalogue.recordings.values():
            self._album_keys.setdefault(album_id(recording), []).append(recording.key)

    @property
    def playlists(self) -> tuple[CataloguePlaylist, ...]:
        """List the playlists in catalogue order."""
        return tuple(self._playlists.values())

    def playlist(self, key: str) -> CataloguePlaylist:
        """Return a playlist by key; KeyError when there is none."""
        return self._playlists[key]

    def playlist_by_id(self, identifier: str) -> CataloguePlaylist | None:
        """Return a playlist by its Spotify id."""
        key = self._key_of_playlist_id.get(identifier)
        return None if key is None else self._playlists.get(key)

    def recording_by_id(self, identifier: str) -> Recording | None:
        """Return a recording by its Spotify track id."""
        key = self._key_of_track_id.get(identifier)
        return None if key is None else self.recordings[key]

    def album_recordings(self, identifier: str) -> tuple[Recording, ...]:
        """List the known recordings of an album by its Spotify id, in track order."""
        found = (self.recordings[key] for key in self._album_keys.get(identifier, ()))
        return tuple(
            sorted(
                found,
                key=lambda recording: (recording.disc_number, recording.track_number),
            )
        )

    def snapshot_id(self, key: str) -> str:
        """Return the opaque version of a playlist; equal contents of different age differ."""
        content = sha1(repr(self._playlists[key]).encode(), usedforsecurity=False).digest()
        return b64encode(struct.pack(">I", self._versions[key]) + content).decode()

    def readable_by(self, playlist: CataloguePlaylist, account: str) -> bool:
        """Tell whether an account may read the entries: it owns the list or collaborates."""
        return playlist.owner == account or (playlist.collaborative and account == LISTENER)

    def visible_to(self, account: str) -> tuple[CataloguePlaylist, ...]:
        """List what the account owns; the listener also follows every other list of people."""
        return tuple(
            playlist
            for playlist in self._playlists.values()
            if playlist.owner == account
            or (account == LISTENER and playlist.owner != SPOTIFY_ITSELF)
        )

    def add(self, key: str, entry: PlaylistEntry | str, position: int | None = None) -> None:
        """Insert an entry, or the recording with a key, at a 0-based position or at the end."""
        if isinstance(entry, str):
            if entry not in self.recordings:
                raise KeyError(entry)
            entry = PlaylistEntry(EntryKind.RECORDING, entry, added_at="2026-11-01T12:00:00Z")
        entries = list(self._playlists[key].entries)
        entries.insert(len(entries) if position is None else position, entry)
        self._store(key, entries)

    def remove(self, key: str, position: int) -> PlaylistEntry:
        """Remove and return the entry at a 0-based position."""
        entries = list(self._playlists[key].entries)
        removed = entries.pop(position)
        self._store(key, entries)
        return removed

    def move(self, key: str, source: int, target: int) -> None:
        """Move the entry at one 0-based position to another."""
        entries = list(self._playlists[key].entries)
        entries.insert(target, entries.pop(source))
        self._store(key, entries)

    def rename(self, key: str, name: str) -> None:
        """Give a playlist another name."""
        self._playlists[key] = replace(self._playlists[key], name=name)
        self._versions[key] += 1

    def delete(self, key: str) -> None:
        """Delete a playlist; reading it then answers as for an unknown id."""
        del self._playlists[key]

    def _store(self, key: str, entries: list[PlaylistEntry]) -> None:
        """Keep the new entries under a new snapshot."""
        self._playlists[key] = replace(self._playlists[key], entries=tuple(entries))
        self._versions[key] += 1


def album_id(recording: Recording) -> str:
    """Return the Spotify id of a recording's album."""
    return spotify_id("album", f"{recording.album_artist}/{recording.album}")
