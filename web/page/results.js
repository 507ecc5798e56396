// A list of times and all that it may be: on its way, there, partly there, empty, or not to be had.

import { count, first, say, wrong } from "./page.js";
import { announce, byId, el, keepFocus, settle } from "./dom.js";
import { nextAvailable, refusalText, timeslots } from "./api.js";
import { broken, goneBetween, nextOf, skeletons, timeButton } from "./list.js";
import { Stream } from "./live.js";
import { soon, strike } from "./followed.js";
import { fullText } from "./when.js";
import * as book from "./book.js";

const came = location.search; // what the page was made for

// Results shows the answer to one question at a time. card makes an entry's card, or nothing where it has none to show;
// things is what is counted.
export class Results {
  constructor({ card, things, seen = () => {} }) {
    Object.assign(this, { card, things, seen, query: "", shown: "", trouble: "", tries: 0, answer: null, stream: null, asking: null, timer: null });
    addEventListener("online", () => this.trouble === "offline" && this.again());
  }

  // show asks a question, and follows its answer. No question leaves the page without a list.
  show(query) {
    this.leave();
    this.query = query;
    this.shown = "";
    const focusBack = keepFocus(byId("results"));
    const refused = wrong.length > 0 && location.search === came;
    byId("results-title").hidden = query === "" || refused;
    byId("list").replaceChildren();
    byId("notice").replaceChildren();
    focusBack(byId("results"));
    announce("");
    if (refused) return this.tell(refusalText(wrong), true);
    if (query === "") return;
    if (first?.query === query && !this.answer) {
      this.put(first.answer);
    } else {
      byId("list").replaceChildren(...skeletons());
      announce(say("loading"));
      this.look();
    }
  }

  // again asks once more, because somebody wants to or the connection is back.
  again() {
    if (this.shown === this.query) this.look();
    else this.show(this.query);
  }

  leave() {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.stream?.stop();
    this.stream = null;
    this.trouble = "";
    this.tries = 0;
  }

  // look asks again. What people see stays until there is an answer.
  async look() {
    this.asking?.abort();
    clearTimeout(this.timer);
    const asking = this.asking = new AbortController();
    byId("results").setAttribute("aria-busy", "true");
    try {
      const answer = this.current(await nextAvailable(this.query, { signal: asking.signal, again: this.shown === this.query }));
      if (asking.signal.aborted) return;
      await this.fade(answer);
      if (!asking.signal.aborted) this.put(answer);
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error);
    } finally {
      if (this.asking === asking) byId("results").removeAttribute("aria-busy");
    }
  }

  // current is an answer without what is known to be gone.
  current(answer) {
    if (!this.stream) return answer;
    return { ...answer, entries: answer.entries.map((entry) => ({ ...entry, first: nextOf(entry)[0], next: this.stream.still(nextOf(entry)) })) };
  }

  // fade lets times leave that a new answer does not have any more. What a source did not say is not gone.
  async fade(answer) {
    const before = this.shown === this.query && answer.complete ? this.answer : null;
    const seen = before ? await strike(byId("list"), goneBetween(before, answer), answer.entries.flatMap(nextOf)) : 0;
    if (seen > 0) announce(count("taken", seen));
  }

  // put shows an answer, with the focus where it was.
  put(answer) {
    const focusBack = keepFocus(byId("results"));
    const again = this.shown === this.query;
    this.answer = answer;
    this.shown = this.query;
    this.trouble = "";
    this.tries = 0;
    const cards = this.cardsOf(answer);
    settle(byId("list"), cards);
    byId("notice").replaceChildren();
    const whole = cards.filter((card) => !card.matches(".broken")).length;
    if (!again) announce(whole > 0 ? count(this.things, whole) : "");
    if (!answer.complete) this.tellPartial(answer);
    else if (cards.length === 0) this.tellNone(answer);
    else if (answer.entries.length === this.limit()) this.tell(say("cut", { n: answer.entries.length }), false);
    focusBack(byId("results"));
    this.stream ??= new Stream(this.query, () => this.lookSoon());
    this.stream.shows(answer.entries.flatMap((entry) => nextOf(entry).map((slot) => slot.id)));
    this.seen(answer);
  }

  // cardsOf makes all cards. One that cannot be made costs no other.
  cardsOf(answer) {
    const choose = (slot, opener) => book.choose(slot, { answer, opener });
    return answer.entries.map((entry) => {
      try {
        return this.card(answer, entry, choose);
      } catch (error) {
        console.error(error);
        return broken(entry);
      }
    }).filter(Boolean);
  }

  // limit is how many entries an answer has at most; one that has so many may lack others.
  limit() {
    return Number(new URLSearchParams(this.query).get("limit") ?? 100);
  }

  lookSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), soon());
  }

  tellPartial(answer) {
    const failed = (name) => answer.sources.filter(({ source, status }) => source === name && status === "failed").length;
    const [clinics, clinicians] = [failed("careDirect"), failed("providerDirect")];
    const text = clinics > 0 && clinicians === 0 ? count("partial.clinics", clinics) : clinicians > 0 && clinics === 0 ? count("partial.clinicians", clinicians) : say("partial");
    this.tell(text, true, this.retry());
  }

  // tellNone offers the next time beyond what was asked for, if there is one. Where others have times, a name was wanted.
  async tellNone(answer) {
    const question = this.query;
    this.tell(say("none"), false);
    if (this.things === "clinicians" && answer.entries.some((entry) => nextOf(entry).length > 0)) return;
    const { by, per, startDate, endDate, ...values } = Object.fromEntries(new URLSearchParams(question));
    try {
      const later = await timeslots({ ...values, sort: "soonest", limit: 1 }, { signal: this.asking?.signal });
      const slot = later.timeslots[0] ?? later.nextAvailable;
      if (!slot || this.query !== question || this.shown !== question) return;
      const where = later.departments[slot.departmentIdentifier]?.name ?? "";
      const next = say("next", { time: fullText(slot), where });
      this.tell(say("none"), false, el("span", {}, ` ${next} `), timeButton(slot, where, (chosen, opener) => book.choose(chosen, { answer: later, opener })));
    } catch {
      // then there is nothing more to say
    }
  }

  // fail says why there is no answer, and tries again by itself where that helps.
  fail(error) {
    const told = this.trouble === "offline" && error.kind === "offline";
    this.trouble = error.kind ?? "failed";
    if (this.shown !== this.query) byId("list").replaceChildren();
    if (this.trouble === "unknown") return this.tell(say("none"), false);
    if (this.trouble === "busy") {
      const seconds = Math.max(2, Math.min(60, error.retryAfter));
      this.timer = setTimeout(() => this.look(), seconds * 1000 + Math.random() * 1000);
      return this.tell(say("busyRetry", { n: seconds }), true, this.retry());
    }
    if (this.trouble === "offline") { // also where the browser does not notice that the connection is back, or too early
      this.timer = setTimeout(() => this.look(), (Math.min(60, 2 ** ++this.tries) + Math.random()) * 1000);
      if (told) return;
    }
    if (this.trouble === "refused") return this.tell(refusalText(error.fields), true);
    this.tell(say(this.trouble), true, this.retry());
  }

  tell(text, problem, ...more) {
    announce("");
    const focusBack = keepFocus(byId("notice"));
    byId("notice").replaceChildren(el("p", { class: problem ? "notice problem" : "notice" }, text, " ", more));
    focusBack(byId("notice").querySelector("button") ?? byId("results"));
  }

  retry() {
    return el("button", { type: "button", class: "quiet", click: () => this.again() }, say("retry"));
  }
}
