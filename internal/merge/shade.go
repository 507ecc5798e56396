package merge

import (
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// Taken knows the slots that must not be offered. It is asked with every spelling of a slot, and one yes is enough.
// It must not block. Real: the view of the cache's ledger.
type Taken interface {
	Hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) bool

	// Doubting reports whether Doubts may say yes, and Doubts whether a slot of s may be a taken one of which nobody knows
	// yet which it is.
	Doubting() bool
	Doubts(s *timeslot.Schedule, now time.Time) bool
}

// Versioned is a Taken whose answers may be kept: until its version is another in a way that touches those whom they are
// about, or until one ends by time.
type Versioned interface {
	Taken
	Version() uint64 // 0 hides nothing

	// Changes reports whether Hides may say something else about a slot of one of the clinicians than it did under the
	// version since.
	Changes(since uint64, clinicians timeslot.Clinicians) bool

	// HidesUntil is Hides, and until when a slot is hidden.
	HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) (until time.Time, hidden bool)
}

// shade is which units of a clinic are taken: for each group that has some, their starts, ascending.
type shade struct {
	starts map[int][]int64
	until  time.Time // when the first of them is not any more; zero for never
}

func (s *shade) of(group int) []int64 { return s.starts[group] }

// keptShade is the shade under one version of what is taken.
type keptShade struct{ at atomic.Pointer[datedShade] }

type datedShade struct {
	shade
	version uint64
}

// shadeOf asks what is taken, unless it is known.
func (c *clinic) shadeOf(taken Taken, now time.Time) shade {
	v, ok := taken.(Versioned)
	if !ok || c.shade == nil {
		return c.ask(func(s *timeslot.Schedule, slot *timeslot.SlotWithID) (time.Time, bool) {
			return time.Time{}, taken.Hides(s, slot, now)
		})
	}
	version := v.Version()
	known := c.shade.at.Load()
	if known == nil {
		known = &datedShade{} // of version 0
	}
	if known.until.IsZero() || now.Before(known.until) {
		if known.version == version {
			return known.shade
		}
		if known.version < version && !v.Changes(known.version, c.npis) {
			c.shade.at.Store(&datedShade{known.shade, version})
			return known.shade
		}
	}
	s := c.ask(func(s *timeslot.Schedule, slot *timeslot.SlotWithID) (time.Time, bool) {
		return v.HidesUntil(s, slot, now)
	})
	c.shade.at.Store(&datedShade{s, version})
	return s
}

// hides says whether a slot is taken, and until when.
type hides func(s *timeslot.Schedule, slot *timeslot.SlotWithID) (until time.Time, hidden bool)

func (c *clinic) ask(hides hides) (s shade) {
	for i := range c.groups {
		g := &c.groups[i]
		for j := range g.units {
			u := &g.units[j]
			until, hidden := c.hidden(g, u, hides)
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
func (c *clinic) hidden(g *group, u *unit, hides hides) (until time.Time, hidden bool) {
	ask := func(s *timeslot.Schedule, slot *timeslot.SlotWithID) {
		if end, yes := hides(s, slot); yes {
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
