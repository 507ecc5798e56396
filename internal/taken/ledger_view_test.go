package taken

import (
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

func TestWhatAClaimHides(t *testing.T) {
	elsewhere := doctor
	elsewhere.DepartmentID, elsewhere.VisitTypeID = "99", "8"
	somebodyElse := doctor
	somebodyElse.NPI = "9000000099"
	unnamed := elsewhere
	unnamed.NPI = ""
	pool := elsewhere
	pool.Pool, pool.ProviderID = true, "p4"
	claimed := claimFor(doctor, atNine())
	change := func(change func(*timeslot.Claim)) timeslot.Claim {
		c := claimed
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		claim    timeslot.Claim
		schedule timeslot.Schedule
		slot     timeslot.SlotWithID
		want     bool
	}{
		"the same identity":                        {claimed, doctor, withID("", timeslot.Slot{Start: nine}), true},
		"the same slotId, identity unknown":        {timeslot.Claim{SlotID: "nine"}, somebodyElse, withID("nine", timeslot.Slot{Start: nine}), true},
		"no slotId on either side":                 {timeslot.Claim{NPI: doctor.NPI}, doctor, withID("", timeslot.Slot{Start: nine}), false},
		"another slot, later that day":             {claimed, doctor, withID("ten", timeslot.Slot{Start: nine + 3600, Duration: 20}), false},
		"another clinician at the same time":       {claimed, somebodyElse, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the clinician elsewhere at the same time": {claimed, elsewhere, withID("", timeslot.Slot{Start: nine, Duration: 20}), true},
		"elsewhere, beginning before it ends":      {claimed, elsewhere, withID("", timeslot.Slot{Start: nine + 1199, Duration: 20}), true},
		"elsewhere, beginning as it ends":          {claimed, elsewhere, withID("", timeslot.Slot{Start: nine + 1200, Duration: 20}), false},
		"elsewhere, ending after it begins":        {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 1199, Duration: 20}), true},
		"elsewhere, ending as it begins":           {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 1200, Duration: 20}), false},
		"the slot's duration unknown":              {claimed, elsewhere, withID("", timeslot.Slot{Start: nine - 60}), false},
		"the claim's duration unknown":             {change(func(c *timeslot.Claim) { c.Duration = 0 }), elsewhere, withID("", timeslot.Slot{Start: nine + 59}), true},
		"the claim's duration unknown, over":       {change(func(c *timeslot.Claim) { c.Duration = 0 }), elsewhere, withID("", timeslot.Slot{Start: nine + 60}), false},
		"the slot's clinician is a pool":           {claimed, pool, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the claim's clinician is a pool":          {change(func(c *timeslot.Claim) { c.Pool = true }), elsewhere, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"the slot's clinician unknown":             {claimed, unnamed, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"both clinicians unknown":                  {change(func(c *timeslot.Claim) { c.NPI = "" }), unnamed, withID("", timeslot.Slot{Start: nine, Duration: 20}), false},
		"a claim that names nothing":               {timeslot.Claim{}, timeslot.Schedule{}, withID("", timeslot.Slot{}), false},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger(t, LedgerOptions{})
			l.Promote(test.claim, "alice")
			if got := l.View().Hides(&test.schedule, &test.slot, time.Now()); got != test.want {
				t.Errorf("hides: %t, want %t", got, test.want)
			}
		})
	}
}
