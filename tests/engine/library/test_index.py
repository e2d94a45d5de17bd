"""Test that a library is found completely, read once, and that odd trees do no harm."""

from collections.abc import Callable
import os
from pathlib import Path

import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.index import FoundFile, Known, ScanBatch, scan
from custom_components.soulspot.engine.library.seen_folders import SeenFolders
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.library.tags import write_tags

from .conftest import FORMATS


@pytest.fixture
def library(make_file: Callable[..., Path], tmp_path: Path) -> Path:
    """Return a library with a file of each format, each in its own folder."""
    for format_name in FORMATS:
        path = make_file(format_name, f"library/{format_name}/Ä song.{format_name}")
        if format_name not in ("wav", "aiff"):
            write_tags(path, TagSet(title=f"Title {format_name}", isrc=("GBAAA9100001",)))
    return tmp_path / "library"


def merge(batches: list[ScanBatch]) -> dict[str, FoundFile]:
    """Return all found files by path."""
    return {file.path: file for batch in batches for file in batch.found}


def known(found: dict[str, FoundFile]) -> Known:
    """Return what the next scan gets."""
    folders: Known = {}
    for path, file in found.items():
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, {})[name] = (file.size, file.modified_ns)
    return folders


def age(library: Path) -> None:
    """Let everything in the library be some hours old."""
    for path in (library, *library.rglob("*")):
        modified = path.stat().st_mtime - 7200
        os.utime(path, (modified, modified))


def names(known: Known) -> dict[str, set[str]]:
    """Return the names by folder."""
    return {folder: set(files) for folder, files in known.items()}


def test_everything_is_found_with_tags(library: Path) -> None:
    """Each format is found with its properties and Picard's names."""
    found = merge(list(scan(library, {})))
    assert sorted(found) == sorted(f"{name}/Ä song.{name}" for name in FORMATS)
    for path, file in found.items():
        format_name = path.partition("/")[0]
        assert file.properties.format == format_name
        if format_name not in ("wav", "aiff"):
            assert file.tags["title"] == [f"Title {format_name}"]
            assert file.tags["isrc"] == ["GBAAA9100001"]


def test_only_changes_are_read(library: Path) -> None:
    """The second scan reads nothing, the third the one changed file; what is left over is gone."""
    found = merge(list(scan(library, {})))
    left = known(found)
    second = list(scan(library, left))
    assert merge(second) == {}
    assert left == {}
    assert sum(batch.unchanged for batch in second) == len(found)
    write_tags(library / "flac/Ä song.flac", TagSet(title="New"))
    (library / "mp3/Ä song.mp3").unlink()
    left = known(found)
    third = list(scan(library, left))
    assert [(path, file.tags["title"]) for path, file in merge(third).items()] == [
        ("flac/Ä song.flac", ["New"])
    ]
    assert names(left) == {"mp3": {"Ä song.mp3"}}
    assert sum(batch.unchanged for batch in third) == len(found) - 2


def test_what_becomes_something_else_is_looked_at_anew(library: Path) -> None:
    """A file that a folder or a link has replaced is gone, whatever its size; one that breaks is not."""
    left = known(merge(list(scan(library, {}))))
    (library / "mp3/Ä song.mp3").unlink()
    (library / "mp3/Ä song.mp3").mkdir()
    (library / "mp3/Ä song.mp3/inner.flac").write_bytes((library / "flac/Ä song.flac").read_bytes())
    (library / "ogg/Ä song.ogg").unlink()
    (library / "ogg/Ä song.ogg").symlink_to(library / "flac/Ä song.flac")
    (library / "opus/Ä song.opus").write_bytes(b"broken")
    batches = list(scan(library, left))
    assert set(merge(batches)) == {"mp3/Ä song.mp3/inner.flac"}
    assert [file.path for batch in batches for file in batch.unreadable] == ["opus/Ä song.opus"]
    assert names(left) == {"mp3": {"Ä song.mp3"}, "ogg": {"Ä song.ogg"}}


