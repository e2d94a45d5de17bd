"""Build the rooms of one account from what the runner hands in."""

from dataclasses import dataclass

import aiohttp

from .acoustid.client import AcoustIdClient
from .errors import Service
from .http import HttpClient
from .musicbrainz.client import MusicBrainzClient
from .musicbrainz.cover_art import CoverArtClient
from .musicbrainz.lane import RequestLane
from .ports import Clock, TokenProvider
from .settings import PipelineSettings
from .slskd.client import SlskdClient
from .spotify.client import SpotifyClient
from .spotify.guard import RequestGuard
from .spotify.images import fetch_image
from .store import Database
from .store.caches import CacheSpace, StoredCache
from .use_cases.context import Announcer, Context
from .use_cases.playlists.spotify_guard import StoredGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Hold the context of the use cases, and what only figures are asked of."""

    context: Context
    guard: RequestGuard
    files: StoredCache
    caches: tuple[StoredCache, ...]


def build_rooms(
    settings: PipelineSettings,
    *,
    session: aiohttp.ClientSession,
    tokens: TokenProvider | None,
    clock: Clock,
    lane: RequestLane,
) -> Rooms:
    """Return the rooms; nothing is opened or asked. Without `tokens` there is no Spotify."""
    database, endpoints = Database(settings.database), settings.endpoints
    guard = RequestGuard(clock, store=StoredGuard(database))
    spotify_cache = StoredCache(database, CacheSpace.SPOTIFY, clock)
    musicbrainz_cache = StoredCache(database, CacheSpace.MUSICBRAINZ, clock)
    files_cache = StoredCache(database, CacheSpace.FILES, clock)
    acoustid_cache = StoredCache(database, CacheSpace.ACOUSTID, clock)
    spotify = HttpClient(session=session, service=Service.SPOTIFY, base_url=endpoints.spotify_api)
    slskd = HttpClient(
        session=session,
        service=Service.SLSKD,
        base_url=settings.slskd_address,
        verify_certificate=settings.slskd_verify_certificate,
    )
    musicbrainz = HttpClient(
        session=session, service=Service.MUSICBRAINZ, base_url=endpoints.musicbrainz
    )
    cover_art = HttpClient(
        session=session, service=Service.COVER_ART_ARCHIVE, base_url=endpoints.cover_art
    )
    acoustid = HttpClient(session=session, service=Service.ACOUSTID, base_url=endpoints.acoustid)
    key = settings.acoustid_key
    context = Context(
        settings=settings,
        database=database,
        clock=clock,
        announcer=Announcer(),
        slskd=SlskdClient(slskd, settings.slskd_api_key, clock),
        spotify=SpotifyClient(spotify, tokens, guard, spotify_cache) if tokens else None,
        musicbrainz=MusicBrainzClient(
            musicbrainz, lane, musicbrainz_cache, version=settings.version
        ),
        cover_art=CoverArtClient(cover_art, version=settings.version),
        acoustid=AcoustIdClient(acoustid, key, clock, acoustid_cache, version=settings.version)
        if key
        else None,
        fetch_image=lambda address: fetch_image(spotify, address),
        playlists={},
    )
    return Rooms(
        context=context,
        guard=guard,
        files=files_cache,
        caches=(spotify_cache, musicbrainz_cache, files_cache, acoustid_cache),
    )
