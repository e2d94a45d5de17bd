"""Serve what tells about the application: state, version, server connection, options, session."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from .json_rules import Body, Json, MalformedBodyError, answer, empty, read_json, text_error
from .retry import RetryPolicy
from .security import Access, Tokens, is_authorised
from .server_state import ServerConnection
from .storage import Storage
from .versions import LATEST, SlskdVersion


@dataclass(slots=True)
class OwnShares:
    """Hold what the user of this slskd shares; a scan runs while `scanning` is true."""

    directories: int = 598
    files: int = 5399
    scanning: bool = False


class ApplicationRoutes:
    """Answer requests about the application itself."""

    def __init__(
        self,
        version: SlskdVersion,
        server: ServerConnection,
        access: Access,
        tokens: Tokens,
        storage: Storage,
        shares: OwnShares,
        retry: RetryPolicy,
        retention_minutes: int | None,
        url_base: str,
        restart: Callable[[], None],
    ) -> None:
        """Take what the answers are made of."""
        self._version = version
        self._server = server
        self._access = access
        self._tokens = tokens
        self._storage = storage
        self._shares = shares
        self._retry = retry
        self._retention_minutes = retention_minutes
        self._url_base = url_base
        self._restart = restart

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root."""
        return [
            web.get("/application", self.state),
            web.put("/application", self.restart),
            web.get("/application/version", self.version),
            web.get("/application/version/latest", self.latest),
            web.get("/server", self.server),
            web.put("/server", self.connect),
            web.delete("/server", self.disconnect),
            web.get("/options", self.options),
            web.get("/session/enabled", self.session_enabled),
            web.get("/session", self.session),
            web.post("/session", self.log_in),
            web.get("/shares", self.shares),
            web.put("/shares", self.scan),
            web.delete("/shares", self.stop_scan),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Return the state of everything."""
        version, server, shares = self._version, self._server, self._shares
        ready = server.is_ready
        row: dict[str, Json] = {
            "version": {
                "full": version.full,
                "current": version.current,
                "latest": version.current,
                "isUpdateAvailable": False,
                "isCanary": False,
                "isDevelopment": False,
            },
            "pendingReconnect": False,
            "pendingRestart": False,
            "server": server.row(version),
            "relay": {
                "mode": "Controller",
                "controller": {"state": "Disconnected"},
                "agents": [],
            },
            "user": {
                **({"username": server.username} if ready else {}),
                "privileges": {"isPrivileged": False, "privilegesRemaining": 0},
                "statistics": {
                    "averageSpeed": 7253467,
                    "directoryCount": shares.directories,
                    "fileCount": shares.files,
                    "uploadCount": 108,
                },
            },
            "distributedNetwork": {
                "branchLevel": 6 if ready else 0,
                "branchRoot": "branchroot" if ready else "",
                "canAcceptChildren": ready,
                "childLimit": 25,
                "children": [],
                "hasParent": ready,
                "isBranchRoot": False,
                **({"parent": "distantparent"} if ready else {}),
            },
            "shares": {
                "scanPending": False,
                "scanning": shares.scanning,
                "ready": not shares.scanning,
                "faulted": False,
                "cancelled": False,
                "scanProgress": 0.4 if shares.scanning else 1,
                "hosts": ["local"],
                "directories": shares.directories,
                "files": shares.files,
            },
            "rooms": [],
            "users": [],
        }
        if version.answers_205_while_reconnecting:
            row["connectionWatchdog"] = server.watchdog_row(version)
        if version.shows_vpn:
            row["vpn"] = {"isReady": False, "isConnected": False}
        if version.shows_health:
            incoming: dict[str, Json] = {"latency": 1.25, "queueDepth": 0, "dropRate": 0}
            row["health"] = {"search": {"incoming": incoming}}
        return answer(row)

    async def restart(self, request: web.Request) -> web.Response:
        """Restart, for people logged in at the web page only."""
        if not request.headers.get("Authorization") and not self._access.is_disabled:
            return empty(403)
        self._restart()
        return empty(204)

    async def version(self, request: web.Request) -> web.Response:
        """Return the version as text."""
        return answer(self._version.current)

    async def latest(self, request: web.Request) -> web.Response:
        """Return what could be installed."""
        return answer(
            {
                "full": self._version.full,
                "current": self._version.current,
                "latest": LATEST,
                "isUpdateAvailable": self._version.number != LATEST,
                "isCanary": False,
                "isDevelopment": False,
            }
        )

    async def server(self, request: web.Request) -> web.Response:
        """Return the connection to the Soulseek server."""
        return answer(self._server.row(self._version))

    async def connect(self, request: web.Request) -> web.Response:
        """Connect to the Soulseek server."""
        if self._server.is_reconnecting and self._version.answers_205_while_reconnecting:
            return empty(205)
        self._server.connect()
        return empty(200)

    async def disconnect(self, request: web.Request) -> web.Response:
        """Disconnect from the Soulseek server, on purpose."""
        self._server.lose(reconnects=False)
        return empty(204)

    async def options(self, request: web.Request) -> web.Response:
        """Return the configuration, with secrets hidden and sections named as in this version."""
        download: dict[str, Json] = {
            "slots": 2_147_483_647,
            "speedLimit": 2_147_483_647,
        }
        if self._version.retries:
            download["retry"] = {
                "attempts": self._retry.attempts,
                "delay": round(self._retry.delay * 1000),
                "maxDelay": round(self._retry.max_delay * 1000),
                "partial": "resume",
            }
            download["destination"] = {
                "subdirectory": "${SOURCE_DIRECTORY}",
                "exists": "rename",
            }
        retained: dict[str, Json] = {}
        if self._retention_minutes is not None:
            ends = ("succeeded", "errored", "cancelled", "failed")
            retained = dict.fromkeys(ends, self._retention_minutes)
        section = "transfers" if self._version.names_options_transfers else "global"
        return answer(
            {
                "headless": self._access.is_headless,
                "remoteConfiguration": False,
                "remoteFileManagement": False,
                "directories": {
                    "incomplete": str(self._storage.incomplete),
                    "downloads": str(self._storage.downloads),
                },
                "shares": {
                    "directories": ["/music"],
                    "filters": [],
                    "cache": {"storageMode": "memory"},
                },
                section: {
                    "upload": {"slots": 20, "speedLimit": 2_147_483_647},
                    "download": download,
                },
                "retention": {
                    "transfers": {"upload": {}, "download": retained},
                    "files": {},
                    "logs": 180,
                },
                "soulseek": {
                    "address": "vps.slsknet.org",
                    "port": 2271,
                    "username": self._server.username,
                    "password": "*****",
                    "description": "A simulated user",
                    "listenPort": 50300,
                },
                "web": {
                    "port": 5030,
                    "urlBase": self._url_base or "/",
                    "authentication": {
                        "disabled": self._access.is_disabled,
                        "username": "*****",
                        "password": "*****",
                        "apiKeys": {
                            f"key{number}": {
                                "key": "*****",
                                "role": key.role,
                                "cidr": key.cidr,
                            }
                            for number, key in enumerate(self._access.api_keys)
                        },
                    },
                },
            }
        )

    async def session_enabled(self, request: web.Request) -> web.Response:
        """Tell whether anything is asked of callers."""
        return answer(not self._access.is_disabled)

    async def session(self, request: web.Request) -> web.Response:
        """Confirm a key or token."""
        return empty(200 if is_authorised(request, self._access, self._tokens) else 401)

    async def log_in(self, request: web.Request) -> web.Response:
        """Exchange name and password for a token."""
        if self._access.is_headless:
            return empty(403)
        try:
            body = Body(await read_json(request))
            username, password = body.text("username"), body.text("password")
        except MalformedBodyError:
            return text_error(500, "Object reference not set to an instance of an object.")
        if not username or not password:
            return text_error(400, "Username and/or Password missing or invalid")
        if (username, password) != (self._access.username, self._access.password):
            return empty(401)
        return answer({**self._tokens.issue(username)})

    async def shares(self, request: web.Request) -> web.Response:
        """List the shared folders."""
        share: dict[str, Json] = {
            "id": "5f3a1c7e",
            "alias": "music",
            "isExcluded": False,
            "localPath": "/music",
            "raw": "/music",
            "remotePath": "music",
            "directories": self._shares.directories,
            "files": self._shares.files,
        }
        return answer({"local": [share] if self._shares.files else []})

    async def scan(self, request: web.Request) -> web.Response:
        """Scan the shared folders; once at a time."""
        if self._shares.scanning:
            return text_error(409, "A share scan is already in progress.")
        return empty(200)

    async def stop_scan(self, request: web.Request) -> web.Response:
        """Stop a scan."""
        was_scanning, self._shares.scanning = self._shares.scanning, False
        return empty(204 if was_scanning else 404)
