"""Find the MusicBrainz recording of a track: by ISRC, on the album's own release, then by words."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from ...errors import InputError
from ...matching import Certainty, RecordingMatch, WantedRecording, choose_recording
from ...matching.artists import VARIOUS
from ...matching.folding import fold
from ...matching.releases import WantedRelease, choose_release
from ...matching.songs import bare_title
from ...model import Recording, Track
from ...musicbrainz.client import LINKED_RELEASES, MusicBrainzClient
from ...musicbrainz.models import ReleaseDetails

_FEW = 4  # Recordings that are compared in no time.
_MAXIMUM_LINKED = 3  # Releases of one album's address that are read as a whole.


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Hold what is known before the search: recordings of the ISRC, and releases of the album.

    `recording_id` and `release_id` are what a person chose, `preferred` is the release of the album's
    other tracks.
    """

    by_isrc: tuple[Recording, ...] = ()
    linked: frozenset[str] = frozenset()
    preferred: str | None = None
    recording_id: str | None = None
    release_id: str | None = None


class FindRecording:
    """Ask MusicBrainz step by step until one recording is certain enough."""

    def __init__(self, musicbrainz: MusicBrainzClient) -> None:
        """Take whom to ask."""
        self._musicbrainz = musicbrainz

    async def execute(self, track: Track, hints: Hints, *, refresh: bool = False) -> RecordingMatch:
        """Return the best match, with its release; doubt is in its certainty.

        Raises InputError `unknown_musicbrainz_id` when what a person chose does not exist any more,
        and the errors of MusicBrainzClient.
        """
        wanted = WantedRecording.from_metadata(track.metadata)
        if hints.release_id is not None or hints.recording_id is not None:
            return await self._chosen(wanted, track, hints, refresh=refresh)
        edition = wanted_release(track, hints)
        found = list(hints.by_isrc)
        match = await _choose(wanted, found, edition)
        if hints.linked and not _is_on(match, hints.linked):
            for release_id in sorted(hints.linked)[:_MAXIMUM_LINKED]:
                details = await self._musicbrainz.release(release_id, refresh=refresh)
                if details is not None:
                    edition = _with_link(edition, details)
                    found = [*details.recordings, *found]
            match = _better(await _choose(wanted, found, edition), match)
        # No search tells apart what one ISRC stands for.
        if not is_settled(match) and match.certainty is not Certainty.AMBIGUOUS:
            async for searched in self._searched(wanted, refresh=refresh):
                match = _better(await _choose(wanted, (*found, *searched), edition), match)
                if is_settled(match):
                    break
        return await self._with_releases(wanted, match, edition, refresh=refresh)

    async def _chosen(
        self, wanted: WantedRecording, track: Track, hints: Hints, *, refresh: bool
    ) -> RecordingMatch:
        """Return what a person chose: the recording, the release, or both."""
        edition = wanted_release(track, hints)
        details: ReleaseDetails | None = None
        if hints.release_id is not None:
            details = await self._musicbrainz.release(hints.release_id, refresh=refresh)
            if details is None:
                raise InputError("unknown_musicbrainz_id", id=hints.release_id)
        recording: Recording | None = None
        if hints.recording_id is not None:
            recording = await self._musicbrainz.recording(hints.recording_id, refresh=refresh)
            if recording is None:
                raise InputError("unknown_musicbrainz_id", id=hints.recording_id)
            if details is None:
                recording = await self._with_all_releases(recording, refresh=refresh)
        if details is not None and recording is None:
            match = await _choose(wanted, details.recordings, edition)
            if match.recording is None:
                raise InputError("not_on_release", release=details.release.title)
            recording = match.recording
        assert recording is not None
        if details is None:
            release = choose_release(recording.releases, edition)
        else:
            release = details.release_of(recording.id) or details.release
        return RecordingMatch(recording=recording, release=release, certainty=Certainty.CERTAIN)

    async def _searched(
        self, wanted: WantedRecording, *, refresh: bool
    ) -> AsyncIterator[tuple[Recording, ...]]:
        """Yield what is found by words, less and less strictly."""
        title = bare_title(wanted.title)  # MusicBrainz writes guests and remasters elsewhere.
        artist = next(iter(wanted.artists), "")
        if fold(artist).strip() in VARIOUS:
            artist = ""
        if artist:
            yield await self._musicbrainz.search_recordings(
                artist, title, duration_ms=wanted.duration_ms, refresh=refresh
            )
        if wanted.duration_ms:
            # Names in other scripts: hits bring the artist's other names along.
            yield await self._musicbrainz.search_by_length(
                wanted.duration_ms, title=title, refresh=refresh
            )
            if artist:
                yield await self._musicbrainz.search_by_length(
                    wanted.duration_ms, artist=artist, refresh=refresh
                )
        elif artist:
            yield await self._musicbrainz.search_recordings(
                artist, title, is_loose=True, refresh=refresh
            )

    async def _with_releases(
        self,
        wanted: WantedRecording,
        match: RecordingMatch,
        edition: WantedRelease,
        *,
        refresh: bool,
    ) -> RecordingMatch:
        """Fetch the releases that a lookup by ISRC leaves out."""
        recording = match.recording
        if not is_usable(match) or recording is None or recording.releases:
            return match
        full = await self._musicbrainz.recording(recording.id, refresh=refresh)
        if full is None:
            return match
        full = await self._with_all_releases(full, refresh=refresh)
        again = await _choose(wanted, (full,), edition)
        return again if is_usable(again) else match

    async def _with_all_releases(self, recording: Recording, *, refresh: bool) -> Recording:
        """Return a recording with the releases that a lookup leaves out."""
        if len(recording.releases) < LINKED_RELEASES:
            return recording
        found = await self._musicbrainz.releases_of_recording(recording.id, refresh=refresh)
        known = {release.id for release in recording.releases}
        more = (release for release in found if release.id not in known)
        return replace(recording, releases=(*recording.releases, *more))


