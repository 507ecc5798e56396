package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-faster/jx"
)

// bodyRule says what the JSON body of a POST read may hold.
type bodyRule struct {
	fields   map[string]bool // listed ones; true: a list whose order has no meaning
	decimals int             // of a degree, that positions keep
	instants bool            // dates may be instants, as apps send them
}

// maxReadBody bounds the body of a POST read in bytes.
const maxReadBody = 64 << 10

// ErrBodyTooLarge says that a body is refused for its size.
var ErrBodyTooLarge = errors.New("the body is larger than 64 KiB")

// ErrBodyTruncated says that a body ended early, or was framed wrongly.
var ErrBodyTruncated = errors.New("the body ended early or is malformed")

// read reads and canonicalises a body: listed fields, sorted names, sets in order, days for instants. What is no such body is odd.
func (rule *bodyRule) read(r *http.Request, q *Question) (err error) {
	if q.Body, err = io.ReadAll(io.LimitReader(r.Body, maxReadBody+1)); err != nil {
		if r.Context().Err() != nil {
			return r.Context().Err()
		}
		return ErrBodyTruncated
	}
	if len(q.Body) > maxReadBody {
		return ErrBodyTooLarge
	}
	if !saysJSON(r.Header) {
		q.Oddity = OddValue
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(q.Body))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil || fields == nil {
		q.Oddity = OddValue
		return nil
	}
	if _, err := d.Token(); err != io.EOF || !distinct(jx.DecodeBytes(q.Body)) {
		q.Oddity = OddValue
		return nil
	}
	q.Context, _ = fields["searchContext"].(string)
	if q.Personal = hasPatient(fields); q.Personal {
		return nil
	}
	if why := rule.trim(fields); why != "" {
		q.Oddity = why
		return nil
	}
	text, err := json.Marshal(fields) // sorts names
	q.Key.Params = string(text)
	return err
}

// saysJSON reports whether a body is said to be JSON, or nothing is said of it. What is something else upstream may refuse.
func saysJSON(h http.Header) bool {
	types := h.Values("Content-Type")
	if len(types) == 0 {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(types[0])
	return err == nil && mediaType == "application/json" && len(types) == 1
}

// distinct reports whether no object of a value names a field twice: which of the two counts is upstream's to say.
func distinct(d *jx.Decoder) bool {
	ok := true
	each := func(d *jx.Decoder) error {
		ok = ok && distinct(d)
		return nil
	}
	var err error
	switch d.Next() {
	case jx.Object:
		seen := map[string]bool{}
		err = d.Obj(func(d *jx.Decoder, name string) error {
			ok = ok && !seen[name]
			seen[name] = true
			return each(d)
		})
	case jx.Array:
		err = d.Arr(each)
	default:
		err = d.Skip()
	}
	return ok && err == nil
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

// trim puts the fields into their canonical form.
func (rule *bodyRule) trim(fields map[string]any) Oddity {
	for name, value := range fields {
		isSet, listed := rule.fields[name]
		switch list, isList := value.([]any); {
		case !listed:
			return UnknownParameter
		case isList && isSet:
			fields[name] = sortedTexts(list)
		case name == "latitude" || name == "longitude":
			fields[name] = coarse(value, rule.decimals)
		case name == "startDate" || name == "endDate":
			text, _ := value.(string)
			if rule.instants {
				text = dayOf(text)
			}
			if _, ok := day(text); !ok {
				return OddValue
			}
			fields[name] = text
		case name == "criteriaItems" && !known(list):
			return UnknownParameter
		}
	}
	return ""
}

// dayOf is the day that a date, or an instant as apps send it, means in UTC: DexCare's schema knows days alone (docs/dexcare.md
// §6.2). What is no instant stays as it is.
func dayOf(text string) string {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UTC().Format(time.DateOnly)
	}
	return text
}

// known reports whether criteria have no other fields than the contract lists (docs/dexcare.md §5.4). What are none are
// upstream's to judge, as long as they hold nobody's data.
func known(criteria []any) bool {
	for _, item := range criteria {
		fields, _ := item.(map[string]any)
		if fields == nil {
			return false
		}
		for name := range fields {
			if name != "npi" && name != "ehrInstance" && name != "departmentId" {
				return false
			}
		}
	}
	return true
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
	fields: map[string]bool{"startDate": false, "endDate": false, "visitTypeNames": true, "criteriaItems": false},
}

// optionsBody is docs/dexcare.md §6.2 and §6.3, with the spellings that DexCare's own SDK sends. What may be combined is
// upstream's to judge.
func optionsBody(decimals int) *bodyRule {
	return &bodyRule{decimals: decimals, instants: true, fields: map[string]bool{
		"latitude": false, "longitude": false, "postalCode": false, "radius": false, "departmentIds": true,
		"visitTypeNames": true, "clinicTypes": true, "clinicType": true, "startDate": false, "endDate": false,
		"ehrInstances": true, "clinicianNPIs": true, "specialty": false, "gender": false,
		"newOrEstablishedPatient": false, "sortBy": false, "searchContext": false,
	}}
}
