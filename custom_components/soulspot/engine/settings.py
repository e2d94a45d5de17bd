"""Hold what the user configured, checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from yarl import URL

from .model import Quality, RemovalPolicy, UpgradePolicy

DEFAULT_TEMPLATE = "{albumartist}/[{album}/][{disc}-][{track:02} ]{title}"
DEFAULT_GRACE_DAYS = 7
DEFAULT_RECYCLE_BIN_DAYS = 30
SPOTIFY_ACCOUNTS = URL("https://accounts.spotify.com")
SPOTIFY_API = URL("https://api.spotify.com/v1")
MUSICBRAINZ = URL("https://musicbrainz.org/ws/2")
COVER_ART = URL("https://coverartarchive.org")
ACOUSTID = URL("https://api.acoustid.org/v2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Hold the base addresses of the outside services."""

    spotify_accounts: URL = SPOTIFY_ACCOUNTS
    spotify_api: URL = SPOTIFY_API
    musicbrainz: URL = MUSICBRAINZ
    cover_art: URL = COVER_ART
    acoustid: URL = ACOUSTID

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `SOULSPOT_SPOTIFY_API_URL` and its siblings, for mirrors and simulators."""
        defaults = cls()
        return cls(
            spotify_accounts=_address(environment, "SPOTIFY_ACCOUNTS", defaults.spotify_accounts),
            spotify_api=_address(environment, "SPOTIFY_API", defaults.spotify_api),
            musicbrainz=_address(environment, "MUSICBRAINZ", defaults.musicbrainz),
            cover_art=_address(environment, "COVER_ART", defaults.cover_art),
            acoustid=_address(environment, "ACOUSTID", defaults.acoustid),
        )


def _address(environment: Mapping[str, str], name: str, default: URL) -> URL:
    """Return the address named in the environment, or the real service's."""
    text = environment.get(f"SOULSPOT_{name}_URL")
    return URL(text) if text else default


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistOptions:
    """Hold what the user chose for one playlist; no quality means the account's."""

    quality: Quality | None = None
    automatic_download: bool = True
    removal: RemovalPolicy = RemovalPolicy.UNLIST
    removal_grace_days: int = DEFAULT_GRACE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSettings:
    """Hold what one account's pipeline works with."""

    database: Path
    version: str = "0"  # Of the product, named to the services.
    slskd_address: URL
    slskd_api_key: str | None = None
    slskd_verify_certificate: bool = True
    slskd_downloads: str | None = None  # The downloads folder as slskd names it.
    local_downloads: Path | None = None  # The same folder as this process sees it.
    library: Path | None = None
    quality: Quality = Quality.BEST
    path_template: str = DEFAULT_TEMPLATE
    keep_source: bool = True
    recycle_bin_days: int = DEFAULT_RECYCLE_BIN_DAYS
    upgrades: UpgradePolicy = UpgradePolicy.NEVER
    endpoints: Endpoints = field(default_factory=Endpoints)
    search_timeout: float = 8.0  # seconds without a new response that end a search
    musicbrainz_pace: float = 1.0  # seconds between starts of requests
    acoustid_key: str | None = field(
        default=None, repr=False
    )  # Without one nothing is asked there.
    program_folders: str | None = None  # Where ffmpeg and fpcalc are looked for; None means PATH.
