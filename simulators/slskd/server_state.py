"""Keep the connection to the Soulseek server."""

from collections.abc import Callable

from .clock import TICKS_PER_SECOND, SimulatedClock
from .json_rules import Json, instant
from .versions import SlskdVersion

_CONNECT_SECONDS = 0.5
_LOGIN_SECONDS = 1.5
_WATCHDOG_SECONDS = 10.0


class ServerConnection:
    """Connect, log in, lose the connection and come back, as the watchdog of slskd does."""

    def __init__(self, clock: SimulatedClock, username: str) -> None:
        """Begin disconnected; `connect` starts the log-in."""
        self._clock = clock
        self.username = username
        self.state = "Disconnected"
        self.refuses_login = False
        self.is_reconnecting = False
        self._next_attempt: int | None = None
        self._generation = 0
        self.on_login: list[Callable[[], None]] = []
        self.on_loss: list[Callable[[], None]] = []

    @property
    def is_ready(self) -> bool:
        """Tell whether searches and downloads are possible."""
        return self.state == "Connected, LoggedIn"

    def connect(self, delay: float = 0.0) -> None:
        """Begin to connect after that many simulated seconds, unless connected already."""
        if self.is_ready:
            return
        self._generation += 1
        generation = self._generation

        def step(state: str, following: Callable[[], None] | None, seconds: float) -> None:
            if generation != self._generation:
                return
            self.state = state
            if following is not None:
                self._clock.call_later(seconds, following)

        def logged_in() -> None:
            if generation != self._generation:
                return
            self.is_reconnecting = False
            if self.refuses_login:
                self.state = "Disconnected"
                return
            self.log_in_now()

        def log_in() -> None:
            step("Connected, LoggingIn", logged_in, _LOGIN_SECONDS)

        def begin() -> None:
            step("Connecting", log_in, _CONNECT_SECONDS)

        if delay:
            self._clock.call_later(delay, begin)
        else:
            begin()

    def log_in_now(self) -> None:
        """Be logged in at once."""
        self._generation += 1
        self.state = "Connected, LoggedIn"
        for listener in self.on_login:
            listener()

    def lose(self, reconnects: bool = False) -> None:
        """Lose the connection; the watchdog tries again unless it was deliberate or a kick."""
        was_ready = self.is_ready
        self._generation += 1
        self.state = "Disconnected"
        self.is_reconnecting = reconnects
        if was_ready:
            for listener in self.on_loss:
                listener()
        if reconnects:
            self._next_attempt = self._clock.ticks() + round(_WATCHDOG_SECONDS * TICKS_PER_SECOND)
            self.connect(_WATCHDOG_SECONDS)

    def watchdog_row(self, version: SlskdVersion) -> dict[str, Json]:
        """Return what the watchdog is doing, which versions since 0.23.2 show."""
        row: dict[str, Json] = {
            "isEnabled": self.is_reconnecting,
            "isAttemptingConnection": self.is_reconnecting,
        }
        if version.shows_vpn:
            row["isAwaitingVpn"] = False
        if self.is_reconnecting and self._next_attempt is not None:
            row["nextAttemptAt"] = instant(self._next_attempt)
        return row

    def row(self, version: SlskdVersion) -> dict[str, Json]:
        """Return the state as the API of a version shows it."""
        connected = self.state.startswith("Connected")
        known = self.state != "Disconnected"
        row: dict[str, Json] = {
            **({"address": "vps.slsknet.org", "ipEndPoint": "192.0.2.10:2271"} if known else {}),
            "state": self.state,
            "isConnected": connected,
            "isLoggedIn": self.is_ready,
            "isTransitioning": self.state
            in ("Connecting", "Connected, LoggingIn", "Disconnecting"),
        }
        if version.tells_what_connecting_does:
            row["isConnecting"] = self.state == "Connecting"
            row["isLoggingIn"] = self.state == "Connected, LoggingIn"
        return row
