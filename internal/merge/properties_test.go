package merge_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// tenants draws small worlds in which everything happens often: equal ages, colliding ids, names in other case,
// pools that only some surfaces see, unknown zones, slots that some list and others do not.
var tenants = rapid.Custom(func(t *rapid.T) []*timeslot.Fragment {
	var fragments []*timeslot.Fragment
	seen := map[timeslot.FragmentKey]bool{}
	for range rapid.IntRange(0, 8).Draw(t, "answers") {
		f := drawAnswer(t)
		if !seen[f.Key] {
			seen[f.Key] = true
			fragments = append(fragments, f)
		}
	}
	return fragments
})

func pick[T any](t *rapid.T, from ...T) T { return rapid.SampledFrom(from).Draw(t, "pick") }

func drawAnswer(t *rapid.T) *timeslot.Fragment {
	npi, name := pick(t, ann, bob), pick(t, "FollowUp", "followup", "New")
	key := pick(t, v5(npi), v5(npi), v4(npi, name), v4(npi, ""), careDirect(pick(t, "AcmeRiverton", "AcmeTacoma"), name),
		careOptions(30), careOptions(60),
		timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: "98101", Radius: 30}},
		timeslot.FragmentKey{Operation: timeslot.OpDepartments}, timeslot.FragmentKey{Operation: timeslot.OpDepartmentInfo},
		timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, NPI: npi})
	f := answered(key, minutes(rapid.IntRange(0, 2).Draw(t, "age")))
	if rapid.IntRange(0, 9).Draw(t, "found") == 0 {
		f.NotFound = true
		return f
	}
	describe(t, f)
	if key.Source() != timeslot.Directory {
		drawSlots(t, f)
	}
	return f
}

// describe gives directories and Care Options something to say about people and places.
func describe(t *rapid.T, f *timeslot.Fragment) {
	here, there := riverton, tacoma
	switch f.Key.Operation {
	case timeslot.OpDepartments, timeslot.OpDepartmentInfo, timeslot.OpAvailabilitySlots:
		for _, id := range []string{"1", "2"} {
			f.Departments = append(f.Departments, timeslot.Department{
				EHRInstance: pick(t, main, branch), ID: id, URLName: pick(t, "", "AcmeRiverton", "AcmeTacoma"),
				Name: pick(t, "", "A", "B"), ClinicType: pick(t, "", "Retail"), Timezone: pick(t, "", "Asia/Tokyo", "Mars/Olympus"),
				Point: pick(t, nil, &here, &there), VisitTypes: pick(t, nil, []timeslot.VisitType{{ID: "7203", Name: "New", Title: "T"}}),
			})
		}
	}
	switch f.Key.Operation {
	case timeslot.OpProviderInfo, timeslot.OpAvailabilitySlots:
		f.Providers = []timeslot.Provider{{
			NPI: pick(t, ann, bob), Name: pick(t, "", "Ann", "Bob"), Gender: pick(t, "", "female"),
			Specialties: pick(t, nil, []string{"Cardiology"}, []string{"Family Medicine", "Cardiology"}),
		}}
	}
	if f.Key.Operation == timeslot.OpAvailabilitySlots {
		f.Distances = map[string]float64{main + "|1": float64(rapid.IntRange(0, 50).Draw(t, "miles"))}
	}
}

