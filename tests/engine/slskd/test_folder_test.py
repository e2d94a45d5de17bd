"""Check the proof that a local folder is slskd's downloads directory."""

from dataclasses import replace
from pathlib import Path
import shutil

import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.slskd.folder_test import FolderProof, folder_self_test
from custom_components.soulspot.engine.slskd.paths import FolderMapping
from simulators.slskd import Fault

from .conftest import MakeWorld, World


def put(path: Path, size: int = 10) -> Path:
    """Make a file of this size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def mapped(world: World, local: Path) -> FolderMapping:
    """Return a mapping of the simulated slskd's directory to a folder."""
    return FolderMapping(
        slskd_downloads=str(world.simulator.storage.downloads), local_downloads=local
    )


async def problem(world: World, local: Path) -> str:
    """Return what is wrong with a folder."""
    with pytest.raises(StorageError) as caught:
        await folder_self_test(world.client, mapped(world, local))
    return caught.value.translation_key


async def test_the_same_folder(make_world: MakeWorld, tmp_path: Path) -> None:
    """Files in it, near or deep, prove it; so does a second way to the same place."""
    world = await make_world()
    assert await folder_self_test(world.client, mapped(world, world.downloads)) is (
        FolderProof.UNDECIDED
    )
    put(world.downloads / "soulspot" / "7-0" / "Sóng #1?.flac")
    assert await folder_self_test(world.client, mapped(world, world.downloads)) is (
        FolderProof.PROVEN
    )
    (tmp_path / "mount").symlink_to(world.downloads)
    assert await folder_self_test(world.client, mapped(world, tmp_path / "mount")) is (
        FolderProof.PROVEN
    )


async def test_only_empty_folders(make_world: MakeWorld, tmp_path: Path) -> None:
    """Names of folders are a proof too when there are no files."""
    world = await make_world()
    (world.downloads / "Album").mkdir()
    assert await folder_self_test(world.client, mapped(world, world.downloads)) is (
        FolderProof.PROVEN
    )
    (tmp_path / "other").mkdir()
    assert await problem(world, tmp_path / "other") == "downloads_folder_mismatch"


async def test_another_folder(make_world: MakeWorld, tmp_path: Path) -> None:
    """Empty, full of other things, or with files of the same names and other sizes."""
    world = await make_world()
    other = tmp_path / "other"
    put(other / "Album" / "b.flac")
    assert await problem(world, other) == "downloads_folder_mismatch"  # slskd's is empty.
    for number in range(3):
        put(world.downloads / "Album" / f"{number}.flac")
        put(other / "Album" / f"{number}.flac", size=20)
    assert await problem(world, other) == "downloads_folder_mismatch"
    shutil.rmtree(other)
    other.mkdir()
    assert await problem(world, other) == "downloads_folder_mismatch"


async def test_a_folder_above_or_below(make_world: MakeWorld) -> None:
    """The parent and a sub-folder are not the folder."""
    world = await make_world()
    put(world.downloads / "Album" / "a.flac")
    put(world.downloads / "Other" / "b.flac")
    assert await problem(world, world.downloads.parent) == "downloads_folder_mismatch"
    assert await problem(world, world.downloads / "Album") == "downloads_folder_mismatch"


async def test_a_folder_that_changes_meanwhile(make_world: MakeWorld, tmp_path: Path) -> None:
    """A few files that are gone by now do not matter; most of them do."""
    world = await make_world()
    copy = tmp_path / "copy"
    for number in range(4):
        put(world.downloads / "Album" / f"{number}.flac")
        if number:
            put(copy / "Album" / f"{number}.flac")
    assert await folder_self_test(world.client, mapped(world, copy)) is FolderProof.PROVEN
    for number in (1, 2):
        (copy / "Album" / f"{number}.flac").unlink()
    assert await problem(world, copy) == "downloads_folder_mismatch"


async def test_a_folder_that_cannot_be_seen(make_world: MakeWorld, tmp_path: Path) -> None:
    """Missing, or no folder at all."""
    world = await make_world()
    assert await problem(world, tmp_path / "missing") == "downloads_folder_not_visible"
    assert await problem(world, put(tmp_path / "file")) == "downloads_folder_not_visible"


async def test_hidden_files_say_nothing(make_world: MakeWorld, tmp_path: Path) -> None:
    """What a system leaves in every folder is no sign of another one."""
    world = await make_world()
    other = tmp_path / "other"
    put(other / ".DS_Store")
    mapping = mapped(world, other)
    assert await folder_self_test(world.client, mapping) is FolderProof.UNDECIDED


@pytest.mark.parametrize("status", [403, 404])
async def test_a_slskd_that_does_not_list(make_world: MakeWorld, status: int) -> None:
    """Then only a download can tell."""
    world = await make_world()
    put(world.downloads / "a.flac")
    world.simulator.inject(Fault("GET", "/files/*", status=status))
    mapping = replace(mapped(world, world.downloads), slskd_downloads="/whatever")
    assert await folder_self_test(world.client, mapping) is FolderProof.UNDECIDED
