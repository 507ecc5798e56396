package world

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// monday is 2030-03-04, nine in the morning in Riverton, six days before the clocks go forward there.
var monday = time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)

// builtWorld is the world of the tenant that tests run against.
func builtWorld(t testing.TB, options ...func(*Options)) *World {
	t.Helper()
	o := Options{Tenant: "acme", Seed: 1, Departments: 60, Providers: 240, Lookahead: 90, Now: monday}
	for _, set := range options {
		set(&o)
	}
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAboutAThirdOfTheGridIsBusy(t *testing.T) {
	all, busy := 0, 0
	for _, s := range builtWorld(t).schedules {
		for start := range s.starts(dayOf(monday) + 1) {
			all++
			if s.busy(start) {
				busy++
			}
		}
	}
	if share := float64(busy) / float64(all); share < 0.33 || share > 0.37 {
		t.Errorf("%d of %d starts are busy", busy, all)
	}
}

func TestEverySizeOfDirectoryIsConsistent(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 30}, {9, 9}, {60, 240}, {500, 2000}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			w := builtWorld(t, func(o *Options) { o.Departments, o.Providers = size[0], size[1] })
			urls, keys, npis, people := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]*Person{}
			for _, d := range w.Departments {
				urls[d.URLName], keys[d.Key] = true, true
			}
			for _, c := range w.Clinicians {
				npis[c.NPI] = true
			}
			if len(urls) != size[0] || len(keys) != size[0] || len(npis) != size[1] {
				t.Errorf("%d urls, %d keys, %d NPIs", len(urls), len(keys), len(npis))
			}
			for _, s := range w.schedules {
				if other := people[s.Person.ProviderID]; other != nil && other != s.Person {
					t.Fatalf("%s is two persons", s.Person.ProviderID)
				}
				people[s.Person.ProviderID] = s.Person
			}
		})
	}
}

func TestOneClinicianAtTwoClinicsOnOneDayIsNeverAtBoth(t *testing.T) {
	w := builtWorld(t, func(o *Options) { o.Untidy = TwoClinics | Crowded })
	both := map[Kind]int{}
	for _, c := range w.Clinicians {
		type stay struct {
			Span
			at *Department
		}
		var stays []stay
		where := map[Day]map[*Department]bool{}
		for _, o := range c.Offers {
			for _, s := range o.Schedules {
				for d := dayOf(monday); d < dayOf(monday)+7; d++ {
					for start := range s.starts(d) {
						if where[d] == nil {
							where[d] = map[*Department]bool{}
						}
						where[d][o.Department] = true
						stays = append(stays, stay{Span{start, start + s.Seconds()}, o.Department})
					}
				}
			}
		}
		for _, places := range where {
			if len(places) == 2 {
				both[c.Home.Kind]++
			}
		}
		if c.Pool || len(c.Departments()) < 2 {
			continue
		}
		for i, a := range stays {
			for _, b := range stays[:i] {
				if a.at != b.at && a.overlaps(b.Span) {
					t.Fatalf("%s is at %s and %s at once", c.NPI, a.at.Name, b.at.Name)
				}
			}
		}
	}
	if both[expressCare] == 0 || both[primaryCare] == 0 || both[FluShots] == 0 {
		t.Errorf("days at two clinics: %v", both)
	}
}

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

// startOn is the schedule's first start of the day that is busy, or that is not.
func startOn(t *testing.T, s *Schedule, d Day, busy bool) int64 {
	t.Helper()
	for start := range s.starts(d) {
		if s.busy(start) == busy {
			return start
		}
	}
	t.Fatalf("no start on %s has busy %v", d, busy)
	return 0
}

func TestABusyStartThatIsReleasedIsOffered(t *testing.T) {
	w := builtWorld(t)
	s := SchedulesFor(w.ByURLName["AcmeRiverton"].Offers, func(o *Offer) bool { return o.Clinician.NPI == NPI(10) })[0]
	start := startOn(t, s, dayOf(monday)+1, true)
	w.Store.Release(s.Offer, start, monday)
	c := w.Store.Calendars([]*Schedule{s}, View{Now: monday})[0]
	if !c.free(start) || w.Store.Book(&Visit{Schedule: s, Start: start, Requested: monday}) != NoConflict {
		t.Error("the released start is not for sale")
	}
}

func TestTheOldestVisitsAreForgottenButTheirTimeStaysSold(t *testing.T) {
	st := newStore(0)
	s := builtWorld(t).ByURLName["AcmeRiverton"].Offers[0].Schedules[0]
	st.order = make([]*Visit, maxVisits)
	for i := range st.order {
		st.order[i] = &Visit{ID: "old", Schedule: s}
	}
	v := &Visit{ID: "new", Schedule: s, Start: startOn(t, s, dayOf(monday)+3, false), Requested: monday}
	if st.Book(v) != NoConflict || len(st.order) != maxVisits || st.order[maxVisits-1] != v {
		t.Errorf("%d visits are remembered", len(st.order))
	}
	if st.Book(v) != slotUnavailable {
		t.Error("the time was sold twice")
	}
}

func FuzzSlotIDsNameTheirSlotAndNothingElseDoes(f *testing.F) {
	f.Add("b3BhcXVlLXNpbS1zbG90LTAwMDAwMQ==", 3, int64(1898960400))
	f.Add("", 0, int64(0))
	ids := SlotIDs{seed: 1}
	f.Fuzz(func(t *testing.T, text string, index int, start int64) {
		index, start = index&(1<<24-1), (start&(1<<40-1))/60*60
		id := string(ids.Append(nil, &Schedule{Index: index}, start))
		if i, s, ok := ids.parse(id); !ok || i != index || s != start {
			t.Fatalf("%s: %d %d %v, want %d %d", id, i, s, ok, index, start)
		}
		if i, s, ok := ids.parse(text); ok && string(ids.Append(nil, &Schedule{Index: i}, s)) != text {
			t.Fatalf("%q is taken for %d %d", text, i, s)
		}
		if _, _, ok := (SlotIDs{seed: 2}).parse(id); ok {
			t.Fatalf("another tenant takes %s", id)
		}
	})
}

func TestSwitchesAreReadByName(t *testing.T) {
	for text, want := range map[string]Untidy{
		"": 0, "bom": ByteOrderMark, "shared-ids, names": SharedIDs | OddNames, "untidy": Throughout,
		"untidy,unreadable": Throughout | Unreadable, strings.Join(untidyNames[:], ","): Throughout | Unreadable,
	} {
		if got, err := ParseUntidy(text); err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"BOM", "bom,", "tidy"} {
		if got, err := ParseUntidy(text); err == nil || !strings.Contains(err.Error(), "shared-ids") {
			t.Errorf("%q: %s %v", text, got, err)
		}
	}
}
