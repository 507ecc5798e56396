package query

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"timeslots/internal/timeslot"
)

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
		"department, no visit type": {"departmentUrlName=AcmeRiverton", []string{"visitTypeName"}},
		"area, no visit type":       {"latitude=1&longitude=2", []string{"visitTypeName"}},
		"half a point":              {"latitude=1&visitTypeName=x", []string{"longitude"}},
		"end before start":          {"npi=9000000017&startDate=2030-03-02&endDate=2030-03-01", []string{"endDate"}},
		"short cursor":              {"npi=9000000017&cursor=abc", []string{"cursor"}},
		"endless cursor":            {"npi=9000000017&cursor=" + strings.Repeat("A", maxCursor+1), []string{"cursor"}},
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
