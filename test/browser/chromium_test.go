package browser

import (
	"context"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"timeslots/test/rig"
)

// TestMain ends the browser after the last test.
func TestMain(m *testing.M) { rig.Main(thenClosing{m}, 3) }

type thenClosing struct{ *testing.M }

func (m thenClosing) Run() int {
	defer func() { endChromium() }()
	return m.M.Run()
}

var endChromium = func() {}

// program is Debian's Chromium without windows: the same engine, without the interface around pages, which costs time
// for each of them and which no test looks at.
const program = "chromium-headless-shell"

// started is the one browser of all tests; to start it takes longer than most of them.
var started = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, leave := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // it calls new kinds of events errors
	// The program is a script that starts the browser: to kill it would leave the browser running.
	endChromium = func() {
		_ = chromedp.Cancel(ctx)
		leave()
		end()
	}
	return ctx, chromedp.Run(ctx)
})

// chromium is the context of a real Chromium, started for the first test that wants one.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(program + " is not installed: apt-get install " + program)
	}
	ctx, err := started()
	if err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return ctx
}

// newWindow opens an empty tab in a profile of its own, in a window of its own: there is none that it could join.
func newWindow(t *testing.T) *tab {
	t.Helper()
	browser := chromium(t)
	asked := cdp.WithExecutor(browser, chromedp.FromContext(browser).Browser)
	profile, err := target.CreateBrowserContext().Do(asked)
	if err != nil {
		t.Fatalf("make a profile: %v", err)
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(asked)
	if err != nil {
		t.Fatalf("open a window: %v", err)
	}
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithTargetID(id))
	t.Cleanup(func() {
		closeTab()
		_ = target.DisposeBrowserContext(profile).Do(asked) // gone already, where the browser is
	})
	if err := chromedp.Run(ctx); err != nil { // without a deadline, which would become the tab's
		t.Fatalf("attach to the window: %v", err)
	}
	return &tab{ctx: ctx, profile: profile}
}
