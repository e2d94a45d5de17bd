"""Simulate slskd and the people behind it: HTTP API, searches, downloads, real audio files."""

from .churn import let_people_come_and_go
from .clock import SimulatedClock
from .copies import Copy, Flaw
from .events import Webhook
from .faults import Fault
from .model import Attributes, Behaviour, Dialect, Outcome, Peer, Presence, SharedFile
from .popularity import Popularity
from .replay import load_responses
from .retry import RetryPolicy
from .scenario import ScenarioStep, load_scenario, play
from .search_model import Flood
from .security import Access, ApiKey
from .sharing import Population, SharingOptions, share_catalogue
from .simulator import Settings, SlskdSimulator, Statistics
from .storage import WriteMode
from .versions import LATEST, SUPPORTED, SlskdVersion, version_named

__all__ = [
    "LATEST",
    "SUPPORTED",
    "Access",
    "ApiKey",
    "Attributes",
    "Behaviour",
    "Copy",
    "Dialect",
    "Fault",
    "Flaw",
    "Flood",
    "Outcome",
    "Peer",
    "Popularity",
    "Population",
    "Presence",
    "RetryPolicy",
    "ScenarioStep",
    "Settings",
    "SharedFile",
    "SharingOptions",
    "SimulatedClock",
    "SlskdSimulator",
    "SlskdVersion",
    "Statistics",
    "Webhook",
    "WriteMode",
    "let_people_come_and_go",
    "load_responses",
    "load_scenario",
    "play",
    "share_catalogue",
    "version_named",
]
