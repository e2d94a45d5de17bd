"""Shape what playlist and MusicBrainz say about a track into JSON."""

from typing import Any

from ..engine.model import FieldValues, MetadataField

_LISTS = frozenset(
    {MetadataField.ARTIST, MetadataField.GENRES, MetadataField.ISRC, MetadataField.RECORDING}
)
_NUMBERS = frozenset({MetadataField.LENGTH, MetadataField.TRACK_NUMBER})


def field_facts(values: FieldValues) -> dict[str, Any]:
    """Return what both sides say about a field, and what counts; lengths in milliseconds."""
    return {
        "field": values.field.value,
        "playlist": _field_value(values.field, values.playlist),
        "musicbrainz": _field_value(values.field, values.musicbrainz),
        "source": values.source.value,
        "value": _field_value(values.field, values.values),
        "decided": values.chosen is not None,
    }


def _field_value(field: MetadataField, values: tuple[str, ...]) -> Any:
    """Return a field's value as text, number or list, None when there is none."""
    if field in _LISTS:
        return list(values)
    if not values or not values[0]:
        return None
    return int(values[0]) if field in _NUMBERS else values[0]
