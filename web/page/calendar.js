// One clinician's times, a week at a time. Which one and which week stand in the address.

import { product, say } from "./page.js";
import { byId, el, focusOr, keepFocus, settle } from "./dom.js";
import { refusalText, sorted } from "./api.js";
import { dayOf, grouped, kindsOf, placeNames, placesOf, timesByPlace } from "./list.js";
import { addDays, dateAt, dateOf, dayText, firstToday, fullText, isDay, lastToday, todayAt } from "./when.js";
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

// question is the week that the address asks for. Without one it begins today: at the clinics, whose day may be another
// than the visitor's, so that only the end is said, and that far enough for all zones.
function question() {
  const { clinician, visitTypeName, newOrEstablishedPatient, week: from = "" } = values();
  const startDate = isDay(from) && from > firstToday() ? from : "";
  return { npi: clinician, visitTypeName, newOrEstablishedPatient, startDate, endDate: addDays(startDate || lastToday(), 6), limit: 500 };
}

// daysOfClinics are the present days at the clinics of some times, the earliest first.
const daysOfClinics = (slots) => [...new Set(slots.map((slot) => todayAt(slot)))].sort();

const here = () => dateAt(Date.now(), -new Date().getTimezoneOffset());

// beginning is the first day of the week that is shown.
function beginning(wanted, answer) {
  if (wanted.startDate) return wanted.startDate;
  const known = answer?.timeslots.length > 0 ? answer.timeslots : [answer?.nextAvailable].filter(Boolean);
  return daysOfClinics(known)[0] ?? here();
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
  frame(wanted, null, el("p", { role: "status" }, say("loading")));
  week = new Followed(wanted, { root: dialog, show: (answer) => put(wanted, answer), fail: (error) => fail(wanted, error) });
  week.look();
}

// fail says why there is no week.
function fail(wanted, error) {
  const retry = el("button", { type: "button", class: "quiet", click: () => week.look() }, say("retry"));
  const text = error.kind === "refused" ? refusalText(error.fields) : say(error.kind === "unknown" ? "none" : error.kind ?? "failed");
  frame(wanted, null, el("p", { class: "notice problem", role: "alert" }, text, " ", retry));
}

// readable reports whether a start can be shown.
function readable(slot) {
  try {
    return dateOf(slot) !== "";
  } catch {
    return false;
  }
}

// put shows a week.
function put(wanted, whole) {
  const focusBack = keepFocus(dialog);
  const answer = { ...whole, timeslots: whole.timeslots.filter(readable) };
  const lost = answer.timeslots.length < whole.timeslots.length && el("p", { class: "notice problem" }, say("lost.times"));
  const partial = !answer.complete && el("p", { class: "notice problem" }, say("partial"));
  const who = answer.providers?.[wanted.npi]?.name ?? "";
  const names = placeNames(answer, answer.timeslots.map((slot) => slot.departmentIdentifier));
  const list = weekOf(wanted, answer, { who, names, kind: kindsOf(answer.timeslots), choose: (slot, opener) => book.choose(slot, { answer, opener }) });
  const { nextAvailable } = answer;
  const later = answer.timeslots.length === 0 && nextAvailable && el("p", { class: "notice" }, say("none"), " ",
    el("button", { type: "button", class: "quiet", click: () => turn(dateOf(nextAvailable)) }, say("calendar.next", { time: fullText(nextAvailable) })));
  const shown = dialog.querySelector(".week");
  const where = names.size > 1 ? placesOf(answer, names) : el("p", { class: "place" }, [...names.values()]);
  const frameOf = `${asked} ${list[0].dataset.key} ${[...names.values()]}`; // what stands around the days
  if (shown?.dataset.question === frameOf && !partial && !lost && !later && !dialog.querySelector(".notice")) settle(shown, list);
  else frame(wanted, answer, partial, lost, where, later, el("ol", { class: "week", "data-question": frameOf }, list));
  byId("calendar-title").textContent = who ? say("calendar.of", { name: who }) : say("calendar");
  focusBack(null);
}

// weekOf is seven days with their times.
function weekOf(wanted, answer, shown) {
  const days = grouped(answer.timeslots, dateOf);
  const from = beginning(wanted, answer);
  return Array.from({ length: 7 }, (_, i) => addDays(from, i)).map((date) => {
    const slots = days.get(date) ?? [];
    return el("li", { class: slots.length > 0 ? "day" : "day free", "data-key": date },
      el("h3", {}, dayOf(date, slots.length > 0 ? slots : answer.timeslots)),
      slots.length > 0 ? timesByPlace(slots, shown) : el("p", { class: "none" }, say("calendar.none")));
  });
}

// turn goes to another week, without a step for the back button: that one closes the calendar.
function turn(date) {
  go({ week: date }, "replaceState");
  show();
}

// frame is the calendar around a week, or around what is said in its place. There is no way back from the week that
// today is in.
function frame(wanted, answer, ...content) {
  const title = byId("calendar-title")?.textContent || say("calendar");
  const focused = document.activeElement?.closest("#calendar [data-turn]")?.dataset.turn;
  const from = beginning(wanted, answer);
  const today = daysOfClinics(answer?.timeslots ?? [])[0] ?? firstToday();
  const to = (days, text, name) => el("button", {
    type: "button", class: "quiet", "data-turn": name, disabled: days < 0 && (!wanted.startDate || from <= today),
    click: () => turn(addDays(from, days) > today ? addDays(from, days) : ""),
  }, text);
  dialog.replaceChildren(
    el("h2", { id: "calendar-title" }, title),
    el("div", { class: "turns" }, to(-7, say("calendar.back"), "back"),
      el("p", {}, say("calendar.week", { from: dayText(from), to: dayText(addDays(from, 6)) })),
      to(7, say("calendar.forward"), "forward")),
    ...content.filter(Boolean),
    el("p", { class: "actions" }, el("button", { type: "button", class: "quiet", click: () => dialog.close() }, say("close"))));
  if (!dialog.open) dialog.showModal();
  if (focused) dialog.querySelector(`[data-turn="${focused}"]`)?.focus();
}
