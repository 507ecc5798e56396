package merge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
	"timeslots/test/rig/figure"
)

// TestTheGeneratorDrawsEveryCase: what the properties say is worth what their worlds contain.
func TestTheGeneratorDrawsEveryCase(t *testing.T) {
	figure.Long(t)
	const worlds = 500
	inputs := rapid.Custom(func(t *rapid.T) *reference { return newReference(drawInput(t)) })
	counts := map[string]int{}
	for seed := range worlds {
		for name := range inputs.Example(seed).census() {
			counts[name]++
		}
	}
	for _, name := range cases {
		t.Logf("%5.1f %% %s", float64(counts[name])/worlds*100, name)
		if counts[name] == 0 {
			t.Errorf("%s: in none of %d worlds", name, worlds)
		}
	}
	for name := range counts {
		if !slices.Contains(cases, name) {
			t.Errorf("%s is not among the cases", name)
		}
	}
}

var cases = []string{
	"a slot of three sources", "a slot of answers of different age", "a duration of an older answer",
	"both handles", "names of one id", "elements that differ", "an offset of its own", "ids of one visit type", "ids that one surface tells apart", "a name in another case",
	"overruled by Provider Direct v5", "overruled by Provider Direct v4", "overruled by Care Direct", "overruled by two answers", "overruled by answers of different age",
	"a member of a pool", "rows without a member, covered", "rows without a member, alone", "a gone row that covers",
	"taken as it is listed", "taken under another spelling only", "taken with the pool", "one member taken, another left",
	"zone America/Los_Angeles", "zone America/New_York", "zone Asia/Tokyo", "zone ", "the first half past one", "the second half past one",
	"cut by daysOfSlots", "past", "behind the window", "named by the directory", "named by her own list",
	"dropped by clinicType", "unknown clinicType", "dropped by gender", "unknown gender", "dropped by specialty", "unknown specialty",
	"dropped by modality", "unknown modality", "dropped by visitTypeName", "dropped by ehrInstance", "dropped by departmentUrlName", "dropped by npi",
	"dropped by newOrEstablishedPatient", "kept though nobody says for whom it is", "dropped by radius", "unknown distance",
	"distance from a point", "distance of a postal code", "passed every filter of two",
}

// happening is what happens in one world.
type happening map[string]bool

func (is happening) so(what string, so bool) {
	if so {
		is[what] = true
	}
}

func (r *reference) census() happening {
	is := happening{}
	for _, row := range r.rows {
		for i := range row.from.Slots {
			slot := row.from.WithID(i)
			if int(slot.Schedule) == row.index && !r.inWindow(row, slot) {
				is.so("past", slot.Start <= r.Now.Unix())
				is.so("behind the window", slot.Start > r.Now.Unix())
			}
		}
	}
	slots := r.listed(make([]int, len(r.Fragments)))
	for _, s := range slots {
		r.countListing(s, is)
		r.countNames(s, is)
		r.countAuthority(s, is)
		r.countZone(s, is)
	}
	slots = slices.DeleteFunc(slots, func(s refSlot) bool { return !r.nobody(s) && r.overruled(s) })
	slots = r.cover(slots)
	r.countPools(slots, is)
	r.countTaken(slots, is)
	for _, s := range slots {
		r.countFilters(s, is)
	}
	slots = slices.DeleteFunc(slots, func(s refSlot) bool { return !r.wanted(s) || r.taken(s) })
	total := len(slots)
	is.so("cut by daysOfSlots", len(r.days(slots)) < total)
	return is
}

