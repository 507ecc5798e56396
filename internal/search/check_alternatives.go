package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"timeslots/internal/timeslot"
)

// alternativeDays is how far from the chosen day alternatives may be.
const alternativeDays = 14

// addAlternatives gives each choice that is not available what may do in its place, from what is at hand: nobody is asked.
func (c *check) addAlternatives(ctx context.Context, most int) {
	for _, s := range c.choices {
		if s.verdict.Status == SlotAvailable {
			continue
		}
		worst := timeslot.Stale
		if s.verdict.Status == SlotUnknown {
			worst = timeslot.StaleOnError // its source fails: searches serve such copies, too
		}
		x := alternatives{check: c, slot: s, most: most, worst: worst, days: alternativeDays, found: []timeslot.Offer{}}
		x.sameClinician(ctx)
		x.sameClinic(ctx)
		x.nearby(ctx)
		s.verdict.Alternatives = x.found
	}
}

// alternatives are those of one choice, while they are looked for: the nearest in time of the clinician first, then of the
// clinic, then of clinics around it.
type alternatives struct {
	*check
	slot  *chosenSlot
	most  int
	worst timeslot.Freshness // of copies that may be used
	days  timeslot.Date      // how far from the choice they may begin; what lies farther was not all looked at

	found []timeslot.Offer
}

// query asks for the visit type in the days around the choice. Distances are those from its clinic.
func (x *alternatives) query(days timeslot.Date) *timeslot.Query {
	first, last := timeslot.EarliestToday(x.now), timeslot.EarliestToday(x.now)+timeslot.Date(x.engine.lookahead.known.Load().largest)
	q := &timeslot.Query{
		StartDate: max(first, x.slot.day-days), EndDate: min(last, max(first, x.slot.day)+days),
		Limit: mergedSlots, Sort: timeslot.Soonest, Radius: timeslot.DefaultRadius,
	}
	if name := x.slot.typeName(); name != "" {
		q.VisitTypes = []string{name}
	}
	if d := x.slot.department; d != nil && d.Point != nil {
		q.Point = d.Point
	}
	return q
}

func (x *alternatives) sameClinician(ctx context.Context) {
	q := x.query(alternativeDays)
	q.NPIs = []string{x.slot.NPI}
	x.take(q, x.keysFor(ctx, q))
}

func (x *alternatives) sameClinic(ctx context.Context) {
	if x.slot.URLName == "" || x.full() {
		return
	}
	q := x.query(alternativeDays)
	q.Departments = []string{x.slot.URLName}
	x.take(q, x.areaKeys(ctx, alternativeDays))
}

// nearby looks within a day first, then ever farther from it: a city has many slots.
func (x *alternatives) nearby(ctx context.Context) {
	for _, days := range []timeslot.Date{1, 3, 7, alternativeDays} {
		if q := x.query(days); q.Point != nil && !x.full() {
			x.days = days
			x.take(q, x.areaKeys(ctx, days))
		}
	}
}

func (x *alternatives) full() bool { return len(x.found) >= x.most }

// areaKeys are the reads for everything around the clinic, those of the choice itself, and all that may say whether what they
// list is still there.
func (x *alternatives) areaKeys(ctx context.Context, days timeslot.Date) (keys []timeslot.FragmentKey) {
	q := x.query(days)
	if q.Point != nil {
		keys = x.keysFor(ctx, q)
	}
	for _, a := range x.slot.reads() {
		keys = append(keys, a.key)
	}
	return keys
}

// keysFor are the reads that a search would use for a query, of which the copies are looked up.
func (x *alternatives) keysFor(ctx context.Context, q *timeslot.Query) []timeslot.FragmentKey {
	var departments []timeslot.Department
	if x.list != nil {
		departments = x.list.Departments
	}
	p := x.engine.plan(q, departments)
	asks := append(p.directory, p.slots...)
	if q.OnlyLocation() {
		asks = append(asks, p.nearbyDepartments(departments)...)
	}
	keys := make([]timeslot.FragmentKey, 0, len(asks))
	for _, a := range asks {
		keys = append(keys, a.key)
	}
	x.have(ctx, keys)
	for _, s := range x.choices {
		if s.NPI == x.slot.NPI {
			for _, a := range s.asks {
				keys = append(keys, a.key)
			}
		}
	}
	return keys
}

// take merges, and takes the nearest in time of what was not found yet.
func (x *alternatives) take(q *timeslot.Query, keys []timeslot.FragmentKey) {
	if x.full() {
		return
	}
	merged := x.merge(q, keys, x.worst)
	apart := func(o *timeslot.Offer) int64 { return max(o.Start-x.slot.Start, x.slot.Start-o.Start) }
	var more []*timeslot.Offer
	for i := range merged.Slots {
		o := &merged.Slots[i]
		if apart(o) <= int64(x.days)*86400 && o.Schedule.Bookable != timeslot.No && x.slot.isOfType(o.Schedule.VisitTypeID, o.Schedule.VisitTypeName) && !x.refused(o) && !x.has(o) {
			more = append(more, o)
		}
	}
	slices.SortFunc(more, func(a, b *timeslot.Offer) int {
		return cmp.Or(cmp.Compare(apart(a), apart(b)), cmp.Compare(a.Start, b.Start), cmp.Compare(a.Distance, b.Distance),
			strings.Compare(a.PublicID(), b.PublicID()))
	})
	for _, o := range more[:min(len(more), x.most-len(x.found))] {
		x.found = append(x.found, *o)
		x.mention(o, merged)
	}
}

// refused reports whether an offer is one of the choices that cannot be booked. A copy of another surface may list it still.
func (x *alternatives) refused(o *timeslot.Offer) bool {
	return slices.ContainsFunc(x.choices, func(s *chosenSlot) bool {
		return s.verdict.Status != SlotAvailable && o.Start == s.Start && s.isSame(o.Schedule)
	})
}

func (x *alternatives) has(o *timeslot.Offer) bool {
	return slices.ContainsFunc(x.found, func(known timeslot.Offer) bool {
		return known.Start == o.Start && known.Schedule.Clinician() == o.Schedule.Clinician() &&
			known.Schedule.DepartmentKey() == o.Schedule.DepartmentKey() && sameType(known.Schedule, o.Schedule)
	})
}
