package browser

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

const notice = `document.getElementById("notice").innerText`

func TestAPageSaysWhatItCouldNotLoad(t *testing.T) {
	figure.Long(t)
	s, tenant, b := demo(t, 1000, 900, "America/Los_Angeles")
	flu := s.Public + "/flu-shot?postalCode=" + riverton

	heal := breaks(t, tenant, "care-direct:status=500")
	b.lists(t, chromedp.Navigate(flu))
	b.shows(t, "what is missing", `/Some times at \d clinics could not be loaded/.test(`+notice+`)`)
	b.picture(t, "state-partial", 1000, 900, false)
	heal()
	rig.Until(t, "a whole answer", func() bool {
		b.do(t, chromedp.Evaluate(`document.querySelector("#notice button")?.click()`, nil))
		return says[string](t, b, notice) == ""
	})

	heal = breaks(t, tenant, "*:status=500")
	rig.Send(t, "POST", s.Admin+"/ops/invalidate", `{"all":true}`)
	b.do(t, chromedp.Navigate(flu+"&radius=24"))
	b.shows(t, "that nothing could be loaded", `(`+notice+`.includes("could not be loaded") || `+notice+`.includes("too busy")) && document.querySelector("#notice button") !== null && document.querySelectorAll(".skeleton").length === 0`)
	b.picture(t, "state-failed", 1000, 700, false)
	heal()
	rig.Until(t, "a list after all", func() bool {
		b.do(t, chromedp.Evaluate(`document.querySelector("#notice button")?.click()`, nil))
		return says[bool](t, b, clinics)
	})
}

func TestAListOnItsWayHoldsItsPlace(t *testing.T) {
	s, tenant, b := demo(t, 1000, 700, "America/Los_Angeles")
	breaks(t, tenant, "care-options:latency=600ms")
	b.do(t, chromedp.Navigate(s.Public+"/flu-shot"), chromedp.SetValue("#postalCode", riverton), chromedp.Click("button[type=submit]"))
	if !says[bool](t, b, `document.querySelectorAll(".skeleton").length > 0 && document.getElementById("results").getAttribute("aria-busy") === "true" && document.getElementById("status").innerText === "Loading times…"`) {
		t.Error("nothing says that times are on their way")
	}
	b.picture(t, "state-loading", 1000, 700, false)
	b.shows(t, "the list in their place", clinics+` && document.querySelectorAll(".skeleton").length === 0`)
}

func TestASearchThatIsSentAgainIsMadeAgain(t *testing.T) {
	s, tenant, b := demo(t, 1000, 700, "America/Los_Angeles")
	heal := breaks(t, tenant, "*:status=500")
	b.do(t, chromedp.Navigate(s.Public+newPatients))
	b.shows(t, "that nothing could be loaded", `document.querySelector("#notice .problem") !== null`)
	heal()
	rig.Until(t, "a list after all", func() bool {
		b.do(t, chromedp.Evaluate(`document.querySelector("#search > p button").click()`, nil))
		b.do(t, chromedp.Poll(`document.querySelectorAll(".skeleton").length === 0`, nil, chromedp.WithPollingTimeout(0)))
		return says[bool](t, b, clinics)
	})
}

