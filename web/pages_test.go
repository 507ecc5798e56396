package web

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// desk answers what pages ask, and remembers it.
type desk struct {
	asked   []string
	answer  Reply
	missing bool // the directory
}

func (d *desk) ask(_ context.Context, path, query string) Reply {
	d.asked = append(d.asked, path+"?"+query)
	if path != departments {
		return d.answer
	}
	if d.missing {
		return Reply{Status: http.StatusBadGateway}
	}
	return Reply{Status: http.StatusOK, Tag: "d", Body: []byte(`[{"allowedVisitTypes":[{"name":"New Patient Visit","shortName":"NewPatient"},{"name":"B <b>","shortName":"Bold"},{"name":"?","shortName":"<odd>"}]}]`)}
}

func clinic(name string) string {
	return fmt.Sprintf(`{"asOf":"2030-03-09T02:30:00Z","complete":true,"entries":[{"departmentIdentifier":"e|1","status":"open","count":3,
		"days":[{"date":"2030-03-08","count":2},{"date":"2030-03-09","count":1},{"date":"2030-03-10","count":1}],"next":[
		{"id":"a","slotDateTime":"2030-03-08T19:00:00-08:00","timezone":"America/Los_Angeles","departmentIdentifier":"e|1","booking":{"flow":"retail","url":"https://book.example.org/?a=1&b=2"}},
		{"id":"b","slotDateTime":"2030-03-08T19:00:00-08:00","timezone":"America/Los_Angeles","departmentIdentifier":"e|1","booking":{"flow":"retail","url":"https://book.example.org/2"}},
		{"id":"c","slotDateTime":"2030-03-09T08:00:00-08:00","timezone":"America/Los_Angeles","departmentIdentifier":"e|1","modality":"VIDEO","booking":{"flow":"retail","url":"javascript:alert(1)"}},
		{"id":"d","slotDateTime":"2030-03-10T08:00:00-07:00","timezone":"America/Los_Angeles","departmentIdentifier":"e|1","booking":{"flow":"none"}}]}],
		"providers":{},"departments":{"e|1":{"name":%q,"timezone":"America/Los_Angeles","phone":"206-555-0100","distance":2.71,"address":{"line1":"1 Example Way","city":"Riverton","state":"WA","postalCode":"98000"}}},"sources":[]}`, name)
}

func newPages(t *testing.T, opt Options) *Pages {
	t.Helper()
	if opt.Now == nil {
		opt.Now = func() time.Time { return evening }
	}
	p, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t *testing.T, p *Pages, address string, d *desk) (Document, string) {
	t.Helper()
	path, query, _ := strings.Cut(address, "?")
	document, err := p.Render(t.Context(), path, query, d.ask)
	if err != nil {
		t.Fatal(err)
	}
	return document, string(document.Body)
}

