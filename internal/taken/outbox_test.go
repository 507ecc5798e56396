package taken

import (
	"strconv"
	"testing"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
)

// What there is no room for is told some time later, with all own marks, or never. So nobody may say that it was told,
// whatever was paid meanwhile.
func TestWhatThereIsNoRoomToOweIsNotTold(t *testing.T) {
	t.Parallel()
	s, _ := trustedFleet(t, 1, hurried)
	way, err := rig.NewRelay(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	alone := openReplica(t, way.Addr, hurried)
	trusting(t, []*replica{alone})
	way.Close()
	for i := range maxOutbox {
		room := alone.ledger.fleet.outbox.add(message{
			places: []markKey{{claim: timeslot.Claim{SlotID: strconv.Itoa(i)}}},
			events: []cache.Event{{Kind: cache.MarkedStale, Target: cache.TargetsOf(timeslot.Claim{NPI: strconv.Itoa(i)})[0]}},
		})
		if !room {
			t.Fatalf("no room for %d", i)
		}
	}
	c := claimFor(doctor, atNine())
	if alone.ledger.Promote(c, "alice") || alone.ledger.Fence(c) {
		t.Error("what there was no room for counts as told")
	}
	d := &alone.ledger.fleet.outbox
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.marks) > maxOutbox || len(d.events) > maxOutbox {
		t.Errorf("%d marks and %d events wait, want at most %d", len(d.marks), len(d.events), maxOutbox)
	}
}
