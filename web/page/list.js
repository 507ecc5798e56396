// Cards of clinicians or clinics with their times. view.cardOf makes the same.

import { count, demo, say } from "./page.js";
import { el } from "./dom.js";
import { dateOf, dayLabel, dayText, fullText, timeText, todayAt, visitorsText } from "./when.js";

// milesText is a distance; empty where nobody knows it.
const milesText = (miles) => (miles === undefined ? "" : say("miles", { n: (Math.round(miles * 10) / 10).toFixed(1) }));

const together = (texts, by) => texts.filter(Boolean).join(by);

export const joined = (...texts) => together(texts, " · ");

function addressOf({ address }) {
  if (!address) return "";
  const { line1, line2, city, state, postalCode } = address;
  return together([line1, line2, city, together([state, postalCode], " ")], ", ");
}

// keyOf names an entry: by clinician, or by clinic.
export const keyOf = (entry) => entry?.npi ?? entry?.departmentIdentifier ?? "";

// nextOf is an entry's next times, also of an entry that is none.
export const nextOf = (entry) => (Array.isArray(entry?.next) ? entry.next : []);

// placeNames is how clinics are told apart, by their identifiers: by name, and those that share one by street as well.
export function placeNames(answer, ids) {
  const places = [...new Set(ids)].map((id) => [id, answer.departments?.[id] ?? {}]);
  const shared = (name) => places.filter(([, place]) => place.name === name).length > 1;
  return new Map(places.map(([id, { name, address }]) => [id, name && !shared(name) ? name : joined(name, address?.line1) || (places.length > 1 ? id : "")]));
}

// howText says that nobody has to come; empty where somebody has to, or where no source says.
const howText = ({ modality }) => (modality === "VIDEO" ? say("video") : modality === "PHONE" ? say("phone") : "");

// kindsOf makes what tells times apart that stand side by side: the kind of visit where there are several, else how it
// is held.
export function kindsOf(slots) {
  const title = (slot) => slot.visitTypeTitle || slot.visitTypeName || "";
  const titles = new Set(slots.map(title));
  const held = new Set(slots.map((slot) => `${title(slot)} ${howText(slot)}`));
  return (slot) => (titles.size < 2 ? howText(slot) : joined(title(slot), held.size > titles.size && howText(slot)));
}

// linkOf is a hand-off link, if it is one that a page may carry.
const linkOf = ({ booking }) => (/^https?:/i.test(booking.url ?? "") ? booking.url : "");

// timeButton is one time. Its handle is part of it, so that one with a new handle takes the place of the old one (settle). It leads to the health system's own booking pages; where those are unknown, to nothing but a
// telephone. In the demonstration choose takes it further.
export function timeButton(slot, where, choose, kind = howText(slot)) {
  const yours = visitorsText(slot);
  const url = linkOf(slot);
  const attributes = {
    class: "time", "data-id": slot.id, "data-handle": slot.booking.slotId, "aria-label": joined(fullText(slot), yours, kind, where),
    click: (event) => {
      if (!demo && url) return; // the link leads on
      event.preventDefault();
      if (event.currentTarget.matches(".gone")) return;
      choose(slot, event.currentTarget);
    },
  };
  const text = [el("time", { datetime: slot.slotDateTime }, timeText(slot)), [yours, kind].map((line) => line && el("small", {}, line))];
  return url ? el("a", { ...attributes, href: url }, text) : el("button", { ...attributes, type: "button" }, text);
}

// timeOf is what slots have in common between which nobody has to choose: which of several people is there at that time
// matters to nobody who wants a flu shot.
export const timeOf = (slot) => [slot.departmentIdentifier, slot.visitTypeId, (slot.visitTypeName ?? "").toLowerCase(), howText(slot), slot.slotDateTime].join("\n");

const bookable = (slot) => slot.booking.flow !== "none";

// distinct leaves one slot for each time, one that can be booked if there is any.
export function distinct(slots) {
  const times = new Map();
  for (const slot of slots) {
    const known = times.get(timeOf(slot));
    if (!known || !bookable(known) && bookable(slot)) times.set(timeOf(slot), slot);
  }
  return [...times.values()];
}

// grouped puts things under the key that each has, in the order in which keys come first.
export function grouped(things, key) {
  const groups = new Map();
  for (const thing of things) {
    if (!groups.has(key(thing))) groups.set(key(thing), []);
    groups.get(key(thing)).push(thing);
  }
  return groups;
}