func TestAPageComesWithItsFirstList(t *testing.T) {
	d := &desk{answer: Reply{Status: http.StatusOK, Tag: "1", CacheControl: "public, max-age=5", Body: []byte(clinic("A <b>clinic</b>"))}}
	p := newPages(t, Options{})
	document, body := render(t, p, "/flu-shot?postalCode=98000", d)
	if len(d.asked) != 1 || document.Status != http.StatusOK || document.Product != "flushot" || document.CacheControl != "public, max-age=5" {
		t.Errorf("%d, %q, %q after asking %q", document.Status, document.Product, document.CacheControl, d.asked)
	}
	for _, want := range []string{
		"A &lt;b&gt;clinic&lt;/b&gt;", "1 Example Way, Riverton, WA 98000 · 2.7 miles", `<h4>Today <span class="count">2 times</span></h4>`, "<h4>Tomorrow",
		`href="https://book.example.org/?a=1&amp;b=2"`, `datetime="2030-03-08T19:00:00-08:00">7:00 PM<`, `<span class="time plain"><time datetime="2030-03-09T08:00:00-08:00">8:00 AM</time><small>By video</small></span>`,
		"One clinic with times.", `href="tel:206-555-0100"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if list, _, _ := strings.Cut(body, `type="application/json"`); strings.Count(list, ">7:00 PM<") != 1 || strings.Contains(list, "javascript:") || strings.Contains(list, "2030-03-10T") {
		t.Errorf("a time twice, a link that is none, or the day after tomorrow:\n%s", body)
	}
	data := dataOf(t, body)
	if data.Query != "by=department&endDate=2030-03-10&per=6&postalCode=98000&product=flushot&radius=25&sort=nearest&visitTypeName=FluShot" || !json.Valid(data.Answer) || data.Demo != nil {
		t.Errorf("the script gets %+v", data)
	}
}

// dataOf is what the script finds in a page.
func dataOf(t *testing.T, body string) (d data) {
	t.Helper()
	at := regexp.MustCompile(`(?s)<script type="application/json" id="page">(.*?)</script>`).FindStringSubmatch(body)
	if at == nil {
		t.Fatalf("no data in\n%s", body)
	}
	if err := json.Unmarshal([]byte(at[1]), &d); err != nil {
		t.Fatalf("%v in %s", err, at[1])
	}
	return d
}

func TestNoAnswerBecomesAnHonestPage(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply Reply
		want  string
		retry bool
	}{
		{"busy", Reply{Status: 503, RetryAfter: 7, CacheControl: "no-store"}, "too busy", true},
		{"too many of one client", Reply{Status: 429}, "too busy", true},
		{"failed", Reply{Status: 502}, "could not be loaded", true},
		{"late", Reply{Status: 504}, "could not be loaded", true},
		{"refused", Reply{Status: 400}, "Check the ZIP code", false},
		{"unknown", Reply{Status: 404}, "There are no times", false},
		{"empty", Reply{Status: 200, Body: []byte(`{"complete":true,"entries":[]}`)}, "There are no times", false},
		{"a part", Reply{Status: 200, Body: []byte(`{"complete":false,"entries":[]}`)}, "Some times could not be loaded", true},
	} {
		document, body := render(t, newPages(t, Options{}), "/flu-shot?postalCode=98000", &desk{answer: c.reply})
		list, _, _ := strings.Cut(body, `type="application/json"`)
		if document.Status != c.reply.Status || document.RetryAfter != c.reply.RetryAfter || !strings.Contains(list, c.want) || strings.Contains(list, ">Try again<") != c.retry {
			t.Errorf("%s: %d, retry after %d:\n%s", c.name, document.Status, document.RetryAfter, list)
		}
		if data := dataOf(t, body); c.reply.Status != 200 && data.Query != "" {
			t.Errorf("%s: the script takes it for an answer", c.name)
		}
	}
}

func TestWhatMakesNoSenseIsRefusedAndCanBeMended(t *testing.T) {
	d := &desk{}
	p := newPages(t, Options{})
	for _, code := range []string{`98"><b>`, "9800"} {
		document, body := render(t, p, "/flu-shot?postalCode="+url.QueryEscape(code), d)
		if document.Status != http.StatusBadRequest || document.CacheControl != "no-store" || !strings.Contains(body, "Check the ZIP code") || !strings.Contains(body, `value="`+html.EscapeString(code)+`"`) {
			t.Errorf("%d, %s:\n%s", document.Status, document.CacheControl, body)
		}
	}
	if len(d.asked) > 0 {
		t.Errorf("the service was asked %q", d.asked)
	}
}

