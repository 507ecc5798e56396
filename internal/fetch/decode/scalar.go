package decode

import (
	"bytes"
	"math"
	"strconv"
	"strings"

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

// tri reads a boolean that may be missing or null, or a text or number that means one.
func (b *builder) tri(d *scan.Scanner, field string, to *timeslot.Tri) error {
	switch d.Next() {
	case scan.Null:
		return d.Null()
	case scan.Bool:
		yes, err := d.Bool()
		*to = timeslot.TriOf(yes)
		return err
	}
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	switch word := bytes.TrimSpace(raw); {
	case bytes.EqualFold(word, []byte("true")), string(word) == "1":
		*to = timeslot.Yes
	case bytes.EqualFold(word, []byte("false")), string(word) == "0":
		*to = timeslot.No
	case raw == nil || len(word) > 0:
		b.note(ReasonFlag, field, raw)
	}
	return nil
}

// start reads a start; one that means nothing stays zero.
func (b *builder) start(d *scan.Scanner, to *instant) error {
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	var ok bool
	if *to, ok = parseInstant(raw); !ok {
		b.unread = append(b.unread[:0], raw...)
	}
	if to.local {
		b.locals++
	}
	return nil
}

// loseStart drops n slots for the start that was met last, or for none.
func (b *builder) loseStart(n int) {
	for range n {
		b.lose(ReasonStart, "slotDateTime", b.unread)
	}
	b.unread = b.unread[:0]
}

const maxMinutes = 24 * 60

// minutes reads a duration as a number or a text of one, with the unit behind it or without (docs/dexcare.md §3 rule 3).
// What is missing, null, empty or 0 says nothing, and is 0, unknown; what means nothing is unknown, too, and noted.
func (b *builder) minutes(d *scan.Scanner, to *uint16) error {
	if d.Next() == scan.Null {
		return d.Null()
	}
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	n, ok := minutesOf(raw)
	if !ok {
		b.note(ReasonDuration, "duration", raw)
	}
	*to = n
	return nil
}

func minutesOf(raw []byte) (minutes uint16, ok bool) {
	if n, plain := smallNumber(raw); plain && n <= maxMinutes {
		return uint16(n), true
	}
	if raw == nil { // neither a text nor a number
		return 0, false
	}
	text := strings.ToLower(strings.TrimSpace(string(raw)))
	for _, unit := range [...]string{"minutes", "minute", "mins", "min", "min."} {
		if number, cut := strings.CutSuffix(text, unit); cut {
			text = strings.TrimSpace(number)
			break
		}
	}
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0) || n > maxMinutes || n != math.Trunc(n) {
		return 0, false
	}
	return uint16(n), true
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

// place makes a point of two coordinates, nil when either is unknown. 0,0 is how databases write that they do not know: in
// the sea off Africa there is no clinic.
func place(latitude, longitude float64) *timeslot.Point {
	if math.IsNaN(latitude) || math.IsNaN(longitude) || latitude == 0 && longitude == 0 {
		return nil
	}
	return &timeslot.Point{Latitude: latitude, Longitude: longitude}
}
