"""Run other programs: bounded in time and output, and never left behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
import os
import shutil
import signal
import subprocess
import threading
from typing import IO

_COMPLAINT_BYTES = 4096
_READ_BYTES = 64 * 1024
_NICENESS = 10
# Nothing of the environment that may hold secrets is handed on.
_HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


class ProgramStoppedError(Exception):
    """Report that nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Hold the paths of the helpers that this machine has; None for those it has not."""

    ffmpeg: str | None = None
    ffprobe: str | None = None
    fpcalc: str | None = None


def find_programs(search_path: str | None = None) -> Programs:
    """Look the helpers up, in the folders of `PATH` unless others are given; touches the disk."""
    return Programs(
        ffmpeg=shutil.which("ffmpeg", path=search_path),
        ffprobe=shutil.which("ffprobe", path=search_path),
        fpcalc=shutil.which("fpcalc", path=search_path),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Say how a program ended; `exit_code` is None when it was killed for taking too long."""

    exit_code: int | None
    output: bytes
    complaint: str  # What it wrote to its error stream, at most 4 KiB.


class Caller:
    """Stand for whoever waits; when it leaves, what runs for it is killed at once."""

    def __init__(self) -> None:
        """Begin to wait."""
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._has_left = False

    def leave(self) -> None:
        """Wait no longer; callable from any thread."""
        with self._lock:
            self._has_left = True
            for process in self._running:
                _kill(process)

    def check(self) -> None:
        """Raise ProgramStoppedError when nobody waits; for work between two programs."""
        if self._has_left:
            raise ProgramStoppedError

    @contextmanager
    def _start(self, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """Start a program in a process group of its own, and leave nothing of it behind."""
        with self._lock:
            self.check()
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
                start_new_session=True,
            )
            self._running.add(process)
        with suppress(OSError):  # Whoever uses the machine meanwhile goes first.
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        try:
            yield process
        finally:
            with self._lock:
                self._running.discard(process)
                _kill(process)
            process.wait()

    def run(self, command: Sequence[str], *, timeout: float, maximum_output: int = 0) -> Finished:
        """Run a program to its end and return what it said; blocks, so call it from a thread.

        It is killed after `timeout` seconds. Of its output `maximum_output` bytes are kept. Raises
        ProgramStoppedError when the caller leaves, OSError when the program cannot be started.
        """
        with self._start(command) as process:
            assert process.stdout is not None and process.stderr is not None
            output, complaint = bytearray(), bytearray()
            readers = [
                threading.Thread(target=_drain, args=arguments, daemon=True)
                for arguments in (
                    (process.stdout, output, maximum_output),
                    (process.stderr, complaint, _COMPLAINT_BYTES),
                )
            ]
            for reader in readers:
                reader.start()
            try:
                exit_code: int | None = process.wait(timeout)
            except subprocess.TimeoutExpired:
                exit_code = None
                _kill(process)
            for reader in readers:
                reader.join()
        self.check()
        return Finished(
            exit_code=exit_code,
            output=bytes(output),
            complaint=complaint.decode(errors="replace").strip(),
        )


def _drain(stream: IO[bytes], kept: bytearray, maximum: int) -> None:
    """Read a stream to its end, and keep the first bytes."""
    with stream:
        while data := os.read(stream.fileno(), _READ_BYTES):
            kept += data[: max(maximum - len(kept), 0)]


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program with everything it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
