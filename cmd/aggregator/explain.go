package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"timeslots/internal/ops"
	"timeslots/internal/timeslot"
)

// explain is GET /ops/explain: how a query would be answered now, as JSON for machines and as a page for people.
func (s *service) explain(w http.ResponseWriter, r *http.Request) {
	if asked := r.URL.Query(); len(asked["q"]) > 1 || asked.Has("q") && len(asked) > 1 {
		refuseMistake(w, &mistake{"q", "stands beside another query", "give the query itself, or q alone with the whole of it"})
		return
	}
	page := strings.Contains(r.Header.Get("Accept"), "text/html")
	query := pasted(r.URL)
	if page && query == "" {
		ops.Explain(w, ops.Explained{})
		return
	}
	document, err := s.path.Load().server.Explain(r.Context(), query)
	var text []byte
	if err == nil {
		text, err = json.MarshalIndent(document, "", "  ")
	}
	invalid, refused := errors.AsType[*timeslot.InvalidQueryError](err)
	switch {
	case page && refused:
		ops.Explain(w, ops.Explained{Query: query, Violations: invalid.Violations})
	case page && err == nil:
		ops.Explain(w, ops.Explained{Query: query, Document: document})
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
