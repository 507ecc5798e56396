package query

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// Limits of POST /v1/timeslots/check.
const (
	MaxCheckBody    = 16 << 10 // bytes
	maxChoices      = 20
	maxAlternatives = 10
)

// Check is a request of POST /v1/timeslots/check.
type Check struct {
	Choices      []timeslot.Choice
	Alternatives int
	Product      string
	Zone         string // for the times in the answer; empty: each department's own
}

// checkParameters are those of its query string, in the order in which offenders are named.
var checkParameters = []string{"product", "alternatives", "userTimezone"}

// Checked reads the query string and the body of POST /v1/timeslots/check, or names all that is wrong with them. The product is
// there either way, as far as it could be read.
func Checked(raw string, body []byte) (c Check, err error) {
	p := &parser{query: &timeslot.Query{}}
	for _, name := range checkParameters {
		p.known = append(p.known, parameter{name: name})
	}
	switch values, err := url.ParseQuery(raw); {
	case len(raw) > maxQueryBytes:
		p.reject("query", "the query string is longer than 8 KiB", "give product, alternatives and userTimezone alone")
	case err != nil:
		p.reject("query", "the query string is not well-formed", "percent-encode values; separate parameters with '&'")
	default:
		p.values = values
		p.refuseUnknown()
		name, violation := Product(values)
		if c.Product = name; violation != nil {
			p.bad = append(p.bad, *violation)
		}
		c.Alternatives, _ = p.number("alternatives", 0, maxAlternatives)
		c.Zone = p.zone("userTimezone")
	}
	c.Choices = p.choices(body)
	return c, p.err()
}

const checkExample = `{"slots":[{"npi":"9000000017","departmentIdentifier":"org.acme.ehr.main|4100200410","visitTypeName":"FollowUp","slotDateTime":"2026-12-07T09:00:00-08:00"}]}`

// choices reads the body.
func (p *parser) choices(body []byte) (choices []timeslot.Choice) {
	if len(body) > MaxCheckBody {
		p.reject("body", "larger than 16 KiB", "send at most 20 slots, each with the fields that name it and no others")
		return nil
	}
	fields, problem := object(body)
	if problem != "" {
		p.reject("body", problem, "send JSON such as "+checkExample)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "slots" {
			p.reject(Shorten(name), "unknown field", "leave it out; the body has slots alone")
		}
	}
	var slots []json.RawMessage
	if json.Unmarshal(fields["slots"], &slots) != nil || len(slots) == 0 || len(slots) > maxChoices {
		p.reject("slots", "not a list of 1 to 20 slots", "list the slots as they stand in an answer, at most 20 at a time")
		return nil
	}
	for i, slot := range slots {
		choices = append(choices, p.choice(fmt.Sprintf("slots[%d]", i), slot))
	}
	return choices
}

// object is the fields of a JSON object, and nothing else; problem says why it is none.
func object(text []byte) (fields map[string]json.RawMessage, problem string) {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, "not a JSON object"
	}
	fields = map[string]json.RawMessage{}
	for d.More() {
		var value json.RawMessage
		name, err := d.Token()
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return nil, "not well-formed JSON"
		}
		if _, twice := fields[name.(string)]; twice {
			return nil, "it has a field twice"
		}
		fields[name.(string)] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, "not well-formed JSON"
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, "something follows the JSON object"
	}
	return fields, ""
}

// choiceFields are what names a slot, each with its grammar and the form that is told.
var choiceFields = []struct {
	name    string
	grammar *regexp.Regexp
	form    string
}{
	{"npi", NPI, "ten digits"},
	{"departmentIdentifier", regexp.MustCompile(`^[^|\pC]{1,128}\|[^|\pC]{1,128}$`), `the EHR instance, "|", and the department's id, as an answer has it`},
	{"departmentUrlName", URLName, "letters, digits, '.', '_' and '-', at most 128"},
	{"visitTypeName", wordGrammar, "a name of letters, digits, blanks and . & / ' ( ) _ + -, at most 128 characters"},
	{"visitTypeId", regexp.MustCompile(`^[^\pC]{1,128}$`), "the id as an answer has it"},
	{"slotDateTime", regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T`), "a time with its offset, for example 2026-12-07T09:00:00-08:00"},
	{"id", regexp.MustCompile(`^[A-Za-z0-9_-]{16}$`), "the id as an answer has it, 16 characters"},
}

// choice reads one slot. Place is its name among parameters.
func (p *parser) choice(place string, text json.RawMessage) (c timeslot.Choice) {
	fields, problem := object(text)
	if problem != "" {
		p.reject(place, problem, "name the slot as it stands in an answer")
		return c
	}
	values := map[string]string{}
	for _, f := range choiceFields {
		if raw, ok := fields[f.name]; ok {
			var value *string
			if json.Unmarshal(raw, &value) != nil || value == nil || !f.grammar.MatchString(*value) {
				p.reject(place+"."+f.name, quoted(string(raw))+" has a wrong form", "give "+f.form)
				delete(fields, f.name)
				values[f.name] = "?" // it was meant to be there
				continue
			}
			values[f.name] = *value
			delete(fields, f.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		p.reject(place+"."+Shorten(name), "unknown field", "leave it out; a slot is named by npi, departmentIdentifier or departmentUrlName, visitTypeName or visitTypeId, slotDateTime and, if known, id")
	}
	p.wants(place, values, "npi")
	p.wants(place, values, "departmentIdentifier", "departmentUrlName")
	p.wants(place, values, "visitTypeName", "visitTypeId")
	p.wants(place, values, "slotDateTime")
	start := p.instant(place+".slotDateTime", values["slotDateTime"])
	return timeslot.Choice{
		NPI: values["npi"], DepartmentKey: values["departmentIdentifier"], URLName: values["departmentUrlName"],
		VisitTypeName: values["visitTypeName"], VisitTypeID: values["visitTypeId"],
		Start: start.Unix(), Day: timeslot.DateOf(start), ID: values["id"],
	}
}

// wants refuses a slot that has none of some fields.
func (p *parser) wants(place string, values map[string]string, names ...string) {
	if !slices.ContainsFunc(names, func(name string) bool { return values[name] != "" }) {
		p.reject(place+"."+names[0], "missing", "give "+strings.Join(names, " or ")+" as it stands in an answer")
	}
}

// instant reads a start. What is missing or was refused already is passed over.
func (p *parser) instant(name, value string) time.Time {
	if value == "" || value == "?" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil || t.Nanosecond() != 0 || t.Unix() < 0 || t.Unix() > 1<<32-1 {
		p.reject(name, quoted(value)+" is not an instant in whole seconds", "give a time with its offset, for example 2026-12-07T09:00:00-08:00")
		return time.Time{}
	}
	return t
}
