package acme

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"timeslots/internal/acme/form"
)

// limits is what a form and a schema both say about one value, in words; alternatives and members have lines of their
// own, under their path.
type limits map[string]string

func (l limits) ofForm(path string, f *form.Form) {
	for i, one := range f.OneOf {
		l.ofForm(fmt.Sprintf("%s|%d", path, i), one)
	}
	if len(f.OneOf) > 0 {
		return
	}
	pattern := ""
	if f.Pattern != nil {
		pattern = f.Pattern.String()
	}
	l[path] = fmt.Sprint(f.Kind.String(), f.Nullable, sorted(f.Required), f.Closed, f.Least, f.Most, f.Low, f.High, pattern, f.Format, sorted(f.Allowed))
	if f.Items != nil {
		l.ofForm(path+"[]", f.Items)
	}
	for name, member := range f.Members {
		l.ofForm(path+"."+name, member)
	}
}

func (l limits) ofSchema(path string, s *openapi3.Schema) {
	for i, one := range s.OneOf {
		l.ofSchema(fmt.Sprintf("%s|%d", path, i), one.Value)
	}
	if len(s.OneOf) > 0 {
		return
	}
	whole := *s
	whole.Properties = maps.Clone(s.Properties)
	for _, part := range s.AllOf { // said in one here
		whole.Type, whole.Required = part.Value.Type, append(whole.Required, part.Value.Required...)
		for name, member := range part.Value.Properties {
			if whole.Properties == nil {
				whole.Properties = openapi3.Schemas{}
			}
			whole.Properties[name] = member
		}
	}
	l[path] = words(&whole)
	if whole.Items != nil {
		l.ofSchema(path+"[]", whole.Items.Value)
	}
	for name, member := range whole.Properties {
		l.ofSchema(path+"."+name, member.Value)
	}
}

// words are a schema's limits as a form would have them: a list of words needs no length, nor does a pattern, and a list
// that may be left out counts as least 0.
func words(s *openapi3.Schema) string {
	closed := s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
	least, most := s.MinLength+s.MinItems, uint64(0)
	if s.MaxLength != nil && len(s.Enum) == 0 && s.Pattern == "" {
		most = *s.MaxLength
	}
	if s.MaxItems != nil {
		most = *s.MaxItems
	}
	low, high := 0.0, 0.0
	if s.Min != nil && s.Max != nil {
		low, high = *s.Min, *s.Max
	}
	var allowed []string
	for _, v := range s.Enum {
		allowed = append(allowed, v.(string))
	}
	format := s.Format
	if format != "uuid" && format != "date-time" {
		format = ""
	}
	return fmt.Sprint(strings.Join(s.Type.Slice(), ","), s.Nullable, sorted(s.Required), closed, least, most, low, high, s.Pattern, format, sorted(allowed))
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestEveryFormHasThePublishedLimits(t *testing.T) {
	docs := loadSchemas(t)
	forms := formsOf(newTenant(t))
	for name, operation := range map[string]string{
		search: "slots-search", taken: "slot-taken", released: "slot-released", area: "availability-slots-post",
		people: "availability-providers", guest: "queued-guest-visit", newVisit: "create-visit",
	} {
		got, want := limits{}, limits{}
		got.ofForm("body", forms[operation])
		want.ofSchema("body", docs.operation(name, "POST").RequestBody.Value.Content.Get("application/json").Schema.Value)
		same(t, want, got, name)
	}
}
