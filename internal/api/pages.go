package api

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/dropin"
	"timeslots/internal/api/pages"
	"timeslots/internal/api/query"
	"timeslots/internal/api/reference"
	"timeslots/internal/api/response"
	"timeslots/internal/merge"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// mountFiles serves files at patterns of paths.
func (s *Server) mountFiles(files pages.Files, patterns ...string) {
	for _, pattern := range patterns {
		s.echo.Match(readMethods, pattern, func(c echo.Context) error {
			m, ok := files.Message(c.Request().URL.Path, response.AskOf(c.Request()))
			if !ok {
				return echo.ErrNotFound
			}
			m.Send(c.Response())
			return nil
		})
	}
}

// mountReference serves the service's description of itself (docs/interface.md §3.4).
func (s *Server) mountReference() error {
	files, err := pages.Reference()
	if words := s.opt.words(); words.Rankings != nil {
		files, err = pages.ReferenceIn(words)
	}
	s.mountFiles(files, reference.DocumentPath, reference.PagePath, reference.Folder+":file")
	return err
}

// words are what the description says of surfaces and ranking profiles; the zero value where they are those that it speaks of.
func (o *Options) words() (w reference.Words) {
	if o.Surfaces == nil && o.Profiles == nil {
		return w
	}
	for _, source := range o.Surfaces.Sources() {
		w.Sources = append(w.Sources, string(source))
	}
	profiles := o.Profiles
	if profiles == nil {
		profiles = merge.Profiles()
	}
	for _, p := range profiles {
		w.Rankings = append(w.Rankings, reference.Ranking{Name: string(p.Name), About: p.About})
	}
	return w
}

// mountPages serves the pages, where there are any.
func (s *Server) mountPages() (err error) {
	if s.opt.Pages == nil {
		return nil
	}
	s.mountFiles(pages.NewFiles(s.opt.Pages.Files()), s.opt.Pages.Folder()+":file")
	for _, route := range s.opt.Pages.Routes() {
		s.echo.Match(readMethods, route, s.page)
	}
	s.documents, err = pages.NewDocuments()
	return err
}

// page answers with a page.
func (s *Server) page(c echo.Context) error {
	rec, r := recordOf(c), c.Request()
	d, err := s.opt.Pages.Render(r.Context(), r.URL.Path, r.URL.RawQuery, func(ctx context.Context, path, rawQuery string) pages.Reply {
		found, err := s.ask(ctx, path, rawQuery, rec.CorrelationID)
		if err != nil {
			return pages.Refusal(problemOf(err))
		}
		rec.Cache = found.CacheLabel(s.opt.Now())
		return pages.ReplyOf(found.Response, found.use.lifetime)
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
	m := s.documents.Message(d, response.AskOf(r), s.coder)
	m.Send(c.Response())
	return nil
}

// ask answers a search or a list of departments.
func (s *Server) ask(ctx context.Context, path, rawQuery, correlationID string) (finding, error) {
	switch path {
	case routeTimeslots:
		return s.find(ctx, s.list(), rawQuery, correlationID)
	case routeNextAvailable:
		return s.find(ctx, s.entries(), rawQuery, correlationID)
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
	key, _, odd := dropin.Departments().Key("", "", values)
	if odd != "" {
		return finding{}, echo.ErrBadRequest
	}
	name, _ := query.Product(values)
	use := s.product(name)
	if s.off(use) {
		return finding{}, errOff
	}
	found, err := s.reread(ctx, key, use, search.Caller{Product: use.upstream, CorrelationID: correlationID, Budget: use.Budget})
	if e, ok := errors.AsType[*timeslot.Error](err); ok {
		err = failureOf(e)
	}
	return found, err
}
