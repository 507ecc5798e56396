package world

import "fmt"

// MinutesPerDay is also the minute at which the last opening hour ends.
const MinutesPerDay = 24 * 60

// Kind is what sort of clinic a department is.
type Kind int

const (
	expressCare Kind = iota // walk-in clinic with a few clinicians, each with an NPI
	primaryCare             // clinicians with panels, booked by name
	FluShots                // short slots; a pool of vaccinators with one NPI
	pooledCare              // express care with a pool of clinicians with one NPI
)

// VisitType is a kind of visit in one EHR instance.
type VisitType struct {
	ID, Name, Title, GUID  string
	Minutes                int
	Modality               string
	ForNew, ForEstablished bool
	from, until            int // minutes of the day between which it is offered
	MinAge, MaxAge         int
	AgeUnit                string
	Lookahead              int // days after today that may be asked for
}

// visitTypesOf are the visit types of the EHR instance with that index, in the order of their ids. Ids differ between
// instances, short names do not. With shared ids two of walk-in care have one, and two of primary care.
func visitTypesOf(ehr int, shared bool) []*VisitType {
	all := []*VisitType{
		{ID: "101", Name: "Illness", Title: "Illness or Injury", Minutes: 20, ForNew: true, ForEstablished: true, MinAge: 18, MaxAge: 1440, AgeUnit: "MONTH"},
		{ID: "102", Name: "Wellness", Title: "Wellness", Minutes: 20, ForNew: true, ForEstablished: true, MinAge: 2, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "203", Name: "FollowUp", Title: "Follow Up Visit", Minutes: 30, ForEstablished: true, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "204", Name: "NewPatient", Title: "New Patient Visit", Minutes: 60, ForNew: true, until: 12 * 60, MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "213", Name: "FollowUp", Title: "Follow Up Video Visit", Minutes: 20, ForEstablished: true, from: 13 * 60, Modality: "VIDEO", MaxAge: 120, AgeUnit: "YEAR"},
		{ID: "305", Name: "FluShot", Title: "Flu Shot", Minutes: 10, ForNew: true, ForEstablished: true, MaxAge: 120, AgeUnit: "YEAR"},
	}
	if shared {
		share(all[0], all[1])
		share(all[2], all[3])
		all[1].ForNew, all[1].Minutes = false, 30
	}
	for _, v := range all {
		v.GUID = fmt.Sprintf("22222222-aaaa-4bbb-8ccc-%08d%d%s", 0, ehr, v.ID)
		v.ID = fmt.Sprintf("%d%s", 7+ehr, v.ID)
		if v.Modality == "" {
			v.Modality = "INCLINIC"
		}
		if v.until == 0 {
			v.until = MinutesPerDay
		}
	}
	return all
}

// share gives the second the id of the first; it is by video.
func share(a, b *VisitType) { b.ID, b.Modality = a.ID, "VIDEO" }

// visitTypesFor are those of an instance's visit types that a clinic of that kind offers.
func (e *EHR) visitTypesFor(k Kind) []*VisitType {
	switch k {
	case primaryCare:
		return e.Visits[2:5]
	case FluShots:
		return e.Visits[5:6]
	default:
		return e.Visits[0:2]
	}
}

// Hours are a day's opening hours in minutes of the day; both zero when closed.
type Hours struct{ Open, Close int }

// hoursOf are the opening hours of a kind of clinic, Sunday first.
func hoursOf(k Kind) (week [7]Hours) {
	for d := range week {
		weekend := d == 0 || d == 6
		switch {
		case k == primaryCare && weekend:
		case k == primaryCare:
			week[d] = Hours{8 * 60, 17 * 60}
		case k == FluShots: // every day: a campaign has times for tomorrow whenever somebody looks
			week[d] = Hours{9 * 60, 18 * 60}
		case weekend:
			week[d] = Hours{9 * 60, 17 * 60}
		default:
			week[d] = Hours{8 * 60, 20 * 60}
		}
	}
	return week
}

// roundTheClock is a clinic that never closes, so that slots lie in the hours that daylight saving takes and gives.
func roundTheClock() (week [7]Hours) {
	for d := range week {
		week[d] = Hours{0, MinutesPerDay}
	}
	return week
}
