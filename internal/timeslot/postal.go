package timeslot

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// PostalCodes knows where postal codes are (docs/interface.md §2, search.postalCodes). The zero value knows none.
type PostalCodes struct {
	codes  []uint32 // ascending; five digits each
	points []Point  // of the code with the same index
}

// maxPostalCodes bounds a table; the United States have some 42,000.
const maxPostalCodes = 100_000

// ParsePostalCodes reads a table with the columns zip,latitude,longitude, with or without a header line. Codes with nine
// digits count as their first five. Errors name the line, and a fix.
func ParsePostalCodes(table string) (*PostalCodes, error) {
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff")))
	rows.FieldsPerRecord, rows.ReuseRecord, rows.TrimLeadingSpace = 3, true, true
	found := map[uint32]Point{}
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d is not of the form zip,latitude,longitude", lineOf(err))
		}
		line, _ := rows.FieldPos(0)
		if first && isHeader(row) {
			continue
		}
		code, ok := zipNumber(row[0])
		p, err := pointOf(row[1], row[2])
		if !ok || err != nil {
			return nil, fmt.Errorf("line %d: want five digits and a point in degrees, such as 98101,47.61,-122.33", line)
		}
		if other, twice := found[code]; twice && other != p {
			return nil, fmt.Errorf("line %d: %05d is in the table twice, at different places; keep one", line, code)
		}
		if found[code] = p; len(found) > maxPostalCodes {
			return nil, fmt.Errorf("line %d: more than %d postal codes; keep those of the area served", line, maxPostalCodes)
		}
	}
	if len(found) == 0 && table != "" {
		return nil, errors.New("there is no postal code in it; write rows such as 98101,47.61,-122.33")
	}
	return sortedCodes(found), nil
}

// isHeader tells a line of names from a row with a mistake: neither of its coordinates is a number.
func isHeader(row []string) bool {
	_, noLatitude := strconv.ParseFloat(strings.TrimSpace(row[1]), 64)
	_, noLongitude := strconv.ParseFloat(strings.TrimSpace(row[2]), 64)
	return noLatitude != nil && noLongitude != nil
}

func lineOf(err error) int {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return e.Line
	}
	return 0
}

func pointOf(latitude, longitude string) (Point, error) {
	lat, err := strconv.ParseFloat(strings.TrimSpace(latitude), 64)
	if err != nil || !(lat >= -90 && lat <= 90) {
		return Point{}, errors.New("no latitude")
	}
	lon, err := strconv.ParseFloat(strings.TrimSpace(longitude), 64)
	if err != nil || !(lon >= -180 && lon <= 180) {
		return Point{}, errors.New("no longitude")
	}
	return Point{Latitude: lat, Longitude: lon}, nil
}

func sortedCodes(found map[uint32]Point) *PostalCodes {
	t := &PostalCodes{codes: make([]uint32, 0, len(found)), points: make([]Point, 0, len(found))}
	for code := range found {
		t.codes = append(t.codes, code)
	}
	slices.Sort(t.codes)
	for _, code := range t.codes {
		t.points = append(t.points, found[code])
	}
	return t
}

// Len is how many codes the table has.
func (t *PostalCodes) Len() int {
	if t == nil {
		return 0
	}
	return len(t.codes)
}

// Find is where a postal code is, "98101" or "98101-1234"; false when the table does not have it.
func (t *PostalCodes) Find(code string) (Point, bool) {
	number, ok := zipNumber(code)
	if t == nil || !ok {
		return Point{}, false
	}
	i, found := slices.BinarySearch(t.codes, number)
	if !found {
		return Point{}, false
	}
	return t.points[i], true
}

// zipNumber reads the five digits that a postal code begins with.
func zipNumber(code string) (uint32, bool) {
	code = strings.TrimSpace(code)
	if len(code) != 5 && (len(code) != 10 || code[5] != '-') {
		return 0, false
	}
	n, err := strconv.ParseUint(code[:5], 10, 32) // takes no sign
	if err == nil && len(code) == 10 {
		_, err = strconv.ParseUint(code[6:], 10, 32)
	}
	return uint32(n), err == nil
}
