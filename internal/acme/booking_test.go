package acme

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/internal/acme/visits"
)

// retailBody is the sample booking of a Care Direct slot.
func retailBody(t testing.TB, patient string, slot any) map[string]any {
	t.Helper()
	return bookingBody(t, "retail-visit.v6.request.json", patient, slot)
}

func providerBody(t testing.TB, patient string, slot any) map[string]any {
	t.Helper()
	return bookingBody(t, "provider-booking.v7.request.json", patient, slot)
}

// bookingBody puts the patient and the slot into those members that the sample has.
func bookingBody(t testing.TB, name, patient string, slot any) map[string]any {
	t.Helper()
	body := decode(t, sample(t, name)).(map[string]any)
	details := body["visitDetails"].(map[string]any)
	set := func(section map[string]any, member string, value any) {
		if _, has := section[member]; has {
			section[member] = value
		}
	}
	set(body["patient"].(map[string]any), "identifier", patient)
	set(body["patient"].(map[string]any), "patientGuid", patient)
	set(details, "providerId", at(slot, "providerId"))
	set(details, "nationalProviderId", at(slot, "providerNationalId"))
	set(details, "visitTypeId", at(slot, "visitTypeId"))
	details["ehrSystemName"], details["departmentId"], _ = strings.Cut(at(slot, "departmentIdentifier").(string), "|")
	details["slotId"] = at(slot, "id")
	return body
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
	var sold, refused atomic.Int64
	var buyers sync.WaitGroup
	for i := range 50 {
		buyers.Go(func() {
			w := call(tenant, "POST", retailPath, retailBody(t, string(rune('A'+i)), slot))
			switch {
			case w.Code == 200:
				sold.Add(1)
			case w.Code == 409 && strings.Contains(w.Body.String(), "SlotUnavailable"):
				refused.Add(1)
			default:
				t.Errorf("buyer %d: %d %s", i, w.Code, w.Body)
			}
		})
	}
	buyers.Wait()
	if sold.Load() != 1 || refused.Load() != 49 {
		t.Errorf("%d sold, %d refused", sold.Load(), refused.Load())
	}
}

func TestASoldSlotVanishesFromEverySurfaceAndTakesItsOverlapsWithIt(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	same(t, everywhere, listed(t, tenant, slot), "before")
	post(t, tenant, retailPath, retailBody(t, "A", slot))
	if got := listed(t, tenant, slot); len(got) > 0 {
		t.Errorf("after the sale it is listed by %v", got)
	}
	npi, start := at(slot, "providerNationalId").(string), at(slot, "slotDateTime").(string)
	if visits := starts(get(t, tenant, "/v5/providers/"+npi+"/timeslots"))[start]; len(visits) > 0 {
		t.Errorf("at the time of the sale the clinician still offers %v", visits)
	}
}

func TestReadsListASoldSlotUntilTheLagIsOverButItIsSold(t *testing.T) {
	tenant, c := clockedTenant(t, func(o *Options) { o.BookingLag = 400 * time.Millisecond })
	slot := retailSlots(t, tenant)[0]
	post(t, tenant, retailPath, retailBody(t, "A", slot))
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
	tenant, c := clockedTenant(t)
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
