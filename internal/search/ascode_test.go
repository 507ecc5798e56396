package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// seenFrom is what somebody sees who asks for a postal code: of the answer all that depends on where it is.
func (r *region) seenFrom(t *testing.T, e *Engine, code string, radius int) []string {
	t.Helper()
	a := e.mustSearch(t, queryOf(timeslot.Query{PostalCode: code, Radius: radius, VisitTypes: []string{"Illness"}}), Caller{})
	list := append(shown(a), fmt.Sprint(a.Total, a.Complete, len(a.Departments)))
	for _, report := range a.Reports {
		list = append(list, fmt.Sprint(report.Source, report.Key, report.Status == timeslot.StatusFailed))
	}
	return list
}

// Postal codes of one city share circles with each other once their own answers have revealed where they are. Each answer is
// what the code's own read gives, whichever clinics have a free slot meanwhile.
func TestPostalCodesShareCirclesAndSeeWhatTheirOwnReadsWouldGive(t *testing.T) {
	shared := 0
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 23))
			clinics := 4 + draw.IntN(25)
			r := newRegion(draw, seattle, 15, clinics, draw.IntN(clinics))
			r.codes = map[string]timeslot.Point{"98101": near(draw, seattle, 4), "98102": near(draw, seattle, 4), "98103": near(draw, seattle, 4)}
			e := r.engine(t)
			for round := range 40 {
				code, radius := fmt.Sprint(98101+draw.IntN(3)), []int{3, 10, 25, 40, 74, 75, 100}[draw.IntN(7)]
				if draw.IntN(6) == 0 {
					r.set(func() { r.full[draw.IntN(clinics)] = draw.IntN(2) == 0 })
					pass(policy.Fresh + policy.Stale) // what was read before is gone
				}
				got := r.seenFrom(t, e, code, radius)
				alone := r.engine(t)
				if diff := cmp.Diff(r.seenFrom(t, alone, code, radius), got); diff != "" {
					t.Fatalf("round %d, %s within %d miles (-own read +shared):\n%s", round, code, radius, diff)
				}
				pass([]time.Duration{0, time.Second, policy.Fresh / 2}[draw.IntN(3)])
			}
			for area := range r.areas() {
				if area.PostalCode == "" {
					shared++
				}
			}
		})
	}
	if shared == 0 {
		t.Error("no circle was shared")
	}
}

// A campaign with three postal codes costs a call each fresh time once they are known, not three.
func TestACampaignOfPostalCodesCostsACallEachFreshTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		e.ask(t, 8*10, policy.Fresh/10, threeCodes...)
		r.set(func() { clear(r.reads) })
		e.ask(t, 4*10, policy.Fresh/10, threeCodes...)
		if n := r.calls(); n > 5 {
			t.Errorf("%d calls in four fresh times, want one each", n)
		}
	})
}

// codedRegion has a few postal codes and clinics around them that all say where they are.
func codedRegion(t *testing.T) (r *region, e *Engine) {
	draw := rand.New(rand.NewPCG(1, 23))
	r = newRegion(draw, seattle, 10, 20, 0)
	for i := range r.clinics {
		at := near(draw, seattle, 6)
		r.clinics[i].Point = &at
	}
	r.opens = time.Now().Add(24 * time.Hour)
	r.codes = map[string]timeslot.Point{"98101": near(draw, seattle, 2), "98102": near(draw, seattle, 2), "98103": near(draw, seattle, 2)}
	return r, r.engine(t)
}

var threeCodes = []string{"98101", "98102", "98103"}

// byCode is the question of somebody who typed a postal code.
func byCode(code string, radius int) *timeslot.Query {
	return queryOf(timeslot.Query{PostalCode: code, Radius: radius, VisitTypes: []string{"Illness"}})
}

// Explaining such a query names the circle that serves it, and finds what searching finds.
func TestExplainingAPostalCodeNamesTheCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, e := codedRegion(t)
		e.ask(t, 10, policy.Fresh, threeCodes...)
		a := e.mustSearch(t, byCode("98101", 25), Caller{})
		x := e.Explain(t.Context(), e.prepared(t, byCode("98101", 25)))
		if x.Result.Total != a.Total || a.Total == 0 {
			t.Fatalf("explained %d slots, answered %d", x.Result.Total, a.Total)
		}
		at := slices.IndexFunc(x.Fragments, func(f ExplainedFragment) bool { return byPoint(f.Key) })
		if at < 0 || x.Fragments[at].Why == "" || x.Fragments[at].Listed != a.Total {
			t.Errorf("explained by %+v", x.Fragments)
		}
	})
}

// Codes that are asked for all the time share circles like any others: a copy of their own is not refreshed for ever.
func TestBusyCodesShareCircles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.takes = 300 * time.Millisecond
		e.ask(t, 1200, 100*time.Millisecond, threeCodes...)
		r.set(func() { clear(r.reads) })
		e.ask(t, 1500, 100*time.Millisecond, threeCodes...) // ten fresh times
		if codes, circles := r.readsByKind(); codes > 0 || circles > 15 {
			t.Errorf("%d reads of codes and %d of circles in ten fresh times, want some ten of circles", codes, circles)
		}
	})
}

// readsByKind is how often areas around codes and around points were read.
func (r *region) readsByKind() (codes, circles int) {
	r.set(func() {
		for key, n := range r.reads {
			if byPoint(key) {
				circles += n
			} else {
				codes += n
			}
		}
	})
	return codes, circles
}

// A copy of its own that may still be served is served at once: the circle that takes over is read in the background.
func TestACodeDoesNotWaitForItsFirstCircle(t *testing.T) {
	for name, down := range map[string]bool{"upstream answers": false, "upstream fails": true} {
		inBubble(t, name, func(t *testing.T) {
			r, e := codedRegion(t)
			r.takes = time.Second
			r.seenFrom(t, e, "98101", 25)
			pass(policy.Fresh + time.Second)
			r.set(func() { r.down = down })
			for range 5 {
				asked := time.Now()
				if a := e.mustSearch(t, byCode("98101", 25), Caller{}); time.Since(asked) > 0 || !a.Complete {
					t.Errorf("waited %v, complete %t", time.Since(asked), a.Complete)
				}
				pass(time.Second)
			}
		})
	}
}

// A clinic that was far away has moved near the codes: the circle says where it is, and the old distance counts no more.
func TestAClinicThatMovesIsSeenWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		away, here := destination(seattle, 1, 40), destination(seattle, 1, 3)
		r.set(func() { r.clinics[3].Point = &away }) // a question for 60 miles names it
		e.mustSearch(t, byCode("98101", 60), Caller{})
		e.ask(t, 30, 10*time.Second, "98101")
		r.set(func() { r.clinics[3].Point = &here })
		e.ask(t, 60, policy.Fresh, "98101")
		if diff := cmp.Diff(r.seenFrom(t, r.engine(t), "98101", 25), r.seenFrom(t, e, "98101", 25)); diff != "" {
			t.Errorf("(-own read +shared):\n%s", diff)
		}
	})
}

// Nobody waits for what lies after an empty window, either.
func TestACodeDoesNotWaitForCirclesBehindItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, e := codedRegion(t)
		r.opens, r.takes = time.Now().AddDate(0, 0, 40), time.Second
		for n := range 60 {
			asked := time.Now()
			if a := e.mustSearch(t, byCode("98101", 25), Caller{}); a.NextAvailable == nil || n > 0 && time.Since(asked) > 0 {
				t.Errorf("question %d: waited %v, next is %+v", n, time.Since(asked), a.NextAvailable)
			}
			pass(5 * time.Second)
		}
	})
}
