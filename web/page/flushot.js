// The landing page of a flu shot campaign: nearest clinics first, today and tomorrow, one tap to a time.

import { product, say } from "./page.js";
import { el, keepFocus, settle } from "./dom.js";
import { sorted } from "./api.js";
import { byDay, card, times } from "./list.js";
import { addDays, dayLabel, today } from "./when.js";
import { Followed } from "./followed.js";
import { listen, values } from "./form.js";
import { Results } from "./results.js";

// question is what the address asks for, in the words of view.go: a page and its script share the answer.
function question() {
  const { postalCode, latitude, longitude, radius, visitTypeName } = values();
  if (!postalCode && !latitude) return "";
  const place = postalCode ? { postalCode } : { latitude, longitude };
  return sorted({
    ...place, radius: radius || "25", visitTypeName: visitTypeName || "FluShot", by: "department", per: "6", sort: "nearest",
    endDate: addDays(today("UTC"), 1), product, // over tomorrow everywhere; what is too much is not shown
  });
}

// shown are today's and tomorrow's times of a clinic. A day whose first times are not in the list is there by its count.
function shown(answer, entry) {
  const zone = answer.departments[entry.departmentIdentifier]?.timezone ?? entry.next[0]?.timezone;
  const days = byDay(entry.next);
  for (const { date } of entry.days) if (!days.has(date) || opened.has(`${entry.departmentIdentifier} ${date}`)) days.set(date, []);
  const last = addDays(today(zone), 1);
  return new Map([...days].filter(([date]) => date <= last).sort());
}

const opened = new Map(); // days of which all times are shown, with what shows them, by clinic and day
const most = 3; // that are followed at once: browsers have few connections for all tabs together

// all leads from the first times of a day to all of them.
function all(answer, entry, choose) {
  return (date, listed, total, where) => {
    const key = `${entry.departmentIdentifier} ${date}`;
    if (opened.has(key)) return opened.get(key).root;
    if (total <= listed.length) return null;
    const { urlName, timezone } = answer.departments[entry.departmentIdentifier];
    const label = `${say("all")}: ${dayLabel(date, timezone)}, ${where}`;
    return el("button", { type: "button", class: "quiet", "aria-label": label, click: (event) => openDay(event.currentTarget, { key, departmentUrlName: urlName, date, where, choose }) }, say("all"));
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
  cards: (answer, choose) => answer.entries.flatMap((entry) => {
    const days = shown(answer, entry);
    const place = answer.departments[entry.departmentIdentifier];
    return days.size > 0 ? [card(answer, entry, { days, choose, more: place?.urlName ? all(answer, entry, choose) : undefined })] : [];
  }),
});

function show() {
  for (const key of opened.keys()) close(key);
  results.show(question());
}

listen(show);
show();
