package ops

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/problem"
)

// routes adds the page and its sources to a mux.
func (w *Watch) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /ops", w.page)
	mux.HandleFunc("GET /ops/state", w.state)
	mux.HandleFunc("GET /ops/events", w.events)
	for _, f := range files {
		mux.HandleFunc("GET /ops/"+f.hashed, f.serve)
	}
}

func (w *Watch) state(out http.ResponseWriter, _ *http.Request) {
	now := w.current.Load()
	if now.text == nil {
		problem.Document{Status: http.StatusServiceUnavailable, RetryAfter: time.Second, Detail: "the metrics could not be read yet; the log says why"}.Write(out)
		return
	}
	out.Header().Set("Content-Type", "application/json")
	out.Header().Set("Cache-Control", "no-store")
	_, _ = out.Write(now.text)
}

// patience is how long one who listens may need to take an event.
const patience = 5 * time.Second

// events sends a state a second (text/event-stream). An id is the number of the reading; a client that comes back gets
// the present state, since an old one is of no use.
func (w *Watch) events(out http.ResponseWriter, r *http.Request) {
	news, leave := w.listen()
	if news == nil {
		problem.Document{
			Status: http.StatusServiceUnavailable, RetryAfter: 5 * time.Second,
			Detail: fmt.Sprintf("%d listen already; try again later, or ask /ops/state", maxListeners),
		}.Write(out)
		return
	}
	defer leave()
	h := out.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	control := http.NewResponseController(out)
	for {
		select {
		case <-r.Context().Done():
			return
		case _, open := <-news:
			if !open {
				return
			}
			now := w.current.Load()
			if now.text == nil {
				continue
			}
			_ = control.SetWriteDeadline(time.Now().Add(patience))
			if _, err := fmt.Fprintf(out, "id: %d\nretry: 1000\ndata: %s\n\n", now.id, now.text); err != nil || control.Flush() != nil {
				return
			}
		}
	}
}

//go:embed page
var embedded embed.FS

// file is part of the page, under a name that changes with its content, so that browsers may keep it for ever.
type file struct {
	hashed, kind string
	text         []byte
}

var files = map[string]file{
	"ops.js":           load("ops.js", "text/javascript; charset=utf-8"),
	"ops.css":          load("ops.css", "text/css; charset=utf-8"),
	"ops.svg":          load("ops.svg", "image/svg+xml"),
	"uplot-1.6.32.js":  load("uplot-1.6.32.js", "text/javascript; charset=utf-8"),
	"uplot-1.6.32.css": load("uplot-1.6.32.css", "text/css; charset=utf-8"),
}

// policy lets the page load from here and nowhere else. uPlot places its canvas by style attributes.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

var page = template.Must(template.New("ops.html").Funcs(template.FuncMap{"file": hashed}).ParseFS(embedded, "page/ops.html"))

// hashed is where a file of the page is found, relative to /ops.
func hashed(name string) (string, error) {
	f, known := files[name]
	if !known {
		return "", fmt.Errorf("no file %q", name)
	}
	return "ops/" + f.hashed, nil
}

func load(name, kind string) file {
	text, err := embedded.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it was embedded when this was built
	}
	sum := sha256.Sum256(text)
	dot := strings.LastIndex(name, ".")
	return file{hashed: name[:dot] + "-" + hex.EncodeToString(sum[:6]) + name[dot:], kind: kind, text: text}
}

func (f file) serve(out http.ResponseWriter, _ *http.Request) {
	out.Header().Set("Content-Type", f.kind)
	out.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	out.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = out.Write(f.text)
}

func (w *Watch) page(out http.ResponseWriter, _ *http.Request) {
	setPageHeaders(out.Header())
	_ = page.Execute(out, w.State())
}

func setPageHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}
