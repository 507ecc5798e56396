package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"testing"
	"timeslots/test/rig"
)

func TestWhichAnswersToABookingSayThatTheSlotIsGone(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   outcome
		taken  bool
	}{
		{http.StatusOK, `{"visitId":"x"}`, booked, true},
		{http.StatusCreated, ``, booked, true},
		{http.StatusConflict, `{"error":"SlotUnavailable"}`, unavailable, true},
		{http.StatusConflict, `SlotUnavailable`, unavailable, true},
		{http.StatusConflict, `PatientDoubleBooked`, refused, false},
		{http.StatusBadRequest, `SlotUnavailable`, refused, false},
		{http.StatusGatewayTimeout, `{"outcome":"unknown"}`, refused, false},
	} {
		if got := outcomeOf(c.status, []byte(c.body)); got != c.want || got.taken() != c.taken {
			t.Errorf("%d %s: %s (taken %v)", c.status, c.body, got, got.taken())
		}
	}
	if unanswered.taken() {
		t.Error("nobody was told, so nothing was promised")
	}
}

func TestABookingNamesTheSlotAndANewPatient(t *testing.T) {
	slot := offer{slotID: `A"==`, providerID: "P-1", system: "org.acme.ehr.main", department: "41"}
	var got struct {
		Patient      struct{ Identifier string }
		VisitDetails struct{ EHRSystemName, DepartmentID, SlotID, ProviderID, Declaration string }
	}
	path, visit := visitOf(7, slot)
	if path != "/dexcare/api/6/visits/retail" {
		t.Error(path)
	}
	if err := json.Unmarshal([]byte(visit), &got); err != nil {
		t.Fatal(err)
	}
	if v := got.VisitDetails; v.EHRSystemName != slot.system || v.DepartmentID != slot.department || v.SlotID != slot.slotID || v.ProviderID != slot.providerID || v.Declaration != "self" {
		t.Errorf("%+v", v)
	}
	if got.Patient.Identifier != "55555555-aaaa-4bbb-8ccc-000000000007" {
		t.Errorf("patient %s", got.Patient.Identifier)
	}
}

func TestABookingWithAClinicianNamesHerAndTheVisitType(t *testing.T) {
	slot := offer{slotID: "A==", system: "org.acme.ehr.main", department: "41", npi: "9000000017", visitType: "7203"}
	var got struct {
		VisitDetails struct{ EHRSystemName, DepartmentID, SlotID, NationalProviderID, VisitTypeID string }
	}
	path, visit := visitOf(7, slot)
	if err := json.Unmarshal([]byte(visit), &got); err != nil || path != "/dexcare/api/7/visits/providerbooking" {
		t.Fatal(path, err)
	}
	if v := got.VisitDetails; v.EHRSystemName != slot.system || v.DepartmentID != slot.department || v.SlotID != slot.slotID || v.NationalProviderID != slot.npi || v.VisitTypeID != slot.visitType {
		t.Errorf("%+v", v)
	}
}

func TestASlotIsTriedOnce(t *testing.T) {
	c := newCrowd(&fleet{simulator: &simulator{Tenant: &rig.Tenant{}}}, []target{{path: "/a"}, {path: "/b"}}, duties{}, 1)
	c.keep("/a", []offer{{slotID: "1"}, {slotID: "2"}, nine})
	c.keep("/b", []offer{nine, ten}) // nothing that can be booked
	draw := rand.New(rand.NewPCG(1, 1))
	got := map[string]bool{}
	for range 2 {
		slot, where, ok := c.pick(draw)
		if !ok || where.path != "/a" {
			t.Fatalf("%+v %v", where, ok)
		}
		got[slot.slotID] = true
	}
	if slot, _, ok := c.pick(draw); ok || len(got) != 2 {
		t.Errorf("picked %v, then %+v", got, slot)
	}
}
