"""Check searches: what is found, when it is told, and what is refused."""

from pathlib import Path
from uuid import uuid4

from aiohttp import ClientError
import pytest

from simulators.slskd import SUPPORTED, Dialect, Fault, Flood, Peer, Presence, Settings, SharedFile

from .slskd_client import SONG, SlskdClient, peer, slskd, song

pytestmark = pytest.mark.usefixtures("socket_enabled")


def on_manual_clock(version: str, **more: object) -> Settings:
    """Return settings for a version."""
    return Settings(version=version, clock_speed=0, **more)  # type: ignore[arg-type]


async def found(client: SlskdClient, text: str, **options: object) -> list[str]:
    """Return the paths a search finds, locked ones with an exclamation mark."""
    record = await client.search(text, **options)
    await client.simulator.advance(40)
    responses = (await client.send("GET", f"/searches/{record['id']}/responses")).json()
    return [
        *(file["filename"] for one in responses for file in one["files"]),
        *(f"!{file['filename']}" for one in responses for file in one["lockedFiles"]),
    ]


@pytest.mark.parametrize("version", SUPPORTED)
async def test_life_of_a_search(tmp_path: Path, version: str) -> None:
    """Counters move, responses stay away until after the end, and the end time comes last."""
    peers = [
        Peer("early", (song(),), answers_after=1.0),
        Peer("late", (song(),), answers_after=9.0),
    ]
    async with slskd(tmp_path, peers, on_manual_clock(version)) as client:
        record = await client.search("certain -live death")
        assert record["searchText"] == "certain death -live"
        assert record["state"] == "InProgress" and not record["isComplete"]
        assert record["responses"] == [] and "endedAt" not in record
        await client.simulator.advance(2)
        running = await client.get_search(record["id"], responses=True)
        assert (running["responseCount"], running["fileCount"]) == (1, 1)
        assert running["responses"] == []
        # The timeout begins anew with each answer: at 20 s it still runs, at 24.2 s it is over.
        await client.simulator.advance(18)
        assert not (await client.get_search(record["id"]))["isComplete"]
        await client.simulator.advance(4.2)
        over = await client.get_search(record["id"], responses=True)
        assert over["state"] == "Completed, TimedOut" and over["isComplete"]
        assert "endedAt" not in over and over["responses"] == []
        await client.simulator.advance(1)
        final = await client.get_search(record["id"], responses=True)
        assert final["endedAt"].endswith("Z")
        assert [one["username"] for one in final["responses"]] == ["early", "late"]
        assert {one["token"] for one in final["responses"]} == {record["token"]}
        listed = (await client.send("GET", "/searches")).json()
        assert listed[0]["responses"] == [] and listed[0]["responseCount"] == 2
        assert (await client.send("DELETE", f"/searches/{record['id']}")).status == 204
        assert (await client.send("DELETE", f"/searches/{record['id']}")).status == 404
        assert (await client.send("GET", "/searches/not-an-id")).status == 404


async def test_locked_files_and_blank_extensions(tmp_path: Path) -> None:
    """A locked file is known only by its list; extensions are blank, attributes may be missing."""
    peers = [peer(song(), song("Music\\Certain\\Death.flac", is_locked=True))]
    async with slskd(tmp_path, peers) as client:
        record = await client.search("certain death")
        await client.simulator.advance(40)
        final = await client.get_search(record["id"], responses=True)
        assert (final["fileCount"], final["lockedFileCount"]) == (1, 1)
        [response] = final["responses"]
        [locked] = response["lockedFiles"]
        assert locked["isLocked"] is False and locked["extension"] == ""
        assert locked["code"] == 1
        assert "bitDepth" not in locked


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("CERTAIN death", True),
        ("death brad 2008", True),
        ("certain deat", False),
        ("certain death brads", False),
        ("certain death -sucks", False),
        ("certain death -live", True),
        ("a certain death", True),
        ("*ertain death", True),
        ("cert*in death", False),
        ("brad-sucks certain", True),
    ],
)
async def test_matching(tmp_path: Path, text: str, matches: bool) -> None:
    """Whole words in any order and case; a dash excludes, one letter is dropped, a star begins."""
    async with slskd(tmp_path, [peer()]) as client:
        assert await found(client, text) == ([SONG] if matches else [])


