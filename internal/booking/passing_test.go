package booking

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBodyAndAnswerPassUntouched(t *testing.T) {
	for _, tc := range []struct {
		route             Route
		request, response string
	}{
		{Retail(), "retail-visit.v6.request.json", "retail-visit.v6.response.json"},
		{Provider(), "provider-booking.v7.request.json", "provider-booking.v7.response.json"},
	} {
		t.Run(tc.route.Flow, func(t *testing.T) {
			var seen string
			base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				seen = r.Method + " " + r.RequestURI + "\n" + string(body)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusCreated)
				_, _ = io.WriteString(w, sample(t, tc.response))
			})
			h := newHouse(t, base+"/visit")
			got := h.book(t, tc.route, sample(t, tc.request))

			want := tc.route.Method + " /visit" + tc.route.Path + "\n" + sample(t, tc.request)
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("upstream saw (-want +got):\n%s", diff)
			}
			if got.status != http.StatusCreated || got.body != sample(t, tc.response) {
				t.Errorf("the client got %d %q", got.status, got.body)
			}
		})
	}
}

func TestABodyThatIsNoJSONIsForwardedForUpstreamToJudge(t *testing.T) {
	body := "\x00\xff not json {{{"
	var seen string
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = string(b)
		w.WriteHeader(http.StatusBadRequest)
	}))
	if got := h.book(t, Retail(), body); got.status != http.StatusBadRequest || seen != body {
		t.Errorf("status %d, upstream saw %q", got.status, seen)
	}
	if told := h.told("pend", "withdraw"); len(told) != 0 {
		t.Errorf("the ledger was told %v about no slot", told)
	}
}

func TestTheQueryStringPassesAsItWasWritten(t *testing.T) {
	for _, query := range []string{"?product=a+b&x=%2F%2f&&y;z=1", "?", ""} {
		var seen string
		base := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI })
		h := newHouse(t, base)
		route := Retail()
		route.Path += query
		h.book(t, route, someBooking)
		if want := Retail().Path + query; seen != want {
			t.Errorf("upstream saw %q, want %q", seen, want)
		}
	}
}

func TestHeadersThatReachUpstream(t *testing.T) {
	var seen http.Header
	h := newHouse(t, newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	h.book(t, Retail(), someBooking,
		"User-Agent: Acme|1.2.3|iPhone|17|iOSSDK|9|darwin", "domain: portal", "X-Custom: kept", "Cookie: a=b",
		"Accept-Encoding: br;q=1, gzip", "Accept: application/json",
		"X-Api-Key: the client's own", "Idempotency-Key: k1", "X-Idempotency-Key: k2",
		"Connection: close, TE", "Keep-Alive: timeout=5", "Te: trailers", "Proxy-Authorization: Basic eA==",
		"Upgrade: websocket", "Expect: 100-continue")
	want := http.Header{
		"Authorization": {"Bearer patient-token"}, "Content-Type": {"application/json"},
		"User-Agent": {"Acme|1.2.3|iPhone|17|iOSSDK|9|darwin"}, "Domain": {"portal"}, "X-Custom": {"kept"},
		"Cookie": {"a=b"}, "Accept-Encoding": {"br;q=1, gzip"}, "Accept": {"application/json"},
		"Content-Length": {strconv.Itoa(len(someBooking))}, "X-Api-Key": {"our-key"}, "Correlation-Id": {"corr-1"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("headers upstream (-want +got):\n%s", diff)
	}
}

func TestNoHeaderIsMadeUpForAClientThatSendsNone(t *testing.T) {
	var seen http.Header
	h := newHouse(t, newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }),
		func(o *Options) { o.APIKey = "" })
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url, strings.NewReader("{}"))
	r.Header = http.Header{"Authorization": {"bearer t"}, "User-Agent": {""}}
	do(t, r)
	want := http.Header{
		"Authorization": {"bearer t"}, "Content-Length": {"2"}, "Correlation-Id": {"corr-1"},
		"Accept-Encoding": {"identity"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("headers upstream (-want +got):\n%s", diff)
	}
}

