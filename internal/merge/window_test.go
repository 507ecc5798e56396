package merge_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

func date(s string) timeslot.Date {
	if s == "" {
		return 0
	}
	d, err := timeslot.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// hourly lists a slot every half hour from an hour before the first day to an hour after the last, in one zone.
func hourly(zone, first, last string) *timeslot.Fragment {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	l := list{Schedule: with(followUp(ann), func(s *timeslot.Schedule) { s.Timezone = zone })}
	end := (date(last) + 1).In(loc).Add(time.Hour)
	for t := date(first).In(loc).Add(-time.Hour); !t.After(end); t = t.Add(30 * time.Minute) {
		l.slots = append(l.slots, slot(t.Unix(), 0, 0))
	}
	return answered(v5(ann), 0, l)
}

// TestTheWindow is asked at noon of 5 October in Los Angeles, when it is the 6th in Tokyo.
func TestTheWindow(t *testing.T) {
	const tokyo = "Asia/Tokyo"
	for name, tt := range map[string]struct {
		zone, start, end string
		first, last      string
	}{
		"by default, two weeks after today":    {losAngeles, "", "", "2026-10-05T12:30:00-07:00", "2026-10-19T23:30:00-07:00"},
		"where it is tomorrow, from there":     {tokyo, "", "", "2026-10-06T04:30:00+09:00", "2026-10-20T23:30:00+09:00"},
		"a start in the past means today":      {losAngeles, "2026-10-01", "2026-10-07", "2026-10-05T12:30:00-07:00", "2026-10-07T23:30:00-07:00"},
		"a past start does not shorten it":     {losAngeles, "2026-10-01", "", "2026-10-05T12:30:00-07:00", "2026-10-19T23:30:00-07:00"},
		"days are whole, ends inclusive":       {losAngeles, "2026-10-07", "2026-10-08", "2026-10-07T00:00:00-07:00", "2026-10-08T23:30:00-07:00"},
		"each department's own":                {tokyo, "2026-10-07", "2026-10-08", "2026-10-07T00:00:00+09:00", "2026-10-08T23:30:00+09:00"},
		"the default begins at the start date": {losAngeles, "2026-10-07", "", "2026-10-07T00:00:00-07:00", "2026-10-21T23:30:00-07:00"},
		"ended before today":                   {losAngeles, "2026-10-01", "2026-10-04", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := query(func(q *timeslot.Query) { q.StartDate, q.EndDate, q.Limit = date(tt.start), date(tt.end), 2000 })
			out := merged(q, hourly(tt.zone, "2026-09-30", "2026-10-31"))
			got := starts(out.Result)
			if out.PerFragment[0] != len(got) {
				t.Errorf("%d slots inside the fragment, %d in the answer", out.PerFragment[0], len(got))
			}
			if tt.first == "" {
				if len(got) != 0 {
					t.Errorf("want nothing, got %v", got)
				}
				return
			}
			if len(got) == 0 || got[0] != tt.first || got[len(got)-1] != tt.last {
				t.Errorf("got %v, want %s … %s", got, tt.first, tt.last)
			}
		})
	}
}

// TestASlotIsPastFromItsFirstInstant, also within the second that it starts in.
func TestASlotIsPastFromItsFirstInstant(t *testing.T) {
	for _, tt := range []struct {
		sinceStart time.Duration
		want       int
	}{{-time.Second, 1}, {-time.Nanosecond, 1}, {0, 0}, {time.Nanosecond, 0}} {
		in := input(anything, answered(v5(ann), 0, at(followUp(ann), nine)))
		in.Now = instant(nine).Add(tt.sinceStart)
		if got := mergeOf(in).Total; got != tt.want {
			t.Errorf("%v after the start: %d slots, want %d", tt.sinceStart, got, tt.want)
		}
	}
}

func TestTheZoneOfADepartment(t *testing.T) {
	const utc = "2026-10-06T16:00:00Z"
	for name, tt := range map[string]struct {
		directory, schedule, written string
		want, zone                   string
	}{
		"the directory's":                 {"America/New_York", losAngeles, utc, "2026-10-06T12:00:00-04:00", "America/New_York"},
		"the slots', without a better":    {"", "America/New_York", utc, "2026-10-06T12:00:00-04:00", "America/New_York"},
		"the slots', if there is no such": {"Mars/Olympus", "America/New_York", utc, "2026-10-06T12:00:00-04:00", "America/New_York"},
		"the offset that upstream wrote":  {"", "Mars/Olympus", nine, nine, ""},
		"a zone of another list of zones": {"Pacific Standard Time", "Pacific Standard Time", nine, nine, ""},
		"never the machine's own":         {"Local", "", nine, nine, ""},
		"an offset that it has not":       {losAngeles, "", "2026-10-06T10:00:00-06:00", "2026-10-06T10:00:00-06:00", losAngeles},
		"nobody says":                     {"", "", utc, "2026-10-06T16:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := with(followUp(ann), func(s *timeslot.Schedule) { s.Timezone = tt.schedule })
			r := merged(query(func(q *timeslot.Query) { q.DaysOfSlots = 1 }), answered(v5(ann), 0, at(s, tt.written)),
				departments(timeslot.Department{EHRInstance: main, ID: "1", Timezone: tt.directory})).Result
			o := one(t, r)
			if got := localStart(o); got != tt.want || o.Schedule.Timezone != tt.zone || r.Departments[main+"|1"].Timezone != tt.zone {
				t.Errorf("start %s in %q and %q, want %s in %q", got, o.Schedule.Timezone, r.Departments[main+"|1"].Timezone, tt.want, tt.zone)
			}
		})
	}
}

