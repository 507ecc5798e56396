package merge_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// tenants draws small worlds in which everything happens often: equal ages, colliding ids, names in other case, pools
// that only some surfaces see, authorities that overlap, unknown zones, slots that some list and others do not. That
// each of it does happen: see census_test.go.
var tenants = rapid.Custom(func(t *rapid.T) []*timeslot.Fragment {
	var fragments []*timeslot.Fragment
	seen := map[timeslot.FragmentKey]bool{}
	w := wide
	if rapid.Bool().Draw(t, "dense") {
		w = dense
	}
	for range rapid.IntRange(w.few, 8).Draw(t, "answers") {
		f := w.drawAnswer(t)
		if !seen[f.Key] {
			seen[f.Key] = true
			fragments = append(fragments, f)
		}
	}
	return fragments
})

func pick[T any](t *rapid.T, from ...T) T { return rapid.SampledFrom(from).Draw(t, "pick") }

// world is what a tenant is drawn from.
type world struct {
	few                  int // answers, and schedules and slots of one, at least
	npis, ehrs, places   []string
	visitIDs, visitNames []string
	halves               []int // starts, in half hours from noon
	quarrel              int   // one of so many answers speaks for a part of the time only
}

// In the wide world everything is different somewhere; in the dense one answers speak of the same few slots, so that
// they repeat, complete and contradict each other.
var (
	wide = world{
		npis: []string{ann, bob}, ehrs: []string{main, main, branch}, places: []string{"1", "1", "2"},
		visitIDs: []string{"7203", "7203", "7204", "guid", ""}, visitNames: []string{"FollowUp", "FOLLOWUP", "New", ""},
		halves: []int{-60, -2, 0, 2, 10, 11, 12, 13, 14, 16, 26, 40, 57, 58, 64, 96, 600, 800}, quarrel: 3,
	}
	dense = world{
		few: 1, npis: []string{ann}, ehrs: []string{main}, places: []string{"1"},
		visitIDs: []string{"7203", "7203", "guid"}, visitNames: []string{"FollowUp", "FOLLOWUP", "FollowUp", ""}, halves: []int{2, 11, 14}, quarrel: 1,
	}
)

func (w world) drawAnswer(t *rapid.T) *timeslot.Fragment {
	npi, name := pick(t, w.npis...), pick(t, "FollowUp", "followup", "New")
	next, old := v5(npi), careDirect("AcmeRiverton", name)
	next.Block, old.Version = 1, 1 // the same clinician's other weeks; the same clinic, as an older version tells it
	days := careOptions(30)        // some of them
	days.Span = timeslot.SpanOf(timeslot.DateOf(noon)+timeslot.Date(pick(t, 0, 1)), pick[uint8](t, 1, 2, 7))
	key := pick(t, v5(npi), v5(npi), next, v4(npi, name), v4(npi, ""), careDirect("AcmeRiverton", name), careDirect("AcmeTacoma", name), old,
		careOptions(30), careOptions(60), days,
		timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: "98101", Radius: 30}},
		timeslot.FragmentKey{Operation: timeslot.OpDepartments}, timeslot.FragmentKey{Operation: timeslot.OpDepartmentInfo},
		timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, NPI: npi})
	f := answered(key, minutes(rapid.IntRange(0, 3).Draw(t, "age")))
	if rapid.IntRange(0, 9).Draw(t, "found") == 0 {
		f.NotFound = true
		return f
	}
	f.Dropped = pick(t, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
	describePlaces(t, f)
	describePeople(t, f)
	if sourceOf(key) != timeslot.Directory {
		w.drawSlots(t, f)
	}
	return f
}

