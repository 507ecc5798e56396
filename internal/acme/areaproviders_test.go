package acme

import (
	"slices"
	"testing"
)

func TestProvidersAreRankedByAvailabilityOrByWhoIsFreeFirst(t *testing.T) {
	tenant := newTenant(t)
	const where = `{"latitude":47.61,"longitude":-122.33,"radius":10,"visitTypeNames":["FollowUp"]`
	sameShape(t, "providers", post(t, tenant, "/v1/availability/providers", sample(t, "availability-providers.post.v1.request.json")),
		decode(t, sample(t, "availability-providers.post.v1.response.json")))
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
