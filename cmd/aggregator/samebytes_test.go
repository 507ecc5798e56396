package main

import (
	"testing"

	"timeslots/test/rig/figure"
)

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
