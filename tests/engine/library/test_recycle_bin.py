"""Check that files get into the recycle bin and out of it whole, and never over others."""

from collections.abc import Iterator
import os
from pathlib import Path, PurePosixPath
import tempfile

import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.recycle_bin import find_free, move_in, move_out

SONG = PurePosixPath("Artist/Album/Song.flac")


@pytest.fixture(params=["one disk", "two disks"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return a library with one song, whose bin may lie on another file system."""
    song = tmp_path / SONG
    song.parent.mkdir(parents=True)
    song.write_bytes(b"sound")
    shared_memory = Path("/dev/shm")  # noqa: S108 - not for a temporary file, but for another disk
    if request.param == "one disk":
        yield tmp_path
        return
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=shared_memory) as name:
        (tmp_path / ".soulspot").symlink_to(name)
        yield tmp_path


def held(library: Path) -> dict[str, bytes]:
    """Return all files by their path, those of the bin too."""
    found = (
        Path(folder, name)
        for folder, _, names in os.walk(library, followlinks=True)
        for name in names
    )
    return {path.relative_to(library).as_posix(): path.read_bytes() for path in found}


def test_there_and_back(library: Path) -> None:
    """A file is at one place only, and no empty folder is left behind."""
    assert move_in(library, 7, SONG)
    assert held(library) == {f".soulspot/recycle-bin/7/{SONG}": b"sound"}
    assert not (library / "Artist").exists()
    assert find_free(library, SONG) == SONG
    assert move_out(library, 7, SONG, SONG)
    assert held(library) == {str(SONG): b"sound"}
    assert list((library / ".soulspot" / "recycle-bin").iterdir()) == []


def test_repeating_what_a_crash_cut_short(library: Path) -> None:
    """A file that has both names has one of them afterwards; another file is nobody's copy."""
    assert move_in(library, 7, SONG)
    place = library / ".soulspot" / "recycle-bin" / "7" / SONG

    def both() -> None:
        """Give the file its other name too, as far as the file systems can."""
        (library / SONG).parent.mkdir(parents=True)
        try:
            os.link(place, library / SONG)
        except OSError:
            (library / SONG).write_bytes(b"sound")

    both()
    assert move_in(library, 7, SONG)
    assert held(library) == {f".soulspot/recycle-bin/7/{SONG}": b"sound"}
    both()
    assert move_out(library, 7, SONG, SONG)
    assert held(library) == {str(SONG): b"sound"}


def test_another_file_is_left_alone(library: Path) -> None:
    """Neither what has the old name by now nor what stands where a file goes back to is touched."""
    assert not move_in(library, 7, SONG, is_taken=True)
    assert held(library) == {str(SONG): b"sound"}
    assert move_in(library, 7, SONG)
    (library / SONG).parent.mkdir(parents=True)
    (library / SONG).write_bytes(b"other")
    assert move_in(library, 7, SONG)
    assert not move_out(library, 7, SONG, SONG)
    assert (library / SONG).read_bytes() == b"other"
    free = find_free(library, SONG)
    assert free.name == "Song (2).flac"
    assert move_out(library, 7, SONG, free)
    assert held(library) == {str(SONG): b"other", str(free): b"sound"}


def test_what_is_nowhere(library: Path) -> None:
    """A missing file is no trouble, a missing library is."""
    assert not move_in(library, 7, PurePosixPath("Artist/Other.flac"))
    with pytest.raises(StorageError, match="file_vanished"):
        move_out(library, 8, SONG, PurePosixPath("Artist/Other.flac"))
    with pytest.raises(StorageError, match="folder_missing"):
        move_in(library / "away", 7, SONG)
