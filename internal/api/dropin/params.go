package dropin

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/api/query"
	"timeslots/internal/timeslot"
)

// reader reads one parameter.
type reader struct {
	// read turns the values into their canonical form, in canonical order; ok reports whether they have the form that the
	// contract gives them.
	read func(values []string) (canonical []string, ok bool)
	list bool // may be spelled "name[]", as DexCare's SDK does
}

const aWord = `[\p{L}\p{N}][\p{L}\p{M}\p{N} .,&'()_+!:·’‘“”–—-]{0,127}`

// Grammars of DexCare's own parameters.
var (
	// A name as people type it, with whatever signs, but nothing that is not seen. U+FFFD stands for what was no text.
	nameGrammar = regexp.MustCompile(`^[^\p{C}\p{Z}\p{M}\x{FFFD}]([^\p{C}\p{Z}\x{FFFD}]| ){0,127}$`)
	// In a path: means nothing to a URL, however often it is decoded or normalised. Systems and brands have blanks, ampersands,
	// apostrophes, accents.
	segmentGrammar   = regexp.MustCompile(`^` + aWord + `$`)
	compositeGrammar = regexp.MustCompile(`^` + aWord + `\|` + aWord + `$`)
	degreesGrammar   = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{1,17})?$`)
	domainGrammar    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`) // a header's
	momentGrammar    = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[-+][0-9]{2}:[0-9]{2}))?$`)
)

// one reads a scalar.
func one(canonical func(string) (string, bool)) reader {
	return reader{read: func(values []string) ([]string, bool) {
		if len(values) != 1 {
			return nil, false
		}
		v, ok := canonical(values[0])
		return []string{v}, ok
	}}
}

// many reads a repeated parameter whose order has no meaning.
func many(canonical func(string) (string, bool)) reader {
	return reader{list: true, read: func(values []string) ([]string, bool) { return set(values, canonical) }}
}

// ordered reads a repeated parameter whose order may have one.
func ordered(canonical func(string) (string, bool)) reader {
	return reader{list: true, read: func(values []string) ([]string, bool) { return each(values, canonical) }}
}

// commas reads one comma-separated list whose order has no meaning.
func commas(canonical func(string) (string, bool)) reader {
	return reader{read: func(values []string) ([]string, bool) {
		if len(values) != 1 {
			return nil, false
		}
		list, ok := set(strings.Split(values[0], ","), canonical)
		return []string{strings.Join(list, ",")}, ok
	}}
}

func each(values []string, canonical func(string) (string, bool)) ([]string, bool) {
	if len(values) > query.MaxListValues {
		return nil, false
	}
	out := make([]string, len(values))
	for i, v := range values {
		var ok bool
		if out[i], ok = canonical(v); !ok {
			return nil, false
		}
	}
	return out, true
}

func set(values []string, canonical func(string) (string, bool)) ([]string, bool) {
	out, ok := each(values, canonical)
	slices.Sort(out)
	return slices.Compact(out), ok
}

func matching(grammar *regexp.Regexp) func(string) (string, bool) {
	return func(v string) (string, bool) { return v, grammar.MatchString(v) }
}

// folded is for names that DexCare compares without case (docs/dexcare.md §6.1).
func folded(grammar *regexp.Regexp) func(string) (string, bool) {
	return func(v string) (string, bool) { return strings.ToLower(v), grammar.MatchString(v) }
}

func boolean(v string) (string, bool) { return v, v == "true" || v == "false" }

func whole(low, high int) func(string) (string, bool) {
	return func(v string) (string, bool) {
		n, err := strconv.Atoi(v)
		return v, err == nil && n >= low && n <= high && strconv.Itoa(n) == v
	}
}

func day(v string) (string, bool) {
	_, err := timeslot.ParseDate(v)
	return v, err == nil
}

// moment is a date or a date-time (docs/dexcare.md §5.3).
func moment(v string) (string, bool) {
	if !momentGrammar.MatchString(v) {
		return v, false
	}
	if len(v) > len(time.DateOnly) {
		_, err := time.Parse(time.RFC3339, v)
		return v, err == nil
	}
	return day(v)
}

// degrees are rounded to so many decimals: a position that is more precise could point at a home (docs/dexcare.md §6.5), and
// neighbours would not share.
func degrees(limit float64, decimals int) func(string) (string, bool) {
	return func(v string) (string, bool) {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || !(n >= -limit && n <= limit) || !degreesGrammar.MatchString(v) {
			return v, false
		}
		p := timeslot.Point{Latitude: n}.Rounded(decimals)
		return strconv.FormatFloat(p.Latitude+0, 'f', -1, 64), true
	}
}

func enum(allowed ...string) func(string) (string, bool) {
	return func(v string) (string, bool) { return v, slices.Contains(allowed, v) }
}

func ianaZone(v string) (string, bool) {
	return v, query.IsZone(v)
}

var (
	aName    = matching(nameGrammar)
	aSegment = matching(segmentGrammar)
	anNPI    = matching(query.NPI)
	patient  = enum(string(timeslot.NewPatient), string(timeslot.EstablishedPatient), string(timeslot.BothPatients))
)

// canonicalQuery is what a query asks, in canonical order and form. name and name[] are one list. Where something in it is not
// what the contract lists, it has no canonical form, and why says so.
func canonicalQuery(values url.Values, listed map[string]reader) (canonical url.Values, brackets []string, why Oddity) {
	canonical = url.Values{}
	for name := range values {
		if name == "product" { // who asks, not what
			if _, odd := query.Product(values); odd != nil {
				return nil, nil, OddValue
			}
			continue
		}
		plain, bracketed := strings.CutSuffix(name, "[]")
		reader, known := listed[plain]
		if !known || bracketed && !reader.list {
			return nil, nil, UnknownParameter
		}
		if _, both := values[plain]; bracketed && both {
			return nil, nil, OddValue // which comes first is upstream's to say
		}
		kept, ok := reader.read(values[name])
		if !ok {
			return nil, nil, OddValue
		}
		canonical[plain] = kept
		if bracketed {
			brackets = append(brackets, plain)
		}
	}
	return canonical, brackets, ""
}
