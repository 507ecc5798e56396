package reference

import (
	"encoding/json"
	"fmt"
	"strings"
)

// read parses the document and puts what references name in their place. References to schemas stay: the page links
// them.
func read(text []byte) (*document, error) {
	d := &document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("reference: read openapi.json: %w", err)
	}
	for _, path := range d.Paths {
		for _, method := range path.value {
			if err := d.resolve(method.value); err != nil {
				return nil, fmt.Errorf("reference: %s %s: %w", method.name, path.name, err)
			}
		}
	}
	for _, r := range d.Components.Responses {
		if err := d.resolveHeaders(r.value); err != nil {
			return nil, fmt.Errorf("reference: response %s: %w", r.name, err)
		}
	}
	return d, nil
}

func (d *document) resolve(op *operation) (err error) {
	for i, p := range op.Parameters {
		if op.Parameters[i], err = follow(p, p.Ref, "parameters", d.Components.Parameters); err != nil {
			return err
		}
	}
	for i, r := range op.Responses {
		found, err := follow(r.value, r.value.Ref, "responses", d.Components.Responses)
		if err != nil {
			return err
		}
		if found != r.value { // a shared one keeps its name, so that it is shown once
			found.Ref = r.value.Ref
		}
		op.Responses[i].value = found
		if err := d.resolveHeaders(found); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) resolveHeaders(r *response) (err error) {
	for i, h := range r.Headers {
		if r.Headers[i].value, err = follow(h.value, h.value.Ref, "headers", d.Components.Headers); err != nil {
			return err
		}
	}
	return nil
}

// follow gives the component that ref names, or value itself when it is no reference.
func follow[T any](value *T, ref, kind string, among ordered[*T]) (*T, error) {
	if ref == "" {
		return value, nil
	}
	name, local := strings.CutPrefix(ref, "#/components/"+kind+"/")
	found, ok := among.get(name)
	if !local || !ok {
		return nil, fmt.Errorf("%s names nothing", ref)
	}
	return found, nil
}

// schemaName is the name of the component that a reference to a schema names.
func schemaName(ref string) string { return strings.TrimPrefix(ref, "#/components/schemas/") }
