package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// checked is the answer to a check.
type checked struct {
	Complete bool
	Slots    []struct {
		ID, Status, Reason string
		CheckedAt          time.Time
		Slot               *slot
		Alternatives       []slot
	}
}

// checking asks whether slots are still there.
func checking(t *testing.T, public string, slots ...slot) checked {
	t.Helper()
	type choice struct {
		NPI                  string    `json:"npi"`
		DepartmentIdentifier string    `json:"departmentIdentifier"`
		VisitTypeName        string    `json:"visitTypeName"`
		SlotDateTime         time.Time `json:"slotDateTime"`
		ID                   string    `json:"id"`
	}
	var asked struct {
		Slots []choice `json:"slots"`
	}
	for _, s := range slots {
		asked.Slots = append(asked.Slots, choice{s.NPI, s.DepartmentIdentifier, s.VisitTypeName, s.SlotDateTime, s.ID})
	}
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	r := call(t, http.MethodPost, public+"/v1/timeslots/check?alternatives=3", string(body), "Content-Type", "application/json")
	if got := r.header.Get("Cache-Control"); r.status != http.StatusOK || got != "no-store" {
		t.Fatalf("check: %d, Cache-Control %q: %s", r.status, got, r.body)
	}
	return document[checked](t, r)
}

// timesAsked is how often the simulator was asked for times, of whichever surface.
func timesAsked(t *testing.T, simulator string) (n int) {
	t.Helper()
	for operation, asked := range calls(t, simulator) {
		if strings.HasSuffix(operation, "-direct") || operation == "care-options" {
			n += asked
		}
	}
	return n
}

func TestAChosenSlotIsCheckedThroughTheService(t *testing.T) {
	service, simulator, _ := startServed(t, "booking: {checkAge: 1m, tombstone: 48h}\n")
	offers := get(t, service.public+"/v1/timeslots?"+riverton).answer(t)
	chosen, other := offers.Timeslots[len(offers.Timeslots)/2], offers.Timeslots[len(offers.Timeslots)/2+1]
	before := timesAsked(t, simulator)
	here := checking(t, service.public, chosen)
	if s := here.Slots[0]; s.Status != "available" || s.ID != chosen.ID || s.Slot == nil || s.Slot.ID != chosen.ID {
		t.Errorf("%+v, want the slot that was listed a moment ago", s)
	}
	if after := timesAsked(t, simulator); after != before {
		t.Errorf("%d calls for a copy that is younger than booking.checkAge", after-before)
	}
	chosen.booked(t, service.public)
	fail(t, simulator, "*:status=500")
	after := checking(t, service.public, chosen, other)
	if s := after.Slots[0]; s.Status != "taken" || s.ID != chosen.ID || len(s.Alternatives) == 0 || s.Alternatives[0].ID == chosen.ID {
		t.Errorf("%+v, want it taken though the tenant is down, and others in its place", s)
	}
	counted(t, service.admin, `aggregator_checks_total{product="default",status="available"}`, `aggregator_checks_total{product="default",status="taken"} 1`)
}

func TestAnOldListIsCheckedByOneCall(t *testing.T) {
	service, simulator, _ := startServed(t, "booking: {checkAge: 1ms}\n")
	offers := get(t, service.public+"/v1/timeslots?"+riverton).answer(t)
	before := timesAsked(t, simulator)
	got := checking(t, service.public, offers.Timeslots[:5]...)
	for i, s := range got.Slots {
		if s.Status != "available" || s.ID != offers.Timeslots[i].ID {
			t.Errorf("slot %d: %+v, want available", i, s)
		}
	}
	if n := timesAsked(t, simulator) - before; n != 1 {
		t.Errorf("%d calls, want one for all slots of the clinic", n)
	}
	fail(t, simulator, "*:status=500")
	lost := checking(t, service.public, offers.Timeslots[0])
	if s := lost.Slots[0]; s.Status != "unknown" || s.Reason == "" || lost.Complete || strings.Contains(s.Reason, " ") {
		t.Errorf("%+v, want unknown with a reason while the tenant is down", s)
	}
}
