package main

import (
	"net/url"
	"slices"
	"testing"

	"timeslots/internal/ops"
	"timeslots/test/rig/figure"
)

func stateOf(t *testing.T, s *running) ops.State {
	t.Helper()
	return document[ops.State](t, get(t, s.admin+"/ops/state"))
}

func TestTheStateSaysHowManySlotsEachSourceLists(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "")
	total := get(t, s.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness").answer(t).Total
	eventually(t, "the slots of Care Direct being counted", func() bool {
		counts := map[string]int{}
		for _, source := range stateOf(t, s).Sources {
			counts[source.Name] = source.Slots
		}
		return total > 0 && counts["careDirect"] >= total && counts["providerDirect"] == 0
	})
}

// Two people look around themselves, one of them for two things: each visit type has a circle that serves both.
func TestTheStateSaysWhichCirclesServeEverybodyAndWhatMemoryMayHold(t *testing.T) {
	figure.Beside(t)
	s := serveWarm(t, "cache: {memory: {fragments: 40MiB, responses: 9MiB}}")
	for _, visitor := range []struct{ latitude, longitude, visitType string }{
		{"47.6100", "-122.3300", "Illness"}, {"47.6131", "-122.3342", "Illness"}, {"47.6131", "-122.3342", "FluShot"},
	} {
		query := url.Values{"latitude": {visitor.latitude}, "longitude": {visitor.longitude}, "radius": {"25"}, "visitTypeName": {visitor.visitType}}
		if a := get(t, s.public+"/v1/timeslots?"+query.Encode()).answer(t); a.Total == 0 {
			t.Fatalf("%v: nothing near", visitor)
		}
	}
	var state ops.State
	eventually(t, "two circles that were read", func() bool {
		state = stateOf(t, s)
		being := slices.ContainsFunc(state.Circles.Largest, func(c ops.Circle) bool { return c.Parts == 0 }) // read for who asked last
		return state.Circles.InUse == 2 && len(state.Circles.VisitTypes) == 2 && !being
	})
	for _, c := range state.Circles.Largest {
		if c.Radius < 25 || c.Parts == 0 || c.SlotsPerDay == 0 || c.Latitude < 47.4 || c.Latitude > 47.8 || c.Longitude < -122.6 || c.Longitude > -122 {
			t.Errorf("%+v is not the circle of those who asked", c)
		}
	}
	if c := state.Circles; len(c.Largest) != 2 || c.Max < 1000 || c.Others != 0 || c.VisitTypes[0].Circles != 1 {
		t.Errorf("%+v", c)
	}
	bounds := map[string]float64{}
	for _, tier := range state.Cache {
		if tier.Bytes > tier.Max {
			t.Errorf("%+v holds more than it may", tier)
		}
		bounds[tier.Tier] = tier.Max
	}
	if bounds["memory"] != 40<<20 || bounds["response"] != 9<<20 {
		t.Errorf("bounds %v", bounds)
	}
	counted(t, s.admin, "aggregator_area_circles 2\n", `aggregator_cache_max_bytes{tier="memory"} 4.194304e+07`)
}
