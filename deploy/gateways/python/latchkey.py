"""Lets requests on to an application only with an API key that has the scope: one, or a scope query. "" takes every key.

    app = WSGI(app, "orders:read")  # Flask, Django
    app = ASGI(app, "orders:read")  # FastAPI, Starlette

It asks the service at LATCHKEY_URL, and names itself by LATCHKEY_TOKEN. Only the answer 200 lets a request pass.
"""

import asyncio
import http.client
import logging
import os
from urllib.parse import urlsplit

LATCHKEY = urlsplit(os.environ["LATCHKEY_URL"])
GATEWAY = f'Bearer {os.environ["LATCHKEY_TOKEN"]}; ip-header=X-Real-IP; audience="https://api.example.com"'

# What the client says of itself. Nothing else of its request is shown to Latchkey.
ASKED = ("authorization", "x-api-key", "user-agent")
# What a refusal tells the client.
TOLD = ("content-type", "cache-control", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy")
AWAY = 503, [("retry-after", "1"), ("cache-control", "no-store"), ("content-length", "0")], b""

LOG = logging.getLogger("latchkey")

# Connections that wait for the next request.
idle = []


def fetch(headers):
    """Asks on a connection that is kept. If the service has closed it meanwhile, on another one."""
    while True:
        try:
            connection, is_new = idle.pop(), False
        except IndexError:
            kind = http.client.HTTPSConnection if LATCHKEY.scheme == "https" else http.client.HTTPConnection
            connection, is_new = kind(LATCHKEY.netloc, timeout=5), True
        try:
            connection.request("GET", LATCHKEY.path.rstrip("/") + "/v1/authorize", headers=headers)
            answer = connection.getresponse()
            told = answer.status, [(name.lower(), value) for name, value in answer.getheaders()], answer.read()
            idle.append(connection)
            return told
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if is_new or isinstance(error, TimeoutError):
                raise


def ask(sent, address, scope):
    """200 and the headers that tell whose request it is, or the status, the headers and the body of its refusal."""
    headers = {"x-real-ip": address}
    for name, value in sent:
        if name in ASKED:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    # No header can have these (RFC 9110, 5.5), but some servers let them pass.
    if any(character in value for value in headers.values() for character in "\r\n\0"):
        return 400, [("cache-control", "no-store"), ("content-length", "0")], b""
    headers.update({"latchkey-authorization": GATEWAY, "latchkey-require-scope": scope})
    try:
        status, told, body = fetch({name: value for name, value in headers.items() if value})
        identity = [(name, value) for name, value in told if name.startswith("latchkey-")]
        if status == 200 and identity:
            return 200, identity, b""
        if not 400 <= status < 500:
            raise http.client.HTTPException(f"no verdict: {status}")
    except (OSError, http.client.HTTPException) as error:
        LOG.warning("Latchkey does not answer: %r", error)
        return AWAY
    except ValueError:  # Its text has the secret.
        LOG.warning("LATCHKEY_URL or LATCHKEY_TOKEN has a character that cannot be sent")
        return AWAY
    return status, [header for header in told if header[0] in TOLD] + [("content-length", str(len(body)))], body


def is_ours(name, value):
    """Whether a client cannot send this header to the application. Many read `latchkey_key` as `latchkey-key`, and a
    reverse proxy removes what `connection` names."""
    if name == "connection":
        return "latchkey" in value.lower()
    return name.startswith("latchkey") or name in ("authorization", "x-api-key")


class WSGI:
    def __init__(self, app, scope=""):
        self.app, self.scope = app, scope

    def __call__(self, environ, start_response):
        names = {key: key[5:].lower().replace("_", "-") for key in environ if key.startswith("HTTP_")}
        sent = [(name, environ[key]) for key, name in names.items()]
        status, headers, body = ask(sent, environ.get("REMOTE_ADDR", ""), self.scope)
        if status != 200:
            start_response(f"{status} {http.client.responses.get(status, '')}", headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        for key in [key for key, name in names.items() if is_ours(name, environ[key])]:
            del environ[key]
        environ.update({"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers})
        return self.app(environ, start_response)


class ASGI:
    def __init__(self, app, scope=""):
        self.app, self.scope = app, scope

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        address, _ = scope["client"] or ("", 0)
        asking = asyncio.to_thread(ask, sent, address, self.scope)
        try:
            status, told, body = await asyncio.wait_for(asking, 5)
        except asyncio.TimeoutError:
            LOG.warning("Latchkey does not answer within 5 s")
            status, told, body = AWAY
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]
        if status == 200:
            kept = [header for header, text in zip(scope["headers"], sent) if not is_ours(*text)]
            return await self.app({**scope, "headers": kept + headers}, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