async def _choose(
    wanted: WantedRecording, recordings: Sequence[Recording], edition: WantedRelease
) -> RecordingMatch:
    """Choose beside the event loop when there are many: their artists have many names."""
    if len(recordings) <= _FEW:
        return choose_recording(wanted, recordings, release=edition)
    return await asyncio.to_thread(choose_recording, wanted, recordings, release=edition)


def wanted_release(track: Track, hints: Hints) -> WantedRelease:
    """Return what is known about a track's album."""
    metadata, album = track.metadata, track.metadata.album
    return WantedRelease(
        title=album.name if album and album.name else None,
        artists=tuple(artist.name for artist in album.artists) if album else (),
        date=album.release_date if album else None,
        track_total=album.total_tracks if album else None,
        disc_number=metadata.disc_number,
        track_number=metadata.track_number,
        duration_ms=metadata.duration_ms,
        linked=hints.linked,
        preferred=hints.preferred,
    )


def is_usable(match: RecordingMatch) -> bool:
    """Tell whether a choice may be stored without a person's word."""
    return match.certainty in (Certainty.CERTAIN, Certainty.LIKELY)


def is_settled(match: RecordingMatch) -> bool:
    """Tell whether there is nothing to gain from asking further: videos are the last resort."""
    return is_usable(match) and match.recording is not None and not match.recording.is_video


def _is_on(match: RecordingMatch, linked: frozenset[str]) -> bool:
    """Tell whether a usable choice stands on a linked release."""
    return is_settled(match) and match.release is not None and match.release.id in linked


def _with_link(edition: WantedRelease, details: ReleaseDetails) -> WantedRelease:
    """Link a release by the id it has now: merged ones answer with another."""
    return replace(edition, linked=edition.linked | {details.release.id})


def _better(one: RecordingMatch, other: RecordingMatch) -> RecordingMatch:
    """Return the surer of two matches, the first of equal ones."""
    order = tuple(Certainty)
    return min(one, other, key=lambda match: (not is_settled(match), order.index(match.certainty)))
