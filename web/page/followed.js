// The times of one question, one by one, kept up to date.

import { product } from "./page.js";
import { still } from "./dom.js";
import { sorted, timeslots } from "./api.js";
import { timeOf } from "./list.js";
import { Stream } from "./live.js";
import * as book from "./book.js";

const fading = 700; // milliseconds that a taken time takes to leave
const spread = 250; // milliseconds over which a crowd looks again after one event

// strike lets the times of slots leave that are taken: first they can no longer be chosen, then they are gone. It gives
// how many of them could be seen. A time that one of the slots left can still be had at stays.
export async function strike(root, slots, left) {
  book.gone(slots.map((slot) => slot.id));
  const times = new Set(left.map(timeOf));
  const over = slots.filter((slot) => !times.has(timeOf(slot)));
  const seen = over.flatMap(({ id }) => [...root.querySelectorAll(`[data-id="${CSS.escape(id)}"]:not(.gone)`)]);
  for (const time of seen) {
    time.classList.add("gone");
    time.setAttribute("aria-disabled", "true");
    time.setAttribute("tabindex", "-1"); // so that the focus stays here until what comes next is there
    time.removeAttribute("href");
  }
  if (seen.length > 0) await new Promise((done) => setTimeout(done, still() ? fading / 2 : fading));
  return seen.length;
}

// soon is a moment from now, another one for everybody, so that a crowd does not look again all at once.
export const soon = () => Math.random() * spread;

const most = 4; // pages of an answer that are asked for

const startOf = (slot) => Date.parse(slot.slotDateTime) || 0;

// whole is an answer with its further pages, in the order of starts. listed is the ids of the first page, which is what
// the stream tells of.
async function whole(values, options) {
  const answer = await timeslots(values, options);
  const listed = answer.timeslots.map((slot) => slot.id);
  for (let n = 1, last = answer; n < most && last.nextCursor; n++) {
    last = await timeslots({ ...values, cursor: last.nextCursor }, options);
    answer.timeslots.push(...last.timeslots);
    answer.complete &&= last.complete;
    for (const part of ["providers", "departments"]) answer[part] = { ...last[part], ...answer[part] };
  }
  answer.timeslots.sort((a, b) => startOf(a) - startOf(b));
  return { ...answer, listed };
}

// Followed asks for times until it is stopped. show gets each answer, fail the reason why there is none; root has the
// times that are shown.
export class Followed {
  constructor(values, { root, show, fail }) {
    Object.assign(this, { values, root, show, fail, slots: null, stream: null, timer: null, stopped: false });
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const found = await whole(this.values, { again: this.slots !== null });
      if (this.stopped) return;
      const answer = this.stream ? { ...found, timeslots: this.stream.still(found.timeslots) } : found;
      const ids = new Set(answer.timeslots.map((slot) => slot.id));
      if (this.slots && answer.complete) await strike(this.root, this.slots.filter(({ id }) => !ids.has(id)), answer.timeslots);
      if (this.stopped) return;
      this.slots = answer.timeslots;
      this.show(answer);
      this.stream ??= new Stream(sorted({ ...this.values, product }), () => this.lookSoon());
      this.stream.shows(answer.listed.filter((id) => ids.has(id)));
    } catch (error) {
      if (!this.stopped) this.fail(error);
    }
  }

  lookSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), soon());
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.stream?.stop();
  }
}
