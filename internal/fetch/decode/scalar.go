package decode

import (
	"math"
	"strconv"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// The scalar readers never fail on a value of the wrong type: they pass over it and say "unknown". Only broken JSON
// is an error.

// text reads a string, or a number as its own digits; empty for anything else.
func (b *builder) text(d *scan.Scanner, to *string) error {
	raw, err := rawText(d)
	if err == nil {
		*to = b.intern(raw)
	}
	return err
}

// rawText is text without interning; the bytes are valid until the next read.
func rawText(d *scan.Scanner) ([]byte, error) {
	switch d.Next() {
	case scan.String:
		return d.Text()
	case scan.Number:
		return d.Number()
	default:
		return nil, d.Skip()
	}
}

// texts reads a list of strings.
func (b *builder) texts(d *scan.Scanner, to *[]string) error {
	if d.Next() != scan.Array {
		return d.Skip()
	}
	return d.Array(func(d *scan.Scanner) error {
		var s string
		if err := b.text(d, &s); err != nil {
			return err
		}
		if s != "" && len(*to) < maxEntries {
			*to = append(*to, s)
		}
		return nil
	})
}

// tri reads a boolean that may be missing or null.
func tri(d *scan.Scanner, to *timeslot.Tri) error {
	if d.Next() != scan.Bool {
		return d.Skip()
	}
	yes, err := d.Bool()
	*to = timeslot.TriOf(yes)
	return err
}

const maxMinutes = 24 * 60

// minutes reads a duration as number or string of digits (docs/dexcare.md §3 rule 3). A missing or null one is 0, unknown;
// an absurd one makes ok false.
func minutes(d *scan.Scanner, to *uint16, ok *bool) error {
	if d.Next() == scan.Null {
		return d.Null()
	}
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	if n, plain := smallNumber(raw); plain && n >= 1 && n <= maxMinutes {
		*to = uint16(n)
		return nil
	}
	n, perr := strconv.ParseFloat(string(raw), 64)
	if perr != nil || n < 1 || n > maxMinutes || n != math.Trunc(n) {
		*ok = false
		return nil
	}
	*to = uint16(n)
	return nil
}

// smallNumber reads up to four digits, which is how durations are nearly always written.
func smallNumber(raw []byte) (n int, ok bool) {
	if len(raw) == 0 || len(raw) > 4 {
		return 0, false
	}
	ok = true
	return digits(raw, &ok), ok
}

// degrees reads a coordinate; anything that is none, or beyond limit, leaves to as NaN.
func degrees(d *scan.Scanner, to *float64, limit float64) error {
	*to = math.NaN()
	n, err := number(d)
	if err == nil && math.Abs(n) <= limit {
		*to = n
	}
	return err
}

// number reads a number, also one written as a string; NaN for anything else.
func number(d *scan.Scanner) (float64, error) {
	raw, err := rawText(d)
	if err != nil {
		return math.NaN(), err
	}
	n, perr := strconv.ParseFloat(string(raw), 64)
	if perr != nil || math.IsInf(n, 0) {
		return math.NaN(), nil
	}
	return n, nil
}

// place makes a point of two coordinates, nil when either is unknown. Directories write 0,0 for that as well: no clinic
// lies there, in the sea.
func place(latitude, longitude float64) *timeslot.Point {
	if math.IsNaN(latitude) || math.IsNaN(longitude) || latitude == 0 && longitude == 0 {
		return nil
	}
	return &timeslot.Point{Latitude: latitude, Longitude: longitude}
}
