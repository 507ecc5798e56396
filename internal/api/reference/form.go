package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// form says in words what a schema admits.
func form(s *schema) []span {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		name := schemaName(s.Ref)
		return []span{{Text: name, Code: true, Link: objectID(name)}}
	case len(s.AnyOf) > 0:
		return joined(s.AnyOf)
	case len(s.Enum) > 0:
		return prose("one of `" + strings.Join(s.Enum, "`, `") + "`")
	case s.Const != "":
		return prose("`" + s.Const + "`")
	}
	var spans []span
	for i, t := range s.Type {
		if i > 0 {
			spans = append(spans, span{Text: " or "})
		}
		spans = append(spans, formOfType(s, t)...)
	}
	return spans
}

func joined(alternatives []*schema) []span {
	var spans []span
	for i, s := range alternatives {
		if i > 0 {
			spans = append(spans, span{Text: " or "})
		}
		spans = append(spans, form(s)...)
	}
	return spans
}

func formOfType(s *schema, t string) []span {
	switch t {
	case "array":
		if s.Items != nil && len(s.Items.Enum) > 0 {
			return prose("list of `" + strings.Join(s.Items.Enum, "`, `") + "`")
		}
		return slices.Concat([]span{{Text: "list of "}}, form(s.Items), prose(atMost(s.MaxItems)))
	case "object":
		if s.AdditionalProperties.schema != nil {
			return slices.Concat([]span{{Text: "object; each value "}}, form(s.AdditionalProperties.schema))
		}
		return prose("object")
	case "integer":
		return prose("whole number" + between(s.Minimum, s.Maximum))
	case "number":
		return prose("number" + between(s.Minimum, s.Maximum))
	case "boolean":
		return prose("`true` or `false`")
	case "null":
		return prose("`null`")
	default:
		return formOfText(s)
	}
}

func formOfText(s *schema) []span {
	switch s.Format {
	case "date":
		return prose("day, `yyyy-MM-dd`")
	case "date-time":
		return prose("instant, RFC 3339")
	case "uri":
		return prose("URL")
	}
	text := "text"
	switch {
	case s.MinLength != nil && s.MaxLength != nil:
		text += fmt.Sprintf(" of %d to %d characters", *s.MinLength, *s.MaxLength)
	case s.MaxLength != nil:
		text += fmt.Sprintf(" of at most %d characters", *s.MaxLength)
	}
	if s.Pattern == "" {
		return prose(text)
	}
	return []span{{Text: text + ", "}, {Text: s.Pattern, Code: true}}
}

func atMost(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("; at most %d", *n)
}

func between(low, high *float64) string {
	switch {
	case low != nil && high != nil:
		return " from " + number(*low) + " to " + number(*high)
	case low != nil:
		return ", at least " + number(*low)
	default:
		return ""
	}
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// plain writes a JSON value as a query string or a header would: text without its quotes, a list with commas.
func plain(raw json.RawMessage) string {
	var text string
	var list []string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &list) == nil:
		return strings.Join(list, ",")
	default:
		return string(raw)
	}
}
