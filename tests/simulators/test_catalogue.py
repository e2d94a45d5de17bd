"""Check that the catalogue is what the demo, its check and the simulators rely on."""

import re

from simulators.catalogue import (
    EntryKind,
    Expectation,
    demo_catalogue,
    large_playlist,
    with_large_playlist,
)

ISRC = re.compile(r"ZZ[A-Z0-9]{3}[0-9]{7}")
MAIN_LISTS = ("open-road", "late-piano")


def test_every_entry_and_trap_names_a_known_recording() -> None:
    """A dangling key would make a simulator fail in the middle of a demo."""
    catalogue = demo_catalogue()
    for playlist in catalogue.playlists.values():
        assert set(playlist.recording_keys) <= set(catalogue.recordings)
    assert {entry.recording for entry in catalogue.liked} <= set(catalogue.recordings)
    assert set(catalogue.traps) <= set(catalogue.recordings)
    assert set(catalogue.traps) == set(catalogue.trap_reasons)
    assert all(key == recording.key for key, recording in catalogue.recordings.items())


def test_main_lists_hold_what_an_import_must_cope_with() -> None:
    """Two lists, shared recordings, one duplicate, and one entry of every other kind."""
    catalogue = demo_catalogue()
    road, piano = (catalogue.playlists[key] for key in MAIN_LISTS)
    assert len(set(road.recording_keys)) == 14
    assert len(road.recording_keys) == 15
    assert len(piano.recording_keys) == 12
    assert set(road.recording_keys) & set(piano.recording_keys)
    kinds = [entry.kind for entry in road.entries]
    for kind in (EntryKind.LOCAL, EntryKind.EPISODE, EntryKind.NULL, EntryKind.GHOST):
        assert kinds.count(kind) == 1


def test_traps_stand_in_the_main_lists() -> None:
    """The demo's check proves "leave" and "ask" only with recordings it imports."""
    catalogue = demo_catalogue()
    imported = {key for name in MAIN_LISTS for key in catalogue.playlists[name].recording_keys}
    wanted = [catalogue.expectation(key) for key in imported if key in catalogue.traps]
    assert wanted.count(Expectation.LEAVE) >= 3
    assert wanted.count(Expectation.ASK) >= 2
    assert catalogue.expectation("code-monkey") is Expectation.FILED


def test_isrcs_are_well_formed_and_some_are_written_unusually() -> None:
    """Invented codes stay in the user-assigned range; real replies are not always canonical."""
    codes = [item.isrc for item in demo_catalogue().recordings.values() if item.isrc]
    assert all(ISRC.fullmatch(code.replace("-", "").upper()) for code in codes)
    assert len({code.replace("-", "").upper() for code in codes}) == len(codes)
    assert any("-" in code for code in codes)
    assert any(code != code.upper() for code in codes)


def test_large_playlist_is_the_same_every_time() -> None:
    """Benchmarks compare runs; all recordings and codes must be distinct."""
    recordings, playlist = large_playlist(2_500)
    assert large_playlist(2_500) == (recordings, playlist)
    assert len({recording.key for recording in recordings}) == 2_500
    assert len({recording.isrc for recording in recordings}) == 2_500
    assert all(ISRC.fullmatch(recording.isrc or "") for recording in recordings)
    catalogue = with_large_playlist(demo_catalogue(), 10)
    assert len(catalogue.playlists["large"].entries) == 10
    assert "code-monkey" in catalogue.recordings
