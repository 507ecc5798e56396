// The operations page: listens to /ops/events, one state a second, and draws it. Signs and words go with every colour.
"use strict";

const words = {
  healthy: ["✓", "healthy"],
  warning: ["▲", "warning"],
  failing: ["✕", "failing"],
  idle: ["–", "no requests"],
};
const order = ["failing", "warning", "healthy", "idle"];
const remembered = 300; // readings: five minutes

const $ = (id) => document.getElementById(id);

function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

const number = (n, digits = 3) => (n === 0 ? "0" : Math.abs(n) >= 1000 ? Math.round(n).toLocaleString("en") : String(Number(n.toPrecision(digits))));
// Numbers stay with their units, and lists break at their dots.
const share = (x) => (x > 0.9 && x < 1 ? number(100 * x, 4) : number(100 * x, 2)) + "\u00a0%";
const time = (s) => (s === 0 ? "–" : s < 1 ? number(1000 * s, 2) + "\u00a0ms" : s < 120 ? number(s, 2) + "\u00a0s" : number(s / 60, 2) + "\u00a0min");
const bytes = (n) => number(n / 1048576, 3) + "\u00a0MiB";

function card(thing, rows, idleWord) {
  const [sign, word] = thing.health === "idle" && idleWord ? ["–", idleWord] : words[thing.health];
  const list = element("dl");
  for (const [name, value] of rows) list.append(element("dt", null, name), element("dd", null, value));
  const c = element("article", { class: "card " + thing.health, "data-name": thing.name, "data-health": thing.health },
    element("h3", null, element("span", { class: "name" }, thing.name), element("span", { class: "word" }, sign + " " + word)));
  if (thing.why) c.append(element("p", { class: "why" }, thing.why));
  c.append(list);
  return c;
}

function productCard(p) {
  if (p.health === "idle") return card(p, [["promised", share(p.slo.objective) + " in " + time(p.slo.latency)]]);
  const rows = [
    ["requests", number(p.requestsPerSecond) + " /s"],
    ["errors", share(p.errorRatio)],
    ["error budget left", p.errorBudgetLeft >= 0 ? share(p.errorBudgetLeft) : "none, spent " + number(1 - p.errorBudgetLeft, 2) + "\u00a0×"],
    ["p50 · p95 · p99", [p.p50, p.p95, p.p99].map(time).join(" · ")],
    ["within " + time(p.slo.latency), share(p.inTimeRatio)],
    ["age, p50 · p95", time(p.servedAgeP50) + " · " + time(p.servedAgeP95)],
    ["hit · stale · miss", ["hit", "stale", "miss"].map((w) => share(p.cache[w] || 0)).join(" · ")],
    ["booked", number(p.bookings.booked || 0)],
    ["slot taken already", number(p.bookings.slot_unavailable || 0)],
    ["outcome unknown", number(p.bookings.unknown || 0)],
  ];
  if (p.shedPerSecond > 0) rows.splice(2, 0, ["refused, load", number(p.shedPerSecond) + " /s"]);
  return card(p, rows);
}

// filled is how full a tier of the cache is.
const filled = (c) => (c ? number(c.bytes / 1048576, 3) + " of " + bytes(c.maxBytes) : "–");

function sourceCard(s, breakers, memory) {
  const own = breakers.filter((b) => b.source === s.name && b.state !== "closed");
  const rows = [
    ["calls", number(s.callsPerSecond) + " /s"],
    ["failing", share(s.errorRatio)],
    ["p95", time(s.p95)],
    ["under way", number(s.inFlight)],
    ["calls not made", number(s.refusedPerSecond) + " /s"],
    ["breakers", own.length ? own.map((b) => b.operation + " " + b.state).join(", ") : "closed"],
  ];
  if (!["directory", "booking"].includes(s.name)) rows.splice(4, 0, ["slots in memory", number(s.slots)], ["memory, all sources", filled(memory)]);
  return card(s, rows, "no calls");
}

