package cache

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"timeslots/internal/timeslot"
)

// Scope names the fragments that an operator declares void (docs/interface.md §4, POST /ops/invalidate). Exactly one field is
// set, beside Surfaces.
type Scope struct {
	Surfaces *timeslot.Surfaces // whose sources there are; nil: DexCare's

	NPI                  string          // all that speaks of a clinician
	DepartmentIdentifier string          // all that speaks of a department, as "<ehrInstance>|<departmentId>"
	Source               timeslot.Source // all of one surface
	All                  bool
}

// ErrScope is what is wrong with a scope that does not name exactly one thing that can exist.
var ErrScope = errors.New("exactly one of npi, departmentIdentifier, source and all must be set")

// Validate gives [ErrScope], with what is wrong, where the scope names nothing, two subjects, or something that cannot exist.
func (s Scope) Validate() error {
	_, err := s.Target()
	return err
}

// maxDepartmentKey bounds what a department may be called, in bytes: what is longer reaches no other replica.
const maxDepartmentKey = longestName - 1

// Target is what the scope names; the error is [ErrScope].
func (s Scope) Target() (Target, error) {
	var named []Target
	if s.NPI != "" {
		if !isNPI(s.NPI) {
			return Target{}, fmt.Errorf("an NPI has ten digits: %w", ErrScope)
		}
		named = append(named, Target{ofClinician, s.NPI})
	}
	if s.DepartmentIdentifier != "" {
		if !isDepartmentKey(s.DepartmentIdentifier) {
			return Target{}, fmt.Errorf("a department is of the form ehrInstance|departmentId, of at most %d bytes: %w", maxDepartmentKey, ErrScope)
		}
		named = append(named, Target{ofDepartment, s.DepartmentIdentifier})
	}
	if s.Source != "" {
		if !slices.Contains(s.Surfaces.ReadFrom(), s.Source) {
			return Target{}, fmt.Errorf("a source is %s or directory: %w", joined(s.Surfaces.Sources()), ErrScope)
		}
		named = append(named, Target{ofSource, string(s.Source)})
	}
	if s.All {
		named = append(named, Target{ofAll, ""})
	}
	if len(named) != 1 {
		return Target{}, ErrScope
	}
	return named[0], nil
}

func isNPI(text string) bool {
	return len(text) == 10 && strings.Trim(text, "0123456789") == ""
}

func isDepartmentKey(text string) bool {
	ehr, id, ok := timeslot.SplitDepartmentKey(text)
	strange := strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
	return ok && !strange && len(text) <= maxDepartmentKey && strings.TrimSpace(ehr) == ehr && strings.TrimSpace(id) == id
}

func joined(sources []timeslot.Source) string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// reach says which fragments a target takes in. The letters are part of what is stored in Redis.
type reach byte

const (
	ofClinician      reach = 'n' // any fragment that names the clinician
	ofDepartment     reach = 'd' // any fragment that names the department
	ofSource         reach = 's'
	ofAll            reach = 'a'
	slotsOfClinician reach = 'p' // as ofClinician, without directories: a booking says nothing about those
	slotsAtDesk      reach = 'q' // slots of surfaces that are asked for the department
)

// Target is a set of fragments. Its text is empty, an NPI, a department key or a source.
type Target struct {
	reach reach
	name  string
}

// TargetsOf are the fragments that a claim casts doubt on: those that speak of its clinician, and what its department
// offers under its own name. Where nobody knows the clinician, all that speaks of the department. A claim that knows
// neither has none.
func TargetsOf(c timeslot.Claim) []Target {
	var list []Target
	if c.NPI != "" {
		list = append(list, Target{slotsOfClinician, c.NPI})
	}
	if c.Identity.EHRInstance == "" || c.Identity.DepartmentID == "" {
		return list
	}
	key := timeslot.DepartmentKey(c.Identity.EHRInstance, c.Identity.DepartmentID)
	if c.NPI != "" {
		return append(list, Target{slotsAtDesk, key})
	}
	return append(list, Target{ofDepartment, key})
}

// eachTarget calls see for every target that takes f in, some of them more than once.
func (x *Fences) eachTarget(f *timeslot.Fragment, see func(Target)) {
	source, atDesk := timeslot.Directory, false
	from := x.surfaces.Serving(f.Key.Operation)
	if from != nil {
		source, atDesk = from.Source, from.Asks == timeslot.AsksDepartment
	}
	see(Target{ofAll, ""})
	see(Target{ofSource, string(source)})
	clinician := func(npi string) {
		see(Target{ofClinician, npi})
		if from != nil {
			see(Target{slotsOfClinician, npi})
		}
	}
	department := func(key string) {
		see(Target{ofDepartment, key})
		if atDesk {
			see(Target{slotsAtDesk, key})
		}
	}
	if f.Key.NPI != "" {
		clinician(f.Key.NPI)
	}
	eachNamed(f, clinician, department)
}

// eachNamed tells whom and what the content of f names. Neighbouring schedules mostly share both.
func eachNamed(f *timeslot.Fragment, clinician, department func(string)) {
	var last *timeslot.Schedule
	for i := range f.Schedules {
		s := &f.Schedules[i]
		if s.NPI != "" && s.NPI != f.Key.NPI && (last == nil || s.NPI != last.NPI) {
			clinician(s.NPI)
		}
		if last == nil || s.DepartmentID != last.DepartmentID || s.EHRInstance != last.EHRInstance {
			department(s.DepartmentKey())
		}
		last = s
	}
	for i := range f.Departments {
		department(f.Departments[i].Key())
	}
	for i := range f.Providers {
		if npi := f.Providers[i].NPI; npi != f.Key.NPI {
			clinician(npi)
		}
	}
}

// anonymous tells that f is of a department that its content does not name, because it is empty. A target that means a
// department may mean this one.
func (x *Fences) anonymous(f *timeslot.Fragment) bool {
	return x.surfaces.Asked(f.Key.Operation) == timeslot.AsksDepartment && len(f.Schedules) == 0 && len(f.Departments) == 0
}

// longestName bounds what is taken from a member of the shared set.
const longestName = 512

// String is the target as it stands in Redis.
func (t Target) String() string { return string(rune(t.reach)) + t.name }

// ParseTarget reads what [Target.String] wrote, and nothing else.
func ParseTarget(text string) (Target, bool) {
	if text == "" || len(text) > longestName || !strings.ContainsRune("ndsapq", rune(text[0])) {
		return Target{}, false
	}
	return Target{reach(text[0]), text[1:]}, true
}
