// npm eventsource-parser, over fetch: prints the events of a URL as lines of JSON.
import { createParser } from "eventsource-parser";

const response = await fetch(process.argv[2], { headers: { Accept: "text/event-stream" } });
if (!response.ok) throw new Error(`status ${response.status}`);

const parser = createParser({
  onEvent: ({ event, data, id }) => console.log(JSON.stringify({ type: event ?? "message", data, id: id ?? null })),
});
const decoder = new TextDecoder();
for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
