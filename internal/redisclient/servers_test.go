package redisclient

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestAServerThatComesAndGoesDoesNotFloodTheLog(t *testing.T) {
	var log bytes.Buffer
	s := &servers{recorder: silent{}, log: slog.New(slog.NewTextHandler(&log, nil)), tripped: func() {}}
	s.whole = newBreaker("here:6379", s.changed)
	for range 500 {
		s.whole.become(TroubleRefused, "")
		s.whole.become(TroubleNone, "")
	}
	if n := strings.Count(log.String(), "\n"); n != maxLines || !strings.Contains(log.String(), "changes often") {
		t.Errorf("%d lines, want %d and a word about it", n, maxLines)
	}
}
