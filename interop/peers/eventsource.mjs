// npm eventsource: prints the events of a URL as lines of JSON, a listener for each type, until the server says 204.
//
//   node eventsource.mjs URL TYPE…
import { EventSource } from "eventsource";

const [url, ...types] = process.argv.slice(2);
const source = new EventSource(url);
for (const type of types) {
  source.addEventListener(type, ({ type, data, lastEventId }) =>
    console.log(JSON.stringify({ type, data, last_event_id: lastEventId })),
  );
}
source.addEventListener("error", ({ code, message }) => {
  if (source.readyState === EventSource.CLOSED && code !== 204) throw new Error(message);
});
