"""Lay out the folder everything of a run lies in, and write what Home Assistant starts from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import fcntl
import json
from pathlib import Path
import shutil

from .screen import DemoError

REPOSITORY = Path(__file__).resolve().parents[2]

_LOCK = ".lock"
_CONFIGURATION = """\
# Written by the demo.
homeassistant:
  auth_providers:
    # The page opens logged in, but only on this machine.
    - type: trusted_networks
      trusted_networks:
        - 127.0.0.1/32
        - ::1/128
      allow_bypass_login: true
    - type: homeassistant

# What default_config brings, without the parts that look for hardware on the network.
application_credentials:
assist_pipeline:
config:
frontend:
history:
logbook:
media_source:
my:
person:
system_health:
webhook:

logger:
  default: warning
  logs:
    custom_components.soulspot: info
"""


@dataclass(frozen=True, slots=True)
class DemoFolders:
    """Name the places of one run below one folder."""

    root: Path

    @property
    def config(self) -> Path:
        """Return Home Assistant's configuration folder."""
        return self.root / "config"

    @property
    def downloads(self) -> Path:
        """Return slskd's downloads folder."""
        return self.root / "slskd" / "downloads"

    @property
    def incomplete(self) -> Path:
        """Return slskd's folder of unfinished files."""
        return self.root / "slskd" / "incomplete"

    @property
    def library(self) -> Path:
        """Return the music library."""
        return self.root / "music"

    @property
    def log(self) -> Path:
        """Return the file that collects all Home Assistant prints."""
        return self.root / "home-assistant.log"

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep every other run out of the folder; DemoError when one is there."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DemoError(
                    f"another demo runs in {self.root}. End it, or name another folder: "
                    "script/demo --folder FOLDER --port 9123"
                ) from None
            yield

    def prepare(self, port: int) -> None:
        """Delete what an earlier run left, and write the configuration; the port is Home Assistant's."""
        for name in ("config", "slskd", "music"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        for folder in (self.config / ".storage", self.downloads, self.incomplete, self.library):
            folder.mkdir(parents=True)
        (self.config / "configuration.yaml").write_text(_CONFIGURATION, "utf-8")
        components = self.config / "custom_components"
        components.mkdir()
        (components / "soulspot").symlink_to(
            REPOSITORY / "custom_components" / "soulspot", target_is_directory=True
        )
        self._store("http", 2, 2, _http_settings(port))
        # The further steps of the welcome would set up services on the internet.
        self._store("onboarding", 4, 1, {"done": ["core_config", "analytics", "integration"]})

    def _store(self, key: str, version: int, minor_version: int, data: object) -> None:
        """Write one of Home Assistant's own storage files."""
        content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (self.config / ".storage" / key).write_text(json.dumps(content, indent=2), "utf-8")


def _http_settings(port: int) -> dict[str, object]:
    """Return settings that let Home Assistant listen on this machine only."""
    return {
        "stable": {
            "server_host": ["127.0.0.1"],
            "server_port": port,
            "cors_allowed_origins": ["https://cast.home-assistant.io"],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }
