package acme

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/internal/acme/visits"
)

// retailBody is the sample booking of a Care Direct slot; provider bookings are made alike.
func retailBody(t testing.TB, patient string, slot any) map[string]any {
	t.Helper()
	body := decode(t, sample(t, "retail-visit.v6.request.json")).(map[string]any)
	body["patient"].(map[string]any)["identifier"] = patient
	details := body["visitDetails"].(map[string]any)
	fillDetails(details, slot)
	details["providerId"] = at(slot, "providerId")
	return body
}

func providerBody(t testing.TB, patient string, slot any) map[string]any {
	t.Helper()
	body := decode(t, sample(t, "provider-booking.v7.request.json")).(map[string]any)
	body["patient"].(map[string]any)["patientGuid"] = patient
	details := body["visitDetails"].(map[string]any)
	fillDetails(details, slot)
	details["nationalProviderId"] = at(slot, "providerNationalId")
	details["visitTypeId"] = at(slot, "visitTypeId")
	return body
}

func fillDetails(details map[string]any, slot any) {
	system, id, _ := strings.Cut(at(slot, "departmentIdentifier").(string), "|")
	details["ehrSystemName"], details["departmentId"], details["slotId"] = system, id, at(slot, "id")
}

const (
	retailPath   = "/api/6/visits/retail"
	providerPath = "/api/7/visits/providerbooking"
)

func retailSlots(t testing.TB, tenant *Tenant) []any {
	t.Helper()
	return at(get(t, tenant, "/v2/departments/AcmeRiverton/timeslots"), "scheduleDays", 1, "timeSlots").([]any)
}

// listed tells which surfaces list the retail slot.
func listed(t testing.TB, tenant *Tenant, slot any) (surfaces []string) {
	t.Helper()
	npi, start, visit := at(slot, "providerNationalId").(string), at(slot, "slotDateTime").(string), at(slot, "visitTypeId").(string)
	careDirect := call(tenant, "GET", "/v2/departments/AcmeRiverton/timeslots", nil).Body.String()
	if strings.Contains(careDirect, `"`+at(slot, "id").(string)+`"`) {
		surfaces = append(surfaces, "care direct")
	}
	for _, s := range []struct{ name, target string }{
		{"v4", "/v4/providers/" + npi + "/timeslots"},
		{"v5", "/v5/providers/" + npi + "/timeslots"},
		{"care options", "/v1/availability/slots?daysOfSlots=5&npis=" + npi},
	} {
		if slices.Contains(starts(get(t, tenant, s.target))[start], visit) {
			surfaces = append(surfaces, s.name)
		}
	}
	return surfaces
}

var everywhere = []string{"care direct", "v4", "v5", "care options"}

func TestOfFiftyBuyersAtOnceOneGetsTheSlot(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	var sold, refused sync.Map
	var buyers sync.WaitGroup
	for i := range 50 {
		buyers.Go(func() {
			w := call(tenant, "POST", retailPath, retailBody(t, string(rune('A'+i)), slot))
			switch {
			case w.Code == 200:
				sold.Store(i, true)
			case w.Code == 409 && strings.Contains(w.Body.String(), "SlotUnavailable"):
				refused.Store(i, true)
			default:
				t.Errorf("buyer %d: %d %s", i, w.Code, w.Body)
			}
		})
	}
	buyers.Wait()
	count := func(m *sync.Map) (n int) {
		m.Range(func(any, any) bool { n++; return true })
		return n
	}
	if count(&sold) != 1 || count(&refused) != 49 {
		t.Errorf("%d sold, %d refused", count(&sold), count(&refused))
	}
}

func TestASoldSlotVanishesFromEverySurfaceAndTakesItsOverlapsWithIt(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	same(t, everywhere, listed(t, tenant, slot), "before")
	if w := call(tenant, "POST", retailPath, retailBody(t, "A", slot)); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got := listed(t, tenant, slot); len(got) > 0 {
		t.Errorf("after the sale it is listed by %v", got)
	}
	npi, start := at(slot, "providerNationalId").(string), at(slot, "slotDateTime").(string)
	if visits := starts(get(t, tenant, "/v5/providers/"+npi+"/timeslots"))[start]; len(visits) > 0 {
		t.Errorf("at the time of the sale the clinician still offers %v", visits)
	}
}

func TestReadsListASoldSlotUntilTheLagIsOverButItIsSold(t *testing.T) {
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now, o.BookingLag = c.now, 400*time.Millisecond })
	slot := retailSlots(t, tenant)[0]
	if w := call(tenant, "POST", retailPath, retailBody(t, "A", slot)); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	c.advance(399 * time.Millisecond)
	same(t, everywhere, listed(t, tenant, slot), "within the lag")
	if w := call(tenant, "POST", retailPath, retailBody(t, "B", slot)); w.Code != 409 {
		t.Errorf("within the lag it was sold again: %d %s", w.Code, w.Body)
	}
	c.advance(time.Millisecond)
	if got := listed(t, tenant, slot); len(got) > 0 {
		t.Errorf("after the lag it is listed by %v", got)
	}
}

