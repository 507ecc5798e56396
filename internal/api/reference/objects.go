package reference

import (
	"slices"
	"strings"
)

// object is a schema of the document as the page shows it.
type object struct {
	ID, Name string
	Meaning  []span
	Fields   []field
	Example  string
}

// field is a member of an object, or a header.
type field struct {
	Name    string
	Form    []span
	Always  bool
	Meaning []span
	Example string
}

func objectID(name string) string { return "object-" + name }

func headerID(name string) string { return "header-" + strings.ToLower(name) }

// ID is the fragment of a header's row.
func (f field) ID() string { return headerID(f.Name) }

func objects(d *document) []object {
	var list []object
	for _, s := range d.Components.Schemas {
		o := object{ID: objectID(s.name), Name: s.name, Meaning: prose(s.value.Description)}
		for _, p := range s.value.Properties {
			o.Fields = append(o.Fields, field{
				Name: p.name, Form: form(p.value), Always: slices.Contains(s.value.Required, p.name), Meaning: prose(p.value.Description),
			})
		}
		if len(s.value.Examples) > 0 {
			o.Example = readable(s.value.Examples[0])
		}
		list = append(list, o)
	}
	return list
}

// headers are those of the answers that operations describe in full, each name once, by its first use.
func headers(d *document) []field {
	var list []field
	for _, path := range d.Paths {
		for _, method := range path.value {
			for _, r := range method.value.Responses {
				for _, h := range r.value.Headers {
					if slices.ContainsFunc(list, func(f field) bool { return f.Name == h.name }) {
						continue
					}
					list = append(list, field{
						Name: h.name, Form: form(h.value.Schema), Meaning: prose(h.value.Description), Example: plain(h.value.Example),
					})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b field) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return list
}
