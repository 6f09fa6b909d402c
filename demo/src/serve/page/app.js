// The page over the browser's own EventSource. All text that comes from the server is shown by textContent.
"use strict";

const NAMES = ["message", "metric", "notice", "customEvent", "reset"];
const SAMPLES = 60; // one a second
const NOTICES = 50;
const BLOCKS = 40;
const REMEMBERED_IDS = 20_000;

const $ = (id) => document.getElementById(id);

// By this the server knows which connection to cut.
const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let source = null;
let wanted = false; // the user wants to be connected
let retryTimer = 0;
let failures = 0;
let opened = 0;
let lastEventId = "";
const counts = Object.fromEntries(NAMES.map((name) => [name, 0]));

// ---- Connection

function connect() {
  wanted = true;
  clearTimeout(retryTimer);
  const url = new URL("events", document.baseURI);
  url.searchParams.set("client", key);
  // A new EventSource knows nothing of the one before. When the browser reconnects it sends the header, which wins.
  if (lastEventId) url.searchParams.set("last-event-id", lastEventId);
  source = new EventSource(url);
  source.addEventListener("open", onOpen);
  source.addEventListener("error", onError);
  for (const name of NAMES) source.addEventListener(name, onEvent);
  showState();
}

function disconnect() {
  wanted = false;
  clearTimeout(retryTimer);
  source?.close();
  hint("");
  showState();
}

// An event of the stream can be called "open" or "error" too; that is a MessageEvent.
function onOpen(event) {
  if (event instanceof MessageEvent) return;
  opened += 1;
  failures = 0;
  $("reconnections").textContent = opened - 1;
  hint("");
  showState();
}

function onError(event) {
  if (event instanceof MessageEvent) return;
  if (source.readyState === EventSource.CLOSED && wanted) {
    // The browser gives up when the answer is no event stream, such as 503 of a server that is full. We do not.
    const seconds = Math.min(30, 2 ** failures++) * (1 + Math.random());
    hint(`The server refused the connection. Next try in ${Math.round(seconds)} s.`);
    retryTimer = setTimeout(connect, seconds * 1000);
  } else if (wanted) {
    hint("The connection is gone. The browser opens another one, and asks for what came after the last event.");
  }
  showState();
}

function showState() {
  const state = ["connecting", "open", "closed"][source?.readyState ?? EventSource.CLOSED];
  document.body.dataset.state = state;
  $("state").textContent = state;
  $("connect").disabled = wanted;
  $("disconnect").disabled = !wanted;
  $("cut").disabled = state !== "open";
}

function hint(text) {
  $("connection-hint").textContent = text;
}

