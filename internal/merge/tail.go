package merge

import "timeslots/internal/timeslot"

// balancedPage is a page of the balanced answer. It shows the best of what no earlier page has shown, as long as a
// cursor can hold which calendars that leaves. Beyond, the calendars stay as they are, and pages follow in the order of
// soonest: that needs one position only, however many calendars there are.
func (q *question) balancedPage(before *Cursor, limit int) (page []pick, next string) {
	q.skipShown(&before.calendars)
	if before.tail {
		q.skipTo(timeslot.Soonest, before.last)
		return q.tailPage(before, limit)
	}
	if q.left() <= limit {
		return q.inOrderOf(timeslot.Balanced).take(limit), ""
	}
	at := q.positions()
	page = q.inOrderOf(timeslot.Balanced).take(limit)
	after := Cursor{calendars: q.calendarsAfter(&before.calendars, page)}
	if next = after.text(q.Query); next != "" && len(next) <= maxCalendars {
		return page, next
	}
	q.setPositions(at)
	return q.tailPage(before, limit)
}

func (q *question) tailPage(before *Cursor, limit int) (page []pick, next string) {
	more := q.left() > limit
	page = q.inOrderOf(timeslot.Soonest).take(limit)
	if !more {
		return page, ""
	}
	after := Cursor{calendars: before.calendars, tail: true, last: q.positionOf(page[limit-1])}
	return page, after.text(q.Query)
}
