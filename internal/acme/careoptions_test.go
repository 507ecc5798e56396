package acme

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestCareOptionsReadsItsParametersAsPublished(t *testing.T) {
	tenant := newTenant(t)
	const near = "latitude=47.61&longitude=-122.33&radius=25&daysOfSlots=2"
	departments := func(query string) []string {
		return slices.Sorted(maps.Keys(at(get(t, tenant, "/v1/availability/slots?"+query), "departments").(map[string]any)))
	}
	all := departments(near)
	if len(all) < 8 {
		t.Fatalf("an area search finds %d departments", len(all))
	}
	for situation, query := range map[string]string{
		"case of names":         near + "&clinicTypes=retail,PRIMARY%20care",
		"zip wins over a point": "latitude=21.31&longitude=-157.86&radius=25&daysOfSlots=2&postalCode=98000",
		"product":               near + "&product=flushot",
	} {
		same(t, all, departments(query), situation)
	}
	retail := departments(near + "&clinicTypes=Retail")
	flu := departments(near + "&visitTypeNames=FLUSHOT")
	if len(retail) == 0 || len(retail) >= len(all) || len(flu) == 0 || len(flu) >= len(retail) {
		t.Errorf("%d departments, %d retail, %d with flu shots", len(all), len(retail), len(flu))
	}
	if got := departments("departmentEmrIds=4100200300&daysOfSlots=3"); len(got) != 3 {
		t.Errorf("a department id without its instance names %v", got)
	}
	same(t, []string{"org.acme.ehr.east|4100200300"}, departments("departmentEmrIds=4100200300,1&ehrInstances=org.acme.ehr.east&daysOfSlots=3"), "with its instance")
	if got := departments(near + "&departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.east"); len(got) != 0 {
		t.Errorf("an area and a department outside it give %v", got)
	}
}

func TestDistancesAreFromTheSearchedPoint(t *testing.T) {
	tenant := newTenant(t)
	distance := func(query string) any {
		return at(get(t, tenant, "/v1/availability/slots?daysOfSlots=3&departmentEmrIds=4100200300&ehrInstances=org.acme.ehr.main&"+query),
			"departments", "org.acme.ehr.main|4100200300", "distanceFrom")
	}
	for query, want := range map[string]float64{"": 0, "latitude=47.61&longitude=-122.33": 0, "latitude=47.71&longitude=-122.33": 6.9} {
		if got := distance(query); got != want {
			t.Errorf("%s: %v miles, want %v", query, got, want)
		}
	}
}

func TestGenderAndSpecialtyAreMatchedLoosely(t *testing.T) {
	tenant := newTenant(t)
	find := func(query string) map[string]any {
		return at(get(t, tenant, "/v1/availability/slots?postalCode=98000&daysOfSlots=7&"+query), "providers").(map[string]any)
	}
	for _, gender := range []string{"F", "female", "Female"} {
		found := find("gender=" + gender)
		for npi, p := range found {
			if g, _ := at(p, "gender").(string); !strings.HasPrefix(strings.ToLower(g), "f") {
				t.Errorf("gender=%s finds %s, %v", gender, npi, at(p, "gender"))
			}
		}
		if len(found) == 0 || len(found) != len(find("gender=F")) {
			t.Errorf("gender=%s finds %d", gender, len(found))
		}
	}
	if len(find("specialty=pediatrics")) == 0 || len(find("specialty=Alchemy")) != 0 {
		t.Error("specialties do not filter")
	}
}

func TestAVisitTypeUnderTwoModalitiesGivesTwoElements(t *testing.T) {
	modalities := map[any]any{}
	for _, v := range at(get(t, newTenant(t), "/v1/availability/slots?npis=9000000017&daysOfSlots=3&visitTypeNames=followup"), "slotsByVisitType").([]any) {
		modalities[at(v, "visitTypeEmrId")] = at(v, "modality")
	}
	same(t, map[any]any{"7203": "INCLINIC", "7213": "VIDEO"}, modalities)
}

func TestTheCallersZoneShiftsDaysAndTimes(t *testing.T) {
	tenant := newTenant(t)
	const search = "/v1/availability/slots?npis=9000000017&daysOfSlots=30&endDate=2030-03-20&visitTypeNames=FollowUp&startDate=2030-03-05"
	home, away := get(t, tenant, search), get(t, tenant, search+"&userTimezone=Asia/Tokyo")
	if at(home, "timezone") != "America/Los_Angeles" || at(away, "timezone") != "Asia/Tokyo" {
		t.Errorf("zones %v and %v", at(home, "timezone"), at(away, "timezone"))
	}
	if _, ok := starts(home)["2030-03-06T15:00:00-08:00"]; !ok {
		t.Fatal("no slot at three in the afternoon of the 6th")
	}
	shifted := false
	for _, d := range at(away, "slotsByVisitType", 0, "scheduleDays").([]any) {
		for _, s := range at(d, "slotTimes").([]any) {
			start := at(s, "slotDateTime").(string)
			if !strings.HasPrefix(start, at(d, "date").(string)) || !strings.HasSuffix(start, "+09:00") {
				t.Errorf("%s under %v", start, at(d, "date"))
			}
			shifted = shifted || start == "2030-03-07T08:00:00+09:00"
		}
	}
	if !shifted {
		t.Error("three in the afternoon in Riverton is not listed as eight in the morning in Tokyo")
	}
}

func TestTheSameSearchHasTheSameContext(t *testing.T) {
	tenant := newTenant(t)
	token := func(query string) any {
		return at(get(t, tenant, "/v1/availability/slots?"+query), "searchContext")
	}
	first := token("npis=1,2&daysOfSlots=3&visitTypeNames=A,b&latitude=47.60&longitude=-122&product=a")
	if len(first.(string)) != 32 {
		t.Errorf("token %v", first)
	}
	if token("daysOfSlots=03&npis=2,1&longitude=-122.0&latitude=47.6&visitTypeNames=B,a&product=b&radius=30&unknown=1") != first {
		t.Error("the same search in other words has another context")
	}
	for _, other := range []string{
		"npis=1,2&daysOfSlots=4&visitTypeNames=A,b&latitude=47.60&longitude=-122", "npis=1,2&daysOfSlots=3&visitTypeNames=A,b&latitude=47.61&longitude=-122",
		"npis=12&daysOfSlots=3&visitTypeNames=A,b&latitude=47.60&longitude=-122", "npis=1,2&daysOfSlots=3&visitTypeNames=A,b&postalCode=98000",
	} {
		if token(other) == first {
			t.Errorf("%s has the same context", other)
		}
	}
}
