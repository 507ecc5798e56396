package ops

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

const invalidationFix = `give one of {"npi":"9000000017"}, {"departmentIdentifier":"ehr|id"}, {"source":"careDirect"}, {"all":true}`

// Scope is which fragments are void: exactly one field says it.
type Scope struct {
	NPI                  string          // all that speaks of a clinician
	DepartmentIdentifier string          // all that speaks of a department, as "<ehrInstance>|<departmentId>"
	Source               timeslot.Source // all of one surface
	All                  bool
}

// Fragments declares fragments void on every replica. The real one stands on cache.Ledger.
type Fragments interface {
	// Check says what is wrong with a scope that does not name exactly one thing that can exist.
	Check(Scope) error
	// Invalidate does it. Where everywhere is false, the other replicas follow when Redis can be reached again; after an error
	// nothing has changed.
	Invalidate(context.Context, Scope) (everywhere bool, err error)
}

// readScope reads the body of POST /ops/invalidate: exactly one field (docs/interface.md §4).
func (a admin) readScope(r *http.Request) (scope Scope, wrong *mistake) {
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
		if err := a.Fragments.Check(scope); wrong == nil && err != nil {
			wrong = &mistake{name, "names nothing: " + err.Error(), invalidationFix}
		}
	}
	return scope, wrong
}

// invalidate declares fragments void on every replica: none that was fetched, or whose fetch began, before is served
// or stored again.
func (a admin) invalidate(w http.ResponseWriter, r *http.Request) {
	scope, wrong := a.readScope(r)
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	everywhere, err := a.Fragments.Invalidate(r.Context(), scope)
	switch {
	case err != nil: // the caller left
		refuse(w, http.StatusServiceUnavailable, "nothing was invalidated: "+err.Error())
		return
	case !everywhere:
		refuse(w, http.StatusAccepted, notToldYet)
		return
	}
	a.Logger.Info("fragments invalidated", "npi", scope.NPI != "", "department", scope.DepartmentIdentifier != "", "source", scope.Source, "all", scope.All)
	w.WriteHeader(http.StatusNoContent)
}
