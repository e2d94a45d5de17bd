"""Run the MusicBrainz simulator from the command line."""

import argparse
import asyncio

from simulators.catalogue import demo_catalogue, with_large_playlist
from simulators.common.clock import Clock
from simulators.common.serving import serve_until_stopped

from .gate import MusicBrainzSettings
from .server import MusicBrainzSimulator


def _arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="simulators.musicbrainz", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8803, help="port on 127.0.0.1 (0: any free one)"
    )
    parser.add_argument(
        "--rate", type=float, default=1.0, help="requests allowed a simulated second"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how much faster simulated time runs"
    )
    parser.add_argument("--large", type=int, default=0, metavar="N", help="know N more recordings")
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    catalogue = demo_catalogue()
    if arguments.large:
        catalogue = with_large_playlist(catalogue, arguments.large)
    simulator = MusicBrainzSimulator(
        catalogue,
        settings=MusicBrainzSettings(requests_per_second=arguments.rate),
        clock=Clock(arguments.speed),
        port=arguments.port,
    )
    asyncio.run(
        serve_until_stopped(
            simulator.start,
            simulator.stop,
            lambda: (
                f"MusicBrainz simulator: {simulator.api_url} "
                f"(Cover Art Archive {simulator.cover_art_url})"
            ),
        )
    )


if __name__ == "__main__":
    main()
