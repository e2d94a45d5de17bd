"""Check what is heard of slskd's events."""

from .asking import FIRST, SECOND, ask, follow, peer
from .conftest import MakeWorld


async def test_events_since_the_last_look(make_world: MakeWorld, version: str) -> None:
    """Each download is told once, however much chat stands in between."""
    world = await make_world(peer(), version=version)
    nothing = await world.client.events()
    assert (nothing.downloads, nothing.is_complete) == ((), True)
    await ask(world)
    await follow(world)
    await world.clock.sleep(2)
    first = await world.client.events(nothing.newest_id)
    assert [event.remote_filename for event in first.downloads] == [FIRST]
    await ask(world, SECOND)
    await follow(world, SECOND)
    await world.clock.sleep(2)
    for number in range(250):
        world.simulator.events.add("PrivateMessageReceived", {"version": 0, "number": number})
    second = await world.client.events(first.newest_id)
    assert [event.remote_filename for event in second.downloads] == [SECOND]
    assert second.is_complete
    third = await world.client.events(second.newest_id)
    assert (third.downloads, third.newest_id) == ((), second.newest_id)


async def test_a_bounded_look_says_so(make_world: MakeWorld) -> None:
    """When the last seen event is too far down, something may be missing."""
    world = await make_world()
    world.simulator.events.add("Noop", {"version": 0})
    seen = (await world.client.events()).newest_id
    for number in range(150):
        world.simulator.events.add("Noop", {"version": 0, "number": number})
    assert not (await world.client.events(seen, limit=150)).is_complete
    assert (await world.client.events(seen, limit=151)).is_complete
    forgotten = await world.client.events("forgotten", limit=1000)
    assert forgotten.is_complete
