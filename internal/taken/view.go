package taken

import (
	"hash/maphash"
	"maps"
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

// Empty reports whether nothing is taken, so that no slot is hidden and none is in doubt.
func (v *View) Empty() bool { return v.starts.size == 0 && v.slotIDs.size == 0 }

// Hides reports whether slot, of schedule s, must not be offered at now: its identity or its slotId is claimed, or its
// clinician is claimed elsewhere at an overlapping time, since nobody is in two places. Claims and slots that do not
// say how long they take count as a minute; pools of clinicians never overlap.
func (v *View) Hides(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) bool {
	_, hidden := v.HidesUntil(s, slot, now)
	return hidden
}

// HidesUntil is Hides, and until when all that hides the slot now has ended.
func (v *View) HidesUntil(s *timeslot.Schedule, slot *timeslot.SlotWithID, now time.Time) (until time.Time, hidden bool) {
	if v.Empty() {
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

// TakenAt is when a slot was booked through the service; zero: it was not, or nobody knows when. Of several bookings it is the
// last.
func (v *View) TakenAt(s *timeslot.Schedule, slot *timeslot.SlotWithID) (at time.Time) {
	last := func(m *mark) {
		if m.at.After(at) {
			at = m.at
		}
	}
	for _, m := range v.starts.find(slot.Start) {
		if m.claim.Identity == s.Identity(slot.Start) {
			last(m)
		}
	}
	for _, m := range v.named(slot.ID) {
		last(m)
	}
	return at
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

// viewChange is what one version of a view has that the one before had not, or the other way round.
type viewChange struct {
	version  uint64
	everyone bool     // it may concern any answer
	marks    bool     // marks came or went, and not only fragments were overtaken
	npis     []string // else those whose answers it concerns
}

// maxChanges is how many versions back a view can tell what changed. Answers that are older than that count as
// concerned.
const maxChanges = 128

// Touches reports whether an answer that was merged under the version since, and speaks of the clinicians, may be another
// under this view. Claims that came or went concern the answers that speak of their clinician; claims of nobody known,
// and events, concern all. An answer of which nobody knows whom it speaks of is concerned by everything.
func (v *View) Touches(since uint64, clinicians timeslot.Clinicians) bool {
	return v.changed(since, clinicians, func(*viewChange) bool { return true })
}

// Changes reports whether Hides may say something else about a slot of one of the clinicians than it did under the version
// since: other than for Touches, fragments that were overtaken do not count.
func (v *View) Changes(since uint64, clinicians timeslot.Clinicians) bool {
	return v.changed(since, clinicians, func(c *viewChange) bool { return c.marks })
}

func (v *View) changed(since uint64, clinicians timeslot.Clinicians, counts func(*viewChange) bool) bool {
	if since == v.version {
		return false
	}
	if since > v.version || len(clinicians) == 0 || len(v.changes) == 0 || since+1 < v.changes[0].version {
		return true
	}
	for i := len(v.changes) - 1; i >= 0 && v.changes[i].version > since; i-- {
		if c := &v.changes[i]; counts(c) && (c.everyone || slices.ContainsFunc(c.npis, clinicians.Has)) {
			return true
		}
	}
	return false
}

// concern notes whose answers a draft's change is about.
func (d *draft) concern(npi string) {
	if npi == "" {
		d.everyone = true
		return
	}
	d.concerns = append(d.concerns, npi)
}

// advance makes a new version of what was noted.
func (d *draft) advance() {
	d.version++
	kept := d.changes
	if len(kept) >= maxChanges {
		kept = kept[len(kept)-maxChanges+1:]
	}
	d.changes = append(slices.Clip(kept), viewChange{version: d.version, everyone: d.everyone, marks: d.marked, npis: d.concerns})
}

const shardCount = 256

type shardSet [shardCount]bool

// index finds marks by a key. It is cheap to change in copies: a draft copies the table of shards and those shards that
// it changes, each once, so that readers of earlier copies need no lock. With 100,000 marks one change takes about
// 20 µs.
type index[K comparable] struct {
	seed   maphash.Seed
	size   int // marks in all shards
	shards [shardCount]map[K][]*mark
	owned  *shardSet // shards that no published view shares; nil in a published view
}

func newIndex[K comparable]() index[K] { return index[K]{seed: maphash.MakeSeed()} }

func (x *index[K]) shardOf(key K) int { return int(maphash.Comparable(x.seed, key) % shardCount) }

func (x *index[K]) find(key K) []*mark {
	if x.size == 0 {
		return nil
	}
	return x.shards[x.shardOf(key)][key]
}

// any reports whether yes says so of some list.
func (x *index[K]) any(yes func([]*mark) bool) bool {
	for _, shard := range x.shards {
		for _, list := range shard {
			if yes(list) {
				return true
			}
		}
	}
	return false
}

// set adds m under key, or removes it. Lists are replaced instead of written to: they are shared even where the map
// that holds them is not.
func (x *index[K]) set(key K, m *mark, present bool) {
	shard := x.own(x.shardOf(key))
	if present {
		shard[key] = append(slices.Clip(shard[key]), m)
		x.size++
		return
	}
	rest := slices.DeleteFunc(slices.Clone(shard[key]), func(other *mark) bool { return other == m })
	if len(rest) == 0 {
		delete(shard, key)
	} else {
		shard[key] = rest
	}
	x.size--
}

func (x *index[K]) own(i int) map[K][]*mark {
	if !x.owned[i] {
		x.owned[i] = true
		x.shards[i] = maps.Clone(x.shards[i])
		if x.shards[i] == nil {
			x.shards[i] = make(map[K][]*mark, 1)
		}
	}
	return x.shards[i]
}