// dayOf is what a day with slots is called: today or tomorrow, unless clinics in several zones do not agree on that.
export function dayOf(date, slots) {
  const labels = new Set(slots.map((slot) => dayLabel(date, todayAt(slot))));
  return labels.size === 1 ? [...labels][0] : dayText(date);
}

// daysOf groups slots by calendar day, each at its clinic.
export function daysOf(slots) {
  return [...grouped(slots, dateOf)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([date, list]) => ({ date, label: dayOf(date, list), slots: list }));
}

// times is a list of times at one clinic.
export function times(slots, where, choose, kind = kindsOf(slots), label = null) {
  return el("ul", { class: "times", "aria-label": label }, distinct(slots).map((slot) => el("li", {}, timeButton(slot, where, choose, kind(slot)))));
}

// timesByPlace is the times of a day. Where they are at several clinics, each says above its times which one it is.
export function timesByPlace(slots, { who, names, choose, kind }) {
  const several = names.size > 1;
  return [...grouped(slots, (slot) => slot.departmentIdentifier)].map(([id, list]) => {
    const at = names.get(id);
    return [several && el("p", { class: "at" }, at), times(list, joined(who, at), choose, kind, several && at)];
  });
}

const phoneLink = (name, phone) => el("a", { href: `tel:${phone}`, "aria-label": say("call", { name, phone }) }, phone);

const whereText = (place) => joined(addressOf(place), milesText(place.distance));

// placesOf is the head of times at several clinics: each with its address, its distance, and its telephone.
export function placesOf(answer, names) {
  return el("ul", { class: "places" }, [...names].map(([id, name]) => {
    const place = answer.departments?.[id] ?? {};
    return el("li", {}, el("strong", {}, name), " ", el("span", { class: "place" }, whereText(place)), " ", place.phone && phoneLink(name, place.phone));
  }));
}

// card shows an entry. days are those to show, with their times; more makes what follows a day's times.
export function card(answer, entry, { days, choose, more = () => null, below = () => null }) {
  const slots = days.flatMap((day) => day.slots);
  const names = placeNames(answer, [entry.departmentIdentifier, ...slots.map((slot) => slot.departmentIdentifier)].filter(Boolean));
  const [[id, name]] = names;
  const place = answer.departments?.[id] ?? {};
  const clinician = entry.npi && (answer.providers?.[entry.npi] ?? {});
  const title = clinician?.name || name || keyOf(entry);
  const head = names.size > 1 ? placesOf(answer, names) : whereText(place) && el("p", { class: "place" }, whereText(place));
  const line = clinician && joined(...(clinician.specialties ?? []), names.size === 1 && title !== name && name);
  const totals = new Map(entry.days.map((day) => [day.date, day.times ?? day.count]));
  const shown = { who: clinician?.name, names, choose, kind: kindsOf(slots) };
  return el("li", { class: "card", "data-key": keyOf(entry) },
    el("h3", {}, title),
    line && el("p", { class: "line" }, line),
    head,
    days.map(({ date, label, slots: list }) => el("div", { class: "day" },
      el("h4", {}, label, totals.has(date) && el("span", { class: "count" }, ` ${count("times", totals.get(date))}`)),
      timesByPlace(list, shown),
      more({ date, label, slots: list, total: totals.get(date) ?? list.length }, title))),
    below(entry, title),
    names.size === 1 && place.phone && el("p", { class: "phone" }, phoneLink(title, place.phone)));
}

// broken stands for a card that cannot be shown: one bad entry costs no other.
export const broken = (entry) => el("li", { class: "card broken", "data-key": keyOf(entry) }, el("p", { class: "none" }, say("lost")));

// skeletons hold the place of cards that are on their way.
export const skeletons = () => [1, 2, 3].map(() => el("li", { class: "card skeleton", "aria-hidden": "true" }, el("h3"), el("p"), el("p")));

// goneBetween is the slots of an old answer that the new one would list if they were still there: those before the last
// one that it lists for the same entry. What comes after may only have made room for an earlier one.
export function goneBetween(before, after) {
  const now = new Map(after.entries.map((entry) => [keyOf(entry), nextOf(entry)]));
  return before.entries.flatMap((entry) => {
    const next = now.get(keyOf(entry)) ?? [];
    const ids = new Set(next.map((slot) => slot.id));
    const last = next.length < nextOf(entry).length || next.length === 0 ? Infinity : Date.parse(next.at(-1).slotDateTime);
    return nextOf(entry).filter((slot) => !ids.has(slot.id) && Date.parse(slot.slotDateTime) <= last && Date.parse(slot.slotDateTime) > Date.now());
  });
}
