package cache

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// The fragments that the stories below are about, each fetched before any event.
func careDirect(s ...timeslot.Schedule) *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "north", VisitType: "Flu"}, time.Now())
	f.Schedules, f.Slots = s, nil
	return f
}

func careOptions(s ...timeslot.Schedule) *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Area: timeslot.Area{Radius: 30}}, time.Now())
	f.Schedules, f.Slots = s, nil
	return f
}

func providerDirect(npi, department string) *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi}, time.Now())
	f.Schedules[0].NPI, f.Schedules[0].DepartmentID = npi, department
	return f
}

func providerInfo(npi string) *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: npi}, time.Now())
	f.Schedules, f.Slots = nil, nil
	return f
}

func departments(ids ...string) *timeslot.Fragment {
	f := redistest.Fragment(timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, time.Now())
	f.Schedules, f.Slots = nil, nil
	for _, id := range ids {
		f.Departments = append(f.Departments, timeslot.Department{EHRInstance: "ehr", ID: id})
	}
	return f
}

func schedule(npi, department string) timeslot.Schedule {
	return timeslot.Schedule{EHRInstance: "ehr", DepartmentID: department, NPI: npi}
}

// atWork is a slot of a clinician at department 12.
var atWork = timeslot.Claim{
	NPI: "9000000017", SlotID: "nine", Duration: 20,
	Identity: timeslot.Identity{EHRInstance: "ehr", DepartmentID: "12", Clinician: "9000000017", VisitTypeID: "7", Start: 1_900_000_000},
}

func TestWhichFragmentsAnEventIsAbout(t *testing.T) {
	booked := atWork
	unnamed := booked
	unnamed.NPI = ""
	onlyPlace := timeslot.Claim{NPI: atWork.NPI, Identity: timeslot.Identity{EHRInstance: "ehr", DepartmentID: "12"}}
	stale := func(c timeslot.Claim) func(*Fences) { return func(x *Fences) { x.markStale(c) } }
	invalid := func(s Scope) func(*Fences) { return func(x *Fences) { x.invalidate(s) } }
	other := "9000000099"
	for name, test := range map[string]struct {
		event    func(*Fences)
		fragment *timeslot.Fragment
		want     standing
	}{
		"a claim: its clinician's own list":           {stale(booked), providerDirect(atWork.NPI, "99"), doubtful},
		"a claim: another's list at the department":   {stale(booked), providerDirect(other, "12"), untouched},
		"a claim: the department's own list":          {stale(booked), careDirect(schedule(other, "12")), doubtful},
		"a claim: another department's list":          {stale(booked), careDirect(schedule(other, "13")), untouched},
		"a claim: an empty list of who knows what":    {stale(booked), careDirect(), doubtful},
		"a claim: an area with the clinician":         {stale(booked), careOptions(schedule(other, "1"), schedule(atWork.NPI, "2")), doubtful},
		"a claim: an area without her":                {stale(booked), careOptions(schedule(other, "12")), untouched},
		"a claim: the clinician's description":        {stale(booked), providerInfo(atWork.NPI), untouched},
		"a claim: the list of departments":            {stale(booked), departments("12"), untouched},
		"a claim without a start":                     {stale(onlyPlace), careDirect(schedule(other, "12")), doubtful},
		"a claim without a clinician: an area":        {stale(unnamed), careOptions(schedule(other, "12")), doubtful},
		"a claim that knows only the slotId":          {stale(timeslot.Claim{SlotID: "x"}), providerDirect(atWork.NPI, "12"), untouched},
		"a fence: its clinician's own list":           {func(x *Fences) { x.declare(Invalidated, TargetsOf(booked)...) }, providerDirect(atWork.NPI, "99"), void},
		"a clinician invalidated: her list":           {invalid(Scope{NPI: atWork.NPI}), providerDirect(atWork.NPI, "1"), void},
		"a clinician invalidated: her description":    {invalid(Scope{NPI: atWork.NPI}), providerInfo(atWork.NPI), void},
		"a clinician invalidated: her department":     {invalid(Scope{NPI: atWork.NPI}), careDirect(schedule(other, "1"), schedule(atWork.NPI, "1")), void},
		"a clinician invalidated: somebody else":      {invalid(Scope{NPI: atWork.NPI}), providerDirect(other, "12"), untouched},
		"a department invalidated: its own list":      {invalid(Scope{DepartmentIdentifier: "ehr|12"}), careDirect(schedule(other, "12")), void},
		"a department invalidated: an empty list":     {invalid(Scope{DepartmentIdentifier: "ehr|12"}), careDirect(), void},
		"a department invalidated: a clinician there": {invalid(Scope{DepartmentIdentifier: "ehr|12"}), providerDirect(other, "12"), void},
		"a department invalidated: the directory":     {invalid(Scope{DepartmentIdentifier: "ehr|12"}), departments("11", "12"), void},
		"a department invalidated: of another EHR":    {invalid(Scope{DepartmentIdentifier: "ehr2|12"}), careDirect(schedule(other, "12")), untouched},
		"a source invalidated":                        {invalid(Scope{Source: timeslot.CareOptions}), careOptions(), void},
		"a source invalidated: another":               {invalid(Scope{Source: timeslot.CareOptions}), careDirect(), untouched},
		"everything invalidated":                      {invalid(Scope{All: true}), departments("12"), void},
	} {
		t.Run(name, func(t *testing.T) {
			wantStanding(t, test.event, test.fragment, test.want)
		})
	}
}

