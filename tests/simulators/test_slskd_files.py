"""Check where files land, that they can be played, and what the API tells of them."""

import base64
import json
from pathlib import Path

import mutagen
import pytest
import soundfile

from simulators.audio import AudioContent, AudioTags, Profile
from simulators.slskd import SUPPORTED, Settings, SharedFile, WriteMode

from .slskd_client import FOLDER, SONG, peer, real_song, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")


def encoded(path: str) -> str:
    """Return a relative path as the files API wants it, safe in an address."""
    text = base64.b64encode(path.encode()).decode()
    return text.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_file_is_real_and_collisions_get_ticks(tmp_path: Path, version: str) -> None:
    """The announced bytes are there and play; a second file of the name gets a number."""
    settings = Settings(version=version, clock_speed=0)
    async with slskd(tmp_path, [peer(real_song())], settings) as client:
        size = client.simulator.network.size(real_song())
        for _ in range(2):
            await client.enqueue("peer", wanted(size=size))
            await client.simulator.advance(20)
        folder = tmp_path / "downloads" / "Out of It (2008)"
        first, second = sorted(folder.iterdir(), key=lambda path: len(path.name))
        assert first.name == "05 - Certain Death.mp3"
        stem, _, ticks = second.stem.rpartition("_")
        assert stem == "05 - Certain Death"
        assert len(ticks) == 18 and ticks.isdecimal()
        assert first.stat().st_size == second.stat().st_size == size
        samples, rate = soundfile.read(first)
        assert len(samples) / rate == pytest.approx(7.5, abs=0.05)
        assert list((tmp_path / "incomplete").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (SONG, "Out of It (2008)/05 - Certain Death.mp3", None),
        ("@@abcde\\song.mp3", "@@abcde/song.mp3", "song.mp3"),
        ("song.mp3", "song.mp3", None),
        ("music/with/slashes.mp3", "with/slashes.mp3", None),
        ("a\\CD1\\01 | what?.mp3", "CD1/01 | what?.mp3", None),
    ],
)
@pytest.mark.parametrize("version", ["0.24.5", "0.26.0"])
async def test_where_files_land(
    tmp_path: Path, version: str, path: str, old: str, new: str | None
) -> None:
    """Only the last remote folder is kept; a share prefix alone is no folder since 0.26."""
    settings = Settings(version=version, clock_speed=0, write_mode=WriteMode.SPARSE)
    async with slskd(tmp_path, [peer(song(path, size=10))], settings) as client:
        await client.enqueue("peer", wanted(path, 10))
        await client.simulator.advance(5)
        expected = new if new and version >= "0.26" else old
        assert (tmp_path / "downloads" / expected).stat().st_size == 10


async def test_own_tags_and_m4a(tmp_path: Path) -> None:
    """The delivered file has the tags the sharer wrote."""
    content = AudioContent("x", 5_000, Profile.M4A_256, AudioTags("Wrong title", "Somebody"))
    file = SharedFile("m\\x.m4a", content)
    async with slskd(tmp_path, [peer(file)]) as client:
        await client.enqueue("peer", wanted("m\\x.m4a", client.simulator.network.size(file)))
        await client.simulator.advance(5)
        found = mutagen.File(tmp_path / "downloads" / "m" / "x.m4a", easy=True)
        assert found["title"] == ["Wrong title"] and found["artist"] == ["Somebody"]
        assert found.info.length == pytest.approx(5.0, abs=0.03)


async def test_given_size_is_delivered_exactly(tmp_path: Path) -> None:
    """A recorded size is kept to the byte, with audio in it."""
    content = AudioContent("x", 5_000, Profile.MP3_128)
    file = SharedFile("m\\x.mp3", content, size=123_456)
    async with slskd(tmp_path, [peer(file)]) as client:
        await client.enqueue("peer", wanted("m\\x.mp3", 123_456))
        await client.simulator.advance(5)
        path = tmp_path / "downloads" / "m" / "x.mp3"
        assert path.stat().st_size == 123_456
        assert mutagen.File(path).info.length == pytest.approx(5.0, abs=0.03)


async def test_batches(tmp_path: Path) -> None:
    """A batch has its own folder and id; sending it again is refused, its record can be read."""
    settings = Settings(clock_speed=0, write_mode=WriteMode.SPARSE)
    async with slskd(tmp_path, [peer(song(), song("b.mp3"))], settings) as client:
        path = "/transfers/downloads/batches"
        body = {
            "id": "509D1C1B-9BA0-4CE4-B3FD-DD4D7C361A34",
            "username": "peer",
            "files": [wanted()],
            "options": {"destination": "soulspot/list one", "externalId": "7"},
        }
        made = await client.send("POST", path, body)
        assert made.status == 201
        batch = made.json()["batch"]
        assert batch["id"] == str(body["id"]).lower()
        assert batch["transfers"][0]["batchId"] == batch["id"]
        assert made.json()["failures"] == []
        assert (await client.send("POST", path, body)).status == 409
        mixed = await client.send(
            "POST", path, {"username": "peer", "files": [wanted(), wanted("b.mp3")]}
        )
        assert mixed.status == 207
        assert mixed.json()["failures"] == [
            {"filename": SONG, "message": "Skipped: Already in progress"}
        ]
        none = await client.send("POST", path, {"username": "peer", "files": [wanted()]})
        assert none.status == 200
        await client.simulator.advance(10)
        assert (tmp_path / "downloads/soulspot/list one/05 - Certain Death.mp3").exists()
        read = (await client.send("GET", f"{path}/{batch['id']}")).json()
        assert read["options"] == {"destination": "soulspot/list one"}
        assert read["transfers"][0]["state"] == "Completed, Succeeded"
        assert (await client.send("GET", f"{path}/seven")).status == 400
        assert (await client.send("GET", f"{path}/{'0' * 32}")).status == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"options": None}, 500),
        ({"options": {"destination": "/absolute"}}, 400),
        ({"options": {"destination": "C:\\absolute"}}, 400),
        ({"options": {"destination": "up/../up"}}, 400),
        ({"options": {"destination": ""}}, 400),
        ({"files": []}, 400),
        ({"files": [wanted(), wanted()]}, 400),
        ({"files": [None]}, 400),
        ({"files": [wanted("a\\..\\b.mp3")]}, 400),
        ({"id": "seven"}, 400),
        ({"username": ""}, 400),
        ({"username": "nobody"}, 404),
    ],
)
async def test_bad_batches(tmp_path: Path, change: dict[str, object], status: int) -> None:
    """Every wrong part of a batch is refused with a text and leaves nothing behind."""
    settings = Settings(clock_speed=0, write_mode=WriteMode.NOTHING)
    async with slskd(tmp_path, [peer()], settings) as client:
        body = {"username": "peer", "files": [wanted()], **change}
        reply = await client.send("POST", "/transfers/downloads/batches", body)
        assert reply.status == status
        assert isinstance(reply.json(), str)
        assert await client.rows() == []


