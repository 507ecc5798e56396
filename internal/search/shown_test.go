package search

import (
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
)

// Two of a clinician's five slots are sold by telephone. The next refresh tells, and those who were shown them are counted.
func TestWhatWasSoldElsewhereIsFoundByTheRefreshOfWhatWasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		meter := accuracy.NewMeter(nil, nil)
		product := meter.Product("flushot")
		calendar := func(hours ...int) *timeslot.Fragment {
			var starts []int64
			for _, n := range hours {
				starts = append(starts, inHours(n))
			}
			f := providerDirectOf(npi, presentBlock(), starts...)
			f.Covers = timeslot.Interval{From: time.Now(), Until: time.Now().Add(48 * time.Hour)}
			return f
		}
		d := newDesk(directoryOf(clinic), calendar(3, 4, 5, 6, 7))
		e := newEngine(t, d, func(o *Options) { o.Meter = meter })
		q := queryOf(timeslot.Query{NPIs: []string{npi}})
		for i := range 3 {
			a := e.mustSearch(t, q, Caller{})
			if len(a.Shown) != 1 {
				t.Fatalf("the first offers are of %d copies, want one", len(a.Shown))
			}
			a.Shown.Serve(product, time.Now().Add(policy.Fresh))
			if i == 0 {
				d.set(func() { d.answers[calendar().Key] = calendar(3, 5, 7) })
			}
		}
		pass(policy.Fresh)
		e.mustSearch(t, q, Caller{})
		synctest.Wait()
		list := meter.Ratios()
		if len(list) != 1 || list[0].Product != "flushot" || list[0].Source != timeslot.ProviderDirect || list[0].Shown != 15 {
			t.Fatalf("%+v, want three times five slots of Provider Direct, shown to flushot", list)
		}
		if r := list[0].Ratio; r < 0.59 || r > 0.61 { // they were shown at the age at which the copy was replaced
			t.Errorf("the ratio is %v, want three of five", r)
		}
	})
}

// An answer's first offers are of two clinicians; who comes after them was not seen.
func TestOnlyTheCopiesOfTheFirstOffersWereShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const second, third = "9000000025", "9000000033"
		now := presentBlock()
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, now, inHours(2), inHours(5)),
			providerDirectOf(second, now, inHours(3), inHours(4), inHours(6)), providerDirectOf(third, now, inHours(7)))
		e := newEngine(t, d, func(o *Options) { o.Meter = accuracy.NewMeter(nil, nil) })
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{npi, second, third}}), Caller{})
		if a.Total != 6 || len(a.Shown) != 2 {
			t.Errorf("%d slots, the first of %d copies; want 6 and 2", a.Total, len(a.Shown))
		}
		reading, err := e.Read(t.Context(), providerDirectOf(third, now).Key, Caller{})
		if err != nil || len(reading.Shown()) != 1 {
			t.Errorf("a read shows %v (%v), want its one copy", reading.Shown(), err)
		}
	})
}