func TestHeadersThatComeBack(t *testing.T) {
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{
			"correlation-id": "11111111#7", "X-Custom": "kept", "ETag": `"v1"`, "Vary": "Origin", "Set-Cookie": "s=1",
			"Cache-Control": "public, s-maxage=60", "Expires": "Thu, 01 Jan 2099 00:00:00 GMT", "Age": "5", "Pragma": "x",
			"CDN-Cache-Control": "max-age=60", "Surrogate-Control": "max-age=60", "X-Accel-Expires": "60",
			"Access-Control-Allow-Origin": "*", "Connection": "X-Hop", "X-Hop": "1", "Keep-Alive": "timeout=5",
			"Date": "Mon, 04 Mar 2030 00:00:00 GMT",
		} {
			w.Header().Set(name, value)
		}
		w.Header()["Content-Type"] = nil
		_, _ = io.WriteString(w, "{}")
	}))
	want := http.Header{
		"Correlation-Id": {"11111111#7"}, "X-Custom": {"kept"}, "Etag": {`"v1"`}, "Vary": {"Origin"},
		"Set-Cookie": {"s=1"}, "Cache-Control": {"private, no-store"}, "Content-Length": {"2"},
		"Date": {"Mon, 04 Mar 2030 00:00:00 GMT"},
	}
	got := h.book(t, Retail(), someBooking).header
	got.Del("Connection") // of our own hop
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers back (-want +got):\n%s", diff)
	}
}

func TestARedirectIsPassedOnAndNotFollowed(t *testing.T) {
	elsewhere := 0
	target := newUpstream(t, func(http.ResponseWriter, *http.Request) { elsewhere++ })
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	}))
	got := h.book(t, Retail(), someBooking)
	if got.status != http.StatusTemporaryRedirect || got.header.Get("Location") != target || elsewhere != 0 {
		t.Errorf("status %d, location %q, calls elsewhere %d", got.status, got.header.Get("Location"), elsewhere)
	}
	if diff := cmp.Diff([]string{"pend", "suspect"}, h.told("pend", "promote", "withdraw", "suspect")); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestAnAnswerIsStreamedAsItComes(t *testing.T) {
	rest := make(chan struct{})
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		<-rest
		_, _ = io.WriteString(w, " second")
	}))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url, strings.NewReader(someBooking))
	r.Header.Set("Authorization", "Bearer t")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	first := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first" {
		t.Fatalf("read %q, %v before upstream went on", first, err)
	}
	close(rest)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != " second" {
		t.Errorf("then read %q, %v", rest, err)
	}
}

func TestAClientThatLeavesDoesNotCancelItsBooking(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	cut := make(chan bool, 1)
	base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		select {
		case <-r.Context().Done():
			cut <- true
		default:
			cut <- false
		}
	})
	d := &diary{}
	g := newGateway(t, d, base)
	left, served := make(chan struct{}), make(chan struct{})
	front := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		go func() { <-r.Context().Done(); close(left) }()
		g.Serve(w, r, Retail(), Call{})
		close(served)
	})

	ctx, leave := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, front, strings.NewReader(someBooking))
	r.Header.Set("Authorization", "Bearer t")
	gone := make(chan error, 1)
	go func() { _, err := http.DefaultTransport.RoundTrip(r); gone <- err }() //nolint:bodyclose // it never gets one
	<-arrived
	leave()
	if err := <-gone; err == nil {
		t.Fatal("the client did not leave")
	}
	<-left // our server has noticed, too
	close(release)
	<-served
	if <-cut {
		t.Error("the call upstream was cut off")
	}
	if diff := cmp.Diff([]string{"promote"}, d.told("promote", "suspect", "withdraw")); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}
