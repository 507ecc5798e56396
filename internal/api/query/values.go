package query

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// Shorten keeps echoed input short.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 64 {
		return string(r[:64]) + "…"
	}
	return s
}

// one is the single value of a scalar; empty when it is absent.
func (p *parser) one(name string) (string, bool) {
	values, ok := p.values[name]
	if !ok {
		return "", false
	}
	if len(values) > 1 {
		p.reject(name, "given "+strconv.Itoa(len(values))+" times", "give it once")
		return "", false
	}
	if values[0] == "" {
		p.reject(name, "empty value", "give a value or leave the parameter out")
		return "", false
	}
	return values[0], true
}

func (p *parser) text(name string, grammar *regexp.Regexp, form string) string {
	value, ok := p.one(name)
	if ok && !grammar.MatchString(value) {
		p.reject(name, quoted(value)+" has a wrong form", "give "+form)
		return ""
	}
	return value
}

func quoted(value string) string { return strconv.Quote(Shorten(value)) }

// list reads repeated and comma-separated values.
func (p *parser) list(name string, grammar *regexp.Regexp, form string) []string {
	var out []string
	for _, joined := range p.values[name] {
		for value := range strings.SplitSeq(joined, ",") {
			value = strings.Trim(value, " ") // blanks only: a line break belongs to no value
			if !grammar.MatchString(value) {
				p.reject(name, quoted(value)+" has a wrong form", "give "+form)
				return nil
			}
			if out = append(out, value); len(out) > MaxListValues {
				p.reject(name, "more than 1000 values", "ask for fewer at a time")
				return nil
			}
		}
	}
	return out
}

func (p *parser) words(name string) []string {
	return p.list(name, wordGrammar, "a name of letters, digits, blanks and . & / ' ( ) _ + -, at most 128 characters")
}

// genders brings F, Female, female together, as decoding does.
func genders(words []string) []string {
	for i, w := range words {
		switch strings.ToLower(w) {
		case "f":
			words[i] = "female"
		case "m":
			words[i] = "male"
		}
	}
	return words
}

func (p *parser) oneOf(name string, allowed ...string) string {
	value, ok := p.one(name)
	if !ok || slices.Contains(allowed, value) {
		return value
	}
	p.reject(name, quoted(value)+" is not a known value", "give one of "+strings.Join(allowed, ", "))
	return ""
}

func (p *parser) number(name string, low, high int) (int, bool) {
	value, ok := p.one(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < low || n > high {
		p.reject(name, quoted(value)+" is not a whole number in range", "give a number from "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
		return 0, false
	}
	return n, true
}

func (p *parser) date(name string) timeslot.Date {
	value, ok := p.one(name)
	if !ok {
		return 0
	}
	d, err := timeslot.ParseDate(value)
	if err != nil || d <= 0 {
		p.reject(name, quoted(value)+" is not a calendar day", "give a day as yyyy-MM-dd")
		return 0
	}
	return d
}

func (p *parser) zone(name string) string {
	value := p.text(name, zoneGrammar, "an IANA time zone such as America/New_York")
	if value == "" {
		return ""
	}
	if !IsZone(value) {
		p.reject(name, quoted(value)+" is not a known time zone", "give an IANA time zone such as America/New_York")
		return ""
	}
	return value
}

// IsZone reports whether there is a place's zone of that name: not the machine's own, which is "Local", and in many zone
// databases "localtime", nor one with leap seconds ("right/…").
func IsZone(name string) bool {
	if !zoneGrammar.MatchString(name) || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// coordinate reads latitude or longitude; both come together or not at all.
func (p *parser) coordinate(name, other string, limit float64) {
	value, ok := p.one(name)
	if !ok {
		if _, lonely := p.values[other]; lonely && len(p.values[name]) == 0 {
			p.reject(name, "missing beside "+other, "give both latitude and longitude")
		}
		return
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > limit || strings.ContainsAny(value, "xXpP_") {
		p.reject(name, quoted(value)+" is not a coordinate", "give degrees from -"+strconv.Itoa(int(limit))+" to "+strconv.Itoa(int(limit)))
		return
	}
	if p.query.Point == nil {
		p.query.Point = &timeslot.Point{}
	}
	if n == 0 {
		n = 0 // no negative zero
	}
	if name == "latitude" {
		p.query.Point.Latitude = n
	} else {
		p.query.Point.Longitude = n
	}
}

// cursor reads the form only. Whether it is whole, and belongs to the other parameters, can be told once the product has
// given its ranking: the search does, and refuses with the same violation.
func (p *parser) cursor(name string) {
	value, ok := p.one(name)
	if !ok {
		return
	}
	if len(value) < minCursor || len(value) > maxCursor || !cursorGrammar.MatchString(value) {
		p.reject(name, "the cursor is damaged",
			"repeat nextCursor as it came, with the parameters of its own request, or start again without a cursor")
		return
	}
	p.query.Cursor = value
}
