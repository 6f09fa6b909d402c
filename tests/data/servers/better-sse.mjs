// better-sse writes the wire format; this program only says what to send.
//
//   npm install better-sse@0.16
//   INTERVAL_MS=2000 node better-sse.mjs      prints the port it listens on
//   curl -N http://127.0.0.1:PORT/events
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createEventBuffer, createSession } from "better-sse";

const INTERVAL_MS = Number(process.env.INTERVAL_MS ?? 2000);

async function handle(req, res) {
  // The library sends the headers, a `retry` field, and an empty comment every keepAlive milliseconds.
  const session = await createSession(req, res, {
    retry: 2500,
    keepAlive: INTERVAL_MS * 1.75,
  });

  // No name, no id: the library fills in "message" and a random UUID. Data is written as JSON.
  session.push("Hello, Client!");
  await pause(INTERVAL_MS);

  // push(data, name, id)
  session.push({ city: "Zürich", temperature: -3.5, sky: "❄️" }, "weather", "weather-1");
  await pause(INTERVAL_MS);

  // A line feed inside a string is "\n" in JSON, so the data stays on one line.
  session.push("two\nlines", "text", "text-1");
  await pause(INTERVAL_MS);

  // Everything that the iterable yields becomes an event called "iteration".
  await session.iterate(["один", "два", "три"]);
  await pause(INTERVAL_MS);

  // Many events, one write to the socket.
  await session.batch((buffer) => {
    buffer.comment("a batch").dispatch();
    for (const n of [1, 2, 3]) buffer.push({ n }, "tick", `tick-${n}`);
    // Field by field: two data lines of one event, no id.
    buffer.event("pair").data("left").data("right").dispatch();
    // The reconnection time and the last event ID, changed without an event.
    buffer.retry(4000).id("after-the-batch").dispatch();
  });
  await pause(INTERVAL_MS);

  // Plain text instead of JSON. Mind the line feed and the first space: better-sse writes neither `data:`
  // before the second line nor a space after the colon, so that a client gets "starts with a space" alone.
  const plain = createEventBuffer({ serializer: String });
  plain.push(" starts with a space\nand goes on in a second line", "plain", "plain-1");
  await session.batch(plain);
  await pause(INTERVAL_MS);

  // An id field without a value: the client forgets the last event ID.
  await session.batch((buffer) => buffer.event("bye").id().data(null).dispatch());

  res.end();
}

// Port 0: the operating system chooses a free one.
const server = createServer(handle).listen(0, "127.0.0.1", () => console.log(server.address().port));