@pytest.mark.parametrize("version", SUPPORTED[:-1])
async def test_batches_are_users_in_old_versions(tmp_path: Path, version: str) -> None:
    """Before 0.26 the paths mean a user of that name, so they cannot be probed."""
    async with slskd(tmp_path, [peer()], Settings(version=version, clock_speed=0)) as client:
        body = {"username": "peer", "files": [wanted()]}
        reply = await client.send("POST", "/transfers/downloads/batches", body)
        assert reply.status == (400 if version >= "0.24.4" else 500)
        path = "/transfers/downloads/batches/509d1c1b-9ba0-4ce4-b3fd-dd4d7c361a34"
        assert (await client.send("GET", path)).status == 404


async def test_listing_of_the_downloads_folder(tmp_path: Path) -> None:
    """Folders are listed one by one or flat, by base64 of their relative path."""
    async with slskd(tmp_path, [peer(song(size=10))]) as client:
        await client.enqueue("peer", wanted(size=10))
        await client.simulator.advance(5)
        root = (await client.send("GET", "/files/downloads/directories")).json()
        assert [one["name"] for one in root["directories"]] == ["Out of It (2008)"]
        assert root["files"] == []
        flat = (await client.send("GET", "/files/downloads/directories?recursive=true")).json()
        assert flat["files"][0]["fullName"] == "Out of It (2008)/05 - Certain Death.mp3"
        assert flat["files"][0]["length"] == 10
        path = f"/files/downloads/directories/{encoded('Out of It (2008)')}"
        inner = (await client.send("GET", path)).json()
        assert inner["name"] == "Out of It (2008)" and len(inner["files"]) == 1
        missing = f"/files/downloads/directories/{encoded('nothing')}"
        assert (await client.send("GET", missing)).status == 404
        outside = f"/files/downloads/directories/{encoded('../..')}"
        assert (await client.send("GET", outside)).status == 403
        broken = "/files/downloads/directories/%25%25"
        assert (await client.send("GET", broken)).status == 400
        file = f"/files/downloads/files/{encoded('Out of It (2008)/05 - Certain Death.mp3')}"
        assert (await client.send("DELETE", file)).status == 403


async def test_deleting_with_file_management(tmp_path: Path) -> None:
    """When it is allowed, files and folders go; a second time there is nothing."""
    settings = Settings(clock_speed=0, may_delete_files=True)
    async with slskd(tmp_path, [peer(song(size=10))], settings) as client:
        await client.enqueue("peer", wanted(size=10))
        await client.simulator.advance(5)
        file = f"/files/downloads/files/{encoded('Out of It (2008)/05 - Certain Death.mp3')}"
        assert (await client.send("DELETE", file)).status == 204
        assert (await client.send("DELETE", file)).status == 404
        folder = f"/files/downloads/directories/{encoded('Out of It (2008)')}"
        assert (await client.send("DELETE", folder)).status == 204
        assert list((tmp_path / "downloads").iterdir()) == []


async def test_other_people(tmp_path: Path) -> None:
    """Presence, slots, folders and whole shares of peers; folder listings have base names only."""
    async with slskd(tmp_path, [peer(song(), song("x\\y.mp3", is_locked=True))]) as client:
        status = (await client.send("GET", "/users/peer/status")).json()
        assert status == {"presence": "Online", "isPrivileged": False}
        info = (await client.send("GET", "/users/peer/info")).json()
        assert info["hasFreeUploadSlot"] is True and info["uploadSlots"] == 2
        listing = await client.send("POST", "/users/peer/directory", {"directory": FOLDER})
        [folder] = listing.json()
        assert folder["name"] == FOLDER
        assert folder["files"][0]["filename"] == "05 - Certain Death.mp3"
        assert {"type": "BitRate", "value": 320} in folder["files"][0]["attributes"]
        assert (await client.send("POST", "/users/peer/directory", {})).status == 400
        share = (await client.send("GET", "/users/peer/browse")).json()
        assert (share["directoryCount"], share["lockedDirectoryCount"]) == (1, 1)
        reply = await client.send("GET", "/users/nobody/info")
        assert (reply.status, reply.json()) == (404, "User nobody appears to be offline")
        assert json.loads(reply.text) == reply.json()
