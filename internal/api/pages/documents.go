package pages

import (
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/api/response"
)

// Bounds of the pages that are kept in their content codings.
const (
	documentBytes = 16 << 20
	documentIdle  = 5 * time.Minute // that nobody asks for one
)

// Documents remembers the content codings of pages that were sent before.
type Documents struct {
	byTag *otter.Cache[string, *response.Coded]
}

// NewDocuments makes an empty table. Close ends it.
func NewDocuments() (*Documents, error) {
	c, err := otter.New(&otter.Options[string, *response.Coded]{
		MaximumWeight:    documentBytes,
		Weigher:          func(_ string, c *response.Coded) uint32 { return uint32(2 * len(c.Body())) },
		ExpiryCalculator: otter.ExpiryWriting[string, *response.Coded](documentIdle),
	})
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return &Documents{c}, nil
}

// Message is the answer with a page, but for the headers of its own.
func (t *Documents) Message(d Document, ask response.Ask, coder *response.Coder) response.Message {
	known, ok := t.byTag.GetIfPresent(d.Tag)
	if !ok {
		known = response.NewCoded(d.Body)
		t.byTag.Set(d.Tag, known)
	}
	m := known.Document(d.Status, "text/html; charset=utf-8", ask, coder)
	m.Add(varyEncoding, response.NewField("Cache-Control", d.CacheControl))
	return m
}

// Close ends the table's own goroutine.
func (t *Documents) Close() { t.byTag.StopAllGoroutines() }
