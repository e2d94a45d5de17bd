"""Order peers by how soon they are likely to deliver."""

from ..model import PeerHistory, PeerResponse

# Above this the household's line or the player decides, not the peer.
SPEED_CAP = 4_000_000  # bytes/s
SPEED_STEPS = 8
FAILURES_TO_DISTRUST = 2


def peer_order(response: PeerResponse, history: PeerHistory | None) -> tuple[int, int, int, int]:
    """Return a sort key, better peers first.

    A free slot comes first (a stated queue outweighs the flag: one peer in five claims both),
    then the queue's length, the speed up to a cap, and how the peer behaved before. A peer that
    failed more often than it delivered counts as busy.
    """
    queue = max(0, response.queue_length)
    is_free = response.has_free_slot and queue == 0
    speed: float = max(0, response.upload_speed)
    record = 0
    if history is not None:
        failures = history.refused + history.stalled
        record = history.delivered - failures
        if failures >= FAILURES_TO_DISTRUST and record < 0:
            is_free = False
        if history.measured_speed is not None:
            speed = history.measured_speed
    step = SPEED_STEPS if speed >= SPEED_CAP else int(speed * SPEED_STEPS / SPEED_CAP)
    return (0 if is_free else 1, queue, -step, -record)