async function post(path, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

async function cut() {
  // Over HTTP/2 the answer may go down with the connection.
  const answer = await post("cut", { client: key }).catch(() => ({ status: 200 }));
  if (answer.status !== 200) hint(answer.body.error ?? `The server answered ${answer.status}.`);
}

// ---- Events

function onEvent(event) {
  const { type, data } = event;
  counts[type] += 1;
  $(`count-${type}`).textContent = counts[type];
  $(`last-${type}`).textContent = summary(data);
  if (type === "reset") onReset(event);
  else watch(event);
  lastEventId = event.lastEventId;
  $("last-event-id").textContent = lastEventId || "none";
  showBlock(event);
  if (type === "metric") showMetric(data);
  if (type === "notice") showNotice(event);
}

function summary(data) {
  const value = parsed(data);
  const text = value?.message ?? value?.customData ?? value?.reason;
  return typeof text === "string" ? text : value?.number ? `number ${value.number}` : data;
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

// ---- Gaps and doubles

// Ids are opaque: they can show that an event came twice, but not that one is missing. For that, each source of the server
// numbers its events.
const seenIds = new Set();
const lastNumbers = new Map();
let gaps = 0;
let doubles = 0;

function watch({ type, data, lastEventId: id }) {
  if (seenIds.has(id)) {
    doubles += 1;
  } else {
    seenIds.add(id);
    if (seenIds.size > REMEMBERED_IDS) seenIds.delete(seenIds.values().next().value);
    const number = parsed(data)?.number;
    if (type !== "notice" && Number.isInteger(number)) {
      const last = lastNumbers.get(type);
      if (last !== undefined && number > last + 1) gaps += number - last - 1;
      lastNumbers.set(type, number);
    }
  }
  show("gaps", gaps);
  show("doubles", doubles);
}

function show(id, number) {
  $(id).textContent = number;
  $(id).className = number > 0 ? "some" : "none";
}

function onReset({ data }) {
  // What is missing now is missing admittedly.
  lastNumbers.clear();
  const { reason, text } = parsed(data) ?? {};
  $("reset-text").textContent = `Some events are lost (${reason ?? "unknown"}): ${text ?? data}. The stream goes on from here.`;
  $("reset-notice").hidden = false;
}

// ---- Charts

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 100;

function element(parent, name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return parent.appendChild(node);
}

// Percent over the last minute, the newest at the right.
class Chart {
  constructor(svg) {
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    for (const y of [0, 50, 100]) element(svg, "line", { class: "grid", x1: 0, x2: WIDTH, y1: y, y2: y });
    this.title = element(svg, "title", {});
    this.area = element(svg, "path", { class: "area" });
    this.line = element(svg, "path", { class: "line" });
    this.values = [];
  }

  add(percent) {
    this.values.push(Math.max(0, Math.min(100, percent)));
    if (this.values.length > SAMPLES) this.values.shift();
    const step = WIDTH / (SAMPLES - 1);
    const start = WIDTH - (this.values.length - 1) * step;
    const points = this.values.map((value, index) => `${(start + index * step).toFixed(1)},${(HEIGHT - value).toFixed(1)}`);
    this.line.setAttribute("d", `M${points.join("L")}`);
    this.area.setAttribute("d", `M${start.toFixed(1)},${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z`);
    this.title.textContent = `${percent.toFixed(1)} % now, the last ${this.values.length} seconds`;
  }
}

const charts = { cpu: new Chart($("cpu-chart")), memory: new Chart($("memory-chart")) };

function showMetric(data) {
  const metric = parsed(data);
  if (![metric?.cpu, metric?.memory_used, metric?.memory_total].every(Number.isFinite) || metric.memory_total <= 0) return;
  const gib = (bytes) => (bytes / 2 ** 30).toFixed(1);
  charts.cpu.add(metric.cpu);
  charts.memory.add((metric.memory_used / metric.memory_total) * 100);
  $("cpu").textContent = `${metric.cpu.toFixed(1)} %`;
  $("memory").textContent = `${gib(metric.memory_used)} GiB`;
  $("memory-note").textContent = ` of ${gib(metric.memory_total)} GiB`;
}

// ---- Notices

function showNotice({ data }) {
  const item = document.createElement("li");
  const time = item.appendChild(document.createElement("time"));
  const now = new Date();
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString();
  item.appendChild(document.createElement("span")).textContent = data;
  $("notices").prepend(item);
  while ($("notices").children.length > NOTICES) $("notices").lastChild.remove();
  $("notices-empty").hidden = true;
}

async function publish(submitted) {
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
}

// ---- The wire

function showBlock({ type, data, lastEventId: id }) {
  const block = document.createElement("div");
  const line = (name, value, style) => {
    const row = block.appendChild(document.createElement("div"));
    const field = row.appendChild(document.createElement("span"));
    field.className = "field-name";
    field.textContent = `${name}: `;
    const text = row.appendChild(document.createElement("span"));
    text.className = style;
    text.textContent = value;
  };
  if (type !== "message") line("event", type, "event-name");
  line("id", id, "");
  for (const part of data.split("\n")) line("data", part, "");
  block.append("\n");
  const stream = $("stream");
  stream.prepend(block);
  while (stream.children.length > BLOCKS) stream.lastChild.remove();
}

// ---- Start

$("connect").addEventListener("click", connect);
$("disconnect").addEventListener("click", disconnect);
$("cut").addEventListener("click", cut);
$("publish-form").addEventListener("submit", publish);
$("reset-dismiss").addEventListener("click", () => ($("reset-notice").hidden = true));
$("curl").textContent = `curl -N ${new URL("events", document.baseURI)}`;
connect();
