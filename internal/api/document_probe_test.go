package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
)

// probe asks one route about one parameter.
type probe struct {
	*stand
	path, name string
	schema     *openapi3.Schema
	example    string // the document's own; its first value where it is a list
}

// eachParameter runs a test for every parameter of the query of both searches.
func eachParameter(t *testing.T, test func(*testing.T, probe)) {
	s := newStand(t, nil)
	s.engine.answer = func() *search.Answer { // incomplete: never kept, so that every question reaches the engine
		a := sample.Answer(s.clock.Now())
		a.Complete = false
		return a
	}
	d := s.document(t)
	for _, path := range []string{"/v1/timeslots", "/v1/next-available"} {
		for _, p := range d.Paths.Find(path).Get.Parameters {
			if p.Value.In == "query" {
				t.Run(path+" "+p.Value.Name, func(t *testing.T) {
					test(t, probe{s, path, p.Value.Name, p.Value.Schema.Value, firstOf(p.Value.Example)})
				})
			}
		}
	}
}

// with asks with the parameter given so often, in a request that is in order otherwise. Refused tells what is said about
// the parameter when it is not; query is the canonical question when all is well.
func (p probe) with(t *testing.T, values ...string) (query string, refused *problemEntry) {
	t.Helper()
	v := url.Values{"latitude": {"47.61"}, "longitude": {"-122.33"}, "visitTypeName": {"Illness"}}
	if p.name == "npi" || p.name == "by" {
		v = url.Values{"departmentUrlName": {"AcmeRiverton"}, "visitTypeName": {"Illness"}}
	}
	if len(values) > 0 {
		v[p.name] = values
	}
	w := p.get(p.path + "?" + v.Encode())
	if w.Code == http.StatusOK {
		return p.engine.last.Canonical(), nil
	}
	var said struct{ Errors []problemEntry }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || len(said.Errors) != 1 || said.Errors[0].Parameter != p.name {
		t.Fatalf("%v: %d %s, want a word about %s alone", values, w.Code, w.Body, p.name)
	}
	return "", &said.Errors[0]
}

type problemEntry struct{ Parameter, Detail, Fix string }

func (p probe) takes(t *testing.T, value string) {
	t.Helper()
	if _, refused := p.with(t, value); refused != nil {
		t.Errorf("%q is in the document and refused: %s", value, refused.Detail)
	}
}

func (p probe) refuses(t *testing.T, value string) {
	t.Helper()
	if _, refused := p.with(t, value); refused == nil {
		t.Errorf("%q is not in the document and taken", value)
	}
}

// words are those of an enumeration or a boolean; nil for other parameters.
func (p probe) words() []string {
	if p.schema.Type.Is("boolean") {
		return []string{"true", "false"}
	}
	var words []string
	for _, word := range p.schema.Enum {
		words = append(words, word.(string))
	}
	return words
}

func firstOf(example any) string {
	if list, ok := example.([]any); ok {
		example = list[0]
	}
	return fmt.Sprint(example)
}

// specimens are values near the border: the examples with one character left out, put in or exchanged, and of all lengths that
// matter.
func specimens(example string) []string {
	odd := []string{"", "-", "+", ".", "_", "/", " ", "a", "Z", "0", "9", "é", "#", "'", "&", "(", "%", "~", ":", "\n"}
	set := map[string]bool{}
	for i := range min(len(example), 12) {
		for _, o := range odd {
			set[example[:i]+o+example[i:]] = true
			set[example[:i]+o+example[i+1:]] = true
		}
	}
	for _, n := range []int{1, 14, 15, 63, 64, 65, 127, 128, 129, 5999, 6000, 6001} {
		set[strings.Repeat("a", n)] = true
	}
	for _, s := range []string{"12345-6789", "123456789", "Etc/GMT+1", "America/Argentina/Ushuaia", "a/b/c/d", "Local", "..", "-a", "ä ö"} {
		set[s] = true
	}
	for s := range set {
		if s != strings.TrimSpace(s) || s == "" { // blanks around a value of a list are no part of it
			delete(set, s)
		}
	}
	return slices.Sorted(maps.Keys(set))
}