// wantStanding has the event come after f was fetched, and f fetched again after that.
func wantStanding(t *testing.T, event func(*Fences), f *timeslot.Fragment, want standing) {
	t.Helper()
	x := NewFences(nil)
	event(x)
	if got := x.standingOf(f); got != want {
		t.Errorf("stands %d, want %d", got, want)
	}
	f.Epoch = x.Epoch()
	if got := x.standingOf(f); got != untouched {
		t.Errorf("stands %d, although it was fetched after the event", got)
	}
}

func TestScopesNameOneThing(t *testing.T) {
	for _, s := range []Scope{{}, {NPI: "1", All: true}, {DepartmentIdentifier: "12"}, {DepartmentIdentifier: "|12"}} {
		if err := s.Validate(); !errors.Is(err, ErrScope) {
			t.Errorf("%+v: error %v, want %v", s, err, ErrScope)
		}
	}
}

func TestAVoidFragmentIsAMissAndADoubtfulOneIsNeverFresh(t *testing.T) {
	x, seen := NewFences(nil), redistest.NewCounter()
	m := memoryTier(t, MemoryOptions{Fences: x, Recorder: seen})
	f := providerDirect(atWork.NPI, "12")
	keys := []timeslot.FragmentKey{f.Key}
	m.Put(t.Context(), f)
	if hit := m.Lookup(t.Context(), keys)[0]; hit.Fragment != f || hit.Outdated {
		t.Fatalf("before any event: %+v", hit)
	}
	x.markStale(atWork)
	if hit := m.Lookup(t.Context(), keys)[0]; hit.Fragment != f || !hit.Outdated || seen.Count("memory/stale") != 1 {
		t.Errorf("marked stale: %+v, recorded %v", hit, seen)
	}
	if m.fresh(f) {
		t.Error("marked stale, and taken for fresh")
	}
	x.declare(Invalidated, TargetsOf(atWork)...)
	if hit := m.Lookup(t.Context(), keys)[0]; hit.Fragment != nil {
		t.Error("void, and served")
	}
	if m.Put(t.Context(), f); seen.Count("fenced/providerDirect") != 1 {
		t.Error("a void fragment was stored")
	}
}

func TestEventsBeyondTheBoundForgetTheOldest(t *testing.T) {
	x := NewFences(nil)
	list := make([]Event, MaxTargets+1)
	for i := range list {
		list[i] = Event{MarkedStale, Target{ofClinician, strconv.Itoa(i)}, uint64(i + 1)}
	}
	x.Add(list...)
	for name, want := range map[string]standing{"0": untouched, "1": doubtful, strconv.Itoa(MaxTargets): doubtful} {
		if got := x.standingOf(providerInfo(name)); got != want {
			t.Errorf("%s stands %d, want %d", name, got, want)
		}
	}
}

func FuzzTargets(f *testing.F) {
	for _, seed := range []string{"n9000000017", "dehr|12", "a", "", "x1", "scareDirect"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, ok := ParseTarget(text); ok && parsed.String() != text {
			t.Errorf("%q became %q", text, parsed.String())
		}
	})
}

func TestAFetchThatAnInvalidationOvertakesIsMadeAgain(t *testing.T) {
	t.Parallel()
	fleet := sharing(t, rig.StartRedis(t), 2, nil)
	key := redistest.KeyOfNPI(1)
	calls := 0
	overtaken := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls == 1 { // at the other replica
			fleet[1].fences.invalidate(Scope{NPI: key.NPI})
		}
		return redistest.Fragment(key, time.Now()), nil
	}
	f, _, err := fleet[0].Fill(t.Context(), key, overtaken)
	if err != nil || calls != 2 || fleet[0].seen.Count("fenced/providerDirect") != 1 {
		t.Fatalf("%d calls, recorded %v, error %v", calls, fleet[0].seen, err)
	}
	if hit := fleet[0].Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment != f {
		t.Error("the second answer is not held")
	}
	fleet[0].redis.settle(t)
	if hit := fleet[1].Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment == nil {
		t.Error("the second answer is not shared")
	}
}

func TestAnAnswerThatIsOvertakenForEverIsServedButNotKept(t *testing.T) {
	x := NewFences(nil)
	m := memoryTier(t, MemoryOptions{Fences: x})
	key, calls := redistest.KeyOfNPI(1), 0
	work := func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		calls++
		x.invalidate(Scope{All: true})
		return redistest.Fragment(key, time.Now()), nil
	}
	f, _, err := m.Fill(t.Context(), key, work)
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
	if hit := m.Lookup(t.Context(), []timeslot.FragmentKey{key})[0]; hit.Fragment != nil {
		t.Error("it is kept")
	}
}

func TestAnAnswerThatWasOvertakenIsBetterThanNone(t *testing.T) {
	x := NewFences(nil)
	m := memoryTier(t, MemoryOptions{Fences: x})
	key, calls := redistest.KeyOfNPI(1), 0
	f, _, err := m.Fill(t.Context(), key, func(ctx context.Context, _ *timeslot.Fragment) (*timeslot.Fragment, error) {
		if calls++; calls > 1 {
			return nil, errUpstream
		}
		x.invalidate(Scope{All: true})
		return redistest.Fragment(key, time.Now()), nil
	})
	if f == nil || err != nil || calls != 2 {
		t.Errorf("gave %v after %d calls, error %v", f, calls, err)
	}
}
