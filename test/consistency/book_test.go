package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"testing"
	"timeslots/test/rig"

	"github.com/google/go-cmp/cmp"
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
	slot := offer{slotID: `A"==`, system: "org.acme.ehr.main", department: "41"}
	retail, provider := slot, slot
	retail.providerID = "P-1"
	provider.npi, provider.visitType = "9000000017", "7203"
	for want, slot := range map[string]offer{"/dexcare/api/6/visits/retail": retail, "/dexcare/api/7/visits/providerbooking": provider} {
		var got struct {
			Patient      struct{ Identifier, PatientGUID string }
			VisitDetails struct {
				EHRSystemName, DepartmentID, SlotID, ProviderID, NationalProviderID, VisitTypeID, Declaration string
			}
		}
		path, visit := visitOf(7, slot)
		if err := json.Unmarshal([]byte(visit), &got); err != nil || path != want {
			t.Fatal(path, err)
		}
		v := got.VisitDetails
		named := offer{slotID: v.SlotID, providerID: v.ProviderID, system: v.EHRSystemName, department: v.DepartmentID, npi: v.NationalProviderID, visitType: v.VisitTypeID}
		if d := cmp.Diff(slot, named, cmp.AllowUnexported(offer{})); d != "" || v.Declaration != "self" {
			t.Errorf("%s: %s: %s", path, visit, d)
		}
		if got.Patient.Identifier+got.Patient.PatientGUID != "55555555-aaaa-4bbb-8ccc-000000000007" {
			t.Errorf("%s: patient %+v", path, got.Patient)
		}
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
