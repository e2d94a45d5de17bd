"""Read a scenario: what happens to a simulator at which simulated second."""

from dataclasses import dataclass
from functools import partial
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .actions import ACTIONS, perform
from .json_rules import Body, MalformedBodyError

if TYPE_CHECKING:
    from .simulator import SlskdSimulator


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """Hold one action with its arguments and its simulated second after the start."""

    at: float
    action: str
    arguments: Body


def load_scenario(path: Path) -> tuple[ScenarioStep, ...]:
    """Read a JSON list of objects `{"at": 30, "do": "restart", ...arguments}`.

    Raises ValueError for a file that is not such a list, OSError for one that cannot be read.
    """
    steps = json.loads(path.read_text("utf-8"))
    if not isinstance(steps, list):
        raise ValueError("A scenario is a JSON list of steps")  # noqa: TRY004  # the value is wrong
    try:
        return tuple(_step(item) for item in steps)
    except MalformedBodyError as error:
        raise ValueError(str(error)) from error


def _step(item: object) -> ScenarioStep:
    """Read one step."""
    body = Body(item)
    action = body.text("do")
    if action not in ACTIONS:
        raise ValueError(f"Unknown action {action}; known are {', '.join(ACTIONS)}")
    return ScenarioStep(body.integer("at", 0), action, body)


def play(simulator: SlskdSimulator, steps: tuple[ScenarioStep, ...]) -> None:
    """Let the steps happen in their time; call it after the simulator was started."""
    for step in steps:
        simulator.clock.call_later(
            step.at, partial(perform, simulator, step.action, step.arguments)
        )
