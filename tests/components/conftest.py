"""Share fixtures of the tests that run inside Home Assistant."""

import pytest


@pytest.fixture(autouse=True)
def _custom_integrations(
    request: pytest.FixtureRequest,
) -> None:
    """Let Home Assistant load the integration of this checkout."""
    # The recorder must exist before anything else touches Home Assistant.
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")
