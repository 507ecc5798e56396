package browser

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// crowded is a service that a few visitors keep asking, in front of a tenant that can be broken.
func crowded(t *testing.T) (*rig.Service, *acme.Tenant) {
	t.Helper()
	tenant, err := acme.New(acme.Options{Seed: 1, Latency: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := rig.Serve(t, rig.Configuration(rig.Listen(t, tenant), "products: {flushot: {ranking: nearest, slo: {latency: 1s, objective: 0.99}}}"))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		pace := time.NewTicker(100 * time.Millisecond)
		defer pace.Stop()
		for i := 0; ctx.Err() == nil; i++ {
			<-pace.C
			rig.Get(t, fmt.Sprintf("%s/v1/timeslots?latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness&product=flushot&limit=%d", s.Public, 1+i%400))
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return s, tenant
}

func TestTheOperationsPageTurnsRedWhenASourceFailsAndGreenAfter(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	s, tenant := crowded(t)
	b := newBrowser(t)
	b.do(t, emulation.SetDeviceMetricsOverride(1280, 1100, 1, false), chromedp.Navigate(s.Admin+"/ops"))
	health := func(product, health string) string {
		return fmt.Sprintf(`document.querySelector('#products [data-name=%q]')?.dataset.health === %q`, product, health)
	}
	b.shows(t, "live numbers", `Number(document.body.dataset.readings) > 2 && /[1-9].*\/s/.test(document.querySelector('#products [data-name="flushot"]').innerText)`)
	b.shows(t, "a healthy product", health("flushot", "healthy"))
	b.shows(t, "slots in memory beside what bounds them", `/slots in memory\s+[1-9][\d,]*\s+memory, all sources\s+[\d.]+ of 256\sMiB/.test(document.querySelector('#sources [data-name="careOptions"]').innerText)`)
	b.shows(t, "the circle that everybody is served with", `document.getElementById('facts').innerText.includes('1 of 4,096: Illness') &&
		/^Illness\s+\d+\smi around 47\.\d+,\s-122\.\d+\s+[1-9]\d*\s+[1-9]/.test(document.getElementById('circles-list').innerText.trim())`)
	b.picture(t, "ops-healthy-wall", 1920, 1080, true)
	b.picture(t, "ops-healthy", 1280, 1100, false)
	b.picture(t, "ops-healthy-phone", 360, 4000, false)

	for _, fault := range []string{"care-options:status=500", "care-direct:status=500"} {
		if err := tenant.SetFault(fault); err != nil {
			t.Fatal(err)
		}
	}
	rig.Send(t, "POST", s.Admin+"/ops/invalidate", `{"all":true}`) // no old copies to fall back on
	b.shows(t, "a failing product", health("flushot", "failing")+` && document.getElementById('verdict').innerText.includes('fail')`)
	b.shows(t, "a failing source", `[...document.querySelectorAll('#sources .failing')].some((s) => s.innerText.includes('failing'))`)
	b.picture(t, "ops-failing", 1280, 1100, true)
	b.picture(t, "ops-failing-phone", 360, 1400, true)

	tenant.ClearFaults()
	b.shows(t, "a healthy product again", health("flushot", "healthy"))
	b.quiet(t, s.Admin)

	var wide bool
	b.do(t, emulation.SetDeviceMetricsOverride(320, 900, 1, true), chromedp.Evaluate(`document.documentElement.scrollWidth > 320`, &wide))
	if wide {
		t.Error("the page is wider than a phone of 320 px")
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	b.shows(t, "that there is no news", `!document.getElementById('link').hidden`)
	b.picture(t, "ops-gone", 1280, 500, false)
}

func TestAQueryIsExplainedOnAPage(t *testing.T) {
	t.Parallel()
	s, _ := crowded(t)
	b := newBrowser(t)
	b.do(t, chromedp.Navigate(s.Admin+"/ops/explain"),
		chromedp.SetValue("#q", s.Public+"/v1/timeslots?latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness&sort=balanced"),
		chromedp.Click("button"), chromedp.WaitVisible("section table tbody tr"))
	b.shows(t, "the plan and the ranking", `document.body?.innerText.includes('careOptions') && document.querySelectorAll('tbody tr').length > 5`)
	b.picture(t, "explain", 1280, 1000, false)
	b.picture(t, "explain-phone", 360, 1000, true)
}
