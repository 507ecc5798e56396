package whole

import (
	"strings"
	"testing"

	"timeslots/test/rig"
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

func TestPeopleNearMeAreComparedWithACacheByAddress(t *testing.T) {
	figure.Beside(t)
	_, upstream := tenant(t)
	target, cache := serve(t, upstream, 5), rig.UpstreamCache(t, upstream, 5)
	reports, said := load(t, "compare", "nearme", "--target", target, "--with", cache, "--direct", "--simulator", upstream, "--rate", "20", "--duration", "2s", "--think", "300ms")
	service, nginx := reports[0], reports[1]
	if service.PageViews != nginx.PageViews || service.All.Success < 1 || nginx.All.Success < 1 || !strings.Contains(said, "upstream calls / 1000") {
		t.Errorf("%+v\n%+v\n%s", service.All, nginx.All, said)
	}
	if nginx.Upstream.Operations["provider-timeslots-v5"] == 0 || nginx.Visitors.Calendars == 0 {
		t.Errorf("%v, %+v\n%s", nginx.Upstream.Operations, nginx.Visitors, said)
	}
}
