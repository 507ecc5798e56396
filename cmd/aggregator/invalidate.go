package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/cache"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

const invalidationFix = `give one of {"npi":"9000000017"}, {"departmentIdentifier":"ehr|id"}, {"source":"careDirect"}, {"all":true}`

// readScope reads the body of POST /ops/invalidate: exactly one field (docs/interface.md §4).
func readScope(r *http.Request) (scope cache.Scope, wrong *mistake) {
	object, wrong := readObject(r, invalidationFix, "npi", "departmentIdentifier", "source", "all")
	switch {
	case wrong != nil:
		return scope, wrong
	case len(object) == 0:
		return scope, &mistake{"body", "names nothing", invalidationFix}
	case len(object) > 1:
		return scope, &mistake{strings.Join(slices.Sorted(maps.Keys(object)), ", "), "are more than one thing", invalidationFix}
	}
	for name := range object {
		switch name {
		case "npi":
			scope.NPI, wrong = field[string](object, name, invalidationFix)
		case "departmentIdentifier":
			scope.DepartmentIdentifier, wrong = field[string](object, name, invalidationFix)
		case "source":
			scope.Source, wrong = field[timeslot.Source](object, name, invalidationFix)
		case "all":
			scope.All, wrong = field[bool](object, name, invalidationFix)
		}
		if err := scope.Validate(); wrong == nil && err != nil {
			wrong = &mistake{name, "names nothing: " + err.Error(), invalidationFix}
		}
	}
	return scope, wrong
}

// invalidate declares fragments void on every replica: none that was fetched, or whose fetch began, before is served
// or stored again.
func (s *service) invalidate(w http.ResponseWriter, r *http.Request) {
	scope, wrong := readScope(r)
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	err := s.ledger.Invalidate(r.Context(), scope)
	switch {
	case errors.Is(err, taken.ErrNotTold):
		refuse(w, http.StatusAccepted, "done on this replica; the others follow when Redis can be reached again")
		return
	case err != nil: // the caller left
		refuse(w, http.StatusServiceUnavailable, "nothing was invalidated: "+err.Error())
		return
	}
	s.log.Info("fragments invalidated", "npi", scope.NPI != "", "department", scope.DepartmentIdentifier != "", "source", scope.Source, "all", scope.All)
	w.WriteHeader(http.StatusNoContent)
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
