"""Check the people on the network: that the demo can succeed, and its traps cannot."""

from collections import Counter
from pathlib import Path

import pytest

from simulators.catalogue import Catalogue, Expectation, demo_catalogue, with_large_playlist
from simulators.slskd import (
    Flaw,
    Outcome,
    Population,
    Settings,
    SharedFile,
    SharingOptions,
    WriteMode,
    let_people_come_and_go,
    share_catalogue,
)

from .slskd_client import slskd, wanted


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return the demo's music."""
    return demo_catalogue()


@pytest.fixture(scope="module")
def population(catalogue: Catalogue) -> Population:
    """Return the demo's people."""
    return share_catalogue(catalogue)


def files_with(population: Population, word: str) -> list[SharedFile]:
    """Return the audio files whose path has a word."""
    return [
        file
        for one in population.peers
        for file in one.files
        if word in file.path.casefold().replace("_", " ") and file.content is not None
    ]


def test_same_seed_same_people(catalogue: Catalogue) -> None:
    """A population is the same on every run, another with another seed."""
    options = SharingOptions(seed=7)
    assert share_catalogue(catalogue, options) == share_catalogue(catalogue, options)
    assert share_catalogue(catalogue, options) != share_catalogue(catalogue)


@pytest.mark.parametrize("seed", range(1, 6))
def test_everything_to_be_filed_can_be_had(catalogue: Catalogue, seed: int) -> None:
    """Each recording to be filed has a sound lossless copy with somebody who delivers, traps none."""
    population = share_catalogue(catalogue, SharingOptions(seed=seed))
    filed = {key for key in catalogue.recordings if catalogue.expectation(key) is Expectation.FILED}
    assert population.obtainable() == filed
    lossless = {
        copy.recording_key
        for copy in population.copies
        if copy.flaw is Flaw.NONE and copy.delivers and copy.path.endswith(".flac")
    }
    assert lossless == filed


def test_people_differ(population: Population) -> None:
    """Clients, manners, flaws, naming and codecs of the real network are all there."""
    assert len({one.dialect for one in population.peers}) == 4
    assert len({one.behaviour.outcome for one in population.peers}) >= 5
    assert len({copy.flaw for copy in population.copies}) >= 5
    files = [file for one in population.peers for file in one.files]
    endings = Counter(file.path.rpartition(".")[2] for file in files)
    assert {"flac", "mp3", "jpg", "log"} <= set(endings)
    assert any("/" in file.path for file in files)
    assert any(file.path.startswith("@@") for file in files)
    audio_files = [file for file in files if file.content is not None]
    blank = sum(not file.extension for file in audio_files)
    assert 0.7 < blank / len(audio_files) < 0.92
    assert any(file.attributes.length is None for file in audio_files)


def test_nobody_shares_the_unavailable(population: Population) -> None:
    """The recording nobody has is nowhere, under no name."""
    assert files_with(population, "cathédrale") == files_with(population, "cathedrale") == []


def test_wrong_versions_and_performers_only(catalogue: Catalogue, population: Population) -> None:
    """Traps to be left are shared as other versions or by others, some of nearly the right length."""
    song = catalogue.recordings["sick-as-a-dog"]
    versions = files_with(population, "sick as a dog")
    assert len(versions) == 4
    words = ("remix", "karaoke", "live", "instrumental")
    assert all(any(word in file.path.casefold() for word in words) for file in versions)
    lengths = [file.content.length_ms for file in versions if file.content]
    assert sum(abs(length - song.length_ms) <= 5_000 for length in lengths) >= 2
    bands = files_with(population, "liberty bell")
    assert bands
    assert not any("marine band" in file.path.casefold() for file in bands)
    takes = files_with(population, "skullcrusher")
    assert takes
    assert all("smoking monkey" in file.path.casefold().replace("_", " ") for file in takes)
    assert {file.content.length_ms for file in takes if file.content} == {193_000}


def test_doubtful_copies(catalogue: Catalogue, population: Population) -> None:
    """Traps to be asked about are 12 s too long, or name no artist and no length."""
    song = catalogue.recordings["cylinder-five"]
    long = files_with(population, "cylinder five")
    assert len(long) == 3
    assert {file.content.length_ms for file in long if file.content} == {song.length_ms + 12_000}
    loose = files_with(population, "after you've gone")
    assert len(loose) == 3
    for file in loose:
        assert "harris" not in file.path.casefold()
        assert file.attributes.length is None


@pytest.mark.usefixtures("socket_enabled")
async def test_every_manner_can_be_met(population: Population, tmp_path: Path) -> None:
    """Asking everybody for a file ends as their manner says."""
    settings = Settings(clock_speed=0, write_mode=WriteMode.NOTHING)
    async with slskd(tmp_path, population.peers, settings) as client:
        network = client.simulator.network
        ended: dict[str, str] = {}
        asked = {
            one: file
            for one in population.peers
            for file in one.files[:1]
            if file.content is not None
        }
        assert len(asked) > 0.8 * len(population.peers)
        for one, file in asked.items():
            size = network.size(file)
            reply = await client.enqueue(one.username, wanted(file.path, size))
            if reply.status != 201:
                ended[one.username] = reply.json()
        await client.simulator.advance(4 * 3600)
        for row in await client.rows():
            ended[row["username"]] = row["state"]
        for one, file in asked.items():
            end = ended[one.username]
            outcome = one.behaviour.outcome
            if outcome is Outcome.GONE:
                assert end.endswith("appears to be offline")
            elif outcome is Outcome.UNREACHABLE:
                assert end.startswith("Failed to connect")
            elif file.is_locked or outcome in (Outcome.REJECT, Outcome.DENY_LATER):
                assert end == "Completed, Rejected"
            elif outcome in (Outcome.DELIVER, Outcome.DROP):
                assert end == "Completed, Succeeded"
            elif outcome is Outcome.NEVER_START:
                assert end == "Queued, Remotely"
            else:
                assert end in ("Completed, Errored", "Completed, TimedOut", "Completed, Aborted")


def test_large_and_thin_population(catalogue: Catalogue) -> None:
    """Without the guarantee part of a large catalogue cannot be had, most of it can."""
    large = with_large_playlist(catalogue, 1_000)
    options = SharingOptions(people=300, guaranteed=False, unavailable=0.1)
    thin = share_catalogue(large, options)
    obtainable = sum(key.startswith("large-") for key in thin.obtainable())
    assert 600 < obtainable < 950
    assert len({one.username for one in thin.peers}) == 300


@pytest.mark.usefixtures("socket_enabled")
async def test_people_come_and_go(population: Population, tmp_path: Path) -> None:
    """Over days everybody is there at times and away at others."""
    settings = Settings(clock_speed=0, write_mode=WriteMode.NOTHING)
    async with slskd(tmp_path, population.peers, settings) as client:
        let_people_come_and_go(client.simulator)
        seen: dict[str, set[str]] = {}
        for _ in range(72):
            await client.simulator.advance(3600)
            for one in population.peers:
                presence = client.simulator.network.presence(one.username)
                seen.setdefault(one.username, set()).add(presence.value)
        both = sum(states == {"Online", "Offline"} for states in seen.values())
        assert both > 0.9 * len(population.peers)