// describePlaces gives directories and Care Options something to say about departments.
func describePlaces(t *rapid.T, f *timeslot.Fragment) {
	if sourceOf(f.Key) != timeslot.Directory && f.Key.Operation != timeslot.OpAvailabilitySlots {
		return
	}
	for _, id := range []string{"1", "2"} {
		f.Departments = append(f.Departments, timeslot.Department{
			EHRInstance: pick(t, main, branch), ID: id, URLName: pick(t, "", "AcmeRiverton", "AcmeTacoma"),
			Name: pick(t, "", "A", "B"), ClinicType: pick(t, "", "Retail", "Primary Care"), Timezone: pick(t, "", "", "Asia/Tokyo", "Mars/Olympus"),
			Phone: pick(t, "", "206-555-0100"), Address: pick(t, timeslot.Address{}, timeslot.Address{Line1: "100 Example Way"}, timeslot.Address{City: "Riverton"}),
			Point: pick(t, nil, &riverton, &tacoma), VisitTypes: pick(t, nil, []timeslot.VisitType{{ID: "7203", Name: "New", Title: "T"}}),
		})
	}
	if f.Key.Operation == timeslot.OpAvailabilitySlots {
		f.Distances = map[string]float64{main + "|1": float64(rapid.IntRange(0, 50).Draw(t, "miles"))}
	}
}

func describePeople(t *rapid.T, f *timeslot.Fragment) {
	switch f.Key.Operation {
	case timeslot.OpProviderInfo, timeslot.OpAvailabilitySlots:
	default:
		return
	}
	for range rapid.IntRange(1, 2).Draw(t, "people") {
		p := timeslot.Provider{
			NPI: pick(t, ann, bob), Name: pick(t, "", "Ann", "Bob"), Gender: pick(t, "", "female", "male"),
			Specialties: pick(t, nil, []string{"Cardiology"}, []string{"Family Medicine", "Cardiology"}),
		}
		if f.Key.Operation == timeslot.OpProviderInfo {
			p.VisitTypes = pick(t, nil, []timeslot.VisitType{{ID: "7204", Name: "Return", Title: "As she calls it"}, {ID: "guid", Title: "G"}})
		}
		f.Providers = append(f.Providers, p)
	}
}

func (w world) drawSlots(t *rapid.T, f *timeslot.Fragment) {
	var slots []timeslot.SlotWithID
	for i := range rapid.IntRange(w.few, 3).Draw(t, "schedules") {
		f.Schedules = append(f.Schedules, w.drawSchedule(t, f.Key))
		for range rapid.IntRange(w.few, 3).Draw(t, "slots") {
			halves := rapid.SampledFrom(w.halves).Draw(t, "half hours")
			slots = append(slots, timeslot.SlotWithID{Slot: timeslot.Slot{
				Start: noon.Unix() + int64(halves)*1800, Schedule: uint32(i), Offset: pick[int16](t, 0, -420, 540),
				Duration: pick[uint16](t, 0, 20, 30),
			}, ID: pick(t, "", fmt.Sprint("id", i))})
		}
	}
	if rapid.IntRange(1, w.quarrel).Draw(t, "covers") == 1 {
		from := noon.Add(minutes(60 * pick(t, 0, 1, 3, 5, 7)))
		f.Covers = timeslot.Interval{From: from, Until: from.Add(minutes(60 * pick(t, 0, 1, 2, 4, 6, 12, 30)))}
	}
	slices.SortStableFunc(slots, func(a, b timeslot.SlotWithID) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Schedule, b.Schedule))
	})
	f.SetSlots(slots)
}

func (w world) drawSchedule(t *rapid.T, key timeslot.FragmentKey) timeslot.Schedule {
	s := timeslot.Schedule{
		EHRInstance: pick(t, w.ehrs...), DepartmentID: pick(t, w.places...), NPI: pick(t, w.npis...),
		VisitTypeID: pick(t, w.visitIDs...), VisitTypeName: pick(t, w.visitNames...),
		VisitTypeTitle: pick(t, "", "Title", "Another title"), Modality: pick(t, "", timeslot.Video, timeslot.InClinic),
		ForNewPatient: drawTri(t), ForEstablishedPatient: drawTri(t), Bookable: drawTri(t),
		Timezone: pick(t, "", losAngeles, losAngeles, "America/New_York", "localtime"),
	}
	if key.NPI != "" {
		s.NPI = key.NPI
	}
	if src := sourceOf(key); src == timeslot.CareDirect || src == timeslot.ProviderDirect && key.Version == 4 {
		s.ProviderID = pick(t, "", "P-1", "P-2")
		s.Pool = src == timeslot.CareDirect && rapid.Bool().Draw(t, "pool")
	}
	return s
}