def test_folders_as_they_were_are_passed_over(library: Path) -> None:
    """What was written in place is seen by a whole scan only; what comes, goes or is replaced at once."""
    age(library)
    seen = SeenFolders()
    found = merge(list(scan(library, {}, seen=seen)))
    in_place = library / "flac/Ä song.flac"
    in_place.write_bytes(in_place.read_bytes() + bytes(100))
    (library / "mp3/Ä song.mp3").rename(library / "mp3/Other.mp3")
    copy = library / "ogg/.copy"
    copy.write_bytes((library / "ogg/Ä song.ogg").read_bytes())
    write_tags(copy, TagSet(title="New"))
    copy.replace(library / "ogg/Ä song.ogg")
    (library / "opus/deep").mkdir()
    (library / "wav/Ä song.wav").rename(library / "opus/deep/Ä song.wav")
    left = known(found)
    batches = list(scan(library, left, seen=seen))
    assert set(merge(batches)) == {"mp3/Other.mp3", "ogg/Ä song.ogg", "opus/deep/Ä song.wav"}
    assert names(left) == {"mp3": {"Ä song.mp3"}, "wav": {"Ä song.wav"}}
    assert sum(batch.unchanged for batch in batches) == len(FORMATS) - 3
    assert "flac/Ä song.flac" in merge(list(scan(library, known(found))))


def test_young_and_unreadable_files_are_looked_at_again(library: Path) -> None:
    """What is still being written, or could not be read, is not passed over."""
    age(library)
    growing, broken = library / "flac/Ä song.flac", library / "mp3/broken.mp3"
    os.utime(growing)
    broken.write_bytes(b"<html>")
    age(broken.parent)
    seen = SeenFolders()
    found = merge(list(scan(library, {}, seen=seen)))
    growing.write_bytes(growing.read_bytes() + bytes(100))
    broken.write_bytes((library / "mp3/Ä song.mp3").read_bytes())
    assert set(merge(list(scan(library, known(found), seen=seen)))) == {
        "flac/Ä song.flac",
        "mp3/broken.mp3",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_not_gone(library: Path) -> None:
    """Keep what is known of it until it can be read."""
    left = known(merge(list(scan(library, {}))))
    (library / "flac").chmod(0)
    try:
        batches = list(scan(library, left))
    finally:
        (library / "flac").chmod(0o755)
    assert left == {}
    assert [file.path for batch in batches for file in batch.unreadable] == ["flac"]


def test_batches_are_bounded(library: Path) -> None:
    """No step holds more than asked for, and every file is in exactly one."""
    batches = list(scan(library, {}, batch_size=3))
    sizes = [len(batch.found) + batch.unchanged + len(batch.unreadable) for batch in batches]
    assert sizes == [3, 3, 1]
    assert len(merge(batches)) == len(FORMATS)


def test_private_hidden_and_linked_things_are_skipped(library: Path, tmp_path: Path) -> None:
    """Our own folder, hidden ones, links in a circle and links out are no music."""
    for hidden in (".soulspot/temporary", ".Trash", "#recycle", "flac"):
        (library / hidden).mkdir(parents=True, exist_ok=True)
    (library / ".soulspot/temporary/half.flac").write_bytes(b"fLaC")
    (library / ".Trash/old.mp3").write_bytes(b"ID3")
    (library / "flac/._Ä song.flac").write_bytes(b"resource fork")
    (library / "#recycle/old.mp3").write_bytes(b"ID3")
    os.mkfifo(library / "flac/pipe.mp3")  # Opening it would wait for ever.
    (library / "flac/circle").symlink_to(library)
    (library / "flac/linked.flac").symlink_to(library / "flac/Ä song.flac")
    (library / "flac/cover.jpg").write_bytes(b"\xff\xd8\xff")
    batches = list(scan(library, {}))
    assert len(merge(batches)) == len(FORMATS)
    assert not [file for batch in batches for file in batch.unreadable]


def test_unreadable_files_are_named(library: Path) -> None:
    """What cannot be read is reported with its reason and does not stop the scan."""
    (library / "flac/broken.flac").write_bytes(b"fLaC" + bytes(10))
    (library / "flac/page.mp3").write_bytes(b"<html>" * 100)
    (library / "wav").rename(library / os.fsdecode(b"wav\xff\x1b[2J"))
    batches = list(scan(library, {}))
    unreadable = {file.path: file.reason.key for batch in batches for file in batch.unreadable}
    assert unreadable == {
        "flac/broken.flac": "unreadable",
        "flac/page.mp3": "not_audio",
        "wav\\udcff\\x1b[2J/Ä song.wav": "name_not_readable",
    }
    assert len(merge(batches)) == len(FORMATS) - 1


def test_missing_library_is_an_error(tmp_path: Path) -> None:
    """An unmounted disk must not look like an empty library."""
    with pytest.raises(StorageError) as caught:
        list(scan(tmp_path / "gone", {}))
    assert caught.value.translation_key == "folder_missing"
