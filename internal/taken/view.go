package taken

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// View is an immutable snapshot of a [Ledger]. Reading it takes no lock.
type View struct {
	version    uint64
	starts     index[int64]  // by the start of the claim's identity
	slotIDs    index[string] // by the claim's slotId
	unplaced   index[string] // by department: what was booked under a slotId that did not say which slot it is
	clinicians index[string] // by NPI: claims whose time is known and that stand for one person
	changes    []viewChange  // what made the latest versions, ascending; never written to
}

func newView() *View {
	return &View{
		starts: newIndex[int64](), slotIDs: newIndex[string](), clinicians: newIndex[string](), unplaced: newIndex[string](),
	}
}

// Version differs between views that may lead to different answers: because a mark came or went, here or at another
// replica, or because fragments were declared outdated. Entries that ended by time make no new version.
func (v *View) Version() uint64 { return v.version }

// Hides reports whether slot, of schedule s, must not be offered at now: its identity or its slotId is claimed, or its
// clinician is claimed elsewhere at an overlapping time, since nobody is in two places. Claims and slots that do not
// say how long they take count as a minute; pools of clinicians never overlap.
func (v *View) Hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) bool {
	_, hidden := v.HidesUntil(s, slot, now)
	return hidden
}

// HidesUntil is Hides, and until when all that hides the slot now has ended.
func (v *View) HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) (until time.Time, hidden bool) {
	if v.starts.size == 0 && v.slotIDs.size == 0 {
		return time.Time{}, false
	}
	by := func(m *mark) {
		if now.Before(m.until) {
			hidden = true
			if m.until.After(until) {
				until = m.until
			}
		}
	}
	for _, m := range v.starts.find(slot.Start) {
		if m.claim.Identity == s.Identity(slot.Start) {
			by(m)
		}
	}
	for _, m := range v.named(slot.ID) {
		by(m)
	}
	if s.Pool || s.NPI == "" {
		return until, hidden
	}
	for _, m := range v.clinicians.find(s.NPI) {
		from := m.claim.Identity.Start
		if slot.Start < from+seconds(m.claim.Duration) && from < slot.Start+seconds(slot.Duration) {
			by(m)
		}
	}
	return until, hidden
}

func seconds(minutes uint16) int64 { return 60 * max(1, int64(minutes)) }

// located reports whether the claim says which slot it means in the domain's words. Without a start its identity only
// says where the slot may be.
func located(c timeslot.Claim) bool { return c.Identity.Start != 0 }

// sameSlot lists the marks for the slot that c names: by its place and start, by its slotId, and by those that other
// marks for the same place and start name.
func (v *View) sameSlot(c timeslot.Claim) []*mark {
	var found []*mark
	ids := []string{c.SlotID}
	if located(c) {
		for _, m := range v.starts.find(c.Identity.Start) {
			if m.claim.Identity == c.Identity {
				found, ids = append(found, m), append(ids, m.claim.SlotID)
			}
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		for _, m := range v.named(id) {
			if !slices.Contains(found, m) {
				found = append(found, m)
			}
		}
	}
	return found
}

// named lists the marks that name a slotId.
func (v *View) named(slotID string) []*mark {
	if slotID == "" {
		return nil
	}
	return v.slotIDs.find(slotID)
}

// draft is a view under construction.
type draft struct {
	View
	touched  bool
	marked   bool     // marks came or went
	everyone bool     // what touched it may concern anybody
	concerns []string // NPIs of the claims that came or went
}

// draft begins a successor of v. Publish &d.View after [draft.seal].
func (v *View) draft() *draft {
	d := &draft{View: *v}
	d.starts.owned, d.slotIDs.owned, d.clinicians.owned, d.unplaced.owned = new(shardSet), new(shardSet), new(shardSet), new(shardSet)
	return d
}

func (d *draft) seal() *View {
	d.starts.owned, d.slotIDs.owned, d.clinicians.owned, d.unplaced.owned = nil, nil, nil, nil
	return &d.View
}

func (d *draft) add(m *mark) { d.file(m, true) }

func (d *draft) remove(m *mark) { d.file(m, false) }

// file puts m into every index in which it has a place, or takes it out.
func (d *draft) file(m *mark, present bool) {
	d.touched, d.marked = true, true
	c := &m.claim
	d.concern(c.NPI)
	if located(*c) {
		d.starts.set(c.Identity.Start, m, present)
		if c.NPI != "" && !c.Pool {
			d.clinicians.set(c.NPI, m, present)
		}
	}
	if c.SlotID != "" {
		d.slotIDs.set(c.SlotID, m, present)
	}
	if unplaced(*c) && m.owner == "" {
		d.unplaced.set(siteOf(&c.Identity), m, present)
	}
}
