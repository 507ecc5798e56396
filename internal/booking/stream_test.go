package booking

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/test/rig"
)

// stream is an answer's body that takes its pauses, one before each line, until the call's time is up. It and its reader
// live in a bubble's time (testing/synctest).
type stream struct {
	call   context.Context
	pauses []time.Duration
}

func (s *stream) Read(p []byte) (int, error) {
	if len(s.pauses) == 0 {
		return 0, io.EOF
	}
	select {
	case <-rig.After(s.pauses[0]):
	case <-s.call.Done():
		return 0, context.Cause(s.call)
	}
	s.pauses = s.pauses[1:]
	return copy(p, "line\n"), nil
}

// streaming is an upstream that begins to answer at once.
type streaming []time.Duration

func (pauses streaming) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(&stream{r.Context(), pauses})}, nil
}

// dated is a client's side that takes nothing after its deadline, as a server's write timeout has it.
type dated struct {
	*httptest.ResponseRecorder
	due time.Time
}

func (d *dated) SetWriteDeadline(due time.Time) error {
	d.due = due
	return nil
}

func (d *dated) Write(p []byte) (int, error) {
	if time.Now().After(d.due) {
		return 0, os.ErrDeadlineExceeded
	}
	return d.ResponseRecorder.Write(p)
}

// readReport gives what a client reads, and whether that broke off.
func readReport(t *testing.T, upstream http.RoundTripper, route Route, timeout, writeTimeout time.Duration) (body string, whole bool) {
	t.Helper()
	g := newGateway(t, &diary{}, "http://visit.example.org", func(o *Options) { o.Transport, o.Timeout = upstream, timeout })
	r := httptest.NewRequest(route.Method, "/dexcare"+strings.Replace(route.Path, "*", "r.csv", 1), nil)
	r.Header = http.Header{"Authorization": {"dc-token s"}, "X-Api-Key": {"partner-key"}}
	if route.Token == BearerToken {
		r.Header.Set("Authorization", "Bearer t")
	}
	w := &dated{httptest.NewRecorder(), time.Now().Add(writeTimeout)}
	func() {
		defer func() { whole = recover() == nil }()
		g.Serve(w, r, route, Call{})
	}()
	return w.Body.String(), whole
}

func TestAReportMayTakeLongerThanABookingWhileItMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timeout = 200 * time.Millisecond
		slow := streaming(slices.Repeat([]time.Duration{timeout / 2}, 20))
		body, whole := readReport(t, slow, routeOf(t, http.MethodGet, "/api/8/reporting/*"), timeout, timeout)
		if !whole || body != strings.Repeat("line\n", 20) {
			t.Errorf("got %q, whole %v", body, whole)
		}
		if body, whole := readReport(t, slow, routeOf(t, http.MethodGet, "/v1/patient"), timeout, time.Hour); whole {
			t.Errorf("another answer may not: got %q whole", body)
		}
	})
}

func TestAReportThatStopsMovingBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := streaming{0, 0, time.Minute}
		body, whole := readReport(t, stops, routeOf(t, http.MethodGet, "/v1/reporting/*"), 50*time.Millisecond, time.Hour)
		if whole || body != "line\nline\n" {
			t.Errorf("read %q, whole %v", body, whole)
		}
	})
}

func TestAReportThatNeverBeginsIsUnknown(t *testing.T) {
	h := newHouse(t, hanging(t), func(o *Options) { o.Timeout = time.Second }) // a connection takes less
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
