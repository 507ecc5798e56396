package browser

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"timeslots/faults/rig"
	"timeslots/internal/acme"
)

// browser is a tab of a real Chromium that remembers what a person would not see: complaints and requests.
type browser struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	limited, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	allocator, end := chromedp.NewExecAllocator(limited, options...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx}
	chromedp.ListenTarget(ctx, b.note)
	b.do(t, network.Enable(), cdplog.Enable())
	return b
}

func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			b.complaints = append(b.complaints, fmt.Sprint("console: ", len(e.Args), " arguments"))
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

func (b *browser) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// shows waits until an element's text holds, and fails with what it is instead.
func (b *browser) shows(t *testing.T, within time.Duration, what, script string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, within)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Poll(script, nil, chromedp.WithPollingInterval(100*time.Millisecond))); err != nil {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate("document.body.innerText", &text))
		t.Fatalf("%s: not within %v (%v); the page says:\n%s", what, within, err, text)
	}
}

// picture keeps a screenshot where TEST_OUTPUT says, for people to look at.
func (b *browser) picture(t *testing.T, name string, width, height int64, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	var shot []byte
	var drawn bool
	b.do(t,
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
		chromedp.Evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, &drawn, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			shot, err = page.CaptureScreenshot().Do(ctx)
			return err
		}))
	dir := os.Getenv("TEST_OUTPUT")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		t.Error(err)
	}
}

// quiet wants no complaint and no request to anywhere but base.
func (b *browser) quiet(t *testing.T, base string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		t.Errorf("the browser complains: %s", complaint)
	}
	for _, request := range b.requests {
		if !strings.HasPrefix(request, base+"/") && !strings.HasPrefix(request, "data:") {
			t.Errorf("the page asked elsewhere: %s", request)
		}
	}
	if len(b.requests) < 5 {
		t.Errorf("only %d requests were seen: nothing was watched", len(b.requests))
	}
}

func TestMain(m *testing.M) { rig.Main(m) }

// crowded is a service that a few visitors keep asking, in front of a tenant that can be broken.
func crowded(t *testing.T) (*rig.Service, *acme.Tenant) {
	t.Helper()
	tenant, err := acme.New(acme.Options{Seed: 1, Latency: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(tenant)
	t.Cleanup(upstream.Close)
	s := rig.Serve(t, fmt.Sprintf("listen: 127.0.0.1:0\nadmin: {listen: 127.0.0.1:0}\ntenant: acme\ntier: prd\nlog: {level: error}\n"+
		"upstream:\n  public: {url: %[1]q}\n  ingress: {url: %[1]q, keys: {careOptions: acme-care-options, slots: acme-slots}}\n"+
		"products: {flushot: {ranking: nearest, slo: {latency: 1s, objective: 0.99}}}\n", upstream.URL))
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
	s, tenant := crowded(t)
	b := newBrowser(t)
	b.do(t, emulation.SetDeviceMetricsOverride(1280, 1100, 1, false), chromedp.Navigate(s.Admin+"/ops"))
	health := func(product, health string) string {
		return fmt.Sprintf(`document.querySelector('#products [data-name=%q]')?.dataset.health === %q`, product, health)
	}
	b.shows(t, 20*time.Second, "live numbers", `Number(document.body.dataset.readings) > 2 && /[1-9].*\/s/.test(document.querySelector('#products [data-name="flushot"]').innerText)`)
	b.shows(t, 40*time.Second, "a healthy product", health("flushot", "healthy"))
	b.picture(t, "ops-healthy-wall", 1920, 1080, true)
	b.picture(t, "ops-healthy", 1280, 1100, false)
	b.picture(t, "ops-healthy-phone", 360, 1400, false)

	for _, fault := range []string{"care-options:status=500", "care-direct:status=500"} {
		if err := tenant.SetFault(fault); err != nil {
			t.Fatal(err)
		}
	}
	rig.Send(t, "POST", s.Admin+"/ops/invalidate", `{"all":true}`) // no old copies to fall back on
	b.shows(t, 30*time.Second, "a failing product", health("flushot", "failing")+` && document.getElementById('verdict').innerText.includes('fail')`)
	b.shows(t, 30*time.Second, "a failing source", `[...document.querySelectorAll('#sources .failing')].some((s) => s.innerText.includes('failing'))`)
	b.picture(t, "ops-failing", 1280, 1100, true)
	b.picture(t, "ops-failing-phone", 360, 1400, true)

	tenant.ClearFaults()
	b.shows(t, 40*time.Second, "a healthy product again", health("flushot", "healthy"))
	b.quiet(t, s.Admin)

	var wide bool
	b.do(t, emulation.SetDeviceMetricsOverride(320, 900, 1, true), chromedp.Evaluate(`document.documentElement.scrollWidth > 320`, &wide))
	if wide {
		t.Error("the page is wider than a phone of 320 px")
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	b.shows(t, 15*time.Second, "that there is no news", `!document.getElementById('link').hidden`)
	b.picture(t, "ops-gone", 1280, 500, false)
}

func TestAQueryIsExplainedOnAPage(t *testing.T) {
	s, _ := crowded(t)
	b := newBrowser(t)
	b.do(t, chromedp.Navigate(s.Admin+"/ops/explain"),
		chromedp.SetValue("#q", s.Public+"/v1/timeslots?latitude=47.61&longitude=-122.33&radius=15&visitTypeName=Illness&sort=balanced"),
		chromedp.Click("button"), chromedp.WaitVisible("section table tbody tr"))
	b.shows(t, 10*time.Second, "the plan and the ranking", `document.body?.innerText.includes('careOptions') && document.querySelectorAll('tbody tr').length > 5`)
	b.picture(t, "explain", 1280, 1000, false)
	b.picture(t, "explain-phone", 360, 1000, true)
}
