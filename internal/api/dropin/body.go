package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-faster/jx"
)

// bodyRule says what the JSON body of a POST read may hold: the fields that the contract lists.
type bodyRule map[string]field

// maxReadBody bounds the body of a POST read in bytes.
const maxReadBody = 64 << 10

// ErrBodyTooLarge says that a body is refused for its size.
var ErrBodyTooLarge = errors.New("the body is larger than 64 KiB")

// ErrBodyTruncated says that a body ended early, or was framed wrongly.
var ErrBodyTruncated = errors.New("the body ended early or is malformed")

// read reads and canonicalises a body: listed fields, sorted names, sets in order, days for instants. What is no such body is odd.
func (rule bodyRule) read(r *http.Request, q *Question) (err error) {
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
	q.Context, _ = fields["searchContext"].(string) // what is none has no key, see aContext
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
