// Questions to the service, and the ways they fail.

import { product, say, words } from "./page.js";

const patience = 12_000; // milliseconds

// Trouble is an answer that is none. Its kind is offline, busy, refused, unknown or failed.
export class Trouble extends Error {
  constructor(kind, { retryAfter = 0, fields = [] } = {}) {
    super(kind);
    Object.assign(this, { kind, retryAfter, fields }); // seconds; parameters that were refused
  }
}

const kinds = { 400: "refused", 404: "unknown", 429: "busy", 503: "busy" };

// limited is fetch with a limit of time. It fails with the caller's own abort, or with Trouble.
export async function limited(address, options = {}, milliseconds = patience) {
  const own = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    own.abort();
  }, milliseconds);
  const { signal } = options;
  const forward = () => own.abort();
  signal?.addEventListener("abort", forward);
  try {
    const response = await fetch(address, { ...options, signal: own.signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Trouble(late ? "failed" : "offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forward);
  }
}

// ask gets a JSON document. The browser's own cache knows from the answer's headers what it may keep; again asks past it.
export async function ask(path, query, { signal = null, again = false } = {}) {
  const { status, headers, text } = await limited(`${path}?${query}`, { signal, cache: again ? "no-cache" : "default" });
  if (status === 200) return JSON.parse(text);
  throw new Trouble(kinds[status] ?? "failed", { retryAfter: Number(headers.get("Retry-After")) || 0, fields: status === 400 ? refused(text) : [] });
}

// refused is the parameters that a problem document (docs/interface.md §3) names.
function refused(text) {
  try {
    return JSON.parse(text).errors.map(({ parameter }) => parameter);
  } catch {
    return [];
  }
}

// refusalText says which fields to mend: what view.refusal says.
export function refusalText(fields) {
  const names = fields.map((name) => `field.${name === "latitude" || name === "longitude" ? "place" : name}`);
  const known = [...new Set(names)].filter((name) => words[name]).map((name) => say(name));
  return known.length > 0 ? say("check", { fields: known.join(", ") }) : say("refused");
}

// sorted spells a question in one way, so that the same question has the same address in every cache.
export function sorted(values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  query.sort();
  return query.toString();
}

// round keeps a place as fine as searches need it. A finer one would say where somebody lives.
export const round = (degrees) => (Math.floor(degrees * 100 + 0.5) / 100).toFixed(2);

// nextAvailable asks for the next times of a list.
export const nextAvailable = (query, options) => ask("/v1/next-available", query, options);

// timeslots asks for times one by one.
export const timeslots = (values, options) => ask("/v1/timeslots", sorted({ ...values, product }), options);

// check asks whether a time is still there: its status, and some others where it is not, with their departments. What
// the list does not know of a time is left out.
export async function check({ npi, departmentIdentifier, visitTypeName, visitTypeId, slotDateTime, id }) {
  const named = Object.entries({ npi, departmentIdentifier, visitTypeName, visitTypeId, slotDateTime, id }).filter(([, value]) => value);
  const { status, headers, text } = await limited(`/v1/timeslots/check?${sorted({ alternatives: 3, product })}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ slots: [Object.fromEntries(named)] }),
  });
  if (status !== 200) throw new Trouble(kinds[status] ?? "failed", { retryAfter: Number(headers.get("Retry-After")) || 0 });
  const { slots: [found], departments } = JSON.parse(text);
  return { status: found.status, slots: found.alternatives ?? [], places: departments };
}
