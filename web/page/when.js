// Days and times, in the clinic's zone, and in the visitor's where that is another.

import { locale, say } from "./page.js";

const kinds = {
  date: ["en-CA", { year: "numeric", month: "2-digit", day: "2-digit" }], // yyyy-MM-dd
  time: [locale, { hour: "numeric", minute: "2-digit" }],
  day: [locale, { weekday: "short", month: "short", day: "numeric" }],
  longDay: [locale, { weekday: "long", month: "long", day: "numeric" }],
};
const made = new Map();

// write formats an instant in a zone. Formats are kept: making one costs more than using it a hundred times.
function write(kind, instant, zone) {
  const key = `${kind} ${zone}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(kinds[kind][0], { ...kinds[kind][1], timeZone: zone }));
  return made.get(key).format(new Date(instant));
}

const visitorsZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// dateOf is the calendar day of an instant, yyyy-MM-dd.
export const dateOf = (instant, zone) => write("date", instant, zone);

// today is the present day in a zone.
export const today = (zone = visitorsZone) => dateOf(Date.now(), zone);

const noon = (date) => `${date}T12:00:00Z`;

// addDays counts in calendar days.
export function addDays(date, days) {
  const at = new Date(noon(date));
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

// dayText is a calendar day in words.
export const dayText = (date, kind = "day") => write(kind, noon(date), "UTC");

// dayLabel is today, tomorrow or a day.
export function dayLabel(date, zone, kind = "day") {
  if (date === today(zone)) return say("today");
  if (date === addDays(today(zone), 1)) return say("tomorrow");
  return dayText(date, kind);
}

// timeText is the time on the clinic's clock.
export const timeText = (slot) => write("time", slot.slotDateTime, slot.timezone);

// visitorsText is the time on the visitor's own clock; empty where it is the same.
export function visitorsText(slot) {
  const time = write("time", slot.slotDateTime, visitorsZone);
  const date = dateOf(slot.slotDateTime, visitorsZone);
  const sameDay = date === dateOf(slot.slotDateTime, slot.timezone);
  if (sameDay && time === timeText(slot)) return "";
  return say("yourTime", { time: sameDay ? time : `${dayText(date)}, ${time}` });
}

// fullText says day and time.
export function fullText(slot) {
  const day = dayLabel(dateOf(slot.slotDateTime, slot.timezone), slot.timezone, "longDay");
  return say("dayAndTime", { day, time: timeText(slot) });
}
