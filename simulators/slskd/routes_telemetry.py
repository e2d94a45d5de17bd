"""Serve /telemetry: what became of all transfers, in numbers."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from aiohttp import web

from .clock import TICKS_PER_SECOND
from .json_rules import Json, answer, number
from .transfer_model import Transfer, average_speed
from .transfers import TransferService
from .versions import SlskdVersion


class TelemetryRoutes:
    """Answer requests for reports."""

    def __init__(self, service: TransferService, version: SlskdVersion) -> None:
        """Take the service whose transfers are counted."""
        self._service = service
        self._version = version

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root, none for a version that has them elsewhere."""
        if not self._version.has_telemetry:
            return []
        return [web.get("/telemetry/reports/transfers/summary", self.summary)]

    async def summary(self, request: web.Request) -> web.Response:
        """Sum the finished downloads up by how they ended; nothing is uploaded here."""
        by_end: dict[str, list[Transfer]] = defaultdict(list)
        for transfer in self._service.records.values():
            if transfer.is_complete:
                by_end[transfer.state.removeprefix("Completed, ")].append(transfer)
        rows: dict[str, Json] = {end: _summary(by_end[end]) for end in sorted(by_end)}
        return answer({"Download": rows} if rows else {})


def _summary(transfers: list[Transfer]) -> Json:
    """Return the figures of one end; speeds in bytes a second, times in seconds."""
    return {
        "totalBytes": sum(transfer.size for transfer in transfers),
        "count": len(transfers),
        "distinctUsers": len({transfer.username for transfer in transfers}),
        "averageSpeed": number(fmean(average_speed(transfer, 0) for transfer in transfers)),
        "averageWait": _mean_seconds((one.requested, one.started) for one in transfers),
        "averageDuration": _mean_seconds((one.started, one.ended) for one in transfers),
    }


def _mean_seconds(spans: Iterable[tuple[int | None, int | None]]) -> int | float:
    """Return the mean length of the spans that have both ends."""
    lengths = [
        (end - begin) / TICKS_PER_SECOND
        for begin, end in spans
        if begin is not None and end is not None
    ]
    return number(fmean(lengths)) if lengths else 0
