"""Check that files are found where slskd put them, and nowhere else."""

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.slskd.paths import (
    FolderMapping,
    find_download,
    predicted_paths,
    verified_file,
)

HERE = Path("/media/downloads")
POSIX = FolderMapping(slskd_downloads="/app/downloads", local_downloads=HERE)
WINDOWS = FolderMapping(slskd_downloads="C:\\Users\\Me\\Downloads", local_downloads=HERE)
REMOTE = "@@abcde\\Music\\Band\\Album\\01 - Song.flac"

PATH_TEXT = st.text(
    alphabet=st.sampled_from("abC./\\:*?\x00 _@-") | st.characters(codec="utf-8"), max_size=40
)


# --- From there to here --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "there", "here"),
    [
        (POSIX, "/app/downloads/Album/a.flac", "Album/a.flac"),
        (POSIX, "/app/downloads//Album/./a.flac", "Album/a.flac"),
        (POSIX, "/app/downloads/a\\b.flac", "a\\b.flac"),
        (WINDOWS, "C:\\Users\\Me\\Downloads\\Album\\a.flac", "Album/a.flac"),
        (WINDOWS, "c:/users/me/downloads/Album/a.flac", "Album/a.flac"),
        (
            FolderMapping(slskd_downloads="\\\\nas\\music\\", local_downloads=HERE),
            "\\\\nas\\music\\Album\\a.flac",
            "Album/a.flac",
        ),
        (
            FolderMapping(slskd_downloads="/app/downloads/", local_downloads=HERE),
            "/app/downloads/a.flac",
            "a.flac",
        ),
    ],
)
def test_paths_are_translated(mapping: FolderMapping, there: str, here: str) -> None:
    """Both styles, with whatever slashes and letters' case the system allows."""
    assert mapping.to_local(there) == HERE / here


@pytest.mark.parametrize(
    ("mapping", "there"),
    [
        (POSIX, "/app/downloads"),
        (POSIX, "/app/downloads-2/a.flac"),
        (POSIX, "/app/downloads/../secrets"),
        (POSIX, "/app/downloads/a/../../b"),
        (POSIX, "/app/Downloads/a.flac"),
        (POSIX, "relative/a.flac"),
        (POSIX, "C:\\Users\\Me\\Downloads\\a.flac"),
        (POSIX, ""),
        (POSIX, "/app/downloads/a\x00b"),
        (WINDOWS, "C:\\Users\\Me\\Downloads\\..\\a.flac"),
        (WINDOWS, "D:\\Users\\Me\\Downloads\\a.flac"),
        (WINDOWS, "/app/downloads/a.flac"),
    ],
)
def test_paths_elsewhere_are_refused(mapping: FolderMapping, there: str) -> None:
    """Nothing outside the downloads directory has a place here."""
    with pytest.raises(StorageError) as caught:
        mapping.to_local(there)
    assert caught.value.translation_key == "path_outside_downloads"


@given(st.sampled_from([POSIX, WINDOWS]), PATH_TEXT)
def test_no_path_leaves_the_folder(mapping: FolderMapping, tail: str) -> None:
    """Whatever an event says, the file is below the local folder."""
    for there in (tail, f"{mapping.slskd_downloads}/{tail}", f"{mapping.slskd_downloads}\\{tail}"):
        try:
            here = mapping.to_local(there)
        except StorageError:
            continue
        assert Path(os.path.normpath(here)).is_relative_to(HERE)
        assert here != HERE


# --- Without being told ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "remote", "destination", "expected"),
    [
        (POSIX, REMOTE, None, ["Album/01 - Song.flac"]),
        (POSIX, "Music/Album/01 - Song.flac", None, ["Album/01 - Song.flac"]),
        (POSIX, REMOTE, "soulspot/7", ["soulspot/7/01 - Song.flac", "Album/01 - Song.flac"]),
        (POSIX, "song.mp3", None, ["song.mp3"]),
        (POSIX, "@@abcde\\song.mp3", None, ["@@abcde/song.mp3", "song.mp3"]),
        (POSIX, 'a\\What?: "x"\\b|c.mp3', None, ['What?: "x"/b|c.mp3']),
        (WINDOWS, 'a\\What?: "x"\\b|c.mp3', None, ["What__ _x_/b_c.mp3"]),
        (POSIX, "a\\..\\b.mp3", None, []),
        (POSIX, "a\\b\\..", None, []),
        (POSIX, "", None, []),
        (POSIX, "\\\\", None, []),
        (POSIX, REMOTE, "../x", ["Album/01 - Song.flac"]),
    ],
)
def test_the_place_is_predicted(
    mapping: FolderMapping, remote: str, destination: str | None, expected: list[str]
) -> None:
    """The batch's folder, the last remote folder, or the root."""
    found = predicted_paths(mapping, remote, destination)
    assert found == tuple(HERE / path for path in expected)