async def test_accents_and_wildcards_depend_on_the_client(tmp_path: Path) -> None:
    """Only some clients find words without their accents, only some know wildcards."""
    files = (SharedFile("Music\\Gymnopédie.mp3", size=5),)
    peers = [
        Peer("folding", files, dialect=Dialect.SLSKD),
        Peer("strict", files, dialect=Dialect.NICOTINE),
    ]
    async with slskd(tmp_path, peers) as client:
        assert len(await found(client, "gymnopédie")) == 2
        assert len(await found(client, "gymnopedie")) == 1
        assert len(await found(client, "*ymnopédie")) == 1


async def test_banned_and_excluded_phrases(tmp_path: Path) -> None:
    """A banned name finds nothing but with a wildcard; excluded phrases are left out of answers."""
    settings = Settings(
        clock_speed=0, banned_phrases=("Brad Sucks",), excluded_phrases=("certain doom",)
    )
    peers = [peer(song(), song("Music\\Brad Sucks\\Certain Doom.mp3"))]
    async with slskd(tmp_path, peers, settings) as client:
        assert await found(client, "brad sucks certain") == []
        assert await found(client, "*rad sucks certain") == [SONG]
        assert await found(client, "out of it certain") == [SONG]


async def test_limits_and_filters(tmp_path: Path) -> None:
    """Limits end a search early, filters leave peers out, offline peers are silent."""
    peers = [
        Peer(f"peer {number}", (song(),), queue_length=number, speed=1000 * number)
        for number in range(6)
    ]
    async with slskd(tmp_path, peers) as client:
        record = await client.search("certain death", responseLimit=3)
        await client.simulator.advance(3)
        final = await client.get_search(record["id"])
        assert final["state"] == "Completed, ResponseLimitReached"
        assert final["responseCount"] == 3
        record = await client.search("certain death", fileLimit=2)
        await client.simulator.advance(3)
        final = await client.get_search(record["id"])
        assert final["state"] == "Completed, FileLimitReached"
        assert len(await found(client, "certain death", maximumPeerQueueLength=2)) == 2
        assert len(await found(client, "certain death", minimumPeerUploadSpeed=4000)) == 2
        unfiltered = await found(
            client, "certain death", minimumPeerUploadSpeed=4000, filterResponses=False
        )
        assert len(unfiltered) == 6
        client.simulator.set_presence("peer 0", Presence.OFFLINE)
        assert len(await found(client, "certain death")) == 5


@pytest.mark.parametrize("version", SUPPORTED)
async def test_timeout_is_in_milliseconds(tmp_path: Path, version: str) -> None:
    """A client that means seconds gets an empty answer at once."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        record = await client.search("certain death", searchTimeout=15)
        await client.simulator.advance(1)
        final = await client.get_search(record["id"])
        assert final["isComplete"] and final["responseCount"] == 0


@pytest.mark.parametrize("version", SUPPORTED)
async def test_only_some_run_at_once(tmp_path: Path, version: str) -> None:
    """Further searches wait in the queue without losing time."""
    running = 2 if version >= "0.24" else 10
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        records = [await client.search("certain death") for _ in range(running + 1)]
        assert [one["state"] for one in records] == ["InProgress"] * running + ["Queued"]
        await client.simulator.advance(16.5)
        waiting = await client.get_search(records[-1]["id"])
        assert waiting["state"] == "InProgress"
        await client.simulator.advance(17)
        final = await client.get_search(records[-1]["id"])
        assert final["responseCount"] == 1 and "endedAt" in final


@pytest.mark.parametrize("version", SUPPORTED)
async def test_one_post_at_a_time(tmp_path: Path, version: str) -> None:
    """While one request to search is under way another is refused, since 0.24."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        body = {"searchText": "certain death"}
        async with client.simulator.search_routes.posts:
            reply = await client.send("POST", "/searches", body)
        if version >= "0.24":
            assert reply.status == 429
            assert reply.json().startswith("Only one concurrent operation")
        else:
            assert reply.status == 200
        assert (await client.send("POST", "/searches", body)).status == 200


