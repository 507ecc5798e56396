package metrics

import (
	"testing"
	"time"

	"timeslots/internal/accuracy"
	"timeslots/internal/timeslot"
)

// soldHere is a view in which every slot of a schedule named "here" was booked at a moment.
type soldHere struct{ at time.Time }

func (soldHere) Empty() bool { return false }

func (soldHere) Hides(s *timeslot.Schedule, _ *timeslot.SlotWithID, _ time.Time) bool {
	return s.NPI == "here"
}

func (v soldHere) TakenAt(*timeslot.Schedule, *timeslot.SlotWithID) time.Time { return v.at }

// measured is a meter that saw one refresh: of two slots elsewhere one is gone, and so is one that was booked here.
func measured() *accuracy.Meter {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	meter := accuracy.NewMeter(nil, func() time.Time { return now })
	old := &timeslot.Fragment{
		Key:       timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots},
		FetchedAt: now.Add(-10 * time.Second), Schedules: []timeslot.Schedule{{NPI: "there"}, {NPI: "here"}},
		Slots: []timeslot.Slot{{Start: now.Unix() + 600}, {Start: now.Unix() + 1200}, {Start: now.Unix() + 1800, Schedule: 1}},
	}
	old.CountServings()
	old.Servings.Add(meter.Product("flushot"), 10*time.Second)
	fresh := &timeslot.Fragment{
		FetchedAt: now, Schedules: old.Schedules, Slots: old.Slots[1:2],
		Covers: timeslot.Interval{From: now, Until: now.Add(time.Hour)},
	}
	meter.Refreshed(timeslot.CareDirect, old, fresh, soldHere{now.Add(-9 * time.Second)})
	return meter
}

func TestWhatWasSoldElsewhereLowersTheRatioAndWhatWasBookedHereTellsTheLag(t *testing.T) {
	m, registry := newTestMetrics(t)
	m.WatchAccuracy(measured())
	families := gathered(t, registry)
	for name, want := range map[string]float64{"aggregator_offer_accuracy_ratio": 0.5, "aggregator_upstream_lag_seconds": 0} {
		if got := families[name].GetMetric(); len(got) != 1 || got[0].GetGauge().GetValue() != want {
			t.Errorf("%s: %v, want one series of %v", name, got, want)
		}
	}
	if list := measured().Ratios(); len(list) != 1 || list[0].Product != "flushot" || list[0].Ratio != 0.5 {
		t.Errorf("the ratios are %+v, want one half for flushot", list)
	}
}

func TestSlotsAreCountedByTheAgeOfTheirCopy(t *testing.T) {
	m, registry := newTestMetrics(t)
	for age, label := range map[time.Duration]string{
		5 * time.Second: "5s", 6 * time.Second: "15s", time.Minute: "60s", 10 * time.Minute: "600s", time.Hour: "more",
	} {
		m.OffersCompared(timeslot.CareDirect, age, accuracy.Changes{There: 4, Gone: 2, TakenHere: 1})
		for _, series := range gathered(t, registry)["aggregator_offers_compared_total"].GetMetric() {
			labels := labelsOf(series)
			want := map[string]float64{"there": 4, "gone": 2, "taken_here": 1}[labels["outcome"]]
			if labels["source"] == "careDirect" && labels["age"] == label && series.GetCounter().GetValue() != want {
				t.Errorf("age %s: %v, want %v", age, series, want)
			}
		}
	}
}
