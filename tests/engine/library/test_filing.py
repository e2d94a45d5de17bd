"""Test that files get into the library whole, tagged, once, and never over anything else."""

from collections.abc import Callable, Iterator
from hashlib import md5
import os
from pathlib import Path, PurePosixPath
import tempfile

import pytest

from custom_components.soulspot.engine.errors import StorageError, VerificationError
from custom_components.soulspot.engine.library.filing import FiledFile, file_track, remove_source
from custom_components.soulspot.engine.library.storage import clean_temporary, place_new, place_over
from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.library.tags import read_tags, write_tags

from .conftest import FORMATS, TAGGED_FORMATS, encode

TAGS = TagSet(title="Time", artist="Somebody", tracknumber=4)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return an empty library folder."""
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


def visible(library: Path) -> list[str]:
    """Return the relative paths of all files a player would see, and of leftovers."""
    return sorted(str(path.relative_to(library)) for path in library.rglob("*") if path.is_file())


@pytest.mark.parametrize("format_name", FORMATS)
def test_files_a_tagged_copy(
    make_file: Callable[..., Path], library: Path, format_name: str
) -> None:
    """The copy is described truly, the source is untouched, nothing temporary stays."""
    source = make_file(format_name)
    before = source.read_bytes()
    filed = file_track(
        source, library, PurePosixPath(f"Somebody/Album/04 Time.{format_name}"), TAGS
    )
    target = library / filed.path
    assert visible(library) == [f"Somebody/Album/04 Time.{format_name}"]
    assert source.read_bytes() == before
    assert filed.size == target.stat().st_size
    assert filed.modified_ns == target.stat().st_mtime_ns
    assert filed.checksum == md5(target.read_bytes(), usedforsecurity=False).hexdigest()
    assert filed.audio_hash == audio_fingerprint(source, format_name)
    assert filed.properties.format == format_name
    assert not filed.is_adopted
    if format_name in TAGGED_FORMATS:
        assert filed.is_tagged
        assert filed.tag_problem is None
        assert read_tags(target)["title"] == ["Time"]
    else:
        assert not filed.is_tagged
        assert filed.tag_problem is not None
        assert filed.tag_problem.key == "not_taggable"
        assert target.read_bytes() == before


def test_repeating_changes_nothing(make_file: Callable[..., Path], library: Path) -> None:
    """After a crash the same step finds its own result."""
    source = make_file("flac")
    first = file_track(source, library, PurePosixPath("a/b.flac"), TAGS)
    inode = (library / "a/b.flac").stat().st_ino
    again = file_track(source, library, PurePosixPath("a/b.flac"), TAGS)
    assert again.is_adopted
    assert again.is_repeated
    assert again.is_tagged
    assert (again.path, again.checksum, again.modified_ns) == (
        first.path,
        first.checksum,
        first.modified_ns,
    )
    assert (library / "a/b.flac").stat().st_ino == inode
    assert visible(library) == ["a/b.flac"]


def test_never_overwrites(make_file: Callable[..., Path], library: Path) -> None:
    """Other sound at the place keeps it; ours gets the next name, and finds it again."""
    own = library / "a" / "b.flac"
    own.parent.mkdir()
    own.write_bytes(b"not even music")
    mine = own.read_bytes()
    source = make_file("flac")
    other = make_file("flac", "other.flac", data=encode("flac", seed=2))
    place = PurePosixPath("a/b.flac")
    assert str(file_track(source, library, place, TAGS).path) == "a/b (2).flac"
    assert str(file_track(other, library, place, TAGS).path) == "a/b (3).flac"
    repeated = file_track(source, library, place, TAGS)
    assert (str(repeated.path), repeated.is_adopted) == ("a/b (2).flac", True)
    assert own.read_bytes() == mine


def test_the_users_own_copy_is_left_alone(make_file: Callable[..., Path], library: Path) -> None:
    """The same sound with the user's tags is taken as it is."""
    source = make_file("mp3")
    own = make_file("mp3", "library/a/b.mp3")
    write_tags(own, TagSet(title="My own title", genre=("Mine",)))
    before = own.read_bytes()
    filed = file_track(source, library, PurePosixPath("a/b.mp3"), TAGS)
    assert filed.is_adopted
    assert not filed.is_repeated
    assert not filed.is_tagged
    assert own.read_bytes() == before


def test_names_that_differ_in_case_share_a_folder(
    make_file: Callable[..., Path], library: Path
) -> None:
    """What Windows takes for one folder or file is one here too."""
    first = make_file("flac")
    second = make_file("flac", "other.flac", data=encode("flac", seed=2))
    file_track(first, library, PurePosixPath("The Band/Über/Song.flac"), TAGS)
    filed = file_track(second, library, PurePosixPath("the band/U\u0308BER/SONG.flac"), TAGS)
    assert str(filed.path) == "The Band/Über/SONG (2).flac"


