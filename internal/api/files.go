package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/reference"
)

// mountReference serves the service's description of itself (INTERFACE §3.4).
func (s *Server) mountReference() error {
	files, err := reference.Files()
	if err != nil {
		return err
	}
	byPath := make(map[string]*file, len(files))
	for _, f := range files {
		byPath[f.Path] = newFile(f)
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
	*coded
}

func newFile(f reference.File) *file {
	c := newCoded(f.Body)
	for _, coding := range served {
		c.made(coding)
	}
	return &file{File: f, coded: c}
}

func (f *file) send(c echo.Context) error {
	w, request := c.Response(), c.Request()
	v, h := f.choose(request.Header["Accept-Encoding"], nil), w.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(f.KeepFor/time.Second)))
	h["Etag"] = v.etag
	vary(h)
	if f.Policy != "" {
		h.Set("Content-Security-Policy", f.Policy)
	}
	if matches(request.Header["If-None-Match"], v.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	h.Set("Content-Type", f.Type)
	h["Content-Length"] = v.length
	w.WriteHeader(http.StatusOK)
	if request.Method != http.MethodHead {
		_, _ = w.Write(v.body) // the client may be gone
	}
	return nil
}
