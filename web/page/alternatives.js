// Other times near one that is gone.

import { timeslots } from "./api.js";
import { distinct, nextOf } from "./list.js";
import { addDays, dateOf } from "./when.js";

const wanted = 6;

const distance = (slot, other) => Math.abs(Date.parse(slot.slotDateTime) - Date.parse(other.slotDateTime));

const byTime = (a, b) => Date.parse(a.slotDateTime) - Date.parse(b.slotDateTime);

// arranged is what of some times can still be offered in place of one, by time.
export const arranged = (slots, slot, gone) => distinct(slots)
  .filter((other) => other.id !== slot.id && !gone.has(other.id) && Date.parse(other.slotDateTime) > Date.now()).sort(byTime);

// around asks for the times of the same clinician, or where a clinic was asked for of the same clinic, from the day
// before to a week later.
function around(slot) {
  const day = dateOf(slot);
  const { visitTypeName } = slot;
  const who = slot.booking.flow === "retail" && slot.departmentUrlName ? { departmentUrlName: slot.departmentUrlName } : { npi: slot.npi };
  return timeslots({ ...who, visitTypeName, startDate: addDays(day, -1), endDate: addDays(day, 7), limit: 500 }, { again: true });
}

// alternatives gives the nearest times to one that is gone: of the same clinician or clinic, and of others in an answer
// that is at hand. places are the departments of all of them.
export async function alternatives(slot, answer, gone) {
  const known = (answer.entries ?? []).flatMap(nextOf);
  let places = answer.departments;
  let same = [];
  try {
    const found = await around(slot);
    same = found.timeslots;
    places = { ...places, ...found.departments };
  } catch {
    // those at hand must do
  }
  const nearest = (slots, n) => arranged(slots, slot, gone)
    .sort((a, b) => distance(slot, a) - distance(slot, b)).slice(0, n);
  const others = nearest(known.filter((other) => other.departmentIdentifier !== slot.departmentIdentifier), wanted / 3);
  const list = nearest(same.length > 0 ? same : known, wanted - others.length);
  const byId = new Map([...list, ...others].map((other) => [other.id, other]));
  return { slots: [...byId.values()].sort(byTime), places };
}

// completed finds the booking handle of a slot that a list had without one: the clinician's own times have it. It gives
// null when the time is gone.
export async function completed(slot) {
  if (slot.booking.flow === "retail" || slot.booking.flow === "provider") return slot;
  const day = dateOf(slot);
  const { npi, visitTypeName } = slot;
  const found = await timeslots({ npi, visitTypeName, startDate: addDays(day, -1), endDate: addDays(day, 1), limit: 500 }, { again: true });
  return found.timeslots.find((other) => other.id === slot.id) ?? null;
}

