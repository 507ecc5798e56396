package search

import (
	"context"
	"slices"

	"timeslots/internal/timeslot"
)

// candidatesOf are the reads that may list a chosen slot: its clinician's calendar, and its clinic's list.
func (c *check) candidatesOf(s *chosenSlot) []ask {
	surfaces := c.engine.opt.Surfaces
	for _, f := range surfaces.Asking(timeslot.AsksClinician) {
		s.candidates = c.addCandidate(s.candidates, f, s.NPI, timeslot.FragmentKey{
			NPI: s.NPI, VisitType: s.typeName(), Block: timeslot.BlockOf(s.day),
		})
	}
	if s.URLName == "" || s.typeName() == "" || s.department != nil && (s.department.Inactive || !s.offeredThere()) {
		return s.candidates
	}
	for _, f := range surfaces.Asking(timeslot.AsksDepartment) {
		s.candidates = c.addCandidate(s.candidates, f, s.URLName+"/"+s.typeName(), timeslot.FragmentKey{
			Department: s.URLName, VisitType: s.typeName(),
		})
	}
	return s.candidates
}

// areaOf is the smallest circle around the clinic, in which a surface for areas lists what the clinic's own list does not reach:
// that may end tomorrow. It is asked for only where neither clinician nor clinic can say.
func (c *check) areaOf(s *chosenSlot) *ask {
	e := c.engine
	if e.areas.Listing == nil || s.department == nil || s.department.Point == nil || s.typeName() == "" {
		return nil
	}
	source := e.areas.Surface().Source
	if !e.opt.Sources[source].Enabled {
		return nil
	}
	limits := &e.opt.Limits
	return &ask{subject: subject{source, areaName}, counts: true, key: timeslot.FragmentKey{
		Operation: e.areas.Operation, Version: e.areas.version, VisitType: s.typeName(), Block: timeslot.BlockOf(s.day),
		Area: shared(*s.department.Point, 1, limits.PointPrecision, limits.AreaSlack),
	}}
}

// reads are all that may say something of the slot.
func (s *chosenSlot) reads() []ask {
	if s.area == nil {
		return s.candidates
	}
	return append(slices.Clip(s.candidates), *s.area)
}

// offeredThere reports whether the department allows the visit type. The directory's own spelling comes first among the names.
func (s *chosenSlot) offeredThere() bool {
	return len(s.department.VisitTypes) == 0 || len(offered(s.department, []string{s.typeName()})) > 0
}

// addCandidate adds the read of the surface's first listing, unless it takes no part or cannot be asked without a visit type.
func (c *check) addCandidate(list []ask, f *timeslot.Surface, name string, key timeslot.FragmentKey) []ask {
	wanted := c.engine.wanted[f.Source]
	if !c.engine.opt.Sources[f.Source].Enabled || len(wanted) == 0 {
		return list
	}
	l := wanted[0]
	if l.AllTypes {
		key.VisitType = ""
	} else if key.VisitType == "" {
		return list
	}
	if !l.ByBlocks {
		key.Block = 0
	}
	key.Operation, key.Version = l.Operation, l.version
	return append(list, ask{key: key, subject: subject{f.Source, name}, counts: true})
}

// lookUp finds the copies that are at hand, of any age.
func (c *check) lookUp(ctx context.Context) {
	var keys []timeslot.FragmentKey
	for _, s := range c.choices {
		for _, a := range s.reads() {
			keys = append(keys, a.key)
		}
	}
	c.have(ctx, keys)
	for _, s := range c.choices {
		for _, a := range s.reads() {
			if rd := c.atHand[a.key]; rd != nil {
				s.learn(rd.fragment)
			}
		}
	}
}

