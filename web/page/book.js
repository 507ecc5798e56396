// From a time to a visit, in the demonstration: a sample patient signs in and books. Elsewhere a time is a link to the
// health system's own booking pages, and nothing here is reached but what to do where there is no link.

import { demo, product, say } from "./page.js";
import { byId, el, focusOr } from "./dom.js";
import { ask, check, limited, sorted } from "./api.js";
import { alternatives, arranged, completed } from "./alternatives.js";
import { timeButton } from "./list.js";
import { fullText, visitorsText } from "./when.js";

const patience = 35_000; // milliseconds: a booking is not cut short, for its end would be unknown

let session = null; // of the sample patient: token and record; in this variable, and nowhere else
let open = null; // what the dialog is about: a time, where it comes from, and the stage: choosing, sending or over
let opener = null; // gets the focus back
const taken = new Set(); // times that a booking found taken, or took

const dialog = el("dialog", { id: "book", "aria-labelledby": "book-title", close: closed, cancel: (event) => open?.stage === "sending" && event.preventDefault() });
document.body.append(dialog);

function closed() {
  if (dialog.open) return; // this tells of an end that is history by now
  open = null;
  focusOr(opener.isConnected ? opener : byId("results"));
}

// choose opens the dialog for a time. answer is where it comes from; from is what was pressed.
export function choose(slot, { answer, opener: from }) {
  opener = from;
  return take(slot, answer);
}

// take makes a time the one that the dialog is about.
async function take(slot, answer) {
  open = { slot, answer, key: key(), stage: "choosing" };
  verify(open);
  if (!demo) return message(say("book.byPhone"), phone());
  message(say("loading"));
  try {
    const whole = await completed(slot);
    if (open?.slot !== slot || open.stage !== "choosing") return;
    if (!whole || taken.has(slot.id)) return offerOthers(say("book.gone"));
    open.slot = whole;
    if (whole.booking.flow !== "retail" && whole.booking.flow !== "provider") return message(say("book.byPhone"), phone());
    offer();
  } catch {
    if (open?.slot === slot && open.stage === "choosing") message(say("failed"), button(say("retry"), () => take(slot, answer)));
  }
}

// verify asks beside everything else whether the time is still there. Where it is not, others take its place at once; where
// nobody can tell, all goes on as if it was.
async function verify(mine) {
  const { status, slots, places } = await check(mine.slot).catch(() => ({ status: "unknown" }));
  if (open !== mine || mine.stage !== "choosing" || mine.tried) return;
  if (status !== "gone" && status !== "taken") return;
  offerOthers(status === "taken" ? say("book.gone") : say("book.away"), { slots, places: { ...mine.answer.departments, ...places } });
}

// gone tells that times were taken: the one that the dialog is about may be among them. A time that was tried for is not
// judged by that: while a booking is on its way, the service hides its time from everybody.
export function gone(ids) {
  if (open?.stage === "choosing" && !open.tried && ids.includes(open.slot.id)) offerOthers(say("book.gone"));
}

// key names one attempt, so that it is made once however often it is sent.
function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const placeOf = (slot) => open.answer.departments[slot.departmentIdentifier];
const whoOf = (slot) => open.answer.providers?.[slot.npi]?.name;

// phone is the clinic's number. Where the list does not know it, the directory does.
function phone() {
  const line = el("p", {});
  const show = (number) => number && line.replaceChildren(el("a", { href: `tel:${number}` }, number));
  const { departmentIdentifier } = open.slot;
  const known = placeOf(open.slot)?.phone;
  if (known) show(known);
  else ask(`/dexcare/v4/departments/${encodeURIComponent(departmentIdentifier)}/departmentInfo`, sorted({ byId: "true", product })).then(({ phone: number }) => show(number), () => {}); // then there is none to show
  return line;
}

const button = (text, click, kind = "") => el("button", { type: "button", class: kind, click }, text);

const fill = (...content) => dialog.replaceChildren(...content.filter(Boolean));

// message shows a message in the dialog, with what can be done.
function message(text, ...more) {
  const { slot } = open;
  const details = [...new Set([slot.visitTypeTitle ?? slot.visitTypeName, whoOf(slot), placeOf(slot)?.name])].filter(Boolean);
  fill(
    el("h2", { id: "book-title", tabindex: "-1" }, fullText(slot)),
    demo && el("p", { class: "demo" }, el("strong", {}, say("demo")), " ", say("demo.book")),
    visitorsText(slot) && el("p", {}, visitorsText(slot)),
    el("p", {}, details.join(" · ")),
    text && el("p", { id: "book-message", role: "alert" }, text),
    ...more,
    open.stage !== "sending" && el("p", { class: "actions" }, button(say("close"), () => dialog.close(), "quiet")));
  if (!dialog.open) dialog.showModal();
  if (!dialog.contains(document.activeElement) || document.activeElement === dialog) byId("book-title").focus();
}

// offer asks for a sample patient, or for the last word.
function offer(text = "") {
  if (session) {
    message(text || say("book.as", { name: session.name }), button(say("book.confirm"), book));
    dialog.querySelector("button").focus();
    return;
  }
  const choices = demo.tokens.map((token, i) => button(say("book.patient", { n: i + 1 }), () => signIn(token)));
  message(text || say("book.signIn"), el("p", { class: "choices" }, choices));
  choices[0].focus();
}