func TestBookingsAreRefusedInUpstreamsWords(t *testing.T) {
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) { o.Now = c.now })
	slots := retailSlots(t, tenant)
	slot := slots[0]
	with := func(path string, value any) map[string]any {
		body := retailBody(t, "A", slot)
		section, key, _ := strings.Cut(path, ".")
		body[section].(map[string]any)[key] = value
		return body
	}
	var twin any // another clinician at the same time
	for _, s := range slots {
		if at(s, "slotDateTime") == at(slot, "slotDateTime") && at(s, "providerId") != at(slot, "providerId") {
			twin = s
		}
	}
	past := at(get(t, tenant, "/v2/departments/AcmeRiverton/timeslots"), "scheduleDays", 0, "timeSlots", 0)
	c.advance(2 * time.Hour)
	tests := []struct {
		situation, path string
		body            any
		status          int
		text            string
	}{
		{"no JSON", retailPath, []byte("{"), 400, "Invalid request body"},
		{"no slot id", retailPath, with("visitDetails.slotId", ""), 400, "visitDetails.slotId is required"},
		{"a slot id that was made up", retailPath, with("visitDetails.slotId", "b3BhcXVl"), 400, "Invalid slotId"},
		{"another department's slot", retailPath, with("visitDetails.departmentId", "1"), 400, "Invalid slotId"},
		{"another provider's slot", retailPath, with("visitDetails.providerId", "P-1"), 400, "Invalid slotId"},
		{"for somebody unnamed", retailPath, with("visitDetails.declaration", "other"), 400, "actor is required"},
		{"a slot that began meanwhile", retailPath, retailBody(t, "A", past), 409, "SlotUnavailable"},
		{"not linked", retailPath, retailBody(t, visits.PatientNotLinked, slot), 400, "Patient has no links"},
		{"unknown patient", retailPath, retailBody(t, visits.PatientUnknown, slot), 404, "Patient not found"},
		{"unknown conflict", retailPath, retailBody(t, visits.PatientConflict, slot), 409, "UnknownAppointmentConflict"},
		{"not on the panel", providerPath, providerBody(t, visits.PatientNoPanel, slot), 412, ""},
		{"locked", providerPath, providerBody(t, visits.PatientLocked, slot), 423, ""},
		{"trouble", providerPath, providerBody(t, visits.PatientTrouble, slot), 500, ""},
		{"at last a sale", retailPath, retailBody(t, "A", slot), 200, "visitId"},
		{"sold already", providerPath, providerBody(t, "B", slot), 409, "SlotUnavailable"},
		{"the same patient elsewhere at that time", retailPath, retailBody(t, "A", twin), 409, "PatientDoubleBooked"},
		{"another patient then", retailPath, retailBody(t, "B", twin), 200, "visitId"},
	}
	for _, tt := range tests {
		w := call(tenant, "POST", tt.path, tt.body)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.text) {
			t.Errorf("%s: %d %s, want %d %s", tt.situation, w.Code, w.Body, tt.status, tt.text)
		}
	}
}

func TestARefusalHasTheAssumedBody(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	for name, patient := range map[string]string{
		"booking-400-not-linked": visits.PatientNotLinked, "booking-404-patient": visits.PatientUnknown, "booking-409-unknown": visits.PatientConflict,
	} {
		w := call(tenant, "POST", retailPath, retailBody(t, patient, slot))
		same(t, decode(t, sample(t, "errors/"+name+".assumed.json")), decode(t, w.Body.Bytes()), name)
	}
}

func TestAVideoVisitComesWithAMeetingAndAnyConferenceID(t *testing.T) {
	tenant := newTenant(t)
	kinds := map[string]bool{}
	for i, slot := range at(get(t, tenant, "/v4/providers/9000000017/timeslots"), "scheduleDays", 1, "timeSlots").([]any) {
		if at(slot, "visitTypeId") != "7213" {
			continue
		}
		w := call(tenant, "POST", providerPath, providerBody(t, string(rune('A'+i)), slot))
		if w.Code == 409 {
			continue // overlaps one booked before
		}
		doc := decode(t, w.Body.Bytes())
		kinds[typeName(at(doc, "virtualMeetingInfo", "conferenceId"))] = true
		sameShape(t, "video", shapeless(doc), shapeless(decode(t, sample(t, "provider-booking.v7.virtual.response.json"))))
	}
	if !kinds["string"] || !kinds["number"] {
		t.Errorf("conference ids came as %v, want strings and numbers", kinds)
	}
	for _, slot := range at(get(t, tenant, "/v4/providers/9000000017/timeslots?visitType=NewPatient"), "scheduleDays", 0, "timeSlots").([]any)[:1] {
		w := call(tenant, "POST", providerPath, providerBody(t, "Z", slot))
		sameShape(t, "in the clinic", decode(t, w.Body.Bytes()), decode(t, sample(t, "provider-booking.v7.response.json")))
	}
}

// shapeless leaves out the one member whose type varies.
func shapeless(doc any) any {
	delete(at(doc, "virtualMeetingInfo").(map[string]any), "conferenceId")
	return doc
}
