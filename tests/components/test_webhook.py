"""Let slskd call when a file is finished."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.soulspot.diagnostics import async_get_config_entry_diagnostics
from simulators.slskd import Behaviour, Outcome, SlskdSimulator, Webhook
from simulators.slskd.security import Access, ApiKey
from simulators.slskd.simulator import Settings

from .flows import ClientFactory
from .waiting import until
from .world import API_KEY, DOMAIN, World, account, account_data, peers, playlist_subentry, set_up

SECRET = "a1b2c3d4" * 8
PATH = f"/api/webhook/{SECRET}"
OPTIONS = {"quality": "best", "path_template": "{title}", "keep_source": True}
_SPEED = 200.0  # simulated seconds in a real one
_LONGER_THAN_A_CALL = 25.0  # real seconds; without a call the next look comes after thirty


def listener(world: World, **changes: Any) -> MockConfigEntry:
    """Return an account that slskd may call."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Listener",
        unique_id="listener",
        data={**account_data(world), **changes},
        options={**OPTIONS, "webhook_id": SECRET},
        subentries_data=[playlist_subentry(world, "evening")],
    )


async def listed(hass: HomeAssistant, hass_ws_client: Any) -> list[dict[str, Any]]:
    """Return the webhooks of this integration that Home Assistant knows."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "webhook/list"})
    answer = await client.receive_json()
    return [item for item in answer["result"] if item["domain"] == DOMAIN]


async def test_it_is_asked_for_in_the_options(
    hass: HomeAssistant, world: World, hass_ws_client: Any
) -> None:
    """Show address and lines for slskd, keep the address when asked again, and forget it when not."""
    entry = await set_up(hass, account(world))
    assert await listed(hass, hass_ws_client) == []
    shown: list[Any] = []
    for _ in range(2):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        form = await hass.config_entries.options.async_configure(
            form["flow_id"], {**OPTIONS, "webhook": True}
        )
        assert form["step_id"] == "webhook"
        shown.append(form["description_placeholders"])
        result = await hass.config_entries.options.async_configure(
            form["flow_id"], {"webhook_local_only": True}
        )
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await hass.async_block_till_done()
    assert shown[0] == shown[1]
    secret = entry.options["webhook_id"]
    assert entry.options.items() >= {**OPTIONS, "webhook_local_only": True}.items()
    assert shown[0]["url"].endswith(f"/api/webhook/{secret}")
    assert shown[0]["url"] in shown[0]["snippet"]
    assert "DownloadFileComplete" in shown[0]["snippet"]
    assert shown[0]["snippet"].startswith("integrations:")
    [webhook] = await listed(hass, hass_ws_client)
    assert webhook["webhook_id"] == secret
    assert webhook["local_only"] is True
    assert webhook["allowed_methods"] == ["POST"]
    assert secret not in str(await async_get_config_entry_diagnostics(hass, entry))
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(form["flow_id"], OPTIONS)
    await hass.async_block_till_done()
    assert "webhook_id" not in entry.options
    assert await listed(hass, hass_ws_client) == []


async def test_older_versions_name_the_section_otherwise(
    hass: HomeAssistant, world: World, tmp_path: Path
) -> None:
    """Before 0.25 the lines belong to another section."""
    settings = Settings(
        version="0.24.5", access=Access(api_keys=(ApiKey(API_KEY),)), clock_speed=_SPEED
    )
    async with SlskdSimulator(peers(), tmp_path / "older", settings=settings) as slskd:
        entry = await set_up(hass, account(world, slskd_address=slskd.url))
        form = await hass.config_entries.options.async_init(entry.entry_id)
        form = await hass.config_entries.options.async_configure(
            form["flow_id"], {**OPTIONS, "webhook": True}
        )
        shown: Any = form["description_placeholders"]
        assert shown["snippet"].startswith("integration:")
        await hass.config_entries.async_unload(entry.entry_id)


async def test_a_call_brings_the_file_at_once(
    hass: HomeAssistant, world: World, tmp_path: Path, hass_client_no_auth: ClientFactory
) -> None:
    """A file that was queued at its peer is filed long before the next look would have come."""
    behaviour = Behaviour(Outcome.DELIVER, queue_seconds=400)
    [friend] = peers()
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client_no_auth()
    settings = Settings(
        access=Access(api_keys=(ApiKey(API_KEY),)),
        clock_speed=_SPEED,
        webhooks=(Webhook(str(client.make_url(PATH))),),
    )
    queueing = type(friend)(
        friend.username,
        tuple(_queued(file, behaviour) for file in friend.files),
        real_speed=friend.real_speed,
    )
    downloads = tmp_path / "calling downloads"
    async with SlskdSimulator((queueing,), downloads, settings=settings) as slskd:
        entry = await set_up(
            hass,
            listener(
                world,
                slskd_address=slskd.url,
                slskd_downloads=str(downloads),
                local_downloads=str(downloads),
            ),
        )
        await until(hass, lambda: entry.runtime_data.downloads.data.transferring == 1)
        async with asyncio.timeout(_LONGER_THAN_A_CALL):
            await until(hass, lambda: entry.runtime_data.downloads.data.filed_total == 1)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


def _queued(file: Any, behaviour: Behaviour) -> Any:
    """Return a file that has to be waited for."""
    return type(file)(
        path=file.path,
        content=file.content,
        attributes=file.attributes,
        behaviour=behaviour,
        recording_key=file.recording_key,
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"type": "UploadFileComplete"}',
        b'{"type": "DownloadFileComplete", "localFilename": 7, "remoteFilename": {}}',
        b"[" * 50_000,
        b"\xff\xfe\x00",
        b'{"type": "' + b"x" * 200_000 + b'"}',
    ],
    ids=lambda body: body[:12].hex(),
)
async def test_rubbish_does_no_harm(
    hass: HomeAssistant,
    world: World,
    hass_client_no_auth: ClientFactory,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
) -> None:
    """Whatever is posted is answered alike, and at most told to who looks for it."""
    await set_up(hass, listener(world))
    client = await hass_client_no_auth()
    caplog.clear()
    answer = await client.post(PATH, data=body)
    assert answer.status == 200
    assert await answer.read() == b""
    ours = [record for record in caplog.records if "webhook" in record.name]
    assert [record for record in ours if record.levelno > logging.DEBUG] == []
    told = [record.getMessage() for record in ours if "soulspot" in record.name]
    assert len(told) == 1
    assert SECRET not in told[0]


async def test_nobody_listens_any_more(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory, hass_ws_client: Any
) -> None:
    """An unloaded account is called in vain, and a loaded one by POST only."""
    entry = await set_up(hass, listener(world))
    client = await hass_client_no_auth()
    assert (await client.put(PATH, json={})).status == 405
    await hass.config_entries.async_unload(entry.entry_id)
    assert await listed(hass, hass_ws_client) == []
    assert (await client.post(PATH, json={})).status == 200
