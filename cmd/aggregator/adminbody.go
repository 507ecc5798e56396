package main

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

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// maxAdminBody bounds the bodies of changing calls in bytes.
const maxAdminBody = 4 << 10

// mistake is what is wrong with an admin call. Its parameter is a field of the body, a query parameter, "body" or "query".
type mistake timeslot.Violation

func (m *mistake) Error() string { return m.Parameter + " " + m.Detail + "; " + m.Fix }

// adminObject is the JSON object of a changing call: its fields as they came.
type adminObject map[string]json.RawMessage

// readObject reads a body that is one JSON object with fields of these names, each once, and nothing else; the request's
// query must be empty. An operator's typing error must not mean something else.
func readObject(r *http.Request, fix string, names ...string) (adminObject, *mistake) {
	if r.URL.RawQuery != "" {
		return nil, &mistake{"query", "is not empty, but everything stands in the body", fix}
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxAdminBody+1))
	switch {
	case err != nil:
		return nil, &mistake{"body", "could not be read", fix}
	case len(text) > maxAdminBody:
		return nil, &mistake{"body", fmt.Sprintf("is longer than %d bytes", maxAdminBody), fix}
	case len(bytes.TrimSpace(text)) == 0:
		return nil, &mistake{"body", "is empty", fix}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, &mistake{"body", "is not a JSON object", fix}
	}
	object, wrong := readFields(d, fix, names)
	if wrong != nil {
		return nil, wrong
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &mistake{"body", "goes on after the JSON object", fix}
	}
	return object, nil
}

func readFields(d *json.Decoder, fix string, names []string) (adminObject, *mistake) {
	object := adminObject{}
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
		if _, twice := object[name]; twice {
			return nil, &mistake{name, "is given twice", fix}
		}
		object[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, &mistake{"body", "is not a JSON object", fix}
	}
	return object, nil
}

// shown is a name as it may be repeated to the one who sent it.
func shown(name string) string {
	if len(name) > 64 {
		name = name[:64] + "…"
	}
	return strconv.Quote(name)
}

// field reads a field of one type. null is none.
func field[T any](o adminObject, name, fix string) (v T, wrong *mistake) {
	raw, given := o[name]
	if !given {
		return v, &mistake{name, "is missing", fix}
	}
	if bytes.Equal(raw, []byte("null")) || json.Unmarshal(raw, &v) != nil {
		return v, &mistake{name, "is of another type", fix}
	}
	return v, nil
}

// refuseMistake answers 400 with a problem document that names the field and the fix.
func refuseMistake(w http.ResponseWriter, m *mistake) {
	problem.Document{Status: http.StatusBadRequest, Detail: m.Error(), Errors: []timeslot.Violation{timeslot.Violation(*m)}}.Write(w)
}

func refuse(w http.ResponseWriter, status int, detail string) {
	problem.Document{Status: status, Detail: detail}.Write(w)
}

// longestProfile bounds what a profile may take.
const longestProfile = 300 // seconds

// timed lets requests for profiles through whose duration, where one is given, makes sense.
func timed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, text := range r.URL.Query()["seconds"] {
			if n, err := strconv.ParseFloat(text, 64); err != nil || !(n > 0 && n <= longestProfile) {
				refuseMistake(w, &mistake{"seconds", shown(text) + " is not a duration", fmt.Sprintf("write more than 0, at most %d", longestProfile)})
				return
			}
		}
		next(w, r)
	}
}
