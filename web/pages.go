package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

// Ask answers GET path?query of the service.
type Ask func(ctx context.Context, path, query string) Reply

// Reply is what the service says.
type Reply struct {
	Status       int
	Body         []byte // JSON; not to be changed
	Tag          string // changes with Body
	CacheControl string
	RetryAfter   int // seconds; 0: nothing was said
}

// Document is a page for one question.
type Document struct {
	Status       int
	Product      string // what it is counted as
	CacheControl string
	RetryAfter   int // seconds; 0: none
	Header       map[string]string
	Body         []byte // HTML; not to be changed
	Tag          string // changes with Body
}

// Demo makes bookings possible against a simulated tenant. Everything that leads there is marked as a demonstration.
type Demo struct {
	PostalCode string   `json:"postalCode"` // where there are clinics
	Tokens     []string `json:"tokens"`     // of sample patients
}

// Options are all optional.
type Options struct {
	Demo *Demo            // nil: a time leads to the health system's own booking pages
	Now  func() time.Time // nil: time.Now
}

// Pages makes the pages. It is safe for concurrent use.
type Pages struct {
	opt       Options
	templates *template.Template
	kept      *shelf
	choices   choices
}

// New reads what is embedded.
func New(opt Options) (*Pages, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	parsed, err := template.New("").Funcs(template.FuncMap{"file": hashed}).ParseFS(embedded, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: read the templates: %w", err)
	}
	return &Pages{opt: opt, templates: parsed, kept: newShelf()}, nil
}

// Where the pages are.
const (
	FindPath = "/"
	FluPath  = "/flu-shot"
)

// Routes are where the pages are.
func (p *Pages) Routes() []string { return []string{FindPath, FluPath} }

// How long pages without times may be kept by browsers and CDNs (RFC 5861).
const keepBare = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"

// headers of every page. Where somebody looks for care is told to nobody else.
var headers = map[string]string{
	"Content-Security-Policy":    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
	"Referrer-Policy":            "same-origin",
	"Permissions-Policy":         "geolocation=(self), camera=(), microphone=(), payment=()",
	"Cross-Origin-Opener-Policy": "same-origin",
}

// Render makes the page at a path for a query. It takes as long as ask does. An error is a mistake in a template.
func (p *Pages) Render(ctx context.Context, path, rawQuery string, ask Ask) (Document, error) {
	v := newView(path, rawQuery, p.opt.Now())
	offered := p.choices.ask(ctx, v, ask)
	if len(v.wrong) > 0 {
		return p.make(v, Reply{Status: http.StatusBadRequest, CacheControl: "no-store"}, offered)
	}
	reply := Reply{Status: http.StatusOK, CacheControl: keepBare}
	switch {
	case v.Asks():
		reply = ask(ctx, nextAvailable, v.query)
	case path == FindPath && len(offered.VisitTypes) == 0: // the next one may have something to choose from
		reply.CacheControl = "public, no-cache"
	}
	edition := edition{answer: reply.Tag, choices: offered.tag, minute: p.opt.Now().Unix() / 60}
	key := path + "?" + v.address()
	if d, known := p.kept.get(key, edition); known {
		return d, nil
	}
	d, err := p.make(v, reply, offered)
	if err == nil {
		p.kept.put(key, edition, d)
	}
	return d, err
}

// make makes a page for an answer.
func (p *Pages) make(v *view, reply Reply, offered *offered) (d Document, err error) {
	d = Document{
		Status: reply.Status, Product: v.product, CacheControl: reply.CacheControl, RetryAfter: reply.RetryAfter, Header: headers,
	}
	d.Body, d.Tag, err = p.write(v, reply, offered)
	return d, err
}
