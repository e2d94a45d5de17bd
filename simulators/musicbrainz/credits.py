"""Make artists and artist credits from names."""

from collections.abc import Sequence

from . import imperfections as odd
from .entities import Artist, Credit, mbid


def artist(name: str) -> Artist:
    """Return the artist of this name."""
    is_group = name in odd.GROUPS
    first, _, last = name.rpartition(" ")
    sort_name = name if is_group or not first else f"{last}, {first}"
    kind = "Group" if is_group else "Person"
    aliases = odd.ALIASES.get(name, ())
    return Artist(mbid("artist", name), name, sort_name, kind, aliases=aliases)


def credit(names: Sequence[str], *, featuring: bool = False) -> tuple[Credit, ...]:
    """Return an artist credit; composers are joined by a semicolon, guests by "feat."."""
    join = " & "
    if odd.COMPOSERS & set(names):
        join = "; "
    elif featuring:
        join = " feat. "
    *first, last = names
    return (
        *(Credit(artist(name), name, join) for name in first),
        Credit(artist(last), last),
    )
