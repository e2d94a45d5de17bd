"""Let slskd tell of finished downloads by itself: a shortcut, never relied upon."""

import logging

from aiohttp import StreamReader
from aiohttp.hdrs import METH_POST
from aiohttp.web import Request
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util.json import json_loads

from .const import CONF_WEBHOOK_ID, CONF_WEBHOOK_LOCAL_ONLY, DOMAIN
from .coordinator import SoulSpotConfigEntry
from .engine.slskd.models import Version
from .engine.slskd.parsing import parse_version

_LOGGER = logging.getLogger(__name__)

_LARGEST_BODY = 64 * 1024  # bytes; slskd sends about one thousand
# Renamed in this version; before it the section has no "s".
_PLURAL_SINCE = Version(0, 25, 0)
_SNIPPET = """\
{section}:
  webhooks:
    soulspot:
      on:
        - DownloadFileComplete
      call:
        url: {url}
      timeout: 5000
      retry:
        attempts: 3"""


@callback
def async_setup_webhook(hass: HomeAssistant, entry: SoulSpotConfigEntry) -> None:
    """Listen to slskd when the user has asked for it, until the entry unloads."""
    webhook_id = entry.options.get(CONF_WEBHOOK_ID)
    if webhook_id is None:
        return

    async def async_handle(_hass: HomeAssistant, _webhook_id: str, request: Request) -> None:
        """Take in what slskd posts; whatever else comes is nobody's business."""
        body = await _read(request.content)
        if body is None:
            _LOGGER.debug("A webhook call was too large")
            return
        try:
            payload = json_loads(body)
        except ValueError:
            _LOGGER.debug("A webhook call was not JSON")
            return
        if not entry.runtime_data.pipeline.queue.note_download_completed(payload):
            _LOGGER.debug("A webhook call told of nothing that matters")

    webhook.async_register(
        hass,
        DOMAIN,
        entry.title,
        webhook_id,
        async_handle,
        local_only=entry.options.get(CONF_WEBHOOK_LOCAL_ONLY, True),
        allowed_methods=(METH_POST,),
    )
    entry.async_on_unload(lambda: webhook.async_unregister(hass, webhook_id))


@callback
def async_describe_webhook(
    hass: HomeAssistant, entry: ConfigEntry, webhook_id: str
) -> dict[str, str]:
    """Return the address to be entered in slskd, and the lines of its configuration."""
    try:
        url = webhook.async_generate_url(hass, webhook_id, prefer_external=False)
    except NoURLAvailableError:
        url = f"http://homeassistant.local:8123{webhook.async_generate_path(webhook_id)}"
    section = "integration" if _is_old(entry) else "integrations"
    return {"url": url, "snippet": _SNIPPET.format(section=section, url=url)}


def _is_old(entry: ConfigEntry) -> bool:
    """Tell whether slskd is known to be older than its present configuration file."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    version = parse_version(entry.runtime_data.downloads.data.slskd.version)
    return version is not None and not version.is_development and version < _PLURAL_SINCE


async def _read(content: StreamReader) -> bytes | None:
    """Return a body, or None when it is larger than any that slskd would send."""
    body = b""
    while chunk := await content.read(_LARGEST_BODY + 1 - len(body)):
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return body
