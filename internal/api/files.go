package api

import (
	"crypto/sha256"
	"encoding/base64"
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

// file is one resource that is the same for everybody, in both its codings.
type file struct {
	reference.File
	plain, zipped variant
}

func newFile(f reference.File) *file {
	sum := sha256.Sum256(f.Body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:15])
	return &file{
		File:   f,
		plain:  variant{body: f.Body, etag: `"` + tag + `"`},
		zipped: variant{body: gzipped(f.Body), etag: `"` + tag + `-gzip"`, coding: "gzip"},
	}
}

func (f *file) send(c echo.Context) error {
	v, request := f.plain, c.Request()
	accept := request.Header.Values("Accept-Encoding")
	if zipped := weight(accept, "gzip"); zipped > 0 && zipped >= weight(accept, "identity") {
		v = f.zipped
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(f.KeepFor/time.Second)))
	h.Set("ETag", v.etag)
	h.Add("Vary", "Accept-Encoding")
	if f.Policy != "" {
		h.Set("Content-Security-Policy", f.Policy)
	}
	if matches(request.Header.Values("If-None-Match"), v.etag) {
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	if v.coding != "" {
		h.Set("Content-Encoding", v.coding)
	}
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.Itoa(len(v.body)))
	c.Response().WriteHeader(http.StatusOK)
	if request.Method != http.MethodHead {
		_, _ = c.Response().Write(v.body) // the client may be gone
	}
	return nil
}
