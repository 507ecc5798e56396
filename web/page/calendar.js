// One clinician's times, a week at a time. Which one and which week stand in the address.

import { product, say } from "./page.js";
import { byId, el, focusOr, keepFocus, settle } from "./dom.js";
import { sorted } from "./api.js";
import { byDay, ofSeveralKinds, times } from "./list.js";
import { addDays, dayLabel, dayText, fullText, today } from "./when.js";
import { Followed } from "./followed.js";
import { go, values } from "./form.js";
import * as book from "./book.js";

const dialog = el("dialog", { id: "calendar", "aria-labelledby": "calendar-title", close: closed });
document.body.append(dialog);

let week = null; // that is shown: Followed
let asked = ""; // its question

// closed follows the dialog's end into the address, whoever ended it.
function closed() {
  if (dialog.open) return; // this tells of an end that is history by now
  end();
  const { clinician } = values();
  if (!clinician) return;
  go({ clinician: "", week: "" });
  focusOr(document.querySelector(`[data-calendar="${CSS.escape(clinician)}"]`) ?? byId("results"));
}

function end() {
  week?.stop();
  week = null;
  asked = "";
}

// question is the week that the address asks for.
function question() {
  const { clinician, visitTypeName, newOrEstablishedPatient, week: startDate = today() } = values();
  return { npi: clinician, visitTypeName, newOrEstablishedPatient, startDate, endDate: addDays(startDate, 6), limit: 500 };
}

// show opens, moves or closes the calendar, as the address has it.
export function show() {
  if (!values().clinician) {
    end();
    return dialog.close();
  }
  const wanted = question();
  const query = sorted({ ...wanted, product });
  if (query === asked) return;
  end();
  asked = query;
  frame(wanted, el("p", { role: "status" }, say("loading")));
  week = new Followed(wanted, { root: dialog, show: (answer) => put(wanted, answer), fail: (error) => fail(wanted, error) });
  week.look();
}

// fail says why there is no week.
function fail(wanted, error) {
  const retry = el("button", { type: "button", class: "quiet", click: () => week.look() }, say("retry"));
  frame(wanted, el("p", { class: "notice problem", role: "alert" }, say(error.kind === "unknown" ? "none" : error.kind ?? "failed"), " ", retry));
}

// put shows a week.
function put(wanted, answer) {
  const focusBack = keepFocus(dialog);
  const who = answer.providers[wanted.npi]?.name ?? "";
  const days = byDay(answer.timeslots);
  const zone = answer.timeslots[0]?.timezone;
  const several = ofSeveralKinds(answer.timeslots);
  const choose = (slot, opener) => book.choose(slot, { answer, opener });
  const partial = !answer.complete && el("p", { class: "notice problem" }, say("partial"));
  const list = Array.from({ length: 7 }, (_, i) => addDays(wanted.startDate, i)).map((date) => {
    const slots = days.get(date) ?? [];
    const where = (slot) => answer.departments[slot.departmentIdentifier]?.name ?? "";
    return el("li", { class: slots.length > 0 ? "day" : "day free", "data-key": date },
      el("h3", {}, zone ? dayLabel(date, zone) : dayText(date)),
      slots.length > 0 ? times(slots, `${who} · ${where(slots[0])}`, choose, several) : el("p", { class: "none" }, say("calendar.none")));
  });
  const places = [...new Set(answer.timeslots.map((slot) => answer.departments[slot.departmentIdentifier]?.name))].filter(Boolean);
  const later = answer.timeslots.length === 0 && answer.nextAvailable && el("p", { class: "notice" }, say("none"), " ",
    el("button", { type: "button", class: "quiet", click: () => turn(answer.nextAvailable.slotDateTime.slice(0, 10)) }, say("calendar.next", { time: fullText(answer.nextAvailable) })));
  const shown = dialog.querySelector(".week");
  if (shown?.dataset.question === asked && !partial && !later && !dialog.querySelector(".notice")) settle(shown, list);
  else frame(wanted, partial, places.length > 0 && el("p", { class: "place" }, places.join(" · ")), later, el("ol", { class: "week", "data-question": asked }, list));
  byId("calendar-title").textContent = who ? say("calendar.of", { name: who }) : say("calendar");
  focusBack(null);
}

// turn goes to another week, without a step for the back button: that one closes the calendar.
function turn(date) {
  go({ week: date }, "replaceState");
  show();
}

// frame is the calendar around a week, or around what is said in its place.
function frame(wanted, ...content) {
  const title = byId("calendar-title")?.textContent || say("calendar");
  const focused = document.activeElement?.closest("#calendar [data-turn]")?.dataset.turn;
  const to = (days, text, name) => el("button", {
    type: "button", class: "quiet", "data-turn": name, disabled: days < 0 && wanted.startDate <= today(),
    click: () => turn(addDays(wanted.startDate, days)),
  }, text);
  dialog.replaceChildren(
    el("h2", { id: "calendar-title" }, title),
    el("div", { class: "turns" }, to(-7, say("calendar.back"), "back"),
      el("p", {}, say("calendar.week", { from: dayText(wanted.startDate), to: dayText(wanted.endDate) })),
      to(7, say("calendar.forward"), "forward")),
    ...content.filter(Boolean),
    el("p", { class: "actions" }, el("button", { type: "button", class: "quiet", click: () => dialog.close() }, say("close"))));
  if (!dialog.open) dialog.showModal();
  if (focused) dialog.querySelector(`[data-turn="${focused}"]`)?.focus();
}
