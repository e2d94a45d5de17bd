"""Do what a browser and a person do on the sign-in page of the simulated Spotify."""

from html.parser import HTMLParser
from typing import override

from aiohttp import ClientSession
from yarl import URL

from .screen import DemoError

_MY_HOME_ASSISTANT = URL("https://my.home-assistant.io/redirect/oauth")
_CALLBACK = "/auth/external/callback"


class _Form(HTMLParser):
    """Collect what a page's form would send when its agreeing button is pressed."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form, a hidden field or the button."""
        attributes = {name: value or "" for name, value in attrs}
        is_sent = attributes.get("type") == "hidden" or attributes.get("id") == "approve"
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag in ("input", "button") and is_sent:
            self.fields[attributes["name"]] = attributes.get("value", "")


async def agree(address: str, home_assistant: str) -> None:
    """Open the sign-in page, agree, and follow the way back to Home Assistant; DemoError on the way."""
    async with ClientSession() as session:
        async with session.get(address) as response:
            page = await response.text()
            if not response.ok:
                raise DemoError(f"the sign-in page answered {response.status}: {page[:300]}")
            opened = response.url
        form = _Form()
        form.feed(page)
        if form.action is None:
            raise DemoError("the sign-in page has no form")
        async with session.post(
            opened.join(URL(form.action)), data=form.fields, allow_redirects=False
        ) as response:
            location = response.headers.get("Location")
            if location is None:
                raise DemoError(f"the sign-in page sends nobody back: {await response.text()}")
        async with session.get(way_back(URL(location), home_assistant)) as response:
            if not response.ok:
                raise DemoError(
                    f"Home Assistant refuses the sign-in: {response.status} {await response.text()}"
                )


def way_back(location: URL, home_assistant: str) -> URL:
    """Return where my.home-assistant.io would send the browser on, other addresses as they are."""
    if location.with_query(None) == _MY_HOME_ASSISTANT:
        return URL(f"{home_assistant}{_CALLBACK}").with_query(location.query)
    return location
