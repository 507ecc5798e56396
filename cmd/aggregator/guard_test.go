package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"timeslots/internal/api/door"
	"timeslots/test/rig/figure"
)

func TestAdminPathsAreNotOnThePublicListener(t *testing.T) {
	figure.Beside(t)
	service, _ := startPair(t)
	for _, path := range []string{
		"/healthz", "/readyz", "/metrics", "/ops", "/ops/", "/ops/state", "/ops/events", "/ops/explain?npi=9000000017", "/ops/invalidate", "/ops/warm", "/ops/products/flushot",
		"/debug/pprof/", "/debug/pprof/profile", "/debug/pprof/heap", "/debug/vars", "/v1/../metrics", "/dexcare/../metrics", "//metrics", "/%6detrics", "/metrics/", "/METRICS",
	} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			if status := rawStatus(t, service, method, path, "Bearer admin-secret"); status != http.StatusNotFound && status != http.StatusBadRequest {
				t.Errorf("%s %s: %d", method, path, status)
			}
		}
	}
}

func TestChangingCallsNeedTheTokenOrComeFromHere(t *testing.T) {
	const changing = `{"source":"careOptions"}`
	tests := map[string]struct {
		token   string // of the configuration
		peer    string
		host    string
		headers []string
		want    int
	}{
		"with the token":                       {"secret", "203.0.113.7:1", "ops.example.org", []string{"Authorization", "Bearer secret"}, 204},
		"with another token":                   {"secret", "127.0.0.1:1", "127.0.0.1", []string{"Authorization", "Bearer secre"}, 401},
		"with a longer one":                    {"secret", "127.0.0.1:1", "127.0.0.1", []string{"Authorization", "Bearer secrets"}, 401},
		"with the token in another scheme":     {"secret", "127.0.0.1:1", "127.0.0.1", []string{"Authorization", "Basic secret"}, 401},
		"with none though there is one":        {"secret", "127.0.0.1:1", "127.0.0.1", nil, 401},
		"from here":                            {"", "127.0.0.1:1", "127.0.0.1:9090", nil, 204},
		"from here by name":                    {"", "127.0.0.1:1", "localhost:9090", nil, 204},
		"from here over IPv6":                  {"", "[::1]:1", "[::1]:9090", nil, 204},
		"from elsewhere":                       {"", "203.0.113.7:1", "127.0.0.1:9090", nil, 401},
		"from elsewhere, forwarded as from us": {"", "203.0.113.7:1", "127.0.0.1", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		"a name that was made to point here":   {"", "127.0.0.1:1", "rebound.example", nil, 401},
		"a page of another origin":             {"", "127.0.0.1:1", "127.0.0.1:9090", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		"an older browser's page":              {"", "127.0.0.1:1", "127.0.0.1:9090", []string{"Origin", "https://evil.example"}, 403},
		"our own page":                         {"", "127.0.0.1:1", "127.0.0.1:9090", []string{"Origin", "http://127.0.0.1:9090", "Sec-Fetch-Site", "same-origin"}, 204},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := quietService(t, "admin: {listen: 127.0.0.1:0, token: \""+tt.token+"\"}")
			r := httptest.NewRequest(http.MethodPost, "/ops/invalidate", strings.NewReader(changing))
			r.RemoteAddr, r.Host = tt.peer, tt.host
			setHeaders(r, tt.headers)
			w := httptest.NewRecorder()
			s.adminHandler().ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("%d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

func TestAPanicOfAnAdminHandlerIsContained(t *testing.T) {
	var log bytes.Buffer
	h := door.Contain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			_, _ = w.Write([]byte("half"))
		}
		panic("a secret")
	}), slog.New(slog.NewTextHandler(&log, nil)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/whole", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"correlationId"`) || strings.Contains(log.String()+w.Body.String(), "secret") {
		t.Errorf("%d %s\n%s", w.Code, w.Body, &log)
	}
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("half an answer ends with %v, want it aborted", cause)
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/half", nil))
}
