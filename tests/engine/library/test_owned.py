"""Recognise what the library has already, through the pipeline."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
import shutil

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.library.tags import write_tags
from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import PipelineSettings

RECORDING = "00000000-0000-4000-8000-000000000001"
HEADER = "Title,Artist,Album,Duration,ISRC\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return an empty library folder."""
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
async def pipeline(tmp_path: Path, library: Path, socket_enabled: None) -> AsyncIterator[Pipeline]:
    """Open a pipeline without Spotify, whose slskd is away."""
    settings = PipelineSettings(
        database=tmp_path / "soulspot.db",
        slskd_address=URL("http://127.0.0.1:9"),
        library=library,
    )
    async with aiohttp.ClientSession() as session:
        opened = Pipeline(settings, session=session, tokens=None)
        await opened.open()
        yield opened
        await opened.close()


@pytest.fixture
def put(library: Path, samples: dict[str, bytes]) -> Callable[..., Path]:
    """Return a function that puts a tagged file of two seconds into the library."""

    def put(name: str, title: str, artist: str = "Ada", **tags: object) -> Path:
        path = library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(samples[path.suffix[1:]])
        write_tags(path, TagSet(title=title, artist=artist, **tags))  # type: ignore[arg-type]
        return path

    return put


def playlist_text(library: Path) -> str:
    """Return the text of the one playlist file."""
    (playlist,) = library.rglob("*.m3u8")
    return playlist.read_text()


def make_folder(path: Path) -> None:
    """Create a folder."""
    path.mkdir()


async def owned(pipeline: Pipeline, lines: str) -> dict[str, str | None]:
    """Import a list, and return each title's file."""
    report = await pipeline.playlists.import_list("Wanted", HEADER + lines)
    entries = await pipeline.playlists.entries(report.playlist.spotify_id)
    return {
        entry.title: entry.status.file.path if entry.status and entry.status.file else None
        for entry in entries
    }


async def test_owned_is_known_by_evidence(pipeline: Pipeline, put: Callable[..., Path]) -> None:
    """Recognise by ISRC, and by title, artist, version and length; nothing less will do."""
    put("a.flac", "Wrongly Tagged", "Nobody", isrc=("QZ-TST-26-00001",))
    put("b.mp3", "Plain Song")
    put("c.ogg", "Live Song (Live)")
    put("d.m4a", "Short Song")
    put("e.opus", "Reissued")
    progress = await pipeline.library.index()
    assert (progress.read, progress.unreadable, progress.is_running) == (5, 0, False)
    assert await owned(
        pipeline,
        "By Code,Somebody,,0:02,QZTST2600001\n"
        "Plain Song,Ada,,0:02,\n"
        "Live Song,Ada,,0:02,\n"
        "Short Song,Ada,,3:00,\n"
        "Plain Songs,Ada,,0:02,\n"
        "Reissued - Remastered 2011,Ada,,0:02,\n"
        "By Code But Long,Somebody,,3:00,QZTST2600001\n",
    ) == {
        "By Code": "a.flac",
        "Plain Song": "b.mp3",
        "Live Song": None,
        "Short Song": None,
        "Plain Songs": None,
        "Reissued - Remastered 2011": "e.opus",
        "By Code But Long": None,
    }


async def test_nothing_owned_is_downloaded(pipeline: Pipeline, put: Callable[..., Path]) -> None:
    """Queue only what the library lacks, for lists and for people."""
    put("Ada/Plain Song.flac", "Plain Song")
    await pipeline.library.index()
    report = await pipeline.playlists.import_list(
        "Wanted", HEADER + "Plain Song,Ada,,0:02,\nOther,Ada,,,\n"
    )
    list_id = report.playlist.spotify_id
    assert await pipeline.playlists.download_missing(list_id) == 1
    assert [entry.track.metadata.title for entry in await pipeline.queue.entries()] == ["Other"]
    snapshot = (await pipeline.playlists.snapshot()).playlists[list_id]
    assert (snapshot.owned, snapshot.missing) == (1, 1)


async def test_the_best_of_several_files_is_taken(
    pipeline: Pipeline, put: Callable[..., Path]
) -> None:
    """Prefer lossless."""
    put("1.mp3", "Song")
    put("2.flac", "Song")
    put("3.ogg", "Song")
    await pipeline.library.index()
    assert await owned(pipeline, "Song,Ada,,0:02,\n") == {"Song": "2.flac"}


