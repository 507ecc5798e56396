package pages

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"timeslots/internal/api/reference"
	"timeslots/internal/api/response"
)

// Files are resources that are the same for everybody, by path, in all codings.
type Files map[string]file

type file struct {
	reference.File
	*response.Coded
}

// NewFiles codes files.
func NewFiles(list []reference.File) Files {
	files := make(Files, len(list))
	for _, f := range list {
		coded := response.NewCoded(f.Body)
		coded.CodeNow()
		files[f.Path] = file{f, coded}
	}
	return files
}

// Reference is the service's description of itself as it stands. It is the same for every server, so a reload does not make it
// again.
var Reference = sync.OnceValues(func() (Files, error) { return ReferenceIn(reference.Words{}) })

// ReferenceIn is the description for other surfaces and ranking profiles.
func ReferenceIn(words reference.Words) (Files, error) {
	files, err := reference.Files(words)
	return NewFiles(files), err
}

// Message is the answer with the file at a path; false where there is none.
func (files Files) Message(path string, ask response.Ask) (m response.Message, ok bool) {
	f, ok := files[path]
	if !ok {
		return m, false
	}
	m = f.Document(http.StatusOK, f.Type, ask, nil)
	m.Add(varyEncoding, response.NewField("Cache-Control", "public, max-age="+strconv.Itoa(int(f.KeepFor/time.Second))))
	if f.Policy != "" {
		m.Add(response.NewField("Content-Security-Policy", f.Policy))
	}
	return m, true
}

// varyEncoding is what pages and files depend on.
var varyEncoding = response.Vary()
