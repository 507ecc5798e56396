package search

import (
	"fmt"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

// page is what a page of some clinicians asks, and the desk that knows their calendars, with so many slots in all.
func page(clinicians, slots int) (*desk, *timeslot.Query) {
	d := newDesk(directoryOf(clinic))
	q := timeslot.Query{}
	for i := range clinicians {
		npi := fmt.Sprintf("90000%05d", i)
		var starts []int64
		for n := range slots / clinicians {
			starts = append(starts, time.Now().Add(time.Hour+time.Duration(n)*time.Minute).Unix())
		}
		for _, f := range []*timeslot.Fragment{
			providerDirectOf(npi, presentBlock(), starts...),
			{Key: timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: npi}, Providers: []timeslot.Provider{{NPI: npi}}},
		} {
			d.answers[f.Key] = f
		}
		q.NPIs = append(q.NPIs, npi)
	}
	return d, queryOf(q)
}

// lasting lets every copy live through a benchmark.
func lasting(o *Options) {
	long := timeslot.Policy{Fresh: 24 * time.Hour, Stale: time.Hour, StaleOnError: time.Hour, Negative: 24 * time.Hour}
	for source, s := range o.Sources {
		s.Policy = long
		o.Sources[source] = s
	}
}

// BenchmarkPlan turns a question into reads.
func BenchmarkPlan(b *testing.B) {
	for _, clinicians := range []int{1, 10, 100} {
		d, q := page(clinicians, clinicians)
		e := newEngine(b, d, lasting)
		b.Run(fmt.Sprintf("clinicians=%d", clinicians), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.plan(q, nil)
			}
		})
	}
}

// BenchmarkSearchInMemory answers from fragments that are all in memory: plan, look-up, merge.
func BenchmarkSearchInMemory(b *testing.B) {
	for _, size := range []struct{ clinicians, slots int }{{1, 200}, {10, 2000}, {31, 500}, {31, 5000}, {100, 20_000}} {
		d, q := page(size.clinicians, size.slots)
		e := newEngine(b, d, lasting)
		if a := e.mustSearch(b, q, Caller{}); a.Total < size.slots*9/10 {
			b.Fatalf("%d slots, want about %d", a.Total, size.slots)
		}
		b.Run(fmt.Sprintf("fragments=%d/slots=%d", size.clinicians, size.slots), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.mustSearch(b, q, Caller{})
			}
		})
	}
}
