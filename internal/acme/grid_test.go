package acme

import (
	"slices"
	"testing"
	"time"

	"timeslots/internal/acme/world"
)

// starts collects an answer's slots: start text → visit type ids.
func starts(doc any) map[string][]string {
	out := map[string][]string{}
	slotsIn(doc, listing{}, "", func(at listing, start string) { out[start] = append(out[start], at.visitID) })
	return out
}

func TestARetailSlotIsOneAndTheSameOnEverySurface(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	npi, key := at(slot, "providerNationalId").(string), at(slot, "departmentIdentifier").(string)
	same(t, everywhere, listed(t, tenant, slot), "surfaces")
	for _, s := range at(get(t, tenant, "/v4/providers/"+npi+"/timeslots?visitType=Illness"), "scheduleDays", 0, "timeSlots").([]any) {
		if at(s, "slotDateTime") == at(slot, "slotDateTime") && (at(s, "id") != at(slot, "id") || at(s, "duration") != 20.0 || at(slot, "duration") != "20") {
			t.Errorf("v4 lists %v, care direct %v", s, slot)
		}
	}
	if v5 := get(t, tenant, "/v5/providers/"+npi+"/timeslots?departmentUrlName=AcmeRiverton"); at(v5, "slots", 0, "departmentIdentifier") != key {
		t.Errorf("v5 does not list %s", key)
	}
	if options := get(t, tenant, "/v1/availability/slots?daysOfSlots=3&npis="+npi); at(options, "departments", key) == nil {
		t.Errorf("care options does not list %s", key)
	}
}

func TestPrimaryCareIsNotOnCareDirect(t *testing.T) {
	doc := get(t, newTenant(t), "/v2/departments/AcmeRivertonPrimaryCare/timeslots?visitTypeName=FollowUp")
	if n := len(starts(doc)); n > 0 {
		t.Errorf("%d slots", n)
	}
}

func TestCareDirectCoversTodayAndTomorrowAndFluShotsADayMore(t *testing.T) {
	for target, want := range map[string][2]string{
		"/v2/departments/AcmeRiverton/timeslots":                              {"2030-03-04T00:00:00-08:00", "2030-03-05T23:59:59-08:00"},
		"/v1/departments/AcmeRivertonFluShot/timeslots?visitTypeName=flushot": {"2030-03-04T00:00:00-08:00", "2030-03-06T23:59:59-08:00"},
	} {
		doc := get(t, newTenant(t), target)
		if at(doc, "startDate") != want[0] || at(doc, "endDate") != want[1] {
			t.Errorf("%s: %v … %v", target, at(doc, "startDate"), at(doc, "endDate"))
		}
		for start := range starts(doc) {
			if start[:10] < want[0][:10] || start[:10] > want[1][:10] {
				t.Errorf("%s lists %s", target, start)
			}
		}
		if len(at(doc, "scheduleDays").([]any)) < 2 {
			t.Errorf("%s: fewer than two days with slots", target)
		}
	}
}

func TestAPoolListsOneStartUnderSeveralProvidersOnCareDirectAndOnceElsewhere(t *testing.T) {
	tenant := newTenant(t)
	doc := get(t, tenant, "/v2/departments/AcmeRivertonFluShot/timeslots?visitTypeName=FluShot")
	several, npi := 0, ""
	for _, day := range at(doc, "scheduleDays").([]any) {
		people := map[any]map[any]bool{}
		for _, s := range at(day, "timeSlots").([]any) {
			npi = at(s, "providerNationalId").(string)
			start := at(s, "slotDateTime")
			if people[start] == nil {
				people[start] = map[any]bool{}
			}
			people[start][at(s, "providerId")] = true
		}
		for _, ids := range people {
			if len(ids) > 1 {
				several++
			}
		}
	}
	if several == 0 {
		t.Error("no start is offered by two providers")
	}
	for start, visits := range starts(get(t, tenant, "/v5/providers/"+npi+"/timeslots")) {
		if len(visits) != 1 {
			t.Fatalf("v5 lists %s %d times", start, len(visits))
		}
	}
}

func TestAnAppointmentTypeOfOneClinicianNeverOverlapsItself(t *testing.T) {
	tenant := newTenant(t)
	for _, npi := range tenant.NPIs()[:12] {
		for _, place := range at(get(t, tenant, "/v5/providers/"+npi+"/timeslots"), "slots").([]any) {
			for _, visit := range at(place, "slotsByVisitType").([]any) {
				ends := time.Time{}
				for _, day := range at(visit, "scheduleDays").([]any) {
					for _, slot := range at(day, "slotTimes").([]any) {
						start, err := time.Parse(time.RFC3339, at(slot, "slotDateTime").(string))
						if err != nil || start.Before(ends) || start.Format(time.DateOnly) != at(day, "date") {
							t.Fatalf("%s: %v on %v, the one before ends %s (%v)", npi, start, at(day, "date"), ends, err)
						}
						ends = start.Add(time.Duration(at(slot, "duration").(float64)) * time.Minute)
					}
				}
			}
		}
	}
}

