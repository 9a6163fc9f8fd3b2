"""Applications that send each request on to a backend, as reverse proxies do: without what `Connection` names."""

import asyncio
import http.client
import os

OWN = ("connection", "content-length", "expect", "transfer-encoding")


def forward(method, target, headers, body):
    named = ",".join(value for name, value in headers if name == "connection").lower()
    removed = {*OWN, *(name.strip() for name in named.split(","))}
    backend = http.client.HTTPConnection(os.environ["BACKEND"])
    backend.request(method, target, body, {name: value for name, value in headers if name not in removed})
    answer = backend.getresponse()
    text = answer.read()
    backend.close()
    return answer.status, text


def wsgi_app(environ, start_response):
    sent = [(key[5:].lower(), value) for key, value in environ.items() if key.startswith("HTTP_")]
    headers = [(name.replace("_", "-"), value) for name, value in sent]
    body = environ["wsgi.input"].read()
    status, text = forward(environ["REQUEST_METHOD"], environ["RAW_URI"], headers, body)
    start_response(f"{status} {http.client.responses[status]}", [("content-length", str(len(text)))])
    return [text]


async def asgi_app(scope, receive, send):
    if scope["type"] == "websocket":
        return await send({"type": "websocket.accept"})
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status, text = await asyncio.to_thread(forward, scope["method"], target.decode(), headers, body)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(text))]})
    await send({"type": "http.response.body", "body": text})
