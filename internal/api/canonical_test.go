package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/api/query"
	"timeslots/internal/timeslot"
)

// meaning is the canonical text of a raw query at a Monday noon in Los Angeles, for a product that ranks soonest first.
func meaning(t *testing.T, raw string) string {
	t.Helper()
	s := newStand(t, nil)
	codes, err := timeslot.ParsePostalCodes("98101,47.61,-122.33")
	if err != nil {
		t.Fatal(err)
	}
	s.engine.prepare = func(q *timeslot.Query) {
		q.Locate(codes)
		q.ForgetPast(time.Date(2026, 10, 5, 19, 0, 0, 0, time.UTC))
	}
	q, _, err := s.understand(raw, form{routeTimeslots, query.List, s.encoder.List})
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return q.Canonical()
}

func TestEqualMeaningIsEqualText(t *testing.T) {
	for name, raws := range map[string][]string{
		"order, repeats and commas":     {"npi=9000000017,9000000025", "npi=9000000025&npi=9000000017", "npi=9000000025,9000000017,9000000025", "npi=9000000017%2C9000000025"},
		"order of parameters":           {"npi=9000000017&limit=5&sort=nearest", "sort=nearest&limit=5&npi=9000000017"},
		"case of visit types":           {"npi=9000000017&visitTypeName=FluShot,Illness", "npi=9000000017&visitTypeName=illness&visitTypeName=FLUSHOT"},
		"case of filters":               {"npi=9000000017&specialty=Family+Medicine&clinicType=retail", "npi=9000000017&specialty=family%20medicine&clinicType=Retail"},
		"spelling of gender":            {"npi=9000000017&gender=F", "npi=9000000017&gender=female", "npi=9000000017&gender=Female,f"},
		"defaults written out":          {"npi=9000000017", "npi=9000000017&limit=100&sort=soonest&explain=false&newOrEstablishedPatient=bothNewAndEstablishedPatient"},
		"products that rank alike":      {"npi=9000000017", "npi=9000000017&product=default", "npi=9000000017&product=made-up"},
		"numbers":                       {"latitude=47.61&longitude=-122.33&visitTypeName=a", "latitude=%2B47.610&longitude=-122.33000&visitTypeName=A", "latitude=4.761e1&longitude=-12233e-2&visitTypeName=a"},
		"a radius that would be anyway": {"latitude=47.61&longitude=-122.33&visitTypeName=a", "latitude=47.61&longitude=-122.33&visitTypeName=a&radius=30"},
		"a radius of nothing":           {"npi=9000000017", "npi=9000000017&radius=10"},
		"a start that is over":          {"npi=9000000017", "npi=9000000017&startDate=2026-10-04", "npi=9000000017&startDate=2020-01-01"},
		"a place and its postal code":   {"latitude=47.61&longitude=-122.33&visitTypeName=a", "postalCode=98101&visitTypeName=a", "postalCode=98101-1234&visitTypeName=a"},
		"an unknown code's extension":   {"postalCode=10001&visitTypeName=a", "postalCode=10001-0001&visitTypeName=a", "postalCode=10001&latitude=1&longitude=1&visitTypeName=a"},
	} {
		want := meaning(t, raws[0])
		for _, raw := range raws[1:] {
			if diff := cmp.Diff(want, meaning(t, raw)); diff != "" {
				t.Errorf("%s: %s and %s differ:\n%s", name, raws[0], raw, diff)
			}
		}
	}
}

func TestDifferentMeaningIsDifferentText(t *testing.T) {
	raws := []string{
		"npi=9000000017", "npi=9000000025", "npi=9000000017&sort=nearest", "npi=9000000017&limit=99", "npi=9000000017&explain=true",
		"npi=9000000017&startDate=2026-10-06", "npi=9000000017&endDate=2026-10-06", "npi=9000000017&daysOfSlots=1", "npi=9000000017&userTimezone=UTC",
		"npi=9000000017&newOrEstablishedPatient=newPatient", "npi=9000000017&gender=f", "npi=9000000017&gender=m", "npi=9000000017&specialty=f",
		"npi=9000000017&latitude=47.61&longitude=-122.33", "npi=9000000017&latitude=47.61&longitude=-122.33&radius=30", "npi=9000000017&latitude=47.61&longitude=-122.33&radius=31",
		"npi=9000000017&latitude=-47.61&longitude=-122.33", "npi=9000000017&visitTypeName=a", "npi=9000000017&visitTypeName=b", "npi=9000000017&ehrInstance=a", "npi=9000000017&modality=a",
		"npi=9000000017&clinicType=a", "departmentUrlName=a&visitTypeName=a", "departmentUrlName=A&visitTypeName=a", "npi=9000000017&departmentUrlName=a&visitTypeName=a", "postalCode=10001&visitTypeName=a",
	}
	seen := map[string]string{}
	for _, raw := range raws {
		text := meaning(t, raw)
		if other, twice := seen[text]; twice {
			t.Errorf("%s and %s are one", raw, other)
		}
		seen[text] = raw
	}
}

// TestWhatIsWrongAndWhatIsTooMuchAreNamedTogether: a developer mends a request once.
func TestWhatIsWrongAndWhatIsTooMuchAreNamedTogether(t *testing.T) {
	s := newStand(t, nil)
	s.engine.tooMuch = []timeslot.Violation{{Parameter: "npi", Detail: "101 values", Fix: "ask for fewer"}}
	w := s.get("/v1/timeslots?npi=9000000017&limit=0&foo=1")
	s.document(t).check(t, searching, w)
	p := problemIn(t, w)
	var names []string
	for _, v := range p.Errors {
		names = append(names, v.Parameter)
	}
	if !slices.Equal(names, []string{"foo", "limit", "npi"}) || w.Code != http.StatusBadRequest || !strings.Contains(p.Detail, "limit") || s.engine.calls != 0 {
		t.Errorf("named %v after %d searches", names, s.engine.calls)
	}
}
