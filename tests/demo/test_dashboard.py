"""Lay out dashboards from what the registries hold."""

from collections.abc import Iterator
from typing import Any

from simulators.demo.dashboard import Found, layout


def _entities(card: object) -> Iterator[str]:
    """Find every entity a dashboard names."""
    if isinstance(card, dict):
        for key, value in card.items():
            if key in ("entity", "entity_id"):
                yield value
            yield from _entities(value)
    elif isinstance(card, list):
        for item in card:
            yield from _entities(item)


def _views(found: Found) -> list[dict[str, Any]]:
    """Return the views of a dashboard."""
    views: list[dict[str, Any]] = layout(found)["views"]
    return views


def test_only_entities_that_exist_are_shown() -> None:
    """Use the ids of the registry, whatever they are, and no others."""
    found = Found(
        account={"waiting": "sensor.a", "download": "event.b"},
        playlists={"Open road": {"progress": "sensor.c", "tracks": "sensor.d"}},
    )
    assert set(_entities(_views(found))) == {"sensor.a", "event.b", "sensor.c", "sensor.d"}


def test_nothing_found_still_makes_a_dashboard() -> None:
    """Leave the cards out instead of showing broken ones."""
    assert set(_entities(_views(Found()))) == set()
