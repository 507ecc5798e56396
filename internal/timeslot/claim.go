package timeslot

// Claim names a slot that is being booked or was taken, as far as it is known. A booking names a slot by its slotId;
// the index of cached slots turns that into the identity (docs/dexcare.md §8).
type Claim struct {
	Identity Identity // zero when the slotId was never seen
	SlotID   string   // empty when the caller named the slot otherwise
	NPI      string   // the clinician; empty when unknown
	Duration uint16   // minutes; 0 when unknown
	Pool     bool     // NPI stands for several clinicians, so overlapping slots stay
}

// IsZero reports whether the claim names nothing.
func (c Claim) IsZero() bool { return c == Claim{} }
