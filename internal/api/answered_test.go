package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// methods are those that some route takes, and some that none does.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, "PROPFIND",
}

// targets are requests for all routes of a server, as "GET /v1/timeslots?npi=…".
func (s *stand) targets(t *testing.T) (list []string) {
	t.Helper()
	filled := strings.NewReplacer(":item", "9000000108", ":visitId", "v1", ":file", "x", "*", "x")
	queries := map[string]string{
		routeTimeslots: "?npi=9000000108", routeNextAvailable: "?npi=9000000108", routeEvents: "?npi=9000000108",
		dropIn + "/v1/availability/slots": "?daysOfSlots=3&npi=9000000108",
	}
	for _, route := range s.echo.Routes() {
		if !slices.Contains(methods, route.Method) {
			continue // of echo's own: a route that is not there
		}
		list = append(list, route.Method+" "+filled.Replace(route.Path)+queries[route.Path])
	}
	if len(list) < 40 {
		t.Fatalf("only %d routes", len(list))
	}
	return list
}

// waiting is an engine that knows nothing, and goes on looking until the client has left.
type waiting struct{ *counter }

func (waiting) Search(ctx context.Context, _ search.Prepared, _ search.Caller) (*search.Answer, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (waiting) Read(ctx context.Context, _ timeslot.FragmentKey, _ search.Caller) (*search.Reading, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A client that has sent all that it wants to send may close its side. Nobody can tell it from one that has left, so the
// search ends; but it must not read an empty success (docs/faults.md row 16).
func TestAHalfClosedConnectionNeverReadsAnEmptySuccess(t *testing.T) {
	s := newStand(t, func(o *Options) { o.Engine = waiting{&counter{}} })
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.EndStreams()
	for _, target := range s.targets(t) {
		method, path, _ := strings.Cut(target, " ")
		text := method + " " + path + " HTTP/1.1\r\nHost: a\r\n"
		if body := `{"npis":["9000000108"],"postalCode":"98101","criteriaItems":[{"npi":"9000000108"}]}`; method == http.MethodPost || method == http.MethodPut {
			if strings.Contains(path, "slots/search") {
				body = `{"criteriaItems":[{"npi":"9000000108"}]}`
			}
			text += "Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
		} else {
			text += "\r\n"
		}
		answer, body := halfClosed(t, server.Listener.Addr().String(), text, method)
		if answer != nil && answer.StatusCode == http.StatusOK && body == "" && method != http.MethodHead {
			t.Errorf("%s: an empty 200", target)
		}
		if answer != nil && answer.StatusCode == http.StatusOK && method == http.MethodHead && answer.Header.Get("Cache-Control") == "" {
			t.Errorf("%s: a 200 that was not made by its handler", target)
		}
	}
}

// halfClosed sends a request, closes the sending side and reads what comes; nil: the connection was cut.
func halfClosed(t *testing.T, addr, text, method string) (*http.Response, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return nil, ""
	}
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(answer.Body)
	return answer, string(body)
}

// A handler that forgets to answer is our mistake, and no success.
func TestAHandlerThatWritesNothingIsA500(t *testing.T) {
	s := newStand(t, nil)
	s.echo.GET("/silent", func(echo.Context) error { return nil })
	if w := s.get("/silent"); w.Code != http.StatusInternalServerError {
		t.Errorf("%d, want 500", w.Code)
	}
}

// RFC 9110 §9.3.2, §10.2.1: HEAD goes where GET does, Allow names what a route takes, and both ways of asking for it agree.
func TestAllowNamesWhatARouteTakes(t *testing.T) {
	s := newStand(t, nil)
	s.engine.err = &search.FailedError{Kind: timeslot.KindUpstream}
	ask := func(method, path string) *httptest.ResponseRecorder {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if method == http.MethodGet && strings.HasPrefix(path, routeEvents) {
			cancel() // it would go on
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader("{}")))
		return w
	}
	for _, target := range s.targets(t) {
		_, path, _ := strings.Cut(target, " ")
		options := ask(http.MethodOptions, path)
		allowed := options.Header().Get("Allow")
		notThere := options.Code == http.StatusNotFound // as at DexCare's gateway: with another method it is no route
		names := strings.Split(allowed, ", ")
		for _, method := range methods {
			w := ask(method, path)
			refused := w.Code == http.StatusMethodNotAllowed
			if notThere && refused || !notThere && refused == slices.Contains(names, method) {
				t.Errorf("%s %s: %d, OPTIONS allows %q", method, path, w.Code, allowed)
			}
			if refused && w.Header().Get("Allow") != allowed {
				t.Errorf("%s %s: Allow %q, OPTIONS says %q", method, path, w.Header().Get("Allow"), allowed)
			}
		}
	}
}

func TestHEADOfTheEventsIsItsHeaders(t *testing.T) {
	s := newStand(t, nil)
	w := s.do(http.MethodHead, routeEvents+"?npi=9000000108")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" || w.Body.Len() != 0 || s.streams.Len() != 0 {
		t.Errorf("%d, %q, %d bytes, %d streams; want the headers alone", w.Code, w.Header().Get("Content-Type"), w.Body.Len(), s.streams.Len())
	}
}
