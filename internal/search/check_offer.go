package search

import (
	"context"
	"strings"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// mergedSlots bounds what is merged for a check: nobody looks through more to find a slot or an alternative.
const mergedSlots = 5000

// describe finds what searches say of the slots that are available: all surfaces at hand together, of each clinician once.
func (c *check) describe(ctx context.Context) {
	byNPI := map[string][]*chosenSlot{}
	var infos []timeslot.FragmentKey
	for _, s := range c.choices {
		if s.verdict.Status == SlotAvailable {
			byNPI[s.NPI] = append(byNPI[s.NPI], s)
			infos = append(infos, infoKey(s.NPI))
		}
	}
	c.have(ctx, infos)
	for npi, list := range byNPI {
		q := &timeslot.Query{NPIs: []string{npi}, StartDate: list[0].day, EndDate: list[0].day, Limit: mergedSlots, Sort: timeslot.Soonest}
		keys := []timeslot.FragmentKey{infoKey(npi)}
		for _, s := range list {
			q.StartDate, q.EndDate = min(q.StartDate, s.day), max(q.EndDate, s.day)
			for _, a := range s.reads() {
				keys = append(keys, a.key)
			}
		}
		q.StartDate, q.EndDate = q.StartDate-1, q.EndDate+1 // the department's zone may not be what the directory says
		merged := c.merge(q, keys, timeslot.Stale)
		for _, s := range list {
			if o := s.offerIn(merged.Slots); o != nil {
				s.verdict.Offer = o
				c.mention(o, merged)
			}
		}
	}
}

// infoKey is the directory's read of a clinician, who needs a name in answers.
func infoKey(npi string) timeslot.FragmentKey {
	return timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: npi}
}

// merge unites what was read for keys and what is at hand of them, as far as it may be served, without what is taken.
func (c *check) merge(q *timeslot.Query, keys []timeslot.FragmentKey, worst timeslot.Freshness) *timeslot.Result {
	var fragments []*timeslot.Fragment
	if c.list != nil {
		fragments = append(fragments, c.list)
	}
	seen := map[timeslot.FragmentKey]bool{}
	for _, key := range keys {
		rd := c.asked[key]
		if rd == nil || !rd.usable() {
			rd = c.atHand[key]
		}
		if rd != nil && rd.usable() && !seen[key] && (rd.freshness <= worst || key.Operation.OfDirectory()) {
			seen[key] = true
			fragments = append(fragments, rd.fragment)
		}
	}
	e := c.engine
	return merge.Merge(merge.Input{
		Query: q, Now: c.now, DefaultWindow: e.opt.Limits.Window, Fragments: fragments, Taken: c.view,
		Zones: &e.zones, Unions: &e.unions, Profiles: e.opt.Profiles, Surfaces: e.opt.Surfaces,
	}).Result
}

// offerIn finds the choice among offers: by its id, else by what it names.
func (s *chosenSlot) offerIn(offers []timeslot.Offer) (found *timeslot.Offer) {
	for i := range offers {
		o := &offers[i]
		switch {
		case o.Start != s.Start || !s.isSame(o.Schedule):
		case s.ID == "" || o.PublicID() == s.ID:
			return o
		case found == nil && !o.Schedule.Pool:
			found = o
		}
	}
	return found
}

// isSame reports whether a merged schedule is that of the choice. Answers name departments by their keys.
func (s *chosenSlot) isSame(own *timeslot.Schedule) bool {
	return own.NPI == s.NPI && (s.DepartmentKey == "" || own.DepartmentKey() == s.DepartmentKey) &&
		s.isOfType(own.VisitTypeID, own.VisitTypeName)
}

// mention adds the clinician and the department of an offer to the answer.
func (c *check) mention(o *timeslot.Offer, merged *timeslot.Result) {
	if p := merged.Providers[o.Schedule.NPI]; p != nil {
		c.answered.Providers[o.Schedule.NPI] = p
	}
	key := o.Schedule.DepartmentKey()
	if d := merged.Departments[key]; d != nil && c.answered.Departments[key] == nil {
		own := *d
		own.Distance = -1 // checks are made from nowhere
		c.answered.Departments[key] = &own
	}
}

// sameType reports whether two schedules are of one visit type.
func sameType(a, b *timeslot.Schedule) bool {
	if a.VisitTypeName != "" && b.VisitTypeName != "" {
		return strings.EqualFold(a.VisitTypeName, b.VisitTypeName)
	}
	return a.VisitTypeID == b.VisitTypeID
}
