package query

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// specimen is a parameter with a right value, what it takes to stand beside it, and what is said of every wrong value.
type specimen struct {
	name, value string
	beside      string // a query in which it is in order
	list        bool
	fix         string // a part of every fix
}

// specimensOfAll has every parameter of GET /v1/timeslots, in the order in which offenders are named.
var specimensOfAll = []specimen{
	{"npi", "9000000017", "", true, "ten digits"},
	{"departmentUrlName", "AcmeRiverton", "visitTypeName=Illness", true, "letters, digits"},
	{"latitude", "47.61", "npi=9000000017&longitude=-122.33", false, "-90 to 90"},
	{"longitude", "-122.33", "npi=9000000017&latitude=47.61", false, "-180 to 180"},
	{"postalCode", "98101", "npi=9000000017", false, "five digits"},
	{"radius", "25", "npi=9000000017", false, "1 to 100"},
	{"visitTypeName", "Illness", "npi=9000000017", true, "letters, digits"},
	{"newOrEstablishedPatient", "newPatient", "npi=9000000017", false, "newPatient, establishedPatient, bothNewAndEstablishedPatient"},
	{"clinicType", "Retail", "npi=9000000017", true, "letters, digits"},
	{"specialty", "Pediatrics", "npi=9000000017", true, "letters, digits"},
	{"gender", "Female", "npi=9000000017", true, "letters, digits"},
	{"ehrInstance", "org.acme.ehr.main", "npi=9000000017", true, "letters, digits"},
	{"modality", "VIDEO", "npi=9000000017", true, "letters, digits"},
	{"startDate", "2030-03-04", "npi=9000000017", false, "yyyy-MM-dd"},
	{"endDate", "2030-03-04", "npi=9000000017", false, "yyyy-MM-dd"},
	{"daysOfSlots", "3", "npi=9000000017", false, "from 1"},
	{"userTimezone", "Asia/Tokyo", "npi=9000000017", false, "America/New_York"},
	{"sort", "nearest", "npi=9000000017", false, "soonest, nearest, balanced"},
	{"limit", "10", "npi=9000000017", false, "1 to 500"},
	{"cursor", "AQIDBAUGBwgJCgsMDQ_-0", "npi=9000000017", false, "nextCursor"},
	{"explain", "true", "npi=9000000017", false, "true, false"},
	{"product", "flushot", "npi=9000000017", false, "product=findadoctor"},
}

func specimenOf(parameter string) specimen {
	return specimensOfAll[slices.IndexFunc(specimensOfAll, func(p specimen) bool { return p.name == parameter })]
}

// with is the query with the parameter given so often.
func (p specimen) with(values ...string) string {
	q := p.beside
	for _, value := range values {
		q += "&" + p.name + "=" + url.QueryEscape(value)
	}
	return strings.TrimPrefix(q, "&")
}

