package reference

import (
	"encoding/json"
	"slices"
	"testing"
)

// shownKeywords are those of a schema that form and objects put into words; of the others the meaning tells.
var (
	shownKeywords = []string{
		"$ref", "additionalProperties", "anyOf", "const", "default", "description", "enum", "examples", "format", "items",
		"maxItems", "maxLength", "maximum", "minLength", "minimum", "pattern", "properties", "required", "type",
	}
	toldKeywords = []string{"minItems", "uniqueItems", "minProperties", "maxProperties"}
)

// A keyword that the page does not know would be left out of it without a word.
func TestSchemasUseWhatThePageUnderstands(t *testing.T) {
	var document struct {
		Components struct {
			Schemas, Parameters, Headers map[string]map[string]any
		}
	}
	if err := json.Unmarshal(openapi, &document); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var check func(where string, s map[string]any)
	check = func(where string, s map[string]any) {
		seen++
		for keyword, value := range s {
			if !slices.Contains(shownKeywords, keyword) && !slices.Contains(toldKeywords, keyword) {
				t.Errorf("%s: the page does not know %s", where, keyword)
			}
			for name, part := range parts(keyword, value) {
				check(where+"."+name, part)
			}
		}
	}
	for name, s := range document.Components.Schemas {
		check(name, s)
	}
	for name, p := range document.Components.Parameters {
		check(name, p["schema"].(map[string]any))
	}
	for name, h := range document.Components.Headers {
		check(name, h["schema"].(map[string]any))
	}
	if seen < 100 {
		t.Errorf("only %d schemas", seen)
	}
}

// parts are the schemas that stand below a keyword.
func parts(keyword string, value any) map[string]map[string]any {
	found := map[string]map[string]any{}
	switch v := value.(type) {
	case map[string]any:
		if keyword != "properties" {
			return map[string]map[string]any{keyword: v}
		}
		for name, field := range v {
			found[name] = field.(map[string]any)
		}
	case []any:
		for i, alternative := range v {
			if keyword == "anyOf" {
				found[keyword+string(rune('0'+i))] = alternative.(map[string]any)
			}
		}
	}
	return found
}
