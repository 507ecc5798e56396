package record

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
	"timeslots/internal/trace"
)

// seen counts requests that have ended.
type seen struct {
	Silent
	ended int
}

func (s *seen) RequestEnded(trace.Ended, time.Duration, string) { s.ended++ }

func TestAnswersFromMemoryShareALineAndOthersHaveOneEach(t *testing.T) {
	for level, want := range map[slog.Level]map[string]int{
		slog.LevelInfo:  {`"msg":"request"`: 2, `"msg":"hits"`: 1, `"requests":3`: 1, `"bytes":30`: 1},
		slog.LevelDebug: {`"msg":"request"`: 5, `"msg":"hits"`: 0},
	} {
		var text bytes.Buffer
		counted := &seen{}
		log := New(Options{Recorder: counted, Logger: slog.New(slog.NewJSONHandler(&text, &slog.HandlerOptions{Level: level}))})
		for i := range 5 {
			r := Request{Start: time.Now(), Method: "GET", Route: "/v1/timeslots", Product: "default", Cache: "hit", Status: 200, Bytes: 10, FromMemory: i < 3}
			log.Begin(t.Context(), nil, &r)
			log.End(&r)
		}
		log.Close()
		for part, n := range want {
			if got := strings.Count(text.String(), part); got != n {
				t.Errorf("%v: %s is there %d times, want %d:\n%s", level, part, got, n, &text)
			}
		}
		if counted.ended != 5 {
			t.Errorf("%d requests were counted", counted.ended)
		}
	}
}
