"""Run the simulator from a command line."""

import argparse
import asyncio
from pathlib import Path
import tempfile

from simulators.catalogue import demo_catalogue, with_large_playlist
from simulators.common.serving import serve_until_stopped

from .events import Webhook
from .model import Peer
from .replay import load_responses
from .scenario import load_scenario, play
from .search_model import Flood
from .security import Access, ApiKey
from .sharing import SharingOptions, share_catalogue
from .simulator import Settings, SlskdSimulator
from .storage import WriteMode
from .versions import LATEST, SUPPORTED


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("simulators.slskd", description=__doc__)
    parser.add_argument("--version", choices=SUPPORTED, default=LATEST)
    parser.add_argument("--port", type=int, default=5030)
    parser.add_argument("--control-port", type=int, help="steer the simulator here")
    parser.add_argument("--downloads", type=Path, help="folder of finished files")
    parser.add_argument("--incomplete", type=Path, help="folder of unfinished files")
    parser.add_argument("--api-key", help="ask for this key (16 characters or more)")
    parser.add_argument("--no-auth", action="store_true", help="ask for nothing")
    parser.add_argument("--url-base", default="", help="for example /slskd")
    parser.add_argument(
        "--speed", type=float, default=20.0, help="simulated seconds in a real second"
    )
    parser.add_argument(
        "--catalogue", default="demo", help="demo, or large:N for N more recordings"
    )
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", type=Path, help="JSON list of what happens when")
    parser.add_argument("--replay", type=Path, help="recorded responses instead of a catalogue")
    parser.add_argument(
        "--flood", type=int, help="more searches than this in 220 s are ignored for half an hour"
    )
    parser.add_argument("--webhook", help="address to tell of finished files")
    parser.add_argument("--write", choices=list(WriteMode), default=WriteMode.REAL)
    return parser.parse_args()


def _peers(arguments: argparse.Namespace) -> tuple[Peer, ...]:
    """Make the people on the network."""
    if arguments.replay is not None:
        return load_responses(arguments.replay)
    catalogue = demo_catalogue()
    kind, _, count = arguments.catalogue.partition(":")
    if kind == "large":
        catalogue = with_large_playlist(catalogue, int(count or 1000))
    options = SharingOptions(people=arguments.people, seed=arguments.seed)
    return share_catalogue(catalogue, options).peers


def _simulator(arguments: argparse.Namespace) -> SlskdSimulator:
    """Build what the command line describes."""
    downloads = arguments.downloads or Path(tempfile.mkdtemp(prefix="slskd-")) / "downloads"
    keys = (ApiKey(arguments.api_key),) if arguments.api_key else ()
    webhooks = (Webhook(arguments.webhook),) if arguments.webhook else ()
    base = arguments.url_base.strip("/")
    settings = Settings(
        version=arguments.version,
        port=arguments.port,
        control_port=arguments.control_port,
        clock_speed=arguments.speed,
        access=Access(is_disabled=arguments.no_auth or not keys, api_keys=keys),
        url_base=f"/{base}" if base else "",
        write_mode=WriteMode(arguments.write),
        webhooks=webhooks,
        flood=Flood(arguments.flood) if arguments.flood else None,
    )
    return SlskdSimulator(_peers(arguments), downloads, arguments.incomplete, settings)


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    simulator = _simulator(arguments)
    steps = load_scenario(arguments.scenario) if arguments.scenario else ()

    async def start() -> None:
        await simulator.start()
        play(simulator, steps)

    def describe() -> str:
        control = "" if arguments.control_port is None else f", control {simulator.control_url}"
        return (
            f"slskd {arguments.version} at {simulator.url}{control}, "
            f"downloads in {simulator.storage.downloads}"
        )

    asyncio.run(serve_until_stopped(start, simulator.stop, describe))


if __name__ == "__main__":
    main()
