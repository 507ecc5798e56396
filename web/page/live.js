// Times that somebody else takes, and times that come back (server-sent events).

const interval = 30_000; // milliseconds between looks where no events can be had

// Stream tells what becomes of the times that a page shows, until it is stopped. changed is called when a new look is
// worth its while. Nobody follows what nobody sees.
export class Stream {
  constructor(query, changed) {
    Object.assign(this, { query, changed, shown: [], gone: new Set(), source: null, timer: null });
    this.seen = () => (document.hidden ? this.rest() : this.begin());
    document.addEventListener("visibilitychange", this.seen);
    this.seen();
  }

  begin() {
    this.rest();
    const source = this.source = new EventSource(`/v1/timeslots/events?${this.query}`);
    source.addEventListener("offered", (event) => this.compare(JSON.parse(event.data).offered));
    source.addEventListener("change", (event) => this.change(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      this.rest();
      this.timer = setInterval(this.changed, interval);
    });
  }

  rest() {
    this.source?.close();
    clearInterval(this.timer);
    this.source = this.timer = null;
  }

  stop() {
    document.removeEventListener("visibilitychange", this.seen);
    this.rest();
  }

  // shows says what the page shows, to compare with what is offered when the stream begins.
  shows(ids) {
    this.shown = ids;
  }

  compare(ids) {
    const offered = new Set(ids);
    const missing = this.shown.filter((id) => !offered.has(id));
    for (const id of offered) this.gone.delete(id);
    for (const id of missing) this.gone.add(id);
    if (missing.length > 0 || offered.size !== this.shown.length) this.changed();
  }

  change({ removed, restored }) {
    for (const id of restored) this.gone.delete(id);
    for (const id of removed) this.gone.add(id);
    this.changed();
  }

  // still is the slots that were not told to be gone: a copy on the way, in a CDN or a browser, may be older than that.
  still(slots) {
    return slots.filter((slot) => !this.gone.has(slot.id));
  }
}
