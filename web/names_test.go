package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestNamesAreFoundAsPeopleTypeThem has the cases that names.js has to pass as well (browser).
func TestNamesAreFoundAsPeopleTypeThem(t *testing.T) {
	body, err := os.ReadFile("testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Wanted string
		Found        bool
	}
	if err := json.Unmarshal(body, &cases); err != nil || len(cases) < 50 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for _, c := range cases {
		if got := namedAs(c.Name, wanted(c.Wanted)); got != c.Found {
			t.Errorf("%q is found by %q: %v, want %v", c.Name, c.Wanted, got, c.Found)
		}
	}
}

// TestEveryLetterIsFoundByItsWord takes all of Unicode's letters and signs through what is done to a name, twice.
func TestEveryLetterIsFoundByItsWord(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		words := wordsOf("a" + string(r) + "b")
		if again := wordsOf(strings.Join(words, " ")); !slices.Equal(words, again) {
			t.Errorf("%U: %q, and of these %q", r, words, again)
		}
	}
}

func FuzzANameIsFoundByItself(f *testing.F) {
	for _, name := range []string{"O’Brien, Seán", "Jose\u0301 Nu\u0301n\u0303ez", "ß", "-", "İ", "ŉ", "Dr. MD", "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !namedAs(name, wanted(name)) {
			t.Fatalf("%q is not found: %q", name, wordsOf(name))
		}
		if !namedAs(name, wanted(strings.Join(wordsOf(name), " "))) {
			t.Fatalf("%q is not found by its words %q", name, wordsOf(name))
		}
	})
}

// TestAnyNameCanBeLookedFor that has a letter or a number, and is no longer than names are.
func TestAnyNameCanBeLookedFor(t *testing.T) {
	for name, want := range map[string]bool{
		"O’Brien": true, "O`Brien": true, "Jose\u0301": true, "’t Hooft": true, "(Ada)": true, "김": true, "\"Ada\"": true,
		"-": false, "’": false, "A\x00da": false, "\xff": false, strings.Repeat("ñ", 128): true, strings.Repeat("n", 129): false,
	} {
		v := newView(FindPath, "postalCode=98000&visitTypeName=A&name="+url.QueryEscape(name), evening)
		if v.Asks() != want || v.wrong.Has("name") == want {
			t.Errorf("%q: asks %v, wrong %v", name, v.Asks(), v.wrong)
		}
	}
}

// TestARefusalNamesTheField that people can mend, whether the page refuses or the service.
func TestARefusalNamesTheField(t *testing.T) {
	problem := func(parameters ...string) []byte {
		type refused struct {
			Parameter string `json:"parameter"`
		}
		var list []refused
		for _, name := range parameters {
			list = append(list, refused{name})
		}
		body, _ := json.Marshal(map[string]any{"status": 400, "errors": list})
		return body
	}
	for _, c := range []struct {
		query string
		body  []byte
		want  string
	}{
		{"name=" + strings.Repeat("n", 129), nil, "Check the clinician’s name."},
		{"name=-&startDate=soon", nil, "Check the clinician’s name, the first day."},
		{"specialty=%3Cb%3E&radius=0", nil, "Check the distance, the specialty."},
		{"lang=es&newOrEstablishedPatient=x", nil, "Revise si ha venido aquí antes."},
		{"startDate=2030-02-31", problem("startDate"), "Check the first day."},
		{"endDate=2000-01-01", problem("endDate", "endDate", "by"), "Check the last day."},
		{"", problem("by"), "This search does not work. Check the ZIP code and the days."},
	} {
		d := &desk{answer: Reply{Status: http.StatusBadRequest, Body: c.body}}
		_, body := render(t, newPages(t, Options{}), "/?postalCode=98000&visitTypeName=A&"+c.query, d)
		if list, _, _ := strings.Cut(body, `type="application/json"`); !strings.Contains(list, c.want) {
			t.Errorf("%s, %s: the page lacks %q:\n%s", c.query, c.body, c.want, list)
		}
		if wrong := dataOf(t, body).Wrong; (c.body == nil) != (len(wrong) > 0) || !slices.IsSorted(wrong) {
			t.Errorf("%s: the script is told %q", c.query, wrong)
		}
	}
}
