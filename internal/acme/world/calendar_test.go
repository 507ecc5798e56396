package world

import (
	"testing"
	"time"
)

func TestOnTheDaysWhenClocksChangeTheGridCountsRealHours(t *testing.T) {
	night := builtWorld(t).ByURLName["AcmeRivertonHillside"]
	if night == nil || night.Week != roundTheClock() {
		t.Fatalf("AcmeRivertonHillside is no night clinic: %+v", night)
	}
	s := *SchedulesFor(night.Offers, func(*Offer) bool { return true })[0]
	s.days, s.from, s.until, s.Person = everyDay, 0, MinutesPerDay, &Person{lunch: 12 * 60}
	for date, hours := range map[string]int{"2030-03-09": 23, "2030-03-10": 22, "2030-03-11": 23, "2030-11-03": 24} {
		d, err := ParseDay(date)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]bool{}
		for start := range s.starts(d) {
			texts[night.Zone.Text(start)] = true
		}
		if want := hours * 3; len(texts) != want {
			t.Errorf("%s has %d starts, want %d (an hour is the break)", date, len(texts), want)
		}
		switch date {
		case "2030-03-10":
			if texts["2030-03-10T02:20:00-08:00"] || texts["2030-03-10T02:20:00-07:00"] || !texts["2030-03-10T03:20:00-07:00"] {
				t.Errorf("the missing hour of %s is listed", date)
			}
		case "2030-11-03":
			if !texts["2030-11-03T01:20:00-07:00"] || !texts["2030-11-03T01:20:00-08:00"] {
				t.Errorf("%s lacks one of its two 01:20", date)
			}
		}
	}
}

func TestDaytimeClinicsOpenByTheWallClockAroundAChange(t *testing.T) {
	s := SchedulesFor(builtWorld(t).ByURLName["AcmeRiverton"].Offers, func(*Offer) bool { return true })[0]
	z := s.Offer.Department.Zone
	for date, want := range map[string]string{
		"2030-03-08": "2030-03-08T08:00:00-08:00", "2030-03-12": "2030-03-12T08:00:00-07:00",
		"2030-11-01": "2030-11-01T08:00:00-07:00", "2030-11-05": "2030-11-05T08:00:00-08:00",
	} {
		d, _ := ParseDay(date)
		for start := range s.starts(d) {
			if got := z.Text(start); got != want {
				t.Errorf("%s opens with %s, want %s", date, got, want)
			}
			break
		}
	}
}

func TestADayBeginsWithTheJumpWhereMidnightIsMissing(t *testing.T) {
	z, err := NewZone("America/Santiago", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := ParseDay("2024-09-08") // clocks went from 24:00 to 01:00
	if got := z.Text(z.Midnight(d)); got != "2024-09-08T01:00:00-03:00" {
		t.Errorf("the day begins at %s", got)
	}
	if got := z.Midnight(d) - z.Midnight(d-1); got != 24*3600 {
		t.Errorf("the day before has %d seconds", got)
	}
}

func TestDaysKnowTheirWeekdayAndText(t *testing.T) {
	for d := Day(-400); d < 40_000; d += 37 {
		if got, want := d.weekday(), d.utc().Weekday(); got != want {
			t.Fatalf("%s is a %s, want %s", d, got, want)
		}
		if back, err := ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%s read back is %s (%v)", d, back, err)
		}
	}
	at := time.Date(2030, 3, 4, 23, 0, 0, 0, time.UTC)
	if EarliestToday(at).String() != "2030-03-04" || LatestToday(at).String() != "2030-03-05" {
		t.Errorf("today is between %s and %s", EarliestToday(at), LatestToday(at))
	}
}

func TestZonesThatAreNotIANAAreRefused(t *testing.T) {
	for _, name := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
		if _, err := NewZone(name, 0, 0); err == nil {
			t.Errorf("%q is accepted", name)
		}
	}
}
