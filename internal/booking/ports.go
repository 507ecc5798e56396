package booking

import (
	"time"

	"timeslots/internal/timeslot"
)

// Index knows the slots that were offered. The real one is cache.SlotIndex.
type Index interface {
	// Find is the slot that an answer offered under slotID, and when that answer was fetched. It must not block.
	Find(slotID string) (timeslot.Claim, time.Time, bool)
}

// Ledger is the book of taken slots. The real one is cache.Ledger. Each method may take a moment (a round trip to
// Redis), never longer; owner names the booking, so that the loser of a race cannot lift the winner's mark.
type Ledger interface {
	// Pend hides the slot while its booking is under way.
	Pend(c timeslot.Claim, owner string)
	// Promote hides the slot for good. When it returns, no request that starts later is offered the slot.
	Promote(c timeslot.Claim, owner string)
	// Withdraw lifts what owner pended, and nothing else.
	Withdraw(c timeslot.Claim, owner string)
	// Suspect keeps the slot hidden for a while, because nobody knows how its booking ended.
	Suspect(c timeslot.Claim, owner string)
}

// Recorder counts bookings. The real one is metrics.Metrics.
type Recorder interface {
	Booking(product, flow, outcome string)
	BookedSlotAge(product, outcome string, age time.Duration)
	UpstreamStarted(timeslot.Source)
	UpstreamEnded(source timeslot.Source, operation timeslot.Operation, outcome string, d time.Duration)
}

type noRecorder struct{}

func (noRecorder) Booking(string, string, string)                                           {}
func (noRecorder) BookedSlotAge(string, string, time.Duration)                              {}
func (noRecorder) UpstreamStarted(timeslot.Source)                                          {}
func (noRecorder) UpstreamEnded(timeslot.Source, timeslot.Operation, string, time.Duration) {}
