package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// readCards is what a person gets to know from a list, less what only scripts can do: the visitor's own clock, and
// buttons that lead further. It runs on the list of the page, and on the one that the server made.
const readCards = `
const ownTime = / · [^·]*(your time|en su zona)/g;
const said = (node) => node?.textContent.trim().replace(/\s+/g, " ") ?? "";
const all = (node, selector) => [...node.querySelectorAll(selector)];
const readTime = (time) => {
	const kinds = all(time, "small").map(said).filter((text) => !/your time|en su zona/.test(text));
	const name = time.matches("a") ? time.getAttribute("aria-label").replace(ownTime, "") : "";
	return [said(time.querySelector("time")), time.querySelector("time").getAttribute("datetime"), ...kinds, name, time.getAttribute("href") ?? ""].join(" | ");
};
const readDay = (day) => [said(day.querySelector("h4")), ...all(day, ".at, .times").flatMap((node) => node.matches(".at") ? ["at " + said(node)] : ["list " + (node.getAttribute("aria-label") ?? ""), ...all(node, ".time").map(readTime)])];
const readCard = (card) => [
	...all(card, ":scope > h3, :scope > .line, :scope > .place, :scope > .places li, :scope > .none").map((node) => node.tagName + " " + said(node)),
	...all(card, ".day").flatMap(readDay), ...all(card, "a[href^='tel:']").map((link) => link.href),
];
const readList = (root) => all(root, "#list > .card").map(readCard);
`

// same wants the list that the server made to be the one that scripts make, card by card, and gives it.
func (b *tab) same(t *testing.T) [][]string {
	t.Helper()
	var both struct{ Server, Script [][]string }
	body := says[string](t, b, `(async () => { `+readCards+`
		const markup = trustedTypes.createPolicy("test"+Math.random(), { createHTML: (text) => text });
		const server = new DOMParser().parseFromString(markup.createHTML(await (await fetch(location.href)).text()), "text/html");
		return JSON.stringify({ server: readList(server), script: readList(document) });
	})()`)
	if err := json.Unmarshal([]byte(body), &both); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(both.Server, both.Script); diff != "" {
		t.Errorf("the list (-server +script):\n%s", diff)
	}
	return both.Server
}

const untidySearch = "/?postalCode=98000&visitTypeName=FollowUp"

// Visitors from all around, some of whom have another day than the clinics.
var visitors = []string{"America/Los_Angeles", "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati", "Europe/London"}

