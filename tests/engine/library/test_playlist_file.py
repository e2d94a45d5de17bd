"""Test that playlists are written in order, only on change, and only over their own file."""

from pathlib import Path, PurePosixPath

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.playlist_file import (
    PlaylistEntry,
    remove_playlist,
    render_playlist,
    write_playlist,
)

ENTRIES = [
    PlaylistEntry(
        path=PurePosixPath("A/B/01 One.flac"), title="One", artist="A", duration_ms=61_499
    ),
    PlaylistEntry(path=PurePosixPath("#1/ü 東.mp3"), title="Two\nlines"),
    PlaylistEntry(
        path=PurePosixPath("A/B/01 One.flac"), title="One", artist="A", duration_ms=61_500
    ),
]


def test_text_is_extended_m3u() -> None:
    """Order and duplicates stay, a length may be unknown, no line can pass for another kind."""
    assert render_playlist("My\rlist", "id-1", ENTRIES).splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:My list",
        "#SOULSPOT-PLAYLIST:id-1",
        "#EXTINF:61,A - One",
        "A/B/01 One.flac",
        "#EXTINF:-1,Two lines",
        "./#1/ü 東.mp3",
        "#EXTINF:62,A - One",
        "A/B/01 One.flac",
    ]


def test_paths_are_relative_to_the_playlist(tmp_path: Path) -> None:
    """From a folder of playlists the music is one step up, and the file is found by that path."""
    written = write_playlist(tmp_path, "List", "id-1", ENTRIES, folder="Playlists")
    assert written.path == PurePosixPath("Playlists/List.m3u8")
    text = (tmp_path / written.path).read_text(encoding="utf-8")
    assert text.splitlines()[4] == "../A/B/01 One.flac"
    assert "../#1/ü 東.mp3" in text


def test_written_only_on_change(tmp_path: Path) -> None:
    """An unchanged playlist keeps its file untouched; a change replaces it whole."""
    first = write_playlist(tmp_path, "List", "id-1", ENTRIES)
    status = (tmp_path / first.path).stat()
    assert first.is_changed
    again = write_playlist(tmp_path, "List", "id-1", ENTRIES, previous=first.path)
    assert not again.is_changed
    assert (tmp_path / first.path).stat() == status
    assert write_playlist(tmp_path, "List", "id-1", ENTRIES[:1]).is_changed
    assert (tmp_path / first.path).read_text().count("#EXTINF") == 1
    assert list((tmp_path / ".soulspot" / "temporary").iterdir()) == []


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    """The user's own file and another playlist of the same name keep theirs."""
    (tmp_path / "List.m3u8").write_text("#EXTM3U\nmine.mp3\n")
    first = write_playlist(tmp_path, "List", "id-1", ENTRIES)
    second = write_playlist(tmp_path, "List", "id-2", ENTRIES)
    assert [str(first.path), str(second.path)] == ["List (2).m3u8", "List (3).m3u8"]
    assert (tmp_path / "List.m3u8").read_text() == "#EXTM3U\nmine.mp3\n"
    assert write_playlist(tmp_path, "List", "id-1", ENTRIES).path == first.path
    assert not remove_playlist(tmp_path, PurePosixPath("List.m3u8"), "id-1")
    assert not remove_playlist(tmp_path, second.path, "id-1")
    assert remove_playlist(tmp_path, first.path, "id-1")
    assert not (tmp_path / first.path).exists()


def test_names_differing_in_case_are_one(tmp_path: Path) -> None:
    """On a share "list" would overwrite "List"."""
    write_playlist(tmp_path, "List", "id-1", ENTRIES)
    assert str(write_playlist(tmp_path, "LIST", "id-2", ENTRIES).path) == "LIST (2).m3u8"


def test_renaming_takes_the_old_file_away(tmp_path: Path) -> None:
    """A renamed playlist has one file; the old name's file goes only if it is its own."""
    old = write_playlist(tmp_path, "Old", "id-1", ENTRIES)
    new = write_playlist(tmp_path, "New", "id-1", ENTRIES, previous=old.path)
    assert not (tmp_path / old.path).exists()
    assert (tmp_path / new.path).exists()
    (tmp_path / "Mine.m3u8").write_text("#EXTM3U\n")
    write_playlist(tmp_path, "New", "id-1", ENTRIES, previous=PurePosixPath("Mine.m3u8"))
    assert (tmp_path / "Mine.m3u8").exists()


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/x", "..", "", "CON", "a\0b", "#list", "\ud800", "x" * 400]
)
def test_hostile_names_stay_inside(tmp_path: Path, name: str) -> None:
    """Whatever the playlist is called, its file lies directly in the folder."""
    library = tmp_path / "library"
    library.mkdir()
    written = write_playlist(library, name, "id-1", ENTRIES)
    assert (library / written.path).parent == library
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


@pytest.mark.parametrize("folder", ["..", "/etc", "a/../.."])
def test_hostile_folders_are_refused(tmp_path: Path, folder: str) -> None:
    """A configured folder cannot lead out either."""
    with pytest.raises(StorageError) as caught:
        write_playlist(tmp_path, "List", "id-1", ENTRIES, folder=folder)
    assert caught.value.translation_key == "outside_library"


@given(
    name=st.text(),
    titles=st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=5),
)
def test_any_text_keeps_the_form(name: str, titles: list[str]) -> None:
    """No title or name can add or swallow a line."""
    entries = [
        PlaylistEntry(path=PurePosixPath(f"{n}.mp3"), title=title) for n, title in enumerate(titles)
    ]
    lines = render_playlist(name, "id", entries).encode().decode().split("\n")
    assert [line for line in lines if not line.startswith("#")] == [
        f"{n}.mp3" for n in range(len(titles))
    ] + [""]
    assert len(lines) == 3 + 2 * len(titles) + 1
