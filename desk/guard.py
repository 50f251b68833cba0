"""What every request must pass, and what every answer says to the browser.

The desk trusts whoever may use this machine's loopback address, and no page of another site: a
name that resolves here (DNS rebinding) is refused by its Host, a form sent from elsewhere by its
Origin and by a token that only the desk's own pages can read.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MOST = 2_000_000  # bytes of a request
COOKIE = "desk"
HEADERS = {
    "content-security-policy": "default-src 'none'; img-src 'self'; script-src 'self';"
    " style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Wraps the application. `hosts` are the names it answers to; `token`, where given, is asked
    of everyone once and kept in a cookie."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], csrf: str, token: str = "") -> None:
        self._app, self._hosts = app, frozenset(hosts)
        self._csrf, self._token = csrf, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self.refusal(Request(scope))
        await (refusal or self._app)(scope, receive, answer)

    def refusal(self, request: Request) -> Response | None:
        """Why a request goes no further; None where it may."""
        if request.headers.get("host", "") not in self._hosts:
            return PlainTextResponse("unknown host", 421)
        if self._token and not _same(request.cookies.get(COOKIE, ""), self._token):
            return self._admitted(request)
        if request.method in ("GET", "HEAD"):
            return None
        return None if self._is_own(request) else JSONResponse({"error": "來源不符，未儲存。"}, 403)

    def _is_own(self, request: Request) -> bool:
        """Whether one of the desk's own pages sent this."""
        headers = request.headers
        length = headers.get("content-length", "")
        return (
            headers.get("origin", "") in {f"http://{host}" for host in self._hosts}
            and headers.get("sec-fetch-site", "same-origin") == "same-origin"
            and headers.get("content-type", "").partition(";")[0] == "application/json"
            and length.isdecimal()
            and int(length) <= BODY_MOST
            and _same(headers.get("x-csrf-token", ""), self._csrf)
        )

    def _admitted(self, request: Request) -> Response:
        """With the token in the address: a cookie, and the first page without it."""
        if request.method != "GET" or not _same(request.query_params.get("token", ""), self._token):
            return PlainTextResponse("token needed", 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
        return response


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
