package search

import (
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// tomorrowAlone is a clinic's list that speaks for the next day only.
func tomorrowAlone(starts ...int64) *timeslot.Fragment {
	f := careDirectOf(clinic.URLName, "Illness", starts...)
	f.Covers = timeslot.Interval{From: time.Now(), Until: time.Now().Add(24 * time.Hour)}
	return f
}

func TestWhatAClinicsListDoesNotReachIsAskedForInTheSmallestCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		area := timeslot.FragmentKey{
			Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: "Illness", Block: presentBlock(), Area: shared(*clinic.Point, 1, 2, 0),
		}
		around := listing(area, careDirectOf(clinic.URLName, "Illness").Schedules[0], []int64{inHours(72)})
		d := newDesk(directoryOf(clinic), tomorrowAlone(inHours(4)), around)
		e := newEngine(t, d, nil)
		c := e.mustCheck(t, 0, chosenIn(72), chosenIn(73), chosenIn(5))
		for i, want := range []CheckStatus{SlotAvailable, SlotGone, SlotGone} {
			if got := c.Verdicts[i]; got.Status != want {
				t.Errorf("slot %d: %+v, want %s", i, got, want)
			}
		}
		if n := d.count(timeslot.CareOptions); n != 1 {
			t.Errorf("%d circles were asked for, want one", n)
		}
		later, before := chosenIn(72), d.count(timeslot.CareDirect)+d.count(timeslot.ProviderDirect)
		pass(5 * time.Second)
		if v := e.mustCheck(t, 0, later).Verdicts[0]; v.Status != SlotAvailable {
			t.Errorf("a moment later: %+v, want available", v)
		}
		if n := d.count(timeslot.CareDirect) + d.count(timeslot.ProviderDirect); n != before || d.count(timeslot.CareOptions) != 2 {
			t.Errorf("%d more calls of clinician and clinic, %d circles; want none and one more: a copy says who lists her", n-before, d.count(timeslot.CareOptions))
		}
	})
}

func TestWhereNobodySpeaksForTheTimeASlotIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(directoryOf(clinic), tomorrowAlone(inHours(4))), without(timeslot.CareOptions))
		if v := e.mustCheck(t, 0, chosenIn(72)).Verdicts[0]; v.Status != SlotUnknown || v.Reason == "" {
			t.Errorf("%+v, want unknown: no list reaches so far", v)
		}
	})
}

func TestAMemberOfAPoolIsCheckedByItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := careDirectOf(clinic.URLName, "Illness", inHours(4))
		other := pool.Schedules[0]
		pool.Schedules[0].Pool = true
		other.Pool, other.ProviderID = true, "P-2"
		pool.Schedules = append(pool.Schedules, other)
		gone := timeslot.Offer{Schedule: &other, Start: inHours(4)}
		there := timeslot.Offer{Schedule: &pool.Schedules[0], Start: inHours(4)}
		e := newEngine(t, newDesk(directoryOf(clinic), pool), without(timeslot.ProviderDirect, timeslot.CareOptions))
		first, second, either := chosenIn(4), chosenIn(4), chosenIn(4)
		first.ID, second.ID = there.PublicID(), gone.PublicID()
		c := e.mustCheck(t, 0, first, second, either)
		for i, want := range []CheckStatus{SlotAvailable, SlotGone, SlotAvailable} {
			if got := c.Verdicts[i]; got.Status != want {
				t.Errorf("member %d: %+v, want %s", i, got, want)
			}
		}
	})
}

func TestADepartmentThatTheDirectoryDoesNotListIsAskedForOnTheDayThatIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := presentBlock().Last().In(time.UTC).Add(28 * time.Hour).Unix() // the evening before in Los Angeles
		d := newDesk(directoryOf(), providerDirectOf(npi, presentBlock(), last))
		e := newEngine(t, d, without(timeslot.CareDirect))
		slot := timeslot.Choice{NPI: npi, DepartmentKey: clinic.Key(), VisitTypeName: "Illness", Start: last, Day: presentBlock().Last()}
		if v := e.mustCheck(t, 0, slot).Verdicts[0]; v.Status != SlotAvailable {
			t.Errorf("%+v, want the last evening of the block found in it", v)
		}
	})
}
