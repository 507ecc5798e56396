package taken

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// SlotIndexOptions configures [NewSlotIndex].
type SlotIndexOptions struct {
	MaxEntries int              // 0: 500,000, about 100 MB
	Now        func() time.Time // nil: time.Now

	Surfaces *timeslot.Surfaces // whose slots may be booked by id; nil: DexCare's
}

// slotIndexGrace is how long an id is known after the last answer that could offer it: a person may keep a page open. Entries
// are kept for longer by slotIndexExtra, so that for answers with the same content they need not be made anew each time.
const (
	slotIndexGrace = time.Hour
	slotIndexExtra = time.Hour / 2
)

// SlotIndex turns a slotId back into the slot that it names. Ids are opaque (docs/dexcare.md §2), and a retail booking carries
// nothing else, so they are remembered as fragments pass.
type SlotIndex struct {
	cache *otter.Cache[slotKey, indexed]
	most  int // entries
	now   func() time.Time

	surfaces *timeslot.Surfaces
}

// slotKey stands for a slotId in a quarter of its size and without keeping the fragment's memory alive. It is long
// enough that nobody finds a second id for it.
type slotKey [16]byte

func keyOf(slotID string) slotKey {
	sum := sha256.Sum256([]byte(slotID))
	return slotKey(sum[:])
}

// indexed is one entry. The claim is shared by all slots of one schedule and lacks what differs between them.
type indexed struct {
	claim    *timeslot.Claim
	answer   *listing
	start    int64
	duration uint16
}

// listing is an answer whose slots were entered, and those with the same content that came after it.
type listing struct {
	digest timeslot.Digest
	kept   time.Time // when the entries go
	last   atomic.Pointer[offer]
}

// offer is when an answer was fetched, and until when its ids are known.
type offer struct{ fetched, until time.Time }

// NewSlotIndex makes an empty index. Close it to stop its clean-up goroutine.
func NewSlotIndex(o SlotIndexOptions) (*SlotIndex, error) {
	o.MaxEntries = cmp.Or(o.MaxEntries, 500_000)
	if o.MaxEntries < 0 {
		return nil, errors.New("slot index: MaxEntries must be positive")
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	cache, err := otter.New(&otter.Options[slotKey, indexed]{
		MaximumSize: o.MaxEntries,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[slotKey, indexed]) time.Duration {
			return e.Value.answer.kept.Sub(now())
		}),
		Clock: cache.NewClock(now),
	})
	if err != nil {
		return nil, fmt.Errorf("slot index: %w", err)
	}
	return &SlotIndex{cache: cache, most: o.MaxEntries, now: now, surfaces: o.Surfaces}, nil
}

// Add remembers the slots of f that carry a slotId. It is made to be [cache.MemoryOptions].OnStore.
func (x *SlotIndex) Add(f *timeslot.Fragment) {
	if l := x.surfaces.Listing(&f.Key); l == nil || l.SlotIDs == timeslot.NoHandle {
		return
	}
	last := &offer{fetched: f.FetchedAt, until: f.Bounds.StaleOnError.Add(slotIndexGrace)}
	if x.extends(f, last) {
		return
	}
	answer := &listing{digest: f.Digest, kept: last.until.Add(slotIndexExtra)}
	answer.last.Store(last)
	claims := make([]*timeslot.Claim, len(f.Schedules))
	for i, id := range f.SlotIDs {
		if id == "" {
			continue
		}
		slot := &f.Slots[i]
		if claims[slot.Schedule] == nil {
			claims[slot.Schedule] = claimOf(f.ScheduleOf(slot))
		}
		x.cache.Set(keyOf(id), indexed{
			claim: claims[slot.Schedule], answer: answer, start: slot.Start, duration: slot.Duration,
		})
	}
}

// extends reports whether the slots of f were entered with an answer of the same content, and are kept for long enough. That
// answer then counts as f. Where the index is nearly full, entries may go long before their time, and are made anew.
func (x *SlotIndex) extends(f *timeslot.Fragment, last *offer) bool {
	i := slices.IndexFunc(f.SlotIDs, func(id string) bool { return id != "" })
	if i < 0 {
		return true // there is nothing to enter
	}
	if f.Digest == (timeslot.Digest{}) || x.cache.EstimatedSize() > x.most*3/4 {
		return false
	}
	entry, ok := x.cache.GetIfPresent(keyOf(f.SlotIDs[i]))
	if !ok || entry.answer.digest != f.Digest || entry.answer.kept.Before(last.until) {
		return false
	}
	entry.answer.last.Store(last)
	return true
}

// claimOf is the claim of a slot of s, without start, duration and id. Its strings are copies, since the index outlives
// the fragment.
func claimOf(s *timeslot.Schedule) *timeslot.Claim {
	id := s.Identity(0)
	for _, text := range [...]*string{&id.EHRInstance, &id.DepartmentID, &id.Clinician, &id.VisitTypeID} {
		*text = strings.Clone(*text)
	}
	return &timeslot.Claim{Identity: id, NPI: strings.Clone(s.NPI), Pool: s.Pool}
}

// Find gives the slot that slotID names and when the answer that offered it last was fetched. It is not found when no
// such answer passed, or too long ago.
func (x *SlotIndex) Find(slotID string) (timeslot.Claim, time.Time, bool) {
	entry, ok := x.cache.GetIfPresent(keyOf(slotID))
	if !ok {
		return timeslot.Claim{}, time.Time{}, false
	}
	last := entry.answer.last.Load()
	if !x.now().Before(last.until) {
		return timeslot.Claim{}, time.Time{}, false
	}
	c := *entry.claim
	c.Identity.Start, c.Duration, c.SlotID = entry.start, entry.duration, slotID
	return c, last.fetched, true
}

// Locate is Find for a [Ledger].
func (x *SlotIndex) Locate(slotID string) (timeslot.Claim, bool) {
	claim, _, ok := x.Find(slotID)
	return claim, ok
}

// Len is how many ids are known, for the gauge.
func (x *SlotIndex) Len() int { return x.cache.EstimatedSize() }

// Close stops the clean-up.
func (x *SlotIndex) Close() error {
	x.cache.StopAllGoroutines()
	return nil
}
