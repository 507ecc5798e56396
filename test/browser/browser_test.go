package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"timeslots/test/rig"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a tab of a real Chromium that remembers what a person would not see: complaints and requests.
type tab struct {
	ctx     context.Context
	profile cdp.BrowserContextID

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// newBrowser opens a tab that shares nothing with others: cookies, cache and permissions are its own.
func newBrowser(t *testing.T) *tab {
	t.Helper()
	b := newWindow(t)
	chromedp.ListenTarget(b.ctx, b.note)
	b.do(t, network.Enable(), cdplog.Enable())
	b.sameDay(t)
	return b
}

func (b *tab) note(event any) {
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

func (b *tab) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, rig.Patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%v; in the page, %s", err, b.text())
	}
}

// shows waits until something holds in the page, and fails with what is there instead.
func (b *tab) shows(t *testing.T, what, script string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, rig.Patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Poll(script, nil, chromedp.WithPollingInterval(100*time.Millisecond), chromedp.WithPollingTimeout(0))); err != nil {
		t.Fatalf("%s: not within %v (%v); in the page, %s", what, rig.Patience, err, b.text())
	}
}

// text is what the page says, for a test that fails.
func (b *tab) text() (text string) {
	ctx, cancel := context.WithTimeout(b.ctx, rig.Patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate("document.activeElement.outerHTML.slice(0, 120) + ` has the focus\n` + document.body.innerText", &text))
	return text
}

// picture keeps a screenshot where TEST_OUTPUT says, for people to look at.
func (b *tab) picture(t *testing.T, name string, width, height int64, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	var drawn bool
	b.do(t,
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
		chromedp.Evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, &drawn, awaiting))
	b.shoot(t, name)
}

func (b *tab) shoot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("TEST_OUTPUT")
	if dir == "" {
		return
	}
	var shot []byte
	b.do(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		shot, err = page.CaptureScreenshot().Do(ctx)
		return err
	}))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		t.Error(err)
	}
}

// quiet wants no complaint and no request to anywhere but base.
func (b *tab) quiet(t *testing.T, base string) {
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
