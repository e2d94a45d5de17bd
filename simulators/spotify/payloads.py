"""Render catalogue facts as the objects of the Spotify Web API."""

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote_plus

from simulators.catalogue import Episode, LocalFile, Recording

from .identity import open_url, spotify_id, uri
from .settings import Spelling
from .world import album_id

type Json = dict[str, object]

_MARKETS = ["AT", "CH", "DE", "GB", "NL", "US"]
_PICTURE_SIZES = (640, 300, 64)


class Renderer:
    """Render objects with addresses below one base address, in one spelling."""

    def __init__(self, base_url: str, spelling: Spelling) -> None:
        """Take the server's base address (no slash at the end) and the spelling of the fields."""
        self._base_url = base_url
        self._spelling = spelling

    @property
    def has_old_fields(self) -> bool:
        """Tell whether markets, popularity and previews are still delivered."""
        return self._spelling is not Spelling.NEW

    def href(self, path: str) -> str:
        """Return the absolute address of an API path."""
        return f"{self._base_url}/v1/{path}"

    def images(self, kind: str, identifier: str) -> list[Json]:
        """List the three sizes of a cover."""
        return [
            {
                "height": size,
                "width": size,
                "url": f"{self._base_url}/image/{kind}-{identifier}-{size}",
            }
            for size in _PICTURE_SIZES
        ]

    def user(self, account: str) -> Json:
        """Render the public part of an account."""
        return {
            "display_name": display_name(account),
            "external_urls": {"spotify": open_url("user", account)},
            "href": self.href(f"users/{account}"),
            "id": account,
            "type": "user",
            "uri": uri("user", account),
        }

    def me(self, account: str) -> Json:
        """Render the signed-in account; country and product only in the old spelling."""
        profile: Json = {
            **self.user(account),
            "images": [],
            "account_id": spotify_id("account", account),
        }
        if self._spelling is Spelling.OLD:
            profile |= {
                "country": "DE",
                "product": "premium",
                "explicit_content": {"filter_enabled": False, "filter_locked": False},
                "followers": {"href": None, "total": 3},
            }
        return profile

    def artist(self, name: str) -> Json:
        """Render a simplified artist."""
        identifier = spotify_id("artist", name)
        return {
            "external_urls": {"spotify": open_url("artist", identifier)},
            "href": self.href(f"artists/{identifier}"),
            "id": identifier,
            "name": name,
            "type": "artist",
            "uri": uri("artist", identifier),
        }

    def album(self, recording: Recording) -> Json:
        """Render the simplified album of a recording."""
        identifier = album_id(recording)
        album: Json = {
            "album_type": "single" if recording.total_tracks < 4 else "album",
            "artists": [self.artist(recording.album_artist)],
            "external_urls": {"spotify": open_url("album", identifier)},
            "href": self.href(f"albums/{identifier}"),
            "id": identifier,
            "images": self.images("album", identifier),
            "name": recording.album,
            "release_date": str(recording.year),
            "release_date_precision": "year",
            "total_tracks": recording.total_tracks,
            "type": "album",
            "uri": uri("album", identifier),
        }
        if self.has_old_fields:
            album["available_markets"] = _MARKETS
        return album

    def album_track(self, recording: Recording) -> Json:
        """Render the simplified track inside an album: without album and ISRC."""
        identifier = spotify_id("track", recording.key)
        track: Json = {
            "artists": [self.artist(name) for name in recording.artists],
            "disc_number": recording.disc_number,
            "duration_ms": recording.length_ms,
            "explicit": False,
            "external_urls": {"spotify": open_url("track", identifier)},
            "href": self.href(f"tracks/{identifier}"),
            "id": identifier,
            "is_local": False,
            "name": recording.title,
            "track_number": recording.track_number,
            "type": "track",
            "uri": uri("track", identifier),
        }
        if self.has_old_fields:
            track |= {"available_markets": _MARKETS, "preview_url": None}
        return track

    def track(self, recording: Recording, *, relinked: bool | None = None) -> Json:
        """Render a full track; `relinked` is None without a market, else tells whether a twin answers."""
        track = self.album_track(recording)
        track["album"] = self.album(recording)
        track["external_ids"] = {} if recording.isrc is None else {"isrc": recording.isrc}
        if self.has_old_fields:
            track["popularity"] = sha256(recording.key.encode()).digest()[0] % 100
        if relinked is not None:
            track["is_playable"] = True
        if relinked:
            original = {
                name: track[name] for name in ("external_urls", "href", "id", "type", "uri")
            }
            twin = spotify_id("track", f"{recording.key}/twin")
            track |= {
                "external_urls": {"spotify": open_url("track", twin)},
                "href": self.href(f"tracks/{twin}"),
                "id": twin,
                "uri": uri("track", twin),
                "linked_from": original,
            }
        return track

    def ghost(self, key: str) -> Json:
        """Render a withdrawn track: the id is kept, every fact is gone."""
        artist = "Various Artists"
        recording = Recording(key, (artist,), "", "", artist, 1, 1, 1, 0, 0, None, ())
        track, album = self.track(recording), self.album(recording)
        album |= {"images": [], "release_date": "0000"}
        if self.has_old_fields:
            album["available_markets"] = track["available_markets"] = []
            track["popularity"] = 0
        return {
            **track,
            "album": album,
            "artists": [{**self.artist(artist), "name": ""}],
        }

    def local(self, local: LocalFile, *, keys_absent: bool) -> Json:
        """Render a file of the listener; what it has no value for is null or, in some replies, absent."""
        parts = (local.artist, local.album, local.title, str(local.length_s))
        album: Json = {
            "album_type": None,
            "artists": [],
            "available_markets": [],
            "external_urls": {},
            "href": None,
            "id": None,
            "images": [],
            "name": local.album,
            "release_date": None,
            "release_date_precision": None,
            "type": "album",
            "uri": None,
        }
        artist: Json = {
            "external_urls": {},
            "href": None,
            "id": None,
            "name": local.artist,
            "type": "artist",
            "uri": None,
        }
        track: Json = {
            "available_markets": [],
            "disc_number": 0,
            "duration_ms": local.length_s * 1000,
            "explicit": False,
            "external_ids": {},
            "external_urls": {},
            "href": None,
            "id": None,
            "is_local": True,
            "name": local.title,
            "popularity": 0,
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": "spotify:local:" + ":".join(quote_plus(part) for part in parts),
        }
        if keys_absent:
            track, album, artist = (_without_nulls(part) for part in (track, album, artist))
        return {**track, "album": album, "artists": [artist]}

    def episode(self, episode: Episode) -> Json:
        """Render a podcast episode; it has a show, but no artists, album or ISRC."""
        identifier = spotify_id("episode", episode.key)
        return {
            **self._episode_basics(episode, identifier),
            "audio_preview_url": None,
            "description": "An episode of a podcast.",
            "html_description": "<p>An episode of a podcast.</p>",
            "images": self.images("show", spotify_id("show", episode.show)),
            "is_externally_hosted": False,
            "language": "en",
            "languages": ["en"],
            "release_date": episode.release_date,
            "release_date_precision": "day",
            "show": self._show(episode.show),
        }

    def episode_as_track(self, episode: Episode) -> Json:
        """Render an episode for clients that did not say they know episodes."""
        identifier = spotify_id("episode", episode.key)
        recording = Recording(
            episode.key, (episode.show,), episode.title, episode.show, episode.show,
            0, 0, 0, int(episode.release_date[:4]), episode.length_ms, None, (),
        )  # fmt: skip
        return self.track(recording) | self._episode_basics(episode, identifier)

    def _episode_basics(self, episode: Episode, identifier: str) -> Json:
        """Render what both forms of an episode share."""
        return {
            "duration_ms": episode.length_ms,
            "explicit": False,
            "external_urls": {"spotify": open_url("episode", identifier)},
            "href": self.href(f"episodes/{identifier}"),
            "id": identifier,
            "name": episode.title,
            "type": "episode",
            "uri": uri("episode", identifier),
            "available_markets": _MARKETS,
        }

    def _show(self, name: str) -> Json:
        """Render a simplified show."""
        identifier = spotify_id("show", name)
        return {
            "available_markets": _MARKETS,
            "copyrights": [],
            "description": "A podcast.",
            "explicit": False,
            "external_urls": {"spotify": open_url("show", identifier)},
            "href": self.href(f"shows/{identifier}"),
            "html_description": "<p>A podcast.</p>",
            "id": identifier,
            "images": self.images("show", identifier),
            "is_externally_hosted": False,
            "languages": ["en"],
            "media_type": "audio",
            "name": name,
            "publisher": name,
            "total_episodes": 12,
            "type": "show",
            "uri": uri("show", identifier),
        }


def display_name(account: str) -> str:
    """Return the name an account shows."""
    return account.replace(".", " ").title()


def _without_nulls(part: Mapping[str, object]) -> Json:
    """Drop the keys whose value is null."""
    return {name: value for name, value in part.items() if value is not None}
