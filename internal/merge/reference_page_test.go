package merge_test

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

func (r *reference) score(s refSlot, soonest []refSlot) timeslot.Score {
	round := func(x float64) float64 { return math.Round(x*1e6) / 1e6 }
	before := 0
	for _, o := range soonest {
		if o.start == s.start && o.refGroup == s.refGroup {
			break
		}
		if o.npi == s.npi {
			before++
		}
	}
	score := timeslot.Score{
		Wait:   round(1 / (1 + float64(s.start-r.Now.Unix())/86400/3)),
		Spread: round(1 / float64(1+before)), Bookable: 0.5,
	}
	if miles := r.distance(s.ehr, s.department); miles >= 0 {
		score.Distance = round(1 / (1 + miles/10))
	}
	if slices.ContainsFunc(s.rows, func(l refListing) bool { return l.slot.ID != "" }) {
		score.Bookable = 1
	}
	if shown, _ := r.shownOf(s); shown.Bookable == timeslot.No {
		score.Bookable = 0
	}
	score.Total = round(0.4*score.Wait + 0.3*score.Distance + 0.1*score.Bookable + 0.2*score.Spread)
	return score
}

func (r *reference) page(slots []refSlot) *timeslot.Result {
	out := &timeslot.Result{
		Total: len(slots), Slots: []timeslot.Offer{},
		Providers: map[string]*timeslot.Provider{}, Departments: map[string]*timeslot.DepartmentView{},
		Clinicians: timeslot.CliniciansOf(r.Fragments...),
	}
	for _, f := range r.answers {
		if sourceOf(f.Key) == timeslot.Directory {
			continue
		}
		for _, b := range []struct {
			dst *time.Time
			t   time.Time
		}{{&out.AsOf, f.FetchedAt}, {&out.FreshUntil, f.Bounds.Fresh}, {&out.StaleUntil, f.Bounds.Stale}} {
			if b.dst.IsZero() || b.t.Before(*b.dst) {
				*b.dst = b.t
			}
		}
	}
	soonest := slices.Clone(slots)
	slices.SortFunc(soonest, r.soonest)
	if len(soonest) > 0 {
		out.FirstStart = soonest[0].start
	}
	for _, s := range slots[:min(len(slots), r.Query.Limit)] {
		o := r.offer(s)
		if r.Query.Explain {
			score := r.score(s, soonest)
			o.Score = &score
		}
		out.Slots = append(out.Slots, o)
		d, _ := r.department(s.ehr, s.department)
		out.Departments[d.Key()] = &timeslot.DepartmentView{Department: d, Distance: o.Distance}
		if p := r.provider(s.npi); p != nil {
			out.Providers[s.npi] = p
		}
	}
	return out
}

func (r *reference) offer(s refSlot) timeslot.Offer {
	schedule, _ := r.shownOf(s)
	if p := r.provider(s.npi); p != nil {
		r.name(&schedule, s.refGroup, p.VisitTypes)
	}
	_, offset := time.Unix(s.start, 0).In(r.clock(s)).Zone()
	o := timeslot.Offer{
		Schedule: &schedule, Start: s.start, Offset: int16(offset / 60), Distance: r.distance(s.ehr, s.department),
	}
	for _, l := range slices.Concat(s.rows, s.covers) {
		o.Sources |= timeslot.DexCare().SetOf(sourceOf(l.from.Key))
		o.Duration = first(o.Duration, l.slot.Duration)
	}
	for _, l := range s.rows {
		switch sourceOf(l.from.Key) {
		case timeslot.CareDirect:
			if o.RetailSlotID == "" && l.slot.ID != "" {
				o.RetailSlotID, o.RetailProviderID = l.slot.ID, l.ProviderID
			}
		case timeslot.ProviderDirect:
			o.ProviderSlotID = first(o.ProviderSlotID, l.slot.ID)
		}
	}
	r.sawOffer(s, &o)
	return o
}

func (r *reference) sawOffer(s refSlot, o *timeslot.Offer) {
	freshest, oldest := s.rows[0], s.rows[len(s.rows)-1]
	r.saw("a slot of three sources", len(timeslot.DexCare().Named(o.Sources)) == 3)
	r.saw("a slot of answers of different age", freshest.from.FetchedAt.After(oldest.from.FetchedAt))
	r.saw("a duration of an older answer", freshest.slot.Duration == 0 && o.Duration != 0)
	r.saw("both handles", o.RetailSlotID != "" && o.ProviderSlotID != "")
	r.saw("named by the directory", o.Schedule.VisitTypeTitle == "T")
	r.saw("named by her own list", o.Schedule.VisitTypeTitle == "As she calls it" || o.Schedule.VisitTypeTitle == "G")
	r.saw("zone "+o.Schedule.Timezone, true)
	r.saw("an offset of its own", o.Schedule.Timezone != "" && r.clock(s).String() == "")
	at := localStart(o)
	r.saw("the first half past one", at == "2026-11-01T01:30:00-07:00")
	r.saw("the second half past one", at == "2026-11-01T01:30:00-08:00")
}

func (r *reference) days(slots []refSlot) []refSlot {
	if r.Query.DaysOfSlots == 0 {
		return slots
	}
	day := func(s refSlot) timeslot.Date {
		loc, err := time.LoadLocation(r.Query.Zone)
		if r.Query.Zone == "" || err != nil {
			loc = r.clock(s)
		}
		return timeslot.DateOf(time.Unix(s.start, 0).In(loc))
	}
	dates := map[timeslot.Date]bool{}
	for _, s := range slots {
		dates[day(s)] = true
	}
	first := slices.Sorted(maps.Keys(dates))
	first = first[:min(len(first), r.Query.DaysOfSlots)]
	return slices.DeleteFunc(slots, func(s refSlot) bool { return r.saw("cut by daysOfSlots", !slices.Contains(first, day(s))) })
}

// soonest orders by start, then distance, then identity.
func (r *reference) soonest(a, b refSlot) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(r.away(a), r.away(b)),
		cmp.Compare(a.ehr, b.ehr), cmp.Compare(a.department, b.department), cmp.Compare(a.npi, b.npi),
		cmp.Compare(a.member, b.member), cmp.Compare(a.visit.id, b.visit.id), cmp.Compare(a.visit.name, b.visit.name))
}

// away is the distance of a slot, behind all others where it is unknown.
func (r *reference) away(s refSlot) float64 {
	if d := r.distance(s.ehr, s.department); d >= 0 {
		return d
	}
	return math.Inf(1)
}

func (r *reference) sort(slots []refSlot) {
	slices.SortFunc(slots, r.soonest)
	before := slices.Clone(slots)
	total := func(s refSlot) float64 { // no more than that of an earlier slot of its calendar
		least := 1.0
		for _, o := range before {
			if o.refGroup == s.refGroup && o.start <= s.start {
				least = min(least, r.score(o, before).Total)
			}
		}
		return least
	}
	switch r.Query.Sort {
	case timeslot.Nearest:
		slices.SortStableFunc(slots, func(a, b refSlot) int { return cmp.Compare(r.away(a), r.away(b)) })
	case timeslot.Balanced:
		slices.SortStableFunc(slots, func(a, b refSlot) int { return cmp.Compare(total(b), total(a)) })
	}
}