func TestAPageIsMadeOnceForOneAnswerAndMinute(t *testing.T) {
	now := evening
	d := &desk{answer: Reply{Status: http.StatusOK, Tag: "1", Body: []byte(clinic("One"))}}
	p := newPages(t, Options{Now: func() time.Time { return now }})
	first, _ := render(t, p, "/flu-shot?postalCode=98000&utm_source=tv", d)
	same, _ := render(t, p, "/flu-shot?postalCode=98000", d)
	if &first.Body[0] != &same.Body[0] {
		t.Error("the same page was made again")
	}
	d.answer = Reply{Status: http.StatusOK, Tag: "2", Body: []byte(clinic("Two"))}
	if _, body := render(t, p, "/flu-shot?postalCode=98000", d); !strings.Contains(body, "<h3>Two</h3>") {
		t.Error("a new answer is not shown")
	}
	now = now.Add(6 * time.Hour) // tomorrow has become today
	if _, body := render(t, p, "/flu-shot?postalCode=98000", d); !strings.Contains(body, `<h4>Today <span class="count">1 time</span></h4>`) {
		t.Errorf("yesterday's page is shown:\n%s", body)
	}
	for i := range 3 * shelfSize {
		render(t, p, fmt.Sprintf("/flu-shot?postalCode=%05d", i), d)
	}
	if n := len(p.kept.young) + len(p.kept.old); n > 2*shelfSize {
		t.Errorf("%d pages are kept, want at most %d", n, 2*shelfSize)
	}
}

func TestVisitTypesComeFromTheDirectoryOrFromPeople(t *testing.T) {
	d := &desk{}
	with, body := render(t, newPages(t, Options{}), "/?visitTypeName=Bold", d)
	if len(d.asked) != 3 || with.CacheControl != keepBare || !strings.Contains(body, `<option value="Bold" selected>B &lt;b&gt;</option>`) || strings.Contains(body, "odd") {
		t.Errorf("after asking %q:\n%s", d.asked, body)
	}
	document, body := render(t, newPages(t, Options{}), "/?visitTypeName=Bold", &desk{missing: true})
	if document.CacheControl != "public, no-cache" || !strings.Contains(body, `<input id="visitTypeName" name="visitTypeName" required`) {
		t.Errorf("without a directory:\n%s", body)
	}
}

func TestOnlyTheDemoCanBook(t *testing.T) {
	d := &desk{answer: Reply{Status: http.StatusOK, Tag: "1", Body: []byte(clinic("One"))}}
	_, body := render(t, newPages(t, Options{Demo: &Demo{PostalCode: "98000", Tokens: []string{"sample"}}}), "/flu-shot?lang=es", d)
	if data := dataOf(t, body); data.Demo == nil || data.Demo.Tokens[0] != "sample" || data.Lang != "es" || !strings.Contains(body, "Demostración.") {
		t.Errorf("the demo's page says it is one: %+v", data.Demo)
	}
	if _, body := render(t, newPages(t, Options{}), "/flu-shot", d); strings.Contains(body, "Demonstration") && !strings.Contains(body, `"demo":"Demonstration."`) {
		t.Error("another one does as well")
	}
}

func TestEveryModuleIsFoundUnderItsHashedName(t *testing.T) {
	p := newPages(t, Options{})
	byPath := map[string]bool{}
	for _, f := range p.Files() {
		byPath[f.Path] = true
		if !regexp.MustCompile(`^/pages/[a-z]+\.[0-9a-f]{12}\.(js|css|svg)$`).MatchString(f.Path) || f.KeepFor < 24*time.Hour || len(f.Body) == 0 {
			t.Errorf("%s is kept for %v", f.Path, f.KeepFor)
		}
	}
	imports := 0
	for _, f := range p.Files() {
		for _, at := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(string(f.Body), -1) {
			imports++
			if !byPath[folder+at[1]] {
				t.Errorf("%s imports %s, which is not served", f.Path, at[1])
			}
		}
		if regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|sessionStorage|document\.cookie|https?://`).Match(f.Body) && !strings.HasSuffix(f.Path, ".svg") {
			t.Errorf("%s writes markup, keeps something in the browser, or names another place", f.Path)
		}
	}
	if imports < 20 {
		t.Errorf("only %d imports were found", imports)
	}
	for _, page := range p.Routes() {
		_, body := render(t, p, page, &desk{})
		for _, at := range regexp.MustCompile(`(?:href|src)="(/pages/[^"]+)"`).FindAllStringSubmatch(body, -1) {
			if !byPath[at[1]] {
				t.Errorf("%s wants %s, which is not served", page, at[1])
			}
		}
	}
	if _, err := hashed("nothing.js"); err == nil {
		t.Error("a file that is not there has a name")
	}
}