@given(st.sampled_from([POSIX, WINDOWS]), PATH_TEXT, st.none() | PATH_TEXT)
def test_no_prediction_leaves_the_folder(
    mapping: FolderMapping, remote: str, destination: str | None
) -> None:
    """Whatever a peer calls its files."""
    for path in predicted_paths(mapping, remote, destination):
        assert Path(os.path.normpath(path)).is_relative_to(HERE)
        assert path != HERE


# --- On the disk -----------------------------------------------------------------------------------


@pytest.fixture
def mapping(tmp_path: Path) -> FolderMapping:
    """Return a mapping to a folder that exists."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return FolderMapping(slskd_downloads="/app/downloads", local_downloads=folder)


def put(path: Path, size: int, modified: int = 0) -> Path:
    """Make a file of this size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (modified, modified))
    return path


def test_the_told_place_wins(mapping: FolderMapping) -> None:
    """The event is right even where nobody would look."""
    put(mapping.local_downloads / "Album" / "01 - Song.flac", 10)
    told = put(mapping.local_downloads / "by peer" / "Song.flac", 10)
    assert find_download(mapping, REMOTE, 10, told_path="/app/downloads/by peer/Song.flac") == told


@pytest.mark.parametrize("told", [None, "/app/downloads/gone.flac", "/elsewhere/x", "../x", ""])
def test_a_useless_event_does_not_hide_the_file(mapping: FolderMapping, told: str | None) -> None:
    """Then the predicted place is searched."""
    found = put(mapping.local_downloads / "Album" / "01 - Song.flac", 10)
    assert find_download(mapping, REMOTE, 10, told_path=told) == found


def test_the_size_must_fit(mapping: FolderMapping) -> None:
    """A file that is still growing, or another one of that name, is not it."""
    put(mapping.local_downloads / "Album" / "01 - Song.flac", 9)
    assert find_download(mapping, REMOTE, 10) is None
    assert (
        find_download(mapping, REMOTE, 10, told_path="/app/downloads/Album/01 - Song.flac") is None
    )


def test_a_name_that_was_taken(mapping: FolderMapping) -> None:
    """Slskd adds a number; of several that fit, the newest is the one that just came."""
    folder = mapping.local_downloads / "Album"
    put(folder / "01 - Song.flac", 99, modified=300)
    put(folder / "01 - Song_638400000000000001.flac", 10, modified=100)
    newest = put(folder / "01 - Song_638400000000000002.flac", 10, modified=200)
    put(folder / "01 - Song_6384.flac", 10, modified=400)
    put(folder / "01 - Song_638400000000000003.mp3", 10, modified=500)
    assert find_download(mapping, REMOTE, 10) == newest


def test_a_file_inside_a_batch_folder_that_was_lost(mapping: FolderMapping) -> None:
    """A restart of slskd loses the batch's folder; the file is in the usual place then."""
    found = put(mapping.local_downloads / "Album" / "01 - Song.flac", 10)
    assert find_download(mapping, REMOTE, 10, destination="soulspot/7") == found


def test_no_link_leads_out(mapping: FolderMapping, tmp_path: Path) -> None:
    """A link to a file elsewhere is not a download; one inside is."""
    outside = put(tmp_path / "secret", 10)
    album = mapping.local_downloads / "Album"
    album.mkdir()
    link = album / "01 - Song.flac"
    link.symlink_to(outside)
    assert find_download(mapping, REMOTE, 10) is None
    link.unlink()
    link.symlink_to(put(mapping.local_downloads / "real.flac", 10))
    assert find_download(mapping, REMOTE, 10) == link


def test_a_folder_reached_by_a_link_is_fine(tmp_path: Path) -> None:
    """The downloads folder itself may be a link, as on many a NAS."""
    real = tmp_path / "real"
    found = put(real / "Album" / "01 - Song.flac", 10)
    (tmp_path / "link").symlink_to(real)
    mapping = FolderMapping(slskd_downloads="/d", local_downloads=tmp_path / "link")
    assert find_download(mapping, REMOTE, 10) == tmp_path / "link" / "Album" / found.name


def test_a_folder_is_no_file(mapping: FolderMapping) -> None:
    """Nor is anything else that is not one."""
    folder = mapping.local_downloads / "Album" / "01 - Song.flac"
    folder.mkdir(parents=True)
    assert verified_file(mapping, folder, folder.stat().st_size) is None


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """An unmounted share is no error here: there is just nothing."""
    mapping = FolderMapping(slskd_downloads="/d", local_downloads=tmp_path / "gone")
    assert find_download(mapping, REMOTE, 10, told_path="/d/Album/x") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PATH_TEXT, st.none() | PATH_TEXT, st.none() | PATH_TEXT)
def test_searching_never_breaks(
    mapping: FolderMapping, remote: str, told: str | None, destination: str | None
) -> None:
    """Names too long, with zeros, or otherwise impossible are simply not there."""
    for name in (remote, remote * 20):
        assert find_download(mapping, name, 10, told_path=told, destination=destination) is None
