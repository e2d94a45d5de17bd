"""Run the Spotify simulator from the command line."""

import argparse
import asyncio

from simulators.catalogue import demo_catalogue, with_large_playlist
from simulators.common.clock import Clock
from simulators.common.serving import serve_until_stopped

from .server import SpotifySimulator
from .settings import DEFAULT_APP, ClientApp, Consent, Spelling, SpotifySettings


def _arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="simulators.spotify", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8801, help="port on 127.0.0.1 (0: any free one)"
    )
    parser.add_argument(
        "--spelling", type=Spelling, choices=list(Spelling), default=Spelling.TRANSITION
    )
    parser.add_argument("--consent", type=Consent, choices=list(Consent), default=Consent.PAGE)
    parser.add_argument("--client-id", default=DEFAULT_APP.client_id)
    parser.add_argument("--client-secret", default=DEFAULT_APP.client_secret)
    parser.add_argument(
        "--redirect-uri",
        action="append",
        help="registered redirect address; may be given several times",
    )
    parser.add_argument(
        "--large", type=int, default=0, metavar="N", help="add a playlist of N tracks"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how much faster simulated time runs"
    )
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    redirect_uris = tuple(arguments.redirect_uri or DEFAULT_APP.redirect_uris)
    app = ClientApp(arguments.client_id, arguments.client_secret or None, redirect_uris)
    catalogue = demo_catalogue()
    if arguments.large:
        catalogue = with_large_playlist(catalogue, arguments.large)
    settings = SpotifySettings(spelling=arguments.spelling, consent=arguments.consent, apps=(app,))
    simulator = SpotifySimulator(
        catalogue, settings=settings, clock=Clock(arguments.speed), port=arguments.port
    )
    asyncio.run(
        serve_until_stopped(
            simulator.start,
            simulator.stop,
            lambda: f"Spotify simulator: {simulator.accounts_url} (API {simulator.api_url})",
        )
    )


if __name__ == "__main__":
    main()
