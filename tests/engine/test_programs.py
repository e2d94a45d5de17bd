"""Run programs that talk too much, hang, fail, or are no longer waited for."""

from pathlib import Path
import threading

import pytest

from custom_components.soulspot.engine.programs import (
    Caller,
    Programs,
    ProgramStoppedError,
    find_programs,
)

from .programs import FFMPEG, FFPROBE, TIMEOUT, is_running, wait_for, write_program


def test_output_and_complaint_are_bounded(tmp_path: Path) -> None:
    """Keep what was asked for, read the rest to its end, and tell the exit code."""
    script = "i=0; while [ $i -lt 3000 ]; do echo aaaaaaaaaaaaaaa; echo bbbbbbbbbbbbbbb >&2; i=$((i+1)); done; exit 3"
    program = write_program(tmp_path, "talker", script)
    finished = Caller().run([program], timeout=TIMEOUT, maximum_output=100)
    assert finished.exit_code == 3
    assert finished.output == (b"aaaaaaaaaaaaaaa\n" * 7)[:100]
    assert 4000 <= len(finished.complaint) <= 4096


def test_nothing_secret_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the environment behind, where tokens may stand, and standard input closed."""
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    program = write_program(tmp_path, "teller", "env; cat")
    finished = Caller().run([program], timeout=TIMEOUT, maximum_output=10_000)
    assert b"secret" not in finished.output
    assert b"PATH=" in finished.output


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    """Wait no longer than allowed, and leave nobody behind."""
    note = tmp_path / "child"
    program = write_program(
        tmp_path, "hanger", f"sleep 600 & echo $! > '{note}.new'; mv '{note}.new' '{note}'; wait"
    )
    timeout = 0.25
    while not note.exists():  # A busy machine may need a while to start it at all.
        timeout *= 2
        assert timeout < TIMEOUT
        finished = Caller().run([program], timeout=timeout)
        assert finished.exit_code is None
    child = int(note.read_text())
    wait_for(lambda: not is_running(child))


def test_a_caller_who_leaves_ends_the_program(tmp_path: Path) -> None:
    """Kill what runs at once, and start nothing more."""
    note = tmp_path / "process"
    program = write_program(
        tmp_path, "worker", f"echo $$ > '{note}.new'; mv '{note}.new' '{note}'; sleep 600"
    )
    caller = Caller()
    caught: list[BaseException] = []

    def work() -> None:
        """Run the program, and keep how that ended."""
        try:
            caller.run([program], timeout=600)
        except ProgramStoppedError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(note.exists)
    caller.leave()
    thread.join(TIMEOUT)
    assert not thread.is_alive()
    assert len(caught) == 1
    wait_for(lambda: not is_running(int(note.read_text())))
    with pytest.raises(ProgramStoppedError):
        caller.run([program], timeout=TIMEOUT)


def test_what_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    """Leave it to who calls what a missing program means."""
    with pytest.raises(FileNotFoundError):
        Caller().run([str(tmp_path / "none")], timeout=TIMEOUT)


def test_programs_are_found_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look in PATH, or only where told; what is not executable is not there."""
    ffmpeg = write_program(tmp_path / "one", FFMPEG, "")
    ffprobe = write_program(tmp_path / "two", FFPROBE, "")
    Path(ffprobe).chmod(0o644)
    assert find_programs(f"{tmp_path}/one:{tmp_path}/two") == Programs(ffmpeg=ffmpeg)
    monkeypatch.setenv("PATH", str(tmp_path / "one"))
    assert find_programs().ffmpeg == ffmpeg
