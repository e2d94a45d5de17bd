"""Ask MusicBrainz for recordings, releases and artists."""

from collections.abc import Iterable
from typing import Any

from ..errors import InputError
from ..http import HttpClient
from ..model import Recording, Release
from ..payload import integer_or_none, json_list, json_object
from ..ports import PayloadCache
from .album_lookup import AlbumLookup
from .isrc_lookup import SEARCH_LIMIT, IsrcLookup
from .lane import RequestLane
from .models import MusicBrainzArtist, ReleaseDetails, ReleaseGroup
from .parsing import (
    parse_artist_reply,
    parse_recording_reply,
    parse_recordings_reply,
    parse_release_group_reply,
    parse_release_reply,
    parse_releases_reply,
)
from .query import barcode_query, recording_query, within_length
from .service import MusicBrainzService, checked_id

RECORDING_LIFETIME = 24 * 3600.0  # seconds
RELEASE_LIFETIME = 24 * 3600.0  # seconds
ARTIST_LIFETIME = 7 * 24 * 3600.0  # seconds
SEARCH_LIFETIME = 3600.0  # seconds
LINKED_RELEASES = 25  # That a lookup of a recording shows at most.
_LENGTH_TOLERANCE = 10_000  # ms
_SAME_LENGTH = 5_000  # ms
_MAXIMUM_RELEASE_PAGES = 5
_KEY_TEXT = 200  # characters


