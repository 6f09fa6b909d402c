# sse-starlette writes the wire format; this program only says what to send.
#
#   pip install 'sse-starlette>=3,<4' uvicorn
#   INTERVAL_MS=2000 python sse-starlette.py      prints the port it listens on
#   curl -N http://127.0.0.1:PORT/events
#
# (The hyphen in the file's name keeps Python from importing this file as the package.)
import asyncio
import os
import socket

import uvicorn
from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent
from starlette.applications import Starlette
from starlette.routing import Route

INTERVAL = float(os.environ.get("INTERVAL_MS", "2000")) / 1000


async def events():
    # A string is the data of an unnamed event.
    yield "Hello, Client!"
    await asyncio.sleep(INTERVAL)

    # A dictionary names the fields.
    yield {"event": "price", "id": "1", "retry": 5000, "data": '{"symbol":"ÆX","price":"€ 12,40"}'}
    await asyncio.sleep(INTERVAL)

    # The library puts `data:` before every line, whatever ends it. The empty last line is kept.
    yield ServerSentEvent("first line\r\n  second line, indented\rthird line\n\n", event="poem", id="2")
    await asyncio.sleep(INTERVAL)

    # Data as compact JSON, non-ASCII text as it is, and a comment inside the event.
    archived = {"text": "日本語 🗾", "tags": ["a", None]}
    yield JSONServerSentEvent(archived, id="3", comment="from the archive\nas JSON")
    await asyncio.sleep(INTERVAL)

    # An event may have empty data: clients dispatch it. Without data they do not.
    yield ServerSentEvent("", event="empty", id="4")
    yield ServerSentEvent(event="nothing", id="5")
    yield ServerSentEvent(comment="only a comment")
    await asyncio.sleep(INTERVAL)

    # Line ends are removed from a name and from an id.
    yield ServerSentEvent("bye", event="good\nbye", id="6\r\n", retry=250)


async def endpoint(request):
    # Between the events the library sends a comment ("ping" and the time) every `ping` seconds.
    return EventSourceResponse(events(), ping=INTERVAL * 1.75)


app = Starlette(routes=[Route("/events", endpoint)])

# Port 0: the operating system chooses a free one.
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
