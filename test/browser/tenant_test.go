package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

	"timeslots/test/rig"
)

// The demo in front of the seed that is untidy throughout: its lists are the same with and without scripts, from
// wherever they are looked at.
func TestTheListsOfAnUntidyTenantAreTheSameWithAndWithoutScripts(t *testing.T) {
	t.Parallel()
	s, _ := rig.Demo(t, "--untidy")
	b := newBrowser(t)
	for name, path := range map[string]string{
		"followups": "/?postalCode=" + riverton + "&visitTypeName=FollowUp", "new": newPatients,
		"flushot": "/flu-shot?postalCode=" + riverton,
	} {
		for _, zone := range visitors {
			b.on(t, 390, 1400, zone)
			b.do(t, chromedp.Navigate(s.Public+path))
			b.shows(t, "a list made by scripts", `document.querySelector("#list .card[data-key] .time") !== null`)
			if cards := b.same(t); len(cards) == 0 {
				t.Errorf("%s from %s: no card", path, zone)
			}
			if n := says[int](t, b, `document.querySelectorAll("#list .broken").length`); n > 0 {
				t.Errorf("%s from %s: %d cards could not be shown", path, zone, n)
			}
		}
		b.picture(t, "untidy-tenant-"+name, 390, 1400, false)
	}
	b.quiet(t, s.Public)
}
