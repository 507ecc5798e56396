package booking

import (
	"context"
	"time"

	"timeslots/internal/timeslot"
)

// Index knows the slots that were offered. The real one is taken.SlotIndex.
type Index interface {
	// Find is the slot that an answer offered under slotID, and when that answer was fetched. It must not block.
	Find(slotID string) (timeslot.Claim, time.Time, bool)
}

// Ledger is the book of taken slots. The real one is taken.Ledger. Each method may take a moment (a round trip to
// Redis), never longer; owner names the booking, so that the loser of a race cannot lift the winner's mark.
type Ledger interface {
	// Pend hides the slot while its booking is under way.
	Pend(c timeslot.Claim, owner string)
	// Promote hides the slot for good. When it returns, no request that starts later is offered the slot; told is false
	// where other replicas could not be told, and may offer it until they are.
	Promote(c timeslot.Claim, owner string) (told bool)
	// Withdraw lifts what owner pended, and nothing else.
	Withdraw(c timeslot.Claim, owner string)
	// Suspect keeps the slot hidden for a while, because nobody knows how its booking ended.
	Suspect(c timeslot.Claim, owner string)

	// What follows makes cached answers give way. What it gets may name a slot in part only. An Identity whose Start is 0
	// names no slot: then its EHRInstance and DepartmentID, and the claim's NPI, say where the slot was, each as far as
	// it is known.

	// MarkStale makes the answers that may hold the slot stale: still served, and refreshed in the background.
	MarkStale(c timeslot.Claim)
	// Release offers the slot again on every replica.
	Release(c timeslot.Claim)
	// Fence makes the next answer for the slot's place come from a fetch that begins later; told is false where other
	// replicas could not be told, and may answer from older ones until they are.
	Fence(c timeslot.Claim) (told bool)
}

// Uses remembers for all replicas which Idempotency-Keys were used, under keyed digests. The real one is cache.Uses. The
// methods may take a moment, as the ledger's do.
type Uses interface {
	// Begin enters a use of a key, unless it was used before; status is how that use ended, 0 while it is under way. An
	// error says that nobody could be asked.
	Begin(ctx context.Context, key string) (owner string, used bool, status int, err error)
	// End says how the owner's use ended. Status 0: the key may be used again.
	End(ctx context.Context, key, owner string, status int)
}

// noUses is for a replica that is alone.
type noUses struct{}

func (noUses) Begin(context.Context, string) (string, bool, int, error) { return "", false, 0, nil }
func (noUses) End(context.Context, string, string, int)                 {}

// Recorder counts bookings. The real one is metrics.Metrics.
type Recorder interface {
	Booking(product, flow, outcome string)
	BookedSlotAge(product, outcome string, age time.Duration)
	UpstreamStarted(timeslot.Source)
	UpstreamEnded(timeslot.UpstreamCall)
}

type noRecorder struct{}

func (noRecorder) Booking(string, string, string)              {}
func (noRecorder) BookedSlotAge(string, string, time.Duration) {}
func (noRecorder) UpstreamStarted(timeslot.Source)             {}
func (noRecorder) UpstreamEnded(timeslot.UpstreamCall)         {}