class MusicBrainzClient:
    """Read from MusicBrainz, politely and with a memory.

    Every method raises RateLimitedError and UnavailableError when MusicBrainz keeps saying "later",
    UnreachableError when it is not there, RequestRejectedError and InvalidReplyError when something is
    wrong with question or answer. `refresh` passes the cache by. Merged entities answer with their
    new id: store the one returned.
    """

    def __init__(
        self,
        http: HttpClient,
        lane: RequestLane,
        cache: PayloadCache | None = None,
        *,
        version: str,
    ) -> None:
        """Take the client with the web service's base address and the lane of this process."""
        self._service = MusicBrainzService(http, lane, cache, version)
        self._isrcs = IsrcLookup(self._service)
        self._albums = AlbumLookup(self._service)

    async def recordings_by_isrc(
        self, isrc: str, *, refresh: bool = False
    ) -> tuple[Recording, ...]:
        """Return the recordings of one ISRC, possibly several or none; kept for a day.

        They may lack releases: MusicBrainz leaves them out of this reply, see `recording`. Raises
        InputError with `invalid_isrc`.
        """
        return await self._isrcs.one(isrc, refresh=refresh)

    async def recordings_by_isrcs(
        self,
        isrcs: Iterable[str],
        *,
        confirm_misses: bool = False,
        refresh: bool = False,
    ) -> dict[str, tuple[Recording, ...]]:
        """Return the recordings of each ISRC by its canonical form, 25 to a request; kept for a day.

        Texts that are no ISRC are left out. The search index lags by hours: `confirm_misses` looks up
        each code that it does not find, at one request each.
        """
        return await self._isrcs.many(isrcs, confirm_misses=confirm_misses, refresh=refresh)

    async def search_recordings(
        self,
        artist: str,
        title: str,
        album: str | None = None,
        duration_ms: int | None = None,
        *,
        is_loose: bool = False,
        refresh: bool = False,
    ) -> tuple[Recording, ...]:
        """Return up to 100 recordings for artist and title, kept for an hour; their order proves nothing.

        `is_loose` asks for any of the words instead of the phrases. With a length in ms, and more hits
        than fit, those of about that length come first, at the price of a second request. Raises
        InputError with `blank_query` without title.
        """
        if not title.strip():
            raise InputError("blank_query")
        query = recording_query(artist, title, album, is_loose=is_loose)
        key = ":".join(text[:_KEY_TEXT] for text in ("search", artist, title, album or "") if text)
        payload = await self._service.cached(
            f"{key}:loose" if is_loose else key,
            SEARCH_LIFETIME,
            lambda: self._search(query, duration_ms),
            refresh=refresh,
        )
        return parse_recordings_reply(payload)

    async def search_by_length(
        self,
        duration_ms: int,
        *,
        artist: str = "",
        title: str = "",
        refresh: bool = False,
    ) -> tuple[Recording, ...]:
        """Return up to 100 recordings of about this length, by artist or title; kept for an hour.

        For names in other scripts: what one side writes differently is left out and compared by
        aliases afterwards. Raises InputError with `blank_query` without both.
        """
        if not artist.strip() and not title.strip():
            raise InputError("blank_query")
        query = within_length(recording_query(artist, title), duration_ms, _SAME_LENGTH)
        key = f"search:{artist[:_KEY_TEXT]}:{title[:_KEY_TEXT]}:{duration_ms}"
        payload = await self._service.cached(
            key, SEARCH_LIFETIME, lambda: self._search(query, None), refresh=refresh
        )
        return parse_recordings_reply(payload)

    async def recording(self, musicbrainz_id: str, *, refresh: bool = False) -> Recording | None:
        """Return a recording with up to 25 releases, or None when there is none; kept for a day.

        Raises InputError with `invalid_musicbrainz_id`.
        """
        includes = "artist-credits isrcs releases release-groups media aliases genres"
        payload = await self._entity(
            "recording", musicbrainz_id, includes, RECORDING_LIFETIME, refresh=refresh
        )
        return None if payload is None else parse_recording_reply(payload)

    async def release(self, musicbrainz_id: str, *, refresh: bool = False) -> ReleaseDetails | None:
        """Return a release with its tracks, or None when there is none; kept for a day.

        Raises InputError with `invalid_musicbrainz_id`.
        """
        includes = "recordings artist-credits release-groups labels isrcs media genres"
        payload = await self._entity(
            "release", musicbrainz_id, includes, RELEASE_LIFETIME, refresh=refresh
        )
        return None if payload is None else parse_release_reply(payload)

    async def release_group(
        self, musicbrainz_id: str, *, refresh: bool = False
    ) -> ReleaseGroup | None:
        """Return a release group with its genres, or None when there is none; kept for a day.

        Raises InputError with `invalid_musicbrainz_id`.
        """
        includes = "artist-credits genres"
        payload = await self._entity(
            "release-group", musicbrainz_id, includes, RELEASE_LIFETIME, refresh=refresh
        )
        return None if payload is None else parse_release_group_reply(payload)

    async def artist(
        self, musicbrainz_id: str, *, refresh: bool = False
    ) -> MusicBrainzArtist | None:
        """Return an artist, or None when there is none; kept for seven days.

        Raises InputError with `invalid_musicbrainz_id`.
        """
        includes = "aliases genres url-rels"
        payload = await self._entity(
            "artist", musicbrainz_id, includes, ARTIST_LIFETIME, refresh=refresh
        )
        return None if payload is None else parse_artist_reply(payload)

    async def releases_of_recording(
        self, musicbrainz_id: str, *, refresh: bool = False
    ) -> tuple[Release, ...]:
        """Return all releases of a recording, at most 500, without its position on them; kept for a day.

        For recordings with more releases than `recording` returns. Raises InputError with
        `invalid_musicbrainz_id`.
        """
        identifier = checked_id(musicbrainz_id)
        payload = await self._service.cached(
            f"release:recording:{identifier}",
            RELEASE_LIFETIME,
            lambda: self._browse(identifier),
            refresh=refresh,
        )
        return parse_releases_reply(payload)

    async def releases_by_barcode(
        self, barcode: str, *, refresh: bool = False
    ) -> tuple[Release, ...]:
        """Return the releases with a barcode, whatever zeros stand in front of it; kept for a day."""
        digits = barcode.strip().lstrip("0")
        if not (digits.isascii() and digits.isdigit()):
            return ()
        payload = await self._service.cached(
            f"release:barcode:{digits}",
            RELEASE_LIFETIME,
            lambda: self._service.fetch("release", _search_params(barcode_query(digits))),
            refresh=refresh,
        )
        found = parse_releases_reply(payload)
        return tuple(release for release in found if (release.barcode or "").lstrip("0") == digits)

    async def releases_by_spotify_albums(
        self, album_ids: Iterable[str], *, refresh: bool = False
    ) -> dict[str, tuple[Release, ...]]:
        """Return the releases that MusicBrainz links to each Spotify album, 100 albums to a request.

        An album may have several releases or none; answers are kept for a day. The releases carry
        little more than id and title. Raises InputError with `invalid_link` for a malformed id.
        """
        return await self._albums.releases(album_ids, refresh=refresh)

    async def _entity(
        self,
        kind: str,
        musicbrainz_id: str,
        includes: str,
        lifetime: float,
        *,
        refresh: bool,
    ) -> Any:
        """Return the reply of a lookup by id, or None when there is no such entity."""
        identifier = checked_id(musicbrainz_id)
        return await self._service.cached(
            f"{kind}:{identifier}",
            lifetime,
            lambda: self._service.fetch(f"{kind}/{identifier}", [("inc", includes)]),
            refresh=refresh,
        )

    async def _search(self, query: str, duration_ms: int | None) -> dict[str, list[Any]]:
        """Return the hits, those of the right length first when there are more than fit."""
        payload = json_object(await self._service.fetch("recording", _search_params(query)))
        hits = json_list(payload.get("recordings"))
        if duration_ms and (integer_or_none(payload.get("count")) or 0) > len(hits):
            narrowed = within_length(query, duration_ms, _LENGTH_TOLERANCE)
            closer = json_object(await self._service.fetch("recording", _search_params(narrowed)))
            hits = [*json_list(closer.get("recordings")), *hits]
            hits = list({json_object(hit).get("id"): hit for hit in reversed(hits)}.values())[::-1][
                :SEARCH_LIMIT
            ]
        return {"recordings": hits}

    async def _browse(self, identifier: str) -> dict[str, list[Any]]:
        """Return the releases of a recording, page by page."""
        releases: list[Any] = []
        for _ in range(_MAXIMUM_RELEASE_PAGES):
            params = [
                ("recording", identifier),
                ("inc", "release-groups media artist-credits"),
                ("limit", "100"),
                ("offset", str(len(releases))),
            ]
            payload = json_object(await self._service.fetch("release", params))
            page = json_list(payload.get("releases"))
            releases.extend(page)
            if not page or len(releases) >= (integer_or_none(payload.get("release-count")) or 0):
                break
        return {"releases": releases}


def _search_params(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a search."""
    return [("query", query), ("limit", str(SEARCH_LIMIT))]
