package booking

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryCallReachesItsOwnUpstreamUnchanged(t *testing.T) {
	for _, tc := range []struct {
		method, path, request, response string
		want                            string // base and path, as upstream sees them
		key                             string
	}{
		{"POST", "/api/6/visits/retail", "retail-visit.v6.request.json", "retail-visit.v6.response.json",
			"/visit/api/6/visits/retail", "our-key"},
		{"POST", "/api/7/visits/providerbooking", "provider-booking.v7.request.json", "provider-booking.v7.response.json",
			"/visit/api/7/visits/providerbooking", "our-key"},
		{"GET", "/api/6/visits/retail/self", "", "retail-visits-self.v6.response.json",
			"/visit/api/6/visits/retail/self", "our-key"},
		{"POST", "/api/6/visits/retail/cancel/:visitId", "retail-cancel.v6.request.json", "",
			"/visit/api/6/visits/retail/cancel/" + someVisit, "our-key"},
		{"POST", "/api/9/visits", "visits.v9.request.json", "visits.v9.response.json", "/visit/api/9/visits", "our-key"},
		{"GET", "/api/9/visits/:visitId/waittime", "", "", "/visit/api/9/visits/" + someVisit + "/waittime", "our-key"},
		{"GET", "/api/9/visits/:visitId/summary", "", "", "/visit/api/9/visits/" + someVisit + "/summary", "our-key"},
		{"PUT", "/api/9/visits/:visitId/acceptTerms", "", "", "/visit/api/9/visits/" + someVisit + "/acceptTerms", "our-key"},
		{"POST", "/v1/booking/queued-guest-visit", "queued-guest-visit.v1.request.json", "queued-guest-visit.v1.response.json",
			"/ingress/v1/booking/queued-guest-visit", "our-key"},
		{"POST", "/v5/slots/slot-taken", "slot-taken.v5.request.json", "", "/ingress/v5/slots/slot-taken", "our-slots-key"},
		{"POST", "/v5/slots/slot-released", "slot-released.v5.request.json", "",
			"/ingress/v5/slots/slot-released", "our-slots-key"},
		{"GET", "/v1/patient", "", "patient.v1.response.json", "/public/v1/patient", "our-key"},
		{"GET", "/v1/emr/patient/getByToken", "", "patient.v1.response.json", "/public/v1/emr/patient/getByToken", "our-key"},
		{"POST", "/v1/patient/self", "patient-other.v1.request.json", "patient-other.v1.response.json",
			"/public/v1/patient/self", "our-key"},
		{"POST", "/v1/patient/other", "patient-other.v1.request.json", "patient-other.v1.response.json",
			"/public/v1/patient/other", "our-key"},
		{"DELETE", "/v1/patient/deletePatientAccount", "", "", "/public/v1/patient/deletePatientAccount", "our-key"},
		{"GET", "/api/6/visit/:visitId/token/:sessionId", "", "", "/visit/api/6/visit/" + someVisit + "/token/" + someSegment, "our-key"},
		{"POST", "/api/6/visit/:visitId/chat/:sessionId", "", "", "/visit/api/6/visit/" + someVisit + "/chat/" + someSegment, "our-key"},
		{"POST", "/api/6/visit/:visitId/feedback", "", "", "/visit/api/6/visit/" + someVisit + "/feedback", "our-key"},
		{"POST", "/api/8/visits/virtual/:visitId/waitingRoomEvents", "", "",
			"/visit/api/8/visits/virtual/" + someVisit + "/waitingRoomEvents", "our-key"},
		{"POST", "/api/8/visits/:visitId/integrations/tytoCare/devices", "", "",
			"/visit/api/8/visits/" + someVisit + "/integrations/tytoCare/devices", "our-key"},
		{"POST", "/v1/visits/event", "", "", "/visit/v1/visits/event", "our-key"},
		{"POST", "/v1/visits/:visitId/patient-cancel-video", "", "", "/visit/v1/visits/" + someVisit + "/patient-cancel-video", "our-key"},
		{"POST", "/v1/visits/:visitId/patient-cancel-phone", "", "", "/visit/v1/visits/" + someVisit + "/patient-cancel-phone", "our-key"},
		{"POST", "/api/9/visits/virtual/:visitId/cancel", "", "", "/visit/api/9/visits/virtual/" + someVisit + "/cancel", "our-key"},
		{"GET", "/api/v2/coupon/:code/verify", "", "", "/visit/api/v2/coupon/" + someSegment + "/verify", "our-key"},
		{"POST", "/api/6/mobile/app/:appId/platform/:platform/devices", "", "",
			"/visit/api/6/mobile/app/" + someSegment + "/platform/" + someSegment + "/devices", "our-key"},
		{"DELETE", "/api/6/mobile/app/:appId/device/:device", "", "",
			"/visit/api/6/mobile/app/" + someSegment + "/device/" + someSegment, "our-key"},
		{"POST", "/v2/clientLogging", "", "", "/public/v2/clientLogging", "our-slots-key"},
		{"GET", "/api/8/reporting/*", "", "", "/visit/api/8/reporting/some/report.csv", ""},
		{"POST", "/api/8/reporting/*", "", "", "/visit/api/8/reporting/some/report.csv", ""},
		{"GET", "/v1/reporting/*", "", "", "/visit/v1/reporting/some/report.csv", ""},
		{"POST", "/v1/reporting/*", "", "", "/visit/v1/reporting/some/report.csv", ""},
	} {
		t.Run(tc.method+" "+tc.path, func(t *testing.T) {
			request, response := "", "{}"
			if tc.request != "" {
				request = sample(t, tc.request)
			}
			if tc.response != "" {
				response = sample(t, tc.response)
			}
			var seen []string
			base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				seen = []string{r.Method, r.RequestURI, r.Header.Get("X-Api-Key"), string(body)}
				_, _ = io.WriteString(w, response)
			})
			h := newHouse(t, base, func(o *Options) {
				o.Base, o.Public, o.Ingress = o.Base.JoinPath("visit"), o.Public.JoinPath("public"), o.Ingress.JoinPath("ingress/")
			})
			got := h.book(t, routeOf(t, tc.method, tc.path), request, "X-Api-Key: partner-key")
			if got.status != http.StatusOK || got.body != response || got.header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("the client got %d %q %v", got.status, got.body, got.header)
			}
			if diff := cmp.Diff([]string{tc.method, tc.want, tc.key, request}, seen); diff != "" {
				t.Errorf("upstream saw (-want +got):\n%s", diff)
			}
		})
	}
	if n := len(Routes()); n != 33 {
		t.Errorf("%d routes, 33 were tried", n)
	}
}

