package faults

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// Events are of use only when they come as they happen: proxies must not hold them back, nor keep them for the next.
func TestEventsPassProxiesAtOnce(t *testing.T) {
	stream := strings.Replace(clinic, "?", "/events?", 1)
	proxies := map[string]func(testing.TB, string) string{
		"nginx":   rig.Nginx,
		"varnish": func(t testing.TB, to string) string { return rig.Varnish(t, to, true) },
	}
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			measured(t, func(t *testing.T, f *figure.Figures) {
				s := newScene(t, "booking: {tombstone: 48h}")
				offers := s.settle(t, clinic)
				base := proxy(t, s.Public)
				ctx, leave := context.WithTimeout(t.Context(), rig.Patience)
				defer leave()
				first, second := events(t, ctx, base+stream), events(t, ctx, base+stream)
				for _, lines := range []*bufio.Scanner{first, second} {
					await(t, lines, "event: offered")
				}
				r := s.book(t, offers, 0)
				if r.Status/100 != 2 {
					t.Fatalf("booking: %d %s", r.Status, r.Body)
				}
				began := time.Now()
				for _, lines := range []*bufio.Scanner{first, second} {
					await(t, lines, `{"removed":["`)
				}
				f.Time("told of a booking through "+name, time.Since(began), time.Second, 1)
			})
		})
	}
}

func events(t *testing.T, ctx context.Context, url string) *bufio.Scanner {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	must(t, err)
	resp, err := rig.Client.Do(req)
	must(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("X-Proxy-Cache") == "HIT" {
		t.Fatalf("%s: %d %v", url, resp.StatusCode, resp.Header)
	}
	return bufio.NewScanner(resp.Body)
}

// await reads until a line holds text; the request's context ends a wait that is in vain.
func await(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the stream ended without %s: %v", text, lines.Err())
}