func TestScriptsShowWhatTheServerShows(t *testing.T) {
	d, b := deskAt(t, night, visitors[0])
	for path, c := range map[string]struct {
		list  fields
		cards int
		want  []string
	}{
		untidySearch: {untidyList(), 4, []string{
			"H3 O’Brien, Seán", "LI Lakeside · 2 Other Road 2 Other Road, Suite 4, Lakeside, WA · 9.7 miles 206-555-0101", "LI Riverton 100 Example Way, Riverton, WA 98000 · 0.3 miles 206-555-0100",
			"Today 2 times", "Sat, Nov 28 1203 times", "Tomorrow 1 time", "at Honolulu", "at Lakeside · 3 Third Street",
			"1:00 PM | 2026-11-28T13:00:00-08:00 | Today, 1:00 PM · O’Brien, Seán · Lakeside · 2 Other Road | https://book.example.org/?at=a3",
			"9:00 AM | 2026-12-01T09:00:00-07:00 | FollowUp | Tuesday, December 1, 9:00 AM · FollowUp · José <i>Núñez | https://book.example.org/?at=b1",
			"H3 Guam <b>& more", "9:00 AM | 2026-11-29T09:00:00+10:00 |  | ", "H3 9000000099",
		}},
		untidySearch + "&name=obrien%20sean":                        {untidyList(), 1, []string{"H3 O’Brien, Seán"}},
		untidySearch + "&name=O%E2%80%99Brien":                      {untidyList(), 1, []string{"H3 O’Brien, Seán"}},
		untidySearch + "&name=Jose%CC%81+nunez":                     {untidyList(), 1, []string{"H3 José <i>Núñez"}},
		untidySearch + "&lang=es":                                   {untidyList(), 4, []string{"Hoy 2 horarios", "mar, 1 dic"}},
		"/flu-shot?latitude=47.605&longitude=-122.335&name=ignored": {nurses(), 3, []string{"Today 4 times", "10:00 AM | 2026-11-28T10:00:00-08:00 |  | ", "Tomorrow 7 times", "Today", "Tomorrow"}},
	} {
		d.list.Store(text(t, c.list))
		for _, zone := range visitors {
			b.on(t, 1000, 1200, zone)
			b.do(t, chromedp.Navigate(d.base+path))
			b.shows(t, "a list made by scripts", `document.querySelector("#list .card[data-key] .time") !== null`)
			cards := b.same(t)
			if got := says[string](t, b, `document.getElementById("notice").innerText`); got != "" {
				t.Errorf("%s: the page says %q", path, got)
			}
			if len(cards) != c.cards {
				t.Errorf("%s from %s: %d cards, want %d:\n%q", path, zone, len(cards), c.cards, cards)
			}
			text := "\n" + strings.Join(slices.Concat(cards...), "\n") + "\n"
			for _, want := range c.want {
				if !strings.Contains(text, "\n"+want+"\n") && !strings.Contains(text, "\n"+want+" ") {
					t.Errorf("%s from %s lacks %q:\n%s", path, zone, want, text)
				}
			}
		}
		for _, width := range []int64{320, 390, 1000} {
			b.picture(t, fmt.Sprintf("untidy-%d-%d", c.cards, width), width, 1800, false)
			b.fits(t, path)
		}
	}
	d.list.Store(text(t, untidyList()))
	b.do(t, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(d.base+untidySearch))
	rig.Until(t, "the page without scripts", func() bool { return strings.Contains(b.source(), "Honolulu</p>") })
	b.shoot(t, "untidy-noscript")
	if asked := b.asked("/v1/next-available"); len(asked) > 0 {
		t.Errorf("scripts asked again what came with the page: %q", asked)
	}
	b.quiet(t, d.base)
}

// TestScriptsAskWhatThePageAsked, at any hour and however an address is written: they would ask again otherwise.
func TestScriptsAskWhatThePageAsked(t *testing.T) {
	t.Parallel()
	for _, hour := range []int{0, 9, 10, 20} {
		d := newDesk(t, time.Date(2026, 11, 28, hour, 30, 0, 0, time.UTC))
		d.list.Store(text(t, nurses()))
		b := newBrowser(t)
		b.visits(t, d, "Pacific/Guam")
		for _, address := range []string{
			"/flu-shot?latitude=13.475&longitude=144.745", "/flu-shot?latitude=-0.001&longitude=-122.125&radius=10", "/flu-shot?postalCode=+98000+&postalCode=1&radius=",
			"/?postalCode=98000&visitTypeName=A&name=+O%27Brien+&specialty=%20", "/?latitude=47.125&longitude=-122.335&visitTypeName=A&startDate=2026-11-30&utm=x",
		} {
			b.do(t, chromedp.Navigate(d.base+address))
			b.shows(t, "what became of the list", `document.querySelector("#list .card[data-key]") !== null || document.querySelector("#notice .notice") !== null`)
		}
		if asked := b.asked("/v1/next-available"); len(asked) > 0 {
			t.Errorf("at %d:30 scripts asked otherwise than the page: %q", hour, asked)
		}
	}
}

