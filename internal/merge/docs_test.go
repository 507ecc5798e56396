package merge_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"timeslots/internal/timeslot"
)

const ranking = "../../docs/ranking.md"

// TestTheWorkedExamplesAreWhatIsRanked compares the tables of docs/ranking.md with the ranking itself.
func TestTheWorkedExamplesAreWhatIsRanked(t *testing.T) {
	text, err := os.ReadFile(ranking)
	if err != nil {
		t.Fatal(err)
	}
	morning := at(followUp(ann), nine, "2026-10-06T09:20:00-07:00", "2026-10-06T09:40:00-07:00", ten)
	afternoon := answered(v5(bob), 0, at(followUp(bob), "2026-10-06T15:00:00-07:00"))
	for name, tt := range map[string]struct {
		point     *timeslot.Point
		fragments []*timeslot.Fragment
	}{
		"near, far and unknown":        {&riverton, region()},
		"a full calendar and one slot": {nil, []*timeslot.Fragment{answered(v5(ann), 0, morning), afternoon}},
	} {
		t.Run(name, func(t *testing.T) {
			want := scoreTable(tt.point, tt.fragments)
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks this table:\n%s", ranking, want)
			}
		})
	}
}

// scoreTable has a line for each slot, soonest first, with its place in every profile.
func scoreTable(point *timeslot.Point, fragments []*timeslot.Fragment) string {
	places := map[string][]string{}
	var rows []timeslot.Offer
	for _, profile := range rankings {
		r := merged(query(func(q *timeslot.Query) {
			q.Point, q.Sort, q.Explain, q.Radius, q.NPIs = point, profile, true, 30, []string{ann, bob, cyd}
		}), fragments...).Result
		for i := range r.Slots {
			id := r.Slots[i].PublicID()
			places[id] = append(places[id], strconv.Itoa(i+1))
		}
		if profile == timeslot.Soonest {
			rows = r.Slots
		}
	}
	var b strings.Builder
	b.WriteString("| clinician | start | miles | wait | distance | bookable | spread | total | soonest | nearest | balanced |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	names := map[string]string{ann: "Ann", bob: "Bob", cyd: "Cyd"}
	for i := range rows {
		o := &rows[i]
		miles := "?"
		if o.Distance >= 0 {
			miles = strconv.FormatFloat(o.Distance, 'f', 1, 64)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.6f | %.6f | %.1f | %.6f | %.6f | %s |\n", names[o.Schedule.NPI], localStart(o)[11:16], miles,
			o.Score.Wait, o.Score.Distance, o.Score.Bookable, o.Score.Spread, o.Score.Total, strings.Join(places[o.PublicID()], " | "))
	}
	return b.String()
}
