package dropin

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"

	"timeslots/internal/api/query"
	"timeslots/internal/timeslot"
)

// field turns the value of a field into its canonical form; ok reports whether it has the form that the contract gives it. What has
// not may be anything, somebody's name too, so that it never becomes part of a key.
type field func(value any) (canonical any, ok bool)

// trim puts the fields into their canonical form.
func (rule bodyRule) trim(fields map[string]any) (why Oddity) {
	for name := range fields {
		if _, listed := rule[name]; !listed {
			return UnknownParameter
		}
	}
	for name, value := range fields {
		canonical, ok := rule[name](value)
		switch inside, odd := canonical.(Oddity); {
		case odd && inside == UnknownParameter: // which says more than an odd value beside it
			return inside
		case odd || !ok:
			why = OddValue
		default:
			fields[name] = canonical
		}
	}
	return why
}

// slotsSearchBody is docs/dexcare.md §5.4.
var slotsSearchBody = bodyRule{
	"startDate": text(day), "endDate": text(day), "visitTypeNames": texts(aName), "criteriaItems": criteria,
}

// optionsBody is docs/dexcare.md §6.2 and §6.3, with the spellings that DexCare's own SDK sends. What may be combined is
// upstream's to judge. Positions keep so many decimals of a degree.
func optionsBody(decimals int) bodyRule {
	return bodyRule{
		"latitude": number(degrees(90, decimals)), "longitude": number(degrees(180, decimals)), "radius": number(whole(1, timeslot.MaxRadius)),
		"postalCode": text(matching(query.PostalCode)), "departmentIds": texts(aName), "visitTypeNames": texts(aName),
		"clinicTypes": texts(aName), "clinicType": texts(aName), "ehrInstances": texts(aName), "clinicianNPIs": texts(anNPI),
		"startDate": text(dayOf), "endDate": text(dayOf), "specialty": text(aName), "gender": text(aName), "sortBy": text(aName),
		"newOrEstablishedPatient": text(patient), "searchContext": text(aContext),
	}
}

// text is a field that is a text.
func text(canonical func(string) (string, bool)) field {
	return func(value any) (any, bool) {
		s, ok := value.(string)
		if !ok {
			return nil, false
		}
		return canonical(s)
	}
}

// number is a field that is a number, read as it is written.
func number(canonical func(string) (string, bool)) field {
	return func(value any) (any, bool) {
		n, ok := value.(json.Number)
		if !ok {
			return nil, false
		}
		s, ok := canonical(n.String())
		return json.Number(s), ok
	}
}

// texts is a list of texts, whose order has no meaning.
func texts(canonical func(string) (string, bool)) field {
	return func(value any) (any, bool) {
		list, ok := value.([]any)
		if !ok || len(list) > query.MaxListValues {
			return nil, false
		}
		out := make([]string, len(list))
		for i, item := range list {
			s, isText := item.(string)
			if out[i], ok = canonical(s); !isText || !ok {
				return nil, false
			}
		}
		slices.Sort(out)
		return slices.Compact(out), true
	}
}

// criterion is one of the criteria of a slots search.
var criterion = bodyRule{"npi": text(anNPI), "ehrInstance": text(aName), "departmentId": text(aName)}

// criteria keep their order, which may be that of the answer. One that says more than the contract lists is not known.
func criteria(value any) (any, bool) {
	list, ok := value.([]any)
	if !ok || len(list) > query.MaxListValues {
		return nil, false
	}
	out := make([]any, len(list))
	for i, item := range list {
		fields, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		fields = maps.Clone(fields)
		if why := criterion.trim(fields); why != "" {
			return why, false
		}
		out[i] = fields
	}
	return out, true
}

var (
	instantGrammar = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[-+][0-9]{2}:[0-9]{2})$`)
	contextGrammar = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$`)
)

// dayOf is the day that a date, or an instant as apps send it, means in UTC: DexCare's schema knows days alone (docs/dexcare.md
// §6.2).
func dayOf(v string) (string, bool) {
	if instantGrammar.MatchString(v) {
		at, err := time.Parse(time.RFC3339Nano, v)
		return at.UTC().Format(time.DateOnly), err == nil
	}
	return day(v)
}

// aContext is what an answer called its search.
func aContext(v string) (string, bool) { return v, contextGrammar.MatchString(v) }