function facts(s) {
  const cache = Object.fromEntries(s.cache.map((c) => [c.tier, c]));
  const tier = (c) => (c ? filled(c) + ", " + number(c.entries) + " entries, " + share(c.hitRatio) + " hits" : "–");
  const redis = !s.redis.configured ? ["", "none configured"] : s.redis.up
    ? ["", "✓ up, " + number(s.redis.operationsPerSecond) + " /s, p99 " + time(s.redis.p99)] : ["failing", "✕ " + ((s.redis.servers || []).filter((r) => r.kind).map((r) => r.server + " " + r.kind + (r.missing ? " (" + r.missing + ")" : "") + ": " + r.reason).join("; ") || "out of reach")];
  const skew = s.redis.clockSkewSeconds || 0;
  return [
    ["Redis", ...redis],
    ...(s.redis.configured ? [["Clock beside Redis'", Math.abs(skew) > 1 ? "failing" : "", Math.abs(skew) > 1 ? "✕ " + number(skew) + " s" : "✓ agrees"]] : []),
    ["Answers in memory", "", tier(cache.response)],
    ["Fragments in memory", "", tier(cache.memory)],
    ["Area circles in use", crowded(s.circles) ? "warning" : "", circlesInUse(s.circles)],
    ["Slots taken", "", number(s.tombstones.count) + " hidden, " + number(s.tombstones.bookedPerMinute) + " booked a minute"],
    ["Bookings with unknown outcome", s.tombstones.unknownOutcomes > 0 ? "warning" : "", number(s.tombstones.unknownOutcomes)],
    ["Requests in flight", "", number(s.requestsInFlight)],
  ].map(([name, state, value]) => element("div", { class: state }, element("dt", null, name), element("dd", null, value)));
}

// crowded circles are soon more than are remembered.
const crowded = (c) => c.inUse >= 0.9 * c.max;

// circlesInUse says how many circles there are, of how many, and for which visit types.
function circlesInUse(c) {
  const by = c.visitTypes.map((v) => v.visitType + "\u00a0" + number(v.circles));
  if (c.others > 0) by.push("others\u00a0" + number(c.others));
  return (crowded(c) ? "▲ " : "") + number(c.inUse) + " of " + number(c.max) + (by.length ? ": " + by.join(", ") : "");
}

// circleRow is one of the circles that weigh most.
function circleRow(c) {
  const row = element("tr");
  for (const text of [c.visitType, c.radius + "\u00a0mi around " + c.latitude + ",\u00a0" + c.longitude, number(c.parts), c.slotsPerDay ? number(c.slotsPerDay) : "–"]) row.append(element("td", null, text));
  return row;
}

function warmCard(w) {
  const waits = w.from && Date.parse(w.from) > Date.now();
  const over = w.until && Date.parse(w.until) < Date.now();
  const health = w.error ? "failing" : waits || over || !w.rounds ? "idle" : w.complete ? "healthy" : "warning";
  return card({ name: w.product, health, why: w.error || (health === "warning" ? "a source did not answer" : "") }, [
    ["query", w.query],
    ["every", time(w.every)],
    ["rounds", number(w.rounds) + (w.last ? ", last at " + new Date(w.last).toLocaleTimeString() : "")],
  ], waits ? "from " + new Date(w.from).toLocaleString() : over ? "over" : "begins soon");
}

const history = { at: [], products: {}, sources: {} };

function remember(s) {
  history.at.push(Date.parse(s.at) / 1000);
  const keep = (all, name, value) => {
    const list = (all[name] = all[name] || new Array(history.at.length - 1).fill(null));
    list.push(value);
  };
  for (const p of s.products) {
    keep(history.products, p.name, { rate: p.requestsPerSecond, p99: p.requestsPerSecond > 0 ? 1000 * p.p99 : null });
  }
  for (const x of s.sources) keep(history.sources, x.name, { rate: x.callsPerSecond });
  if (history.at.length <= remembered) return;
  history.at.shift();
  for (const all of [history.products, history.sources]) for (const list of Object.values(all)) list.shift();
}

// Lines differ by colour and by dash.
const strokes = [["#2a78d6", []], ["#c2571a", [6, 3]], ["#1a8f5f", [2, 3]], ["#9a4fc0", [10, 4]], ["#b8860b", [1, 4]], ["#777f88", [4, 4]]];
const plots = {};

