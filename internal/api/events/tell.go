package events

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Times of a stream of events.
const (
	heartbeat  = 15 * time.Second // of silence: less than proxies wait before they give up
	eventDelay = 10 * time.Second // that a client may take to take an event
	comeBack   = 2 * time.Second  // that browsers wait before they connect again
)

// Begin writes the head of a stream.
func Begin(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
}

// retry says when browsers are to connect again.
func retry() []byte { return fmt.Appendf(nil, "retry: %d\n\n", comeBack.Milliseconds()) }

// End writes a stream that has no events, after which browsers come back to whichever replica serves then.
func End(w http.ResponseWriter) { _, _ = w.Write(retry()) }

// Tell writes events until the listener's end, or its client's.
func Tell(ctx context.Context, w http.ResponseWriter, listener *Listener) {
	control := http.NewResponseController(w)
	text := retry()
	for {
		_ = control.SetWriteDeadline(time.Now().Add(eventDelay)) // a writer without deadlines has none to extend
		if _, err := w.Write(text); err != nil || control.Flush() != nil {
			return
		}
		events, err := listener.Next(ctx, heartbeat)
		if err != nil {
			return
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
func appendEvent(b []byte, e *Event) []byte {
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
