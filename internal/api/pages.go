package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"timeslots/internal/api/dropin"
	"timeslots/internal/api/query"
	"timeslots/internal/api/reference"
	"timeslots/internal/api/response"
	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// Pages are what patients look at (docs/interface.md §3.4). The real ones are of package web.
type Pages interface {
	// Routes are where the pages are.
	Routes() []string
	// Files are what pages are made of. Their paths lie below Folder, and change with their content.
	Files() []reference.File
	Folder() string
	// Render makes the document at a path. It asks the same questions that a script of the page would.
	Render(ctx context.Context, path, rawQuery string, ask Ask) (Document, error)
}

// Ask answers a question as GET path?query would, without being a request of its own.
type Ask func(ctx context.Context, path, rawQuery string) Reply

// Reply is an answer of the service to one of its own pages.
type Reply struct {
	Status       int
	Body         []byte // frozen
	Tag          string // changes with Body
	CacheControl string
	RetryAfter   int // seconds; 0: nothing was said
}

// Document is a page for one question.
type Document struct {
	Status       int
	Product      string
	CacheControl string
	RetryAfter   int // seconds; 0: none
	Header       map[string]string
	Body         []byte // frozen
	Tag          string // changes with Body
}

// documentBytes bounds the pages that are kept in their content codings.
const documentBytes = 16 << 20

// mountPages serves the pages, where there are any.
func (s *Server) mountPages() (err error) {
	if s.opt.Pages == nil {
		return nil
	}
	files := make(map[string]*file)
	for _, f := range s.opt.Pages.Files() {
		files[f.Path] = newFile(f)
	}
	s.echo.Match(readMethods, s.opt.Pages.Folder()+":file", func(c echo.Context) error {
		if f, known := files[c.Request().URL.Path]; known {
			return f.send(c)
		}
		return echo.ErrNotFound
	})
	for _, route := range s.opt.Pages.Routes() {
		s.echo.Match(readMethods, route, s.page)
	}
	s.documents, err = otter.New(&otter.Options[string, *response.Coded]{
		MaximumWeight:    documentBytes,
		Weigher:          func(_ string, c *response.Coded) uint32 { return uint32(2 * len(c.Body())) },
		ExpiryCalculator: otter.ExpiryWriting[string, *response.Coded](pageIdle),
	})
	if err != nil {
		return fmt.Errorf("api: pages: %w", err)
	}
	return nil
}

// pageIdle is how long a page that nobody asks for is kept at most.
const pageIdle = 5 * time.Minute

// page answers with a page.
func (s *Server) page(c echo.Context) error {
	rec, r := recordOf(c), c.Request()
	d, err := s.opt.Pages.Render(r.Context(), r.URL.Path, r.URL.RawQuery, func(ctx context.Context, path, rawQuery string) Reply {
		found, err := s.ask(ctx, path, rawQuery, rec.CorrelationID)
		if err != nil {
			return refusal(problemOf(err))
		}
		rec.Cache = found.CacheLabel(s.opt.Now())
		return replyOf(found)
	})
	rec.Product = s.product(d.Product).label
	if err != nil {
		return err
	}
	h := c.Response().Header()
	for name, value := range d.Header {
		h.Set(name, value)
	}
	if d.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(d.RetryAfter))
	}
	m := s.coded(d).Document(d.Status, "text/html; charset=utf-8", response.AskOf(r), s.coder)
	m.Add(varyEncoding, response.NewField("Cache-Control", d.CacheControl))
	m.Send(c.Response())
	return nil
}

// coded finds the content codings of a document that was sent before.
func (s *Server) coded(d Document) *response.Coded {
	known, ok := s.documents.GetIfPresent(d.Tag)
	if !ok {
		known = response.NewCoded(d.Body)
		s.documents.Set(d.Tag, known)
	}
	return known
}

// ask answers a search or a list of departments.
func (s *Server) ask(ctx context.Context, path, rawQuery, correlationID string) (finding, error) {
	switch path {
	case routeTimeslots:
		return s.find(ctx, form{routeTimeslots, query.List, s.encoder.List}, rawQuery, correlationID)
	case routeNextAvailable:
		return s.find(ctx, form{routeNextAvailable, query.Entries, s.encoder.Entries}, rawQuery, correlationID)
	case dropIn + dropin.Departments().Path:
		return s.askDepartments(ctx, rawQuery, correlationID)
	default:
		return finding{}, echo.ErrNotFound
	}
}

func (s *Server) askDepartments(ctx context.Context, rawQuery, correlationID string) (finding, error) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return finding{}, echo.ErrBadRequest
	}
	key, refusal := dropin.Departments().Key("", values)
	if refusal != "" {
		return finding{}, echo.ErrBadRequest
	}
	name, _ := query.Product(values)
	found, err := s.reread(ctx, key, s.product(name), correlationID)
	if e, ok := errors.AsType[*timeslot.Error](err); ok {
		err = failureOf(e)
	}
	return found, err
}

func replyOf(found finding) Reply {
	return Reply{Status: found.Status, Body: found.Body(), Tag: found.ETag(), CacheControl: found.CacheControl(found.use.lifetime)}
}

// refusal is a problem as a reply.
func refusal(p problem.Document) Reply {
	body := p.JSON()
	return Reply{Status: p.Status, Body: body, Tag: response.Tag(body), CacheControl: p.CacheControl(), RetryAfter: p.RetrySeconds()}
}
