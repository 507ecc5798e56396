package rig

import (
	"encoding/json"
	"testing"
	"time"
)

// Answer is what tests read of docs/interface.md §3.1's document.
type Answer struct {
	Complete  bool
	Total     int
	Timeslots []struct {
		ID, SlotDateTime, EHRInstance, DepartmentID, NPI string
		Booking                                          struct{ Flow, SlotID, ProviderID string }
	}
	Sources []struct {
		Source, Key, Status, Reason string
		FetchedAt                   time.Time
		Slots                       int
	}
}

// Answer reads a reply that must be a 200.
func (r Reply) Answer(t testing.TB) Answer {
	t.Helper()
	var a Answer
	if r.Status != 200 {
		t.Fatalf("status %d (%v): %s", r.Status, r.Err, r.Body)
	}
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatalf("%v in %s", err, r.Body)
	}
	return a
}

// Of is the status and reason of a source's first entry.
func (a Answer) Of(source string) (status, reason string) {
	for _, s := range a.Sources {
		if s.Source == source {
			return s.Status, s.Reason
		}
	}
	return "", ""
}
