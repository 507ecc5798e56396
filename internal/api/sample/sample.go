// Package sample has search's answers for tests of the packages that encode, keep and serve them.
package sample

import (
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Start is when the slot of [Answer] begins: at 09:00 in Los Angeles.
var Start = time.Date(2030, 3, 8, 17, 0, 0, 0, time.UTC)

// Answer is one slot that two surfaces list, fresh for ten seconds.
func Answer(now time.Time) *search.Answer {
	schedule := &timeslot.Schedule{
		EHRInstance: "org.acme.ehr.main", DepartmentID: "4100200300", NPI: "9000000108", ProviderID: "P-1001",
		VisitTypeID: "7101", VisitTypeName: "Illness", VisitTypeTitle: "Illness or Injury", Modality: timeslot.InClinic,
		ForNewPatient: timeslot.Yes, Timezone: "America/Los_Angeles",
	}
	return &search.Answer{MergedAt: now, Waited: true, Strict: true, Result: &timeslot.Result{
		AsOf: now, Complete: true, Total: 1, FreshUntil: now.Add(10 * time.Second), StaleUntil: now.Add(time.Minute), FirstStart: Start.Unix(),
		Slots: []timeslot.Offer{{
			Schedule: schedule, Start: Start.Unix(), Offset: -480, Duration: 20, Distance: 1.456,
			Sources:      timeslot.DexCare().SetOf(timeslot.CareDirect, timeslot.ProviderDirect),
			RetailSlotID: "c2xvdA==", RetailProviderID: "P-1001",
		}},
		Providers: map[string]*timeslot.Provider{"9000000108": {NPI: "9000000108", Name: "Example <Provider>", Gender: "female", Specialties: []string{"Family Medicine"}}},
		Departments: map[string]*timeslot.DepartmentView{"org.acme.ehr.main|4100200300": {Distance: 1.456, Department: timeslot.Department{
			EHRInstance: "org.acme.ehr.main", ID: "4100200300", URLName: "AcmeRiverton", Name: "Acme Express Care - Riverton", ClinicType: "Retail",
			Timezone: "America/Los_Angeles", Phone: "206-555-0100", Address: timeslot.Address{Line1: "100 Example Way", City: "Riverton", State: "WA", PostalCode: "98000"},
			Point: &timeslot.Point{Latitude: 47.61, Longitude: -122.33},
		}}},
		Reports: []timeslot.SourceReport{{Source: timeslot.CareDirect, Key: "AcmeRiverton/Illness", Status: timeslot.StatusFresh, FetchedAt: now, Slots: 1}},
	}}
}

// Slots is an answer like it with n slots of one schedule, fresh for a year; 38 of them make about 20 KB.
func Slots(now time.Time, n int) *search.Answer {
	a := Answer(now)
	first := a.Slots[0]
	a.Slots, a.Total = nil, n
	for i := range n {
		offer := first
		offer.Start += int64(i) * 1200
		a.Slots = append(a.Slots, offer)
	}
	a.FreshUntil = now.AddDate(1, 0, 0)
	a.FirstStart = first.Start
	return a
}
