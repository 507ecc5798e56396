package main

import (
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// entries is the document of docs/interface.md §3.2, as a client reads it.
type entries struct {
	Complete bool
	Entries  []struct {
		NPI                  string `json:"npi"`
		DepartmentIdentifier string
		Status               string
		Count                int
		Days                 []struct {
			Date  string
			Count int
		}
		Next []struct {
			ID           string
			SlotDateTime time.Time
		}
	}
	Departments map[string]struct{ Name string }
}

func (r reply) entries(t *testing.T) entries {
	t.Helper()
	return document[entries](t, r)
}

func TestAListOfClinicsSaysWhatTheirSlotsSay(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	list := get(t, demo.public+"/v1/next-available?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=Illness&sort=nearest&per=2"+later()).entries(t)
	whole := get(t, demo.public+area+"&limit=500"+later()).answer(t)
	sum, last := 0, -1.0
	for _, e := range list.Entries {
		sum += e.Count
		if e.Status != "open" {
			continue
		}
		d := whole.Departments[e.DepartmentIdentifier]
		if len(e.Next) == 0 || len(e.Next) > 2 || len(e.Days) == 0 || list.Departments[e.DepartmentIdentifier].Name == "" {
			t.Errorf("%+v", e)
		}
		if d.Distance != nil {
			if *d.Distance < last {
				t.Errorf("%s, %v miles away, comes after %v miles", e.DepartmentIdentifier, *d.Distance, last)
			}
			last = *d.Distance
		}
	}
	if sum != whole.Total || !list.Complete || len(list.Entries) < 2 {
		t.Errorf("%d entries have %d slots, the other route %d", len(list.Entries), sum, whole.Total)
	}
}

func TestAClinicianWithoutTimesAndOneWhoseSourceFailedAreListedApart(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	const npi = aClinician
	list := get(t, demo.public+"/v1/next-available?visitTypeName=Nonesuch&npi="+npi).entries(t)
	if len(list.Entries) != 1 || list.Entries[0].Status != "none" || !list.Complete {
		t.Errorf("nothing of that visit type: %+v", list)
	}
	const other = "9000000025"
	fail(t, demo.simulator(t), "provider-direct:status=500")
	r := get(t, demo.public+"/v1/next-available?visitTypeName=Nonesuch&npi="+npi+","+other).entries(t)
	if len(r.Entries) != 2 || r.Entries[0].NPI != npi || r.Entries[0].Status != "none" || r.Entries[1].Status != "unknown" || r.Complete {
		t.Errorf("one from the cache, one that cannot be asked: %+v", r)
	}
}

func TestAnEmptyDayNamesTheNextSlot(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	const npi = aClinician
	all := get(t, demo.public+"/v1/timeslots?npi="+npi+"&limit=500").answer(t)
	have := map[string]bool{}
	for _, slot := range all.Timeslots {
		have[slot.SlotDateTime.Format(time.DateOnly)] = true
	}
	day := all.Timeslots[0].SlotDateTime
	for have[day.Format(time.DateOnly)] {
		day = day.AddDate(0, 0, 1)
	}
	empty := get(t, demo.public+"/v1/timeslots?npi="+npi+"&startDate="+day.Format(time.DateOnly)+"&endDate="+day.Format(time.DateOnly)).answer(t)
	var want string
	for _, slot := range all.Timeslots {
		if slot.SlotDateTime.After(day) {
			want = slot.ID
			break
		}
	}
	if empty.Total != 0 || empty.NextAvailable == nil || empty.NextAvailable.ID != want {
		t.Errorf("%d slots on %s, next %+v, want %s", empty.Total, day.Format(time.DateOnly), empty.NextAvailable, want)
	}
}
