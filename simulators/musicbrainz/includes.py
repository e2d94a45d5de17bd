"""Know which `inc` values each resource allows."""

_RELATIONS = frozenset(
    f"{target}-rels"
    for target in (
        "area",
        "artist",
        "event",
        "genre",
        "instrument",
        "label",
        "place",
        "recording",
    )
) | frozenset(f"{target}-rels" for target in ("release", "release-group", "series", "url", "work"))
_COMMON = frozenset(
    {"aliases", "annotation", "artist-credits", "artists", "genres", "ratings", "tags"}
)
_WITH_RELEASES = frozenset({"media", "discids", "release-groups"})

ALLOWED: dict[str, frozenset[str]] = {
    "artist": _COMMON | _RELATIONS | {"recordings", "releases", "release-groups", "works"},
    "recording": _COMMON | _RELATIONS | _WITH_RELEASES | {"isrcs", "releases", "work-level-rels"},
    "release": _COMMON
    | _RELATIONS
    | _WITH_RELEASES
    | {"isrcs", "labels", "recordings", "recording-level-rels", "work-level-rels"},
    "release-group": _COMMON | _RELATIONS | {"releases", "media", "discids"},
    "isrc": (_COMMON - {"genres", "annotation"})
    | _RELATIONS
    | {"isrcs", "releases", "media", "discids"},
    "url": _RELATIONS,
}
_NEEDS_RELEASES = {
    "recording": _WITH_RELEASES,
    "release-group": frozenset({"media", "discids"}),
    "isrc": frozenset({"media", "discids"}),
}


class BadIncludeError(ValueError):
    """Say which include is not allowed."""


def parse_includes(resource: str, text: str, *, is_browse: bool = False) -> frozenset[str]:
    """Return the includes of a request; BadIncludeError when one is not allowed for the resource."""
    includes = frozenset(text.replace("+", " ").split())
    for include in sorted(includes):
        if include not in ALLOWED[resource]:
            raise BadIncludeError(
                f"{include} is not a valid inc parameter for the {resource} resource."
            )
    needing = _NEEDS_RELEASES.get(resource, frozenset()) & includes
    if needing and "releases" not in includes and not is_browse:
        raise BadIncludeError(
            f"{min(needing)} is not a valid inc parameter for the {resource} resource "
            "unless you also request releases."
        )
    return includes
