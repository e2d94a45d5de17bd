"""Take a picture of the dashboard with a headless browser."""

from pathlib import Path
import shutil

from playwright.async_api import async_playwright

from .screen import DemoError

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SIZE = (1400, 920)
_PATIENCE_MS = 60_000
_SETTLE_MS = 3_000


async def take_screenshot(address: str, target: Path) -> None:
    """Open the page in light colours, wait until it is drawn, and save the picture as PNG."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise DemoError("no Chromium was found. script/setup --browser installs one")
    target.parent.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        page = await browser.new_page(
            viewport={"width": _SIZE[0], "height": _SIZE[1]}, color_scheme="light"
        )
        await page.goto(address)
        await page.locator("hui-tile-card").first.wait_for(timeout=_PATIENCE_MS)
        # Fonts, icons and graphs come after the first cards.
        await page.wait_for_timeout(_SETTLE_MS)
        await page.screenshot(path=target)
        await browser.close()
