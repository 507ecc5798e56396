// Finds a doctor: clinicians near a place, with their next times, and a calendar of each.

import { product, say } from "./page.js";
import { byId, el } from "./dom.js";
import { sorted } from "./api.js";
import { card, daysOf } from "./list.js";
import { named } from "./names.js";
import { go, listen, place, values } from "./form.js";
import { Results } from "./results.js";
import * as calendar from "./calendar.js";

// question is what the address asks for, in the words of view.go: a page and its script share the answer.
function question() {
  const { name, visitTypeName, specialty, newOrEstablishedPatient, startDate, endDate, radius } = values();
  if (!visitTypeName || !place()) return "";
  return sorted({ ...place(), visitTypeName, specialty, newOrEstablishedPatient, startDate, endDate, radius: radius || "25", by: "provider", per: "3", limit: name ? "500" : "", product });
}

const specialties = new Set();

// suggest offers what was found as what can be looked for.
function suggest(answer) {
  const people = Object.values(answer.providers ?? {});
  for (const person of people) for (const specialty of person.specialties ?? []) specialties.add(specialty);
  byId("specialties").replaceChildren(...[...specialties].sort().map((value) => el("option", { value })));
  byId("names").replaceChildren(...people.map(({ name }) => el("option", { value: name })));
}

const results = new Results({
  things: "clinicians",
  seen: suggest,
  card: (answer, entry, choose) => entry.next?.length > 0 && named(answer.providers?.[entry.npi]?.name ?? "", values().name ?? "") && card(answer, entry, {
    days: daysOf(entry.next), choose,
    below: ({ npi }, title) => npi && el("p", { class: "more" }, el("button", {
      type: "button", class: "quiet", "data-calendar": npi, "aria-label": say("calendar.of", { name: title }), click: () => {
        go({ clinician: npi, week: "" });
        calendar.show();
      },
    }, say("calendar"))),
  }),
});

let listed = null;

// show follows the address. A search that is sent again is made again; one that is there already stays while a calendar
// comes and goes.
function show({ again = false } = {}) {
  const wanted = question();
  const key = `${wanted} ${values().name ?? ""}`;
  if (again || listed !== key) results.show(wanted);
  listed = key;
  calendar.show();
}

listen(show);
show();