function plot(id, all, value) {
  const names = Object.keys(all);
  const data = [history.at, ...names.map((n) => all[n].map((v) => (v ? value(v) : null)))];
  const box = $(id);
  const width = Math.max(240, box.parentElement.clientWidth - 20);
  const known = plots[id];
  if (known && known.names.join() === names.join()) {
    if (known.u.width !== width) known.u.setSize({ width, height: 170 });
    known.u.setData(data);
    return;
  }
  if (known) known.u.destroy();
  const axis = { stroke: "#76818d" /* readable on light and dark */, grid: { stroke: "rgba(128,128,128,.2)" }, ticks: { show: false }, font: "11px system-ui" };
  const u = new uPlot({
    width, height: 170, cursor: { show: false }, legend: { live: false },
    scales: { x: { range: (_, lo, hi) => [hi - Math.max(60, hi - lo), hi] }, y: { range: (_, lo, hi) => [0, hi > 0 ? hi * 1.1 : 1] } },
    axes: [{ ...axis, space: 70, values: (_, at) => at.map((t) => new Date(1000 * t).toLocaleTimeString([], { hour12: false })) }, { ...axis, size: 44 }],
    series: [{}, ...names.map((n, i) => ({ label: n, stroke: strokes[i % strokes.length][0], dash: strokes[i % strokes.length][1], width: 2, points: { show: false } }))],
  }, data, box);
  plots[id] = { u, names };
}

function verdict(s) {
  const worst = order.find((h) => s.products.some((p) => p.health === h)) || "idle";
  const bad = s.products.filter((p) => p.health === worst).map((p) => p.name);
  const text = worst === "healthy" ? "every promise is kept" : worst === "idle" ? "no requests" : bad.join(", ") + (worst === "failing" ? (bad.length > 1 ? " fail" : " fails") : (bad.length > 1 ? " are" : " is") + " close to failing");
  const v = $("verdict");
  const next = words[worst][0] + " " + text;
  if (v.textContent !== next) v.textContent = next; // announced when it changes only
  v.className = "verdict " + worst;
  document.title = words[worst][0] + " timeslots: operations";
}

// cells is a row of a table.
function cells(...texts) {
  const row = document.createElement("tr");
  for (const text of texts) row.append(Object.assign(document.createElement("td"), { textContent: text }));
  return row;
}

// oddRow is one kind of oddity in upstream's answers: a sample of its shape, never of its content.
function oddRow(o) {
  return cells(o.source, o.operation, o.reason, number(o.count), o.sample, new Date(o.last).toLocaleTimeString());
}

function draw(s) {
  remember(s);
  verdict(s);
  const worstFirst = (a, b) => order.indexOf(a.health) - order.indexOf(b.health);
  $("products").replaceChildren(...s.products.toSorted(worstFirst).map(productCard));
  $("sources").replaceChildren(...s.sources.toSorted(worstFirst).map((x) => sourceCard(x, s.breakers, s.cache.find((c) => c.tier === "memory"))));
  $("warm").hidden = !s.warm?.length;
  $("warm-list").replaceChildren(...(s.warm || []).map(warmCard));
  $("circles").hidden = !s.circles.largest.length;
  $("circles-list").replaceChildren(...s.circles.largest.map(circleRow));
  $("unknown").hidden = !s.unknownProducts?.length;
  $("unknown-list").replaceChildren(...(s.unknownProducts || []).map((p) => cells(p.name, number(p.requests))));
  $("odd").hidden = !s.oddities?.length;
  $("odd-list").replaceChildren(...(s.oddities || []).map(oddRow));
  $("facts").replaceChildren(...facts(s));
  $("replica").textContent = s.replica;
  $("uptime").textContent = "up " + (s.uptimeSeconds < 120 ? number(Math.round(s.uptimeSeconds)) + " s" : s.uptimeSeconds < 7200 ? number(Math.round(s.uptimeSeconds / 60)) + " min" : number(s.uptimeSeconds / 3600, 3) + " h");
  $("build").textContent = "version " + (s.build.version || "unknown") + " · " + s.build.go + " · configuration " + s.configuration.hash + ", loaded " + new Date(s.configuration.loadedAt).toLocaleString() + " · figures of the last " + Math.round(s.windowSeconds) + " s";
  redraw();
  document.body.dataset.readings = String(history.at.length);
}

function redraw() {
  plot("plot-rate", history.products, (v) => v.rate);
  plot("plot-latency", history.products, (v) => v.p99);
  plot("plot-calls", history.sources, (v) => v.rate);
}
addEventListener("resize", redraw);

let last = Date.now();
const events = new EventSource("ops/events");
events.onmessage = (e) => {
  last = Date.now();
  draw(JSON.parse(e.data));
};

// A page that stands still looks healthy: say that it does.
setInterval(() => {
  const silent = Math.round((Date.now() - last) / 1000);
  const link = $("link");
  link.hidden = silent < 4;
  if (!link.hidden) link.textContent = "✕ No news from this replica for " + silent + " s. What is shown is old; trying again.";
}, 1000);
