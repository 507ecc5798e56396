package whole

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// How many of its reads are hits is a matter of how long copies are fresh and how many people there are: docs/performance.md
// has a day of it. That everything is asked, answered and counted is sure on any machine.
func TestAppsOfADayLookBookAndCancel(t *testing.T) {
	figure.Beside(t)
	a, upstream := tenant(t)
	s := serve(t, upstream, 15)
	screens := []string{"start", "list", "calendar", "clinic", "booking", "own visits", "cancel"}
	var apps apps
	var said string
	tried := 0 // bookings of all days
	for day := 4 * time.Second; ; day *= 4 {
		var reports []report
		reports, said = load(t, "app", "--target", s.Public, "--admin", s.Admin, "--simulator", upstream,
			"--rate", strconv.FormatFloat(240/day.Seconds(), 'f', -1, 64), "--duration", day.String(), "--think", "200ms", "--bookings", "0.5")
		apps = reports[0].Apps
		tried += apps.Booked + apps.Late
		unseen := slices.DeleteFunc(slices.Clone(screens), func(screen string) bool { return apps.Screens[screen] > 0 })
		if len(unseen) == 0 && apps.Booked > 0 && apps.Cancelled > 0 && reports[0].PageViews >= 2*apps.Sessions {
			break
		}
		if day > time.Minute { // a machine that is starved takes longer for each screen, and the day has an end
			t.Fatalf("within %s nobody saw the screens %q: %+v\n%s", day, unseen, apps, said)
		}
	}
	if apps.Sessions < 40 || apps.Failed > 0 {
		t.Errorf("%+v\n%s", apps, said)
	}
	if apps.Reads["getDexcareStatus"]["hit"] < apps.Sessions/2 || apps.Hits < 0.3 {
		t.Errorf("reads %v, %v hits", apps.Reads, apps.Hits)
	}
	for call, kinds := range apps.Reads {
		if kinds["bypass"] > 0 || kinds["none"] > 0 {
			t.Errorf("%s went past the cache: %v", call, kinds)
		}
	}
	if calls := a.Calls(); int(calls["booking"].Calls) == 0 || calls["retail-booking"].Calls+calls["provider-booking"].Calls != int64(tried) {
		t.Errorf("%d booked or too late, upstream saw %v", tried, calls)
	}
	if !strings.Contains(said, "% hits, stale ones included, of") {
		t.Errorf("said\n%s", said)
	}
}
