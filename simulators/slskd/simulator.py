"""Put the parts together: one slskd with its network, on 127.0.0.1."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from aiohttp import web

from simulators.audio import AudioLibrary
from simulators.common.request_log import RequestLog
from simulators.common.serving import LocalServer

from .clock import SimulatedClock
from .control import control_application
from .events import EventLog, Webhook
from .faults import Fault, Faults
from .model import Peer, Presence
from .network import Network
from .retry import RetryPolicy
from .routes_application import ApplicationRoutes, OwnShares
from .routes_batches import BatchRoutes
from .routes_files import EventRoutes, FileRoutes
from .routes_searches import SearchRoutes
from .routes_telemetry import TelemetryRoutes
from .routes_transfers import TransferRoutes
from .routes_users import UserRoutes
from .search_model import Flood
from .searches import SearchService
from .security import Access, Tokens
from .server_state import ServerConnection
from .storage import Storage, WriteMode
from .transfer_run import DownloadRunner
from .transfers import TransferService
from .versions import LATEST, version_named
from .web_layer import WebLayer

_RESTART_LOGIN_SECONDS = 3.0
_RETENTION_EVERY_SECONDS = 300.0
_OPEN_ACCESS = Access(is_disabled=True)
_DEFAULT_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what can be chosen about one slskd; `clock_speed` 0 stops time but for `advance`.

    Time begins at `started_at`, or else now. Finished rows are hidden after `retention_minutes`, never
    when there are none.
    """

    version: str = LATEST
    port: int = 0
    control_port: int | None = None
    clock_speed: float = 20.0
    started_at: datetime | None = None
    access: Access = _OPEN_ACCESS
    url_base: str = ""
    username: str = "soulspot_listener"
    write_mode: WriteMode = WriteMode.REAL
    webhooks: tuple[Webhook, ...] = ()
    banned_phrases: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    flood: Flood | None = None
    retry: RetryPolicy = _DEFAULT_RETRY
    local_slots: int | None = None
    may_delete_files: bool = False
    retention_minutes: int | None = None
    starts_logged_in: bool = True


@dataclass(slots=True)
class Statistics:
    """Hold what tests and benchmarks ask afterwards."""

    searches_sent_at: list[float] = field(default_factory=list)
    downloads_enqueued: int = 0
    enqueued_while_active: list[tuple[str, str]] = field(default_factory=list)


