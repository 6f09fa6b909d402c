// npm eventsource-parser, as its README shows it, for a parent process: a line of JSON with the chunks of a stream, in
// hexadecimal digits, comes in, and a line with everything that the parser shows of it goes out.
import { createInterface } from "node:readline";
import { createParser } from "eventsource-parser";

for await (const line of createInterface({ input: process.stdin })) {
  const events = [];
  let lastEventId = "";
  let retry = null;
  let panic = null;
  try {
    const parser = createParser({
      onId: (id) => (lastEventId = id),
      onRetry: (milliseconds) => (retry = milliseconds),
      onEvent: ({ event, data }) => events.push({ event_type: event ?? "", data, id: lastEventId }),
    });
    const decoder = new TextDecoder();
    for (const chunk of JSON.parse(line)) parser.feed(decoder.decode(Buffer.from(chunk, "hex"), { stream: true }));
  } catch (error) {
    panic = String(error);
  }
  console.log(JSON.stringify({ events, last_event_id: lastEventId, retry: retry === null ? null : String(retry), panic }));
}
