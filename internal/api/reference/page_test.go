package reference

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// shown is the page as HTML.
func shown(t *testing.T) string {
	t.Helper()
	files, err := Files(Words{})
	if err != nil {
		t.Fatal(err)
	}
	return string(files[1].Body)
}

func TestThePageShowsEveryRouteParameterFieldAndStatus(t *testing.T) {
	d, err := read(openapi)
	if err != nil {
		t.Fatal(err)
	}
	text := shown(t)
	want := func(what, name string) {
		if !strings.Contains(text, ">"+strings.ReplaceAll(strings.ReplaceAll(name, "<", "&lt;"), ">", "&gt;")+"<") {
			t.Errorf("the page does not show the %s %s", what, name)
		}
	}
	for _, path := range d.Paths {
		want("route", path.name)
		for _, method := range path.value {
			if method.value.Handling != "" {
				continue // listed, not described
			}
			for _, p := range method.value.Parameters {
				want("parameter", p.Name)
			}
			for _, r := range method.value.Responses {
				want("status", r.name)
			}
		}
	}
	for _, s := range d.Components.Schemas {
		want("object", s.name)
		for _, p := range s.value.Properties {
			want("field", p.name)
		}
	}
}

// Of Markdown the page understands code between backticks alone.
func TestDescriptionsArePlainText(t *testing.T) {
	var check func(path string, value any)
	check = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, member := range v {
				if text, ok := member.(string); ok && (name == "description" || name == "summary") {
					checkPlain(t, path+"."+name, text)
				}
				if name != "example" && name != "examples" && name != "properties" {
					check(path+"."+name, member)
				}
			}
			if fields, ok := v["properties"].(map[string]any); ok {
				for name, field := range fields {
					check(path+"."+name, field)
				}
			}
		case []any:
			for i, member := range v {
				check(path+"["+strconv.Itoa(i)+"]", member)
			}
		}
	}
	var document any
	if err := json.Unmarshal(openapi, &document); err != nil {
		t.Fatal(err)
	}
	check("", document)
}

func checkPlain(t *testing.T, where, text string) {
	t.Helper()
	if strings.Count(text, "`")%2 != 0 {
		t.Errorf("%s: a backtick stands alone: %s", where, text)
	}
	for _, s := range prose(text) {
		if !s.Code && strings.ContainsAny(s.Text, "*_#[]<>|") {
			t.Errorf("%s: %q is more than plain text and code", where, s.Text)
		}
	}
}

func TestFormsAreSaidInWords(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"integer","minimum":1,"maximum":500}`:                                  "whole number from 1 to 500",
		`{"type":"number","minimum":0}`:                                                 "number, at least 0",
		`{"type":["string","null"],"format":"date-time"}`:                               "instant, RFC 3339 or `null`",
		`{"type":"array","maxItems":3,"items":{"type":"string","pattern":"^a$"}}`:       "list of text, `^a$`; at most 3",
		`{"type":"array","items":{"type":"string","enum":["a","b"]}}`:                   "list of `a`, `b`",
		`{"anyOf":[{"$ref":"#/components/schemas/Slot"},{"type":"null"}]}`:              "`Slot` or `null`",
		`{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Slot"}}`: "object; each value `Slot`",
		`{"type":"string","pattern":"^a$","minLength":1,"maxLength":9}`:                 "text of 1 to 9 characters, `^a$`",
		`{"type":"string","format":"date"}`:                                             "day, `yyyy-MM-dd`",
		`{"type":"boolean","default":false}`:                                            "`true` or `false`",
		`{"enum":["x","y"]}`:                                                            "one of `x`, `y`",
		`{}`:                                                                            "",
	} {
		s := &schema{}
		if err := json.Unmarshal([]byte(text), s); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, part := range form(s) {
			if part.Code {
				part.Text = "`" + part.Text + "`"
			}
			got.WriteString(part.Text)
		}
		if got.String() != want {
			t.Errorf("%s: %q, want %q", text, got.String(), want)
		}
	}
}

func TestAReferenceThatNamesNothingIsAnError(t *testing.T) {
	for _, broken := range []string{
		`{"paths":{"/x":{"get":{"parameters":[{"$ref":"#/components/parameters/y"}]}}}}`,
		`{"paths":{"/x":{"get":{"responses":{"200":{"$ref":"#/components/responses/y"}}}}}}`,
		`{"components":{"responses":{"y":{"headers":{"Age":{"$ref":"elsewhere.json"}}}}}}`,
		`{"paths":[]}`,
	} {
		if _, err := read([]byte(broken)); err == nil {
			t.Errorf("%s is read without an error", broken)
		}
	}
}

var (
	palette = regexp.MustCompile(`(?s):root \{(.*?)\}`)
	colour  = regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6});`)
)

// WCAG 2.2, 1.4.3: text has a contrast of 4.5 to 1 with its background, in both colour schemes.
func TestTextIsReadableOnItsBackground(t *testing.T) {
	schemes := palette.FindAllStringSubmatch(string(style), -1)
	if len(schemes) != 2 {
		t.Fatalf("%d palettes, want a light and a dark one", len(schemes))
	}
	for i, scheme := range schemes {
		luminance := map[string]float64{}
		for _, m := range colour.FindAllStringSubmatch(scheme[1], -1) {
			luminance[m[1]] = relativeLuminance(t, m[2])
		}
		for _, text := range []string{"text", "quiet", "link"} {
			for _, ground := range []string{"page", "panel"} {
				a, b := luminance[text], luminance[ground]
				if contrast := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); contrast < 4.5 {
					t.Errorf("palette %d: %s on %s has a contrast of %.2f", i, text, ground, contrast)
				}
			}
		}
	}
}

// relativeLuminance is that of WCAG 2.2.
func relativeLuminance(t *testing.T, hex string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}
