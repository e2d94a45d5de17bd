"""Turn artist credits, aliases and genres into the engine's objects."""

from ..model import ArtistCredit
from ..payload import JsonObject, integer_or_none, json_object, json_objects, text_or_none


def parse_credit(value: object) -> tuple[ArtistCredit, ...]:
    """Return the parts of an artist credit in their order.

    The join phrase keeps its blanks: name and phrase of all parts joined give the credit as printed.
    """
    parts = []
    for data in json_objects(value):
        artist = json_object(data.get("artist"))
        artist_name = text_or_none(artist.get("name"))
        name = text_or_none(data.get("name")) or artist_name
        if name is None:
            continue
        join_phrase = data.get("joinphrase")
        parts.append(
            ArtistCredit(
                name=name,
                artist_id=text_or_none(artist.get("id")),
                artist_name=artist_name or name,
                join_phrase=join_phrase if isinstance(join_phrase, str) else "",
                aliases=parse_aliases(artist),
            )
        )
    return tuple(parts)


def parse_aliases(data: JsonObject) -> tuple[str, ...]:
    """Return the other names of an artist, each once."""
    own = {text_or_none(data.get("name"))}
    names: dict[str, None] = {}
    for alias in json_objects(data.get("aliases")):
        name = text_or_none(alias.get("name"))
        if name is not None and name not in own:
            names[name] = None
    return tuple(names)


def parse_genres(data: JsonObject) -> tuple[str, ...]:
    """Return the genres with votes, the most voted first; those that were voted down are left out."""
    votes = [
        (integer_or_none(genre.get("count")) or 0, name)
        for genre in json_objects(data.get("genres"))
        if (name := text_or_none(genre.get("name"))) is not None
    ]
    return tuple(
        name for count, name in sorted(votes, key=lambda vote: (-vote[0], vote[1])) if count > 0
    )
