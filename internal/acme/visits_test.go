package acme

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestACancelledSlotComesBackAndOnlyItsOwnerCancels(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	w := call(tenant, "POST", retailPath, retailBody(t, "A", slot))
	sameShape(t, "booking", decode(t, w.Body.Bytes()), decode(t, sample(t, "retail-visit.v6.response.json")))
	visit := at(decode(t, w.Body.Bytes()), "visitId").(string)

	own := get(t, tenant, retailPath+"/self?status=requested")
	sameShape(t, "own visits", own, decode(t, sample(t, "retail-visits-self.v6.response.json")))
	if at(own, 0, "id") != visit || at(own, 0, "appointment", "slotId") != at(slot, "id") || at(own, 0, "appointment", "start") != at(slot, "slotDateTime") {
		t.Errorf("own visits: %v", own)
	}

	reason := sample(t, "retail-cancel.v6.request.json")
	if w := call(tenant, "POST", retailPath+"/cancel/"+visit, reason, "Authorization", "Bearer somebody-else"); w.Code != 404 {
		t.Errorf("a stranger's cancelling: %d", w.Code)
	}
	for _, want := range []int{200, 404} { // the second time there is nothing left to cancel
		if w := call(tenant, "POST", retailPath+"/cancel/"+visit, reason); w.Code != want {
			t.Errorf("cancelling: %d %s, want %d", w.Code, w.Body, want)
		}
	}
	same(t, everywhere, listed(t, tenant, slot), "after cancelling")
	if n := len(get(t, tenant, retailPath+"/self?status=requested").([]any)); n != 0 {
		t.Errorf("%d visits are still requested", n)
	}
	if got := at(get(t, tenant, retailPath+"/self"), 0, "status"); got != "cancelled" {
		t.Errorf("the visit is %v", got)
	}
}

const (
	takenSample    = "slot-taken.v5.request.json"
	releasedSample = "slot-released.v5.request.json"
)

// slotEventBody tells of the slot in the words of the sample.
func slotEventBody(t testing.TB, name string, slot any) []byte {
	t.Helper()
	start, _ := time.Parse(time.RFC3339, at(slot, "slotDateTime").(string))
	system, id, _ := strings.Cut(at(slot, "departmentIdentifier").(string), "|")
	body := decode(t, sample(t, name)).(map[string]any)
	body["npi"], body["departmentId"], body["visitTypeId"], body["ehrInstance"] = at(slot, "providerNationalId"), id, at(slot, "visitTypeId"), system
	body["slotDateTime"] = start.UTC().Format("2006-01-02T15:04:05.000Z")
	text, _ := json.Marshal(body)
	return text
}

func TestTheHealthSystemTakesAndReleasesASlot(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	w := call(tenant, "POST", "/v5/slots/slot-taken", slotEventBody(t, takenSample, slot))
	if w.Code != 204 || w.Body.Len() != 0 || len(listed(t, tenant, slot)) != 0 {
		t.Errorf("taken: %d %q, listed by %v", w.Code, w.Body, listed(t, tenant, slot))
	}
	w = call(tenant, "POST", "/v5/slots/slot-released", slotEventBody(t, releasedSample, slot))
	if w.Code != 204 || len(listed(t, tenant, slot)) != 4 {
		t.Errorf("released: %d, listed by %v", w.Code, listed(t, tenant, slot))
	}
}
