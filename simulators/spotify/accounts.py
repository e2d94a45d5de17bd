"""Answer as the accounts service: consent page, codes and tokens."""

from base64 import b64decode
import binascii
from collections.abc import Mapping
from html import escape

from aiohttp import web
from yarl import URL

from .payloads import display_name
from .settings import ClientApp, Consent, SpotifySettings, is_allowed_redirect
from .tokens import OAuthError, TokenStore

KNOWN_SCOPES = frozenset(
    {
        "playlist-modify-private",
        "playlist-modify-public",
        "playlist-read-collaborative",
        "playlist-read-private",
        "user-library-modify",
        "user-library-read",
        "user-read-email",
        "user-read-private",
    }
)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated sign-in</title>
<style>body{{font-family:sans-serif;max-width:32rem;margin:4rem auto}}button{{padding:.6rem 1.6rem}}</style></head>
<body><h1>Simulated Spotify sign-in</h1>
<p>Signed in as <strong id="account">{account}</strong>.</p>
<p>The app <code>{client}</code> asks for:</p><ul>{scopes}</ul>
<form method="post" action="authorize">{hidden}
<button id="approve" name="decision" value="approve">Agree</button>
<button id="deny" name="decision" value="deny">Cancel</button></form></body></html>"""


class AccountsService:
    """Handle the authorize page and the token endpoint."""

    def __init__(self, settings: SpotifySettings, tokens: TokenStore) -> None:
        """Take the knobs and the token store."""
        self._settings = settings
        self._tokens = tokens

    def add_routes(self, application: web.Application) -> None:
        """Register the addresses of accounts.spotify.com."""
        application.router.add_get("/authorize", self.show_consent)
        application.router.add_post("/authorize", self.decide)
        application.router.add_post("/api/token", self.answer_token_request)

    async def show_consent(self, request: web.Request) -> web.Response:
        """Check the request, then show the page or decide as set."""
        parameters = request.query
        problem = self._problem(parameters)
        if problem is not None:
            return web.Response(status=400, text=problem)
        if self._settings.consent is not Consent.PAGE:
            return self._redirect(parameters, approved=self._settings.consent is Consent.APPROVE)
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in parameters.items()
        )
        page = _PAGE.format(
            account=escape(display_name(self._settings.signed_in_as)),
            client=escape(parameters["client_id"]),
            scopes="".join(
                f"<li>{escape(scope)}</li>" for scope in split_scope(parameters.get("scope", ""))
            ),
            hidden=hidden,
        )
        return web.Response(text=page, content_type="text/html")

    async def decide(self, request: web.Request) -> web.Response:
        """Take the answer given on the page."""
        form = {
            name: value for name, value in (await request.post()).items() if isinstance(value, str)
        }
        problem = self._problem(form)
        if problem is not None:
            return web.Response(status=400, text=problem)
        return self._redirect(form, approved=form.get("decision") == "approve")

    async def answer_token_request(self, request: web.Request) -> web.Response:
        """Exchange a code or refresh a token."""
        form = {
            name: value for name, value in (await request.post()).items() if isinstance(value, str)
        }
        try:
            app, secret_sent = self._authenticate(request, form)
            reply = self._grant(app, form, secret_sent=secret_sent)
        except OAuthError as problem:
            body = {"error": problem.error, "error_description": problem.description}
            return web.json_response(body, status=400)
        return web.json_response(reply, headers={"Cache-Control": "no-store"})

    def _grant(
        self, app: ClientApp, form: Mapping[str, str], *, secret_sent: bool
    ) -> dict[str, object]:
        """Do what the grant type asks for."""
        match form.get("grant_type"):
            case "authorization_code":
                return self._tokens.exchange(
                    app,
                    form.get("code", ""),
                    form.get("redirect_uri", ""),
                    form.get("code_verifier"),
                    secret_sent=secret_sent,
                )
            case "refresh_token":
                return self._tokens.refresh(app, form.get("refresh_token", ""))
            case _:
                raise OAuthError(
                    "unsupported_grant_type",
                    "grant_type must be client_credentials, authorization_code or refresh_token",
                )

    def _authenticate(
        self, request: web.Request, form: Mapping[str, str]
    ) -> tuple[ClientApp, bool]:
        """Find the app by its id, and check its secret when one was sent."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
            except binascii.Error, UnicodeDecodeError:
                raise OAuthError("invalid_client", "Invalid client") from None
        app = self._app(client_id)
        if app is None:
            raise OAuthError("invalid_client", "Invalid client")
        if secret is not None and secret != app.client_secret:
            raise OAuthError("invalid_client", "Invalid client secret")
        return app, secret is not None

    def _app(self, client_id: str) -> ClientApp | None:
        """Find a registered app."""
        return next((app for app in self._settings.apps if app.client_id == client_id), None)

    def _problem(self, parameters: Mapping[str, str]) -> str | None:
        """Return what the service would print instead of a consent page."""
        app = self._app(parameters.get("client_id", ""))
        if app is None:
            return "INVALID_CLIENT: Invalid client"
        redirect_uri = parameters.get("redirect_uri", "")
        if not is_allowed_redirect(redirect_uri):
            return "INVALID_CLIENT: Insecure redirect URI"
        if not app.accepts_redirect(redirect_uri):
            return "redirect_uri: Not matching configuration"
        if parameters.get("response_type") != "code":
            return "response_type must be code"
        if not set(split_scope(parameters.get("scope", ""))) <= KNOWN_SCOPES:
            return "INVALID_SCOPE: Invalid scope"
        challenge = parameters.get("code_challenge")
        if challenge is None:
            return None if app.client_secret is not None else "code_challenge must be given"
        if parameters.get("code_challenge_method") != "S256":
            return "code_challenge_method must be S256"
        return None if len(challenge) == 43 else "code_challenge must be 43 characters long"

    def _redirect(self, parameters: Mapping[str, str], *, approved: bool) -> web.Response:
        """Send the browser back to the app."""
        app = self._app(parameters["client_id"])
        if app is None:
            raise web.HTTPBadRequest(text="INVALID_CLIENT: Invalid client")
        redirect_uri = parameters["redirect_uri"]
        if approved:
            scope = " ".join(split_scope(parameters.get("scope", "")))
            code = self._tokens.issue_code(
                app, scope, redirect_uri, parameters.get("code_challenge")
            )
            answer = {"code": code}
        else:
            answer = {"error": "access_denied"}
        if "state" in parameters:
            answer["state"] = parameters["state"]
        return web.Response(
            status=302,
            headers={"Location": str(URL(redirect_uri).update_query(answer))},
        )


def split_scope(scope: str) -> list[str]:
    """Split a scope joined by blanks or commas."""
    return scope.replace(",", " ").split()