func TestPastSlotsVanishAsTimePasses(t *testing.T) {
	tenant, c := clockedTenant(t)
	before := starts(get(t, tenant, "/v2/departments/AcmeRiverton/timeslots"))
	c.advance(4 * time.Hour)
	after := starts(get(t, tenant, "/v2/departments/AcmeRiverton/timeslots"))
	gone := 0
	for start := range before {
		at, _ := time.Parse(time.RFC3339, start)
		if past := !at.After(c.now()); past == (len(after[start]) > 0) {
			t.Errorf("at %s the slot of %s is listed: %v", c.now(), start, len(after[start]) > 0)
		} else if past {
			gone++
		}
	}
	if gone == 0 {
		t.Error("nothing went past")
	}
}

func TestDepartmentIDsRepeatAcrossInstancesAndZonesSpanTheGlobe(t *testing.T) {
	tenant := newTenant(t)
	instances, zones := map[string]map[string]bool{}, map[string]bool{}
	for _, d := range tenant.Departments() {
		if instances[d.ID] == nil {
			instances[d.ID] = map[string]bool{}
		}
		instances[d.ID][d.EHRSystem] = true
		zones[d.Timezone] = true
	}
	if len(instances["4100200300"]) != 3 {
		t.Errorf("4100200300 is known in %v", instances["4100200300"])
	}
	for _, want := range []string{"America/Los_Angeles", "America/Phoenix", "America/Denver", "America/Chicago", "America/New_York", "Pacific/Honolulu", "Europe/Berlin"} {
		if !zones[want] {
			t.Errorf("no department in %s", want)
		}
	}
	if got := len(tenant.world.Clinicians); got != 240 {
		t.Errorf("%d clinicians, want 240", got)
	}
}

func TestSomeCliniciansWorkAtTwoDepartmentsNeverOnOneDay(t *testing.T) {
	tenant := newTenant(t)
	places := at(get(t, tenant, "/v5/providers/"+world.NPI(4)+"/timeslots?endDate=2030-03-31"), "slots").([]any)
	if len(places) != 2 {
		t.Fatalf("%d places, want 2", len(places))
	}
	days := map[any]int{}
	for i, place := range places {
		for _, visit := range at(place, "slotsByVisitType").([]any) {
			for _, day := range at(visit, "scheduleDays").([]any) {
				if seen, ok := days[at(day, "date")]; ok && seen != i {
					t.Errorf("%v at both places", at(day, "date"))
				}
				days[at(day, "date")] = i
			}
		}
	}
}

func TestProvidersAreRankedByAvailabilityOrByWhoIsFreeFirst(t *testing.T) {
	tenant := newTenant(t)
	const where = `{"latitude":47.61,"longitude":-122.33,"radius":10,"visitTypeNames":["FollowUp"]`
	counts := func(doc any) (out []float64) {
		for _, r := range at(doc, "results").([]any) {
			sum := 0.0
			for _, v := range at(r, "visitTypes").([]any) {
				sum += at(v, "availability", "slotCount").(float64)
			}
			out = append(out, sum)
		}
		return out
	}
	most := post(t, tenant, "/v1/availability/providers", where+"}")
	same(t, most, post(t, tenant, "/v1/availability/providers", where+`,"sortBy":"mostAvailable"}`), "the default and mostAvailable")
	n := counts(most)
	if len(n) < 3 || !slices.IsSortedFunc(n, func(a, b float64) int { return int(b - a) }) {
		t.Errorf("most available first: %v", n)
	}
	next := at(post(t, tenant, "/v1/availability/providers", where+`,"sortBy":"nextAvailable"}`), "results").([]any)
	last := ""
	for _, r := range next {
		body := `{"departmentIds":["` + at(r, "departmentId").(string) + `"],"clinicianNPIs":["` + at(r, "npi").(string) +
			`"],"ehrInstances":["` + at(r, "ehrInstance").(string) + `"],"visitTypeNames":["FollowUp"]}`
		first := at(post(t, tenant, slotsPath, body), "slots", 0, "slotDateTime").(string)
		if first < last {
			t.Errorf("%v is free at %s, after %s", at(r, "npi"), first, last)
		}
		last = first
	}
}

func TestAProvidersCountIsTheNumberOfItsSlots(t *testing.T) {
	tenant := newTenant(t)
	result := at(post(t, tenant, "/v1/availability/providers", `{"departmentIds":["4100200410"],"ehrInstances":["org.acme.ehr.main"]}`), "results", 0)
	npi := at(result, "npi").(string)
	for i, v := range at(result, "visitTypes").([]any) {
		visit := at(v, "visitTypeId").(string)
		doc := get(t, tenant, "/v5/providers/"+npi+"/timeslots?departmentUrlName=AcmeRivertonPrimaryCare&endDate=2030-04-12&visitTypeEmrId="+visit)
		if got := len(starts(doc)); float64(got) != at(v, "availability", "slotCount") || at(v, "availability", "windowDays") != 40.0 {
			t.Errorf("visit type %d: %v, v5 lists %d", i, at(v, "availability"), got)
		}
	}
}
