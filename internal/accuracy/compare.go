package accuracy

import (
	"time"

	"timeslots/internal/timeslot"
)

// FirstShown is how many of a copy's next slots stand for what people see of it: they choose among the first few.
const FirstShown = 5

// Changes are what became of the slots of an old copy, as the new copy of the same key tells. Only slots count that lie ahead
// of the new copy, and of whose time it speaks.
type Changes struct {
	Age       time.Duration // of the old copy when the new one was fetched
	There     int           // listed again
	Gone      int           // sold elsewhere, or taken out of the calendar
	TakenHere int           // booked through this service: hidden since, gone now

	First, FirstGone int // of the first [FirstShown] slots that were offered: how many there were, and how many are gone
}

// Sold is a slot that was booked through this service, in an old copy.
type Sold struct {
	Identity timeslot.Identity
	At       time.Time // when; zero: unknown
	Listed   bool      // by the new copy, too
}

// Taken tells what was booked through this service. The real one is taken.View.
type Taken interface {
	// Empty reports whether nothing was.
	Empty() bool
	// Hides reports whether a slot is not offered at now.
	Hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) bool
	// TakenAt is when a slot was booked; zero: it was not, or nobody knows when.
	TakenAt(s *timeslot.Schedule, slot *timeslot.SlotWithID) time.Time
}

// Compare looks which slots of an old copy a new one lists, and which of those that were booked here. It takes a few
// nanoseconds a slot, which are ascending in both; the lists may be long.
func Compare(old, fresh *timeslot.Fragment, view Taken) (c Changes, sold []Sold) {
	c.Age = fresh.FetchedAt.Sub(old.FetchedAt)
	now := fresh.FetchedAt.Unix()
	from := firstAfter(old.Slots, now)
	if old.NotFound || fresh.NotFound || from == len(old.Slots) {
		return c, nil
	}
	if view.Empty() {
		view = nil
	}
	if view == nil && fresh.SameContent(old) {
		c.There = len(old.Slots) - from
		c.First = min(FirstShown, c.There)
		return c, nil
	}
	p := newPairing(old, fresh)
	p.next = firstAfter(fresh.Slots, now)
	for i := from; i < len(old.Slots); i++ {
		listed := p.lists(&old.Slots[i])
		if !listed && !fresh.Covers.Contains(old.Slots[i].Start) {
			continue
		}
		if view != nil {
			slot := old.WithID(i)
			if s := old.ScheduleOf(&slot.Slot); view.Hides(s, &slot, fresh.FetchedAt) {
				if !listed {
					c.TakenHere++
				}
				sold = append(sold, Sold{s.Identity(slot.Start), view.TakenAt(s, &slot), listed})
				continue
			}
		}
		c.count(listed)
	}
	return c, sold
}

func (c *Changes) count(listed bool) {
	first := c.First < FirstShown
	if first {
		c.First++
	}
	switch {
	case listed:
		c.There++
	case first:
		c.Gone++
		c.FirstGone++
	default:
		c.Gone++
	}
}

// firstAfter is the place of the first slot that starts after now (Unix seconds).
func firstAfter(slots []timeslot.Slot, now int64) int {
	low, high := 0, len(slots)
	for low < high {
		if middle := int(uint(low+high) >> 1); slots[middle].Start > now {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// pairing looks slots of an old copy up in a new one, start by start.
type pairing struct {
	slots []timeslot.Slot
	next  int     // of slots: the first that was not looked at
	place []int32 // of an old schedule in the new copy; −1: nowhere
	seen  []int64 // of a new schedule: the last start that was looked at
}

func newPairing(old, fresh *timeslot.Fragment) *pairing {
	p := &pairing{slots: fresh.Slots, place: make([]int32, len(old.Schedules)), seen: make([]int64, len(fresh.Schedules))}
	var byName map[schedule]int32
	for i := range old.Schedules {
		name := scheduleOf(&old.Schedules[i])
		if i < len(fresh.Schedules) && name == scheduleOf(&fresh.Schedules[i]) {
			p.place[i] = int32(i)
			continue
		}
		if byName == nil {
			byName = make(map[schedule]int32, len(fresh.Schedules))
			for j := range fresh.Schedules {
				byName[scheduleOf(&fresh.Schedules[j])] = int32(j)
			}
		}
		p.place[i] = -1
		if j, ok := byName[name]; ok {
			p.place[i] = j
		}
	}
	return p
}

// schedule is what tells schedules apart.
type schedule struct{ ehr, department, npi, provider, visitTypeID, visitType string }

func scheduleOf(s *timeslot.Schedule) schedule {
	name := schedule{s.EHRInstance, s.DepartmentID, s.NPI, "", s.VisitTypeID, s.VisitTypeName}
	if s.Pool {
		name.provider = s.ProviderID
	}
	return name
}

// lists reports whether the new copy lists a slot of the old one. Slots come ascending by start.
func (p *pairing) lists(slot *timeslot.Slot) bool {
	for ; p.next < len(p.slots) && p.slots[p.next].Start <= slot.Start; p.next++ {
		p.seen[p.slots[p.next].Schedule] = p.slots[p.next].Start
	}
	at := p.place[slot.Schedule]
	return at >= 0 && p.seen[at] == slot.Start
}
