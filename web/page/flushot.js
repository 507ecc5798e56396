// The landing page of a flu shot campaign: nearest clinics first, today and tomorrow, one tap to a time.

import { product, say } from "./page.js";
import { el, keepFocus, settle } from "./dom.js";
import { sorted } from "./api.js";
import { card, daysOf, times } from "./list.js";
import { addDays, dateOf, dayLabel, lastToday, todayAt } from "./when.js";
import { Followed } from "./followed.js";
import { listen, place, values } from "./form.js";
import { Results } from "./results.js";

// question is what the address asks for, in the words of view.go: a page and its script share the answer. Its last day
// is tomorrow where today is latest on earth, so that tomorrow is in it everywhere; what is too much is not shown.
function question() {
  const { radius, visitTypeName } = values();
  if (!place()) return "";
  return sorted({
    ...place(), radius: radius || "25", visitTypeName: visitTypeName || "FluShot", by: "department", per: "6", sort: "nearest",
    endDate: addDays(lastToday(), 1), product,
  });
}

// shown are today's and tomorrow's times of a clinic. A day whose first times are not in the list is there by its count.
function shown(entry) {
  const last = (slot) => addDays(todayAt(slot), 1);
  const days = daysOf(entry.next).filter(({ date, slots }) => date <= last(slots[0]));
  const some = entry.next[0] ?? entry.first; // any of them tells which day it is there
  if (!some) return days;
  const listed = new Set(entry.next.map(dateOf));
  const others = entry.days.filter(({ date }) => !listed.has(date) && date <= last(some)).map(({ date }) => ({ date, label: dayLabel(date, todayAt(some)), slots: [] }));
  const withOpened = days.map((day) => (opened.has(`${entry.departmentIdentifier} ${day.date}`) ? { ...day, slots: [] } : day));
  return [...withOpened, ...others].sort((a, b) => (a.date < b.date ? -1 : 1));
}

const opened = new Map(); // days of which all times are shown, with what shows them, by clinic and day
const most = 3; // that are followed at once: browsers have few connections for all tabs together

// all leads from the first times of a day to all of them.
function all(answer, entry, choose) {
  return ({ date, label, slots, total }, where) => {
    const key = `${entry.departmentIdentifier} ${date}`;
    if (opened.has(key)) return opened.get(key).root;
    if (total <= slots.length) return null;
    const { urlName } = answer.departments[entry.departmentIdentifier];
    const name = `${say("all")}: ${label}, ${where}`;
    return el("button", { type: "button", class: "quiet", "aria-label": name, click: (event) => openDay(event.currentTarget, { key, departmentUrlName: urlName, date, where, choose }) }, say("all"));
  };
}

// openDay puts all times of a day where its first ones were, and follows them.
function openDay(button, { key, departmentUrlName, date, where, choose }) {
  button.disabled = true;
  const { visitTypeName } = Object.fromEntries(new URLSearchParams(question()));
  const root = el("div", { class: "whole" });
  const day = new Followed({ departmentUrlName, visitTypeName, startDate: date, endDate: date, limit: 500 }, {
    root,
    show: ({ timeslots }) => {
      const focusBack = keepFocus(root);
      const list = times(timeslots, where, choose);
      if (root.firstElementChild) settle(root.firstElementChild, [...list.children]);
      else root.append(list);
      focusBack(root.querySelector(".time"));
      if (opened.has(key)) return;
      button.parentElement.querySelector(".times")?.remove();
      button.replaceWith(root);
      root.querySelector(".time")?.focus();
      keep(key, { root, day });
    },
    fail: () => { button.disabled = false; }, // it may be tried again
  });
  day.look();
}

// keep holds a day open; the one that was opened first makes room.
function keep(key, shown) {
  opened.set(key, shown);
  if (opened.size <= most) return;
  close(opened.keys().next().value);
  results.put(results.answer);
}

function close(key) {
  opened.get(key).day.stop();
  opened.delete(key);
}

const results = new Results({
  things: "clinics",
  card: (answer, entry, choose) => {
    const days = shown(entry);
    const { urlName } = answer.departments?.[entry.departmentIdentifier] ?? {};
    return days.length > 0 && card(answer, entry, { days, choose, more: urlName ? all(answer, entry, choose) : undefined });
  },
});

function show() {
  for (const key of opened.keys()) close(key);
  results.show(question());
}

listen(show);
show();
