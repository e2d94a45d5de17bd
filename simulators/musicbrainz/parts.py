"""Render the small objects that entities consist of."""

from .entities import Release, ReleaseGroup, mbid

type Json = dict[str, object]

_STATUS_IDS = {
    "Official": "4e304316-386d-3409-af2e-78857eec5cfe",
    "Bootleg": "1156806e-d06a-38bd-83f0-cf2284a808b9",
    "Pseudo-Release": "41121bb9-3413-3818-8a9a-9742318349aa",
}
_PRIMARY_TYPE_IDS = {
    "Album": "f529b476-6e62-324f-b0aa-1f3e33d313fc",
    "Single": "d6038452-8ee0-3f68-affc-2de9a1ede0b9",
    "EP": "6d0c5bf6-7a33-3420-a519-44fc63eedebf",
}
_STREAMING = "free streaming"


def type_id(kind: str | None) -> str | None:
    """Return the id of a type, status or format name."""
    if kind is None:
        return None
    return _STATUS_IDS.get(kind) or _PRIMARY_TYPE_IDS.get(kind) or mbid("type", kind)


def types(group: ReleaseGroup) -> set[str]:
    """Return all types of a group in small letters."""
    return {kind.lower() for kind in (group.primary_type or "", *group.secondary_types)}


def relation(direction: str) -> Json:
    """Render what every relation has."""
    return {
        "type": _STREAMING,
        "type-id": mbid("type", _STREAMING),
        "direction": direction,
        "attributes": [],
        "attribute-ids": {},
        "attribute-values": {},
        "begin": None,
        "end": None,
        "ended": False,
        "source-credit": "",
        "target-credit": "",
    }


def alias(name: str) -> Json:
    """Render an alias."""
    return {
        "name": name,
        "sort-name": name,
        "locale": None,
        "type": None,
        "type-id": None,
        "primary": None,
        "begin": None,
        "end": None,
        "ended": False,
    }


def events(release: Release) -> list[Json]:
    """Render when and where a release came out."""
    area: Json | None = None
    if release.country is not None:
        area = {
            "id": mbid("area", release.country),
            "name": release.country,
            "sort-name": release.country,
            "disambiguation": "",
            "iso-3166-1-codes": [release.country],
            "type": None,
            "type-id": None,
        }
    return [{"date": release.date, "area": area}]


def label_info(release: Release) -> list[Json]:
    """Render the label; its catalogue number is often unknown."""
    if release.label is None:
        return []
    label: Json = {
        "id": mbid("label", release.label),
        "name": release.label,
        "sort-name": release.label,
        "disambiguation": "",
        "label-code": None,
        "type": None,
        "type-id": None,
    }
    return [{"catalog-number": release.catalog_number, "label": label}]


def cover_flags(release: Release) -> Json:
    """Render whether there is a cover, so that nobody needs to ask in vain."""
    return {
        "artwork": release.has_cover,
        "front": release.has_cover,
        "back": False,
        "count": int(release.has_cover),
        "darkened": False,
    }
