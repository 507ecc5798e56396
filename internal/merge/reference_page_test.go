package merge_test

import (
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
	(&reference{Input: r.Input, answers: r.answers, rows: r.rows, groups: r.groups}).sortSoonest(soonest)
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

func (r *reference) sortSoonest(slots []refSlot) {
	q := *r.Query
	q.Sort = timeslot.Soonest
	r.Query = &q
	r.sort(slots)
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
	for _, l := range append(slices.Clone(s.rows), s.covers...) {
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
	return o
}
