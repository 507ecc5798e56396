package redisclient

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
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

func TestRedisOptionsAreCheckedAllAtOnce(t *testing.T) {
	_, err := New(Options{
		Mode: "ring", Master: "m", DB: -1, Timeout: -time.Second, Prefix: "a:b", Tier: "{prd}",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"Addresses", "Mode", "Master", "DB", "Timeout", "Prefix", "Tenant", "Tier"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("no word about %s in:\n%v", field, err)
		}
	}
}
