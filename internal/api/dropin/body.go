package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/api/query"
)

// bodyRule says what the JSON body of a POST read may hold.
type bodyRule struct {
	fields map[string]bool // listed ones; true: a list whose order has no meaning
	strict bool            // unknown fields are refused (docs/dexcare.md §5.4), else left out
	check  func(map[string]any) string

	decimals int // of a degree, that positions keep
}

// maxReadBody bounds the body of a POST read in bytes.
const maxReadBody = 64 << 10

// ErrBodyTooLarge says that a body is refused for its size.
var ErrBodyTooLarge = errors.New("the body is larger than 64 KiB")

// read reads and canonicalises a body: listed fields, sorted names, sets in order. The detail of a refusal comes back empty
// when all is well.
func (rule *bodyRule) read(r *http.Request, q *Question) (refusal string, err error) {
	if q.Body, err = io.ReadAll(io.LimitReader(r.Body, maxReadBody+1)); err != nil {
		return "the body could not be read", nil
	}
	if len(q.Body) > maxReadBody {
		return "", ErrBodyTooLarge
	}
	d := json.NewDecoder(bytes.NewReader(q.Body))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil || fields == nil {
		return "the body is not a JSON object", nil
	}
	if _, err := d.Token(); err != io.EOF {
		return "the body has more than one JSON object", nil
	}
	if q.Personal = hasPatient(fields); q.Personal {
		return "", nil
	}
	if refusal = rule.trim(fields); refusal != "" {
		return refusal, nil
	}
	if rule.check != nil {
		refusal = rule.check(fields)
	}
	q.Context, _ = fields["searchContext"].(string)
	text, err := json.Marshal(fields) // sorts names
	q.Key.Params = string(text)
	return refusal, err
}

// hasPatient looks for the field in any case: encoding/json elsewhere may not tell them apart.
func hasPatient(fields map[string]any) bool {
	for name := range fields {
		if strings.EqualFold(name, "patient") {
			return true
		}
	}
	return false
}

// trim leaves out or refuses unknown fields and sorts sets.
func (rule *bodyRule) trim(fields map[string]any) (refusal string) {
	for name, value := range fields {
		isSet, listed := rule.fields[name]
		if !listed {
			if rule.strict {
				return "unknown field " + query.Shorten(name)
			}
			delete(fields, name)
			continue
		}
		if list, ok := value.([]any); ok && isSet {
			fields[name] = sortedTexts(list)
		}
		if name == "latitude" || name == "longitude" {
			fields[name] = coarse(value, rule.decimals)
		}
	}
	return ""
}

// coarse rounds a coordinate as the query's are (see degrees); what is none stays for upstream to judge.
func coarse(value any, decimals int) any {
	n, ok := value.(json.Number)
	if !ok {
		return value
	}
	text, ok := degrees(180, decimals)(n.String())
	if !ok {
		return value
	}
	return json.Number(text)
}

// sortedTexts sorts a list of texts and drops repeats; a list of anything else stays as it is.
func sortedTexts(list []any) []any {
	texts := make([]string, len(list))
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			return list
		}
		texts[i] = s
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// slotsSearchBody is docs/dexcare.md §5.4.
var slotsSearchBody = &bodyRule{
	strict: true,
	fields: map[string]bool{"startDate": false, "endDate": false, "visitTypeNames": true, "criteriaItems": false},
	check: func(fields map[string]any) string {
		items, ok := fields["criteriaItems"].([]any)
		if !ok || len(items) == 0 {
			return "criteriaItems needs at least one item"
		}
		for _, item := range items {
			criteria, ok := item.(map[string]any)
			if !ok {
				return "criteriaItems holds something that is not an object"
			}
			if refusal := checkCriteria(criteria); refusal != "" {
				return refusal
			}
		}
		return checkDays(fields)
	},
}

func checkCriteria(criteria map[string]any) string {
	for name, value := range criteria {
		if name != "npi" && name != "ehrInstance" && name != "departmentId" {
			return "unknown field " + query.Shorten(name) + " in criteriaItems"
		}
		if _, ok := value.(string); !ok {
			return name + " in criteriaItems is not a string"
		}
	}
	if npi, _ := criteria["npi"].(string); !query.NPI.MatchString(npi) {
		return "npi in criteriaItems is not ten digits"
	}
	if _, ok := criteria["departmentId"]; ok && criteria["ehrInstance"] == nil {
		return "departmentId in criteriaItems needs ehrInstance"
	}
	return ""
}

func checkDays(fields map[string]any) string {
	for _, name := range []string{"startDate", "endDate"} {
		if value, given := fields[name]; given {
			if text, ok := value.(string); !ok || !isDay(text) {
				return name + " is not a date in the form yyyy-MM-dd"
			}
		}
	}
	return ""
}

func isDay(text string) bool {
	_, ok := day(text)
	return ok
}

// optionsBody is docs/dexcare.md §6.2 and §6.3, with the spellings that DexCare's own SDK sends. What the locators may be
// combined with is upstream's to judge.
func optionsBody(decimals int) *bodyRule {
	rule := anOptionsBody
	rule.decimals = decimals
	return &rule
}

var anOptionsBody = bodyRule{
	fields: map[string]bool{
		"latitude": false, "longitude": false, "postalCode": false, "radius": false, "departmentIds": true,
		"visitTypeNames": true, "clinicTypes": true, "clinicType": false, "startDate": false, "endDate": false,
		"ehrInstances": true, "clinicianNPIs": true, "specialty": false, "gender": false,
		"newOrEstablishedPatient": false, "sortBy": false, "searchContext": false,
	},
	check: func(fields map[string]any) string {
		if context, given := fields["searchContext"]; given {
			if text, ok := context.(string); !ok || !nameGrammar.MatchString(text) {
				return "Invalid Search Context UUID"
			}
			return ""
		}
		if fields["latitude"] == nil && fields["postalCode"] == nil && fields["departmentIds"] == nil {
			return "one of latitude and longitude, postalCode, departmentIds or searchContext is required"
		}
		return ""
	},
}
