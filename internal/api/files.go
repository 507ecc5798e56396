package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/reference"
	"timeslots/internal/api/response"
)

// referenceFiles are the service's description of itself, by path. They are the same for every Server, so a reload does
// not make them again.
var referenceFiles = sync.OnceValues(func() (map[string]*file, error) {
	files, err := reference.Files()
	byPath := make(map[string]*file, len(files))
	for _, f := range files {
		byPath[f.Path] = newFile(f)
	}
	return byPath, err
})

// mountReference serves them (docs/interface.md §3.4).
func (s *Server) mountReference() error {
	byPath, err := referenceFiles()
	if err != nil {
		return err
	}
	send := func(c echo.Context) error {
		f, ok := byPath[c.Request().URL.Path]
		if !ok {
			return echo.ErrNotFound
		}
		return f.send(c)
	}
	for _, pattern := range []string{reference.DocumentPath, reference.PagePath, reference.Folder + ":file"} {
		s.echo.Match(readMethods, pattern, send)
	}
	return nil
}

// file is one resource that is the same for everybody, in all codings.
type file struct {
	reference.File
	*response.Coded
}

func newFile(f reference.File) *file {
	c := response.NewCoded(f.Body)
	c.CodeNow()
	return &file{File: f, Coded: c}
}

func (f *file) send(c echo.Context) error {
	m := f.Document(http.StatusOK, f.Type, response.AskOf(c.Request()), nil)
	m.Add(varyEncoding, response.NewField("Cache-Control", "public, max-age="+strconv.Itoa(int(f.KeepFor/time.Second))))
	if f.Policy != "" {
		m.Add(response.NewField("Content-Security-Policy", f.Policy))
	}
	m.Send(c.Response())
	return nil
}

// varyEncoding is what pages and files depend on.
var varyEncoding = response.Vary()
