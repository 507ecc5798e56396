package browser

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// installing is held by the test that fetches axe-core, for all.
var installing sync.Mutex

// axe is the source of axe-core, as axe/package-lock.json has it.
func axe(t *testing.T) string {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("axe: NOT CHECKED, npm is not installed")
	}
	installed := filepath.Join("axe", "node_modules", ".installed")
	lock, err := os.ReadFile(filepath.Join("axe", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if last, _ := os.ReadFile(installed); !bytes.Equal(last, lock) {
		c := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000")
		c.Dir = "axe"
		if out, err := c.CombinedOutput(); err != nil {
			t.Skipf("axe: NOT CHECKED, it could not be fetched: %v\n%s", err, out)
		}
		if err := os.WriteFile(installed, lock, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, err := os.ReadFile(filepath.Join("axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// barriers are what axe finds against WCAG 2.2 AA, and against good practice.
func (b *tab) barriers(t *testing.T, source, state string) {
	t.Helper()
	b.do(t, chromedp.Evaluate(source, nil))
	var text string
	b.do(t, chromedp.Evaluate(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
		.then(({ violations, passes }) => JSON.stringify({ passes: passes.length, violations: violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) })) }))`, &text, awaiting))
	var found struct {
		Passes     int
		Violations []json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	for _, violation := range found.Violations {
		t.Errorf("%s: %s", state, violation)
	}
	if found.Passes < 15 {
		t.Errorf("%s: only %d rules had something to look at", state, found.Passes)
	}
}

func TestNoBarriers(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	source := axe(t)
	s, tenant := rig.Demo(t)
	b := newBrowser(t)
	b.on(t, 1000, 900, "America/New_York")
	for _, lang := range []string{"", "es"} {
		and := map[bool]string{true: "&lang=es"}[lang != ""]
		b.do(t, chromedp.Navigate(s.Public+"/?lang="+lang), chromedp.WaitVisible("#search"), chromedp.Click("summary"))
		b.barriers(t, source, "find "+lang)
		b.lists(t, chromedp.Navigate(s.Public+newPatients+and))
		b.barriers(t, source, "find, list "+lang)
		b.opensACalendar(t)
		b.barriers(t, source, "calendar "+lang)
		b.lists(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton+and))
		b.barriers(t, source, "flu shot, list "+lang)
		b.opensATime(t)
		b.barriers(t, source, "booking "+lang)
	}
	breaks(t, tenant, "*:status=500")
	b.do(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode=97200")) // which nobody has asked for
	b.shows(t, "that something failed", `document.querySelector("#notice .problem") !== null`)
	b.barriers(t, source, "failed")
}

func TestNoBarriersInUntidyLists(t *testing.T) {
	figure.Long(t)
	d, b := deskAt(t, night, "Asia/Tokyo")
	source := axe(t)
	d.times.Store(text(t, weekly(slotOf("a", "E|440", "2026-11-27T22:40:00-10:00", nil), slotOf("b", "E|410", "2026-11-28T09:00:00-08:00", nil))))
	for path, list := range map[string]fields{untidySearch: untidyList(), theCalendar: untidyList(), "/flu-shot?postalCode=98000": nurses()} {
		d.list.Store(text(t, list))
		b.do(t, chromedp.Navigate(d.base+path))
		b.shows(t, "a list", `document.querySelector("#list .time") !== null && (!location.search.includes("clinician") || document.querySelector("#calendar .time") !== null)`)
		b.barriers(t, source, path)
	}
}

func TestKeysAloneLeadFromTheAddressToABooking(t *testing.T) {
	s, _, b := demo(t, 1000, 900, "America/Los_Angeles")
	b.do(t, chromedp.Navigate(s.Public+"/flu-shot"), chromedp.WaitVisible("#search"), chromedp.KeyEvent(kb.Tab))
	if got := says[string](t, b, `document.activeElement.className`); got != "skip" {
		t.Errorf("the first stop is %q, want the way past the navigation", got)
	}
	b.picture(t, "keys-skip", 1000, 500, false)
	b.tabTo(t, "#postalCode")
	b.lists(t, chromedp.KeyEvent(riverton), chromedp.KeyEvent(kb.Enter))
	b.tabTo(t, "#list .time")
	b.picture(t, "keys-time", 1000, 900, false)
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.shows(t, "the focus on the sign-in", `document.activeElement.matches("#book .choices button")`)
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.shows(t, "the focus on the last word", `document.activeElement.matches("#book > button")`)
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.shows(t, "a booked visit", `document.getElementById("book").innerText.includes("Visit number:") && document.activeElement.closest("#book") !== null`)
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.shows(t, "the focus back in the list", `!document.getElementById("book").open && document.activeElement.closest("#results") !== null`)

	b.lists(t, chromedp.Navigate(s.Public+newPatients))
	b.tabTo(t, "[data-calendar]")
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.shows(t, "a calendar with the focus in it", `document.querySelector("#calendar[open] .week") !== null && document.activeElement.closest("#calendar") !== null`)
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.shows(t, "the focus where it came from", `document.activeElement.matches("[data-calendar]")`)
	b.quiet(t, s.Public)
}

// Somebody who is about to press a time by key keeps it when cards before it leave, move or are made again.
func TestTheFocusStaysOnATimeWhileTheListChanges(t *testing.T) {
	figure.Long(t)
	s, _, b := demo(t, 1000, 1000, "America/Los_Angeles")
	b.lists(t, chromedp.Navigate(s.Public+newPatients))
	for what, change := range map[string]string{
		"the cards before it leave": `cards.slice(2)`,
		"it becomes the first":      `[cards[2], cards[0], cards[1], ...cards.slice(3)]`,
		"it becomes the last":       `[...cards.slice(0, 2), ...cards.slice(3), cards[2]]`,
		"all are made again":        `cards.map((card) => { const c = card.cloneNode(true); c.append("new"); return c; })`,
		"all are as before":         `cards.map((card) => card.cloneNode(true))`,
	} {
		b.lists(t, chromedp.Reload())
		var kept bool
		b.do(t, chromedp.Evaluate(`(async () => {
			const { keepFocus, settle } = await import(performance.getEntriesByType("resource").find((r) => /dom[^/]*\.js/.test(r.name)).name);
			const list = document.getElementById("list"), cards = [...list.children];
			cards[2].querySelector(".time").focus();
			const id = document.activeElement.dataset.id, back = keepFocus(list);
			settle(list, `+change+`);
			back(null);
			return id !== undefined && document.activeElement.dataset.id === id;
		})()`, &kept, awaiting))
		if !kept {
			t.Errorf("%s: the focus is lost", what)
		}
	}
}

// tabTo presses the tabulator until the focus is where it should come to, and can be seen.
func (b *tab) tabTo(t *testing.T, selector string) {
	t.Helper()
	var stops []string
	for range 40 {
		b.do(t, chromedp.KeyEvent(kb.Tab))
		stop := says[[]string](t, b, `[document.activeElement.outerHTML.slice(0, 80), String(document.activeElement.matches("`+strings.ReplaceAll(selector, `"`, `\"`)+`")), getComputedStyle(document.activeElement).outlineStyle]`)
		stops = append(stops, stop[0])
		if stop[2] == "none" {
			t.Errorf("the focus cannot be seen on %s", stop[0])
		}
		if stop[1] == "true" {
			return
		}
	}
	t.Fatalf("%s is not reached by keys:\n%s", selector, strings.Join(stops, "\n"))
}

func TestPagesFitSmallScreensAndLargeLetters(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	s, _ := rig.Demo(t)
	b := newBrowser(t)
	for name, screen := range map[string][2]int64{"phone": {320, 640}, "zoomed": {640, 450}} { // 1280 × 900 at 200 %
		b.on(t, screen[0], screen[1], "America/New_York")
		for page, address := range map[string]string{"find": newPatients + "&lang=es", "flushot": "/flu-shot?postalCode=" + riverton} {
			b.lists(t, chromedp.Navigate(s.Public+address))
			b.fits(t, name+" "+page)
			b.picture(t, name+"-"+page, screen[0], 1400, false)
			b.opensATime(t)
			b.fits(t, name+" booking")
			if wide := says[int](t, b, `document.getElementById("book").scrollWidth - document.getElementById("book").clientWidth`); wide > 0 {
				t.Errorf("%s: the dialog is %d px too wide", name, wide)
			}
		}
		b.lists(t, chromedp.Navigate(s.Public+newPatients), chromedp.Click("[data-calendar]"))
		b.shows(t, "a calendar", `document.querySelector("#calendar[open] .week") !== null`)
		b.fits(t, name+" calendar")
		b.picture(t, name+"-calendar", screen[0], 1000, false)
	}
	b.on(t, 320, 640, "America/New_York")
	b.do(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}),
		chromedp.Navigate(s.Public+"/flu-shot"), chromedp.Evaluate(`document.getElementById("list").innerHTML === "" && document.body.append(Object.assign(document.createElement("p"), { className: "time gone", id: "probe" }))`, nil))
	if got := says[string](t, b, `getComputedStyle(document.getElementById("probe")).animationName`); got != "none" {
		t.Errorf("things move (%s) for somebody who wants them not to", got)
	}
	for _, height := range says[[]int](t, b, `[...document.querySelectorAll("main button:not([hidden]), main input:not([type=hidden]), main select")].map((e) => e.getBoundingClientRect().height)`) {
		if height < 44 {
			t.Errorf("something to press is %d px high", height)
		}
	}
}

func TestThePageSpeaksSpanish(t *testing.T) {
	s, _, b := demo(t, 1000, 900, "America/New_York")
	b.lists(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton))
	b.lists(t, chromedp.Click("#language"), chromedp.WaitReady("html[lang=es] #list .time"))
	if got := says[string](t, b, `document.documentElement.lang + location.search`); got != "es?lang=es&postalCode="+riverton {
		t.Errorf("language and address: %s", got)
	}
	text := says[string](t, b, "document.body.innerText")
	for _, want := range []string{"Vacúnese contra la gripe", "horarios", "en su zona", "millas", "Usar mi ubicación"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(text, "Hoy") && !strings.Contains(text, "Mañana") { // late in the day only tomorrow has times
		t.Error("the page names neither today nor tomorrow in Spanish")
	}
	for _, not := range []string{"Show", " times", "your time", "miles", "Today", "Tomorrow"} {
		if strings.Contains(text, not) {
			t.Errorf("the page says %q", not)
		}
	}
	b.picture(t, "spanish", 1000, 900, false)
	b.do(t, chromedp.Click(aTime))
	b.shows(t, "el inicio de sesión", `document.getElementById("book").innerText.includes("Paciente de muestra")`)
	b.picture(t, "spanish-booking", 1000, 900, false)
	b.quiet(t, s.Public)
}
