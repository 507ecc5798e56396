package reference

import (
	"bytes"
	_ "embed" // the template
	"fmt"
	"html/template"
	"slices"
)

//go:embed page.html
var pageTemplate string

// page is what the template shows, in its order.
type page struct {
	Title, Version, Summary string
	Intro                   [][]span
	Sections                []section
	Objects                 []object
	Headers                 []field
	Errors                  []answer

	Style, Icon string // paths
}

// section is all about one tag.
type section struct {
	ID, Title  string
	Intro      [][]span
	MoreText   string // about documentation elsewhere; empty: there is none
	MoreURL    string
	Brief      bool
	Operations []call
	Answers    []answer // of a brief section: those of all its operations
}

// render puts the document through the template.
func render(d *document, style, icon string) ([]byte, error) {
	parsed, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("reference: read the page's template: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, newPage(d, style, icon)); err != nil {
		return nil, fmt.Errorf("reference: render the page: %w", err)
	}
	return out.Bytes(), nil
}

func newPage(d *document, style, icon string) *page {
	p := &page{
		Title: d.Info.Title, Version: d.Info.Version, Summary: d.Info.Summary, Intro: paragraphs(d.Info.Description),
		Objects: objects(d), Headers: headers(d), Style: style, Icon: icon,
	}
	for _, t := range d.Tags {
		p.Sections = append(p.Sections, newSection(d, t))
	}
	for _, s := range p.Sections {
		for _, c := range s.Operations {
			p.Errors = appendNew(p.Errors, c.Answers, func(a answer) bool { return a.Problem && !s.Brief })
		}
	}
	slices.SortStableFunc(p.Errors, func(a, b answer) int { return bytes.Compare([]byte(a.Status), []byte(b.Status)) })
	return p
}

func newSection(d *document, t tag) section {
	s := section{
		ID: t.Name, Title: t.DisplayName, Intro: paragraphs(t.Description), Brief: t.Brief,
		MoreText: t.ExternalDoc.Description, MoreURL: t.ExternalDoc.URL,
	}
	for _, path := range d.Paths {
		for _, method := range path.value {
			if op := method.value; slices.Contains(op.Tags, t.Name) {
				s.Operations = append(s.Operations, newCall(d, method.name, path.name, op))
			}
		}
	}
	if s.Brief {
		for _, c := range s.Operations {
			s.Answers = appendNew(s.Answers, c.Answers, func(answer) bool { return true })
		}
	}
	return s
}

// appendNew adds the answers that are wanted and are not in the list yet.
func appendNew(list, more []answer, wanted func(answer) bool) []answer {
	for _, a := range more {
		if wanted(a) && !slices.ContainsFunc(list, func(b answer) bool { return a.ref != "" && a.ref == b.ref }) {
			list = append(list, a)
		}
	}
	return list
}