// TestUpstreamsOffsetIsWhatPeopleRead: the zone's rules changed, and the database of this program is older. British
// Columbia stays at -07:00; a quarter past midnight is on the day that the clinic says, and not on the one before.
func TestUpstreamsOffsetIsWhatPeopleRead(t *testing.T) {
	const late, early, after = "2026-10-07T00:15:00-06:00", "2026-10-06T09:00:00-06:00", "2026-10-07T23:30:00-06:00"
	fragment := answered(v5(ann), 0, at(followUp(ann), early, late, after))
	for name, tt := range map[string]struct {
		change func(q *timeslot.Query)
		want   []string
	}{
		"all":                  {func(*timeslot.Query) {}, []string{early, late, after}},
		"from a day on":        {func(q *timeslot.Query) { q.StartDate = date("2026-10-07") }, []string{late, after}},
		"until a day":          {func(q *timeslot.Query) { q.EndDate = date("2026-10-06") }, []string{early}},
		"one day":              {func(q *timeslot.Query) { q.StartDate, q.EndDate = date("2026-10-07"), date("2026-10-07") }, []string{late, after}},
		"the first with slots": {func(q *timeslot.Query) { q.DaysOfSlots = 1 }, []string{early}},
	} {
		t.Run(name, func(t *testing.T) {
			out := merged(query(tt.change), fragment)
			if diff := cmp.Diff(tt.want, starts(out.Result)); diff != "" {
				t.Error(diff)
			}
			if name != "the first with slots" && out.PerFragment[0] != len(tt.want) {
				t.Errorf("counted %d inside the window, want %d", out.PerFragment[0], len(tt.want))
			}
		})
	}
}

func TestDaysAreCountedAsTheyAreWritten(t *testing.T) {
	r := merged(query(func(q *timeslot.Query) { q.By = timeslot.ByProvider }), answered(v5(ann), 0, at(followUp(ann), "2026-10-07T00:15:00-06:00"))).Result
	if want := []timeslot.DayCount{{Date: date("2026-10-07"), Count: 1}}; !cmp.Equal(want, r.Entries[0].Days) {
		t.Errorf("%v, want %v", r.Entries[0].Days, want)
	}
}

func TestDaysOfSlotsCountsDatesThatHaveSlots(t *testing.T) {
	east := with(followUp(bob), func(s *timeslot.Schedule) { s.DepartmentID, s.Timezone = "2", "Asia/Tokyo" })
	fragments := []*timeslot.Fragment{
		answered(v5(ann), 0, at(followUp(ann), "2026-10-06T09:00:00-07:00", "2026-10-09T09:00:00-07:00", "2026-10-12T09:00:00-07:00")),
		answered(v5(bob), 0, at(east, "2026-10-07T08:00:00+09:00", "2026-10-10T08:00:00+09:00")), // the 6th and 9th in Los Angeles
	}
	for name, tt := range map[string]struct {
		days int
		zone string
		want int
	}{
		"all":                         {0, "", 5},
		"one, each in its own zone":   {1, "", 1},
		"two":                         {2, "", 2},
		"three":                       {3, "", 3},
		"one, all in one zone":        {1, losAngeles, 2},
		"two, all in one zone":        {2, losAngeles, 4},
		"one, in a zone farther east": {1, "Asia/Tokyo", 2},
		"more than there are":         {9, "", 5},
	} {
		t.Run(name, func(t *testing.T) {
			q := query(func(q *timeslot.Query) { q.DaysOfSlots, q.Zone = tt.days, tt.zone })
			if r := merged(q, fragments...).Result; r.Total != tt.want {
				t.Errorf("%d slots, want %d: %v", r.Total, tt.want, starts(r))
			}
		})
	}
}

func TestZonesAreLoadedOnceAndNeverGuessed(t *testing.T) {
	var zones merge.Zones
	first, ok := zones.Load(losAngeles)
	again, _ := zones.Load(losAngeles)
	if !ok || first != again {
		t.Error("the same zone was loaded twice")
	}
	for _, name := range []string{"", "Local", "localtime", "right/America/New_York", "Mars/Olympus", "../../etc/passwd"} {
		if loc, ok := zones.Load(name); ok {
			t.Errorf("%q is %v", name, loc)
		}
	}
}
