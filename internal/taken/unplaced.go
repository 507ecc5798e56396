package taken

import (
	"slices"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// A booking names its slot by an opaque slotId (docs/dexcare.md §8). Its replica knows which slot that is only where an
// answer with the id passed through it, and other surfaces list the slot without any id. A mark for such a booking is
// unplaced: it hides the slot where the id stands, and says at most whose slot it is, or where.
//
// Every replica that learns of an unplaced mark, and whose answers had the id, places it: it adds a mark of its own that
// says which slot it is, with the same end and the same owner. So does a replica that reads the id later, as long as
// upstream still lists the slot. Until somebody has placed it, an answer with slots that may be the one is doubtful, and
// does not call itself strict.

// unplaced reports whether the claim names a slotId and not which slot that is.
func unplaced(c timeslot.Claim) bool { return c.SlotID != "" && !located(c) }

// lacking reports whether other replicas may know more of the claim than it says.
func lacking(c timeslot.Claim) bool { return unplaced(c) || endless(c) }

// places lists the slots that c's slotId is known to stand for: by marks that are placed, and by what this replica read.
func (l *Ledger) places(d *draft, c timeslot.Claim) []timeslot.Claim {
	var known []timeslot.Claim
	for _, m := range d.named(c.SlotID) {
		if located(m.claim) {
			known = append(known, m.claim)
		}
	}
	if len(known) == 0 && l.options.Locate != nil {
		if found, ok := l.options.Locate(c.SlotID); ok && located(found) {
			known = append(known, found)
		}
	}
	return known
}

// complete adds to the marks with the keys what they lack, as far as it is known here: marks that say which slot it is, and
// how long it takes. It gives the keys of those, which other replicas must be told. lasting has what [Ledger.lasting] gave
// before the lock was taken.
func (l *Ledger) complete(d *draft, lasting map[timeslot.Claim]timeslot.Claim, keys ...markKey) (added []markKey) {
	now := l.options.Now()
	for _, k := range keys {
		m := l.marks[k]
		if m == nil || !lacking(k.claim) {
			continue
		}
		var more []timeslot.Claim
		if unplaced(k.claim) {
			more = l.places(d, k.claim)
		} else if whole, known := lasting[k.claim]; known {
			more = append(more, whole)
		}
		for _, claim := range more {
			placed := markKey{claim, k.owner}
			if held := l.marks[placed]; held == nil || held.until.Before(m.until) {
				l.place(d, placed, m.until.Sub(now))
				added = append(added, placed)
			}
		}
	}
	return added
}

// completeSeen is complete for marks that are in the published view already. An id that is read at the same moment is
// either known by now, or its reader finds the mark (see Seen).
func (l *Ledger) completeSeen(keys ...markKey) (added []markKey) {
	keys = slices.DeleteFunc(keys, func(k markKey) bool { return !lacking(k.claim) })
	if len(keys) > 0 {
		lasting := l.lasting(keys...)
		l.change(func(d *draft) { added = l.complete(d, lasting, keys...) })
	}
	return added
}

// placedFor lists the marks that were added to one that lacks something.
func (v *View) placedFor(k markKey) []*mark {
	if !lacking(k.claim) {
		return nil
	}
	var list []*mark
	for _, m := range v.sameSlot(k.claim) {
		if m.owner == k.owner && addsTo(m.claim, k.claim) {
			list = append(list, m)
		}
	}
	return list
}

// addsTo reports whether a claim says what another lacks, and else the same.
func addsTo(c, lacks timeslot.Claim) bool {
	if unplaced(lacks) {
		return located(c) && c.SlotID == lacks.SlotID
	}
	duration := c.Duration
	c.Duration = 0
	return c == lacks && duration > 0
}

// Seen places the marks whose slotIds f has. It is made to follow [SlotIndex.Add] as [cache.MemoryOptions].OnStore, and takes
// no lock where nothing is unplaced.
func (l *Ledger) Seen(f *timeslot.Fragment) {
	view := l.View()
	if !view.Doubting() {
		return
	}
	var keys []markKey
	for _, id := range f.SlotIDs {
		for _, m := range view.named(id) {
			if unplaced(m.claim) && !view.isPlaced(m, l.options.Now()) {
				keys = append(keys, m.markKey)
			}
		}
	}
	l.fleet.tellLater(message{places: l.completeSeen(keys...)})
}

// Doubting reports whether anything was booked of which nobody knows yet which slot it is, so that [View.Doubts] may say
// yes.
func (v *View) Doubting() bool { return v.unplaced.size > 0 }

// Doubts reports whether a slot of schedule s may be one that was booked under a slotId which nobody could place: its
// clinician and its place are those that the booking named, as far as both are known. An answer with such a slot must
// not call itself strict.
func (v *View) Doubts(s *timeslot.Schedule, now time.Time) bool {
	if !v.Doubting() {
		return false
	}
	mayBe := func(marks []*mark) bool {
		for _, m := range marks {
			id := &m.claim.Identity
			if now.Before(m.until) && mayEqual(m.claim.NPI, s.NPI) && mayEqual(id.EHRInstance, s.EHRInstance) &&
				mayEqual(id.DepartmentID, s.DepartmentID) && !v.isPlaced(m, now) {
				return true
			}
		}
		return false
	}
	site := siteOf(&timeslot.Identity{EHRInstance: s.EHRInstance, DepartmentID: s.DepartmentID})
	if site == "" {
		return v.unplaced.any(mayBe)
	}
	return mayBe(v.unplaced.find(site)) || mayBe(v.unplaced.find(""))
}

// siteOf is the department of an identity; empty where it is not known whole.
func siteOf(id *timeslot.Identity) string {
	if id.EHRInstance == "" || id.DepartmentID == "" {
		return ""
	}
	return timeslot.DepartmentKey(id.EHRInstance, id.DepartmentID)
}

// mayEqual reports whether two names may be of one thing: an empty one is not known.
func mayEqual(a, b string) bool { return a == "" || b == "" || a == b }

// isPlaced reports whether a mark in force says which slot m's slotId is.
func (v *View) isPlaced(m *mark, now time.Time) bool {
	for _, other := range v.named(m.claim.SlotID) {
		if located(other.claim) && now.Before(other.until) {
			return true
		}
	}
	return false
}

// Ask has the ledger ask copies of what upstream said how long visits take, where an event does not say it.
func (l *Ledger) Ask(m *cache.Memory) { l.copies.Store(m) }

// lasting is the claims of marks with their durations, where those are missing and a copy has them. It looks through all
// copies, so it must not be called under the ledger's lock.
func (l *Ledger) lasting(keys ...markKey) map[timeslot.Claim]timeslot.Claim {
	copies := l.copies.Load()
	if copies == nil {
		return nil
	}
	var found map[timeslot.Claim]timeslot.Claim
	for _, k := range keys {
		whole := k.claim
		if !endless(whole) {
			continue
		}
		if whole.Duration = copies.DurationOf(whole); whole.Duration > 0 {
			if found == nil {
				found = map[timeslot.Claim]timeslot.Claim{}
			}
			found[k.claim] = whole
		}
	}
	return found
}

// endless reports whether the claim names one person's time and not how much of it.
func endless(c timeslot.Claim) bool {
	return located(c) && c.Duration == 0 && c.NPI != "" && !c.Pool
}
