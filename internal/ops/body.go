package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds the bodies of changing calls in bytes.
const maxBody = 4 << 10

// object is the JSON object of a changing call: its fields as they came.
type object map[string]json.RawMessage

// readObject reads a body that is one JSON object with fields of these names, each once, and nothing else; the request's
// query must be empty. An operator's typing error must not mean something else.
func readObject(r *http.Request, fix string, names ...string) (object, *mistake) {
	if r.URL.RawQuery != "" {
		return nil, &mistake{"query", "is not empty, but everything stands in the body", fix}
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, &mistake{"body", "could not be read", fix}
	case len(text) > maxBody:
		return nil, &mistake{"body", fmt.Sprintf("is longer than %d bytes", maxBody), fix}
	case len(bytes.TrimSpace(text)) == 0:
		return nil, &mistake{"body", "is empty", fix}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, &mistake{"body", "is not a JSON object", fix}
	}
	fields, wrong := readFields(d, fix, names)
	if wrong != nil {
		return nil, wrong
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &mistake{"body", "goes on after the JSON object", fix}
	}
	return fields, nil
}

func readFields(d *json.Decoder, fix string, names []string) (object, *mistake) {
	fields := object{}
	for d.More() {
		token, err := d.Token()
		name, _ := token.(string)
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return nil, &mistake{"body", "is not a JSON object", fix}
		}
		if !slices.Contains(names, name) {
			return nil, &mistake{shown(name), "is not known", "the fields are " + strings.Join(names, ", ")}
		}
		if _, twice := fields[name]; twice {
			return nil, &mistake{name, "is given twice", fix}
		}
		fields[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, &mistake{"body", "is not a JSON object", fix}
	}
	return fields, nil
}

// shown is a name as it may be repeated to the one who sent it.
func shown(name string) string {
	if len(name) > 64 {
		name = name[:64] + "…"
	}
	return strconv.Quote(name)
}

// field reads a field of one type. null is none.
func field[T any](o object, name, fix string) (v T, wrong *mistake) {
	raw, given := o[name]
	if !given {
		return v, &mistake{name, "is missing", fix}
	}
	if bytes.Equal(raw, []byte("null")) || json.Unmarshal(raw, &v) != nil {
		return v, &mistake{name, "is of another type", fix}
	}
	return v, nil
}
