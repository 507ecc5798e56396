package decode

import (
	"bytes"
	"time"
)

// instant is a point in time as upstream writes it: the second, and the offset it was written with.
type instant struct {
	unix   int64 // seconds
	offset int16 // minutes east of UTC
	local  bool  // written without an offset: unix would be right in UTC
}

// Instants outside these years are absurd: no calendar lists them.
const (
	minYear = 2000
	maxYear = 2199
)

// parseInstant reads a start as surfaces write it (docs/dexcare.md §3), and whatever else can only mean one instant:
// "yyyy-MM-dd", then "T" or a space, "HH:mm", seconds and a fraction of them or none (it is dropped), and an offset: "Z",
// "±hh:mm", "±hhmm", "±hh", or none. Letters may be small, a zone in brackets behind the offset is passed over (RFC 9557).
// Days and times that do not exist are refused, except 24:00, the end of a day. "-00:00" is UTC. A start without an offset
// is local.
func parseInstant(s []byte) (instant, bool) {
	s = bytes.TrimSpace(s)
	if len(s) < len("2006-01-02T15:04") || s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != 't' && s[10] != ' ' || s[13] != ':' {
		return instant{}, false
	}
	ok := true
	year, month, day := digits(s[0:4], &ok), digits(s[5:7], &ok), digits(s[8:10], &ok)
	hour, minute, second := digits(s[11:13], &ok), digits(s[14:16], &ok), 0
	rest := s[16:]
	if len(rest) >= 3 && rest[0] == ':' {
		second = digits(rest[1:3], &ok)
		rest = skipFraction(rest[3:], &ok)
	}
	offset, local := parseOffset(rest, &ok)
	endOfDay := hour == 24 && minute == 0 && second == 0
	if !ok || year < minYear || year > maxYear || hour > 23 && !endOfDay || minute > 59 || second > 59 || !isDay(year, month, day) {
		return instant{}, false
	}
	clock := daysFromCivil(year, month, day)*86400 + int64(hour*3600+minute*60+second)
	return instant{unix: clock - int64(offset)*60, offset: int16(offset), local: local}, true
}

func skipFraction(s []byte, ok *bool) []byte {
	if len(s) == 0 || s[0] != '.' && s[0] != ',' {
		return s
	}
	n := 1
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	*ok = *ok && n > 1 && n <= 13
	return s[n:]
}

// maxOffset is the farthest that civil time has been from UTC, in minutes.
const maxOffset = 15 * 60

// parseOffset reads what is behind a time; nothing means that the time is local.
func parseOffset(s []byte, ok *bool) (offset int, local bool) {
	if len(s) == len("+07:00") && s[3] == ':' { // nearly always
		return signed(s[0], digits(s[1:3], ok), digits(s[4:6], ok), ok), false
	}
	if at := bytes.IndexByte(s, '['); at >= 0 && s[len(s)-1] == ']' {
		s = s[:at]
	}
	s = bytes.TrimSpace(s)
	if minus := []byte("\u2212"); bytes.HasPrefix(s, minus) { // ISO 8601 writes it so where it can
		s = append([]byte{'-'}, s[len(minus):]...)
	}
	switch {
	case len(s) == 0:
		return 0, true
	case len(s) == 1 && (s[0] == 'Z' || s[0] == 'z'):
		return 0, false
	case len(s) == len("+07:00") && s[3] == ':':
		return signed(s[0], digits(s[1:3], ok), digits(s[4:6], ok), ok), false
	case len(s) == len("+0700"):
		return signed(s[0], digits(s[1:3], ok), digits(s[3:5], ok), ok), false
	case len(s) == len("+07"):
		return signed(s[0], digits(s[1:3], ok), 0, ok), false
	}
	*ok = false
	return 0, false
}

func signed(sign byte, hours, minutes int, ok *bool) int {
	offset := hours*60 + minutes
	*ok = *ok && (sign == '+' || sign == '-') && minutes < 60 && offset <= maxOffset
	if sign == '-' {
		return -offset
	}
	return offset
}

func digits(s []byte, ok *bool) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			*ok = false
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func isDay(year, month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	if month == 2 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return 28
	}
	return [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
}

// daysFromCivil counts days since 1970-01-01 in the proleptic Gregorian calendar: years from March, so that the leap
// day is a year's last.
func daysFromCivil(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return int64(365*year+year/4-year/100+year/400+dayOfYear) - 719468
}

// time gives the instant in its own offset.
func (i instant) time() time.Time {
	return time.Unix(i.unix, 0).In(time.FixedZone("", int(i.offset)*60))
}
