"""Run Home Assistant as a child process."""

import asyncio
import atexit
from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import signal
import socket

from .folders import DemoFolders
from .screen import DemoError

HOST = "127.0.0.1"
_START_SECONDS = 120.0
_STOP_SECONDS = 40.0
_RESTART_EXIT_CODE = 100


def require_free_port(port: int) -> None:
    """Raise DemoError when somebody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        if probe.connect_ex((HOST, port)) == 0:
            raise DemoError(
                f"port {port} is taken. Stop what listens there, or name another one: "
                f"script/demo --port {port + 1000}"
            )


class HomeAssistantProcess:
    """Start, watch, stop and kill one Home Assistant; what it prints goes into the log of the run."""

    def __init__(
        self, folders: DemoFolders, port: int, environment: Mapping[str, str], python: Path
    ) -> None:
        """Take its folders, its port, further environment variables, and the Python it is installed in."""
        self.url = f"http://{HOST}:{port}"
        self._folders = folders
        self._python = python
        self._environment = {**os.environ, **environment, "SETUP_PORT": str(port)}
        # Only the link in the configuration folder brings the integration, as in a real installation.
        self._environment.pop("PYTHONPATH", None)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def wants_restart(self) -> bool:
        """Tell whether it ended because somebody asked for a restart on its page."""
        return self._process is not None and self._process.returncode == _RESTART_EXIT_CODE

    async def start(self) -> None:
        """Start it; DemoError when it does not run or its page does not answer in time."""
        with self._folders.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(self._python),
                "-m",
                "homeassistant",
                "--config",
                str(self._folders.config),
                "--log-no-color",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                cwd=self._folders.root,
                # Ctrl+C is for us: we end it in order.
                start_new_session=True,
            )
        # Whatever happens to us, it must not stay behind.
        atexit.register(_kill, self._process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await self._answers():
                    await asyncio.sleep(0.25)
        except TimeoutError:
            raise DemoError(
                f"Home Assistant did not answer within {_START_SECONDS:.0f} s. See {self._folders.log}"
            ) from None

    async def _answers(self) -> bool:
        """Tell whether its port is open; DemoError when it has ended."""
        if self._process is not None and self._process.returncode is not None:
            raise DemoError(
                f"Home Assistant ended with code {self._process.returncode}. See {self._folders.log}"
            )
        try:
            _, writer = await asyncio.open_connection(HOST, int(self._environment["SETUP_PORT"]))
        except OSError:
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True

    async def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        if self._process is None:
            raise RuntimeError("Home Assistant was not started")
        return await self._process.wait()

    async def stop(self) -> int | None:
        """Ask it to end, insist after a while; return its exit code, None when it never ran."""
        process = self._process
        if process is None or process.returncode is not None:
            return None if process is None else process.returncode
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                return await process.wait()
        except TimeoutError:
            await self.kill()
            raise DemoError(f"Home Assistant did not stop within {_STOP_SECONDS:.0f} s") from None

    async def kill(self) -> None:
        """End it at once, as a power cut does."""
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process that is still there."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
