package decode

import "time"

// instant is a point in time as upstream writes it: the second, and the offset it was written with.
type instant struct {
	unix   int64 // seconds
	offset int16 // minutes east of UTC
}

// Instants outside these years are absurd: no calendar lists them.
const (
	minYear = 2000
	maxYear = 2199
)

// parseInstant reads RFC 3339 as all surfaces write it (docs/dexcare.md §3): "yyyy-MM-ddTHH:mm:ss", an optional fraction,
// which is dropped, then "Z" or "±hh:mm". Days and times that do not exist are refused; "-00:00" is UTC.
func parseInstant(s []byte) (instant, bool) {
	if len(s) < len("2006-01-02T15:04:05Z") || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return instant{}, false
	}
	ok := true
	year, month, day := digits(s[0:4], &ok), digits(s[5:7], &ok), digits(s[8:10], &ok)
	hour, minute, second := digits(s[11:13], &ok), digits(s[14:16], &ok), digits(s[17:19], &ok)
	offset := parseOffset(skipFraction(s[19:], &ok), &ok)
	if !ok || year < minYear || year > maxYear || hour > 23 || minute > 59 || second > 59 || !isDay(year, month, day) {
		return instant{}, false
	}
	local := daysFromCivil(year, month, day)*86400 + int64(hour*3600+minute*60+second)
	return instant{unix: local - int64(offset)*60, offset: int16(offset)}, true
}

func skipFraction(s []byte, ok *bool) []byte {
	if len(s) == 0 || s[0] != '.' {
		return s
	}
	n := 1
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	*ok = *ok && n > 1 && n <= 10
	return s[n:]
}

// maxOffset is the farthest that civil time has been from UTC, in minutes.
const maxOffset = 15 * 60

func parseOffset(s []byte, ok *bool) int {
	if len(s) == 1 && s[0] == 'Z' {
		return 0
	}
	if len(s) != len("+07:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		*ok = false
		return 0
	}
	hours, minutes := digits(s[1:3], ok), digits(s[4:6], ok)
	offset := hours*60 + minutes
	*ok = *ok && minutes < 60 && offset <= maxOffset
	if s[0] == '-' {
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
