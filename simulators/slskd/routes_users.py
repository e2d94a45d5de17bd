"""Serve /users: presence, slots and shared folders of other people."""

from aiohttp import web

from .json_rules import (
    Body,
    Json,
    MalformedBodyError,
    answer,
    empty,
    read_json,
    text_error,
    username_of,
)
from .model import Peer, Presence, SharedFile
from .network import Network, attribute_properties
from .transfer_model import remote_directory, remote_parts
from .versions import SlskdVersion

_ATTRIBUTE_TYPES = (
    ("BitRate", "bitRate"),
    ("Length", "length"),
    ("VariableBitRate", "isVariableBitRate"),
    ("SampleRate", "sampleRate"),
    ("BitDepth", "bitDepth"),
)


class UserRoutes:
    """Answer requests about peers."""

    def __init__(self, network: Network, version: SlskdVersion) -> None:
        """Take the network."""
        self._network = network
        self._version = version

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root."""
        return [
            web.get("/users/{username}/status", self.status),
            web.get("/users/{username}/info", self.info),
            web.get("/users/{username}/endpoint", self.endpoint),
            web.get("/users/{username}/browse", self.browse),
            web.get("/users/{username}/browse/status", self.browse_status),
            web.post("/users/{username}/directory", self.directory),
        ]

    def _reach(self, request: web.Request) -> Peer | web.Response:
        """Return the peer, or the answer for one who cannot be reached."""
        username = username_of(request, self._version.decodes_slashes)
        presence = self._network.reachable(username)
        if presence is Presence.OFFLINE:
            return text_error(404, f"User {username} appears to be offline")
        if presence in (Presence.UNREACHABLE, Presence.SILENT):
            return text_error(
                500,
                "Failed to establish a direct or indirect message connection to "
                f"{username} (192.0.2.77:2234)",
            )
        return self._network.peers[username]

    async def status(self, request: web.Request) -> web.Response:
        """Return whether somebody is online, which the server knows."""
        username = username_of(request, self._version.decodes_slashes)
        if username not in self._network.peers:
            return text_error(404, f"User {username} appears to be offline")
        presence = self._network.presence(username)
        shown = presence if presence in (Presence.AWAY, Presence.OFFLINE) else Presence.ONLINE
        return answer({"presence": shown.value, "isPrivileged": False})

    async def info(self, request: web.Request) -> web.Response:
        """Return what somebody tells about their slots."""
        peer = self._reach(request)
        if isinstance(peer, web.Response):
            return peer
        return answer(
            {
                "description": peer.description,
                "hasFreeUploadSlot": peer.has_free_slot,
                "hasPicture": False,
                "queueLength": peer.queue_length,
                "uploadSlots": peer.upload_slots,
            }
        )

    async def endpoint(self, request: web.Request) -> web.Response:
        """Return somebody's address."""
        peer = self._reach(request)
        if isinstance(peer, web.Response):
            return peer
        return answer({"address": "192.0.2.77", "port": 2234})

    async def browse(self, request: web.Request) -> web.Response:
        """Return everything somebody shares."""
        peer = self._reach(request)
        if isinstance(peer, web.Response):
            return peer
        shown = self._directories([file for file in peer.files if not file.is_locked])
        locked = self._directories([file for file in peer.files if file.is_locked])
        return answer(
            {
                "directories": shown,
                "directoryCount": len(shown),
                "lockedDirectories": locked,
                "lockedDirectoryCount": len(locked),
            }
        )

    async def browse_status(self, request: web.Request) -> web.Response:
        """Tell that no browsing is under way: answers here are complete at once."""
        return empty(404)

    async def directory(self, request: web.Request) -> web.Response:
        """Return one folder of somebody's share, in a list."""
        try:
            wanted = Body(await read_json(request)).text("directory")
        except MalformedBodyError:
            wanted = None
        if not wanted:
            return empty(400)
        peer = self._reach(request)
        if isinstance(peer, web.Response):
            return peer
        files = [file for file in peer.files if remote_directory(file.path) == wanted]
        if not files:
            return answer([{"name": wanted, "fileCount": 0, "files": []}])
        return answer(self._directories(files))

    def _directories(self, files: list[SharedFile]) -> list[Json]:
        """Group files by folder, with base names only."""
        folders: dict[str, list[Json]] = {}
        for file in files:
            folders.setdefault(remote_directory(file.path), []).append(self._row(file))
        return [
            {"name": folder, "fileCount": len(rows), "files": rows}
            for folder, rows in folders.items()
        ]

    def _row(self, file: SharedFile) -> dict[str, Json]:
        """Return a file as folder listings show it."""
        properties = attribute_properties(file.attributes)
        raw: list[Json] = [
            {"type": kind, "value": int(value) if isinstance(value, bool) else value}
            for kind, name in _ATTRIBUTE_TYPES
            if (value := properties.get(name)) is not None
        ]
        return {
            "filename": remote_parts(file.path)[-1],
            "size": self._network.size(file),
            "code": 1,
            "extension": file.extension,
            "attributeCount": len(raw),
            "attributes": raw,
            **properties,
        }
