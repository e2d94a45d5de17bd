"""Run the demo from the command line; script/demo does, after seeing to the environment."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path
import signal
import sys

from .folders import REPOSITORY, DemoFolders
from .run import check_once, screenshot, show
from .screen import DemoError, complain
from .servers import DEFAULT_SPEED

_DEFAULT_PORT = 8123
_DEFAULT_DEADLINE = 480.0  # seconds


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("script/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="run the main job once and judge it")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="with --check: write the outcome here too"
    )
    parser.add_argument(
        "--restart",
        action="store_true",
        help="with --check: kill Home Assistant in the middle of downloads, and go on",
    )
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="save a picture of the dashboard instead"
    )
    parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="port of Home Assistant")
    parser.add_argument(
        "--speed",
        type=float,
        default=DEFAULT_SPEED,
        help="how much faster than real the simulated network is",
    )
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python whose Home Assistant is meant, this one by default",
    )
    parser.add_argument(
        "--deadline",
        type=float,
        default=_DEFAULT_DEADLINE,
        metavar="SECONDS",
        help="with --check: the longest the main job may take",
    )
    parser.add_argument(
        "--folder", type=Path, default=REPOSITORY / ".demo", help="where everything is written"
    )
    arguments = parser.parse_args()
    if (arguments.json or arguments.restart) and not arguments.check:
        parser.error("--json and --restart belong to --check")
    return arguments


async def _run(arguments: argparse.Namespace) -> bool:
    """Do what the command line says; tell whether all is well."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        # Home Assistant is stopped on the way out, whoever ends us.
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
    folders = DemoFolders(arguments.folder.resolve())
    # Not resolved: a link leads out of the virtual environment.
    python = arguments.python.absolute()
    start = (folders, arguments.port, arguments.speed, python)
    if arguments.check:
        return await check_once(
            *start, arguments.deadline, with_kill=arguments.restart, report=arguments.json
        )
    if arguments.screenshot is not None:
        await screenshot(*start, arguments.deadline, arguments.screenshot)
        return True
    with suppress(asyncio.CancelledError):
        await show(*start)
    return True


def main() -> int:
    """Run; 0 when all is well, 1 when the check found something, 2 when nothing could run."""
    arguments = _arguments()
    try:
        return 0 if asyncio.run(_run(arguments)) else 1
    except DemoError as problem:
        complain(str(problem))
        return 2
    except KeyboardInterrupt, asyncio.CancelledError:
        return 130


if __name__ == "__main__":
    sys.exit(main())
