package whole

import (
	"testing"

	"timeslots/test/rig/figure"
)

func TestPeopleNearMeOpenCalendarsOfWhomTheyFound(t *testing.T) {
	figure.Beside(t)
	a, upstream := tenant(t)
	s := serving(t, upstream, 5)
	reports, said := load(t, "nearme", "--target", s.Public, "--admin", s.Admin, "--simulator", upstream, "--rate", "40", "--duration", "3s", "--think", "400ms")
	r := reports[0]
	if r.All.Success < 1 || r.All.Requests < 100 || r.Visitors.Complete != r.All.Requests {
		t.Errorf("%+v\n%s", r.All, said)
	}
	if r.part(t, "hits").Requests == 0 || r.part(t, "waited").Requests == 0 || r.Visitors.Calendars == 0 {
		t.Errorf("%+v\n%s", r.Visitors, said)
	}
	if r.Service.UpstreamCalls["careOptions"] == 0 || r.Service.UpstreamCalls["providerDirect"] == 0 || r.Service.CPU <= 0 || r.Service.Resident < 1<<20 {
		t.Errorf("%+v\n%s", r.Service, said)
	}
	if calendars := a.Calls()["provider-timeslots-v5"].Calls; calendars == 0 {
		t.Errorf("no calendar was read upstream: %v", a.Calls())
	}
}
