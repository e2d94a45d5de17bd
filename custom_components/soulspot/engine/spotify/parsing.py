"""Turn Spotify's accounts, playlists and pages into the engine's objects."""

from datetime import UTC, datetime
from html import unescape
import re

from ..errors import InvalidReplyError, Service
from ..model import EntryKind, PlaylistItem, PlaylistSummary
from ..payload import (
    JsonObject,
    integer_or_none,
    json_list,
    json_object,
    json_objects,
    moment_or_none,
    text_or_none,
)
from .links import is_spotify_id
from .models import ItemsPage, SpotifyAccount
from .track_parsing import LOCAL_PREFIX, largest_image, parse_local_file, parse_track, track_uri

# Spotify's own lists carry this instead of a time.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_MARKUP = re.compile(r"<[^<>]*>")


def parse_account(payload: object) -> SpotifyAccount:
    """Return the account of a `/me` reply, or raise InvalidReplyError."""
    data = json_object(payload)
    identifier = text_or_none(data.get("id"))
    if identifier is None:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_account")
    return SpotifyAccount(
        id=identifier,
        account_id=text_or_none(data.get("account_id")),
        display_name=text_or_none(data.get("display_name")),
    )


def parse_playlist(payload: object) -> PlaylistSummary:
    """Return the playlist without its items, or raise InvalidReplyError."""
    summary = _parse_summary(json_object(payload))
    if summary is None:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_playlist")
    return summary


def parse_playlists_page(
    payload: object,
) -> tuple[tuple[PlaylistSummary, ...], str | None]:
    """Return the playlists of a `/me/playlists` page without its nulls, and the next page's link."""
    data = json_object(payload)
    if "items" not in data:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_page")
    summaries = (_parse_summary(entry) for entry in json_objects(data["items"]))
    return tuple(summary for summary in summaries if summary is not None), text_or_none(
        data.get("next")
    )


def _parse_summary(data: JsonObject) -> PlaylistSummary | None:
    """Return the playlist, or None when there is nothing to know it by."""
    identifier = _playlist_id(data)
    if identifier is None:
        return None
    owner = json_object(data.get("owner"))
    return PlaylistSummary(
        spotify_id=identifier,
        name=text_or_none(data.get("name")) or identifier,
        owner_id=text_or_none(owner.get("id")),
        owner_name=text_or_none(owner.get("display_name")),
        description=_plain(text_or_none(data.get("description")) or ""),
        snapshot_id=text_or_none(data.get("snapshot_id")),
        total=_total(data),
        image_url=largest_image(data.get("images")),
        collaborative=data.get("collaborative") is True,
    )


def _playlist_id(data: JsonObject) -> str | None:
    """Return the id, from the address when a `fields` filter left it out."""
    for name, separator in (("id", "/"), ("uri", ":"), ("href", "/")):
        text = (text_or_none(data.get(name)) or "").partition("?")[0].rpartition(separator)[2]
        if is_spotify_id(text):
            return text
    return None


def _total(data: JsonObject) -> int | None:
    """Return the number of items by the new spelling, then by the old one."""
    for name in ("items", "tracks"):
        total = integer_or_none(json_object(data.get(name)).get("total"))
        if total is not None:
            return total
    return None


def _plain(text: str) -> str:
    """Return a description without the links and entities that Spotify writes into it."""
    return unescape(_MARKUP.sub("", text)).strip()


def embedded_page(payload: object) -> ItemsPage | None:
    """Return the first page that a playlist brings along by either spelling, or None."""
    data = json_object(payload)
    for name in ("items", "tracks"):
        page = json_object(data.get(name))
        if isinstance(page.get("items"), list):
            return parse_items_page(page)
    return None


def parse_items_page(payload: object, offset: int | None = None) -> ItemsPage:
    """Return a page of playlist items or saved tracks; every entry keeps its position.

    Positions count from `offset`, by default the page's own. Raises InvalidReplyError when it is no
    page.
    """
    data = json_object(payload)
    if not isinstance(data.get("items"), list):
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_page")
    start = offset if offset is not None else integer_or_none(data.get("offset")) or 0
    return ItemsPage(
        items=tuple(
            parse_item(entry, position)
            for position, entry in enumerate(json_list(data["items"]), start)
        ),
        total=integer_or_none(data.get("total")),
        next_link=text_or_none(data.get("next")),
    )


def parse_item(entry: object, position: int) -> PlaylistItem:
    """Return one entry whatever it holds: track, episode, local file, ghost or nothing."""
    data = json_object(entry)
    content = _content(data)
    kind = _kind(data, content)
    track = None
    if kind is EntryKind.TRACK:
        track = parse_track(content)
    elif kind is EntryKind.LOCAL:
        track = parse_local_file(content)
    added_at = moment_or_none(data.get("added_at"))
    return PlaylistItem(
        position=position,
        kind=kind,
        track=track,
        title="" if track is not None else text_or_none(content.get("name")) or "",
        uri=track.spotify_uri if track is not None else track_uri(content),
        added_at=None if added_at == _NO_TIME else added_at,
        added_by=text_or_none(json_object(data.get("added_by")).get("id")),
    )


def _content(data: JsonObject) -> JsonObject:
    """Return what the entry holds by the new spelling, then by the old one."""
    return json_object(data.get("item")) or json_object(data.get("track"))


def _kind(data: JsonObject, content: JsonObject) -> EntryKind:
    """Decide by the local mark first, then by the type, then by what is left of a name."""
    if not content:
        return EntryKind.MISSING
    uri = text_or_none(content.get("uri")) or ""
    if (
        data.get("is_local") is True
        or content.get("is_local") is True
        or uri.startswith(LOCAL_PREFIX)
    ):
        return EntryKind.LOCAL
    # Anything that is spoken counts as an episode: chapters of audiobooks appear in lists too.
    if content.get("type", "track") not in ("track", None) or content.get("episode") is True:
        return EntryKind.EPISODE
    if uri.startswith("spotify:episode:"):
        return EntryKind.EPISODE
    if text_or_none(content.get("name")) is None:
        return EntryKind.GHOST
    return EntryKind.TRACK
