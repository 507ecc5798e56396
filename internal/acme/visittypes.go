package acme

import "fmt"

const minutesPerDay = 24 * 60

// kind is what sort of clinic a department is.
type kind int

const (
	expressCare kind = iota // walk-in clinic with a few clinicians, each with an NPI
	primaryCare             // clinicians with panels, booked by name
	fluShots                // short slots; a pool of vaccinators behind one NPI
	pooledCare              // express care with a pool of clinicians behind one NPI
)

// visitType is a kind of visit in one EHR instance.
type visitType struct {
	id, name, title, guid string
	minutes               int
	modality              string
	forNew, forKnown      bool
	from, until           int // minutes of the day between which it is offered
	minAge, maxAge        int
	ageUnit               string
	lookahead             int // days after today that may be asked for
}

// visitTypesOf are the visit types of the EHR instance with that index, in the order of their ids. Ids differ between
// instances, short names do not. With shared ids two of walk-in care have one, and two of primary care.
func visitTypesOf(ehr int, shared bool) []*visitType {
	all := []*visitType{
		{id: "101", name: "Illness", title: "Illness or Injury", minutes: 20, forNew: true, forKnown: true, minAge: 18, maxAge: 1440, ageUnit: "MONTH"},
		{id: "102", name: "Wellness", title: "Wellness", minutes: 20, forNew: true, forKnown: true, minAge: 2, maxAge: 120, ageUnit: "YEAR"},
		{id: "203", name: "FollowUp", title: "Follow Up Visit", minutes: 30, forKnown: true, maxAge: 120, ageUnit: "YEAR"},
		{id: "204", name: "NewPatient", title: "New Patient Visit", minutes: 60, forNew: true, until: 12 * 60, maxAge: 120, ageUnit: "YEAR"},
		{id: "213", name: "FollowUp", title: "Follow Up Video Visit", minutes: 20, forKnown: true, from: 13 * 60, modality: "VIDEO", maxAge: 120, ageUnit: "YEAR"},
		{id: "305", name: "FluShot", title: "Flu Shot", minutes: 10, forNew: true, forKnown: true, maxAge: 120, ageUnit: "YEAR"},
	}
	if shared {
		share(all[0], all[1])
		share(all[2], all[3])
		all[1].forNew, all[1].minutes = false, 30
	}
	for _, v := range all {
		v.guid = fmt.Sprintf("22222222-aaaa-4bbb-8ccc-%08d%d%s", 0, ehr, v.id)
		v.id = fmt.Sprintf("%d%s", 7+ehr, v.id)
		if v.modality == "" {
			v.modality = "INCLINIC"
		}
		if v.until == 0 {
			v.until = minutesPerDay
		}
	}
	return all
}

// share gives the second the id of the first; it is by video.
func share(a, b *visitType) { b.id, b.modality = a.id, "VIDEO" }

// visitTypesFor are those of an instance's visit types that a clinic of that kind offers.
func (e *ehr) visitTypesFor(k kind) []*visitType {
	switch k {
	case primaryCare:
		return e.visits[2:5]
	case fluShots:
		return e.visits[5:6]
	default:
		return e.visits[0:2]
	}
}

// hours are a day's opening hours in minutes of the day; both zero when closed.
type hours struct{ open, close int }

// hoursOf are the opening hours of a kind of clinic, Sunday first.
func hoursOf(k kind) (week [7]hours) {
	for d := range week {
		weekend := d == 0 || d == 6
		switch {
		case k == primaryCare && weekend:
		case k == primaryCare:
			week[d] = hours{8 * 60, 17 * 60}
		case k == fluShots: // every day: a campaign has times for tomorrow whenever somebody looks
			week[d] = hours{9 * 60, 18 * 60}
		case weekend:
			week[d] = hours{9 * 60, 17 * 60}
		default:
			week[d] = hours{8 * 60, 20 * 60}
		}
	}
	return week
}

// roundTheClock is a clinic that never closes, so that slots lie in the hours that daylight saving takes and gives.
func roundTheClock() (week [7]hours) {
	for d := range week {
		week[d] = hours{0, minutesPerDay}
	}
	return week
}
