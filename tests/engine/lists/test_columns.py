"""Read lists in columns, however they are written."""

import csv
import io

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.lists import ListKind, ParsedList, parse_list
from custom_components.soulspot.engine.model import TrackMetadata

EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album URI","Album Name",'
    '"Album Artist URI(s)","Album Artist Name(s)","Album Release Date","Album Image URL","Disc Number",'
    '"Track Number","Track Duration (ms)","Track Preview URL","Explicit","Popularity","ISRC","Added By",'
    '"Added At"\n'
    '"spotify:track:0000000000000000000001","Morning, Song","spotify:artist:a, spotify:artist:b",'
    '"Ada, Bo","spotify:album:c","First ""Light""","spotify:artist:a","Ada","2001-05-04","","1","3","185040",'
    '"","false","7","QZ-TST-26-00001","spotify:user:me","2026-01-01T00:00:00Z"\n'
    '"spotify:track:0000000000000000000002","September","spotify:artist:a","Earth, Wind & Fire",'
    '"spotify:album:c","Best\nof","spotify:artist:a","Earth, Wind & Fire","1978","","2","1","215000",'
    '"","false","7","","",""\n'
)


def tracks(parsed: ParsedList) -> list[TrackMetadata]:
    """Return the tracks of a list without problems."""
    assert parsed.problems == ()
    return [item.track for item in parsed.items if item.track is not None]


def names(track: TrackMetadata) -> list[str]:
    """Return the artists' names."""
    return [artist.name for artist in track.artists]


def test_exportify() -> None:
    """Take everything that its columns give."""
    parsed = parse_list(EXPORTIFY.encode())
    assert parsed.kind is ListKind.CSV
    first, second = tracks(parsed)
    assert (first.title, names(first)) == ("Morning, Song", ["Ada", "Bo"])
    assert first.spotify_uri == "spotify:track:0000000000000000000001"
    assert (first.duration_ms, first.isrc) == (185_040, "QZTST2600001")
    assert (first.disc_number, first.track_number) == (1, 3)
    assert first.album is not None
    assert (first.album.name, first.album.release_date) == ('First "Light"', "2001-05-04")
    assert [artist.name for artist in first.album.artists] == ["Ada"]
    # One address of an artist: the comma is part of the name. The line break is part of the album.
    assert names(second) == ["Earth, Wind & Fire"]
    assert second.album is not None
    assert second.album.name == "Best of"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    """Read the same list from every form that spreadsheets write."""
    lines = [
        ["Titel", "Künstler", "Album", "Dauer"],
        ["Größe; usw.", "Ärzte, die", "Süß | a", "3:05"],
    ]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)
    (track,) = tracks(parse_list(buffer.getvalue().encode(encoding)))
    assert (track.title, names(track)) == ("Größe; usw.", ["Ärzte, die"])
    assert track.album is not None
    assert (track.album.name, track.duration_ms) == ("Süß | a", 185_000)


@pytest.mark.parametrize(
    "header",
    [
        "Title,Artist,Album,Duration,ISRC",
        "Track Name,Artist Name(s),Album Name,Length (s),isrc",
        "TITEL,INTERPRET,ALBUM,LÄNGE,ISRC",
        "Titre,Artiste,Album,Durée,ISRC",
        "Título,Artista,Álbum,Duración,ISRC",
        "Titolo,Artista,Album,Durata,ISRC",
        "Tytuł,Wykonawca,Album,Długość,ISRC",
        "Название,Исполнитель,Альбом,Длительность,ISRC",
        "曲名,アーティスト,アルバム,時間,ISRC",
        "Şarkı,Sanatçı,Albüm,Süre,ISRC",
    ],
)
def test_header_languages(header: str) -> None:
    """Know the columns by their names in many languages."""
    (track,) = tracks(parse_list(f"{header}\nSong,Ada,Light,185,QZTST2600001\n"))
    assert (track.title, names(track)) == ("Song", ["Ada"])
    assert track.album is not None
    assert (track.album.name, track.duration_ms, track.isrc) == ("Light", 185_000, "QZTST2600001")


def test_without_header() -> None:
    """Take artist, title and album in this order, and tell lengths and codes by their form."""
    first, second = tracks(
        parse_list("1;Ada;Song;Light;3:05;QZTST2600001\n2;Bo;Other;Dark;0:59;\n")
    )
    assert (first.title, names(first), first.isrc) == ("Song", ["Ada"], "QZTST2600001")
    assert first.duration_ms == 185_000
    assert second.album is not None
    assert (second.title, second.album.name) == ("Other", "Dark")


def test_titles_that_name_the_artist() -> None:
    """Split the title when there is no column for artists."""
    (track,) = tracks(parse_list("Title,Length\nAda - Song,3:05\n"))
    assert (track.title, names(track)) == ("Song", ["Ada"])


def test_commas_do_not_make_columns_of_pasted_lines() -> None:
    """Read lines of "Artist - Title" as such, commas or not."""
    parsed = parse_list("Earth, Wind & Fire - September\nTyler, The Creator - Earfquake\n")
    assert parsed.kind is ListKind.PASTED
    assert [names(track) for track in tracks(parsed)] == [
        ["Earth, Wind & Fire"],
        ["Tyler, The Creator"],
    ]


def test_an_open_quote_spoils_one_line() -> None:
    """Report or take the line with the quote, and read on behind it."""
    body = "".join(f"Song {number},Ada\n" for number in range(30))
    parsed = parse_list(f'Title,Artist\n"Broken,Bo\n{body},Cy\n')
    assert [item.title for item in parsed.items][-30:] == [f"Song {n}" for n in range(30)]
    assert [reason.placeholders["line"] for reason in parsed.problems] == ["33"]


@given(
    rows=st.lists(
        st.tuples(
            st.text(
                st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='"'),
                min_size=1,
                max_size=20,
            ),
            st.sampled_from(["Ada", "Earth, Wind & Fire", 'The "Q"', "Zoë\nBand", "- x -"]),
        ),
        min_size=1,
        max_size=20,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_is_written_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    """Return exactly the titles that the csv module wrote."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(("Track Name", "Artist Name(s)"))
    writer.writerows(rows)
    parsed = parse_list(buffer.getvalue().encode())
    assert [item.title for item in parsed.items] == [title for title, _ in rows]
    assert parsed.problems == ()
