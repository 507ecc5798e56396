package merge_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// TestEveryDayOfAClockChangeHasItsOwnSlots: half hours from the day before until the day after, in zones that change,
// that do not, and that are a day ahead; counted by day as entries are, in the place's own zone and in the reader's.
func TestEveryDayOfAClockChangeHasItsOwnSlots(t *testing.T) {
	zones := [...]string{losAngeles, "America/New_York", "Europe/Berlin", "America/Phoenix", "Pacific/Auckland"}
	for day, halfHours := range map[string][len(zones)]int{
		"2026-11-01": {50, 50, 48, 48, 48},
		"2027-03-14": {46, 46, 48, 48, 48},
		"2026-10-25": {48, 48, 50, 48, 48},
		"2027-03-28": {48, 48, 46, 48, 48},
		"2027-11-07": {50, 50, 48, 48, 48},
	} {
		for i, place := range zones {
			for _, reader := range append(zones[:], "") {
				t.Run(fmt.Sprint(day, " ", place, " ", reader), func(t *testing.T) {
					checkDay(t, day, place, reader, halfHours[i])
				})
			}
		}
	}
}

func checkDay(t *testing.T, day, place, reader string, halfHours int) {
	f := hourly(place, day, day)
	var zones merge.Zones
	local, _ := zones.Load(place)
	zone, ok := zones.Load(reader)
	if !ok {
		zone = local
	}
	// By hand: which half hours of that day there are, and on which day each is for the reader.
	byHand := map[string]int{}
	var want []string
	for _, s := range f.Slots {
		if at := time.Unix(s.Start, 0); at.In(local).Format(time.DateOnly) == day {
			byHand[at.In(zone).Format(time.DateOnly)]++
			want = append(want, at.In(local).Format(time.RFC3339))
		}
	}
	q := query(func(q *timeslot.Query) { q.StartDate, q.EndDate, q.Zone, q.Limit = date(day), date(day), reader, 500 })
	out := merged(q, f)
	if diff := cmp.Diff(want, starts(out.Result)); diff != "" || len(want) != halfHours || out.PerFragment[0] != halfHours {
		t.Errorf("%d by hand, %d counted, want %d (-by hand +got):\n%s", len(want), out.PerFragment[0], halfHours, diff)
	}
	q.By, q.Per = timeslot.ByProvider, timeslot.MaxPer
	got := map[string]int{}
	for _, d := range merged(q, f).Result.Entries[0].Days {
		got[d.Date.String()] = d.Count
	}
	if diff := cmp.Diff(byHand, got); diff != "" {
		t.Errorf("days (-by hand +got):\n%s", diff)
	}
}
