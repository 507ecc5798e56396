package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"timeslots/internal/api/dropin"
	"timeslots/internal/booking"
)

var (
	braces = regexp.MustCompile(`\{[^}]*\}`)
	colons = regexp.MustCompile(`:[^/]*|\*$`)
)

// skeleton is a path without the names of its parameters.
func skeleton(path string) string {
	return colons.ReplaceAllString(braces.ReplaceAllString(path, "*"), "*")
}

// public are the routes that the server has, as "GET /v1/timeslots". HEAD goes with GET.
func (s *stand) public() []string {
	var routes []string
	for _, r := range s.echo.Routes() {
		if r.Method != http.MethodHead && r.Method != echo.RouteNotFound {
			routes = append(routes, r.Method+" "+skeleton(r.Path))
		}
	}
	slices.Sort(routes)
	return routes
}

func TestTheDocumentListsTheRoutesThatThereAre(t *testing.T) {
	s := newStand(t, nil)
	var described []string
	for name := range s.document(t).operations() {
		described = append(described, skeleton(name))
	}
	slices.Sort(described)
	there := s.public()
	for _, route := range described {
		if !slices.Contains(there, route) {
			t.Errorf("%s is described and not there", route)
		}
	}
	for _, route := range there {
		if !slices.Contains(described, route) {
			t.Errorf("%s is there and not described", route)
		}
	}
}

func TestTheDocumentSaysOfADropInRouteHowItIsHandledAndWhatItWants(t *testing.T) {
	d := newStand(t, nil).document(t)
	want := map[string]string{}
	for _, r := range dropin.Routes(2) {
		want[r.Methods()[0]+" "+skeleton(dropIn+r.Path)] = "cached:"
	}
	for _, r := range booking.Routes() {
		var needs []string
		if r.Partner {
			needs = append(needs, "partnerKey")
		}
		switch r.Token {
		case booking.BearerToken:
			needs = append(needs, "patientToken")
		case booking.AnyToken:
			needs = append(needs, "reportToken")
		}
		want[r.Method+" "+skeleton(dropIn+r.Path)] = "passed-through:" + strings.Join(needs, "+")
	}
	for name, op := range d.operations() {
		handling, _ := op.Extensions["x-handling"].(string)
		if handling != "" {
			handling += ":" + needed(op)
		}
		if got := want[skeleton(name)]; got != handling {
			t.Errorf("%s: described as %q, is %q", name, handling, got)
		}
	}
}

// needed are the credentials of an operation, all of which are wanted.
func needed(op *openapi3.Operation) string {
	var needs []string
	if op.Security != nil {
		for _, requirement := range *op.Security {
			for scheme := range requirement {
				needs = append(needs, scheme)
			}
		}
	}
	slices.Sort(needs)
	return strings.Join(needs, "+")
}

var sampleURL = regexp.MustCompile(`https://slots\.example\.org(/[^'"]*)['"]`)

// samples are the requests of an operation's snippets, as method and target.
func samples(t *testing.T, op *openapi3.Operation) (requests [][2]string) {
	t.Helper()
	list, _ := op.Extensions["x-codeSamples"].([]any)
	for _, entry := range list {
		source := entry.(map[string]any)["source"].(string)
		found := sampleURL.FindStringSubmatch(source)
		if found == nil {
			t.Errorf("no address in %s", source)
			continue
		}
		method := http.MethodGet
		if strings.Contains(source, " --json ") || strings.Contains(source, `method: "POST"`) {
			method = http.MethodPost
		}
		if _, after, ok := strings.Cut(source, "--request "); ok {
			method, _, _ = strings.Cut(after, " ")
		}
		requests = append(requests, [2]string{method, found[1]})
	}
	return requests
}

func TestSnippetsAskForWhatTheyStandBeside(t *testing.T) {
	s := checkStand(t)
	for name, op := range s.document(t).operations() {
		requests := samples(t, op)
		if len(requests) == 0 && !strings.Contains(name, "{file}") {
			t.Errorf("%s has no snippet", name)
		}
		for _, request := range requests {
			r := httptest.NewRequest(request[0], request[1], strings.NewReader(slotsBody(chosen)))
			c := s.echo.NewContext(r, httptest.NewRecorder())
			s.echo.Router().Find(r.Method, echo.GetPath(r), c)
			if got := r.Method + " " + skeleton(c.Path()); got != skeleton(name) {
				t.Errorf("%s: the snippet for %s asks %s", name, request[1], got)
			}
			if strings.HasPrefix(request[1], "/v1/") {
				ctx, leave := context.WithTimeout(t.Context(), time.Minute)
				if strings.HasPrefix(request[1], routeEvents) { // goes on until somebody leaves
					leave()
				}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r.Clone(ctx))
				leave()
				if w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", request[1], w.Code, w.Body)
				}
			}
		}
	}
}
