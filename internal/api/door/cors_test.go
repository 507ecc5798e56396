package door

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

const page = "https://www.example.org"

func fromPage(d *Door, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func answering(w http.ResponseWriter, _ *http.Request) {
	w.Header().Add("Vary", "Accept-Encoding")
	w.WriteHeader(http.StatusOK)
}

func TestPagesOfListedOriginsMayReadAnswersAndNobodyElse(t *testing.T) {
	tests := map[string]struct {
		allowed []string
		origin  string
		path    string
		allow   string // Access-Control-Allow-Origin
		vary    bool
	}{
		"listed":              {[]string{"https://a.example.org", page}, page, search, page, true},
		"on a drop-in route":  {[]string{page}, page, "/dexcare/v4/departments", page, true},
		"not listed":          {[]string{page}, "https://evil.example", search, "", true},
		"another port":        {[]string{page}, page + ":8443", search, "", true},
		"another scheme":      {[]string{page}, "http://www.example.org", search, "", true},
		"a longer name":       {[]string{page}, page + ".evil.example", search, "", true},
		"a name that ends so": {[]string{page}, "https://evil-www.example.org", search, "", true},
		"in capitals":         {[]string{page}, "HTTPS://WWW.EXAMPLE.ORG", search, "", true},
		"null":                {[]string{page}, "null", search, "", true},
		"no page":             {[]string{page}, "", search, "", true},
		"everybody":           {[]string{"*"}, "https://anybody.example", search, "*", true},
		"elsewhere":           {[]string{page}, page, "/", "", false},
		"none are configured": {nil, page, search, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, _ := newDoor(t, answering, Rules{Origins: tt.allowed})
			var headers []string
			if tt.origin != "" {
				headers = []string{"Origin", tt.origin}
			}
			h := fromPage(d, http.MethodGet, tt.path, headers...).Header()
			if got := h.Get("Access-Control-Allow-Origin"); got != tt.allow {
				t.Errorf("allowed origin %q, want %q", got, tt.allow)
			}
			if slices.Contains(h.Values("Vary"), "Origin") != tt.vary || !slices.Contains(h.Values("Vary"), "Accept-Encoding") {
				t.Errorf("Vary %q", h.Values("Vary"))
			}
			if h.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials are allowed")
			}
			exposed := h.Get("Access-Control-Expose-Headers")
			for _, want := range []string{"Etag", "Age", "Cache-Status", "Timeslots-Consistency", "Correlation-Id", "Retry-After"} {
				if (tt.allow != "") != strings.Contains(exposed, want) {
					t.Errorf("exposed: %q", exposed)
				}
			}
		})
	}
}

func TestTwoOriginsAreNone(t *testing.T) {
	d, _ := newDoor(t, answering, Rules{Origins: []string{page}})
	h := fromPage(d, http.MethodGet, search, "Origin", page, "Origin", "https://evil.example").Header()
	if got := h.Values("Access-Control-Allow-Origin"); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestAPreflightIsAnsweredWithoutTouchingAnythingElse(t *testing.T) {
	tests := map[string]struct {
		origin, path, method, headers string
		allowed                       bool
	}{
		"a search":                 {page, search, "GET", "correlation-id", true},
		"a booking":                {page, retail, "POST", "authorization,content-type,idempotency-key", true},
		"a key of the SDK's":       {page, "/dexcare/v1/availability/slots", "POST", "content-type,domain,x-api-key", true},
		"terms":                    {page, "/dexcare/api/9/visits/1/acceptTerms", "PUT", "authorization", true},
		"no headers":               {page, search, "GET", "", true},
		"a search cannot be put":   {page, search, "PUT", "", false},
		"a header nobody needs":    {page, search, "GET", "x-forwarded-for", false},
		"a stranger":               {"https://evil.example", search, "GET", "", false},
		"a stranger who would buy": {"https://evil.example", retail, "POST", "authorization", false},
	}
	touched := 0
	d, counted := newDoor(t, func(http.ResponseWriter, *http.Request) { touched++ }, Rules{Origins: []string{page}, InFlight: 1, PerClientPerSecond: 0.001, PerClientBurst: 1})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			headers := []string{"Origin", tt.origin, "Access-Control-Request-Method", tt.method}
			if tt.headers != "" {
				headers = append(headers, "Access-Control-Request-Headers", tt.headers)
			}
			w := fromPage(d, http.MethodOptions, tt.path, headers...)
			h := w.Header()
			allowed := h.Get("Access-Control-Allow-Origin") == page && h.Get("Access-Control-Allow-Methods") == tt.method &&
				h.Get("Access-Control-Allow-Headers") == tt.headers && h.Get("Access-Control-Max-Age") == "7200"
			if w.Code != http.StatusNoContent || allowed != tt.allowed || h.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%d %v, want allowed %v", w.Code, h, tt.allowed)
			}
			if !strings.Contains(h.Get("Vary"), "Origin") {
				t.Errorf("Vary %q", h.Get("Vary"))
			}
		})
	}
	if touched != 0 || counted.times("default per_client") != 0 {
		t.Errorf("%d requests went on, %d were counted against the client", touched, counted.times("default per_client"))
	}
}

func TestWithoutOriginsAPreflightIsAnOrdinaryRequest(t *testing.T) {
	touched := 0
	d, _ := newDoor(t, func(http.ResponseWriter, *http.Request) { touched++ }, Rules{})
	h := fromPage(d, http.MethodOptions, search, "Origin", page, "Access-Control-Request-Method", "GET").Header()
	if touched != 1 || h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("went on %d times, %v", touched, h)
	}
}

func TestPagesCanReadWhyTheyWereTurnedAway(t *testing.T) {
	d, _ := newDoor(t, answering, Rules{Origins: []string{page}, PerClientPerSecond: 0.001, PerClientBurst: 1})
	fromPage(d, http.MethodGet, search, "Origin", page)
	w := fromPage(d, http.MethodGet, search, "Origin", page)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Access-Control-Allow-Origin") != page {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