async def test_files_that_come_later_are_found(
    pipeline: Pipeline, put: Callable[..., Path], library: Path
) -> None:
    """Recognise wanted tracks in new files, and write the playlist's file."""
    assert await owned(pipeline, "Song,Ada,,0:02,\n") == {"Song": None}
    put("Ada/Song.flac", "Song")
    await pipeline.library.index()
    assert await owned(pipeline, "Song,Ada,,0:02,\n") == {"Song": "Ada/Song.flac"}
    assert "../Ada/Song.flac" in playlist_text(library)


async def test_moved_files_are_followed_and_deleted_ones_forgotten(
    pipeline: Pipeline, put: Callable[..., Path], library: Path
) -> None:
    """Take the new place of a file that was moved; want again what was deleted."""
    moved, deleted = put("Song.flac", "Song"), put("Gone.flac", "Gone")
    await pipeline.library.index()
    lines = "Song,Ada,,0:02,\nGone,Ada,,0:02,\n"
    assert await owned(pipeline, lines) == {"Song": "Song.flac", "Gone": "Gone.flac"}
    (library / "Ada").mkdir()
    shutil.move(moved, library / "Ada" / "01 Song.flac")
    deleted.unlink()
    progress = await pipeline.library.index()
    assert (progress.read, progress.removed) == (1, 2)
    assert await owned(pipeline, lines) == {"Song": "Ada/01 Song.flac", "Gone": None}


async def test_a_disk_that_is_away_loses_nothing(
    pipeline: Pipeline, put: Callable[..., Path], library: Path
) -> None:
    """Keep everything when the folder is gone, empty, or mostly so."""
    for number in range(25):
        put(f"{number}.mp3", f"Song {number}")
    await pipeline.library.index()
    lines = "Song 3,Ada,,0:02,\n"
    assert await owned(pipeline, lines) == {"Song 3": "3.mp3"}
    away = library.with_name("away")
    shutil.move(library, away)
    with pytest.raises(StorageError, match="folder_missing"):
        await pipeline.library.index()
    make_folder(library)
    assert (await pipeline.library.index()).removed == 0
    assert await owned(pipeline, lines) == {"Song 3": "3.mp3"}
    shutil.rmtree(library)
    shutil.move(away, library)
    assert (await pipeline.library.index()).read == 0


async def test_a_small_library_that_is_empty_is_away_too(
    pipeline: Pipeline, put: Callable[..., Path]
) -> None:
    """Three files that are all gone are a disk that is not mounted; two of three were deleted."""
    files = [put(f"{number}.mp3", f"Song {number}") for number in range(3)]
    await pipeline.library.index()
    for file in files:
        shutil.move(file, file.with_suffix(".away"))
    assert (await pipeline.library.index()).removed == 0
    shutil.move(files[0].with_suffix(".away"), files[0])
    assert (await pipeline.library.index()).removed == 2


async def test_only_changes_are_read(pipeline: Pipeline, put: Callable[..., Path]) -> None:
    """Read a file again only after it changed."""
    put("1.mp3", "One")
    put("2.mp3", "Two")
    assert (await pipeline.library.index()).read == 2
    assert (await pipeline.library.index()).read == 0
    put("2.mp3", "Another title")
    progress = await pipeline.library.index()
    assert (progress.read, progress.looked_at) == (1, 2)
    assert await owned(pipeline, "Two,Ada,,0:02,\nAnother title,Ada,,0:02,\n") == {
        "Two": None,
        "Another title": "2.mp3",
    }


async def test_given_up_downloads_end_when_the_file_appears(
    pipeline: Pipeline, put: Callable[..., Path]
) -> None:
    """Never download what was put into the library by hand meanwhile."""
    await owned(pipeline, "Song,Ada,,0:02,\n")
    track = await pipeline.tracks.add(artist="Ada", title="Song", duration_ms=2000)
    report = await pipeline.tracks.download(track.id, timeout=0)
    assert report.state is DownloadState.QUEUED
    put("Song.flac", "Song")
    await pipeline.library.index()
    status = await pipeline.tracks.status(track.id)
    assert status.file is not None
    assert status.file.path == "Song.flac"
