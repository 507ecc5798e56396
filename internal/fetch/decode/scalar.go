package decode

import (
	"math"
	"strconv"

	"github.com/go-faster/jx"

	"timeslots/internal/timeslot"
)

// The scalar readers never fail on a value of the wrong type: they pass over it and say "unknown". Only broken JSON
// is an error.

// text reads a string, or a number as its own digits; empty for anything else.
func (b *builder) text(d *jx.Decoder, to *string) error {
	raw, err := rawText(d)
	if err == nil {
		*to = b.intern(raw)
	}
	return err
}

// rawText is text without interning; the bytes are valid until the next read.
func rawText(d *jx.Decoder) ([]byte, error) {
	switch d.Next() {
	case jx.String:
		return d.StrBytes()
	case jx.Number:
		return d.Num()
	default:
		return nil, d.Skip()
	}
}

// texts reads a list of strings.
func (b *builder) texts(d *jx.Decoder, to *[]string) error {
	if d.Next() != jx.Array {
		return d.Skip()
	}
	return d.Arr(func(d *jx.Decoder) error {
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
func tri(d *jx.Decoder, to *timeslot.Tri) error {
	if d.Next() != jx.Bool {
		return d.Skip()
	}
	yes, err := d.Bool()
	*to = timeslot.TriOf(yes)
	return err
}

const maxMinutes = 24 * 60

// minutes reads a duration as number or string of digits (CONTRACT §3 rule 3). A missing or null one is 0, unknown;
// an absurd one makes ok false.
func minutes(d *jx.Decoder, to *uint16, ok *bool) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	n, perr := strconv.ParseFloat(string(raw), 64)
	if perr != nil || n < 1 || n > maxMinutes || n != math.Trunc(n) {
		*ok = false
		return nil
	}
	*to = uint16(n)
	return nil
}

// degrees reads a coordinate; anything that is none, or beyond limit, leaves to as NaN.
func degrees(d *jx.Decoder, to *float64, limit float64) error {
	*to = math.NaN()
	n, err := number(d)
	if err == nil && math.Abs(n) <= limit {
		*to = n
	}
	return err
}

// number reads a number, also one written as a string; NaN for anything else.
func number(d *jx.Decoder) (float64, error) {
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

// place makes a point of two coordinates, nil when either is unknown.
func place(latitude, longitude float64) *timeslot.Point {
	if math.IsNaN(latitude) || math.IsNaN(longitude) {
		return nil
	}
	return &timeslot.Point{Latitude: latitude, Longitude: longitude}
}
