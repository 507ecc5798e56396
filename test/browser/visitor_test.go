package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"timeslots/test/rig"
)

// Where the clinics of the demo are.
const (
	riverton = "98000"
	clinics  = `document.querySelectorAll("#list .card:not(.skeleton) .time").length > 5`
)

// awaiting lets a script's promise be waited for.
func awaiting(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

func says[T any](t *testing.T, b *tab, script string) (value T) {
	t.Helper()
	b.do(t, chromedp.Evaluate(script, &value, awaiting))
	return value
}

// on sets what kind of screen, clock and place somebody has.
func (b *tab) on(t *testing.T, width, height int64, zone string) {
	t.Helper()
	b.do(t, emulation.SetDeviceMetricsOverride(width, height, 1, width < 500), emulation.SetTimezoneOverride(zone))
}

// at puts somebody somewhere, who lets pages know.
func (b *tab) at(t *testing.T, latitude, longitude float64) {
	t.Helper()
	b.do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		return browser.GrantPermissions([]browser.PermissionType{browser.PermissionTypeGeolocation}).WithBrowserContextID(b.profile).Do(ctx)
	}), emulation.SetGeolocationOverride().WithLatitude(latitude).WithLongitude(longitude).WithAccuracy(10))
}

// asked is the requests since the browser began that have a part, complained what the browser complained of.
func (b *tab) asked(part string) []string      { return b.having(&b.requests, part) }
func (b *tab) complained(part string) []string { return b.having(&b.complaints, part) }

func (b *tab) having(list *[]string, part string) (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range *list {
		if strings.Contains(text, part) {
			found = append(found, text)
		}
	}
	return found
}

// fits wants a page that needs no scrolling sideways.
func (b *tab) fits(t *testing.T, what string) {
	t.Helper()
	if wide := says[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		t.Errorf("%s: the page is %d px wider than the screen", what, wide)
	}
}

// demo is the demo with its tenant, and a browser of somebody with such a screen and clock, for a test that runs beside
// others.
func demo(t *testing.T, width, height int64, zone string) (*rig.Service, *rig.Tenant, *tab) {
	t.Helper()
	t.Parallel()
	s, tenant := rig.Demo(t)
	b := newBrowser(t)
	b.on(t, width, height, zone)
	return s, tenant, b
}

// deskAt is a desk at a moment, and a browser of somebody in a zone, for a test that runs beside others.
func deskAt(t *testing.T, now time.Time, zone string) (*desk, *tab) {
	t.Helper()
	t.Parallel()
	d, b := newDesk(t, now), newBrowser(t)
	b.visits(t, d, zone)
	return d, b
}

// before runs a script in every page of a tab before the page's own.
func before(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	})
}

// breaks lets an operation of a test's own tenant fail until heal is called.
func breaks(t *testing.T, tenant *rig.Tenant, fault string) (heal func()) {
	t.Helper()
	if err := tenant.Break(t.Context(), fault); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tenant.Break(t.Context()) }
}

// aTime is the last one of the first card: a first one might begin while somebody looks at it.
const (
	aTime   = "#list .card:first-child .day:has(.time):not(:has(~ .day .time)) li:last-child .time"
	theTime = `document.querySelector("` + aTime + `")`
)

func (b *tab) lists(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	b.do(t, actions...)
	b.shows(t, "a list", clinics)
}

// press presses something by key, which does not miss it when the list moves at that moment, or is made again.
func (b *tab) press(t *testing.T, selector string) {
	t.Helper()
	b.shows(t, "the focus on "+selector, fmt.Sprintf(`(document.querySelector(%q)?.focus(), document.activeElement?.matches(%q))`, selector, selector))
	b.do(t, chromedp.KeyEvent(kb.Enter))
}

// opensATime leads to the sign-in for the time that aTime names.
func (b *tab) opensATime(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Click(aTime))
	b.shows(t, "the sign-in", `document.querySelector("#book .choices button") !== null`)
}

func (b *tab) signsIn(t *testing.T, patient int) {
	t.Helper()
	b.do(t, chromedp.Click(fmt.Sprintf("#book .choices button:nth-child(%d)", patient)))
	b.shows(t, "the sample patient", `document.getElementById("book-message").innerText.includes("signed in as")`)
}

// confirms books the time that the dialog is about, for the patient who is signed in.
func (b *tab) confirms(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Click("#book h2 ~ button"))
	b.shows(t, "a booked visit", `document.getElementById("book").innerText.includes("Visit number:")`)
}

// book signs one of the sample patients in, who books the time that the dialog is about.
func (b *tab) book(t *testing.T, patient int) {
	t.Helper()
	b.signsIn(t, patient)
	b.confirms(t)
}

// opensACalendar opens that of the first card.
func (b *tab) opensACalendar(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.Click("[data-calendar]"))
	b.shows(t, "a calendar", `document.querySelector("#calendar[open] .week") !== null`)
}