func drawSlots(t *rapid.T, f *timeslot.Fragment) {
	for i := range rapid.IntRange(0, 3).Draw(t, "schedules") {
		s := timeslot.Schedule{
			EHRInstance: pick(t, main, main, branch), DepartmentID: pick(t, "1", "2"), NPI: pick(t, ann, bob),
			VisitTypeID: pick(t, "7203", "7203", "7204", "guid", ""), VisitTypeName: pick(t, "FollowUp", "FOLLOWUP", "New", ""),
			VisitTypeTitle: pick(t, "", "Title"), Modality: pick(t, "", timeslot.Video), ForNewPatient: pick(t, timeslot.Unknown, timeslot.No, timeslot.Yes),
			Bookable: pick(t, timeslot.Unknown, timeslot.No), Timezone: pick(t, "", losAngeles, losAngeles, "America/New_York"),
		}
		if f.Key.NPI != "" {
			s.NPI = f.Key.NPI
		}
		if src := f.Key.Source(); src == timeslot.CareDirect || src == timeslot.ProviderDirect && f.Key.Version == 4 {
			s.ProviderID = pick(t, "", "P-1", "P-2")
			s.Pool = src == timeslot.CareDirect && rapid.Bool().Draw(t, "pool")
		}
		f.Schedules = append(f.Schedules, s)
		for range rapid.IntRange(0, 3).Draw(t, "slots") {
			hours := rapid.SampledFrom([]int{-30, -1, 0, 1, 7, 8, 13, 20, 32, 48, 300, 400}).Draw(t, "hours")
			f.Slots = append(f.Slots, timeslot.Slot{
				Start: noon.Unix() + int64(hours)*3600, Schedule: uint32(i), Offset: pick[int16](t, 0, -420, 540),
				Duration: pick[uint16](t, 0, 20, 30), ID: pick(t, "", fmt.Sprint("id", i)),
			})
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "covers") == 0 {
		f.Covers = timeslot.Interval{From: noon, Until: noon.Add(minutes(60 * rapid.IntRange(0, 30).Draw(t, "until")))}
	}
	slices.SortStableFunc(f.Slots, func(a, b timeslot.Slot) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Schedule, b.Schedule))
	})
}

var queries = rapid.Custom(func(t *rapid.T) *timeslot.Query {
	here := riverton
	some := func(values ...string) []string {
		if rapid.IntRange(0, 3).Draw(t, "filter") > 0 {
			return nil
		}
		return []string{pick(t, values...)}
	}
	return query(func(q *timeslot.Query) {
		*q = timeslot.Query{
			NPIs: some(ann, bob), Departments: some("AcmeRiverton", "AcmeTacoma"), VisitTypes: some("followUP", "new"),
			ClinicTypes: some("retail"), Specialties: some("cardiology", "family medicine"), Genders: some("female"),
			EHRInstances: some(main, branch), Modalities: some("video"),
			Patient: pick(t, "", "", timeslot.NewPatient, timeslot.EstablishedPatient),
			Point:   pick(t, nil, nil, &here), PostalCode: pick(t, "", "", "98101"), Radius: pick(t, 20, 60), RadiusExplicit: pick(t, false, true),
			StartDate: pick(t, 0, 0, date("2026-10-06"), date("2026-10-01")), EndDate: pick(t, 0, 0, date("2026-10-07")),
			DaysOfSlots: pick(t, 0, 0, 1, 2), Zone: pick(t, "", "Europe/Berlin"),
			Sort: pick(t, timeslot.Soonest, timeslot.Nearest, timeslot.Balanced), Limit: pick(t, 1, 3, 500), Explain: pick(t, false, true),
		}
	})
})

func drawInput(t *rapid.T) merge.Input {
	in := input(queries.Draw(t, "query"), tenants.Draw(t, "fragments")...)
	if rapid.Bool().Draw(t, "some taken") {
		taken := map[timeslot.Identity]bool{}
		for range 4 {
			s := timeslot.Schedule{
				EHRInstance: main, DepartmentID: "1", NPI: pick(t, ann, bob), VisitTypeID: pick(t, "7203", "guid", "7204"),
				ProviderID: pick(t, "P-1", "P-2"), Pool: pick(t, false, true),
			}
			taken[s.Identity(noon.Unix()+3600*pick[int64](t, 1, 7, 8, 13))] = true
		}
		in.Taken = takenFunc(func(s *timeslot.Schedule, slot *timeslot.Slot) bool { return taken[s.Identity(slot.Start)] })
	}
	return in
}

func TestMergeIsWhatTheReferenceSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		got := merge.Merge(in)
		if more := got.Result.Total > len(got.Result.Slots); more != (got.Result.NextCursor != "") {
			t.Fatalf("%d slots of %d, next cursor %q", len(got.Result.Slots), got.Result.Total, got.Result.NextCursor)
		}
		got.Result.NextCursor = "" // what it leads to: see paging_test.go
		if diff := gocmp.Diff(referenceMerge(in), got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := merge.Merge(in)
		counts := map[timeslot.FragmentKey]int{}
		for i, f := range in.Fragments {
			counts[f.Key] = want.PerFragment[i]
		}
		in.Fragments = rapid.Permutation(in.Fragments).Draw(t, "arrival")
		got := merge.Merge(in)
		if diff := gocmp.Diff(want.Result, got.Result); diff != "" {
			t.Fatal(diff)
		}
		for i, f := range in.Fragments {
			if got.PerFragment[i] != counts[f.Key] {
				t.Fatalf("%v lists %d slots, and in another order %d", f.Key, got.PerFragment[i], counts[f.Key])
			}
		}
	})
}

func TestNoSlotIsTwiceAndNoneIsPast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Query.Limit = 500
		seen := map[timeslot.Identity]bool{}
		r := mergeOf(in)
		for i := range r.Slots {
			id := r.Slots[i].Identity()
			if seen[id] || id.Start <= in.Now.Unix() {
				t.Fatalf("%+v is twice or past", id)
			}
			seen[id] = true
		}
		if r.Total != len(r.Slots) {
			t.Fatalf("%d slots, total %d", len(r.Slots), r.Total)
		}
	})
}

func TestPagesArePrefixesOfEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		long, short := *in.Query, *in.Query
		long.Limit, short.Limit = 500, rapid.IntRange(1, 6).Draw(t, "limit")
		in.Query = &long
		all := mergeOf(in)
		in.Query = &short
		page := mergeOf(in)
		if diff := gocmp.Diff(all.Slots[:min(len(all.Slots), short.Limit)], page.Slots); diff != "" || page.Total != all.Total {
			t.Fatalf("total %d and %d, %s", page.Total, all.Total, diff)
		}
	})
}

// TestFiltersNarrow: two filters together leave exactly what each of them leaves.
func TestFiltersNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Query = query(func(q *timeslot.Query) { q.Limit = 500 })
		filters := []func(q *timeslot.Query){
			func(q *timeslot.Query) { q.NPIs = []string{ann} },
			func(q *timeslot.Query) { q.Departments = []string{"AcmeRiverton"} },
			func(q *timeslot.Query) { q.VisitTypes = []string{"new"} },
			func(q *timeslot.Query) { q.Patient = timeslot.NewPatient },
			func(q *timeslot.Query) { q.Specialties = []string{"cardiology"} },
			func(q *timeslot.Query) { q.Modalities = []string{"video"} },
		}
		answer := func(change ...func(q *timeslot.Query)) map[timeslot.Identity]bool {
			q := *in.Query
			for _, c := range change {
				c(&q)
			}
			narrowed := in
			narrowed.Query = &q
			ids := map[timeslot.Identity]bool{}
			r := mergeOf(narrowed)
			for i := range r.Slots {
				ids[r.Slots[i].Identity()] = true
			}
			return ids
		}
		a, b := pick(t, filters...), pick(t, filters...)
		both := answer(a, b)
		if diff := gocmp.Diff(both, answer(b, a)); diff != "" {
			t.Fatal(diff)
		}
		left, right := answer(a), answer(b)
		for id := range left {
			if right[id] != both[id] {
				t.Fatalf("%+v: passes each filter alone (%v) but not both (%v)", id, right[id], both[id])
			}
		}
		for id := range both {
			if !left[id] {
				t.Fatalf("%+v passes both filters but not one", id)
			}
		}
	})
}

func TestFragmentsAreNotWrittenTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		var before []timeslot.Fragment
		for _, f := range in.Fragments {
			c := *f
			c.Schedules, c.Slots = slices.Clone(f.Schedules), slices.Clone(f.Slots)
			c.Departments, c.Providers = slices.Clone(f.Departments), slices.Clone(f.Providers)
			before = append(before, c)
		}
		q := *in.Query
		merge.Merge(in)
		for i, f := range in.Fragments {
			if diff := gocmp.Diff(before[i], *f); diff != "" {
				t.Fatal(diff)
			}
		}
		if diff := gocmp.Diff(q, *in.Query); diff != "" {
			t.Fatal(diff)
		}
	})
}
