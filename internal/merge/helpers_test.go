package merge_test

import (
	"slices"
	"testing"
	"time"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

const (
	main, branch = "org.acme.ehr.main", "org.acme.ehr.branch"
	losAngeles   = "America/Los_Angeles"

	ann, bob, cyd = "9000000017", "9000000025", "9000000033"

	nine, ten, eleven = "2026-10-06T09:00:00-07:00", "2026-10-06T10:00:00-07:00", "2026-10-06T11:00:00-07:00"
)

// noon is noon of a Monday in Los Angeles; every test story begins then.
var noon = instant("2026-10-05T12:00:00-07:00")

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var rankings = []timeslot.Ranking{timeslot.Soonest, timeslot.Nearest, timeslot.Balanced}

// always is the interval of an answer that speaks for everything a story can mention.
var always = timeslot.Interval{From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(2, 0, 0)}

// list is one schedule with its slots.
type list struct {
	timeslot.Schedule
	slots []timeslot.SlotWithID
}

// followUp is the usual visit type of stories, at the department with id 1 in Los Angeles.
func followUp(npi string) timeslot.Schedule {
	return timeslot.Schedule{
		EHRInstance: main, DepartmentID: "1", NPI: npi, VisitTypeID: "7203", VisitTypeName: "FollowUp",
		Timezone: losAngeles,
	}
}

// with changes a schedule.
func with(s timeslot.Schedule, change func(*timeslot.Schedule)) timeslot.Schedule {
	change(&s)
	return s
}

// at lists a schedule with slots at the given instants.
func at(s timeslot.Schedule, starts ...string) list {
	l := list{Schedule: s}
	for _, start := range starts {
		t := instant(start)
		_, offset := t.Zone()
		l.slots = append(l.slots, slot(t.Unix(), int16(offset/60), 30))
	}
	return l
}

// slot is a slot without an id.
func slot(start int64, offset int16, minutes uint16) timeslot.SlotWithID {
	return timeslot.SlotWithID{Slot: timeslot.Slot{Start: start, Offset: offset, Duration: minutes}}
}

// ids gives the slots of l their booking handles.
func (l list) ids(ids ...string) list {
	for i, id := range ids {
		l.slots[i].ID = id
	}
	return l
}

// answered is a fragment with the lists, fetched that long before noon.
func answered(key timeslot.FragmentKey, ago time.Duration, lists ...list) *timeslot.Fragment {
	f := &timeslot.Fragment{Key: key, FetchedAt: noon.Add(-ago)}
	f.Bounds = timeslot.Policy{Fresh: time.Minute, Stale: time.Minute, StaleOnError: time.Hour}.Bounds(f.FetchedAt, false)
	var slots []timeslot.SlotWithID
	for i, l := range lists {
		f.Schedules = append(f.Schedules, l.Schedule)
		for _, s := range l.slots {
			s.Schedule = uint32(i)
			slots = append(slots, s)
		}
	}
	slices.SortStableFunc(slots, func(a, b timeslot.SlotWithID) int { return int(a.Start - b.Start) })
	f.SetSlots(slots)
	if sourceOf(key) == timeslot.CareDirect || sourceOf(key) == timeslot.ProviderDirect {
		f.Covers = always
	}
	return f
}

func v5(npi string) timeslot.FragmentKey {
	return timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: npi}
}

func v4(npi, visitType string) timeslot.FragmentKey {
	return timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 4, NPI: npi, VisitType: visitType}
}

func careDirect(urlName, visitType string) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: urlName, VisitType: visitType,
	}
}

func careOptions(radius uint8) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpAvailabilitySlots, Version: 1, Area: timeslot.AreaAround(riverton, radius), Block: timeslot.BlockOf(timeslot.DateOf(noon)),
	}
}

func departments(list ...timeslot.Department) *timeslot.Fragment {
	f := answered(timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, time.Hour)
	f.Departments = list
	return f
}

var (
	riverton = timeslot.Point{Latitude: 47.61, Longitude: -122.33}
	tacoma   = timeslot.Point{Latitude: 47.25, Longitude: -122.44} // about 25 miles south
)

// query is a canonical query.
func query(change func(*timeslot.Query)) *timeslot.Query {
	q := &timeslot.Query{Sort: timeslot.Soonest}
	if change != nil {
		change(q)
	}
	q.Normalize()
	return q
}

var anything = query(nil)

func merged(q *timeslot.Query, fragments ...*timeslot.Fragment) *merge.Output {
	return merge.Merge(merge.Input{Query: q, Now: noon, DefaultWindow: 14, Fragments: fragments})
}

// starts are the offered starts in the order of the answer, as local text.
func starts(r *timeslot.Result) []string {
	var out []string
	for i := range r.Slots {
		out = append(out, localStart(&r.Slots[i]))
	}
	return out
}

func localStart(o *timeslot.Offer) string {
	zone := time.FixedZone("", int(o.Offset)*60)
	return time.Unix(o.Start, 0).In(zone).Format(time.RFC3339)
}

// one is the only offer of an answer.
func one(t *testing.T, r *timeslot.Result) *timeslot.Offer {
	t.Helper()
	if len(r.Slots) != 1 || r.Total != 1 {
		t.Fatalf("want one slot, got %v (total %d)", starts(r), r.Total)
	}
	return &r.Slots[0]
}

// takenFunc decides by a function what is taken.
type takenFunc func(*timeslot.Schedule, *timeslot.SlotWithID) bool

func (f takenFunc) HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, _ time.Time) (time.Time, bool) {
	return time.Time{}, f(s, slot)
}

func (takenFunc) Version() uint64                           { return 1 }
func (takenFunc) Changes(uint64, timeslot.Clinicians) bool  { return true }
func (takenFunc) Doubting() bool                            { return false }
func (takenFunc) Doubts(*timeslot.Schedule, time.Time) bool { return false }

// takenIdentity is the promise of docs/architecture.md §6 in its smallest form.
func takenIdentity(id timeslot.Identity) merge.Taken {
	return takenFunc(func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool { return s.Identity(slot.Start) == id })
}

func sourceOf(key timeslot.FragmentKey) timeslot.Source {
	return timeslot.DexCare().SourceOf(key.Operation)
}
