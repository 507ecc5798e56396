package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/live"
	"timeslots/internal/api/query"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// routeEvents is where pages hear that slots of an answer are taken, and that they come back.
const routeEvents = "/v1/timeslots/events"

// Times of a stream of events.
const (
	heartbeat    = 15 * time.Second // of silence: less than proxies wait before they give up
	eventDelay   = 10 * time.Second // that a client may take to take an event
	comeBack     = 2 * time.Second  // that browsers wait before they connect again
	leastBetween = 5 * time.Second  // looks that no booking caused
)

// events is GET /v1/timeslots/events: the same question as GET /v1/timeslots, or with by or per as GET
// /v1/next-available, answered by what becomes of its slots (text/event-stream). It goes on until the client leaves, or
// the server does.
func (s *Server) events(c echo.Context) error {
	rec := recordOf(c)
	q, use, err := s.understand(c.Request().URL.RawQuery, form{routeEvents, query.Followed, nil})
	rec.Product = use.label
	if err != nil {
		return err
	}
	if s.off(use) {
		return errOff
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if c.Request().Method == http.MethodHead {
		c.Response().WriteHeader(http.StatusOK)
		return nil
	}
	watch := func() live.Watched { return &watched{server: s, query: q, use: use} }
	listener, err := s.live.Join(q.Canonical(), watch, c.Request().Header.Get("Last-Event-ID"))
	if errors.Is(err, live.ErrFull) {
		return err
	}
	rec.Took = s.opt.Now().Sub(rec.Start) // what comes later is no latency
	if err != nil {                       // we are leaving: an empty answer, after which browsers come back to whoever serves then
		_, _ = fmt.Fprintf(c.Response(), "retry: %d\n\n", comeBack.Milliseconds())
		return nil
	}
	defer listener.Leave()
	return tell(c, listener)
}

// tell writes events until the listener's end. That the client left is no error.
func tell(c echo.Context, listener *live.Listener) error {
	w, control := c.Response(), http.NewResponseController(c.Response())
	text := fmt.Appendf(nil, "retry: %d\n\n", comeBack.Milliseconds())
	for {
		_ = control.SetWriteDeadline(time.Now().Add(eventDelay)) // a writer without deadlines has none to extend
		if _, err := w.Write(text); err != nil || control.Flush() != nil {
			return nil
		}
		events, err := listener.Next(c.Request().Context(), heartbeat)
		if err != nil {
			return nil
		}
		text = text[:0]
		for i := range events {
			text = appendEvent(text, &events[i])
		}
		if len(events) == 0 {
			text = append(text, ":\n\n"...) // a comment, which keeps connections open
		}
	}
}

// appendEvent appends an event with its id: "offered" for a whole list, "change" for what was removed and restored.
func appendEvent(b []byte, e *live.Event) []byte {
	name, document := "change", any(struct {
		Removed  []string `json:"removed"`
		Restored []string `json:"restored"`
	}{listOf(e.Removed), listOf(e.Restored)})
	if e.Whole {
		name, document = "offered", struct {
			Offered []string `json:"offered"`
		}{listOf(e.Offered)}
	}
	data, _ := json.Marshal(document) // of texts: it cannot fail
	return fmt.Appendf(b, "id: %s\nevent: %s\ndata: %s\n\n", e.ID, name, data)
}

// listOf is a list that JSON writes as [] when it is empty.
func listOf(ids []string) []string {
	if ids == nil {
		return []string{}
	}
	return ids
}

// watched is one answer that people look at. One goroutine uses it.
type watched struct {
	server *Server
	query  *timeslot.Query
	use    *useCase
	answer *search.Answer
	next   time.Time // when the answer is looked at again without a cause
}

// Due implements live.Watched: a slot of the answer's clinicians was taken or came back, or the answer is no longer fresh.
func (w *watched) Due() bool {
	if !w.server.opt.Now().Before(w.next) {
		return true
	}
	if w.answer == nil {
		return false
	}
	view, _ := w.server.opt.Engine.Taken(context.Background()) // waits for a round trip to Redis at most
	return view.Touches(w.answer.TakenVersion, w.answer.Clinicians)
}

// Look implements live.Watched.
func (w *watched) Look(ctx context.Context) ([]string, error) {
	q := *w.query
	answer, err := w.server.opt.Engine.Search(ctx, &q, search.Caller{Product: w.use.upstream, Budget: w.use.Budget})
	now := w.server.opt.Now()
	w.next = now.Add(leastBetween)
	w.answer = nil // nothing to compare with, until there is a whole one again
	if err != nil {
		return nil, err
	}
	if !answer.Complete && !answer.Settled { // what a source does not say is not gone
		return nil, errPartial
	}
	if at := answer.FreshUntil; at.After(w.next) {
		w.next = at
	}
	w.answer = answer
	return offeredBy(answer), nil
}

// offeredBy is the ids of all slots that an answer shows: those of its page, or the next ones of its entries.
func offeredBy(answer *search.Answer) []string {
	ids := make([]string, 0, len(answer.Slots))
	for i := range answer.Slots {
		ids = append(ids, answer.Slots[i].PublicID())
	}
	for _, entry := range answer.Entries {
		for i := range entry.Next {
			ids = append(ids, entry.Next[i].PublicID())
		}
	}
	return ids
}

var errPartial = errors.New("a part of the answer is missing")

// EndStreams sends everybody home who listens to events; browsers come back by themselves, to whoever serves then.
func (s *Server) EndStreams() { s.live.Close() }
