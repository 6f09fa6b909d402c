"""Runs every server with every client, compares what arrives with what has to, and prints the table. See run.sh.

    python3 matrix.py FOLDER_OF_OUR_PROGRAMS FOLDER_OF_THE_PACKAGES
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

OURS, SCRATCH = map(Path, sys.argv[1:])
EXAMPLES = OURS / "examples"
BIN = OURS / "sse-wire-interop"
PYTHON = SCRATCH / "venv/bin/python"

TIMEOUT = 30  # seconds, for a server to start, and for a client to end
# The pause of the servers that others wrote, in milliseconds; and nobody speaks through a proxy.
ENV = {**os.environ, "INTERVAL_MS": "20", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

FEED = json.loads(subprocess.run([BIN, "expected"], check=True, capture_output=True, timeout=TIMEOUT).stdout)


class Server:
    """A program that prints a URL or a port, and what has to arrive from it."""

    def __init__(self, name, command, events, ours=False, upstream=None):
        self.name, self.command, self.events, self.ours = name, command, events, ours
        self.upstream = upstream  # the server behind it, whose URL it gets


def foreign(name, *command):
    lines = (Path(__file__).parent / "expected" / f"{name}.jsonl").read_text(encoding="utf-8")
    return Server(name, command, [json.loads(line) for line in lines.split("\n") if line])


OUR_SERVERS = [Server(name, [EXAMPLES / name], FEED["events"], ours=True)
               for name in ("server_axum", "server_actix", "server_hyper", "server_std")]
SERVERS = [
    *OUR_SERVERS,
    Server("gateway", [EXAMPLES / "gateway"], FEED["events"], ours=True, upstream=OUR_SERVERS[0]),
    foreign("express", "node", "express.js"),
    foreign("better-sse", "node", "better-sse.mjs"),
    foreign("sse-starlette", PYTHON, "sse-starlette.py"),
]


class Client:
    """A program that gets a URL, and prints events."""

    def __init__(self, name, command, keys=("type", "data", "id", "last_event_id"), deviation=None, wrong=None,
                 typed=False, reconnects=False, foreign=True):
        self.name, self.command, self.keys = name, command, keys  # keys: what it tells about an event
        self.deviation, self.wrong = deviation, wrong  # what it is known to do otherwise: the reason, and the result
        self.typed, self.reconnects = typed, reconnects  # whether it has to be told the types; stops at 204 alone
        self.foreign = foreign  # whether to run it with servers that others wrote

    def expected(self, server):
        events = self.wrong(server) if self.wrong else server.events
        return [{key: event[key] for key in self.keys} for event in events]


# npm eventsource takes the id of the event itself for `lastEventId`, where the standard has the last one that was seen.
def eventsource_events(server):
    return [{**event, "last_event_id": event["id"] or ""} for event in server.events]


# httpx-sse dispatches at a blank line without data too, where the standard does not: once there was an id, whatever stood
# before it, be it a comment; and before that, if there was a `retry` or an `event`. In the feed these are:
HTTPX_SSE_EXTRA = {  # data of the event after it: last event ID
    "no id yet": "",  # a comment and a `retry`
    "cut two, and the rest": "only-an-id",  # an id
    "no last event ID any more": " an id: ",  # a comment
}
# The gateway sends what stood before an event in blocks of their own.
HTTPX_SSE_EXTRA_RELAYED = {
    **HTTPX_SSE_EXTRA,
    "cut one, and the rest": "2",  # a `retry`
    "a comment before it": "only-an-id",  # a comment
}


def httpx_sse_events(server):
    extra = HTTPX_SSE_EXTRA_RELAYED if server.upstream else HTTPX_SSE_EXTRA
    for event in server.events:
        if event["data"] in extra:
            yield {"type": "message", "data": "", "last_event_id": extra[event["data"]]}
        yield event


CURL = 'set -o pipefail; curl -sSN --fail --noproxy "*" --max-time 30 "$1" | "$0"'
EVENT_SOURCE = Client("client_event_source", [EXAMPLES / "client_event_source"], reconnects=True)
RECONNECTING = Client("client_reconnecting", [EXAMPLES / "client_reconnecting"], reconnects=True)
NPM_EVENT_SOURCE = Client(
    "eventsource", ["node", "eventsource.mjs"], ("type", "data", "last_event_id"), typed=True, reconnects=True,
    foreign=False, wrong=eventsource_events,
    deviation="npm eventsource: lastEventId is the event's own id, '' if it has none; ids without data are ignored",
)
CLIENTS = [
    Client("eventsource-parser", ["node", "eventsource-parser.mjs"], ("type", "data", "id")),
    NPM_EVENT_SOURCE,
    Client(
        "httpx-sse", [PYTHON, "httpx-sse.py"], ("type", "data", "last_event_id"), foreign=False, wrong=httpx_sse_events,
        deviation="PyPI httpx-sse: dispatches an empty event for a block without data, such as a comment",
    ),
    Client("curl, cat", ["bash", "-c", CURL, EXAMPLES / "cat"]),
    *(Client(name, [EXAMPLES / name]) for name in ("client_reqwest", "client_hyper", "client_ureq", "client_tokio")),
    EVENT_SOURCE,
    RECONNECTING,
]

# Where connections are cut, and the Last-Event-ID of each request. The last cut is behind an id that is not Latin-1. Node's
# fetch refuses such a header with a TypeError, after which npm eventsource tries again for ever; so it is spared that one.
# And having ignored the id without data, it asks for what is behind the event before, which here is the same.
RESUMES = [
    *((client, [text for text, _ in FEED["cuts"]], [None, *(id for _, id in FEED["cuts"]), "end"])
      for client in (EVENT_SOURCE, RECONNECTING)),
    (NPM_EVENT_SOURCE, ["cut one", "cut two"], [None, "2", "3", "end"]),
]


class Failure(Exception):
    pass


@contextmanager
def started(command, stderr=None):
    """A process, in a group of its own so that it ends with all that it started."""
    process = subprocess.Popen(command, cwd=SCRATCH, env=ENV, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
    # Reading has no time-out of its own: it ends with the process.
    timer = threading.Timer(TIMEOUT, kill, [process])
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        kill(process)
        process.wait()
        process.stdout.close()


def kill(process):
    # Not waited for yet, so the number is still that of the process.
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


@contextmanager
def served(command, stderr=None):
    """A server, by its URL, and the lines that it prints after that."""
    with started(command, stderr) as process:
        line = process.stdout.readline().decode().strip()
        if not line:
            raise Failure("the server did not start")
        yield line if line.startswith("http:") else f"http://127.0.0.1:{line}/events", process.stdout


@contextmanager
def serving(server, stderr=None):
    """As `served`, with what is behind the server."""
    if server.upstream is None:
        with served(server.command, stderr) as found:
            yield found
        return
    with serving(server.upstream, stderr) as (url, _), served([*server.command, url], stderr) as found:
        yield found


def received(client, url, events, enough=None, stderr=None):
    """The events that a client prints, to its end, or until it has printed enough."""
    types = sorted({event["type"] for event in events}) if client.typed else []
    lines = []
    with started([*client.command, url, *types], stderr) as process:
        for line in process.stdout:
            lines.append(json.loads(without_times(line.decode())))
            if len(lines) == enough:
                return lines
        if status := process.wait(timeout=TIMEOUT):
            last = f", the last {brief(lines[-1])}" if lines else ""
            raise Failure(f"status {status} after {len(lines)} events{last}")
    return lines


def without_times(line):
    """What is another in each run."""
    line = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID", line)
    return re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", line)


def brief(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"


def compare(what, actual, expected):
    for index, (one, other) in enumerate(zip(actual, expected)):
        if one != other:
            raise Failure(f"{what} {index}: {brief(one)}\n    expected: {brief(other)}")
    if len(actual) != len(expected):
        further = (actual + expected[len(actual):])[min(len(actual), len(expected))]
        raise Failure(f"{len(actual)} {what}s, expected {len(expected)}; the first of the rest: {brief(further)}")


def check(server, client):
    if not server.ours and not client.foreign:
        return None
    expected = client.expected(server)
    with serving(server) as (url, _):
        # Our servers say 204 to whoever comes back, the others begin again.
        enough = len(expected) if client.reconnects and not server.ours else None
        compare("event", received(client, url, server.events, enough), expected)
    return client.deviation or ""


def check_resume(server, client, texts, last_event_ids):
    # Both sides complain about the lost connections.
    quiet = subprocess.DEVNULL
    with serving(server, quiet) as (url, _), served([BIN, "cut", url, *texts]) as (url, requests):
        compare("event", received(client, url, server.events, stderr=quiet), client.expected(server))
        compare("Last-Event-ID", [json.loads(requests.readline() or '"none"') for _ in last_event_ids], last_event_ids)
    return client.deviation or ""


def table(title, rows, columns, cell):
    """Prints a table whose cells are computed, and what failed. Returns whether all is well."""
    notes, failures, lines = [], [], [[title, *columns], ["---"] * (len(columns) + 1)]
    for row in rows:
        line = [row]
        for column in columns:
            try:
                deviation = cell(row, column)
            except (Failure, ValueError, subprocess.TimeoutExpired) as failure:
                failures.append(f"{row}, {column}: {failure}")
                line.append("DIFFERS")
                continue
            if deviation and deviation not in notes:
                notes.append(deviation)
            line.append("-" if deviation is None else f"ok [{notes.index(deviation) + 1}]" if deviation else "ok")
        lines.append(line)
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("|", " | ".join(text.ljust(width) for text, width in zip(line, widths)), "|")
    print()
    for number, note in enumerate(notes, 1):
        print(f"[{number}] {note}")
    if any("-" in line for line in lines):
        print("- not run: what a peer is known to do otherwise is written down for our feed alone")
    for failure in failures:
        print(f"FAILED {failure}")
    print(flush=True)
    return not failures


def versions():
    names = ("eventsource", "eventsource-parser", "express", "better-sse")
    packages = {name: SCRATCH / "node_modules" / name / "package.json" for name in names}
    npm = [f"{name} {json.loads(path.read_text())['version']}" for name, path in packages.items()]
    script = "import sys; from importlib.metadata import version; print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
    pypi = subprocess.run([PYTHON, "-c", script, "httpx-sse", "sse-starlette"], check=True, capture_output=True, text=True)
    return ", ".join([*npm, pypi.stdout.strip()])


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers, clients = {server.name: server for server in SERVERS}, {client.name: client for client in CLIENTS}
    resumes = {client.name: (client, *resume) for client, *resume in RESUMES}
    print(versions(), end="\n\n")
    well = table("server", servers, clients, lambda row, column: check(servers[row], clients[column]))
    well &= table("resume", [server.name for server in SERVERS if server.ours], resumes,
                  lambda row, column: check_resume(servers[row], *resumes[column]))
    sys.exit(not well)


main()
