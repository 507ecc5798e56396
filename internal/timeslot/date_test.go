package timeslot

import (
	"testing"
	"time"
)

func TestTheDayBeginsWhereTheClockSaysEvenWithoutAMidnight(t *testing.T) {
	tests := []struct {
		zone, date, want string
	}{
		{"America/Los_Angeles", "2026-11-01", "2026-11-01T00:00:00-07:00"},
		{"America/Los_Angeles", "2026-11-02", "2026-11-02T00:00:00-08:00"},
		{"America/New_York", "2027-03-14", "2027-03-14T00:00:00-05:00"},
		{"Asia/Tokyo", "2027-03-14", "2027-03-14T00:00:00+09:00"},
		{"America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"}, // the clock jumps from 00:00 to 01:00
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseDate(tt.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.In(loc).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s begins at %s, want %s", tt.date, tt.zone, got, tt.want)
		}
		if DateOf(d.In(loc)) != d {
			t.Errorf("%s in %s does not begin on its own day", tt.date, tt.zone)
		}
	}
}

func TestTomorrowIsTheNextDayAlsoWhenTheClockChanges(t *testing.T) {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	lateEvening := time.Date(2026, 11, 1, 0, 30, 0, 0, loc) // 24 hours later it is still the 1st
	if d := DateOf(lateEvening) + 1; d.String() != "2026-11-02" {
		t.Errorf("tomorrow is %s", d)
	}
}

func TestDatesThatAreNoneAreRefused(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026-2-3", "26-02-03", "2026-02-03T00:00:00Z", " 2026-02-03", "2026-13-01"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %s, want it refused", s, d)
		}
	}
}

func TestTodayIsKnownOnlyWithinADayOrTwo(t *testing.T) {
	now := time.Date(2030, 3, 1, 11, 30, 0, 0, time.UTC)
	if e, l := EarliestToday(now).String(), LatestToday(now).String(); e != "2030-02-28" || l != "2030-03-02" {
		t.Errorf("today is between %s and %s, want the 28th of February and the 2nd of March", e, l)
	}
}

func TestDistancesAreThoseOfTheMap(t *testing.T) {
	seattle, portland := Point{47.6062, -122.3321}, Point{45.5152, -122.6784}
	if d := seattle.MilesTo(portland); d < 144 || d > 146 {
		t.Errorf("Seattle to Portland is %.1f miles, want about 145", d)
	}
	if d := seattle.MilesTo(seattle); d != 0 {
		t.Errorf("nowhere is %v miles away", d)
	}
	if s := RoundingSlackMiles(2); s < 0.4 || s > 0.6 {
		t.Errorf("rounding to 0.01° moves a point by up to %.2f miles, want about half a mile", s)
	}
}

func TestFreshnessRunsThroughItsBounds(t *testing.T) {
	fetched := time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)
	policy := Policy{Fresh: 15 * time.Second, Stale: 45 * time.Second, StaleOnError: 10 * time.Minute, Negative: 10 * time.Second}
	b := policy.Bounds(fetched, false)
	for _, tt := range []struct {
		age  time.Duration
		want Freshness
	}{{0, Fresh}, {15*time.Second - 1, Fresh}, {15 * time.Second, Stale}, {time.Minute, StaleOnError}, {11 * time.Minute, Expired}} {
		if got := b.At(fetched.Add(tt.age)); got != tt.want {
			t.Errorf("after %v: %d, want %d", tt.age, got, tt.want)
		}
	}
	if got := policy.Bounds(fetched, true).At(fetched.Add(10 * time.Second)); got != Expired {
		t.Errorf("a not-found after its negative time: %d, want expired", got)
	}
}

func TestPublicIDsAreStableAndTellSlotsApart(t *testing.T) {
	offer := func(change func(*Schedule)) string {
		s := Schedule{EHRInstance: "e", DepartmentID: "1", NPI: "9000000017", VisitTypeID: "7203", VisitTypeName: "FollowUp"}
		change(&s)
		o := Offer{Schedule: &s, Start: 1_900_000_000}
		return o.PublicID()
	}
	a := offer(func(*Schedule) {})
	if again := offer(func(s *Schedule) { s.VisitTypeName, s.Modality = "FOLLOWUP", Video }); again != a || len(a) != 16 {
		t.Errorf("ids %q and %q: want 16 characters, the same each time", a, again)
	}
	for what, b := range map[string]string{
		"fields that run into each other":    offer(func(s *Schedule) { s.EHRInstance, s.DepartmentID = "e1", "" }),
		"another visit type with the one id": offer(func(s *Schedule) { s.VisitTypeName = "NewPatient" }),
	} {
		if a == b {
			t.Errorf("%s: two slots have one id", what)
		}
	}
}
