package booking

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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
		"Cache-Control": {"private, no-store"}, "Content-Length": {"2"},
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
	resp := h.begin(t)
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

// Upstream's word on its connection, its machines or its whole origin would be taken for ours.
func TestNothingThatComesBackActsOnOurOrigin(t *testing.T) {
	spoken := map[string]string{
		"Alt-Svc": `h3=":443"; ma=86400`, "Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Set-Cookie": "s=1; Domain=upstream.example",
		"Clear-Site-Data": `"*"`, "NEL": "{}", "Report-To": "{}", "Reporting-Endpoints": `a="https://upstream.example"`, "Refresh": "0; url=https://upstream.example",
		"Link": "</x>; rel=preload", "Server": "kong", "X-Powered-By": "Express", "Via": "1.1 kong", "Content-Security-Policy-Report-Only": "default-src 'none'",
		"Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "geolocation=()", "Public-Key-Pins": "x", "Expect-CT": "max-age=1", "Accept-CH": "DPR",
		"Critical-CH": "DPR", "Service-Worker-Allowed": "/", "Timing-Allow-Origin": "*", "Sec-Session-Registration": "x", "Proxy-Authenticate": "Basic",
		"Upgrade": "h2c", "Trailer": "X-T", "Keep-Alive": "timeout=5", "Access-Control-Allow-Origin": "*", "Origin-Agent-Cluster": "?1", "Speculation-Rules": `"/r"`,
		"Connection": "X-Hop", "X-Hop": "1", "WWW-Authenticate": `Basic realm="upstream"`,
	}
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range spoken {
			w.Header().Set(name, value)
		}
		w.Header().Add("WWW-Authenticate", `Bearer realm="upstream, and more", error="invalid_token"`)
		w.Header().Add("WWW-Authenticate", `Bearer realm="a", Basic realm="b"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	got := h.book(t, Retail(), someBooking).header
	if challenge := got.Values("WWW-Authenticate"); len(challenge) != 1 || !strings.HasPrefix(challenge[0], "Bearer") {
		t.Errorf("challenges %q, want the bearer's alone", challenge)
	}
	delete(spoken, "WWW-Authenticate")
	for name := range spoken {
		if name != "Connection" && got.Get(name) != "" {
			t.Errorf("%s: %s came back", name, got.Get(name))
		}
	}
}

func TestWhomARequestComesFromIsNotTheClientsToSay(t *testing.T) {
	var seen http.Header
	h := newHouse(t, newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	for _, name := range []string{
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Client-Cert",
		"X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "Fastly-Client-IP", "X-Client-IP", "X-Cluster-Client-IP",
		"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Envoy-External-Address", "X-Azure-ClientIP", "CloudFront-Viewer-Address", "Via",
		"X-ProxyUser-IP", "WL-Proxy-Client-IP", "Client-IP", "X-Original-Forwarded-For", "Forwarded-For", "X-Consumer-Username",
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+mount+"/api/6/visits/retail", strings.NewReader("{}"))
		r.Header = http.Header{"Authorization": {"Bearer t"}}
		r.Header.Set(name, "10.9.9.9")
		r.Header.Add(name, "evil.example")
		do(t, r)
		if seen == nil || seen.Get(name) != "" {
			t.Errorf("%s reached upstream: %q", name, seen.Get(name))
		}
		seen = nil
	}
}

func TestTheWayThatARequestCameGoesUpstream(t *testing.T) {
	var seen http.Header
	h := newHouse(t, newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, mount+"/api/6/visits/retail", strings.NewReader("{}"))
	r.Header = http.Header{"Authorization": {"Bearer t"}, "X-Forwarded-For": {"192.0.2.1"}}
	h.gateway.Serve(httptest.NewRecorder(), r, Retail(), Call{ForwardedFor: "203.0.113.7, 10.0.0.1"})
	if got := seen.Values("X-Forwarded-For"); len(got) != 1 || got[0] != "203.0.113.7, 10.0.0.1" {
		t.Errorf("X-Forwarded-For %q, want the way that the edge knows", got)
	}
}
