package redistest

import (
	"testing"
	"time"
)

// Eventually polls until ok holds, for at most a minute.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("still not after a minute: %s", what)
		case <-ticker.C:
		}
	}
}
