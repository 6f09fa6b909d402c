# PyPI httpx-sse: prints the events of a URL as lines of JSON.
import json
import sys

import httpx
from httpx_sse import connect_sse

with httpx.Client(trust_env=False, timeout=30) as client, connect_sse(client, "GET", sys.argv[1]) as source:
    source.response.raise_for_status()
    for event in source.iter_sse():
        print(json.dumps({"type": event.event, "data": event.data, "last_event_id": event.id}), flush=True)
