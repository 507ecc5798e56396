package booking

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// bypassing serves one target with everything that comes.
func bypassing(t *testing.T, base string, to BypassTarget, change ...func(*Options)) (*diary, string) {
	t.Helper()
	d := &diary{}
	g := newGateway(t, d, base, change...)
	return d, newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		g.Bypass(w, r, to, Call{Product: "flushot", CorrelationID: "corr-1"})
	})
}

func slotsTarget() BypassTarget {
	return BypassTarget{Base: Ingress, Key: CareOptionsKey, Path: "/v1/availability/slots", Operation: timeslot.OpAvailabilitySlots}
}

func TestAPersonalReadGoesAroundTheCache(t *testing.T) {
	for _, tc := range []struct{ method, body string }{
		{http.MethodGet, ""}, {http.MethodHead, ""}, {http.MethodPost, `{"patient":{"firstName":"Example"}}`},
	} {
		t.Run(tc.method, func(t *testing.T) {
			var seen []string
			var header http.Header
			base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				seen, header = []string{r.Method, r.RequestURI, string(body)}, r.Header
				w.Header().Set("Cache-Control", "public, s-maxage=60")
				w.Header().Set("Cache-Status", "cdn; hit")
				_, _ = io.WriteString(w, "{}")
			})
			d, url := bypassing(t, base, slotsTarget())
			r, _ := http.NewRequestWithContext(t.Context(), tc.method, url+"/x?b=2&a=%2F", strings.NewReader(tc.body))
			r.Header = http.Header{"Cookie": {"s=1"}, "X-Api-Key": {"the client's own"}, "User-Agent": {"u"}}
			got := do(t, r)
			want := []string{tc.method, "/v1/availability/slots?b=2&a=%2F", tc.body}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("upstream saw (-want +got):\n%s", diff)
			}
			if key := header["X-Api-Key"]; !cmp.Equal(key, []string{"our-options-key"}) || header.Get("Cookie") != "s=1" ||
				header["Transfer-Encoding"] != nil {
				t.Errorf("headers upstream %v", header)
			}
			for name, want := range map[string]string{"Cache-Status": "timeslots; fwd=bypass", "Cache-Control": "private, no-store"} {
				if value := got.header.Values(name); !cmp.Equal(value, []string{want}) {
					t.Errorf("%s is %q, want %q", name, value, want)
				}
			}
			if told := d.told("pend", "count", "started", "ended"); !cmp.Equal(told,
				[]string{"started careOptions", "ended careOptions availability_slots ok"}) {
				t.Errorf("told %v", told)
			}
		})
	}
}

// A 401 on a public read would sign an app's patient out (docs/faults.md rule 3).
func TestARefusalOfOurOwnKeyIsNotTheClients(t *testing.T) {
	for _, tc := range []struct{ refused, token, want int }{{401, 0, 502}, {403, 0, 502}, {401, 1, 401}, {403, 1, 403}, {404, 0, 404}, {400, 0, 400}} {
		_, url := bypassing(t, answering(t, tc.refused, `{"message":"no"}`), slotsTarget())
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/x", nil)
		if tc.token > 0 {
			r.Header.Set("Authorization", "Bearer t")
		}
		if got := do(t, r); got.status != tc.want {
			t.Errorf("%d with %d tokens: %d %s", tc.refused, tc.token, got.status, got.body)
		}
	}
}

func TestARefusalOfOurKeyIsNotTheClientsOnAPublicCallThatPasses(t *testing.T) {
	h := newHouse(t, answering(t, 401, `{"message":"no"}`))
	for path, want := range map[string]int{
		"DELETE /api/6/mobile/app/:appId/device/:device": 502, "POST /v2/clientLogging": 502, "GET /api/v2/coupon/:code/verify": 401,
	} {
		method, pattern, _ := strings.Cut(path, " ")
		r, _ := http.NewRequestWithContext(t.Context(), method, h.url+"/dexcare"+hole.ReplaceAllString(pattern, "x"), nil)
		if got := do(t, r); got.status != want {
			t.Errorf("%s: %d %s, want %d", path, got.status, got.body, want)
		}
	}
}

// What a client has is not what upstream said: taken slots were left out of it.
func TestAnEditedAnswerIsAskedForWholeAndHasNoValidators(t *testing.T) {
	var seen http.Header
	base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Content-MD5", "x")
		_, _ = io.WriteString(w, `["taken","free"]`)
	})
	to := slotsTarget()
	to.Edit = func(_ context.Context, body []byte) ([]byte, bool) {
		return []byte(strings.Replace(string(body), `"taken",`, "", 1)), true
	}
	_, url := bypassing(t, base, to)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/x", nil)
	r.Header = http.Header{"If-None-Match": {`"v1"`}, "Range": {"bytes=0-5"}, "Accept-Encoding": {"gzip"}}
	got := do(t, r)
	if seen.Get("If-None-Match") != "" || seen.Get("Range") != "" || seen.Get("Accept-Encoding") != "identity" {
		t.Errorf("upstream saw %v", seen)
	}
	if got.status != 200 || got.body != `["free"]` || got.header.Get("ETag") != "" || got.header.Get("Content-MD5") != "" || got.header.Get("Timeslots-Consistency") != "strict" {
		t.Errorf("%d %s %v", got.status, got.body, got.header)
	}
}

