package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/internal/api/pages"
	"timeslots/internal/api/reference"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// onePage asks what it is told to, and shows the reply.
type onePage struct {
	path, query string
	got         pages.Reply
	err         error
}

func (*onePage) Routes() []string { return []string{"/", "/flu-shot"} }
func (*onePage) Folder() string   { return "/pages/" }
func (*onePage) Files() []reference.File {
	return []reference.File{{Path: "/pages/a.js", Type: "text/javascript", Body: []byte(strings.Repeat("a()\n", 500)), KeepFor: time.Hour}}
}

func (p *onePage) Render(ctx context.Context, _, _ string, ask pages.Ask) (pages.Document, error) {
	p.got = ask(ctx, p.path, p.query)
	return pages.Document{
		Status: p.got.Status, Product: "flushot", CacheControl: p.got.CacheControl, RetryAfter: p.got.RetryAfter,
		Header: map[string]string{"Content-Security-Policy": "default-src 'none'"}, Body: []byte("<!doctype html>" + strings.Repeat("<p>a page", 200)), Tag: "page-" + p.got.Tag,
	}, p.err
}

func standWithPage(t *testing.T, path, query string) (*stand, *onePage) {
	t.Helper()
	p := &onePage{path: path, query: query}
	return newStand(t, func(o *Options) { o.Pages = p }), p
}

func TestAPageAsksAsItsScriptWould(t *testing.T) {
	const query = "departmentUrlName=AcmeRiverton&visitTypeName=Illness&product=flushot"
	s, p := standWithPage(t, routeTimeslots, query)
	w := s.get("/flu-shot", "Accept-Encoding", "gzip")
	h := w.Header()
	if w.Code != http.StatusOK || h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Content-Encoding") != "gzip" || h.Get("Vary") != "Accept-Encoding" ||
		h.Get("Content-Security-Policy") != "default-src 'none'" || !strings.HasPrefix(h.Get("Cache-Control"), "public, max-age=10") || h.Get("Correlation-Id") == "" {
		t.Errorf("%d %v", w.Code, h)
	}
	answer := s.get(routeTimeslots + "?" + query)
	if string(p.got.Body) != answer.Body.String() || p.got.Tag != answer.Header().Get("Etag") {
		t.Error("the page was told something else than its script would be")
	}
	if s.engine.calls != 1 {
		t.Errorf("%d searches, want one for both", s.engine.calls)
	}
	if again := s.get("/flu-shot", "Accept-Encoding", "gzip", "If-None-Match", h.Get("Etag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("asked again: %d, %d bytes", again.Code, again.Body.Len())
	}
	if s.get("/flu-shot", "Accept-Encoding", "br"); s.get("/flu-shot").Header().Get("Etag") == h.Get("Etag") {
		t.Error("two codings have one tag")
	}
	head := s.do(http.MethodHead, "/")
	if head.Code != http.StatusOK || head.Body.Len() > 0 {
		t.Errorf("HEAD: %d, %d bytes", head.Code, head.Body.Len())
	}
	post := s.do(http.MethodPost, "/")
	if post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.Code)
	}
}

func TestWhatAPageCannotHaveIsAReplyAsWell(t *testing.T) {
	for name, c := range map[string]struct {
		path, query string
		err         error
		status      int
		retry       bool
	}{
		"a bad question":      {routeTimeslots, "npi=1", nil, http.StatusBadRequest, false},
		"another bad one":     {routeNextAvailable, "cursor=1", nil, http.StatusBadRequest, false},
		"sources refuse":      {routeTimeslots, "npi=9000000017", &search.FailedError{Kind: timeslot.KindOpen, RetryAfter: 7 * time.Second}, http.StatusServiceUnavailable, true},
		"sources fail":        {routeNextAvailable, "npi=9000000017", &search.FailedError{Kind: timeslot.KindUpstream}, http.StatusBadGateway, false},
		"no such route":       {"/v1/nothing", "", nil, http.StatusNotFound, false},
		"bookings":            {"/dexcare/api/6/visits/retail", "", nil, http.StatusNotFound, false},
		"an unreadable query": {"/dexcare/v4/departments", "%zz", nil, http.StatusBadRequest, false},
		"an odd clinic type":  {"/dexcare/v4/departments", "clinicType=%00", nil, http.StatusBadRequest, false},
	} {
		s, p := standWithPage(t, c.path, c.query)
		s.engine.err = c.err
		w := s.get("/flu-shot")
		if w.Code != c.status || p.got.Status != c.status || p.got.CacheControl != "no-store" || (w.Header().Get("Retry-After") != "") != c.retry || w.Header().Get("Etag") != "" {
			t.Errorf("%s: page %d, reply %d, %v", name, w.Code, p.got.Status, w.Header())
		}
	}
}

func TestAPageThatCannotBeMadeIsAProblem(t *testing.T) {
	s, p := standWithPage(t, routeTimeslots, "npi=9000000017")
	p.err = errors.New("a mistake in a template")
	if w := s.get("/"); w.Code != http.StatusInternalServerError || problemIn(t, w).Status != http.StatusInternalServerError {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestFilesOfPagesMayBeKeptAndOthersAreNotThere(t *testing.T) {
	s, _ := standWithPage(t, routeTimeslots, "")
	w := s.get("/pages/a.js", "Accept-Encoding", "br")
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "br" || w.Header().Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/pages/b.js", "/pages/", "/pages/../server.go"} {
		if w := s.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	bare := newStand(t, nil)
	for _, path := range []string{"/", "/flu-shot", "/pages/a.js"} {
		if w := bare.get(path); w.Code != http.StatusNotFound {
			t.Errorf("without pages, %s: %d", path, w.Code)
		}
	}
}