@pytest.mark.parametrize("version", SUPPORTED)
async def test_stop_keeps_what_came(tmp_path: Path, version: str) -> None:
    """Stopping ends a search with its partial answers, and is no error afterwards."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        record = await client.search("certain death")
        await client.simulator.advance(2)
        path = f"/searches/{record['id']}"
        wrong_type = {"Content-Type": "application/octet-stream"}
        assert (await client.send("PUT", path, headers=wrong_type)).status == 415
        assert not (await client.get_search(record["id"]))["isComplete"]
        assert (await client.send("PUT", path)).status == 200
        assert (await client.send("PUT", path)).status == 200
        assert (await client.send("PUT", f"/searches/{uuid4()}")).status == 404
        await client.simulator.advance(1)
        final = await client.get_search(record["id"], responses=True)
        assert final["state"] == "Completed, Cancelled"
        assert len(final["responses"]) == 1 and "endedAt" in final


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        ({"searchText": "  "}, 400, 400),
        ({}, 400, 400),
        ({"searchText": "-only -these"}, 400, 400),
        ({"searchText": "a b c"}, 400, 400),
        ({"searchText": "fine text", "searchTimeout": 4}, 200, 400),
        ({"searchText": "fine text", "responseLimit": -1}, 200, 400),
        ({"searchText": "fine text", "fileLimit": "many"}, 500, 400),
        ({"searchText": 7}, 500, 400),
        ({"searchText": "fine text", "id": "seven"}, 500, 400),
        (["fine text"], 500, 400),
        ({"SEARCHTEXT": "fine text", "unknown": {}, "fileLimit": "9"}, 200, 200),
    ],
)
async def test_bad_requests(tmp_path: Path, version: str, body: object, old: int, new: int) -> None:
    """Validation speaks since 0.24.4; before, most nonsense is accepted or breaks."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        reply = await client.send("POST", "/searches", body)
        assert reply.status == (new if version >= "0.24.4" else old)
        if reply.status != 200:
            assert isinstance(reply.json(), str)


async def test_failed_searches_leave_a_record(tmp_path: Path) -> None:
    """An accepted id stays behind, errored, when there is no connection; a used id is refused."""
    async with slskd(tmp_path, [peer()]) as client:
        client.simulator.disconnect_from_soulseek()
        search_id = str(uuid4())
        body = {"id": search_id, "searchText": "certain death"}
        reply = await client.send("POST", "/searches", body)
        assert reply.status == 409
        assert reply.json().endswith("(currently: Disconnected)")
        record = await client.get_search(search_id)
        assert record["state"] == "Completed, Errored"
        assert record["endedAt"] == record["startedAt"]
        client.simulator.connect_to_soulseek()
        assert (await client.send("POST", "/searches", body)).status == 500


async def test_lost_connection_and_restart(tmp_path: Path) -> None:
    """A lost connection ends searches with what they have, a restart empties them."""
    async with slskd(tmp_path, [peer()]) as client:
        record = await client.search("certain death")
        await client.simulator.advance(2)
        client.simulator.disconnect_from_soulseek()
        await client.simulator.advance(1)
        final = await client.get_search(record["id"], responses=True)
        assert final["state"] == "Completed, Errored" and len(final["responses"]) == 1
        client.simulator.connect_to_soulseek()
        record = await client.search("certain death")
        await client.simulator.advance(2)
        await client.simulator.restart()
        after = await client.get_search(record["id"])
        assert after["state"] == "Completed, TimedOut"
        assert after["responseCount"] == 0 and "endedAt" in after


async def test_searching_too_much_is_punished(tmp_path: Path) -> None:
    """Beyond the limit searches end at once without answers, for half an hour."""
    settings = Settings(clock_speed=0, flood=Flood(searches=3, window=220, ban=1800))
    async with slskd(tmp_path, [peer()], settings) as client:
        for _ in range(3):
            assert await found(client, "certain death") == [SONG]
        assert await found(client, "certain death") == []
        await client.simulator.advance(1000)
        assert await found(client, "certain death") == []
        await client.simulator.advance(1800)
        assert await found(client, "certain death") == [SONG]
        assert len(client.simulator.statistics.searches_sent_at) == 6


async def test_lost_answer_can_be_found_by_id(tmp_path: Path) -> None:
    """A search whose answer got lost runs under the id the client chose."""
    async with slskd(tmp_path, [peer()]) as client:
        search_id = str(uuid4())
        client.simulator.inject(Fault("POST", "/searches", loses_answer=True))
        with pytest.raises(ClientError):
            await client.send("POST", "/searches", {"id": search_id, "searchText": "certain death"})
        assert (await client.get_search(search_id))["state"] == "InProgress"
