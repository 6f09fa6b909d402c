// The page over the browser's own EventSource. All text that comes from the server is shown by textContent.
"use strict";

const NAMES = ["message", "metric", "notice", "customEvent", "reset"];
const MINUTE = 60_000;
const EVENTS_OF_A_MINUTE = 100; // somewhat more than the server's own
const HOLE = 2_500; // there is a metric each second
const NOTICES = 50;
const WIRE_LINES = 300;
const WIRE_LINE = 2_000;
const REMEMBERED_IDS = 20_000;

const $ = (id) => document.getElementById(id);

// Tells the server which connection to cut.
const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let source = null;
let wanted = false; // the user wants to be connected
let retryTimer = 0;
let failures = 0;
let opened = 0;
let lastEventId = "";

// ---- Connection

function connect() {
  wanted = true;
  clearTimeout(retryTimer);
  const url = new URL("events", document.baseURI);
  url.searchParams.set("client", key);
  // A new EventSource knows nothing about the previous one. When the browser reconnects, it sends the header, which wins.
  if (lastEventId) url.searchParams.set("last-event-id", lastEventId);
  else url.searchParams.set("last", EVENTS_OF_A_MINUTE);
  source = new EventSource(url);
  source.addEventListener("open", onOpen);
  source.addEventListener("error", onError);
  for (const name of NAMES) source.addEventListener(name, onEvent);
  showState();
}

function disconnect() {
  wanted = false;
  clearTimeout(retryTimer);
  source.close();
  wire?.abort();
  gone();
  hint("Disconnected. You get what is published now when you connect again.");
  showState();
}

// An event in the stream can be called "open" or "error" too; then it is a MessageEvent.
function onOpen(event) {
  if (event instanceof MessageEvent) return;
  failures = 0;
  $("reconnections").textContent = opened++;
  const outage = outages.at(-1);
  if (outage) outage.to = now();
  const seconds = outage && ((outage.to - outage.from) / 1000).toFixed(1);
  hint(seconds ? `Back after ${seconds} s. The server first sends what the page missed.` : "Drop the connection, and see it resume.");
  readWire();
  showState();
}

function onError(event) {
  if (event instanceof MessageEvent) return;
  gone();
  if (source.readyState === EventSource.CLOSED && wanted) {
    // The browser gives up when the response is not an event stream, such as a full server's 503. We do not.
    const seconds = Math.min(30, 2 ** failures++) * (1 + Math.random());
    hint(`The server refused the connection. Next try in ${Math.round(seconds)} s.`);
    retryTimer = setTimeout(connect, seconds * 1000);
  } else if (wanted) {
    hint("The connection is gone. The browser opens another, and asks for what it missed.");
  }
  showState();
}

function gone() {
  const last = samples.at(-1)?.time ?? 0;
  if (outages.at(-1)?.to !== Infinity) outages.push({ from: now() - last < HOLE ? last : now(), to: Infinity });
}

function showState() {
  const state = ["connecting", "open", "closed"][source?.readyState ?? EventSource.CLOSED];
  document.body.dataset.state = state;
  $("state").textContent = { open: "connected", closed: "disconnected" }[state] ?? state;
  $("toggle").textContent = wanted ? "Disconnect" : "Connect";
  $("cut").disabled = state !== "open";
}

function hint(text, lost = false) {
  $("connection-hint").textContent = text;
  $("connection-hint").classList.toggle("lost", lost);
}