func TestNothingFoundNamesTheNextTime(t *testing.T) {
	s, _, b := demo(t, 1000, 700, "America/Los_Angeles")
	now := time.Now()
	sunday := now.AddDate(0, 0, 7-int(now.Weekday())).Format(time.DateOnly) // primary care has no times on Sundays
	b.do(t, chromedp.Navigate(s.Public+newPatients+"&startDate="+sunday+"&endDate="+sunday))
	b.shows(t, "the next time there is", notice+`.includes("There are no times") && `+notice+`.includes("The next one is") && document.querySelector("#notice .time") !== null`)
	b.picture(t, "state-none", 1000, 900, false)

	b.do(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode=60000"))
	b.shows(t, "that there is nothing", notice+`.includes("There are no times")`)
	b.picture(t, "state-nothing", 1000, 700, false)
	b.quiet(t, s.Public)
}

func TestAWrongAddressSaysWhatToMend(t *testing.T) {
	s, _, b := demo(t, 1000, 700, "America/Los_Angeles")
	b.do(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode=9800"))
	b.shows(t, "what to check", notice+`.includes("Check the ZIP code") && document.getElementById("postalCode").value === "9800"`)
	b.picture(t, "state-refused", 1000, 700, false)
	b.lists(t, chromedp.SetValue("#postalCode", riverton), chromedp.Click("button[type=submit]"))
}

// The browser says that the connection is back, perhaps before it is; or it never says so.
func TestAPageThatLostItsConnectionTriesAgain(t *testing.T) {
	for name, script := range map[string]string{
		"it is said": "",
		"it is not":  `addEventListener("online", (event) => event.stopImmediatePropagation())`,
	} {
		t.Run(name, func(t *testing.T) {
			s, _, b := demo(t, 1000, 700, "America/Los_Angeles")
			b.do(t, before(script), chromedp.Navigate(s.Public+"/flu-shot"), network.EmulateNetworkConditions(true, 0, -1, -1), chromedp.SetValue("#postalCode", riverton), chromedp.Click("button[type=submit]"))
			b.shows(t, "that the service cannot be reached", notice+`.includes("cannot be reached")`)
			b.picture(t, "state-offline", 1000, 700, false)
			b.lists(t, network.EmulateNetworkConditions(false, 0, -1, -1))
		})
	}
}

func TestABusyServiceIsAskedAgainLater(t *testing.T) {
	s, _, b := demo(t, 1000, 700, "America/Los_Angeles")
	flu := s.Public + "/flu-shot?postalCode=" + riverton
	rig.Send(t, "PUT", s.Admin+"/ops/products/flushot", `{"enabled":false}`)
	if r := rig.Get(t, flu); r.Status != 503 || r.Header.Get("Retry-After") == "" || !strings.Contains(string(r.Body), "too busy") {
		t.Errorf("without scripts: %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
	}
	b.do(t, chromedp.Navigate(flu))
	b.shows(t, "that it is busy", `/too busy.*We try again in \d+ seconds/.test(`+notice+`)`)
	b.picture(t, "state-busy", 1000, 700, false)
	rig.Send(t, "PUT", s.Admin+"/ops/products/flushot", `{"enabled":true}`)
	b.press(t, "#notice button")
	b.lists(t)
	if got := says[string](t, b, `document.activeElement.id`); got != "results" {
		t.Errorf("the focus is on %q, not where the list has come", got)
	}
}

func TestWithoutScriptsThereIsAFirstList(t *testing.T) {
	s, tenant, b := demo(t, 390, 844, "America/Los_Angeles")
	b.do(t, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(s.Public+"/flu-shot?lang=es"),
		chromedp.Focus("#postalCode", chromedp.ByQuery, chromedp.NodeReady), chromedp.KeyEvent(riverton), chromedp.KeyEvent(kb.Enter))
	var address string
	rig.Until(t, "an address with the ZIP code", func() bool {
		b.do(t, chromedp.Location(&address))
		return strings.Contains(address, "postalCode="+riverton)
	})
	if !strings.Contains(address, "lang=es") {
		t.Errorf("the form forgets the language: %s", address)
	}
	b.shoot(t, "noscript-phone")
	link := ""
	rig.Until(t, "a list in the page itself", func() bool {
		page := b.source()
		if at := regexp.MustCompile(`class="time" href="([^"]+)"`).FindStringSubmatch(page); at != nil {
			link = html.UnescapeString(at[1])
		}
		return link != "" && strings.Contains(page, "horarios</span>") && strings.Contains(page, "millas") && strings.Contains(page, "Sin scripts")
	})
	if !strings.HasPrefix(link, tenant.URL+"/retail?") {
		t.Errorf("the first time leads to %s", link)
	}
	if r := rig.Get(t, link); r.Status != 200 || !strings.Contains(string(r.Body), "Simulated booking application") {
		t.Errorf("the hand-off link: %d %.200s", r.Status, r.Body)
	}
	b.do(t, chromedp.Navigate(s.Public+newPatients))
	rig.Until(t, "clinicians", func() bool { return strings.Count(b.source(), " times</span>") > 5 })
	b.shoot(t, "noscript-find")
}

// source is the document as it is now; it asks no script.
func (b *tab) source() (text string) {
	_ = chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) error { // it may be on its way to another
		root, err := dom.GetDocument().Do(ctx)
		if err == nil {
			text, err = dom.GetOuterHTML().WithNodeID(root.NodeID).Do(ctx)
		}
		return err
	}))
	return text
}

func TestElsewhereATimeIsALinkToTheHealthSystemsOwnPages(t *testing.T) {
	t.Parallel()
	_, tenant := rig.Demo(t)
	s := rig.Serve(t, rig.Configuration(tenant.URL, "pages: {enabled: true}", rig.Upstream(tenant.URL)+fmt.Sprintf("\n  scheduling: {url: %q, brand: acme}", tenant.URL)))
	b := newBrowser(t)
	b.on(t, 1000, 700, "America/Los_Angeles")
	b.lists(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton))
	if text := says[string](t, b, `document.body.innerText`); strings.Contains(text, "Demonstration") {
		t.Error("a real page says that it is a demonstration")
	}
	b.picture(t, "elsewhere", 1000, 700, false)
	b.quiet(t, s.Public)
	b.do(t, chromedp.Click(aTime))
	b.do(t, chromedp.WaitVisible("h1"))
	rig.Until(t, "the booking application", func() bool {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Text("body", &text))
		return strings.Contains(text, "Simulated booking application")
	})
}

func TestWhereNoEventsCanBeHadThePageLooksAgain(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	s, _ := rig.Demo(t)
	theirs, mine := newBrowser(t), newBrowser(t)
	theirs.do(t, before(`window.setInterval = ((real) => (f, ms) => real(f, ms / 30))(window.setInterval)`)) // half a minute is a second here
	address := s.Public + "/flu-shot?postalCode=" + riverton
	for i := range 64 { // all streams of one client
		ctx, leave := context.WithCancel(t.Context())
		t.Cleanup(leave)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/v1/timeslots/events?npi=9000000017&limit=%d", s.Public, 1+i), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatal(response, err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	for _, b := range []*tab{theirs, mine} {
		b.on(t, 1000, 900, "America/Los_Angeles")
		b.lists(t, chromedp.Navigate(address))
	}
	wanted := says[string](t, mine, theTime+`.dataset.id`)
	mine.opensATime(t)
	mine.book(t, 1)
	theirs.shows(t, "a list without the time", fmt.Sprintf(`document.querySelector('[data-id=%q]') === null`, wanted)+" && "+clinics)
	if len(theirs.complained("/events")) == 0 {
		t.Error("the page had its stream, and did not have to look by itself")
	}
}
