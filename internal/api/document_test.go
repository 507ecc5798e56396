package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// document is the service's description of itself as a client gets and reads it.
type document struct{ *openapi3.T }

func (s *stand) document(t *testing.T) document {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(s.get("/openapi.json").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return document{doc}
}

// operations are all that the document describes, as "GET /v1/timeslots".
func (d document) operations() map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for path, item := range d.Paths.Map() {
		for method, op := range item.Operations() {
			all[method+" "+path] = op
		}
	}
	return all
}

// fits reports whether a value meets a schema, its formats included.
func (d document) fits(s *openapi3.SchemaRef, value any) error {
	return d.ValidateSchemaJSON(s.Value, value, openapi3.EnableFormatValidation(), openapi3.EnableJSONSchema2020(), openapi3.MultiErrors())
}

// check compares an answer with what the document says of the operation: status, headers, type of the body, and the body
// unless it is encoded.
func (d document) check(t *testing.T, operation string, w *httptest.ResponseRecorder) {
	t.Helper()
	op := d.operations()[operation]
	response := op.Responses.Value(strconv.Itoa(w.Code))
	if response == nil {
		response = op.Responses.Default()
	}
	if response == nil {
		t.Errorf("%s: status %d is not described", operation, w.Code)
		return
	}
	if len(response.Value.Headers) > 0 {
		d.checkHeaders(t, operation, response.Value.Headers, w.Result().Header)
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	switch content := response.Value.Content[kind]; {
	case content != nil && w.Header().Get("Content-Encoding") != "":
	case content != nil:
		if err := d.fits(content.Schema, bodyOf(t, kind, w)); err != nil {
			t.Errorf("%s: %v\nin %s", operation, err, w.Body)
		}
	case len(response.Value.Content) > 0 || w.Body.Len() > 0:
		t.Errorf("%s, %d: a body of type %q is not described: %s", operation, w.Code, kind, w.Body)
	}
}

// bodyOf is the JSON of an answer, or its text when it is something else.
func bodyOf(t *testing.T, kind string, w *httptest.ResponseRecorder) (value any) {
	t.Helper()
	if !strings.HasSuffix(kind, "json") {
		return w.Body.String()
	}
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		t.Errorf("%v in %s", err, w.Body)
	}
	return value
}

// ofTransport are headers that say how the message is sent; OpenAPI leaves them out.
var ofTransport = []string{"Content-Type", "Content-Length", "Date"}

// checkHeaders wants every header described, and every one that is described except an encoding's.
func (d document) checkHeaders(t *testing.T, operation string, described openapi3.Headers, got http.Header) {
	t.Helper()
	want := map[string]*openapi3.Header{}
	for name, header := range described {
		want[http.CanonicalHeaderKey(name)] = header.Value
	}
	for name := range got {
		header := want[name]
		if header == nil {
			if !slices.Contains(ofTransport, name) {
				t.Errorf("%s: header %s is not described", operation, name)
			}
			continue
		}
		var value any = got.Get(name)
		if header.Schema.Value.Type.Is("integer") {
			value = json.Number(got.Get(name))
		}
		if err := d.fits(header.Schema, value); err != nil {
			t.Errorf("%s: header %s: %v", operation, name, err)
		}
	}
	for name := range want {
		if name != "Content-Encoding" && got.Get(name) == "" {
			t.Errorf("%s: header %s is described and not there", operation, name)
		}
	}
}

func TestTheDocumentIsValid(t *testing.T) {
	d := newStand(t, nil).document(t)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("version %s", d.OpenAPI)
	}
	if err := d.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(), openapi3.EnableSchemaPatternValidation()); err != nil {
		t.Error(err)
	}
}

// Only a closed schema notices a field that nobody described.
func TestObjectsAreClosedAndHaveExamplesThatFit(t *testing.T) {
	d := newStand(t, nil).document(t)
	for name, s := range d.Components.Schemas {
		if more := s.Value.AdditionalProperties; more.Has == nil || *more.Has {
			t.Errorf("%s admits fields that are not described", name)
		}
		if len(s.Value.Examples) == 0 {
			t.Errorf("%s has no example", name)
		}
		for i, example := range s.Value.Examples {
			if err := d.fits(s, example); err != nil {
				t.Errorf("%s, example %d: %v", name, i, err)
			}
		}
		for _, field := range slices.Sorted(maps.Keys(s.Value.Properties)) {
			if p := s.Value.Properties[field]; p.Value.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s is not explained", name, field)
			}
		}
	}
}

func TestParametersHeadersAndBodiesHaveExamplesThatFit(t *testing.T) {
	d := newStand(t, nil).document(t)
	try := func(what string, s *openapi3.SchemaRef, example any) {
		t.Helper()
		if example == nil {
			t.Errorf("%s has no example", what)
		} else if err := d.fits(s, example); err != nil {
			t.Errorf("%s: example: %v", what, err)
		}
	}
	for name, p := range d.Components.Parameters {
		try("parameter "+name, p.Value.Schema, p.Value.Example)
	}
	for name, h := range d.Components.Headers {
		try("header "+name, h.Value.Schema, h.Value.Example)
	}
	contents := func(what string, content openapi3.Content) {
		for kind, c := range content {
			if len(c.Examples) == 0 {
				try(what+", "+kind, c.Schema, c.Example)
			}
			for name, e := range c.Examples {
				try(fmt.Sprintf("%s, %s, %s", what, kind, name), c.Schema, e.Value.Value)
			}
		}
	}
	for name, op := range d.operations() {
		for _, p := range op.Parameters {
			try(name+", "+p.Value.Name, p.Value.Schema, p.Value.Example)
		}
		if op.RequestBody != nil {
			contents(name, op.RequestBody.Value.Content)
		}
		for status, r := range op.Responses.Map() {
			contents(name+" "+status, r.Value.Content)
		}
	}
}