async function signIn(token) {
  const authorization = { Authorization: `Bearer ${token}` };
  try {
    const { status, text } = await limited(`/dexcare/v1/patient?product=${product}`, { headers: authorization, cache: "no-store" });
    if (status !== 200) throw new Error(`status ${status}`);
    const patient = JSON.parse(text);
    const { name, addresses } = patient.links[0];
    if (!addresses?.length) throw new Error("no address, which a booking needs");
    session = { authorization, patient, name: `${name.given} ${name.family}` };
    if (open?.stage === "choosing") offer();
  } catch {
    if (open?.stage === "choosing") offer(say("book.noSignIn"));
  }
}

// order is a booking as docs/dexcare.md §7.1 and §7.2 have it.
function order(slot) {
  const { id, links: [record] } = session.patient;
  const { line1, line2, city, state, postalCode } = record.addresses[0];
  const address = { line1, ...(line2 ? { line2 } : {}), city, state, postalCode };
  const visitDetails = { ehrSystemName: slot.ehrInstance, departmentId: slot.departmentId, visitReason: slot.visitTypeTitle ?? slot.visitTypeName, declaration: "self", slotId: slot.booking.slotId };
  const billingInfo = { paymentMethod: "self" };
  if (slot.booking.flow === "retail") {
    return ["/dexcare/api/6/visits/retail", {
      patient: { identifier: id, address, phone: (record.homePhone ?? "").replace(/\D/g, ""), email: record.email },
      visitDetails: { ...visitDetails, providerId: slot.booking.providerId },
      registrationModules: { documentSigning: [], billingInfo },
    }];
  }
  return ["/dexcare/api/7/visits/providerbooking", {
    patient: { patientGuid: id, address },
    visitDetails: { ...visitDetails, nationalProviderId: slot.npi, visitTypeId: slot.visitTypeId, providerFlowPayment: true },
    billingInfo,
  }];
}

// book sends the order, once.
async function book() {
  const mine = open;
  if (mine.stage === "sending") return;
  Object.assign(mine, { stage: "sending", tried: true });
  message(say("book.sending"));
  const [path, body] = order(mine.slot);
  const end = (finish) => { // whoever closed the dialog meanwhile gets to know as well
    mine.stage = "over";
    open ??= mine;
    if (open === mine) finish();
  };
  try {
    const { status, text } = await limited(`${path}?product=${product}`, {
      method: "POST", headers: { ...session.authorization, "Content-Type": "application/json", "Idempotency-Key": mine.key }, body: JSON.stringify(body),
    }, patience);
    end(() => judge(status, text));
  } catch {
    end(() => message(say("book.unknown"), phone()));
  }
}

// visitOf is the number of a booked visit. It is booked whatever the body says.
function visitOf(text) {
  try {
    return JSON.parse(text).visitId;
  } catch {
    return "";
  }
}

// ours are refusals of the service itself: this very attempt was made before, and its end is another's.
const ours = /"(booking-in-progress|already-submitted)"/;

// judge says what an answer means to a patient (docs/dexcare.md §7.3).
function judge(status, text) {
  if (status >= 200 && status < 300) {
    taken.add(open.slot.id);
    const id = visitOf(text);
    return message(say("book.done"), id && el("p", {}, say("book.visit", { id })));
  }
  if (status === 409 && text.includes("PatientDoubleBooked")) return offerOthers(say("book.double"));
  if (status === 409 && text.includes("SlotUnavailable")) {
    taken.add(open.slot.id);
    return offerOthers(say("book.gone"));
  }
  if (status === 409 && !ours.test(text)) return offerOthers(say("book.conflict"));
  if (status === 401 || status === 403) {
    session = null;
    open.stage = "choosing";
    return offer(say("book.again"));
  }
  if (status < 500 && status !== 409 || text.includes('"not-sent"')) {
    Object.assign(open, { key: key(), stage: "choosing" }); // nothing was booked
    return message(say("book.refused"), button(say("retry"), book), phone());
  }
  message(say("book.unknown"), phone());
}

// offerOthers goes on with the nearest other times, in place of starting over: those that are known, if there are any, else
// others are asked for.
async function offerOthers(text, known = { slots: [] }) {
  const mine = open;
  mine.stage = "over";
  let slots = arranged(known.slots, mine.slot, taken);
  let { places } = known;
  if (slots.length === 0) {
    message(text, el("p", {}, say("loading")));
    ({ slots, places } = await alternatives(mine.slot, mine.answer, taken));
    if (open !== mine) return;
  }
  mine.answer = { ...mine.answer, departments: places };
  const list = el("ul", { class: "others", id: "alternatives" }, slots.map((slot) => {
    const where = places[slot.departmentIdentifier]?.name ?? "";
    return el("li", {}, el("span", {}, `${fullText(slot)} · ${where}`), timeButton(slot, where, (chosen) => take(chosen, mine.answer)));
  }));
  if (slots.length === 0) return message(`${text} ${say("none")}`, phone());
  message(text, el("h3", {}, say("book.others")), list);
  list.querySelector(".time").focus();
}
