"""Judge logs as Home Assistant writes them."""

from simulators.demo.log_judge import faults, read_records

_START = "2026-11-22 16:01:06.724"
_NOTICE = (
    f"{_START} WARNING (SyncWorker_0) [homeassistant.loader] We found a custom integration soulspot "
    "which has not been tested by Home Assistant. This component might cause stability problems"
)
_FFMPEG = f"""\
{_START} ERROR (MainThread) [haffmpeg.core] FFmpeg fails [Errno 2] No such file or directory: 'ffmpeg'
Traceback (most recent call last):
  File "site-packages/haffmpeg/core.py", line 134, in open
FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'
{_START} ERROR (ImportExecutor_0) [homeassistant.components.camera.img_util] Error loading libturbojpeg
Traceback (most recent call last):
RuntimeError: Unable to locate turbojpeg library automatically."""


def _faults(text: str) -> list[str]:
    """Judge the lines of a text."""
    return faults(text.splitlines(keepends=True))


def test_core_noise_is_nobodys_fault() -> None:
    """Let pass what a bare machine and every custom integration bring about."""
    assert _faults(f"{_NOTICE}\n{_FFMPEG}") == []


def test_information_of_ours_is_fine() -> None:
    """Let pass what is told below a warning."""
    line = f"{_START} INFO (MainThread) [custom_components.soulspot.config_flow] Authenticated"
    assert _faults(line) == []


def test_warning_of_ours_is_found_with_all_its_lines() -> None:
    """Keep the lines that belong to a record, and none of the next."""
    text = f"""\
{_START} WARNING (MainThread) [custom_components.soulspot.coordinator] First
second line
{_START} INFO (MainThread) [custom_components.soulspot] Other"""
    assert _faults(text) == ["WARNING [custom_components.soulspot.coordinator] First\nsecond line"]


def test_warning_of_core_about_us_is_found() -> None:
    """Find deprecations, blocking calls and failed set-ups that core reports."""
    reports = (
        "Detected that custom integration 'soulspot' calls `x`, which is deprecated at y.py, line 1",
        "Detected blocking call to open inside the event loop by custom integration 'soulspot'",
        "Setup of soulspot is taking over 10 seconds.",
    )
    for report in reports:
        line = f"{_START} WARNING (MainThread) [homeassistant.helpers.frame] {report}"
        assert _faults(line) == [f"WARNING [homeassistant.helpers.frame] {report}"]


def test_blocking_call_of_somebody_else_is_not_ours() -> None:
    """Blame for a blocking call whom core names; nobody named may be us."""
    head = f"{_START} WARNING (MainThread) [homeassistant.util.loop] Detected blocking call to open"
    assert _faults(f"{head} by integration 'camera' at custom_components/soulspot.py") == []
    assert len(_faults(f"{head} at homeassistant/x.py, line 1")) == 1


def test_traceback_through_our_code_is_found_in_any_logger() -> None:
    """Find an exception that passed through the integration and was logged by core at any level."""
    text = f"""\
{_START} ERROR (MainThread) [homeassistant.components.websocket_api] Unexpected exception
Traceback (most recent call last):
  File "/config/custom_components/soulspot/coordinator.py", line 209, in show
RuntimeError: cannot schedule new futures after shutdown"""
    assert len(_faults(text)) == 1


def test_traceback_of_asyncio_is_found() -> None:
    """Find tasks that died where nobody looked; core's own parts log under their own names."""
    text = f"""\
{_START} ERROR (MainThread) [asyncio] Task exception was never retrieved
Traceback (most recent call last):
ValueError: nobody waited"""
    assert len(_faults(text)) == 1


def test_output_before_the_log_is_judged() -> None:
    """Find crashes and warnings that Python itself printed."""
    assert _faults("Fine so far\n") == []
    assert len(_faults("x.py:1: DeprecationWarning: soulspot uses an old thing\n")) == 1
    assert len(_faults("Traceback (most recent call last):\nMemoryError\n")) == 1


def test_records_survive_odd_lines() -> None:
    """Read an empty log, and brackets where none are expected."""
    assert list(read_records([])) == []
    records = list(read_records([f"{_START} WARNING (Thread (1)) [a.b] [c] text"]))
    assert [(record.level, record.logger) for record in records] in (
        [("WARNING", "a.b")],
        [(None, None)],
    )
