"""Build the catalogue of the demo: two playlists to import, several that must fail well."""

from types import MappingProxyType

from .model import (
    LISTENER,
    OTHER_LISTENER,
    SPOTIFY_ITSELF,
    Catalogue,
    CataloguePlaylist,
    EntryKind,
    Episode,
    Expectation,
    LocalFile,
    PlaylistEntry,
)
from .recordings import LIKED_RECORDINGS, PIANO_RECORDINGS, ROAD_RECORDINGS

TRAPS: tuple[tuple[str, Expectation, str], ...] = (
    (
        "cathedrale",
        Expectation.LEAVE,
        "Nobody shares it: every search for it comes back empty.",
    ),
    (
        "liberty-bell",
        Expectation.LEAVE,
        (
            "Only by other performers: the same march and title, near lengths, by other bands and orchestras "
            "in artist folders of their own (for example Eastman Wind Ensemble, Cleveland Pops Orchestra)."
        ),
    ),
    (
        "sick-as-a-dog",
        Expectation.LEAVE,
        (
            "Only wrong versions: the same artist and title as remix, karaoke, live and instrumental, "
            "some within five seconds of the wanted length, none plain."
        ),
    ),
    (
        "skullcrusher-live",
        Expectation.LEAVE,
        "Only the studio take from Smoking Monkey (2003, about 193 s), no live take from the concert album.",
    ),
    (
        "cylinder-five",
        Expectation.ASK,
        "Artist, album, number and title all right, but every copy is 12 s longer than wanted.",
    ),
    (
        "after-youve-gone",
        Expectation.ASK,
        (
            "Only loose files named by the title (and a number) in folders such as 'Old 78s': the artist is not "
            "visible anywhere in the path and no length is announced."
        ),
    ),
)


def _recordings(*keys: str, month: int) -> list[PlaylistEntry]:
    """Make one entry per key, added on consecutive days of a month of 2026."""
    return [
        PlaylistEntry(EntryKind.RECORDING, key, added_at=f"2026-{month:02d}-{day:02d}T18:30:00Z")
        for day, key in enumerate(keys, start=1)
    ]


def _road() -> CataloguePlaylist:
    """Build the list that holds every kind of entry and one duplicate."""
    entries = _recordings(*(recording.key for recording in ROAD_RECORDINGS), month=4)
    local = LocalFile("Neighbours' Choir", "", "Rehearsal in the garden", 154)
    episode = Episode(
        "commons-hour-12",
        "The Commons Hour",
        "Episode 12: who owns a march?",
        1_846_000,
        "2026-02-11",
    )
    entries.insert(3, PlaylistEntry(EntryKind.LOCAL, local=local))
    entries.insert(6, PlaylistEntry(EntryKind.EPISODE, episode=episode))
    entries.insert(9, PlaylistEntry(EntryKind.NULL, added_at=None, added_by=None))
    entries.insert(12, PlaylistEntry(EntryKind.GHOST, "withdrawn"))
    entries.append(
        PlaylistEntry(EntryKind.RECORDING, "code-monkey", added_at="2026-05-01T07:15:00Z")
    )
    return CataloguePlaylist(
        "open-road",
        "Open road",
        LISTENER,
        "For long drives &amp; short ones.",
        tuple(entries),
    )


def _piano() -> CataloguePlaylist:
    """Build the list that shares two recordings with the other one."""
    keys = [recording.key for recording in PIANO_RECORDINGS]
    keys.insert(3, "14-ghosts-ii")
    keys.append("night-owl")
    return CataloguePlaylist(
        "late-piano",
        "Late piano",
        LISTENER,
        "",
        tuple(_recordings(*keys, month=6)),
        public=True,
    )


def _problem_playlists() -> tuple[CataloguePlaylist, ...]:
    """Build the lists that cannot be imported, or hold nothing to import."""
    local_entries = tuple(
        PlaylistEntry(EntryKind.LOCAL, local=local)
        for local in (
            LocalFile("The Attic Tapes", "Demos", "Side A", 1320),
            LocalFile("", "", "track 03", 187),
            LocalFile("Großmutter & Söhne", "Küchenlieder: Band 1", "Wenn's regnet", 98),
        )
    )
    foreign = tuple(_recordings("code-monkey", "night-owl", month=1))
    return (
        CataloguePlaylist(
            "followed",
            "Followed list",
            OTHER_LISTENER,
            "Owned by another account.",
            foreign,
            public=True,
        ),
        CataloguePlaylist(
            "shared-with-me",
            "Shared with me",
            OTHER_LISTENER,
            "Collaborative.",
            foreign,
            collaborative=True,
        ),
        CataloguePlaylist(
            "editorial",
            "Editor's choice",
            SPOTIFY_ITSELF,
            "Made by Spotify.",
            foreign,
            public=True,
        ),
        CataloguePlaylist("empty", "Nothing yet", LISTENER, "", ()),
        CataloguePlaylist("only-local", "From my own computer", LISTENER, "", local_entries),
    )


def demo_catalogue() -> Catalogue:
    """Return the recordings, playlists and traps the demo and its check agree on."""
    recordings = (*ROAD_RECORDINGS, *PIANO_RECORDINGS, *LIKED_RECORDINGS)
    playlists = (_road(), _piano(), *_problem_playlists())
    liked = _recordings("swansong", "crazy-blues", "au-printemps", "night-owl", month=7)
    return Catalogue(
        recordings=MappingProxyType({recording.key: recording for recording in recordings}),
        playlists=MappingProxyType({playlist.key: playlist for playlist in playlists}),
        liked=tuple(reversed(liked)),
        traps=MappingProxyType({key: expectation for key, expectation, _ in TRAPS}),
        trap_reasons=MappingProxyType({key: reason for key, _, reason in TRAPS}),
    )
