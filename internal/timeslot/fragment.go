package timeslot

import "time"

// Fragment is one upstream answer, decoded: the smallest thing that is fetched, cached, refreshed and invalidated
// (docs/architecture.md §4). A fragment is frozen once it left the decoder: it is shared by many requests, and nobody writes
// to it or to anything it refers to.
type Fragment struct {
	Key       FragmentKey
	FetchedAt time.Time // when upstream was asked, so that an age is never too young
	Bounds    Bounds
	NotFound  bool // upstream answered with a well-formed 404; everything below is empty
	Epoch     uint64

	// Digest stands for what the content was read from: upstream's bytes, and whatever their reading depends on. Fragments
	// of one key with one digest have the same content, which is all that stands below but Covers. The zero Digest says
	// nothing.
	Digest Digest

	// Covers is the half-open interval of starts that the answer speaks for: a slot inside it that the answer does
	// not list does not exist there (docs/architecture.md §7, authority). Zero times: it speaks for nothing beyond its slots.
	Covers Interval

	Schedules []Schedule
	Slots     []Slot   // ascending by Start, then Schedule
	SlotIDs   []string // of each slot, see [SlotWithID]; nil where none has one, as in the answers that list most slots

	Departments []Department
	Providers   []Provider
	Distances   map[string]float64 // Care Options: department key → miles from the point asked for

	Dropped int      // single entries that decoding refused
	Odd     []Oddity // what was odd about the answer, which was read all the same
	Body    []byte   // upstream's own bytes

	// Servings count how often the copy was shown; nil where nobody counts. They alone are written to.
	Servings *Servings
}

// OddReason says what was odd about a part of an answer. The set is closed; package decode has it.
type OddReason string

// Oddity is what an answer had of one reason: how often, and how the first looked. A sample has the shape of what upstream
// wrote and none of its content: 9 for every digit, a for every letter. Only names of zones that exist stand as they are.
type Oddity struct {
	Reason OddReason
	Count  int
	Sample string
}

// SameContent reports whether f is known to have the content of other, which may be nil, without comparing it.
func (f *Fragment) SameContent(other *Fragment) bool {
	return other != nil && f.Digest != Digest{} && f.Digest == other.Digest && f.Key == other.Key
}

// Digest is a checksum that is long enough to stand for what it was made of.
type Digest [16]byte

// Interval is a span of instants, From inclusive, Until exclusive.
type Interval struct{ From, Until time.Time }

// Contains reports whether the instant (Unix seconds) lies inside.
func (i Interval) Contains(unix int64) bool {
	return !i.Until.IsZero() && unix >= i.From.Unix() && unix < i.Until.Unix()
}

// SlotID is the id of a slot by its place in Slots; empty where it has none.
func (f *Fragment) SlotID(i int) string {
	if f.SlotIDs == nil {
		return ""
	}
	return f.SlotIDs[i]
}

// WithID is a slot by its place in Slots, and its id.
func (f *Fragment) WithID(i int) SlotWithID { return SlotWithID{f.Slots[i], f.SlotID(i)} }

// SetSlots sets the slots and, where one has any, their ids.
func (f *Fragment) SetSlots(slots []SlotWithID) {
	f.Slots, f.SlotIDs = make([]Slot, len(slots)), nil
	for i := range slots {
		f.Slots[i] = slots[i].Slot
		if slots[i].ID != "" && f.SlotIDs == nil {
			f.SlotIDs = make([]string, len(slots))
		}
		if f.SlotIDs != nil {
			f.SlotIDs[i] = slots[i].ID
		}
	}
}

// ScheduleOf is the schedule that slot belongs to.
func (f *Fragment) ScheduleOf(slot *Slot) *Schedule { return &f.Schedules[slot.Schedule] }

// Bounds say until when a fragment may be served, and how. They ascend: Fresh ≤ Stale ≤ StaleOnError.
type Bounds struct {
	Fresh        time.Time // served as it is
	Stale        time.Time // served at once, refreshed in the background (RFC 5861 §3)
	StaleOnError time.Time // served only when its source fails (RFC 5861 §4)
}

// Freshness is a fragment's standing at one moment.
type Freshness uint8

// The standings, from best to worst.
const (
	Fresh        Freshness = iota
	Stale                  // serve, and refresh in the background
	StaleOnError           // serve only when the source fails
	Expired                // do not serve
)

// At tells the standing at now.
func (b Bounds) At(now time.Time) Freshness {
	switch {
	case now.Before(b.Fresh):
		return Fresh
	case now.Before(b.Stale):
		return Stale
	case now.Before(b.StaleOnError):
		return StaleOnError
	default:
		return Expired
	}
}

// Policy says how long the fragments of a source may be served. Each duration counts on from the one before
// (docs/interface.md §2, sources.*).
type Policy struct {
	Fresh        time.Duration
	Stale        time.Duration
	StaleOnError time.Duration
	Negative     time.Duration // in place of all three, for "not found"
}

// Bounds counts from the moment of fetching.
func (p Policy) Bounds(fetched time.Time, notFound bool) Bounds {
	if notFound {
		until := fetched.Add(p.Negative)
		return Bounds{Fresh: until, Stale: until, StaleOnError: until}
	}
	fresh := fetched.Add(p.Fresh)
	stale := fresh.Add(p.Stale)
	return Bounds{Fresh: fresh, Stale: stale, StaleOnError: stale.Add(p.StaleOnError)}
}
