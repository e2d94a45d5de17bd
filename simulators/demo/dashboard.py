"""Lay the integration's entities out on a dashboard, found by their keys and never by their ids."""

from dataclasses import dataclass, field

from .api import HomeAssistantApi, Json
from .set_up import DOMAIN

PATH = "music-library"
_TITLE = "Music library"
_GRAPH_HOURS = 1 / 30


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the entities of the account by key, and those of every playlist by its device's name."""

    account: dict[str, str] = field(default_factory=dict)
    playlists: dict[str, dict[str, str]] = field(default_factory=dict)


async def create_dashboard(api: HomeAssistantApi, found: Found) -> str:
    """Create the dashboard, make it the first page, and return its address."""
    await api.command(
        "lovelace/dashboards/create",
        url_path=PATH,
        title=_TITLE,
        icon="mdi:music-box-multiple",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await api.command("lovelace/config/save", url_path=PATH, config=layout(found))
    await api.command("frontend/set_system_data", key="core", value={"default_panel": PATH})
    return f"{api.url}/{PATH}"


async def find_entities(api: HomeAssistantApi, entry_id: str) -> Found:
    """Look the integration's enabled entities up in the registries."""
    devices = {
        device["id"]: device["name_by_user"] or device["name"]
        for device in await api.command("config/device_registry/list")
    }
    found = Found()
    for entity in await api.command("config/entity_registry/list"):
        if entity["platform"] != DOMAIN or entity["disabled_by"] is not None:
            continue
        prefix = f"{entry_id}_"
        unique_id = str(entity["unique_id"])
        if entity["config_entry_id"] != entry_id or not unique_id.startswith(prefix):
            continue
        if entity["config_subentry_id"] is None:
            found.account[unique_id.removeprefix(prefix)] = entity["entity_id"]
            continue
        key = unique_id.removeprefix(prefix).partition("_")[2]
        found.playlists.setdefault(devices[entity["device_id"]], {})[key] = entity["entity_id"]
    return found


def layout(found: Found) -> Json:
    """Return the dashboard; a card without its entity is left out."""
    return {
        "views": [
            {
                "title": _TITLE,
                "path": "music",
                "type": "sections",
                "max_columns": 3,
                "sections": [
                    _section(*_downloads(found.account)),
                    _section(*_playlists(found.playlists)),
                    _section(*_services(found.account)),
                ],
            }
        ]
    }


def _downloads(account: dict[str, str]) -> list[Json | None]:
    """Return the figures of the queue."""
    return [
        _heading("Downloads", "mdi:tray-arrow-down"),
        _tile(account.get("tracks_in_library"), "In library", "mdi:music-box-multiple", "green"),
        _tile(account.get("tracks_wanted"), "Wanted", "mdi:playlist-star", "blue"),
        _tile(account.get("waiting"), "Waiting", "mdi:timer-sand", "grey"),
        _tile(account.get("searching"), "Searching", "mdi:magnify", "purple"),
        _tile(account.get("transferring"), "Downloading", "mdi:download", "cyan"),
        _tile(account.get("needs_attention"), "To decide", "mdi:account-question", "orange"),
        _tile(account.get("not_available"), "Not available", "mdi:cloud-question-outline", "grey"),
        _tile(account.get("failed"), "Failed", "mdi:alert-circle-outline", "red"),
        _graph(
            "Tracks",
            {
                "In library": account.get("tracks_in_library"),
                "Wanted": account.get("tracks_wanted"),
            },
            rows=8,
        ),
    ]


def _playlists(playlists: dict[str, dict[str, str]]) -> list[Json | None]:
    """Return how complete the playlists are."""
    cards: list[Json | None] = []
    ordered = sorted(playlists.items(), reverse=True)
    for name, entities in ordered:
        cards += [
            _heading(name, "mdi:playlist-music"),
            _gauge(entities.get("progress"), "Complete"),
            _tile(entities.get("tracks"), "Tracks", "mdi:music-note", "blue"),
            _tile(entities.get("owned"), "In library", "mdi:playlist-check", "green"),
            _tile(entities.get("missing"), "Missing", "mdi:playlist-remove", "orange"),
        ]
    progress = {name: entities.get("progress") for name, entities in ordered}
    return [*cards, _graph("Complete", progress, rows=6)]


def _services(account: dict[str, str]) -> list[Json | None]:
    """Return how the services are, and what happened last."""
    return [
        _heading("Services", "mdi:lan-connect"),
        _tile(account.get("slskd_status"), "slskd", "mdi:share-variant", "green"),
        _tile(account.get("spotify_status"), "Spotify", "mdi:spotify", "green"),
        _tile(account.get("paused"), "Pause", "mdi:pause-circle-outline", "orange"),
        _tile(account.get("sync"), "Sync now", "mdi:sync", "blue", hides_state=True),
        _heading("What happened last", "mdi:history"),
        _last(account.get("download")),
        _happened(account.get("download")),
    ]


def _section(*cards: Json | None) -> Json:
    """Return a column of the cards that exist."""
    return {"type": "grid", "cards": [card for card in cards if card is not None]}


def _heading(text: str, icon: str) -> Json:
    """Return a heading."""
    return {"type": "heading", "heading": text, "icon": icon, "heading_style": "title"}


def _tile(
    entity: str | None, name: str, icon: str, colour: str, *, hides_state: bool = False
) -> Json | None:
    """Return a tile of half a column."""
    if entity is None:
        return None
    return {
        "type": "tile",
        "entity": entity,
        "name": name,
        "icon": icon,
        "color": colour,
        "hide_state": hides_state,
        "grid_options": {"columns": 6, "rows": 1},
    }


def _gauge(entity: str | None, name: str) -> Json | None:
    """Return a gauge of percents, as high as three tiles."""
    if entity is None:
        return None
    return {
        "type": "gauge",
        "entity": entity,
        "name": name,
        "min": 0,
        "max": 100,
        "severity": {"red": 0, "yellow": 20, "green": 60},
        "grid_options": {"columns": 6, "rows": 3},
    }


def _graph(title: str, entities: dict[str, str | None], *, rows: int) -> Json | None:
    """Return a graph of the last two minutes; entities by the name to show."""
    known = [{"entity": entity, "name": name} for name, entity in entities.items() if entity]
    if not known:
        return None
    return {
        "type": "history-graph",
        "title": title,
        "hours_to_show": _GRAPH_HOURS,
        "entities": known,
        "grid_options": {"columns": "full", "rows": rows},
    }


def _last(event: str | None) -> Json | None:
    """Return a sentence about the latest event."""
    if event is None:
        return None
    return {
        "type": "markdown",
        "content": (
            f"{{% set e = '{event}' %}}"
            "**{{ state_attr(e, 'title') or 'Nothing yet' }}**"
            "{% if state_attr(e, 'artist') %}<br>{{ state_attr(e, 'artist') }}"
            "{% if state_attr(e, 'album') %} · {{ state_attr(e, 'album') }}{% endif %}{% endif %}"
            "{% if state_attr(e, 'reason') %}<br>{{ state_attr(e, 'reason') }}{% endif %}"
        ),
    }


def _happened(event: str | None) -> Json | None:
    """Return the latest events."""
    if event is None:
        return None
    return {
        "type": "logbook",
        "target": {"entity_id": event},
        "hours_to_show": 1,
        "grid_options": {"columns": "full", "rows": 8},
    }