def test_long_names_keep_room_for_a_number(make_file: Callable[..., Path], library: Path) -> None:
    """A name of the greatest length can still be numbered."""
    name = "é" * 117 + ".flac"
    own = library / name
    own.write_bytes(b"x")
    filed = file_track(make_file("flac"), library, PurePosixPath(name), TAGS)
    assert filed.path.name.endswith(" (2).flac")


def test_links_are_not_followed(
    make_file: Callable[..., Path], library: Path, tmp_path: Path
) -> None:
    """A folder in the library that points elsewhere is no way out."""
    (tmp_path / "elsewhere").mkdir()
    (library / "Somebody").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError) as caught:
        file_track(make_file("flac"), library, PurePosixPath("Somebody/song.flac"), TAGS)
    assert caught.value.translation_key == "outside_library"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_no_hard_links_no_matter(
    make_file: Callable[..., Path], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File systems without hard links file as well, and overwrite as little."""

    def refuse(*_: object, **__: object) -> None:
        """Answer as exFAT and many shares do."""
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (library / "b.flac").write_bytes(b"other")
    assert (
        str(file_track(make_file("flac"), library, PurePosixPath("b.flac"), TAGS).path)
        == "b (2).flac"
    )
    assert visible(library) == ["b (2).flac", "b.flac"]


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """Return a folder on another file system than the tests' own."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - not for a temporary file, but for another disk
    if not shared_memory.is_dir():
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=shared_memory) as name:
        yield Path(name)


def test_another_disk_inside_the_library(tmp_path: Path, other_disk: Path) -> None:
    """Copy whole files to where only copies get, overwrite nothing unasked, and leave nothing behind."""
    if other_disk.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("the folders are on one file system")
    temporary, target = tmp_path / "temporary", other_disk / "song.flac"
    (other_disk / ".soulspot-arriving-old").write_bytes(b"half")
    temporary.write_bytes(b"sound")
    assert place_new(temporary, target)
    assert target.read_bytes() == b"sound"
    assert not temporary.exists()
    temporary.write_bytes(b"other")
    assert not place_new(temporary, target)
    assert target.read_bytes() == b"sound"
    assert temporary.read_bytes() == b"other"
    place_over(temporary, target)
    assert target.read_bytes() == b"other"
    assert [path.name for path in other_disk.iterdir()] == ["song.flac"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"<html></html>" * 99])
def test_what_is_no_audio_is_not_filed(
    make_file: Callable[..., Path], library: Path, data: bytes
) -> None:
    """A web page does not get in, and leaves nothing behind."""
    with pytest.raises(VerificationError):
        file_track(make_file("flac", data=data), library, PurePosixPath("a/b.flac"), TAGS)
    assert visible(library) == []


def test_missing_pieces_are_named(
    make_file: Callable[..., Path], library: Path, tmp_path: Path
) -> None:
    """A vanished source and a missing library are two different things."""
    cases: list[tuple[Path, Path, str]] = [
        (tmp_path / "gone.flac", library, "file_vanished"),
        (make_file("flac"), tmp_path / "nowhere", "folder_missing"),
        (tmp_path, library, "file_not_readable"),
    ]
    for source, folder, key in cases:
        with pytest.raises(StorageError) as caught:
            file_track(source, folder, PurePosixPath("a/b.flac"), TAGS)
        assert caught.value.translation_key == key
    assert not (tmp_path / "nowhere").exists()


def test_a_file_in_place_of_a_folder_is_named(
    make_file: Callable[..., Path], library: Path
) -> None:
    """Where an album should be a folder but is a file, nothing is lost and the trouble named."""
    (library / "a").write_bytes(b"mine")
    with pytest.raises(StorageError):
        file_track(make_file("flac"), library, PurePosixPath("a/b.flac"), TAGS)
    assert (library / "a").read_bytes() == b"mine"
    assert visible(library) == ["a"]


def test_sources_are_removed_on_request(make_file: Callable[..., Path], library: Path) -> None:
    """Taking the source away is a step of its own and may be repeated."""
    source = make_file("flac")
    filed: FiledFile = file_track(source, library, PurePosixPath("b.flac"), TAGS)
    assert remove_source(source, source.parent)
    assert not remove_source(source, source.parent)
    assert (library / filed.path).exists()


def test_leftovers_are_cleaned(make_file: Callable[..., Path], library: Path) -> None:
    """What a killed run left goes; the music stays."""
    file_track(make_file("flac"), library, PurePosixPath("b.flac"), TAGS)
    temporary = library / ".soulspot" / "temporary"
    (temporary / "abc.flac").write_bytes(b"half")
    assert clean_temporary(library) == 1
    assert clean_temporary(library) == 0
    assert visible(library) == ["b.flac"]
