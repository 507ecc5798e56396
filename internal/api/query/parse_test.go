package query

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestEveryParameterIsRead(t *testing.T) {
	q, product, err := List("npi=9000000025,9000000017&departmentUrlName=AcmeRiverton&latitude=47.61&longitude=-122.33&radius=25&visitTypeName=Illness,illness" +
		"&newOrEstablishedPatient=newPatient&clinicType=Retail&specialty=Family+Medicine&gender=F&ehrInstance=org.acme.ehr.main&modality=VIDEO" +
		"&startDate=2030-03-04&endDate=2030-03-10&daysOfSlots=3&userTimezone=America/New_York&sort=nearest&limit=10&explain=true&product=flushot")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := timeslot.ParseDate("2030-03-04")
	want := &timeslot.Query{
		NPIs: []string{"9000000017", "9000000025"}, Departments: []string{"AcmeRiverton"},
		Point: &timeslot.Point{Latitude: 47.61, Longitude: -122.33}, Radius: 25, RadiusExplicit: true,
		VisitTypes: []string{"Illness"}, Patient: timeslot.NewPatient, ClinicTypes: []string{"retail"}, Specialties: []string{"family medicine"},
		Genders: []string{"female"}, EHRInstances: []string{"org.acme.ehr.main"}, Modalities: []string{"video"},
		StartDate: first, EndDate: first + 6, DaysOfSlots: 3, Zone: "America/New_York", Sort: timeslot.Nearest, Limit: 10, Explain: true,
	}
	if diff := cmp.Diff(want, q); diff != "" || product != "flushot" {
		t.Errorf("product %q, query (-want +got):\n%s", product, diff)
	}
}

func TestACursorIsHandedOnAsItCame(t *testing.T) {
	const cursor = "AQIDBAUGBwgJCgsMDQ_-0"
	q, _, err := List("npi=9000000017&cursor=" + cursor)
	if err != nil || q.Cursor != cursor {
		t.Errorf("cursor %q, %v", q.Cursor, err)
	}
}

