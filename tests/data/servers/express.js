// The server of every SSE tutorial: Express, and the wire format written by hand.
//
//   npm install express@5
//   INTERVAL_MS=2000 node express.js      prints the port it listens on
//   curl -N http://127.0.0.1:PORT/events
const express = require("express");

const INTERVAL_MS = Number(process.env.INTERVAL_MS ?? 2000);
const ROUNDS = 2; // how often the list of writes below is gone through before the server closes

const app = express();

app.get("/events", (req, res) => {
  res.set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
  });

  // How long a client waits before it connects again, in milliseconds.
  res.write("retry: 3000\n\n");

  // A client that connects again says which event it saw last.
  let id = Number(req.get("Last-Event-ID") ?? 0);

  // No name: `onmessage` in a browser gets these. JSON.stringify leaves non-ASCII text as it is.
  const message = (text) => {
    const json = JSON.stringify({ message: text, time: new Date().toISOString() });
    return `data: ${json}\n\n`;
  };

  const writes = [
    () => message("Hello, Client!"),
    () => message("Grüße, 你好, नमस्ते 👋🏽, and a line separator:\u2028still the same line"),
    // A name: addEventListener("customEvent", ...) gets this one.
    () => `event: customEvent\nid: ${++id}\ndata: {"customData":"price is €${id}.50"}\n\n`,
    // A comment. No listener sees it; it only keeps proxies from closing an idle connection.
    () => ": keep-alive\n\n",
    // Several data lines are one event; the client puts a line feed between them.
    () => `id: ${++id}\ndata: first line\ndata:   second line, indented by two\ndata:\ndata: fourth line\n\n`,
    () => `id: ${++id}\n` + message("See you soon."),
  ];

  let sent = 0;
  const timer = setInterval(() => {
    res.write(writes[sent % writes.length]());
    sent += 1;
    if (sent === ROUNDS * writes.length) {
      clearInterval(timer);
      res.end();
    }
  }, INTERVAL_MS);

  req.on("close", () => clearInterval(timer));
});

// Port 0: the operating system chooses a free one.
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
