// The landing page of a flu shot campaign: nearest clinics first, today and tomorrow, one tap to a time.

import { count, product } from "./page.js";
import { el } from "./dom.js";
import { sorted, timeslots } from "./api.js";
import { byDay, card, times } from "./list.js";
import { addDays, today } from "./when.js";
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
  for (const { date } of entry.days) if (!days.has(date)) days.set(date, []);
  const last = addDays(today(zone), 1);
  return new Map([...days].filter(([date]) => date <= last).sort());
}

// all leads from the first times of a day to all of them.
function all(answer, entry, choose) {
  return (date, listed, total, where) => {
    if (total <= listed.length) return null;
    return el("button", {
      type: "button", class: "quiet", click: async (event) => {
        const button = event.currentTarget;
        button.disabled = true;
        const place = answer.departments[entry.departmentIdentifier];
        const { visitTypeName } = Object.fromEntries(new URLSearchParams(question()));
        try {
          const found = await timeslots({ departmentUrlName: place.urlName, visitTypeName, startDate: date, endDate: date, limit: 500 });
          const list = times(found.timeslots, where, choose);
          button.parentElement.querySelector(".times")?.remove();
          button.replaceWith(list);
          list.querySelector(".time")?.focus();
        } catch {
          button.disabled = false; // and may be tried again
        }
      },
    }, count("all", total));
  };
}

const results = new Results({
  things: "clinics",
  cards: (answer, choose) => answer.entries.flatMap((entry) => {
    const days = shown(answer, entry);
    const place = answer.departments[entry.departmentIdentifier];
    return days.size > 0 ? [card(answer, entry, { days, choose, more: place?.urlName ? all(answer, entry, choose) : undefined })] : [];
  }),
});

const show = () => results.show(question());
listen(show);
show();
