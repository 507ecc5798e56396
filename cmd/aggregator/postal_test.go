package main

import (
	"strings"
	"testing"

	"timeslots/test/rig/figure"
)

// TestAPostalCodeOfTheTableIsItsPoint: the same question, the same bytes.
func TestAPostalCodeOfTheTableIsItsPoint(t *testing.T) {
	figure.Beside(t)
	addr := startTenant(t)
	table := written(t, "zip,latitude,longitude\n98101,47.61,-122.33\n")
	r := startService(t, served(addr)+"search: {postalCodes: \"file:"+table+"\"}\nsources: {careDirect: {fresh: 5m}, careOptions: {fresh: 5m}}\nbooking: {tombstone: 1h}\n")
	inOneMinute(t, func(fail func(string, ...any)) {
		byPoint := get(t, r.public+"/v1/timeslots?latitude=47.61&longitude=-122.33&visitTypeName=FluShot&sort=nearest")
		for _, code := range []string{"98101", "98101-1234"} {
			byCode := get(t, r.public+"/v1/timeslots?postalCode="+code+"&visitTypeName=FluShot&sort=nearest")
			if a := byCode.answer(t); a.Total == 0 || string(byCode.body) != string(byPoint.body) {
				fail("%s: %d slots, %s", code, a.Total, byCode.header.Get("Cache-Status"))
			}
		}
	})
}

// TestAPostalCodeThatNobodyCanPlaceIsCareOptions: its distances, and Care Direct for the departments that it names.
func TestAPostalCodeThatNobodyCanPlaceIsCareOptions(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	a := get(t, demo.public+"/v1/timeslots?postalCode=98000&visitTypeName=FluShot&sort=nearest&limit=500").answer(t)
	clinics := 0
	for _, s := range a.Sources {
		if s.Source == "careDirect" && strings.HasSuffix(s.Key, "/FluShot") && s.Status == "fresh" {
			clinics++
		}
	}
	if a.Total == 0 || clinics < 2 || !a.Complete {
		t.Fatalf("%d slots, %d clinics asked, complete %v: %+v", a.Total, clinics, a.Complete, a.Sources)
	}
	both, last := 0, 0.0
	for _, s := range a.Timeslots {
		if s.Distance == nil || *s.Distance > 30 || *s.Distance < last {
			t.Fatalf("after %v miles: %+v", last, s)
		}
		last = *s.Distance
		if len(s.Sources) == 2 {
			both++
		}
	}
	if both == 0 {
		t.Error("no slot is on both surfaces")
	}
}
