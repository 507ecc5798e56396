package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"timeslots/internal/api/reference"
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
	if f.Policy != "" {
		c.Response().Header().Set("Content-Security-Policy", f.Policy)
	}
	f.sendDocument(c, sendingDocument{
		status: http.StatusOK, mediaType: f.Type, cacheControl: "public, max-age=" + strconv.Itoa(int(f.KeepFor/time.Second)),
	})
	return nil
}

// sendingDocument is what sending a document depends on besides its content.
type sendingDocument struct {
	status                  int
	mediaType, cacheControl string
	behind                  *encoders // make slow codings; nil: all are made
}

// sendDocument writes a document, or that the client has it already.
func (r *coded) sendDocument(c echo.Context, how sendingDocument) {
	w, request := c.Response(), c.Request()
	v, h := r.choose(request.Header["Accept-Encoding"], how.behind), w.Header()
	h.Set("Cache-Control", how.cacheControl)
	vary(h)
	if how.status == http.StatusOK {
		h["Etag"] = v.etag
		if matches(request.Header["If-None-Match"], v.etag[0]) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	h.Set("Content-Type", how.mediaType)
	h["Content-Length"] = v.length
	w.WriteHeader(how.status)
	if request.Method != http.MethodHead {
		_, _ = w.Write(v.body) // the client may be gone
	}
}
