package merge

// scoredPage is a page of an answer that is ordered by scores. It shows the best of what no earlier page has shown, as long as
// a cursor can hold which calendars that leaves. Beyond, the calendars stay as they are, and pages follow in the order of
// starts: that needs one position only, however many calendars there are.
func (q *question) scoredPage(before *Cursor, limit int) (page []pick, next string) {
	q.skipShown(&before.calendars)
	if before.tail {
		q.skipTo(byStart, before.last)
		return q.tailPage(before, limit)
	}
	if q.left() <= limit {
		return q.inOrderOf(q.profile).take(limit), ""
	}
	page = q.inOrderOf(q.profile).take(limit)
	after := Cursor{scored: true, calendars: q.calendarsAfter(&before.calendars, page)}
	if next = after.text(q.Query); next != "" && len(next) <= maxCalendars {
		return page, next
	}
	q.skipShown(&before.calendars) // again, as if the page had not been taken
	return q.tailPage(before, limit)
}

func (q *question) tailPage(before *Cursor, limit int) (page []pick, next string) {
	more := q.left() > limit
	page = q.inOrderOf(byStart).take(limit)
	if !more {
		return page, ""
	}
	after := Cursor{scored: true, calendars: before.calendars, tail: true, last: q.behind(page)}
	return page, after.text(q.Query)
}
