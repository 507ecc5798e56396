package merge

import (
	"time"

	"timeslots/internal/timeslot"
)

// Taken knows the slots that must not be offered. It is asked with every spelling of a slot, and one yes is enough.
// It must not block. What it says is kept until its version is another in a way that touches those whom it is about, or
// until a yes ends by time. Real: the view of the cache's ledger.
type Taken interface {
	Version() uint64 // 0 hides nothing

	// Changes reports whether HidesUntil may say something else about a slot of one of the clinicians than it did under the
	// version since.
	Changes(since uint64, clinicians timeslot.Clinicians) bool

	// HidesUntil reports whether a slot is hidden, and until when; zero: for good.
	HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) (until time.Time, hidden bool)

	// Doubting reports whether Doubts may say yes, and Doubts whether a slot of s may be a taken one of which nobody knows
	// yet which it is.
	Doubting() bool
	Doubts(s *timeslot.Schedule, now time.Time) bool
}

// shade is which units of a clinic are taken: for each group that has some, their starts, ascending.
type shade struct {
	starts map[int][]int64
	until  time.Time // when the first of them is not any more; zero for never
}

// datedShade is the shade under one version of what is taken.
type datedShade struct {
	shade
	version uint64
}

// shadeOf asks what is taken, unless it is known.
func (c *clinic) shadeOf(taken Taken, now time.Time) shade {
	if c.shade == nil {
		return c.ask(taken, now)
	}
	version := taken.Version()
	known := c.shade.Load()
	if known == nil {
		known = &datedShade{} // of version 0
	}
	if known.until.IsZero() || now.Before(known.until) {
		if known.version == version {
			return known.shade
		}
		if known.version < version && !taken.Changes(known.version, c.npis) {
			c.shade.Store(&datedShade{known.shade, version})
			return known.shade
		}
	}
	s := c.ask(taken, now)
	c.shade.Store(&datedShade{s, version})
	return s
}

func (c *clinic) ask(taken Taken, now time.Time) (s shade) {
	for i := range c.groups {
		g := &c.groups[i]
		for j := range g.units {
			u := &g.units[j]
			until, hidden := c.hidden(g, u, taken, now)
			if !hidden {
				continue
			}
			if s.starts == nil {
				s.starts = map[int][]int64{}
			}
			s.starts[i] = append(s.starts[i], u.start)
			if s.until.IsZero() || until.Before(s.until) {
				s.until = until
			}
		}
	}
	return s
}

// hidden asks for every spelling of a slot, and which of them hides it longest.
func (c *clinic) hidden(g *group, u *unit, taken Taken, now time.Time) (until time.Time, hidden bool) {
	ask := func(s *timeslot.Schedule, slot *timeslot.SlotWithID) {
		if end, yes := taken.HidesUntil(s, slot, now); yes {
			hidden = true
			if end.After(until) {
				until = end
			}
		}
	}
	for _, listed := range [...]run{{u.first, int32(u.n)}, g.covers[u.start]} {
		for i := listed.first; i < listed.first+listed.n; i++ {
			slot := c.slotOf(u, int(i))
			ask(&c.rows[c.entries[i].row].schedule, &slot)
		}
	}
	if len(g.spellings) > 0 {
		slot := c.slotOf(u, int(u.first))
		for _, s := range g.spellings {
			ask(s, &slot)
		}
	}
	return until, hidden
}

// slotOf is a slot as one answer lists it, with the offset that it is shown with.
func (c *clinic) slotOf(u *unit, entry int) timeslot.SlotWithID {
	slot := timeslot.Slot{Start: u.start, Duration: c.entries[entry].duration, Offset: u.offset}
	return timeslot.SlotWithID{Slot: slot, ID: c.id(entry)}
}