func TestABadEntryCostsItsOwnCard(t *testing.T) {
	d, b := deskAt(t, night, "Asia/Tokyo")
	list := untidyList()
	bad := []any{entryOf("9000000051", slotOf("x", "E|410", "soon", nil)), entryOf("9000000052", slotOf("y", "E|410", "2026-11-28T09:00:00", nil)), fields{"npi": "9000000053", "next": "none", "days": []fields{}}}
	for _, good := range list["entries"].([]fields)[:2] {
		bad = append(bad, good)
	}
	list["entries"] = bad
	d.list.Store(text(t, list))
	b.do(t, chromedp.Navigate(d.base+untidySearch))
	b.shows(t, "the good cards", `document.querySelectorAll("#list .card[data-key]:not(.broken)").length === 2 && document.querySelectorAll("#list .broken").length === 3`)
	for _, card := range b.same(t)[:3] {
		if len(card) != 1 || card[0] != "P This entry could not be shown." {
			t.Errorf("a bad card: %q", card)
		}
	}
	if got := says[string](t, b, `document.getElementById("status").innerText`); got != "2 clinicians with times." {
		t.Errorf("the page says %q", got)
	}
	b.picture(t, "untidy-broken", 390, 1400, false)
}

func TestWhatIsWrongInAnAddressIsNamedByScriptsAsWell(t *testing.T) {
	d, b := deskAt(t, night, "America/Los_Angeles")
	for query, want := range map[string]string{
		"&name=-":                   "This search does not work. Check the clinician’s name.",
		"&radius=0&specialty=%3Cb":  "This search does not work. Check the distance, the specialty.",
		"&lang=es&endDate=tomorrow": "Esta búsqueda no funciona. Revise el último día.",
	} {
		b.do(t, chromedp.Navigate(d.base+untidySearch+query))
		b.shows(t, want, `document.getElementById("notice").innerText.trim() === `+text(t, want)+` && document.getElementById("results-title").hidden === true`)
	}
	if asked := b.asked("/v1/next-available"); len(asked) > 0 {
		t.Errorf("the service was asked %q", asked)
	}
}

// TestTheFormTakesWhatThePageTakes: what the server refuses does not leave the form either.
func TestTheFormTakesWhatThePageTakes(t *testing.T) {
	figure.Long(t)
	d, b := deskAt(t, night, "America/Los_Angeles")
	for field, odd := range map[string]string{"name": "-", "specialty": "<b>", "visitTypeName": "(Flu)"} {
		for text, taken := range map[string]bool{odd: false, "Women’s & Men`s (Health)/José-Núñez": true, "Jose\u0301": true} {
			b.do(t, chromedp.Navigate(d.base+untidySearch), chromedp.WaitVisible("#search"), chromedp.Evaluate(`document.querySelector("details").open = true`, nil),
				chromedp.SetValue("#"+field, text), chromedp.Click("#search > p button"))
			at := `new URLSearchParams(location.search).get("` + field + `")`
			if taken {
				b.shows(t, text, at+` === document.getElementById("`+field+`").value`)
			} else if says[bool](t, b, `document.getElementById("`+field+`").validity.valid`) || says[bool](t, b, at+` === document.getElementById("`+field+`").value`) {
				t.Errorf("%s takes %q", field, text)
			}
			if v := says[int](t, b, `fetch(location.pathname + "?`+field+`=" + encodeURIComponent(document.getElementById("`+field+`").value)).then((r) => r.status)`); (v == 200) != taken {
				t.Errorf("%s=%q: the server says %d", field, text, v)
			}
		}
	}
}

// TestNamesAreFoundInTheBrowserAsOnTheServer has the cases of web/names_test.go.
func TestNamesAreFoundInTheBrowserAsOnTheServer(t *testing.T) {
	t.Parallel()
	cases, err := os.ReadFile("../../web/testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, night)
	b := newBrowser(t)
	b.visits(t, d, "America/Los_Angeles")
	b.do(t, chromedp.Navigate(d.base+"/"), chromedp.WaitVisible("#search"))
	wrong := says[[]string](t, b, `import(document.querySelector("link[href*='/names.']").href).then(({ named }) =>
		`+string(cases)+`.filter(({ name, wanted, found }) => named(name, wanted) !== found).map((c) => JSON.stringify(c)))`)
	for _, c := range wrong {
		t.Errorf("the browser says otherwise: %s", c)
	}
}

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
