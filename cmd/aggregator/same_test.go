package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// TestReplicasSayTheSameToTheSameQuestion, however it is spelled: same bytes, same ETag.
func TestReplicasSayTheSameToTheSameQuestion(t *testing.T) {
	figure.Beside(t)
	f := startFleet(t, 2, "", "sources: {providerDirect: {fresh: 5m}, careDirect: {fresh: 5m}, careOptions: {fresh: 5m}}\nbooking: {tombstone: 1h}\n")
	for name, spellings := range map[string][]string{
		"clinicians": {"/v1/timeslots?npi=9000000017,9000000025&limit=100", "/v1/timeslots?npi=9000000025&npi=9000000017&sort=soonest", "/v1/timeslots?explain=false&npi=9000000025,9000000017,9000000017&startDate=2020-01-01"},
		"an area":    {"/v1/timeslots?latitude=47.61&longitude=-122.33&visitTypeName=FluShot", "/v1/timeslots?visitTypeName=flushot&longitude=-122.330&latitude=47.610&radius=30"},
		"a list":     {"/v1/next-available?npi=9000000017", "/v1/next-available?npi=9000000017&by=provider&per=3"},
		"balanced":   {"/v1/timeslots?npi=9000000017,9000000025&sort=balanced&limit=7", "/v1/timeslots?limit=7&sort=balanced&npi=9000000025,9000000017"},
	} {
		t.Run(name, func(t *testing.T) {
			inOneMinute(t, func(fail func(string, ...any)) {
				want := get(t, f.replicas[0].public+spellings[0])
				if want.status != 200 {
					t.Fatalf("%d %s", want.status, want.body)
				}
				for _, spelling := range spellings {
					for replica, r := range f.replicas {
						got := get(t, r.public+spelling)
						if string(got.body) != string(want.body) || got.header.Get("ETag") != want.header.Get("ETag") {
							fail("replica %d says something else to %s: ETag %s, want %s", replica, spelling, got.header.Get("ETag"), want.header.Get("ETag"))
						}
					}
				}
			})
		})
	}
}

// inOneMinute tells a story of two answers that must be the same. Slots begin with a minute and are not offered from then
// on, so a story that fails and began in another minute than it ended in is told again.
func inOneMinute(t *testing.T, story func(fail func(format string, args ...any))) {
	t.Helper()
	for try := 1; ; try++ {
		var failures []string
		began := time.Now().Truncate(time.Minute)
		story(func(format string, args ...any) { failures = append(failures, fmt.Sprintf(format, args...)) })
		if len(failures) > 0 && try < 3 && !time.Now().Truncate(time.Minute).Equal(began) {
			continue
		}
		for _, f := range failures {
			t.Error(f)
		}
		return
	}
}

// later is the part of a query that begins in some days: whatever the clock does meanwhile, the answer stays the same.
func later() string { return "&startDate=" + time.Now().AddDate(0, 0, 3).Format(time.DateOnly) }
