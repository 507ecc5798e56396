package timeslot

import (
	"fmt"
	"time"
)

// Date is a calendar day without a zone, counted in days since 1970-01-01. Arithmetic on it is calendar arithmetic:
// adding one is always tomorrow, also on days of 23 or 25 hours.
type Date int32

// DateOf is the calendar day that t falls on in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

const secondsPerDay = 86400

// ParseDate reads "yyyy-MM-dd". Years are four digits, and days that do not exist are refused.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, time.UTC)
	if err != nil {
		return 0, fmt.Errorf("date %q is not a calendar day in the form yyyy-MM-dd", s)
	}
	return DateOf(t), nil
}

// String is "yyyy-MM-dd".
func (d Date) String() string {
	return time.Unix(int64(d)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}

// In is the instant at which the day begins in loc: its midnight, or where the clock jumps over midnight the jump.
func (d Date) In(loc *time.Location) time.Time {
	y, m, day := time.Unix(int64(d)*secondsPerDay, 0).UTC().Date()
	t := time.Date(y, m, day, 0, 0, 0, 0, loc)
	if DateOf(t) < d { // midnight does not exist: time.Date went an hour back, into yesterday
		_, end := t.ZoneBounds()
		return end
	}
	return t
}

// EarliestToday is the day that it is at instant now where the day begins last (UTC−12): no place on Earth is at an
// earlier one.
func EarliestToday(now time.Time) Date { return DateOf(now.UTC().Add(-12 * time.Hour)) }

// LatestToday is the day that it is at instant now where the day begins first (UTC+14).
func LatestToday(now time.Time) Date { return DateOf(now.UTC().Add(14 * time.Hour)) }
