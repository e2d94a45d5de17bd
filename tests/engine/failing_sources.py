"""Let the best source of a track fail, whichever way."""

from custom_components.soulspot.engine.model import DownloadState
from simulators.slskd import Behaviour

from .conftest import MakeWorld
from .world import HOUR, MINUTE, copy, peer

FILED = DownloadState.FILED


def name_of(behaviour: Behaviour) -> str:
    """Return what a failure is called in the name of its test."""
    return f"{behaviour.outcome} {behaviour.reason}"


async def fail_first(make_world: MakeWorld, behaviour: Behaviour, version: str) -> None:
    """Let the first peer fail, and see that the second is asked, once, and nothing is left behind."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000, behaviour=behaviour),
        peer("bob", copy("r3"), speed=10_000),
        version=version,
    )
    await world.start("single")
    await world.sync()
    status = await world.until(FILED, DownloadState.NOT_AVAILABLE, seconds=3 * HOUR)
    assert status.state is FILED
    asked = await world.peers_asked("r3")
    assert asked[-1] == "bob"
    assert asked.count("bob") == 1
    failed = [entry for entry in await world.journal("r3") if entry.event == "source_failed"]
    assert [entry.data["peer"] for entry in failed] == ["ann"]
    await world.pass_time(2 * MINUTE)
    assert world.slskd.transfers.by_user() == {}
    assert world.slskd.statistics.enqueued_while_active == []
