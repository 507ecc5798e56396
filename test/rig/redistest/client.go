package redistest

import (
	"slices"
	"testing"
	"time"

	"timeslots/internal/redisclient"
)

// Options are those of a client of the server at addr. They are patient, so that a busy test machine does not trip it.
func Options(addr string) redisclient.Options {
	return redisclient.Options{
		Addresses: []string{addr}, Timeout: 2 * time.Second, Prefix: "timeslots", Tenant: "acme", Tier: "prd",
	}
}

// Bypassed reports whether no server is asked for anything.
func Bypassed(c *redisclient.Client) bool {
	return !slices.ContainsFunc(c.State(), func(s redisclient.ServerState) bool { return !s.Kind.Bypasses() })
}

// New makes a client that is closed when the test ends, or before.
func New(t testing.TB, o redisclient.Options) *redisclient.Client {
	t.Helper()
	c, err := redisclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