async function post(path, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

$("cut").addEventListener("click", async () => {
  // Over HTTP/2 the response may be lost with the connection.
  const answer = await post("cut", { client: key }).catch(() => ({ status: 200 }));
  if (answer.status !== 200) hint(answer.body.error ?? `The server answered ${answer.status}.`);
});

// ---- Events

const counts = Object.fromEntries(NAMES.map((name) => [name, 0]));
let latest = { time: 0, came: 0 }; // the newest event that says when it was published

// Untrusted text can change the direction of the text around it, unless it is isolated.
function peersText(parent, text) {
  const bdi = parent.appendChild(document.createElement("bdi"));
  bdi.textContent = text;
  return bdi;
}

for (const name of NAMES) {
  const row = $("counts").insertRow();
  Object.assign(row.appendChild(document.createElement("th")), { scope: "row", textContent: name });
  Object.assign(row.insertCell(), { id: `count-${name}`, textContent: "0" });
  peersText(row.insertCell(), "").id = `last-${name}`;
}

function onEvent(event) {
  const { type, data } = event;
  counts[type] += 1;
  $(`count-${type}`).textContent = counts[type];
  const { message, customData, number } = parsed(data) ?? {};
  const texts = [message, customData, Number.isInteger(number) ? `number ${number}` : data];
  $(`last-${type}`).textContent = texts.find((text) => typeof text === "string");
  if (type === "reset") onReset(event);
  else watch(event);
  lastEventId = event.lastEventId;
  $("last-event-id").textContent = $("last-event-id").title = lastEventId || "none";
  if (type === "metric") onMetric(data);
  if (type === "notice") showNotice(data);
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

// ---- Missed events, and events that came twice

// Ids are opaque: they can show that an event came twice, but not that one is missing. For that, each source of the server
// numbers its events.
const seenIds = new Set();
const lastNumbers = new Map();
let missed = 0;
let twice = 0;

function watch({ type, data, lastEventId: id }) {
  if (seenIds.has(id)) {
    twice += 1;
  } else {
    seenIds.add(id);
    if (seenIds.size > REMEMBERED_IDS) seenIds.delete(seenIds.values().next().value);
    const { number, time } = (type !== "notice" && parsed(data)) || {};
    if (Number.isInteger(number)) {
      const last = lastNumbers.get(type);
      if (last !== undefined && number > last + 1) missed += number - last - 1;
      lastNumbers.set(type, number);
    }
    if (Number.isFinite(time)) latest = { time, came: Date.now() };
  }
  for (const [id, number] of Object.entries({ missed, twice })) {
    $(id).textContent = number;
    $(id).className = number > 0 ? "some" : "none";
  }
}

function onReset({ data }) {
  // The server has said that these are missing.
  lastNumbers.clear();
  hint(`What you missed is lost: ${parsed(data)?.text ?? data}.`, true);
}

// ---- Charts: the last minute by the server's clock, and where there was no connection

const samples = [];
const outages = [];
let skew = 0; // how far this clock is ahead of the server's: the shortest delay of a metric in this minute

const now = () => Date.now() - skew;

function onMetric(data) {
  const { cpu, memory_used: used, memory_total: total, time } = parsed(data) ?? {};
  if (![cpu, used, total, time].every(Number.isFinite) || total <= 0) return;
  samples.push({ time, took: Date.now() - time, cpu: Math.max(0, Math.min(100, cpu)), memory: used / 2 ** 30, total: total / 2 ** 30 });
  while (samples[0].time < time - MINUTE - HOLE) samples.shift();
  skew = Math.min(...samples.map(({ took }) => took));
}

function element(parent, name, attributes, text = "") {
  const node = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

// The round numbers of a grid's three lines, so that the data fills the chart.
function grid(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  for (let step = 0.05; ; step *= 2) {
    const first = Math.floor(least / Math.max(0.05, step / 2)) * Math.max(0.05, step / 2);
    if (first + 2 * step >= most) return [first, first + step, first + 2 * step];
  }
}

function drawChart(svg, name, lines, label) {
  const [left, top, right, bottom] = [62, 8, svg.clientWidth - 1, svg.clientHeight - 24];
  const [low, , high] = lines;
  const x = (time) => Math.min(right, Math.max(left, right - ((now() - time) / MINUTE) * (right - left))).toFixed(1);
  const y = (value) => (bottom - ((value - low) / (high - low)) * (bottom - top)).toFixed(1);
  svg.replaceChildren();
  const pattern = { id: `${name}-hatch`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  element(element(svg, "pattern", pattern), "path", { d: "M0 0V6" });
  for (const line of lines) {
    element(svg, "path", { class: "grid", d: `M${left} ${y(line)}H${right}` });
    element(svg, "text", { x: left - 8, y: +y(line) + 4, "text-anchor": "end" }, label(line));
  }
  element(svg, "text", { x: left, y: bottom + 18 }, "a minute ago");
  element(svg, "text", { x: right, y: bottom + 18, "text-anchor": "end" }, "now");
  for (const { from, to } of outages) {
    const next = samples.find(({ time }) => time >= to)?.time ?? Infinity;
    const box = { x: x(from), y: top, width: x(Math.min(next, to + HOLE)) - x(from), height: bottom - top };
    element(svg, "rect", { class: "gone", fill: `url(#${pattern.id})`, ...box });
  }
  // From point to point, unless there is a hole. Points measured while the connection was gone arrived late.
  const recent = samples.filter(({ time }) => time > now() - MINUTE);
  const ways = recent.slice(1).map((to, index) => [recent[index], to]).filter(([from, to]) => to.time - from.time <= HOLE);
  const late = ways.filter(([from, to]) => from.late || to.late);
  const inTime = ways.filter((way) => !late.includes(way));
  const at = (point) => `${x(point.time)} ${y(point[name])}`;
  const path = (style, ways, d) => element(svg, "path", { class: style, d: ways.map(d).join("") });
  const line = ([from, to]) => `M${at(from)}L${at(to)}`;
  if (name === "cpu") path("area", inTime, (way) => `${line(way)}V${bottom}H${x(way[0].time)}Z`);
  path("line", inTime, line);
  path("late", late, line);
}

function draw() {
  const age = now() - (samples.at(-1)?.time ?? -Infinity);
  const stale = document.body.dataset.state !== "open" || age > HOLE;
  document.body.classList.toggle("stale", stale);
  for (const point of samples) point.late = outages.some(({ from, to }) => from < point.time && point.time < to);
  while (outages[0]?.to < now() - MINUTE) outages.shift();
  const memory = grid(samples.length ? samples.map((point) => point.memory) : [0]);
  drawChart($("cpu-chart"), "cpu", [0, 50, 100], (line) => `${line} %`);
  drawChart($("memory-chart"), "memory", memory, (line) => `${line.toFixed(2)} GiB`);
  const newest = samples.at(-1);
  if (!newest) return;
  $("cpu").textContent = `${newest.cpu.toFixed(1)} %`;
  $("memory").textContent = `${newest.memory.toFixed(2)} GiB`;
  const ago = `${Math.round(age / 1000)} s ago`;
  $("cpu-note").textContent = stale ? ago : "of all cores";
  $("memory-note").textContent = stale ? ago : `of ${newest.total.toFixed(1)} GiB`;
}

// ---- Notices

function showNotice(data) {
  const item = document.createElement("li");
  const time = item.appendChild(document.createElement("time"));
  // A notice does not say when it was published: after the event that came with it and says so, or now.
  const when = new Date(Date.now() - latest.came < HOLE ? latest.time : now());
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleTimeString();
  peersText(item, data);
  $("notices").prepend(item);
  while ($("notices").children.length > NOTICES) $("notices").lastChild.remove();
}

$("publish-form").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const text = $("notice-text");
  const result = $("publish-result");
  $("publish").disabled = true;
  try {
    const { status, body } = await post("publish", { event: "notice", data: text.value }, $("token").value);
    $("token-row").hidden &&= status !== 401;
    result.textContent = status === 200 ? `Published with the id ${body.id}.` : (body.error ?? `The server answered ${status}.`);
    if (status === 200) text.value = "";
  } catch {
    result.textContent = "The server does not answer.";
  }
  $("publish").disabled = false;
});

// ---- The wire: a second request, opened, cut and resumed together with the EventSource, shows what that hides

let wire = null;
let wireId = "";

async function readWire() {
  wire?.abort();
  const own = (wire = new AbortController());
  const headers = wireId ? { "last-event-id": wireId } : {};
  wireNote("> GET /events", ...Object.entries(headers).map(([name, value]) => `> ${name}: ${value}`));
  try {
    const response = await fetch(`events?client=${key}`, { headers, signal: own.signal, cache: "no-store" });
    wireNote(`< ${response.status} ${response.statusText}`, `< content-type: ${response.headers.get("content-type")}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n"); // this server sends no other line ends
      rest = lines.pop();
      lines.forEach(wireLine);
    }
    wireNote("* the response has ended");
  } catch (error) {
    wireNote(own.signal.aborted ? "* closed by this page" : `* the connection is gone: ${error.message}`);
  }
  setTimeout(() => own === wire && source.readyState === EventSource.OPEN && !document.hidden && readWire(), 5_000);
}

function wireNote(...lines) {
  for (const text of [...lines, ""]) newLine("said").textContent = `${text}\n`;
}

function newLine(style) {
  const line = $("stream").appendChild(document.createElement("div"));
  line.className = style;
  while ($("stream").children.length > WIRE_LINES) $("stream").firstChild.remove();
  return line;
}

function wireLine(text) {
  const [, name, value] = /^([^:]*:? ?)(.*)$/s.exec(text);
  if (name.startsWith("id:")) wireId = value;
  const line = newLine(name.startsWith(":") ? "comment" : name.replace(/\W/g, ""));
  line.appendChild(document.createElement("span")).textContent = name;
  const shown = peersText(line, "");
  // A line may break after a comma, but not within a number.
  for (const part of value.slice(0, WIRE_LINE).split(/(?<=,)/)) shown.append(part, document.createElement("wbr"));
  if (value.length > WIRE_LINE) shown.append(` … ${value.length - WIRE_LINE} more`);
  line.append("\n");
}

// A browser opens six connections to a host, so a hidden page uses only one.
document.addEventListener("visibilitychange", () => {
  wire?.abort();
  wireId = "";
  if (!document.hidden && source.readyState === EventSource.OPEN) readWire();
});

// ---- Start

$("toggle").addEventListener("click", () => (wanted ? disconnect() : connect()));
addEventListener("resize", draw);
$("curl").textContent = `curl -N ${new URL("events", document.baseURI)}`;
setInterval(draw, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1_000 : 200);
connect();
