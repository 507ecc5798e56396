package search

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// While Care Options fails, whoever comes is served with what others have read: for minutes, from wherever he stands.
func TestVisitorsWhomNobodyResemblesAreServedOldCopiesInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := rand.New(rand.NewPCG(1, 2))
		seattle := timeslot.Point{Latitude: 47.61, Longitude: -122.33}
		r := newRegion(draw, seattle, 12, 40, 20)
		r.opens = time.Now().Add(24 * time.Hour)
		e := r.engine(t)
		ask := func(radius int) (a *Answer, want []string, err error) {
			at := near(draw, seattle, 4)
			a, err = e.Search(t.Context(), queryOf(timeslot.Query{Point: &at, Radius: radius, VisitTypes: []string{"Illness"}}), Caller{})
			want = r.offered(at, radius)
			return a, want[:min(100, len(want))], err
		}
		for range 200 {
			for _, radius := range []int{5, 25, 100} {
				if _, _, err := ask(radius); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.set(func() { r.down = true })
		asked := len(r.asked)
		for begun := time.Now(); time.Since(begun) < policy.StaleOnError; pass(time.Second) {
			for _, radius := range []int{5, 25, 100} {
				a, want, err := ask(radius)
				if err != nil {
					t.Fatalf("after %v, radius %d: %v", time.Since(begun), radius, err)
				}
				if got := shown(a); !slices.Equal(want, got) {
					t.Fatalf("after %v, radius %d:\n%v\nwant %v", time.Since(begun), radius, got, want)
				}
			}
		}
		if more := len(r.asked) - asked; more == 0 || more > int(policy.StaleOnError/outageMemory)+3 {
			t.Errorf("%d further circles were asked for in the outage, want one every %v", more, outageMemory)
		}
		r.set(func() { r.down = false })
		for range 3 {
			pass(outageMemory)
			if _, _, err := ask(25); err != nil {
				t.Fatal(err)
			}
		}
		if a, _, err := ask(25); err != nil || a.Stale || !a.Complete {
			t.Errorf("after the outage: %v, stale %t, complete %t", err, a.Stale, a.Complete)
		}
	})
}
