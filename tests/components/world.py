"""Stand up Spotify, slskd and MusicBrainz with a small catalogue, and set up accounts against them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
import time
from types import MappingProxyType
from typing import Any

import aiohttp
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.soulspot.engine import composition
from custom_components.soulspot.engine.spotify.guard import RequestGuard
from custom_components.soulspot.flow import validation
from simulators.audio import AudioContent, AudioTags, Profile
from simulators.catalogue import (
    LISTENER,
    OTHER_LISTENER,
    Catalogue,
    CataloguePlaylist,
    EntryKind,
    Episode,
    PlaylistEntry,
    Recording,
)
from simulators.musicbrainz import MusicBrainzSimulator
from simulators.slskd import LATEST, SlskdSimulator
from simulators.slskd.model import Attributes, Peer, SharedFile
from simulators.slskd.security import Access, ApiKey
from simulators.slskd.simulator import Settings
from simulators.spotify import SpotifySimulator
from simulators.spotify.settings import ClientApp, Consent, SpotifySettings

DOMAIN = "soulspot"
API_KEY = "a-key-for-tests-0123456789"
REDIRECT_URI = "https://example.com/auth/external/callback"
CLIENT_ID = "client-of-the-tests"
CLIENT_SECRET = "secret-of-the-tests"
CREDENTIAL = "soulspot-tests"
_SPEED = 200.0  # simulated seconds in a real one


def _recording(key: str, title: str, number: int, isrc: str) -> Recording:
    """Describe a recording of the catalogue."""
    return Recording(
        key=key,
        artists=("Ada Quartet",),
        title=title,
        album="First Light",
        album_artist="Ada Quartet",
        track_number=number,
        disc_number=1,
        total_tracks=2,
        year=2001,
        length_ms=20_000,
        isrc=isrc,
        genres=("chamber music",),
    )


SHARED = _recording("shared", "Morning Song", 1, "QZTST2600001")
NOBODY_HAS = _recording("nobody-has", "Lost Interlude", 2, "QZTST2600002")


def _entry(key: str, day: int) -> PlaylistEntry:
    """Put a recording into a playlist."""
    return PlaylistEntry(EntryKind.RECORDING, key, added_at=f"2026-05-{day:02d}T08:00:00Z")


def small_catalogue() -> Catalogue:
    """Return two recordings and the kinds of playlists the tests need."""
    episode = Episode("talk", "A show", "A talk", 60_000, "2026-01-01")
    playlists = (
        CataloguePlaylist(
            "morning",
            "Morning",
            LISTENER,
            "",
            (
                _entry("shared", 1),
                PlaylistEntry(EntryKind.EPISODE, episode=episode),
                _entry("nobody-has", 2),
            ),
        ),
        CataloguePlaylist("evening", "Evening", LISTENER, "", (_entry("shared", 3),)),
        CataloguePlaylist(
            "followed", "Followed", OTHER_LISTENER, "", (_entry("shared", 4),), public=True
        ),
        CataloguePlaylist("empty", "Empty", LISTENER, "", ()),
    )
    return Catalogue(
        recordings=MappingProxyType({item.key: item for item in (SHARED, NOBODY_HAS)}),
        playlists=MappingProxyType({item.key: item for item in playlists}),
        liked=(_entry("shared", 5),),
    )


def peers() -> tuple[Peer, ...]:
    """Return one person who shares one of the recordings."""
    tags = AudioTags("Morning Song", "Ada Quartet", "First Light", "Ada Quartet", 1, 2001)
    file = SharedFile(
        path="@@share\\Music\\Ada Quartet\\First Light (2001)\\01 - Morning Song.flac",
        content=AudioContent("shared", 20_000, Profile.FLAC_16_44, tags),
        attributes=Attributes(length=20, bit_depth=16, sample_rate=44_100),
        recording_key="shared",
    )
    return (Peer("helpful_person", (file,), real_speed=50_000_000),)


@dataclass(frozen=True, slots=True)
class World:
    """Hold the services, and the folders that slskd and Home Assistant share."""

    spotify: SpotifySimulator
    slskd: SlskdSimulator
    musicbrainz: MusicBrainzSimulator
    downloads: Path
    library: Path

    def playlist_id(self, key: str) -> str:
        """Return the Spotify id of a playlist."""
        return self.spotify.playlist_id(key)

    def slskd_input(self, **changes: Any) -> dict[str, Any]:
        """Return what a user enters in the form about slskd."""
        return {
            "slskd_address": self.slskd.url,
            "slskd_api_key": API_KEY,
            "slskd_verify_certificate": True,
            **changes,
        }

    def folders_input(self, **changes: Any) -> dict[str, Any]:
        """Return what a user enters in the form about folders."""
        folders = {
            "slskd_downloads": str(self.downloads),
            "local_downloads": str(self.downloads),
            "library": str(self.library),
            **changes,
        }
        return {name: folder for name, folder in folders.items() if folder is not None}


@asynccontextmanager
async def small_world(
    folder: Path, monkeypatch: pytest.MonkeyPatch, slskd_version: str = LATEST
) -> AsyncIterator[World]:
    """Start the services, and let the integration find them."""
    downloads, library = folder / "downloads", folder / "library"
    library.mkdir()
    catalogue = small_catalogue()
    app = ClientApp(CLIENT_ID, CLIENT_SECRET, (REDIRECT_URI,))
    settings = SpotifySettings(consent=Consent.APPROVE, apps=(app,))
    access = Access(api_keys=(ApiKey(API_KEY),))
    async with (
        SpotifySimulator(catalogue, settings=settings) as spotify,
        MusicBrainzSimulator(catalogue) as musicbrainz,
        SlskdSimulator(
            peers(),
            downloads,
            settings=Settings(version=slskd_version, access=access, clock_speed=_SPEED),
        ) as slskd,
    ):
        for name, address in {
            "SPOTIFY_API": spotify.api_url,
            "SPOTIFY_ACCOUNTS": spotify.accounts_url,
            "MUSICBRAINZ": musicbrainz.api_url,
            "COVER_ART": musicbrainz.cover_art_url,
        }.items():
            monkeypatch.setenv(f"SOULSPOT_{name}_URL", address)
        # Spotify's pace is kept by tests of its own; here it would only make every test wait.
        monkeypatch.setattr(composition, "RequestGuard", partial(RequestGuard, pace=0.0))
        monkeypatch.setattr(validation, "_SPOTIFY_PACE", 0.0)
        yield World(spotify, slskd, musicbrainz, downloads, library)


async def add_credential(hass: HomeAssistant) -> None:
    """Enter the Spotify app in Home Assistant."""
    assert await async_setup_component(hass, DOMAIN, {})
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential(CLIENT_ID, CLIENT_SECRET, "My app"), CREDENTIAL
    )


def account_data(world: World, *, with_spotify: bool = True) -> dict[str, Any]:
    """Return what the config flow stores for an account."""
    data: dict[str, Any] = {**world.slskd_input(), **world.folders_input()}
    if with_spotify:
        data |= {
            "auth_implementation": CREDENTIAL,
            "token": {
                **world.spotify.issue_token_reply(),
                "expires_at": time.time() + 3600,
            },
            "consented_at": time.time(),
            "spotify_user_id": LISTENER,
        }
    return data


def playlist_subentry(world: World, key: str, **data: Any) -> ConfigSubentryData:
    """Return the subentry of a playlist."""
    playlist_id = world.playlist_id(key)
    return ConfigSubentryData(
        data={"playlist_id": playlist_id, "automatic_download": True, **data},
        subentry_type="playlist",
        title=key.title(),
        unique_id=playlist_id,
    )


def account(
    world: World, *playlists: ConfigSubentryData, with_spotify: bool = True, **data: Any
) -> MockConfigEntry:
    """Return the entry of an account, which is not added to Home Assistant yet."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Listener" if with_spotify else "soulspot_listener",
        unique_id=LISTENER if with_spotify else "soulseek:soulspot_listener",
        data={**account_data(world, with_spotify=with_spotify), **data},
        options={"quality": "best", "keep_source": True},
        subentries_data=list(playlists),
    )


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Add an entry and set it up."""
    await add_credential(hass)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def log_in(client: Any, authorize_url: str) -> None:
    """Follow the login page as a browser does: agree at Spotify, come back with the code."""
    async with aiohttp.ClientSession() as browser:
        page = await browser.get(authorize_url, allow_redirects=False)
        assert page.status == HTTPStatus.FOUND, await page.text()
    back = URL(page.headers["Location"])
    assert str(back.with_query(None)) == REDIRECT_URI
    response = await client.get(str(back.relative()))
    assert response.status == HTTPStatus.OK
