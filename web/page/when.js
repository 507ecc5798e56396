// Days and times as upstream wrote them: on the clinic's clock, by the offset of each slotDateTime itself. The name of a
// zone may be missing, unknown to this browser, or older than the offset; nothing that people read rests on it.

import { say } from "./page.js";

const written = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|([+-])(\d\d):(\d\d))$/;

// wall is the clock of a start: date (yyyy-MM-dd), hour, minute, and the offset in minutes east of UTC.
export function wall({ slotDateTime }) {
  const at = written.exec(slotDateTime);
  if (!at || Number.isNaN(Date.parse(slotDateTime))) throw new RangeError(`no start with an offset: ${slotDateTime}`);
  const [, date, hour, minute, sign, hours = 0, minutes = 0] = at;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  return { date, hour: Number(hour), minute: Number(minute), offset };
}

// dateOf is the calendar day of a start at its clinic.
export const dateOf = (slot) => wall(slot).date;

// dateAt is the calendar day of an instant (milliseconds) so many minutes east of UTC.
export const dateAt = (instant, offset) => new Date(instant + offset * 60_000).toISOString().slice(0, 10);

const clocks = new Map();

// clockOf is a zone's clock; null where this browser knows no such zone. Clocks are kept: making one costs more than
// using it a hundred times.
function clockOf(zone) {
  if (!clocks.has(zone)) {
    let clock = null;
    try {
      const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      if (zone) clock = new Intl.DateTimeFormat("en-US", { ...parts, timeZone: zone });
    } catch {
      // a name that is no zone here
    }
    clocks.set(zone, clock);
  }
  return clocks.get(zone);
}

// readClock is date and time on a zone's clock, as slotDateTime begins.
function readClock(clock, instant) {
  const at = Object.fromEntries(clock.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  return { date: `${at.year}-${at.month}-${at.day}`, time: `${at.hour}:${at.minute}` };
}

// todayAt is the present day at a slot's clinic. The zone tells it across a change of clocks, if it agrees with the
// offset that the slot is written with; else that offset does.
export function todayAt(slot, now = Date.now()) {
  const clock = clockOf(slot.timezone);
  if (clock) {
    const { date, time } = readClock(clock, Date.parse(slot.slotDateTime));
    if (slot.slotDateTime.startsWith(`${date}T${time}`)) return readClock(clock, now).date;
  }
  return dateAt(now, wall(slot).offset);
}

// firstToday and lastToday are the present day where it is earliest and where it is latest on earth.
export const firstToday = () => dateAt(Date.now(), -12 * 60);
export const lastToday = () => dateAt(Date.now(), 14 * 60);

// isDay reports whether a text is a calendar day.
export function isDay(text) {
  const at = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${text}T`);
}

// addDays counts in calendar days.
export function addDays(date, days) {
  const at = new Date(`${date}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

// dayText is a calendar day in words: those of view.dayText.
export function dayText(date, long = "") {
  const at = new Date(`${date}T12:00:00Z`);
  const [weekdays, months] = [say(`weekdays${long}`), say(`months${long}`)].map((names) => names.split(" "));
  return say(`date${long}`, { weekday: weekdays[at.getUTCDay()], month: months[at.getUTCMonth()], day: at.getUTCDate() });
}

// dayLabel is today, tomorrow or a day.
export function dayLabel(date, today, long = "") {
  if (date === today) return say("today");
  if (date === addDays(today, 1)) return say("tomorrow");
  return dayText(date, long);
}

const two = (n) => String(n).padStart(2, "0");

// clockText is a time of day in twelve hours, as in the United States.
const clockText = ({ hour, minute }) => say(hour < 12 ? "time.am" : "time.pm", { time: `${hour % 12 || 12}:${two(minute)}` });

// timeText is the time on the clinic's clock.
export const timeText = (slot) => clockText(wall(slot));

// visitorsText is the time on the visitor's own clock; empty where it is the same.
export function visitorsText(slot) {
  const at = new Date(slot.slotDateTime);
  const { date, hour, minute } = wall(slot);
  const here = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  if (here === date && at.getHours() === hour && at.getMinutes() === minute) return "";
  const time = clockText({ hour: at.getHours(), minute: at.getMinutes() });
  return say("yourTime", { time: here === date ? time : `${dayText(here)}, ${time}` });
}

// fullText says day and time.
export const fullText = (slot) => say("dayAndTime", { day: dayLabel(dateOf(slot), todayAt(slot), ".long"), time: timeText(slot) });