func TestCallersWhoShowTooLittleNeverReachUpstream(t *testing.T) {
	var calls atomic.Int32
	base := newUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	h := newHouse(t, base)
	for _, route := range Routes() {
		for name, tc := range map[string]struct {
			token, key string
			refused    bool
			challenge  string
		}{
			"nothing":              {"", "", route.Partner || route.Token != NoToken, ""},
			"a key of nobody":      {"Bearer t", "x", route.Partner, "ApiKey"},
			"an empty key":         {"Bearer t", "", route.Partner, "ApiKey"},
			"the key's first half": {"Bearer t", "partner", route.Partner, "ApiKey"},
			"no token":             {"", "partner-key", route.Token != NoToken, map[Token]string{BearerToken: "Bearer", AnyToken: "dc-token"}[route.Token]},
			"a token of its own":   {"dc-token s", "partner-key", route.Token == BearerToken, "Bearer"},
		} {
			if !tc.refused {
				continue
			}
			got := h.book(t, route, "{}", "Authorization: "+tc.token, "X-Api-Key: "+tc.key)
			if got.status != http.StatusUnauthorized || outcomeOf(t, got) != "" {
				t.Errorf("%s %s with %s: %d %s", route.Method, route.Path, name, got.status, got.body)
			}
			if challenge := got.header.Get("WWW-Authenticate"); challenge == "" || tc.challenge != "" && challenge != tc.challenge {
				t.Errorf("%s %s with %s: challenge %q", route.Method, route.Path, name, challenge)
			}
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("upstream was called %d times", n)
	}
	if told := h.inBook(); len(told) != 0 {
		t.Errorf("the book was told %v", told)
	}
}

func TestTwoPartnerKeysAreNone(t *testing.T) {
	h := newHouse(t, answering(t, 204, ""))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/dexcare/v5/slots/slot-taken", strings.NewReader("{}"))
	r.Header["X-Api-Key"] = []string{"partner-key", "partner-key"}
	if got := do(t, r); got.status != http.StatusUnauthorized {
		t.Errorf("status %d", got.status)
	}
}

func wantGatewayError(t *testing.T, got answer) {
	t.Helper()
	var body map[string]string
	err := json.Unmarshal([]byte(got.body), &body)
	if got.status != http.StatusNotFound || err != nil || len(body) != 2 || len(body["request_id"]) != 32 ||
		body["message"] != "no Route matched with those values" {
		t.Errorf("not the gateway's answer: %d %s", got.status, got.body)
	}
}

func TestRoutesThatNobodyConfiguredAreNotThere(t *testing.T) {
	h := newHouse(t, answering(t, 200, "{}"), func(o *Options) { o.PartnerKeys, o.Public, o.Ingress = nil, nil, nil })
	for _, route := range Routes() {
		got := h.book(t, route, "{}", "X-Api-Key: partner-key")
		if route.Base == Visit && !route.Partner {
			if got.status != http.StatusOK {
				t.Errorf("%s: %d %s", route.Path, got.status, got.body)
			}
			continue
		}
		wantGatewayError(t, got)
	}
	if told := h.told("count flushot guest"); len(told) != 0 {
		t.Errorf("counted %v", told)
	}
}

func TestPartnersComeAndGo(t *testing.T) {
	h := newHouse(t, answering(t, 204, ""))
	taken := routeOf(t, http.MethodPost, "/v5/slots/slot-taken")
	status := func(key string) int { return h.book(t, taken, "{}", "X-Api-Key: "+key).status }
	if err := h.gateway.SetPartnerKeys([]string{"second", "third"}); err != nil {
		t.Fatal(err)
	}
	if got := []int{status("partner-key"), status("second"), status("third")}; !cmp.Equal(got, []int{401, 204, 204}) {
		t.Errorf("statuses %v", got)
	}
	if err := h.gateway.SetPartnerKeys([]string{"fourth", ""}); err == nil || status("third") != 204 {
		t.Errorf("an empty key: %v, then %d with an old key", err, status("third"))
	}
	if err := h.gateway.SetPartnerKeys(nil); err != nil || status("third") != 404 {
		t.Errorf("no keys: %v, %d", err, status("third"))
	}
}

func TestPathsThatLeadElsewhereNeverReachUpstream(t *testing.T) {
	var calls atomic.Int32
	h := newHouse(t, newUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	for _, tc := range []struct {
		path string
		want int
	}{
		{"/api/9/visits//summary", 404},
		{"/api/9/visits/../summary", 400},
		{"/api/9/visits/%2e%2e/summary", 400},
		{"/api/9/visits/..%2f..%2fadmin/summary", 400},
		{"/api/9/visits/..%252fadmin/summary", 400},
		{"/api/9/visits/a%2fb/summary", 400},
		{"/api/9/visits/a%5cb/summary", 400},
		{"/api/9/visits/1%23/summary", 400},
		{"/api/9/visits/1%3fx=1/summary", 400},
		{"/api/9/visits/a%00/summary", 400},
		{"/api/9/visits/a%0d%0aX:1/summary", 400},
		{"/api/9/visits/a@b/summary", 400},
		{"/api/9/visits/a;b/summary", 400},
		{"/api/9/visits/\u2024\u2024/summary", 400},
		{"/api/9/visits/" + strings.Repeat("a", 129) + "/summary", 400},
		{"/api/v2/coupon/%2e%2e/verify", 400},
		{"/api/v2/coupon/%252e%252e/verify", 400},
		{"/api/v2/coupon/a%2fb/verify", 400},
		{"/api/v2/coupon/..%252f..%252fadmin/verify", 400},
		{"/api/v2/coupon/%255c..%255c/verify", 400},
		{"/api/v2/coupon/a%00/verify", 400},
		{"/api/v2/coupon/a%2500/verify", 400},
		{"/api/v2/coupon/\u2024\u2024/verify", 400},
		{"/api/v2/coupon/" + strings.Repeat("a", 513) + "/verify", 400},
		{"/api/v2/coupon//verify", 404},
		{"/api/v2/coupon/..;/verify", 400},
		{"/api/v2/coupon/..%3Bx/verify", 400},
		{"/api/v2/coupon/%2e%2e;a=b/verify", 400},
		{"/api/v2/coupon/a%252F..;%252Fb/verify", 400},
		{"/api/v2/coupon/..%20/verify", 400},
		{"/api/v2/coupon/%25252e%25252e/verify", 400},
		{"/api/v2/coupon/%2525252525252e/verify", 400},
		{"/api/v2/coupon/A%2FB/verify", 400},
		{"/api/v2/coupon/A%252FB/verify", 400},
		{"/api/v2/coupon/A%253Fx/verify", 400},
		{"/api/v2/coupon/A%23/verify", 400},
		{"/api/v2/coupon/%25-%252F/verify", 400},
		{"/api/v2/coupon/%c0%ae%c0%ae/verify", 400},
		{"/api/v2/coupon/\uff0e\uff0e/verify", 400},
		{"/api/v2/coupon/a\uff0fb/verify", 400},
		{"/api/v2/coupon/%25\uff12F/verify", 400},
		{"/api/v2/coupon/.\u200d./verify", 400},
		{"/api/v2/coupon/\u2025/verify", 400},
		{"/api/v2/coupon/%3Bx/verify", 400},
		{"/api/v2/coupon/a%25C2%2585/verify", 400},
		{"/api/8/reporting/", 404},
		{"/api/8/reporting/../../6/visits/retail/self", 400},
		{"/api/8/reporting/a/%2e%2e/b", 400},
		{"/api/8/reporting/a//b", 404},
		{"/api/8/reporting/a/", 404},
		{"/api/8/reporting/a/.hidden", 400},
	} {
		t.Run(tc.path, func(t *testing.T) {
			got := get(t, h.url, "/dexcare"+tc.path)
			if got.status != tc.want {
				t.Errorf("status %d %s, want %d", got.status, got.body, tc.want)
			}
			if got.status == http.StatusNotFound {
				wantGatewayError(t, got)
			}
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("upstream was called %d times", n)
	}
}

// get asks for a path as it is written; http.Client would tidy it up.
func get(t *testing.T, base, path string) answer {
	t.Helper()
	return raw(t, base, "GET "+path+" HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nX-Api-Key: partner-key\r\n\r\n")
}

func TestAnEscapeThatMeansAPlainLetterPassesAsThatLetter(t *testing.T) {
	var seen string
	h := newHouse(t, newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI }))
	if got := get(t, h.url, "/dexcare/api/9/visits/%41%2Db/waittime?x=%2f"); got.status != 200 {
		t.Errorf("status %d %s", got.status, got.body)
	}
	if want := "/api/9/visits/A-b/waittime?x=%2f"; seen != want {
		t.Errorf("upstream saw %q, want %q", seen, want)
	}
}

func FuzzLocate(f *testing.F) {
	f.Add("/api/9/visits/..%2f/summary")
	f.Add("/api/8/reporting/a/b%2e/c")
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET /dexcare" + path + " HTTP/1.1\r\nHost: h\r\n\r\n")))
		if err != nil {
			return
		}
		for _, route := range Routes() {
			located, visit, refusal := route.locate(r.URL)
			if refusal != nil {
				continue
			}
			begin, _, _ := strings.Cut(strings.TrimSuffix(route.Path, "*"), ":")
			if !strings.HasPrefix(located, begin) || strings.Contains(located, "..%") || strings.Contains(located, "/.") ||
				strings.Contains(located, "//") || strings.ContainsAny(located, "%?#\\@ ") || strings.ContainsAny(visit, "/%") {
				t.Errorf("%s led to %q, visit %q", route.Path, located, visit)
			}
		}
	})
}
