package reference

import "encoding/json"

// document is the part of OpenAPI 3.1 that the page shows. Objects that may be references have a Ref; see resolve.go.
type document struct {
	Info struct {
		Title, Version, Summary, Description string
	}
	Tags       []tag
	Paths      ordered[ordered[*operation]] // by path, then by method in lower case
	Components struct {
		Parameters      ordered[*parameter]
		Headers         ordered[*header]
		Responses       ordered[*response]
		Schemas         ordered[*schema]
		SecuritySchemes ordered[*credential]
	}
}

type tag struct {
	Name        string
	DisplayName string `json:"x-displayName"`
	Brief       bool   `json:"x-brief"` // its operations are listed, not described
	Description string
	ExternalDoc struct{ Description, URL string } `json:"externalDocs"`
}

type operation struct {
	OperationID, Summary, Description string
	Tags                              []string
	Handling                          string `json:"x-handling"` // of a drop-in route: cached or passed-through
	Parameters                        []*parameter
	Security                          []map[string][]string
	Responses                         ordered[*response]
	Samples                           []sample `json:"x-codeSamples"`
}

type sample struct{ Lang, Label, Source string }

type parameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Schema                *schema
	Example               json.RawMessage
}

type header struct {
	Ref         string `json:"$ref"`
	Description string
	Schema      *schema
	Example     json.RawMessage
}

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Headers     ordered[*header]
	Content     ordered[*content]
}

type content struct {
	Schema   *schema
	Example  json.RawMessage
	Examples ordered[struct {
		Summary string
		Value   json.RawMessage
	}]
}

type credential struct{ Description string }

type schema struct {
	Ref                          string `json:"$ref"`
	Type                         types
	Description, Format, Pattern string
	Enum                         []string
	Const                        string
	Default                      json.RawMessage
	Minimum, Maximum             *float64
	MinLength, MaxLength         *int
	MaxItems                     *int
	Items                        *schema
	Properties                   ordered[*schema]
	Required                     []string
	AdditionalProperties         more
	AnyOf                        []*schema
	Examples                     []json.RawMessage
}

// types is the keyword type: one word, or a list of them.
type types []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *types) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(t))
	}
	*t = make(types, 1)
	return json.Unmarshal(text, &(*t)[0])
}

// more is the keyword additionalProperties: a schema, or whether there may be others.
type more struct{ *schema }

// UnmarshalJSON implements json.Unmarshaler.
func (m *more) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '{' {
		return json.Unmarshal(text, &m.schema)
	}
	return nil
}