func (r *reference) countListing(s refSlot, is happening) {
	set := timeslot.SourceSet(0)
	for _, l := range s.rows {
		set |= timeslot.DexCare().SetOf(sourceOf(l.from.Key))
	}
	freshest, oldest := s.rows[0], s.rows[len(s.rows)-1]
	o := r.offer(s)
	is.so("a slot of three sources", len(timeslot.DexCare().Named(set)) == 3)
	is.so("a slot of answers of different age", freshest.from.FetchedAt.After(oldest.from.FetchedAt))
	is.so("a duration of an older answer", freshest.slot.Duration == 0 && o.Duration != 0)
	is.so("both handles", o.RetailSlotID != "" && o.ProviderSlotID != "")
	is.so("named by the directory", r.schedule(s.refGroup).VisitTypeTitle == "T")
	is.so("named by her own list", o.Schedule.VisitTypeTitle == "As she calls it" || o.Schedule.VisitTypeTitle == "G")
}

func (r *reference) countNames(s refSlot, is happening) {
	ids, names := map[string]bool{}, map[string]bool{}
	for _, l := range s.rows {
		ids[l.VisitTypeID], names[l.VisitTypeName] = true, true
	}
	is.so("names of one id", slices.ContainsFunc(r.rows, func(o refRow) bool {
		g := r.group(o.Schedule)
		return g.npi == s.npi && g.ehr == s.ehr && g.department == s.department && g.member == s.member && g.visit.id == s.visit.id && g.visit.name != s.visit.name
	}))
	mixed, _ := r.shownOf(s)
	is.so("elements that differ", mixed != r.schedule(s.refGroup))
	is.so("ids of one visit type", len(ids) > 1)
	is.so("a name in another case", names["FollowUp"] && names["FOLLOWUP"])
	is.so("ids that one surface tells apart", slices.ContainsFunc(r.rows, func(o refRow) bool {
		mine := s.rows[0].Schedule
		return here(o, mine) && o.VisitTypeName != "" && strings.EqualFold(o.VisitTypeName, mine.VisitTypeName) && r.visit(o.Schedule) != s.visit
	}))
}

func (r *reference) countAuthority(s refSlot, is happening) {
	by := r.overrulers(s)
	for _, f := range by {
		is.so("overruled by Care Direct", sourceOf(f.Key) == timeslot.CareDirect)
		is.so("overruled by Provider Direct v5", sourceOf(f.Key) == timeslot.ProviderDirect && f.Key.Version == 5)
		is.so("overruled by Provider Direct v4", sourceOf(f.Key) == timeslot.ProviderDirect && f.Key.Version == 4)
		is.so("overruled by answers of different age", !f.FetchedAt.Equal(by[0].FetchedAt))
	}
	is.so("overruled by two answers", len(by) > 1)
}

func (r *reference) countZone(s refSlot, is happening) {
	is.so("zone "+r.zone(s.ehr, s.department), true)
	is.so("an offset of its own", r.zone(s.ehr, s.department) != "" && r.clock(s).String() == "")
	at := time.Unix(s.start, 0).In(r.clock(s)).Format(time.RFC3339)
	is.so("the first half past one", at == "2026-11-01T01:30:00-07:00")
	is.so("the second half past one", at == "2026-11-01T01:30:00-08:00")
}

func (r *reference) countPools(there []refSlot, is happening) {
	for _, s := range there {
		is.so("a member of a pool", s.member != "")
		is.so("rows without a member, alone", r.nobody(s))
		is.so("rows without a member, covered", len(s.covers) > 0)
		if len(s.covers) > 0 {
			nobody := s
			nobody.member, nobody.rows = "", s.covers
			is.so("a gone row that covers", r.overruled(nobody))
		}
	}
}

func (r *reference) countTaken(there []refSlot, is happening) {
	for _, s := range there {
		if !r.taken(s) {
			continue
		}
		is.so("taken as it is listed", r.takenAsListed(s))
		is.so("taken under another spelling only", !r.takenAsListed(s))
		is.so("taken with the pool", r.nobody(s))
		is.so("one member taken, another left", slices.ContainsFunc(there, func(o refSlot) bool {
			return s.member != "" && o.member != "" && o.member != s.member && o.start == s.start && o.npi == s.npi && !r.taken(o)
		}))
	}
}
