"""Steer a running simulator over HTTP, on a port of its own that no client of slskd knows."""

from typing import TYPE_CHECKING

from aiohttp import web

from .actions import perform, state_row
from .json_rules import Body, MalformedBodyError, answer, empty, read_json, text_error

if TYPE_CHECKING:
    from .simulator import SlskdSimulator


def control_application(simulator: SlskdSimulator) -> web.Application:
    """Return an application with `GET /_simulator/state` and `POST /_simulator/{action}`."""

    async def state(request: web.Request) -> web.Response:
        """Tell how things stand."""
        return answer(state_row(simulator))

    async def act(request: web.Request) -> web.Response:
        """Do one thing; the arguments come as a JSON object, or not at all."""
        try:
            body = Body(await read_json(request) if request.can_read_body else {})
            await perform(simulator, request.match_info["action"], body)
        except MalformedBodyError as error:
            return text_error(400, str(error))
        return empty(204)

    application = web.Application()
    application.router.add_get("/_simulator/state", state)
    application.router.add_post("/_simulator/{action}", act)
    return application
