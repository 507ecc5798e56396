package ops

import (
	"html/template"
	"net/http"
)

// Explained is what the page of GET /ops/explain shows: a query and its explanation, or what is wrong with it.
type Explained struct {
	Query      string
	Document   any // api.Explanation
	Violations any // []timeslot.Violation
}

var explainPage = template.Must(template.New("explain.html").Funcs(template.FuncMap{
	"file": func(name string) string { return files[name].hashed },
}).ParseFS(embedded, "page/explain.html"))

// Explain writes the page.
func Explain(out http.ResponseWriter, x Explained) {
	h := out.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if x.Violations != nil {
		out.WriteHeader(http.StatusBadRequest)
	}
	_ = explainPage.Execute(out, x)
}
