package whole

import (
	"strings"
	"testing"

	"timeslots/test/rig/figure"
)

// How many of its reads are hits is a matter of how long copies are fresh and how many people there are: docs/performance.md
// has a day of it. That everything is asked, answered and counted is sure on any machine.
func TestAppsOfADayLookBookAndCancel(t *testing.T) {
	figure.Beside(t)
	a, upstream := tenant(t)
	s := serve(t, upstream, 15)
	reports, said := load(t, "app", "--target", s.Public, "--admin", s.Admin, "--simulator", upstream,
		"--rate", "60", "--duration", "4s", "--think", "200ms", "--bookings", "0.5")
	apps := reports[0].Apps
	if apps.Sessions < 40 || apps.Failed > 0 || apps.Booked == 0 || apps.Cancelled == 0 || reports[0].PageViews < 2*apps.Sessions {
		t.Errorf("%+v\n%s", apps, said)
	}
	for _, screen := range []string{"start", "list", "calendar", "clinic", "booking", "own visits", "cancel"} {
		if apps.Screens[screen] == 0 {
			t.Errorf("nobody saw the screen %q: %v", screen, apps.Screens)
		}
	}
	if apps.Reads["getDexcareStatus"]["hit"] < apps.Sessions/2 || apps.Hits < 0.3 {
		t.Errorf("reads %v, %v hits", apps.Reads, apps.Hits)
	}
	for call, kinds := range apps.Reads {
		if kinds["bypass"] > 0 || kinds["none"] > 0 {
			t.Errorf("%s went past the cache: %v", call, kinds)
		}
	}
	if calls := a.Calls(); int(calls["booking"].Calls) == 0 || calls["retail-booking"].Calls+calls["provider-booking"].Calls != int64(apps.Booked+apps.Late) {
		t.Errorf("%d booked and %d too late, upstream saw %v", apps.Booked, apps.Late, calls)
	}
	if !strings.Contains(said, "% hits, stale ones included, of") {
		t.Errorf("said\n%s", said)
	}
}
