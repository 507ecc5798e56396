package search

import (
	"slices"
	"strings"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// One call may bring several blocks of an area, and several visit types. So what is in use of an area is read again together,
// and of the circles of the largest radius, which all serve about the same people, few are kept: what is in use in another one
// comes along with that which is in use for longest, serves from there, and is not looked at any more where it was.

// beside is what a call for an area's block may bring along: other blocks, and other visit types, that somebody has looked at
// since they were read, half of their fresh time ago at least; and what somebody looks at in another circle of the largest
// radius near this one. Ahead is how long each stays fresh.
func (c *circles) beside(k timeslot.FragmentKey, now time.Time) (keys []timeslot.FragmentKey, ahead []time.Duration) {
	if !byPoint(k) || k.Span.Days != 0 {
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for visitType := range c.lists {
		if visitType != k.VisitType && !mayJoin(visitType) {
			continue
		}
		other := k
		other.VisitType = visitType
		r := c.known[crowdedOf(other)]
		if r != nil {
			for days, read := range r.read {
				other.Block = days.block
				if other != k && days.span.Days == 0 && read.used.After(read.at) && halfOver(read.at, read.Bounds, now) {
					keys, ahead = append(keys, other), append(ahead, max(0, read.Fresh.Sub(now)))
				}
			}
		}
		for _, block := range c.elsewhere(k.Area, r, visitType, now) {
			if other.Block = block; other != k {
				keys, ahead = append(keys, other), append(ahead, 0)
			}
		}
	}
	return keys, ahead
}

// mayJoin reports whether a visit type can be asked for together with others: they are written with commas.
func mayJoin(visitType string) bool { return visitType != "" && !strings.Contains(visitType, ",") }

// nearWidest is how many miles the centres of circles of the largest radius are apart that likely hold the same clinics.
const nearWidest = timeslot.MaxRadius / 4

// elsewhere are the blocks that a circle of the largest radius has no copy of for a visit type, and that somebody looks at in
// another one near its centre. r is what is known of the circle; nil is nothing.
func (c *circles) elsewhere(area timeslot.Area, r *circle, visitType string, now time.Time) (blocks []timeslot.Block) {
	if area.Radius != timeslot.MaxRadius {
		return nil
	}
	at := area.Point()
	for _, other := range c.lists[visitType] {
		if other == r || other.area.Radius != timeslot.MaxRadius || !within(at, other.center, nearWidest) {
			continue
		}
		for days, read := range other.read {
			if days.span.Days != 0 || !read.used.After(read.at) || read.At(now) > timeslot.Stale || slices.Contains(blocks, days.block) {
				continue
			}
			if r == nil || r.read[days].At(now) > timeslot.Stale {
				blocks = append(blocks, days.block)
			}
		}
	}
	return blocks
}

// since is when an area was first asked for, whatever the visit type: so all visit types choose the same of several that are
// as wide, and one call can bring them.
func (c *circles) since(area timeslot.Area, now time.Time) time.Time {
	for visitType := range c.lists {
		if r := c.known[crowded{visitType, area}]; r != nil {
			return r.since
		}
	}
	return now
}

// joint is for how many visit types an area was read by one call, and when that was last ordered.
type joint struct {
	types int
	at    time.Time
}

// jointFor is how long it counts that an area was read for several visit types.
const jointFor = time.Minute

// join takes over that an area is read for several visit types.
func (c *circles) join(area timeslot.Area, types int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.joint) >= maxCircles {
		clear(c.joint)
	}
	c.joint[area] = joint{types, now}
}

// typesRead is for how many visit types a circle of the largest radius is read by one call: of several such ones the one that
// costs least for each serves.
func (c *circles) typesRead(area timeslot.Area, now time.Time) int {
	if area.Radius == timeslot.MaxRadius && len(c.joint) > 0 {
		if j := c.joint[area]; now.Sub(j.at) < jointFor {
			return j.types
		}
	}
	return 0
}

// typesTogether puts stretches of one area together whose visit types one call can bring.
func (e *Engine) typesTogether(stretches [][]*read) (together [][]*read) {
	at := map[timeslot.Area]int{} // where an area's stretch is that others may join
	for _, stretch := range stretches {
		key := stretch[0].key
		if !byPoint(key) || key.Span.Days != 0 || !mayJoin(key.VisitType) {
			together = append(together, stretch)
			continue
		}
		i, ok := at[key.Area]
		if ok {
			if joined := slices.Concat(together[i], stretch); e.fitOneCall(joined) {
				together[i] = joined
				continue
			}
		}
		at[key.Area] = len(together)
		together = append(together, stretch)
	}
	for i, list := range together {
		together[i] = rectangle(list)
		if _, _, types := (&stretch{reads: list}).span(); len(types) > 1 {
			e.circles.join(list[0].key.Area, len(types), e.opt.Now())
		}
	}
	return together
}

// rectangle adds the blocks that a call for several visit types brings besides those that are in use: all are kept, so that the
// next answer is recognised where it says the same.
func rectangle(list []*read) []*read {
	first, through, types := (&stretch{reads: list}).span()
	if len(types) == 1 {
		return list
	}
	slices.Sort(types)
	all := make([]*read, 0, len(list))
	for _, key := range fetch.KeysOf(first, through, types) {
		i := slices.IndexFunc(list, func(rd *read) bool { return rd.key == key })
		if i >= 0 {
			all = append(all, list[i])
		} else {
			all = append(all, &read{ask: ask{key: key}, freshness: timeslot.Expired, renewal: along})
		}
	}
	return all
}

// Bounds on one call: people who ask may name any visit types.
const (
	maxTypes     = 8
	maxTypeBytes = 512
)

// fitOneCall reports whether one answer can carry all visit types for all days of some reads of an area, as far as one can
// tell.
func (e *Engine) fitOneCall(list []*read) bool {
	now := e.opt.Now()
	first, through, types := (&stretch{reads: list}).span()
	if len(types) > maxTypes || len(strings.Join(types, ",")) > maxTypeBytes {
		return false
	}
	slots := 0.0
	for i, name := range types {
		if slices.ContainsFunc(types[:i], func(other string) bool { return strings.EqualFold(name, other) }) {
			return false // upstream takes one for the other
		}
		first.VisitType = name
		if _, nearer := e.reaches.limit(first, now); nearer {
			return false
		}
		n, ok := e.density.expects(first, through, now, e.lastDay(now))
		if !ok {
			return false
		}
		slots += n
	}
	return slots <= together
}
