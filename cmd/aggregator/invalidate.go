package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// maxAdminBody bounds the bodies of changing calls in bytes.
const maxAdminBody = 4 << 10

// invalidation is the body of POST /ops/invalidate: exactly one field (docs/interface.md §4).
type invalidation struct {
	NPI                  string          `json:"npi"`
	DepartmentIdentifier string          `json:"departmentIdentifier"`
	Source               timeslot.Source `json:"source"`
	All                  bool            `json:"all"`
}

// invalidate declares fragments void on every replica: none that was fetched, or whose fetch began, before is served
// or stored again.
func (s *service) invalidate(w http.ResponseWriter, r *http.Request) {
	var body invalidation
	if err := readStrict(r.Body, &body); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	scope := cache.Scope{NPI: body.NPI, DepartmentIdentifier: body.DepartmentIdentifier, Source: body.Source, All: body.All}
	err := s.ledger.Invalidate(r.Context(), scope)
	switch {
	case errors.Is(err, cache.ErrNotTold):
		refuse(w, http.StatusAccepted, "done on this replica; the others follow when Redis can be reached again")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, fmt.Sprintf(`%v; give one of {"npi":"…"}, {"departmentIdentifier":"ehr|id"}, {"source":"careDirect"}, {"all":true}`, err))
		return
	}
	s.log.Info("fragments invalidated", "npi", body.NPI != "", "department", body.DepartmentIdentifier != "", "source", body.Source, "all", body.All)
	w.WriteHeader(http.StatusNoContent)
}

// readStrict reads one JSON object of known fields and nothing after it.
func readStrict(from io.Reader, to any) error {
	d := json.NewDecoder(io.LimitReader(from, maxAdminBody))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("the body is not the JSON object that is wanted: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body goes on after the JSON object")
	}
	return nil
}

// guarded lets changing calls through with the token, or from loopback where none is set.
func (s *service) guarded(next http.HandlerFunc) http.HandlerFunc {
	token := s.config.Admin.Token
	return func(w http.ResponseWriter, r *http.Request) {
		if token.IsSet() && !sameToken(r.Header.Get("Authorization"), token.Reveal()) || !token.IsSet() && !fromHere(r) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, "changing calls need Authorization: Bearer with admin.token; without a token they are taken from this machine only")
			return
		}
		next(w, r)
	}
}

// sameToken compares in constant time, whatever the lengths.
func sameToken(header, token string) bool {
	given, ok := strings.CutPrefix(header, "Bearer ")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token))
	return ok && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	})
}
