"""Let a person or a script change the simulated world while it runs, below /_simulator."""

from aiohttp import web

from simulators.common.clock import Clock
from simulators.common.faults import FaultRule

from .faults import Fault
from .identity import open_url, playlist_id
from .middleware import Gate
from .settings import Consent, Rotation, Spelling, SpotifySettings
from .tokens import TokenStore
from .world import SpotifyWorld


class ControlService:
    """Handle the control addresses; they do not exist in the real service."""

    def __init__(
        self,
        world: SpotifyWorld,
        settings: SpotifySettings,
        gate: Gate,
        tokens: TokenStore,
        clock: Clock,
    ) -> None:
        """Take everything that can be changed."""
        self._world = world
        self._settings = settings
        self._gate = gate
        self._tokens = tokens
        self._clock = clock

    def add_routes(self, application: web.Application) -> None:
        """Register the addresses."""
        router = application.router
        router.add_get("/_simulator/state", self._state)
        router.add_post("/_simulator/playlists/{key}/add", self._add)
        router.add_post("/_simulator/playlists/{key}/remove", self._remove)
        router.add_post("/_simulator/playlists/{key}/move", self._move)
        router.add_post("/_simulator/playlists/{key}/rename", self._rename)
        router.add_post("/_simulator/faults", self._add_fault)
        router.add_delete("/_simulator/faults", self._clear_faults)
        router.add_post("/_simulator/settings", self._change_settings)
        router.add_post("/_simulator/tokens/expire", self._expire_tokens)
        router.add_post("/_simulator/tokens/revoke", self._revoke_tokens)
        router.add_post("/_simulator/clock/advance", self._advance)

    async def _state(self, _request: web.Request) -> web.Response:
        """Return playlists with their ids and snapshots, and the request counters."""
        playlists = [
            {
                "key": playlist.key,
                "id": playlist_id(playlist),
                "url": open_url("playlist", playlist_id(playlist)),
                "name": playlist.name,
                "owner": playlist.owner,
                "snapshot_id": self._world.snapshot_id(playlist.key),
                "entries": len(playlist.entries),
            }
            for playlist in self._world.playlists
        ]
        log = self._gate.log
        requests = {
            "by_path": dict(log.by_path),
            "by_status": {str(k): v for k, v in log.by_status.items()},
        }
        return web.json_response(
            {"playlists": playlists, "requests": requests, "now": self._clock.now()}
        )

    async def _add(self, request: web.Request) -> web.Response:
        """Add the recording `{"recording": key, "position": n}`; without a position at the end."""
        body = await _body(request)
        position = body.get("position")
        with _UnknownNames():
            self._world.add(
                request.match_info["key"],
                str(body.get("recording")),
                position if isinstance(position, int) else None,
            )
        return self._done(request)

    async def _remove(self, request: web.Request) -> web.Response:
        """Remove the entry at `{"position": n}`."""
        body = await _body(request)
        with _UnknownNames():
            self._world.remove(request.match_info["key"], _integer(body, "position"))
        return self._done(request)

    async def _move(self, request: web.Request) -> web.Response:
        """Move the entry `{"from": n, "to": m}`."""
        body = await _body(request)
        with _UnknownNames():
            self._world.move(
                request.match_info["key"], _integer(body, "from"), _integer(body, "to")
            )
        return self._done(request)

    async def _rename(self, request: web.Request) -> web.Response:
        """Give the playlist the name `{"name": text}`."""
        body = await _body(request)
        with _UnknownNames():
            self._world.rename(request.match_info["key"], str(body.get("name", "")))
        return self._done(request)

    async def _add_fault(self, request: web.Request) -> web.Response:
        """Add `{"fault": name, "path": pattern, "times": n or null, "after": n, "retry_after_s": n}`."""
        body = await _body(request)
        times, retry_after = body.get("times", 1), body.get("retry_after_s")
        try:
            fault = Fault(str(body.get("fault")))
        except ValueError:
            raise web.HTTPBadRequest(text=f"fault must be one of {', '.join(Fault)}") from None
        rule = FaultRule(
            fault,
            path=str(body.get("path", "*")),
            times=times if isinstance(times, int) else None,
            after=_integer(body, "after") if "after" in body else 0,
            retry_after_s=retry_after if isinstance(retry_after, int) else None,
        )
        self._gate.faults.add(rule)
        return web.json_response({})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        """Drop all faults."""
        self._gate.faults.clear()
        return web.json_response({})

    async def _change_settings(self, request: web.Request) -> web.Response:
        """Change `spelling`, `consent`, `rotation` or `signed_in_as`."""
        body = await _body(request)
        try:
            if "spelling" in body:
                self._settings.spelling = Spelling(str(body["spelling"]))
            if "consent" in body:
                self._settings.consent = Consent(str(body["consent"]))
            if "rotation" in body:
                self._settings.rotation = Rotation(str(body["rotation"]))
        except ValueError as problem:
            raise web.HTTPBadRequest(text=str(problem)) from None
        if "signed_in_as" in body:
            self._settings.signed_in_as = str(body["signed_in_as"])
        return web.json_response({})

    async def _expire_tokens(self, _request: web.Request) -> web.Response:
        """Let every access token run out."""
        self._tokens.expire_access_tokens()
        return web.json_response({})

    async def _revoke_tokens(self, _request: web.Request) -> web.Response:
        """Cut off every consent: access tokens run out and refreshing is refused."""
        self._tokens.expire_access_tokens()
        self._tokens.refuse_refreshing()
        return web.json_response({})

    async def _advance(self, request: web.Request) -> web.Response:
        """Let `{"seconds": n}` pass."""
        self._clock.advance(_integer(await _body(request), "seconds"))
        return web.json_response({"now": self._clock.now()})

    def _done(self, request: web.Request) -> web.Response:
        """Return the new snapshot of the edited playlist."""
        return web.json_response(
            {"snapshot_id": self._world.snapshot_id(request.match_info["key"])}
        )


class _UnknownNames:
    """Turn unknown keys and positions into a 404 reply."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        """Translate."""
        if isinstance(problem, LookupError):
            raise web.HTTPNotFound(text=f"unknown: {problem}") from None


async def _body(request: web.Request) -> dict[str, object]:
    """Return the JSON object of a request."""
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="a JSON object is needed") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return body


def _integer(body: dict[str, object], name: str) -> int:
    """Return a whole number of a JSON object."""
    value = body.get(name)
    if not isinstance(value, int):
        raise web.HTTPBadRequest(text=f"{name} must be a whole number")
    return value
