"""Bring tags of filed tracks up to date: nothing but tags changes, and never twice."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library import retagging
from custom_components.soulspot.engine.library.filing import file_checksum
from custom_components.soulspot.engine.library.retagging import RetaggedFile, retag_file
from custom_components.soulspot.engine.library.storage import (
    PRIVATE_FOLDER,
    clean_temporary,
    flush_file,
)
from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.library.tags import read_tags, write_tags

from .conftest import TAGGED_FORMATS

OLD = TagSet(title="Old", artist="A", artists=("A",), genre=("x",))
NEW = TagSet(title="New", artist="A", artists=("A",), originaldate="1999", isrc=("GBAY79000001",))


@pytest.fixture(params=TAGGED_FORMATS)
def track(request: pytest.FixtureRequest, tmp_path: Path, samples: dict[str, bytes]) -> Path:
    """File a tagged track of each format."""
    path = tmp_path / f"track.{request.param}"
    path.write_bytes(samples[request.param])
    write_tags(path, OLD)
    return path


def retag(path: Path, tags: TagSet = NEW, **state: int) -> RetaggedFile:
    """Retag a file as it was filed."""
    status = path.stat()
    state = {"size": status.st_size, "modified_ns": status.st_mtime_ns} | state
    return retag_file(path, path.parent, tags, **state)


def leftovers(path: Path) -> list[Path]:
    """Return temporary files."""
    return [found for found in (path.parent / PRIVATE_FOLDER).rglob("*") if found.is_file()]


def test_only_tags_change(track: Path) -> None:
    """The sound and what we do not know stay; size, age and checksum are those of the new file."""
    format_name = track.suffix[1:]
    sound = audio_fingerprint(track, format_name)
    done = retag(track)
    assert (done.is_written, done.problem) == (True, None)
    assert audio_fingerprint(track, format_name) == sound
    tags = read_tags(track)
    assert (tags["title"], tags["isrc"], tags["genre"]) == (["New"], ["GBAY79000001"], ["x"])
    status = track.stat()
    assert (done.size, done.modified_ns) == (status.st_size, status.st_mtime_ns)
    assert done.checksum == file_checksum(track)
    assert leftovers(track) == []


def test_a_repetition_changes_nothing(track: Path) -> None:
    """After a crash between file and database the second run finds all done, and tells the new state."""
    before = track.stat()
    first = retag(track)
    second = retag(track, size=before.st_size, modified_ns=before.st_mtime_ns)
    assert not second.is_written
    assert second.problem is None
    assert (second.size, second.modified_ns) == (first.size, first.modified_ns)


def test_what_somebody_else_changed_is_left_alone(track: Path) -> None:
    """A person's own tags are not written over."""
    filed = track.stat()
    write_tags(track, TagSet(title="Mine"))
    content = track.read_bytes()
    done = retag(track, size=filed.st_size, modified_ns=filed.st_mtime_ns)
    assert done.problem is not None
    assert done.problem.key == "changed_elsewhere"
    assert track.read_bytes() == content
    assert leftovers(track) == []


def test_a_kill_leaves_the_old_file(track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the work before the swap, the file is the old one."""
    content = track.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(retagging, "place_over", killed)
    with pytest.raises(KeyboardInterrupt):
        retag(track)
    assert track.read_bytes() == content


def test_a_file_that_changes_meanwhile_is_not_replaced(
    track: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program's file under the same name survives."""

    def meddle(path: Path) -> None:
        flush_file(path)
        track.write_bytes(b"somebody else's")

    monkeypatch.setattr(retagging, "flush_file", meddle)
    with pytest.raises(StorageError, match="file_changed"):
        retag(track)
    assert track.read_bytes() == b"somebody else's"


def test_formats_without_tags_say_so(tmp_path: Path, samples: dict[str, bytes]) -> None:
    """A WAV file stays as it is; a file that is gone is told."""
    path = tmp_path / "track.wav"
    path.write_bytes(samples["wav"])
    done = retag(path)
    assert done.problem is not None
    assert done.problem.key == "not_taggable"
    assert path.read_bytes() == samples["wav"]
    with pytest.raises(StorageError, match="file_vanished"):
        retag_file(tmp_path / "gone.flac", tmp_path, NEW, size=0, modified_ns=0)


def test_killed_at_any_moment(track: Path, tmp_path: Path) -> None:
    """Whichever file operation is the last one, the file is the old or the new one, never half."""
    folder = tmp_path / "killed"
    paths = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    victim = Path(__file__).with_name("retagging_victim.py")
    subprocess.run(
        [sys.executable, "-S", str(victim), str(folder), str(track)],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": paths},
    )
    old, format_name = track.read_bytes(), track.suffix[1:]
    sound = audio_fingerprint(track, format_name)
    copies = sorted(folder.glob(f"*/{track.name}"))
    assert len(copies) > 8
    states = set()
    for copy in copies:
        is_old = copy.read_bytes() == old
        states.add(is_old)
        assert is_old or read_tags(copy)["title"] == ["New"]
        assert audio_fingerprint(copy, format_name) == sound
        clean_temporary(copy.parent)
        assert retag(copy, TagSet(title="New")).is_written is is_old
        assert leftovers(copy) == []
    assert states == {True, False}
