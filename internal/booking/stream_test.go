package booking

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ticking writes a line a tick, until it has written all or its reader is gone.
func ticking(t *testing.T, lines int, every time.Duration) string {
	return newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for range lines {
			_, _ = io.WriteString(w, "line\n")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	})
}

func askForReport(t *testing.T, g *Gateway, route Route, writeTimeout time.Duration) (body string, err error) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.Serve(w, r, route, Call{})
	}))
	server.Config.WriteTimeout = writeTimeout
	server.Start()
	defer server.Close()
	path := strings.Replace(route.Path, "*", "r.csv", 1)
	r, _ := http.NewRequestWithContext(t.Context(), route.Method, server.URL+"/dexcare"+path, nil)
	r.Header = http.Header{"Authorization": {"dc-token s"}, "X-Api-Key": {"partner-key"}}
	if route.Token == BearerToken {
		r.Header.Set("Authorization", "Bearer t")
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func TestAReportMayTakeLongerThanABookingWhileItMoves(t *testing.T) {
	base := ticking(t, 20, 20*time.Millisecond)
	short := func(o *Options) { o.Timeout = 200 * time.Millisecond }
	report := routeOf(t, http.MethodGet, "/api/8/reporting/*")
	body, err := askForReport(t, newGateway(t, &diary{}, base, short), report, 200*time.Millisecond)
	if err != nil || body != strings.Repeat("line\n", 20) {
		t.Errorf("got %q, %v", body, err)
	}
	own := routeOf(t, http.MethodGet, "/v1/patient")
	if body, err := askForReport(t, newGateway(t, &diary{}, base, short), own, 0); err == nil {
		t.Errorf("another answer may not: got %q whole", body)
	}
}

func TestAReportThatStopsMovingBreaksOff(t *testing.T) {
	base := ticking(t, 2, time.Minute)
	g := newGateway(t, &diary{}, base, func(o *Options) { o.Timeout = 50 * time.Millisecond })
	if body, err := askForReport(t, g, routeOf(t, http.MethodGet, "/v1/reporting/*"), 0); err == nil {
		t.Errorf("read %q as if it were all", body)
	}
}

func TestAReportThatNeverBeginsIsUnknown(t *testing.T) {
	h := newHouse(t, hanging(t), func(o *Options) { o.Timeout = 50 * time.Millisecond })
	got := h.book(t, routeOf(t, http.MethodPost, "/api/8/reporting/*"), "{}", "X-Api-Key: partner-key")
	if got.status != http.StatusGatewayTimeout || outcomeOf(t, got) != "unknown" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if told := h.told("ended"); len(told) != 1 || told[0] != "ended booking reporting timeout" {
		t.Errorf("told %v", told)
	}
}

// sink forgets what is written to it.
type sink struct{ n int64 }

func (*sink) Header() http.Header { return http.Header{} }
func (*sink) WriteHeader(int)     {}
func (s *sink) Write(p []byte) (int, error) {
	s.n += int64(len(p))
	return len(p), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestALargeReportTakesNoMemory(t *testing.T) {
	const size = 64 << 20
	g := newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport = largeAnswer(size) })
	r := httptest.NewRequest(http.MethodGet, "/dexcare/api/8/reporting/r.csv", nil)
	r.Header = http.Header{"Authorization": {"dc-token s"}, "X-Api-Key": {"partner-key"}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var out sink
	g.Serve(&out, r, routeOf(t, http.MethodGet, "/api/8/reporting/*"), Call{})
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; out.n != size || used > 4<<20 {
		t.Errorf("%d bytes passed, %d were allocated on the way", out.n, used)
	}
}

// largeAnswer is a transport whose every answer has that many bytes.
type largeAnswer int64

func (n largeAnswer) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.LimitReader(zeros{}, int64(n)))}, nil
}
