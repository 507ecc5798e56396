// Times that somebody else takes, and times that come back (server-sent events).

const interval = 30_000; // milliseconds between looks where no events can be had

// follow tells what becomes of an answer until the function that it gives is called. changed gets the ids that are
// gone, or null when only a new look will tell. Nobody follows what nobody sees.
export function follow(query, changed) {
  let source = null;
  let timer = null;
  const stop = () => {
    source?.close();
    clearInterval(timer);
    source = timer = null;
  };
  const start = (offered) => {
    source = new EventSource(`/v1/timeslots/events?${query}`);
    source.addEventListener("offered", (event) => offered(JSON.parse(event.data).offered));
    source.addEventListener("change", (event) => changed(JSON.parse(event.data).removed));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      stop();
      timer = setInterval(() => changed(null), interval);
    });
  };
  let shown = null;
  const offered = (ids) => { // more may have happened than an event tells
    const text = ids.toSorted().join();
    if (shown !== null && shown !== text) changed(null);
    shown = text;
  };
  const seen = () => {
    stop();
    if (!document.hidden) start(offered);
  };
  document.addEventListener("visibilitychange", seen);
  seen();
  return {
    stop() {
      document.removeEventListener("visibilitychange", seen);
      stop();
    },
    // shows says what the page shows, to compare with what is offered when the stream begins.
    shows(ids) {
      shown = ids.toSorted().join();
    },
  };
}