class SlskdSimulator:
    """Behave like one slskd in front of a network of simulated peers."""

    def __init__(
        self,
        peers: Iterable[Peer],
        downloads: Path,
        incomplete: Path | None = None,
        settings: Settings | None = None,
        audio: AudioLibrary | None = None,
    ) -> None:
        """Take the people on the network and the folders; nothing runs before `start`."""
        self.settings = settings = settings or Settings()
        self.version = version = version_named(settings.version)
        self.clock = clock = SimulatedClock(settings.clock_speed, settings.started_at)
        self.audio = audio or AudioLibrary()
        self.network = Network(
            peers, self.audio, settings.banned_phrases, settings.excluded_phrases
        )
        self.server = ServerConnection(clock, settings.username)
        self.events = EventLog(clock, version, settings.webhooks)
        self.storage = Storage(
            downloads,
            incomplete or downloads.parent / "incomplete",
            self.audio,
            settings.write_mode,
            version.strips_share_prefix,
        )
        self.searches = SearchService(clock, self.network, self.server, version, settings.flood)
        runner = DownloadRunner(
            clock,
            self.network,
            self.server,
            self.storage,
            version,
            settings.retry,
            settings.local_slots,
        )
        self.transfers = TransferService(
            clock, self.network, self.server, self.storage, self.events, version, runner
        )
        self.shares = OwnShares()
        self.faults = Faults()
        self.requests = RequestLog()
        self.tokens = Tokens()
        self._tasks: set[asyncio.Task[None]] = set()
        self._prepared: asyncio.Future[None] | None = None
        self._api_server = LocalServer(self._build(), settings.port)
        self._address = f"http://127.0.0.1:{settings.port}"
        self._control_server = (
            None
            if settings.control_port is None
            else LocalServer(control_application(self), settings.control_port)
        )
        if version.raises_connection_events:
            self.server.on_login.append(lambda: self._note_connection("SoulseekClientConnected"))
            self.server.on_loss.append(lambda: self._note_connection("SoulseekClientDisconnected"))

    def _build(self) -> web.Application:
        """Collect the routes."""
        clock, version = self.clock, self.version
        self.search_routes = SearchRoutes(self.searches, version)
        self.transfer_routes = TransferRoutes(self.transfers, clock, version)
        batches = BatchRoutes(self.transfers, self.transfer_routes, clock, version)
        application = ApplicationRoutes(
            version,
            self.server,
            self.settings.access,
            self.tokens,
            self.storage,
            self.shares,
            self.settings.retry,
            self.settings.retention_minutes,
            self.settings.url_base,
            self._restart_soon,
        )
        routes = [
            *application.routes(),
            *self.search_routes.routes(),
            *batches.routes(),
            *self.transfer_routes.routes(),
            *UserRoutes(self.network, version).routes(),
            *FileRoutes(self.storage, self.settings.may_delete_files).routes(),
            *TelemetryRoutes(self.transfers, version).routes(),
            *EventRoutes(self.events, version).routes(),
        ]
        layer = WebLayer(
            self.settings.access,
            self.tokens,
            self.faults,
            self.requests,
            clock,
            self.settings.url_base,
            self._until_prepared,
        )
        return layer.application(routes)

    @property
    def url(self) -> str:
        """Return the base address, with the URL base, without a slash at the end."""
        return self._address + self.settings.url_base

    @property
    def control_url(self) -> str:
        """Return the address of the control routes; only with a control port."""
        if self._control_server is None:
            raise RuntimeError("the simulator has no control port")
        return self._control_server.url

    @property
    def statistics(self) -> Statistics:
        """Return what has happened so far; times in simulated seconds."""
        return Statistics(
            list(self.searches.sent_at),
            self.transfers.enqueued_total,
            list(self.transfers.doubled),
        )

    async def start(self) -> str:
        """Listen and log in to the network; return the base address."""
        await asyncio.to_thread(self.storage.make_folders)
        # Encoding takes seconds on a machine's first run: only whoever needs a size waits for it.
        self._prepared = asyncio.ensure_future(asyncio.to_thread(self.network.prepare))
        self.clock.start()
        if self.settings.starts_logged_in:
            self.server.log_in_now()
        self._sweep()
        await self._api_server.start()
        self._address = self._api_server.url
        if self._control_server is not None:
            await self._control_server.start()
        return self.url

    async def stop(self) -> None:
        """Stop listening and let time stand still."""
        if self._control_server is not None:
            await self._control_server.stop()
        await self._api_server.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await self._until_prepared()
        await self.clock.stop()
        await self.events.stop()

    async def _until_prepared(self) -> None:
        """Wait until the size of every shared file can be told."""
        if self._prepared is not None:
            await asyncio.shield(self._prepared)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def advance(self, seconds: float) -> None:
        """Let simulated seconds pass on a manual clock, with everything that happens in them."""
        await self.clock.advance(seconds)

    async def restart(self, down_seconds: float = 0.0) -> None:
        """Restart: refuse connections for that many simulated seconds, then come back and log in.

        Unfinished downloads end with `Application shut down` and are enqueued again under new ids after
        the log-in; searches end; tokens of the web page lose their worth.
        """
        await self._api_server.stop(keeps_port=True)
        self.server.lose(reconnects=False)
        self.transfers.restart()
        self.searches.restart()
        self.tokens.renew()
        if down_seconds:
            await self.clock.sleep(down_seconds)
        self._api_server.application = self._build()
        await self._api_server.start()
        self.server.connect(_RESTART_LOGIN_SECONDS)

    def disconnect_from_soulseek(self, reconnects: bool = False) -> None:
        """Lose the connection to the Soulseek server, as when kicked; or with the watchdog at work."""
        self.server.lose(reconnects)

    def connect_to_soulseek(self) -> None:
        """Be logged in at once."""
        self.server.log_in_now()

    def set_presence(self, username: str, presence: Presence) -> None:
        """Let a peer come or go; what flows from somebody who goes breaks off."""
        self.network.set_presence(username, presence)
        if presence is Presence.OFFLINE:
            self.transfers.break_connections(username)

    def inject(self, fault: Fault) -> None:
        """Let the next matching requests go wrong."""
        self.faults.add(fault)

    def _sweep(self) -> None:
        """Hide what is older than the retention has it, now and every five minutes."""
        if self.settings.retention_minutes is not None:
            self.transfers.remove_completed(self.settings.retention_minutes * 60.0)
            self.clock.call_later(_RETENTION_EVERY_SECONDS, self._sweep)

    def _note_connection(self, kind: str) -> None:
        """Put a change of the connection into the event log."""
        self.events.add(kind, {"version": 0})

    def _restart_soon(self) -> None:
        """Restart after the present request is answered."""
        task = asyncio.get_running_loop().create_task(self.restart())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
