// The form, the address bar and the back button: what is asked for stands in the address, in the service's own names.

import { lang, say } from "./page.js";
import { announce, byId } from "./dom.js";
import { round } from "./api.js";

const form = byId("search");

// values is what the address asks for: of each parameter the first, and none that is empty.
export function values() {
  const first = Object.fromEntries([...new URLSearchParams(location.search)].reverse());
  return Object.fromEntries(Object.entries(first).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
}

// place is where the address asks for times; null where it names no place.
export function place() {
  const { postalCode, latitude, longitude } = values();
  if (postalCode) return { postalCode };
  return latitude && longitude ? { latitude: round(latitude), longitude: round(longitude) } : null;
}

// go puts changes into the address; one that is empty leaves it.
export function go(changes, how = "pushState") {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  query.sort();
  history[how](null, "", query.size > 0 ? `?${query}` : location.pathname);
  translate();
}

// translate keeps the way to the other language at the same place.
function translate() {
  const link = byId("language");
  const query = new URLSearchParams(location.search);
  if (link.lang === "en") query.delete("lang");
  else query.set("lang", link.lang);
  link.href = query.size > 0 ? `?${query}` : location.pathname;
}

function fill() {
  const given = values();
  for (const field of form.elements) if (field.name && field.name !== "lang") field.value = given[field.name] ?? (field.name === "radius" ? "25" : "");
}

const placed = () => form.elements.postalCode.value.trim() !== "" || form.elements.latitude.value !== "";

function submit(show) {
  const postalCode = form.elements.postalCode;
  postalCode.setCustomValidity(placed() ? "" : say("form.place.missing"));
  if (!form.reportValidity()) return;
  const asked = Object.fromEntries(new FormData(form));
  if (asked.radius === "25") asked.radius = "";
  if (asked.postalCode) asked.latitude = asked.longitude = "";
  for (const name of ["specialty", "name", "postalCode"]) asked[name] &&= asked[name].trim();
  go({ ...asked, clinician: "", week: "", lang: lang === "en" ? "" : lang });
  show({ again: true });
}

// near asks the browser where it is, because somebody wants to.
function near(show) {
  const button = byId("near");
  button.disabled = true;
  announce(say("form.locating"));
  const ready = () => { button.disabled = false; };
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    ready();
    announce("");
    form.elements.latitude.value = round(coords.latitude);
    form.elements.longitude.value = round(coords.longitude);
    form.elements.postalCode.value = "";
    submit(show);
  }, () => {
    ready();
    announce(say("form.lost"));
    form.elements.postalCode.focus();
  }, { maximumAge: 600_000, timeout: 10_000 });
}

// listen calls show whenever the address asks for something else.
export function listen(show) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(show);
  });
  form.elements.postalCode.addEventListener("input", (event) => {
    event.target.setCustomValidity("");
    form.elements.latitude.value = form.elements.longitude.value = "";
  });
  addEventListener("popstate", () => {
    fill();
    translate();
    show();
  });
  if (navigator.geolocation && isSecureContext) {
    byId("near").hidden = false;
    byId("near").addEventListener("click", () => near(show));
  }
}