func TestABypassThatFailsSaysSoAndAsksOnce(t *testing.T) {
	calls := newWire(t, func(int32) string { return "" })
	for _, tc := range []struct {
		name, base, outcome string
		status              int
	}{
		{"unreachable", "http://127.0.0.1:1", "not-sent", 502},
		{"no answer", "http://" + calls.Addr().String(), "unknown", 504},
		{"hangs", hanging(t), "unknown", 504},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, url := bypassing(t, tc.base, slotsTarget(), func(o *Options) { o.Timeout = time.Second }) // a connection takes less
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			got := do(t, r)
			if got.status != tc.status || outcomeOf(t, got) != tc.outcome || got.header.Get("Cache-Status") != "timeslots; fwd=bypass" {
				t.Errorf("%d %v %s", got.status, got.header, got.body)
			}
			if strings.Contains(got.body, "booking") {
				t.Errorf("speaks of a booking: %s", got.body)
			}
		})
	}
	if n := calls.requests.Load(); n != 1 {
		t.Errorf("upstream saw %d requests", n)
	}
}

// A GET without a body is what Go's transport sends a second time when a reused connection breaks.
func TestAQuestionIsSentOnceOverAReusedConnectionThatBreaks(t *testing.T) {
	upstream := newWire(t, func(n int32) string {
		if n == 1 {
			return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
		}
		return ""
	})
	h := newHouse(t, "http://"+upstream.Addr().String())
	own := routeOf(t, http.MethodGet, "/api/6/visits/retail/self")
	first, second := h.book(t, own, ""), h.book(t, own, "")
	if first.status != 200 || second.status != 504 || upstream.requests.Load() != 2 {
		t.Errorf("statuses %d, %d, %d requests for 2 calls", first.status, second.status, upstream.requests.Load())
	}
}

func TestBypassesThatNeverReachUpstream(t *testing.T) {
	var calls atomic.Int32
	base := newUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	for _, tc := range []struct {
		name, method, path, body, header string
		want                             int
	}{
		{"dot segment", "GET", "/v1/../x", "", "", 404},
		{"escaped dot segment", "GET", "/v1/%2e%2e/x", "", "", 404},
		{"escaped slash", "GET", "/v1/a%2fb", "", "", 404},
		{"escaped twice", "GET", "/v1/a%252f", "", "", 404},
		{"empty segment", "GET", "/v1//x", "", "", 404},
		{"query in the path", "GET", "/v1?x", "", "", 404},
		{"no path", "GET", "", "", "", 404},
		{"another method", "DELETE", "/v1/x", "", "", 404},
		{"too much body", "POST", "/v1/x", strings.Repeat("x", 101), "", 413},
		{"compressed", "POST", "/v1/x", "{}", "Content-Encoding", 415},
		{"asks to drop the token", "GET", "/v1/x", "", "Connection", 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newGateway(t, &diary{}, base, func(o *Options) { o.MaxBody = 100 })
			r := httptest.NewRequest(tc.method, "/", strings.NewReader(tc.body))
			if tc.header != "" {
				r.Header.Set(tc.header, "authorization")
			}
			w := httptest.NewRecorder()
			g.Bypass(w, r, BypassTarget{Base: Public, Path: tc.path}, Call{})
			if w.Code != tc.want || w.Header().Get("Cache-Control") != "private, no-store" {
				t.Errorf("%d %v %s, want %d", w.Code, w.Header(), w.Body, tc.want)
			}
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("upstream was called %d times", n)
	}
}

func TestAPipeInADepartmentsKeyStaysEscaped(t *testing.T) {
	var seen string
	base := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI })
	_, url := bypassing(t, base, BypassTarget{Base: Public, Path: "/v4/departments/ehr%7C12/departmentInfo"})
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if got := do(t, r); got.status != 200 || seen != "/v4/departments/ehr%7C12/departmentInfo" {
		t.Errorf("%d, upstream saw %q", got.status, seen)
	}
}

func TestABypassEndsWithItsClient(t *testing.T) {
	arrived, cut := make(chan struct{}), make(chan struct{})
	base := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(cut)
	})
	d := &diary{}
	g := newGateway(t, d, base)
	ctx, leave := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	served := make(chan struct{})
	go func() {
		defer close(served)
		g.Bypass(httptest.NewRecorder(), r, slotsTarget(), Call{})
	}()
	<-arrived
	leave()
	<-served
	<-cut
	if told := d.told("ended"); !cmp.Equal(told, []string{"ended careOptions availability_slots canceled"}) {
		t.Errorf("told %v", told)
	}
}