func TestThePostalCodeWinsOverAPoint(t *testing.T) {
	q, _, err := List("postalCode=98101&latitude=47.61&longitude=-122.33&visitTypeName=Illness")
	if err != nil || q.Point != nil || q.PostalCode != "98101" {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestOffendersAreAllNamedWithAFix(t *testing.T) {
	tests := map[string]struct {
		query string
		want  []string // parameters
	}{
		"nothing asked":             {"", []string{"npi"}},
		"unknown parameters":        {"npi=9000000017&utm_source=x&Npi=1", []string{"Npi", "utm_source"}},
		"short npi":                 {"npi=123", []string{"npi"}},
		"letters in npi":            {"npi=90000000aa", []string{"npi"}},
		"one of many is wrong":      {"npi=9000000017,,9000000025", []string{"npi"}},
		"path in a url name":        {"departmentUrlName=..%2Fadmin&visitTypeName=Illness", []string{"departmentUrlName"}},
		"percent left over":         {"departmentUrlName=a%252fb&visitTypeName=Illness", []string{"departmentUrlName"}},
		"department, no visit type": {"departmentUrlName=AcmeRiverton", []string{"visitTypeName"}},
		"area, no visit type":       {"latitude=1&longitude=2", []string{"visitTypeName"}},
		"half a point":              {"latitude=1&visitTypeName=x", []string{"longitude"}},
		"off the globe":             {"latitude=91&longitude=-181&visitTypeName=x", []string{"latitude", "longitude"}},
		"not a number":              {"latitude=NaN&longitude=0x1p-2&visitTypeName=x", []string{"latitude", "longitude"}},
		"bad postal code":           {"postalCode=9810&visitTypeName=x", []string{"postalCode"}},
		"radius out of range":       {"npi=9000000017&radius=101", []string{"radius"}},
		"radius of zero":            {"npi=9000000017&radius=0", []string{"radius"}},
		"unknown patient kind":      {"npi=9000000017&newOrEstablishedPatient=new", []string{"newOrEstablishedPatient"}},
		"no such day":               {"npi=9000000017&startDate=2030-02-30", []string{"startDate"}},
		"end before start":          {"npi=9000000017&startDate=2030-03-02&endDate=2030-03-01", []string{"endDate"}},
		"no such zone":              {"npi=9000000017&userTimezone=Mars/Base", []string{"userTimezone"}},
		"zone of the machine":       {"npi=9000000017&userTimezone=localtime", []string{"userTimezone"}},
		"zone as a path":            {"npi=9000000017&userTimezone=../etc/passwd", []string{"userTimezone"}},
		"the machine's zone":        {"npi=9000000017&userTimezone=Local", []string{"userTimezone"}},
		"unknown order":             {"npi=9000000017&sort=cheapest", []string{"sort"}},
		"limit out of range":        {"npi=9000000017&limit=501", []string{"limit"}},
		"days of slots zero":        {"npi=9000000017&daysOfSlots=0", []string{"daysOfSlots"}},
		"repeated scalar":           {"npi=9000000017&limit=1&limit=2", []string{"limit"}},
		"empty scalar":              {"npi=9000000017&sort=", []string{"sort"}},
		"explain, oddly":            {"npi=9000000017&explain=yes", []string{"explain"}},
		"short cursor":              {"npi=9000000017&cursor=abc", []string{"cursor"}},
		"endless cursor":            {"npi=9000000017&cursor=" + strings.Repeat("A", maxCursor+1), []string{"cursor"}},
		"odd cursor letters":        {"npi=9000000017&cursor=AQIDBAUGBwgJCgsMDQ%3D%3D", []string{"cursor"}},
		"two cursors":               {"npi=9000000017&cursor=AQIDBAUGBwgJCgsMDQ&cursor=AQIDBAUGBwgJCgsMDQ", []string{"cursor"}},
		"empty cursor":              {"npi=9000000017&cursor=", []string{"cursor"}},
		"product with a blank":      {"npi=9000000017&product=a%20b", []string{"product"}},
		"product twice":             {"npi=9000000017&product=a&product=b", []string{"product"}},
		"script in a word":          {"npi=9000000017&specialty=%3Cscript%3E", []string{"specialty"}},
		"semicolon":                 {"npi=9000000017;x=1", []string{"query"}},
		"broken escape":             {"npi=%zz", []string{"query"}},
		"too long":                  {"npi=" + strings.Repeat("9000000017,", 1000), []string{"query"}},
		"several at once":           {"npi=1&radius=x&sort=y&foo=1", []string{"foo", "npi", "radius", "sort"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := List(tt.query)
			invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err)
			if !ok {
				t.Fatalf("err = %v, want the query refused", err)
			}
			var names []string
			for _, v := range invalid.Violations {
				names = append(names, v.Parameter)
				if v.Detail == "" || v.Fix == "" {
					t.Errorf("%+v: want a detail and a fix", v)
				}
			}
			if !slices.Equal(names, tt.want) {
				t.Errorf("named %v, want %v", names, tt.want)
			}
		})
	}
}

// FuzzParseQuery: whatever comes, the answer is a violation or a query whose canonical text means the same.
func FuzzParseQuery(f *testing.F) {
	f.Add("npi=9000000017&visitTypeName=Illness&startDate=2030-03-04&limit=5")
	f.Add("latitude=47.61&longitude=-122.33&radius=25&visitTypeName=FluShot&sort=nearest")
	f.Add("departmentUrlName=A,B&visitTypeName=x&userTimezone=Asia/Tokyo&gender=F,m")
	f.Add("npi=9000000017&cursor=AQIDBAUGBwgJCgsMDQ_-0")
	f.Add("postalCode=98101-1234&visitTypeName=a%2Cb&explain=false")
	f.Fuzz(func(t *testing.T, raw string) {
		q, _, err := List(raw)
		if err != nil {
			if invalid, ok := errors.AsType[*timeslot.InvalidQueryError](err); !ok || len(invalid.Violations) == 0 {
				t.Fatalf("error %v names nothing", err)
			}
			return
		}
		q.Sort = timeslot.Soonest
		canonical := q.Canonical()
		again, _, err := List(strings.Replace(canonical, "&radiusFilters=true", "", 1))
		if err != nil {
			t.Fatalf("the canonical text %q is refused: %v", canonical, err)
		}
		again.RadiusExplicit = q.RadiusExplicit // only the canonical text tells it apart from a default
		if again.Canonical() != canonical {
			t.Fatalf("canonical twice differs:\n%q\n%q", canonical, again.Canonical())
		}
	})
}

func BenchmarkParseQuery(b *testing.B) {
	const raw = "npi=9000000017,9000000025,9000000033&visitTypeName=FollowUp&startDate=2030-03-04&product=findadoctor"
	for b.Loop() {
		if q, _, err := List(raw); err != nil || q.Canonical() == "" {
			b.Fatal(err)
		}
	}
}
