// Cards of clinicians or clinics with their times.

import { demo, count, locale, say } from "./page.js";
import { el } from "./dom.js";
import { dateOf, dayLabel, fullText, timeText, visitorsText } from "./when.js";

// milesText is a distance; empty where nobody knows it.
const milesText = (miles) => (miles === undefined ? "" : say("miles", { n: miles.toLocaleString(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) }));

const addressOf = (place) => place?.address ? `${place.address.line1}, ${place.address.city}, ${place.address.state} ${place.address.postalCode}` : "";

const joined = (...texts) => texts.filter(Boolean).join(" · ");

// keyOf names an entry: by clinician, or by clinic.
export const keyOf = (entry) => entry.npi ?? entry.departmentIdentifier;

// howText says that nobody has to come; empty where somebody has to, or where no source says.
const howText = ({ modality }) => (modality === "VIDEO" ? say("video") : modality === "PHONE" ? say("phone") : "");

// timeButton is one time. Its handle is part of it, so that one with a new handle takes the place of the old one (settle). It leads to the health system's own booking pages; where those are unknown, to nothing but a
// telephone. In the demonstration choose takes it further.
export function timeButton(slot, where, choose, kind = howText(slot)) {
  const yours = visitorsText(slot);
  const attributes = {
    class: "time", "data-id": slot.id, "data-handle": slot.booking.slotId, "aria-label": joined(fullText(slot), yours, kind, where),
    click: (event) => {
      if (!demo && slot.booking.url) return; // the link leads on
      event.preventDefault();
      if (event.currentTarget.matches(".gone")) return;
      choose(slot, event.currentTarget);
    },
  };
  const text = [el("time", { datetime: slot.slotDateTime }, timeText(slot)), [yours, kind].map((line) => line && el("small", {}, line))];
  return slot.booking.url ? el("a", { ...attributes, href: slot.booking.url }, text) : el("button", { ...attributes, type: "button" }, text);
}

// distinct leaves one slot of those of one kind that begin at once at one place: which of several people gives the shot
// matters to nobody who chooses a time.
export function distinct(slots) {
  const seen = new Set();
  return slots.filter(({ departmentIdentifier, visitTypeId, slotDateTime }) => seen.size < seen.add(`${departmentIdentifier} ${visitTypeId} ${slotDateTime}`).size);
}

// byDay groups slots by the calendar day in their clinic's zone.
export function byDay(slots) {
  const days = new Map();
  for (const slot of slots) {
    const date = dateOf(slot.slotDateTime, slot.timezone);
    if (!days.has(date)) days.set(date, []);
    days.get(date).push(slot);
  }
  return days;
}

// ofSeveralKinds tells whether times should say of which kind they are: one name may stand for a visit and for a video
// visit.
export const ofSeveralKinds = (slots) => new Set(slots.map((slot) => slot.visitTypeId)).size > 1;

// times is a list of times.
export function times(slots, where, choose, several = ofSeveralKinds(slots)) {
  const kind = (slot) => (several && slot.visitTypeTitle) || howText(slot);
  return el("ul", { class: "times" }, distinct(slots).map((slot) => el("li", {}, timeButton(slot, where, choose, kind(slot)))));
}

// card shows an entry. days are those to show, with their times; more makes what follows a day's times.
export function card(answer, entry, { days, choose, more = () => null, below = () => null }) {
  const slots = [...days.values()].flat();
  const place = answer.departments[entry.departmentIdentifier ?? slots[0]?.departmentIdentifier];
  const who = entry.npi && answer.providers[entry.npi];
  const zone = place?.timezone ?? slots[0]?.timezone;
  const title = (who || place)?.name ?? keyOf(entry);
  const where = who ? joined(title, place?.name) : title;
  const where2 = joined(addressOf(place), milesText(place?.distance));
  const counts = new Map(entry.days.map((day) => [day.date, day.count]));
  return el("li", { class: "card", "data-key": keyOf(entry) },
    el("h3", {}, title),
    who && el("p", { class: "line" }, joined(...(who.specialties ?? []), place?.name)),
    where2 && el("p", { class: "place" }, where2),
    [...days].map(([date, list]) => el("div", { class: "day" },
      el("h4", {}, dayLabel(date, zone), counts.has(date) && el("span", { class: "count" }, ` ${count("times", counts.get(date))}`)),
      list.length > 0 && times(list, where, choose),
      more(date, list, counts.get(date) ?? list.length, where))),
    below(entry, title, where),
    place?.phone && el("p", { class: "phone" }, el("a", { href: `tel:${place.phone}`, "aria-label": say("call", { name: title, phone: place.phone }) }, place.phone)));
}

// skeletons hold the place of cards that are on their way.
export const skeletons = () => [1, 2, 3].map(() => el("li", { class: "card skeleton", "aria-hidden": "true" }, el("h3"), el("p"), el("p")));

// goneBetween is the times of an old answer that the new one would list if they were still there: those before the last
// one that it lists for the same entry. What comes after may only have made room for an earlier one.
export function goneBetween(before, after) {
  const now = new Map(after.entries.map((entry) => [keyOf(entry), entry]));
  return before.entries.flatMap((entry) => {
    const next = now.get(keyOf(entry))?.next ?? [];
    const ids = new Set(next.map((slot) => slot.id));
    const last = next.length < entry.next.length || next.length === 0 ? Infinity : Date.parse(next.at(-1).slotDateTime);
    return entry.next.filter((slot) => !ids.has(slot.id) && Date.parse(slot.slotDateTime) <= last && Date.parse(slot.slotDateTime) > Date.now()).map((slot) => slot.id);
  });
}
