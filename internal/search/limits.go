package search

import (
	"time"

	"timeslots/internal/timeslot"
)

// Limits bound what one query may ask (docs/interface.md §2, search.*).
type Limits struct {
	Window         int // days searched when no end is given
	MaxWindow      int // days
	MaxProviders   int
	MaxDepartments int
	PointPrecision int // decimal places of a degree that keys keep

	// AreaSlack is by what share of the asked radius a shared circle may be larger; 0: only as PointPrecision needs.
	AreaSlack float64

	Lookahead int // days from today that upstream may be asked for at most; 0: MaxWindow

	PostalCodes *timeslot.PostalCodes // where postal codes are; nil: distances are Care Options' own
}

// check refuses queries that would fan out too far (docs/architecture.md §3 step 4).
func (l Limits) check(q *timeslot.Query, now time.Time) (bad []timeslot.Violation) {
	tooMany := func(parameter string, n, most int) {
		if n > most {
			bad = append(bad, timeslot.Violation{
				Parameter: parameter, Detail: plural(n, "value") + " in one request",
				Fix: "ask for at most " + plural(most, "value") + " at a time",
			})
		}
	}
	tooMany("npi", len(q.NPIs), l.MaxProviders)
	tooMany("departmentUrlName", len(q.Departments), l.MaxDepartments)
	tooMany("visitTypeName", len(q.VisitTypes), maxVisitTypes)
	return append(bad, l.checkWindow(q, now)...)
}

// maxVisitTypes bounds the visit types of one query: each is a read of its own for every clinic.
const maxVisitTypes = 20

// checkWindow refuses windows that are too long, over already, or beyond what upstream may be asked for.
func (l Limits) checkWindow(q *timeslot.Query, now time.Time) (bad []timeslot.Violation) {
	today := timeslot.EarliestToday(now)
	reject := func(parameter, detail, fix string) {
		bad = append(bad, timeslot.Violation{Parameter: parameter, Detail: detail, Fix: fix})
	}
	if q.EndDate != 0 && q.EndDate < today {
		reject("endDate", q.EndDate.String()+" is over everywhere", "give today or a later day")
	}
	if days := int(q.EndDate - max(q.StartDate, today)); q.EndDate != 0 && days > l.MaxWindow {
		reject("endDate", "the window is "+plural(days, "day")+" long", "ask for at most "+plural(l.MaxWindow, "day")+" at a time")
	}
	if last := timeslot.LatestToday(now) + timeslot.Date(max(l.Lookahead, l.MaxWindow)); q.StartDate > last {
		reject("startDate", q.StartDate.String()+" is farther ahead than anybody schedules", "give a day up to "+last.String())
	}
	return bad
}
