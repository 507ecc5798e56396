package merge_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// TestEveryDayOfAClockChangeHasItsOwnSlots: half hours from the day before until the day after, in zones that change,
// that do not, and that are a day ahead; counted by day as entries are, in the place's own zone and in the reader's.
func TestEveryDayOfAClockChangeHasItsOwnSlots(t *testing.T) {
	zones := []string{losAngeles, "America/New_York", "America/Phoenix", "Pacific/Auckland"}
	for _, day := range []string{"2026-11-01", "2027-03-14", "2027-11-07"} {
		for _, place := range zones {
			for _, reader := range append([]string{""}, zones...) {
				t.Run(fmt.Sprint(day, " ", place, " ", reader), func(t *testing.T) {
					f := hourly(place, day, day)
					zone, err := time.LoadLocation(reader)
					if reader == "" {
						zone, err = time.LoadLocation(place)
					}
					if err != nil {
						t.Fatal(err)
					}
					// By hand: which half hours of that day there are, and on which day each is for the reader.
					local, _ := time.LoadLocation(place)
					byHand := map[string]int{}
					var starts []int64
					for _, s := range f.Slots {
						if at := time.Unix(s.Start, 0); at.In(local).Format(time.DateOnly) == day {
							byHand[at.In(zone).Format(time.DateOnly)]++
							starts = append(starts, s.Start)
						}
					}
					q := query(func(q *timeslot.Query) {
						q.StartDate, q.EndDate, q.Zone, q.By, q.Per = date(day), date(day), reader, timeslot.ByProvider, timeslot.MaxPer
					})
					entry := merged(q, f).Result.Entries[0]
					got := map[string]int{}
					for _, d := range entry.Days {
						got[d.Date.String()] = d.Count
					}
					if diff := cmp.Diff(byHand, got); diff != "" {
						t.Errorf("days (-by hand +got):\n%s", diff)
					}
					q = query(func(q *timeslot.Query) { q.StartDate, q.EndDate, q.Zone, q.Limit = date(day), date(day), reader, 500 })
					var offered []int64
					for _, o := range merged(q, f).Result.Slots {
						offered = append(offered, o.Start)
						if _, want := time.Unix(o.Start, 0).In(local).Zone(); int(o.Offset)*60 != want {
							t.Errorf("%v has offset %d", time.Unix(o.Start, 0).In(local), o.Offset)
						}
					}
					if diff := cmp.Diff(starts, offered); diff != "" {
						t.Errorf("slots (-by hand +got):\n%s", diff)
					}
				})
			}
		}
	}
}
