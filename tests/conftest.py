"""Share what every test may need; nothing here starts Home Assistant."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
import pytest

# The test harness has a package of this name too: importing ours first makes Home
# Assistant look for integrations in this checkout.
import custom_components  # noqa: F401

RECORDINGS = "SOULSPOT_RECORDINGS"

# A test fails because of what it found, never because the machine was busy or the dice fell otherwise.
# `--hypothesis-profile explore` throws new dice.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _UNHURRIED)
settings.register_profile("steady", _UNHURRIED, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of recorded replies of the real services, or skip."""
    folder = os.environ.get(RECORDINGS)
    if not folder:
        pytest.skip(f"{RECORDINGS} names no folder with recorded replies")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"{RECORDINGS} names {path}, which is not a folder")
    return path
