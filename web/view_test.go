package web

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

var evening = time.Date(2030, 3, 9, 2, 30, 0, 0, time.UTC) // 18:30 of the 8th in Seattle

func TestAnAddressBecomesOneQuestion(t *testing.T) {
	for _, c := range []struct{ name, path, query, want string }{
		{"nothing yet", FluPath, "utm_source=tv", ""},
		{"a ZIP code", FluPath, "postalCode=98000", "by=department&endDate=2030-03-10&per=6&postalCode=98000&product=flushot&radius=25&sort=nearest&visitTypeName=FluShot"},
		{"a place, finer than it may be", FluPath, "latitude=47.612345&longitude=-122.331&radius=10", "by=department&endDate=2030-03-10&latitude=47.61&longitude=-122.33&per=6&product=flushot&radius=10&sort=nearest&visitTypeName=FluShot"},
		{"a ZIP code wins over a place", FluPath, "latitude=1&longitude=2&postalCode=98000-1234&visitTypeName=Flu", "by=department&endDate=2030-03-10&per=6&postalCode=98000-1234&product=flushot&radius=25&sort=nearest&visitTypeName=Flu"},
		{"a kind of visit is missing", FindPath, "postalCode=98000", ""},
		{"a place is missing", FindPath, "visitTypeName=NewPatient", ""},
		{
			"all filters", FindPath, "postalCode=98000&visitTypeName=NewPatient&specialty=Family+Medicine&name=Ada&newOrEstablishedPatient=newPatient&startDate=2030-03-10&endDate=2030-03-12&clinician=9000000017&week=2030-03-11&lang=es",
			"by=provider&endDate=2030-03-12&limit=500&newOrEstablishedPatient=newPatient&per=3&postalCode=98000&product=findadoctor&radius=25&specialty=Family+Medicine&startDate=2030-03-10&visitTypeName=NewPatient",
		},
		{"what no page knows is left out", FindPath, "postalCode=98000&visitTypeName=NewPatient&limit=5&sort=odd&radius=&specialty=+", "by=provider&per=3&postalCode=98000&product=findadoctor&radius=25&visitTypeName=NewPatient"},
		{"no radius", FindPath, "postalCode=98000&visitTypeName=NewPatient&radius=0", ""},
		{"no date", FindPath, "postalCode=98000&visitTypeName=NewPatient&startDate=soon", ""},
		{"no specialty", FindPath, "postalCode=98000&visitTypeName=NewPatient&specialty=%3Cscript%3E", ""},
		{"half a place", FluPath, "latitude=47.6", ""},
		{"no number", FluPath, "latitude=NaN&longitude=Inf", ""},
		{"no place on earth", FluPath, "latitude=91&longitude=0", ""},
		{"a ZIP code that is none", FluPath, "postalCode=9800", ""},
	} {
		if got := newView(c.path, c.query, evening).query; got != c.want {
			t.Errorf("%s: asks\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestAPageKnowsItselfInTheOtherLanguage(t *testing.T) {
	v := newView(FindPath, "visitTypeName=NewPatient&postalCode=98000&utm=x", evening)
	if got := v.In("es"); got != "/?lang=es&postalCode=98000&visitTypeName=NewPatient" {
		t.Errorf("in Spanish: %s", got)
	}
	if got := newView(FluPath, "lang=es", evening).In("en"); got != FluPath {
		t.Errorf("back in English: %s", got)
	}
	if got := newView(FluPath, "lang=fr", evening).Lang(); got != "en" {
		t.Errorf("a language that is not spoken becomes %q", got)
	}
}

func FuzzNoAddressMakesAnOddQuestion(f *testing.F) {
	for _, seed := range []string{"", "postalCode=98000", "latitude=47.6&longitude=-122.3", "lang=es&postalCode=98000&visitTypeName=A%26b", "%zz", "a;b", "postalCode=98000&postalCode=1"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, query string, flu bool) {
		path := map[bool]string{true: FluPath, false: FindPath}[flu]
		v := newView(path, query, evening)
		asked, err := url.ParseQuery(v.query)
		if err != nil || len(v.query) > 4000 {
			t.Fatalf("%q asks %q: %v", query, v.query, err)
		}
		for name, values := range asked {
			if len(values) != 1 || strings.ContainsAny(values[0], "<>\"\n\x00") {
				t.Fatalf("%q asks %s=%q", query, name, values)
			}
		}
		if len(v.wrong) > 0 {
			if v.Asks() {
				t.Fatalf("%q asks in spite of %v", query, v.wrong)
			}
			return
		}
		if again := newView(path, v.address(), evening); again.query != v.query || again.address() != v.address() {
			t.Fatalf("%q: the page's own address %q asks %q, not %q", query, v.address(), again.query, v.query)
		}
	})
}
