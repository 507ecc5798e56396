package ops

import (
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"timeslots/internal/timeslot"
)

// explain is GET /ops/explain: how a query would be answered now, as JSON for machines and as a page for people.
func (a admin) explain(w http.ResponseWriter, r *http.Request) {
	if asked := r.URL.Query(); len(asked["q"]) > 1 || asked.Has("q") && len(asked) > 1 {
		refuseMistake(w, &mistake{"q", "stands beside another query", "give the query itself, or q alone with the whole of it"})
		return
	}
	page := strings.Contains(r.Header.Get("Accept"), "text/html")
	query := pasted(r.URL)
	if page && query == "" {
		writeExplained(w, explained{})
		return
	}
	document, err := a.Queries.Explain(r.Context(), query)
	var text []byte
	if err == nil {
		text, err = json.MarshalIndent(document, "", "  ")
	}
	invalid, refused := errors.AsType[*timeslot.InvalidQueryError](err)
	switch {
	case page && refused:
		writeExplained(w, explained{Query: query, Violations: invalid.Violations})
	case page && err == nil:
		writeExplained(w, explained{Query: query, Document: document})
	case refused:
		refuse(w, http.StatusBadRequest, invalid.Error())
	case err != nil:
		refuse(w, http.StatusInternalServerError, "the query could not be explained")
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(text)
	}
}

// pasted is the query to explain: the page's field holds what somebody copied, an address as a whole perhaps; without
// it, the request's own query counts.
func pasted(u *url.URL) string {
	text := strings.TrimSpace(u.Query().Get("q"))
	if text == "" && !u.Query().Has("q") {
		return u.RawQuery
	}
	if _, query, found := strings.Cut(text, "?"); found {
		return query
	}
	return text
}

// explained is what the page shows: a query and its explanation, or what is wrong with it.
type explained struct {
	Query      string
	Document   any // api.Explanation
	Violations []timeslot.Violation
}

var explainPage = template.Must(template.New("explain.html").Funcs(template.FuncMap{
	"file": func(name string) string { return files[name].hashed },
}).ParseFS(embedded, "page/explain.html"))

func writeExplained(w http.ResponseWriter, x explained) {
	setPageHeaders(w.Header())
	if x.Violations != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
	_ = explainPage.Execute(w, x)
}
