"""Let people come and go, as over days on the real network."""

from functools import partial
import random

from .model import Presence
from .simulator import SlskdSimulator


def let_people_come_and_go(
    simulator: SlskdSimulator,
    seed: int = 1,
    mean_online: float = 6 * 3600,
    mean_offline: float = 4 * 3600,
) -> None:
    """Switch everybody who starts online between online and offline; mean times in simulated seconds.

    Call it after the simulator was started. Part of the people begin offline, in the same proportion.
    """
    source = random.Random(f"churn {seed}")
    offline_share = mean_offline / (mean_online + mean_offline)

    def switch(username: str, is_online: bool) -> None:
        simulator.set_presence(username, Presence.ONLINE if is_online else Presence.OFFLINE)
        stay = source.expovariate(1 / (mean_online if is_online else mean_offline))
        simulator.clock.call_later(stay, partial(switch, username, not is_online))

    for username, peer in simulator.network.peers.items():
        if peer.presence is Presence.ONLINE:
            switch(username, source.random() >= offline_share)
