"""Run pipelines in processes that die at chosen moments; the tests run it as a program.

Each line of the input is a configuration for `benchmarks.crash_child`, with the seconds after which the
process is killed, 0 for never. The imports are made once: every life is a fork. "dead" ends each of them.
"""

import asyncio
import json
import os
from pathlib import Path
import signal
import sys
from types import ModuleType

ROOT = Path(__file__).parents[2]


def prepare_import() -> None:
    """Let the engine be imported without Home Assistant around it."""
    package = ModuleType("custom_components.soulspot")
    package.__path__ = [str(ROOT / "custom_components" / "soulspot")]
    sys.modules[package.__name__] = package


def main() -> None:
    """Live and die as the lines say."""
    prepare_import()
    from benchmarks.crash_child import _live

    for line in sys.stdin:
        configuration = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.setitimer(
                signal.ITIMER_REAL, configuration["life"]
            )  # Nobody handles it: it kills.
            asyncio.run(_live(configuration))
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
