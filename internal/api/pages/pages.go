package pages

import (
	"context"

	"timeslots/internal/api/reference"
	"timeslots/internal/api/response"
	"timeslots/internal/problem"
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

// ReplyOf is a response as a reply.
func ReplyOf(r *response.Response, l *response.Lifetime) Reply {
	return Reply{Status: r.Status, Body: r.Body(), Tag: r.ETag(), CacheControl: r.CacheControl(l)}
}

// Refusal is a problem as a reply.
func Refusal(p problem.Document) Reply {
	body := p.JSON()
	return Reply{Status: p.Status, Body: body, Tag: response.Tag(body), CacheControl: p.CacheControl(), RetryAfter: p.RetrySeconds()}
}
