"""Import lists through the pipeline."""

from pathlib import Path

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import PlaylistOptions
from simulators.spotify import SpotifySimulator

LINES = "Ada - One\nnonsense\nBo - Two\nAda - One\n"


async def titles(pipeline: Pipeline, playlist_id: str) -> list[str]:
    """Return the titles of a playlist's positions."""
    return [entry.title for entry in await pipeline.playlists.entries(playlist_id)]


async def test_a_list_becomes_a_playlist(pipeline: Pipeline) -> None:
    """Count what was taken, report the rest by line, and show the playlist."""
    report = await pipeline.playlists.import_list("Summer", LINES)
    assert (report.tracks_imported, report.tracks_failed, report.changed) == (3, 1, True)
    assert [reason.placeholders["line"] for reason in report.errors] == ["2"]
    list_id = report.playlist.spotify_id
    assert list_id.startswith("list:")
    assert await titles(pipeline, list_id) == ["One", "Two", "One"]
    snapshot = (await pipeline.playlists.snapshot()).playlists[list_id]
    assert (snapshot.playlist.name, snapshot.tracks, snapshot.owned) == ("Summer", 3, 0)


async def test_the_same_name_updates_in_place(pipeline: Pipeline) -> None:
    """Keep the playlist and its tracks, take the new order, and tell when nothing changed."""
    first = await pipeline.playlists.import_list("Summer", LINES)
    again = await pipeline.playlists.import_list("  SUMMER ", LINES.encode("utf-16"))
    assert again.playlist.id == first.playlist.id
    assert again.changed is False
    before = {
        entry.title: entry.status.track.id
        for entry in await pipeline.playlists.entries(first.playlist.spotify_id)
        if entry.status
    }
    changed = await pipeline.playlists.import_list("Summer", "Cy - Three\nBo - Two\n")
    assert changed.changed is True
    entries = await pipeline.playlists.entries(first.playlist.spotify_id)
    assert [entry.title for entry in entries] == ["Three", "Two"]
    assert entries[1].status is not None
    assert entries[1].status.track.id == before["Two"]


async def test_bad_lists_change_nothing(pipeline: Pipeline) -> None:
    """Refuse lists without a name or a track, and keep what is stored."""
    report = await pipeline.playlists.import_list("Summer", LINES)
    with pytest.raises(InputError, match="list_empty"):
        await pipeline.playlists.import_list("Summer", "nothing here\n")
    with pytest.raises(InputError, match="list_name_missing"):
        await pipeline.playlists.import_list(None, LINES)
    assert await titles(pipeline, report.playlist.spotify_id) == ["One", "Two", "One"]


async def test_spotify_is_never_asked_for_lists(
    pipeline: Pipeline, spotify: SpotifySimulator
) -> None:
    """Leave lists out of every sync, and sync the others as ever."""
    report = await pipeline.playlists.import_list("Summer", LINES)
    list_id = report.playlist.spotify_id
    playlist_id = spotify.playlist_id("open-road")
    await pipeline.playlists.configure({playlist_id: PlaylistOptions(automatic_download=False)})
    spotify.log.clear()
    snapshot = await pipeline.playlists.sync(force=True)
    assert set(snapshot.playlists) == {playlist_id, list_id}
    assert snapshot.playlists[playlist_id].entries > 0
    assert spotify.log.count() > 0
    assert spotify.log.count("*list:*") == 0
    spotify.log.clear()
    await pipeline.playlists.sync([list_id], force=True)
    assert spotify.log.count() == 0


async def test_lists_stay_when_playlists_are_configured(pipeline: Pipeline) -> None:
    """Keep lists over a restart's configuration, until they are deleted."""
    list_id = (await pipeline.playlists.import_list("Summer", LINES)).playlist.spotify_id
    await pipeline.playlists.configure({})
    assert set((await pipeline.playlists.snapshot()).playlists) == {list_id}
    await pipeline.playlists.delete_list(list_id)
    assert (await pipeline.playlists.snapshot()).playlists == {}
    with pytest.raises(InputError, match="unknown_playlist"):
        await pipeline.playlists.entries(list_id)
    with pytest.raises(InputError, match="not_a_list"):
        await pipeline.playlists.delete_list("37i9dQZF1DXcBWIGoYBM5M")


async def test_nothing_is_downloaded_unasked(pipeline: Pipeline) -> None:
    """Queue a list's tracks when somebody asks, each once."""
    list_id = (await pipeline.playlists.import_list("Summer", LINES)).playlist.spotify_id
    assert await pipeline.queue.entries() == ()
    assert await pipeline.playlists.download_missing(list_id) == 2
    states = [entry.state for entry in await pipeline.queue.entries()]
    assert states == [DownloadState.QUEUED, DownloadState.QUEUED]


async def test_known_tracks_are_taken_and_left_as_they_are(
    pipeline: Pipeline, spotify: SpotifySimulator
) -> None:
    """Recognise tracks of Spotify by address and by ISRC, and do not overwrite them."""
    playlist_id = spotify.playlist_id("open-road")
    await pipeline.playlists.configure({playlist_id: PlaylistOptions(automatic_download=False)})
    await pipeline.playlists.sync(force=True)
    tracks = [
        entry.status.track
        for entry in await pipeline.playlists.entries(playlist_id)
        if entry.status and entry.status.track.metadata.isrc and entry.status.track.metadata.album
    ]
    by_uri, by_isrc = tracks[0], tracks[1]
    artist = by_isrc.metadata.artists[0].name
    report = await pipeline.playlists.import_list(
        "Export",
        "Track URI,Track Name,Artist Name(s),ISRC\n"
        f"{by_uri.metadata.spotify_uri},Shortened,Somebody,\n"
        f'x,"{by_isrc.metadata.title}","{artist}",{by_isrc.metadata.isrc}\n'
        f"x,Something else,Nobody at all,{by_isrc.metadata.isrc}\n",
    )
    entries = await pipeline.playlists.entries(report.playlist.spotify_id)
    found = [entry.status.track for entry in entries if entry.status]
    assert found[:2] == [by_uri, by_isrc]
    assert found[2].id != by_isrc.id


async def test_a_list_has_its_playlist_file(pipeline: Pipeline, tmp_path: Path) -> None:
    """Write the list's M3U8 beside the music."""
    await pipeline.playlists.import_list("Summer", LINES)
    files = list((tmp_path / "library").rglob("*.m3u8"))
    assert [file.name for file in files] == ["Summer.m3u8"]