// have adds copies to those at hand, and asks nobody.
func (c *check) have(ctx context.Context, keys []timeslot.FragmentKey) {
	var missing []timeslot.FragmentKey
	seen := map[timeslot.FragmentKey]bool{}
	for _, key := range keys {
		if c.atHand[key] == nil && !seen[key] {
			seen[key] = true
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return
	}
	for i, hit := range c.engine.find(ctx, missing) {
		if hit.Fragment == nil {
			continue
		}
		rd := &read{ask: ask{key: missing[i]}, fragment: hit.Fragment, freshness: hit.Fragment.Bounds.At(c.now), outdated: hit.Outdated}
		if hit.Outdated {
			rd.freshness = max(rd.freshness, timeslot.Stale)
		}
		c.atHand[missing[i]] = rd
	}
}

// young reports whether the copy at hand is young enough to decide by.
func (c *check) young(key timeslot.FragmentKey) bool {
	rd := c.atHand[key]
	return rd != nil && rd.usable() && !rd.outdated && !rd.fragment.FetchedAt.Before(c.since)
}

// covers reports whether a copy speaks for the time of the slot. One that does not say for which times it speaks does for all
// that was asked.
func (s *chosenSlot) covers(f *timeslot.Fragment) bool {
	return f.Covers.Until.IsZero() || f.Covers.Contains(s.Start)
}

// denies reports whether a slot that a copy does not list does not exist: where it is of the clinician, of all around the
// clinic, or of a clinic's list that has others of the clinician there.
func (s *chosenSlot) denies(f *timeslot.Fragment) bool {
	return !f.NotFound && s.covers(f) && (f.Key.Department == "" || s.knows(f))
}

// choose decides which reads a verdict is to stand on, so that one call is enough where it can be known: the surface that
// listed the slot, else the one that lists the clinician there, for that time. Where no copy says, clinician and clinic are
// asked, but for those whose copy is one that searches would use and says nothing.
func (c *check) choose(s *chosenSlot) []ask {
	var listing, knowing, open []ask
	beyond := false
	for _, a := range s.candidates {
		rd := c.atHand[a.key]
		switch {
		case rd == nil:
			open = append(open, a)
		case len(s.in(rd.fragment)) > 0:
			listing = append(listing, a)
		case s.knows(rd.fragment) && s.covers(rd.fragment):
			knowing = append(knowing, a)
		case s.knows(rd.fragment):
			beyond = true
		case !rd.servable():
			open = append(open, a)
		}
	}
	for _, list := range [][]ask{listing, knowing} {
		if len(list) > 0 {
			return []ask{list[c.firstYoung(list)]}
		}
	}
	if s.area != nil && (beyond || len(open) == 0) {
		return []ask{*s.area}
	}
	if len(open) > 0 {
		return open
	}
	return s.candidates
}

// firstYoung is the place of the first whose copy needs no call; 0 where all do.
func (c *check) firstYoung(list []ask) int {
	for i, a := range list {
		if c.young(a.key) {
			return i
		}
	}
	return 0
}

// ask reads what the verdicts need, and then what is around the clinics of which clinician and clinic could not say anything.
func (c *check) ask(ctx context.Context) {
	var asks []ask
	for _, s := range c.choices {
		if s.verdict.Status == "" {
			s.asks = c.choose(s)
			asks = append(asks, s.asks...)
		}
	}
	c.read(ctx, asks)
	asks = nil
	for _, s := range c.choices {
		if s.verdict.Status == "" && c.isSilent(s) {
			s.asks = append(slices.Clip(s.asks), *s.area)
			asks = append(asks, *s.area)
		}
	}
	c.read(ctx, asks)
}

// isSilent reports whether all that was read of a slot says nothing of it, and the area may.
func (c *check) isSilent(s *chosenSlot) bool {
	return s.area != nil && !slices.ContainsFunc(s.asks, func(a ask) bool {
		rd := c.asked[a.key]
		return ofArea(a.key) || !rd.usable() || len(s.in(rd.fragment)) > 0 || s.denies(rd.fragment)
	})
}

// read takes copies as they are where they are young enough, and fetches the others, side by side.
func (c *check) read(ctx context.Context, asks []ask) {
	var missing []*read
	for _, a := range asks {
		switch {
		case c.asked[a.key] != nil:
		case c.young(a.key):
			rd := *c.atHand[a.key]
			rd.ask, rd.freshness = a, timeslot.Fresh
			c.asked[a.key] = &rd
		default:
			rd := &read{ask: a, freshness: timeslot.Expired, since: c.since}
			c.asked[a.key] = rd
			missing = append(missing, rd)
		}
	}
	for range askRounds {
		c.engine.fill(ctx, missing, c.call)
		missing = c.tooOld(missing)
		if len(missing) == 0 {
			return
		}
	}
	for _, rd := range missing {
		rd.err = c.engine.errBudget(rd.key)
	}
}

// askRounds bounds how often a copy is asked for that comes by calls of others which began too early.
const askRounds = 4

// tooOld are the reads that joined another's call which began before the bound. They are asked for anew.
func (c *check) tooOld(list []*read) (again []*read) {
	for _, rd := range list {
		if rd.err == nil && rd.joined && rd.fragment != nil && rd.fragment.FetchedAt.Before(c.since) {
			rd.fragment, rd.freshness, rd.joined = nil, timeslot.Expired, false
			again = append(again, rd)
		}
	}
	return again
}