func drawTri(t *rapid.T) timeslot.Tri { return pick(t, timeslot.Unknown, timeslot.No, timeslot.Yes) }

var queries = rapid.Custom(func(t *rapid.T) *timeslot.Query {
	some := func(values ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, pick(t, 0, 0, 0, 1, 2), rapid.ID).Draw(t, "filter")
	}
	return query(func(q *timeslot.Query) {
		*q = timeslot.Query{
			NPIs: some(ann, bob), Departments: some("AcmeRiverton", "AcmeTacoma"), VisitTypes: some("followUP", "new", "return"),
			ClinicTypes: some("retail", "primary care"), Specialties: some("cardiology", "family medicine"), Genders: some("female", "male"),
			EHRInstances: some(main, branch), Modalities: some("video", "inclinic"),
			Patient: pick(t, "", "", timeslot.NewPatient, timeslot.EstablishedPatient),
			Point:   pick(t, nil, nil, &riverton), PostalCode: pick(t, "", "", "98101"), Radius: pick(t, 20, 60), RadiusExplicit: pick(t, false, true),
			StartDate: pick(t, 0, 0, date("2026-10-06"), date("2026-10-01")), EndDate: pick(t, 0, 0, date("2026-10-06"), date("2026-10-07")),
			DaysOfSlots: pick(t, 0, 1, 2), Zone: pick(t, "", "Europe/Berlin", "America/New_York"),
			Sort: pick(t, timeslot.Soonest, timeslot.Nearest, timeslot.Balanced), Limit: pick(t, 1, 3, 500), Explain: pick(t, false, true),
		}
	})
})

// drawInput asks a world at noon of 5 October, or moved to the evening before the clock goes back in Los Angeles, five
// hours and a half before the first of the two half past ones.
func drawInput(t *rapid.T) merge.Input {
	in := input(queries.Draw(t, "query"), tenants.Draw(t, "fragments")...)
	if rapid.Bool().Draw(t, "clock change") {
		move(&in, instant("2026-10-31T20:00:00-07:00").Sub(in.Now))
	}
	if rapid.Bool().Draw(t, "some taken") {
		in.Taken = drawTaken(t, in.Fragments)
	}
	return in
}

// drawTaken takes slots as some answer spells them, or as it would if it listed them.
func drawTaken(t *rapid.T, fragments []*timeslot.Fragment) merge.Taken {
	var schedules []timeslot.Schedule
	var starts []int64
	for _, f := range fragments {
		schedules = append(schedules, f.Schedules...)
		for _, s := range f.Slots {
			starts = append(starts, s.Start)
		}
	}
	taken := map[timeslot.Identity]bool{}
	for range min(3, len(starts)) {
		s := pick(t, schedules...)
		s.Pool = s.Pool || rapid.Bool().Draw(t, "as one of a pool")
		taken[s.Identity(pick(t, starts...))] = true
	}
	return takenFunc(func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool { return taken[s.Identity(slot.Start)] })
}

// move shifts starts, what answers speak for, the days asked for and the present.
func move(in *merge.Input, by time.Duration) {
	in.Now = in.Now.Add(by)
	for _, day := range []*timeslot.Date{&in.Query.StartDate, &in.Query.EndDate} {
		if *day != 0 {
			*day += timeslot.Date(by / (24 * time.Hour))
		}
	}
	for _, f := range in.Fragments {
		for i := range f.Slots {
			f.Slots[i].Start += int64(by / time.Second)
		}
		if f.Covers != always && !f.Covers.Until.IsZero() {
			f.Covers.From, f.Covers.Until = f.Covers.From.Add(by), f.Covers.Until.Add(by)
		}
	}
}