func TestASpecimenOfEveryParameterIsThereAndInOrder(t *testing.T) {
	for i, p := range parameters {
		if i >= len(specimensOfAll) || specimensOfAll[i].name != p.name {
			t.Fatalf("no specimen of %s in its place", p.name)
		}
	}
	for _, p := range specimensOfAll {
		if _, _, err := List(p.with(p.value)); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// spoilt are ways to spoil any value, whatever its grammar.
var spoilt = map[string]func(value string) string{
	"nothing":                     func(string) string { return "" },
	"a zero byte behind":          func(v string) string { return v + "\x00" },
	"a zero byte inside":          func(v string) string { return v[:1] + "\x00" + v[1:] },
	"a line feed behind":          func(v string) string { return v + "\n" },
	"CRLF behind":                 func(v string) string { return v + "\r\n" },
	"CRLF before":                 func(v string) string { return "\r\n" + v },
	"a header smuggled":           func(v string) string { return v + "\r\nx-api-key: 1" },
	"a tab":                       func(v string) string { return "\t" + v },
	"a blank that does not break": func(v string) string { return v + "\u00a0" },
	"a percent sign left":         func(v string) string { return v + "%41" },
	"escaped twice":               func(v string) string { return url.QueryEscape(url.QueryEscape(v + "\n")) },
	"a semicolon":                 func(v string) string { return v + ";" + v },
	"a leader of one dot":         func(v string) string { return v + "\u2024" },
	"a dot of full width":         func(v string) string { return v[:1] + "\uff0e" + v[1:] },
	"a byte order mark":           func(v string) string { return "\ufeff" + v },
	"a zero-width joiner":         func(v string) string { return v[:1] + "\u200d" + v[1:] },
	"bytes that are no UTF-8":     func(v string) string { return v + "\xc3\x28" },
	"a path upwards":              func(v string) string { return "../" + v },
	"a backslash":                 func(v string) string { return `..\` + v },
	"a script":                    func(v string) string { return "<script>" + v },
	"a quote":                     func(v string) string { return v + `" --` },
}

// TestWhatIsSpoiltIsRefusedUnderItsName: every parameter, every trick; the one offender is named with its fix, and
// nothing of it comes back unescaped.
func TestWhatIsSpoiltIsRefusedUnderItsName(t *testing.T) {
	for _, p := range specimensOfAll {
		for trick, spoil := range spoilt {
			t.Run(p.name+" "+trick, func(t *testing.T) { refuses(t, p, p.with(spoil(p.value))) })
		}
	}
}

// refused is what is wrong with a query; empty: nothing.
func refused(query string) []timeslot.Violation {
	_, _, err := List(query)
	if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); ok {
		return invalid.Violations
	}
	return nil
}

func refuses(t *testing.T, p specimen, query string) {
	t.Helper()
	errs := refused(query)
	if len(errs) == 0 {
		t.Fatalf("%s: want it refused", query)
	}
	if body := string(problem.Document{Errors: errs}.JSON()); strings.ContainsAny(body, "\x00\r\n<") {
		t.Errorf("what was sent comes back as it came: %q", body)
	}
	if len(errs) != 1 || errs[0].Parameter != p.name || errs[0].Detail == "" {
		t.Fatalf("%s: named %+v, want %s alone", query, errs, p.name)
	}
	if fix := errs[0].Fix; !strings.Contains(fix, p.fix) && fix != "give a value or leave the parameter out" {
		t.Errorf("the fix %q says nothing of %q", fix, p.fix)
	}
}

// TestAScalarIsGivenOnceAndAListAsOftenAsOneLikes, also where both values are equal.
func TestAScalarIsGivenOnceAndAListAsOftenAsOneLikes(t *testing.T) {
	for _, p := range specimensOfAll {
		_, _, err := List(p.with(p.value, p.value))
		if (err == nil) != p.list {
			t.Errorf("%s twice: %v", p.name, err)
		}
		_, _, err = List(p.with(p.value + "," + p.value))
		if (err == nil) != p.list {
			t.Errorf("%s with a comma: %v", p.name, err)
		}
	}
}

// TestListsComeRepeatedWithCommasAndMixed, with blanks around a value or not, and mean one set; an empty value is none.
func TestListsComeRepeatedWithCommasAndMixed(t *testing.T) {
	values := map[string][3]string{
		"npi": {"9000000017", "9000000025", "9000000033"}, "departmentUrlName": {"AcmeRiverton", "AcmeTacoma", "acme.x"},
	}
	for _, p := range specimensOfAll {
		if !p.list {
			continue
		}
		v, ok := values[p.name]
		if !ok {
			v = [3]string{"One", "two", "THREE"}
		}
		var texts []string
		for _, query := range []string{
			p.with(v[0], v[1], v[2]), p.with(v[0] + "," + v[1] + "," + v[2]), p.with(v[2]+","+v[0], v[1]),
			p.with(v[1]+" , "+v[0]+",  "+v[2], v[0]), p.with(" " + v[2] + "," + v[1] + "," + v[0] + " "),
		} {
			q, _, err := List(query)
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			texts = append(texts, q.Canonical())
		}
		if slices.Sort(texts); texts[0] != texts[len(texts)-1] {
			t.Errorf("%s: two meanings, %q and %q", p.name, texts[0], texts[len(texts)-1])
		}
		for _, query := range []string{p.with(v[0] + ","), p.with("," + v[0]), p.with(v[0] + ",," + v[1]), p.with(v[0], ""), p.with(" ")} {
			if q, _, err := List(query); err == nil {
				t.Errorf("an empty value in %s is taken for %+v", query, q)
			}
		}
	}
}

// TestAllOffendersAreNamedInOneAnswer: every parameter is wrong, and three are not ours.
func TestAllOffendersAreNamedInOneAnswer(t *testing.T) {
	query := "utm_source=tv&NPI=1&departmentIdentifier=x"
	want := []string{"NPI", "departmentIdentifier", "utm_source"}
	for i := range specimensOfAll {
		query += "&" + specimensOfAll[len(specimensOfAll)-1-i].name + "=%00"
		want = append(want, specimensOfAll[i].name)
	}
	var names []string
	for _, v := range refused(query) {
		names = append(names, v.Parameter)
	}
	if !slices.Equal(names, want) {
		t.Errorf("named\n%v, want\n%v", names, want)
	}
}

// TestARequestOfManyUnknownParametersHasAShortAnswer: the first twenty are named, long names are cut.
func TestARequestOfManyUnknownParametersHasAShortAnswer(t *testing.T) {
	query := "npi=9000000017"
	for i := range 100 {
		query += "&" + strings.Repeat(string(rune('a'+i%26)), 1+i/26)
	}
	query += "&" + strings.Repeat("A", 5000)
	errs := refused(query)
	if body := (problem.Document{Errors: errs}).JSON(); len(errs) != maxNamed || len([]rune(errs[0].Parameter)) != 65 || len(body) > 4<<10 {
		t.Errorf("%d named, the first %q, %d bytes", len(errs), errs[0].Parameter, len(body))
	}
}
