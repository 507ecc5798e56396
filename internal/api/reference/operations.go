package reference

import (
	"bytes"
	"encoding/json"
	"strings"
)

// call is one operation as the page shows it.
type call struct {
	ID, Method, Path, Summary string
	Title                     []span // the summary
	Intro                     [][]span
	Query, Others             []input // parameters of the query; of the path and the header
	Answers                   []answer
	Samples                   []sample
	Handling                  string // of a drop-in route
	Credential                string // what a caller has to show; empty: nothing
}

// input is a parameter.
type input struct {
	Name, In string
	Form     []span
	Default  string
	Example  string
	Meaning  []span
}

// answer is one response.
type answer struct {
	Status   string
	Meaning  []span
	Bodies   []body
	Headers  []span // names
	Examples []example
	Problem  bool // an error document
	ref      string
}

type body struct {
	Type string
	Form []span
}

type example struct{ Title, Text string }

func newCall(d *document, method, path string, op *operation) call {
	c := call{
		ID: "op-" + op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Title: prose(op.Summary),
		Intro: paragraphs(op.Description), Samples: op.Samples,
		Handling: strings.ReplaceAll(op.Handling, "-", " "), Credential: credentials(op),
	}
	for _, p := range op.Parameters {
		if in := newInput(p); p.In == "query" {
			c.Query = append(c.Query, in)
		} else {
			c.Others = append(c.Others, in)
		}
	}
	for _, r := range op.Responses {
		c.Answers = append(c.Answers, newAnswer(r.name, r.value))
	}
	return c
}

func newInput(p *parameter) input {
	in := input{
		Name: p.Name, In: p.In, Form: form(p.Schema), Default: "none", Example: plain(p.Example), Meaning: prose(p.Description),
	}
	switch {
	case p.In == "path":
		in.Default = "required"
	case p.Schema.Default != nil:
		in.Default = plain(p.Schema.Default)
	}
	return in
}

// credentials names what a caller has to show. All that one requirement names are needed together.
func credentials(op *operation) string {
	names := map[string]string{"patientToken": "a patient's token", "partnerKey": "a partner's key", "reportToken": "the reports' secret"}
	var needed []string
	for _, requirement := range op.Security {
		for _, scheme := range []string{"patientToken", "partnerKey", "reportToken"} {
			if _, ok := requirement[scheme]; ok {
				needed = append(needed, names[scheme])
			}
		}
	}
	return strings.Join(needed, " and ")
}

func newAnswer(status string, r *response) answer {
	a := answer{Status: status, Meaning: prose(r.Description), ref: r.Ref}
	if status == "default" {
		a.Status = "others"
	}
	for _, h := range r.Headers {
		a.Headers = append(a.Headers, span{Text: h.name, Code: true, Link: headerID(h.name)})
	}
	for _, c := range r.Content {
		a.Problem = a.Problem || c.name == "application/problem+json"
		a.Bodies = append(a.Bodies, body{Type: c.name, Form: form(c.value.Schema)})
		if c.value.Example != nil {
			a.Examples = append(a.Examples, example{Title: c.name, Text: readable(c.value.Example)})
		}
		for _, e := range c.value.Examples {
			a.Examples = append(a.Examples, example{Title: e.value.Summary, Text: readable(e.value.Value)})
		}
	}
	return a
}

// readable is JSON as people read it; a text is shown as it is.
func readable(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return out.String()
}
