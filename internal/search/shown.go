package search

import (
	"cmp"
	"context"
	"slices"

	"timeslots/internal/accuracy"
	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// Meter compares a copy with the one that takes its place. The real one is accuracy.Meter.
type Meter interface {
	Refreshed(source timeslot.Source, old, fresh *timeslot.Fragment, view accuracy.Taken) accuracy.Changes
}

// compare has parts compared with the copies whose places they take, as far as those are at hand, and begins the count of how
// often the parts are shown.
func (e *Engine) compare(ctx context.Context, key timeslot.FragmentKey, parts []*timeslot.Fragment, call *fetch.Call) {
	if e.opt.Meter == nil || !key.ListsSlots() {
		return
	}
	for _, f := range parts {
		f.CountServings()
	}
	view, _ := e.opt.Taken.Current(context.WithoutCancel(ctx))
	for _, f := range parts {
		i := slices.IndexFunc(call.Last, func(last *timeslot.Fragment) bool { return last != nil && last.Key == f.Key })
		if i >= 0 {
			e.opt.Meter.Refreshed(e.sourceOf(key), call.Last[i], f, view)
		}
	}
}

// shown are the copies that list the first offers of an answer: what people see of it at once.
func (g *collection) shown(answer *timeslot.Result) (shown timeslot.Shown) {
	first := firstOffers(answer)
	for _, rd := range g.slots {
		f := rd.fragment
		if !rd.usable() || f.Servings == nil {
			continue
		}
		if slices.ContainsFunc(first, func(o *timeslot.Offer) bool { return lists(f, o) }) {
			shown = append(shown, timeslot.ShownCopy{Servings: f.Servings, FetchedAt: f.FetchedAt})
		}
	}
	return shown
}

// firstOffers are the first of a list, or the next one of each of the first clinicians or clinics.
func firstOffers(answer *timeslot.Result) (first []*timeslot.Offer) {
	for i := range answer.Slots[:min(accuracy.FirstShown, len(answer.Slots))] {
		first = append(first, &answer.Slots[i])
	}
	for i := range answer.Entries[:min(accuracy.FirstShown, len(answer.Entries))] {
		if next := answer.Entries[i].Next; len(next) > 0 {
			first = append(first, &next[0])
		}
	}
	return first
}

// lists reports whether a fragment has a slot of an offer's clinician at its time and place.
func lists(f *timeslot.Fragment, o *timeslot.Offer) bool {
	i, _ := slices.BinarySearchFunc(f.Slots, o.Start, func(s timeslot.Slot, start int64) int { return cmp.Compare(s.Start, start) })
	for ; i < len(f.Slots) && f.Slots[i].Start == o.Start; i++ {
		if s := f.ScheduleOf(&f.Slots[i]); s.NPI == o.Schedule.NPI && s.DepartmentID == o.Schedule.DepartmentID {
			return true
		}
	}
	return false
}
