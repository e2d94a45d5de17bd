"""Check who asks and what kind of body comes, in the order slskd does."""

import base64
from dataclasses import dataclass
import hashlib
import hmac
import ipaddress
import json
import secrets
import time

from aiohttp import web

from .json_rules import empty

API_ROOT = "/api/v0"
_ANONYMOUS_PATHS = ("/api/v0/session", "/api/v0/session/enabled")
_LIFETIME = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Hold one key and the addresses it may come from, as a list of networks with commas."""

    key: str
    role: str = "Administrator"
    cidr: str = "0.0.0.0/0,::/0"

    def allows(self, address: str) -> bool:
        """Tell whether a request from this address may use the key."""
        remote = ipaddress.ip_address(address)
        networks = (
            ipaddress.ip_network(part.strip(), strict=False) for part in self.cidr.split(",")
        )
        return any(remote.version == network.version and remote in network for network in networks)


@dataclass(frozen=True, slots=True)
class Access:
    """Describe who may use the API: keys, the user of the web page, or everybody."""

    is_disabled: bool = False
    api_keys: tuple[ApiKey, ...] = ()
    username: str = "slskd"
    password: str = "slskd"  # slskd's own published default
    is_headless: bool = False


class Tokens:
    """Sign and check the tokens of the web page; a restart makes all of them worthless."""

    def __init__(self) -> None:
        """Begin with a key nobody knows."""
        self._secret = secrets.token_bytes(32)

    def renew(self) -> None:
        """Forget the signing key."""
        self._secret = secrets.token_bytes(32)

    def issue(self, username: str) -> dict[str, str | int]:
        """Return a new token as the API answers it."""
        issued = int(time.time())
        claims = {
            "name": username,
            "nbf": issued,
            "iat": issued,
            "exp": issued + _LIFETIME,
        }
        signed = ".".join(_encode(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
        return {
            "token": f"{signed}.{self._signature(signed)}",
            "tokenType": "Bearer",
            "name": username,
            "issued": issued,
            "expires": issued + _LIFETIME,
            "notBefore": issued,
        }

    def is_valid(self, token: str) -> bool:
        """Tell whether a token was signed since the last start."""
        signed, _, signature = token.rpartition(".")
        return hmac.compare_digest(signature.encode(), self._signature(signed).encode())

    def _signature(self, signed: str) -> str:
        """Sign the first two parts of a token."""
        return _encode(hmac.new(self._secret, signed.encode(), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    """Return text that fits into a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def is_authorised(request: web.Request, access: Access, tokens: Tokens) -> bool:
    """Tell whether a request carries a key or token that counts here."""
    if access.is_disabled:
        return True
    key = request.headers.get("X-API-Key")
    address = request.remote or "127.0.0.1"
    if key is not None and any(
        hmac.compare_digest(known.key.encode(), key.encode()) and known.allows(address)
        for known in access.api_keys
    ):
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and tokens.is_valid(token.strip())


def refuse_by_content_type(request: web.Request, path: str) -> web.Response | None:
    """Return 415 for a body type that is not JSON, even when there is no body; None when all is well."""
    if path.startswith(f"{API_ROOT}/telemetry"):
        return None
    declared = request.headers.get("Content-Type")
    if declared is None:
        return None
    kind = declared.partition(";")[0].strip().casefold()
    if kind in ("application/json", "text/json") or (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        return None
    return empty(415)


def refuse_without_content_type(request: web.Request, reads_body: bool) -> web.Response | None:
    """Return 415 when an action reads a body and none was declared; None when all is well."""
    if reads_body and "Content-Type" not in request.headers:
        return empty(415)
    return None


def is_anonymous(path: str, method: str) -> bool:
    """Tell whether a path needs no key."""
    if path == "/api/v0/session":
        return method == "POST"
    return path in _ANONYMOUS_PATHS


UNAUTHORISED_HEADERS = {"WWW-Authenticate": "Bearer"}
