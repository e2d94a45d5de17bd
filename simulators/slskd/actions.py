"""Carry out what a scenario or the control port asks for."""

from typing import TYPE_CHECKING

from .faults import Fault
from .json_rules import Body, Json, MalformedBodyError
from .model import Presence

if TYPE_CHECKING:
    from .simulator import SlskdSimulator

ACTIONS = (
    "restart",
    "logout",
    "login",
    "refuse-login",
    "presence",
    "shares",
    "fault",
    "clear-faults",
    "storage",
    "speed",
    "advance",
)


async def perform(simulator: SlskdSimulator, action: str, arguments: Body) -> None:
    """Do one of ACTIONS; MalformedBodyError for anything else.

    `restart` {downSeconds}; `logout` {reconnects}; `login`; `refuse-login` {on}; `presence`
    {username, presence}; `shares` {files, directories, scanning}; `fault` {method, path, status, message,
    contentType, losesAnswer, delayMs, times}; `clear-faults`; `storage` {createError, moveError};
    `speed` {percent}; `advance` {seconds}.
    """
    match action:
        case "restart":
            await simulator.restart(arguments.integer("downSeconds", 0))
        case "logout":
            simulator.disconnect_from_soulseek(arguments.flag("reconnects", False))
        case "login":
            simulator.connect_to_soulseek()
        case "refuse-login":
            simulator.server.refuses_login = arguments.flag("on", True)
        case "presence":
            simulator.set_presence(arguments.text("username") or "", _presence(arguments))
        case "shares":
            shares = simulator.shares
            shares.files = arguments.integer("files", shares.files)
            shares.directories = arguments.integer("directories", shares.directories)
            shares.scanning = arguments.flag("scanning", shares.scanning)
        case "fault":
            simulator.inject(_fault(arguments))
        case "clear-faults":
            simulator.faults.clear()
        case "storage":
            simulator.storage.create_error = arguments.text("createError")
            simulator.storage.move_error = arguments.text("moveError")
        case "speed":
            simulator.clock.set_speed(arguments.integer("percent", 100) / 100)
        case "advance":
            await simulator.advance(arguments.integer("seconds", 0))
        case _:
            raise MalformedBodyError(f"Unknown action {action}; known are {', '.join(ACTIONS)}")


def _presence(arguments: Body) -> Presence:
    """Read whether somebody is there."""
    value = arguments.text("presence") or ""
    try:
        return Presence(value)
    except ValueError:
        known = ", ".join(Presence)
        raise MalformedBodyError(f"Unknown presence {value}; known are {known}") from None


def _fault(arguments: Body) -> Fault:
    """Read what is to go wrong."""
    status = arguments.integer("status", 0)
    return Fault(
        method=arguments.text("method") or "*",
        path=arguments.text("path") or "*",
        status=status or None,
        message=arguments.text("message") or "",
        content_type=arguments.text("contentType") or "application/json",
        loses_answer=arguments.flag("losesAnswer", False),
        delay=arguments.integer("delayMs", 0) / 1000,
        times=arguments.integer("times", 1),
    )


def state_row(simulator: SlskdSimulator) -> dict[str, Json]:
    """Return what the control port tells about a simulator; times in simulated seconds."""
    statistics = simulator.statistics
    return {
        "url": simulator.url,
        "version": simulator.version.number,
        "now": simulator.clock.now(),
        "server": simulator.server.state,
        "peers": len(simulator.network.peers),
        "searches": len(simulator.searches.records),
        "searchesSentAt": list(statistics.searches_sent_at),
        "isBanned": simulator.searches.is_banned,
        "downloadsEnqueued": statistics.downloads_enqueued,
        "enqueuedWhileActive": [list(pair) for pair in statistics.enqueued_while_active],
        "downloadsActive": len(list(simulator.transfers.active)),
    }
